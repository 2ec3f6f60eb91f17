"""How does `forecast compare` go?  From what was typed to a comparison in its folder, told on stdout."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import click

from forecast.analysis.comparison import INDIFFERENCE_ZONE, Comparison
from forecast.analysis.formatting import format_share
from forecast.cli.commands.run import evaluate_all
from forecast.cli.interrupts import stop_on_interrupt
from forecast.cli.screens.comparison_screen import show_comparison
from forecast.cli.screens.run_screen import show_run
from forecast.errors import InputError, Problem, printable, quoted
from forecast.montecarlo import parse_precision, progress_on
from forecast.study.compare import execute_comparison, open_comparison
from forecast.study.finished_run import Run, open_run
from forecast.study.folder import COMPARISON, read_manifest
from forecast.study.run import RunOptions, check_cluster, choose_engine


def compare_sources(sources: Sequence[str], asked: dict[str, Any], *, as_json: bool) -> list[Run]:
    """The runs of the comparison, which is in its folder, and told."""
    engine, precision, zone, _ = evaluate_all(
        lambda: choose_engine(asked["engine"]),
        lambda: None if asked["precision"] is None else parse_precision(asked["precision"]),
        lambda: INDIFFERENCE_ZONE if asked["indifference"] is None else _parse_zone(asked["indifference"]),
        lambda: check_cluster(asked["cluster"], asked["workers"], "--"),
    )
    options = RunOptions(
        engine=engine,
        workers=asked["workers"],
        folder=asked["folder"],
        precision=precision,
        command=("forecast", *sys.argv[1:]),
        progress=lambda replications: progress_on(sys.stderr, replications),
        force=asked["force"],
        cluster=asked["cluster"],
        halt=stop_on_interrupt,
    )
    comparison, folder = execute_comparison(sources, options, (asked["replications"], asked["seed"]), zone)
    if as_json:
        click.echo(json.dumps(comparison.document(), indent=2, ensure_ascii=False, allow_nan=False))
    else:
        show_comparison(comparison)
    _report_precision(comparison, folder, precision)
    return [open_run(run) for run in comparison.runs.values()]


def _parse_zone(text: str) -> float:
    """The share that `1%` or `0.01` means; raises InputError unless it is from 0 to below 1."""
    if text.strip().removesuffix("%").strip() in {"0", "0.0"}:
        return 0.0
    try:
        return parse_precision(text)
    except InputError:
        allowed = "a share from 0% to below 100%, such as `1%`"
        raise InputError([Problem(None, None, "--indifference", quoted(text), allowed)]) from None


def _report_precision(comparison: Comparison, folder: Path, wanted: float | None) -> None:
    """Nothing; how well the differences are known and where everything lies, on stderr."""
    reached = comparison.precision()
    known = ", ".join(
        f"{comparison.headline(code).label} ±{format_share(width)}"
        for code, width in reached.items()
        if width is not None
    )
    if known:
        click.echo(f"Differences are known to (95% interval, of the base's mean): {known}.", err=True)
    if wanted is not None and not all(width is not None and width <= wanted for width in reached.values()):
        click.echo(f"Not all within {format_share(wanted)} after {comparison.replications} replications.", err=True)
    click.echo(f"Everything is in {printable(str(folder))}", err=True)


def show_folder(folder: Path) -> None:
    """Nothing; the run or the comparison in a folder is on stdout."""
    if read_manifest(folder, COMPARISON) is not None:
        show_comparison(open_comparison(folder))
    else:
        show_run(open_run(folder).summary)
