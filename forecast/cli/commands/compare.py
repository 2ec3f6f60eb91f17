"""`forecast compare`: scenarios and finished runs become a comparison in its folder, shown on stdout."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from forecast.analysis.formatting import format_share
from forecast.cli.options import ExecutionArguments, evaluate_all, execution_options, json_option, parse_precision
from forecast.cli.streams import write_json, write_line
from forecast.errors import InputError, Problem, printable, quoted

if TYPE_CHECKING:
    from forecast.analysis.comparison import Comparison
    from forecast.scenario import Scenario

LONGEST_NAME = 60


@click.command("compare", short_help="Tell which scenario is better, how surely, by how much.")
@click.argument("sources", nargs=-1, required=True, metavar="FILE FILE...")
@click.option(
    "--set", "sets", multiple=True, metavar="PATH=VALUE", help="Compare FILE with itself changed so; may be repeated."
)
@execution_options(
    replications="How many futures of each to simulate. [run.replications of the files, the smallest]",
    output="The comparison's folder. [runs/ and both names]",
    precision="Stop when the differences are known to P of the base's mean, such as 1%; -n is then the most.",
)
@click.option("--indifference", metavar="P", help="Differences up to this share of the base's mean do not matter. [1%]")
@click.option("--export", "exported", is_flag=True, help="Write plan.xlsx and flat files of each run too.")
@json_option
def compare_command(
    sources: tuple[str, ...],
    sets: tuple[str, ...],
    execution: ExecutionArguments,
    indifference: str | None,
    exported: bool,  # noqa: FBT001
    as_json: bool,  # noqa: FBT001
) -> None:
    """Compare 2 to 20 scenarios with common random numbers: which is better, how surely, and by how much.

    FILE is a scenario, a preset's name, or the folder of a finished run; the first is the base, which the others are
    compared with. Replication by replication all of them meet the same random numbers, so differences are far more
    precise than either figure. Scenarios need the same segments, start, horizon, currency and seed. With --set one
    FILE is compared with itself changed.
    """
    from forecast.analysis.price_response_text import price_notes
    from forecast.cli.commands.export import export_runs
    from forecast.cli.exit_status import show_notes, show_warnings
    from forecast.cli.screens.comparison_screen import show_comparison
    from forecast.study.compare import execute_comparison
    from forecast.study.compare_sources import compared_scenarios
    from forecast.study.finished_run import open_run

    options, zone, found = evaluate_all(
        execution.run_options, lambda: _parse_zone(indifference), lambda: _with_changed(sources, sets)
    )
    compared = compared_scenarios(found, execution.replications, execution.seed, options.precision)
    show_notes(*(each.scenario for each in compared))
    show_warnings(note for each in compared[1:] for note in price_notes(compared[0].scenario, each.scenario))
    comparison, folder = execute_comparison(compared, options, zone)
    if as_json:
        write_json(comparison.document())
    else:
        show_comparison(comparison)
    _report_precision(comparison, folder, options.precision)
    if exported:
        export_runs([open_run(run) for run in comparison.runs.values()])


def _with_changed(sources: tuple[str, ...], sets: tuple[str, ...]) -> tuple[str | Scenario, ...]:
    """The sources; with --set the one source, and the same with values changed, named for them."""
    from forecast.scenario import load

    if not sets:
        return sources
    if len(sources) > 1:
        advice = (
            "one FILE with --set, or a file of its own for each scenario: "
            f"`extends: {sources[0]}` and the values that differ"
        )
        raise InputError([Problem(None, None, "--set", f"{len(sources)} files", advice)])
    base, changed = load(sources[0]), load(sources[0], sets)
    name = printable(f"{changed.name} ({', '.join(' '.join(each.split()) for each in sets)})")
    return base, changed.replace({"name": name if len(name) <= LONGEST_NAME else f"{name[: LONGEST_NAME - 1]}…"})


def _parse_zone(text: str | None) -> float:
    """The share that `1%` or `0.01` stands for, the default for None; raises InputError unless it is in [0, 1)."""
    from forecast.analysis.comparison import INDIFFERENCE_ZONE

    if text is None:
        return INDIFFERENCE_ZONE
    if text.strip().removesuffix("%").strip() in {"0", "0.0"}:
        return 0.0
    try:
        return parse_precision(text)
    except InputError:
        allowed = "a share from 0% to below 100%, such as `1%`"
        raise InputError([Problem(None, None, "--indifference", quoted(text), allowed)]) from None


def _report_precision(comparison: Comparison, folder: Path, wanted: float | None) -> None:
    """Write on stderr how precise the differences are, and where the comparison is."""
    reached = comparison.precision()
    known = ", ".join(
        f"{comparison.headline(code).label} ±{format_share(width)}"
        for code, width in reached.items()
        if width is not None
    )
    if known:
        write_line(f"Differences are known to (95% interval, of the base's mean): {known}.", err=True)
    if wanted is not None and not all(width is not None and width <= wanted for width in reached.values()):
        write_line(f"Not all within {format_share(wanted)} after {comparison.replications} replications.", err=True)
    write_line(f"Everything is in {printable(str(folder))}", err=True)
