"""`forecast run`: a scenario becomes a run in its folder, its progress on stderr and its forecast on stdout."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from forecast.analysis.formatting import format_share
from forecast.cli.options import ExecutionArguments, evaluate_all, execution_options, json_option, set_option
from forecast.cli.streams import write_json, write_line
from forecast.errors import printable

if TYPE_CHECKING:
    from forecast.study.finished_run import Run

PRECISION_LABELS = {"contract_incidence": "accounts signed", "arr": "ARR", "revenue_to_date": "revenue to date"}


@click.command("run", short_help="Simulate a scenario and keep its forecast in a folder.")
@click.argument("file")
@set_option
@execution_options(
    replications="How many futures to simulate. [run.replications of the file]",
    output="The run's folder. [runs/ and the scenario's name]",
    precision="Stop when the headline figures are known to P, such as 2%; -n is then the most.",
)
@click.option("--export", "exported", is_flag=True, help="Write plan.xlsx and flat files too, as forecast export does.")
@json_option
def run_command(
    file: str,
    sets: tuple[str, ...],
    execution: ExecutionArguments,
    exported: bool,  # noqa: FBT001
    as_json: bool,  # noqa: FBT001
) -> None:
    """Simulate a scenario, show the forecast, and keep it in a folder.

    FILE is a scenario or a preset's name. Each replication simulates one possible future; the forecast is their mean
    and their range. The same file, seed and version give the same tables for any number of workers. An interrupted
    run resumes when the same command is given again.
    """
    from forecast.cli.commands.export import export_runs
    from forecast.cli.exit_status import show_notes
    from forecast.cli.screens.run_screen import show_run
    from forecast.scenario import load
    from forecast.study.run import execute_run

    scenario, options = evaluate_all(
        lambda: load(file, sets, seed=execution.seed, replications=execution.replications), execution.run_options
    )
    show_notes(scenario)
    run = execute_run(scenario, options)
    if as_json:
        write_json(run_document(run))
    else:
        show_run(run)
    _report_precision(run, options.precision)
    if exported:
        export_runs([run])


def _report_precision(run: Run, wanted: float | None) -> None:
    """Write on stderr how precise the figures are, and where the run is."""
    reached = run.summary["precision"]
    known = ", ".join(
        f"{PRECISION_LABELS[name]} ±{format_share(width)}"
        for name, width in reached.items()
        if width is not None and (run.scenario.stages or name != "contract_incidence")
    )
    if known:
        write_line(f"Precision (95% interval of the mean, relative): {known}.", err=True)
    if wanted is not None and not all(width is not None and width <= wanted for width in reached.values()):
        write_line(
            f"Not all within {format_share(wanted)} after {run.manifest['replications']} replications.", err=True
        )
    seconds, events = run.manifest["seconds"], run.manifest["events"]
    write_line(f"{events:,} events in {seconds:.1f} s. Everything is in {printable(str(run.folder))}", err=True)


def run_document(run: Run) -> dict[str, Any]:
    """The document of `--json`; the rest of the summary is in the run's folder."""
    summary = run.summary
    facts = {name: summary[name] for name in ("scenario", "seed", "replications", "engine", "events")}
    kept = ("R", "contract_incidence", "first_trial_to_contract")
    return {
        **facts,
        "seconds": run.manifest["seconds"],
        "segments": {name: {key: block[key] for key in kept} for name, block in summary["segments"].items()},
        "total": summary["total"],
        "monthly": summary["monthly"],
        "plausibility": run.plausibility,
        "warnings": [each.document() for each in run.warnings],
    }
