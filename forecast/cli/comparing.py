"""How does `forecast compare` go?  From what was typed to a comparison in its folder, told on stdout."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import click

from forecast.cli.comparison_screen import show_comparison
from forecast.cli.halting import halting
from forecast.cli.running import together
from forecast.cli.screen import show_run
from forecast.errors import InputError, Problem, printable, quoted
from forecast.montecarlo import parse_precision, progress_on
from forecast.results.comparing import open_comparison, perform
from forecast.results.comparison import ZONE, Comparison
from forecast.results.folder import COMPARISON, manifest_in
from forecast.results.opened import Run, open_run
from forecast.results.running import Options, check_cluster, chosen_engine
from forecast.results.words import share


def compare_all(sources: Sequence[str], asked: dict[str, Any], *, as_json: bool) -> list[Run]:
    """The runs of the comparison, which is in its folder, and told."""
    engine, precision, zone, _ = together(
        lambda: chosen_engine(asked["engine"]),
        lambda: None if asked["precision"] is None else parse_precision(asked["precision"]),
        lambda: ZONE if asked["indifference"] is None else parse_zone(asked["indifference"]),
        lambda: check_cluster(asked["cluster"], asked["workers"], "--"),
    )
    options = Options(
        engine=engine,
        workers=asked["workers"],
        folder=asked["folder"],
        precision=precision,
        command=("forecast", *sys.argv[1:]),
        progress=lambda replications: progress_on(sys.stderr, replications),
        force=asked["force"],
        cluster=asked["cluster"],
        halt=halting,
    )
    comparison, folder = perform(sources, options, (asked["replications"], asked["seed"]), zone)
    if as_json:
        click.echo(json.dumps(comparison.document(), indent=2, ensure_ascii=False, allow_nan=False))
    else:
        show_comparison(comparison)
    tell(comparison, folder, precision)
    return [open_run(run) for run in comparison.runs.values()]


def parse_zone(text: str) -> float:
    """The share that `1%` or `0.01` means; raises InputError unless it is from 0 to below 1."""
    if text.strip().removesuffix("%").strip() in {"0", "0.0"}:
        return 0.0
    try:
        return parse_precision(text)
    except InputError:
        allowed = "a share from 0% to below 100%, such as `1%`"
        raise InputError([Problem(None, None, "--indifference", quoted(text), allowed)]) from None


def tell(comparison: Comparison, folder: Path, wanted: float | None) -> None:
    """Nothing; how well the differences are known and where everything lies, on stderr."""
    reached = comparison.precision()
    known = ", ".join(
        f"{comparison.headline(code).label} ±{share(width)}" for code, width in reached.items() if width is not None
    )
    if known:
        click.echo(f"Differences are known to (95% interval, of the base's mean): {known}.", err=True)
    if wanted is not None and not all(width is not None and width <= wanted for width in reached.values()):
        click.echo(f"Not all within {share(wanted)} after {comparison.replications} replications.", err=True)
    click.echo(f"Everything is in {printable(str(folder))}", err=True)


def show_folder(folder: Path) -> None:
    """Nothing; the run or the comparison in a folder is on stdout."""
    if manifest_in(folder, COMPARISON) is not None:
        show_comparison(open_comparison(folder))
    else:
        show_run(open_run(folder).summary)
