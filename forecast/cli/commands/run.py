"""How does `forecast run` go?  From what was typed to a run, its progress on stderr and its forecast on stdout."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from typing import Any

import click

from forecast.analysis.formatting import format_share
from forecast.cli.interrupts import stop_on_interrupt
from forecast.cli.screens.run_screen import show_run
from forecast.errors import InputError, Problem, printable
from forecast.montecarlo import parse_precision, progress_on
from forecast.scenario import load
from forecast.study.finished_run import Run
from forecast.study.run import RunOptions, check_cluster, choose_engine, execute_run


def run_file(file: str, asked: dict[str, Any], *, as_json: bool) -> Run:
    """The run, which is in its folder, and told."""
    scenario, engine, precision, _ = evaluate_all(
        lambda: load(file, asked["sets"], seed=asked["seed"], replications=asked["replications"]),
        lambda: choose_engine(asked["engine"]),
        lambda: None if asked["precision"] is None else parse_precision(asked["precision"]),
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
    run = execute_run(scenario, options)
    if as_json:
        click.echo(json.dumps(_json_document(run), indent=2, ensure_ascii=False, allow_nan=False))
    else:
        show_run(run.summary)
    _report_precision(run, precision)
    return run


def evaluate_all(*questions: Callable[[], Any]) -> list[Any]:
    """The answers to all questions; raises InputError with the problems of all of them."""
    answers: list[Any] = []
    problems: list[Problem] = []
    for question in questions:
        try:
            answers.append(question())
        except InputError as error:
            problems.extend(error.problems)
    if problems:
        raise InputError(problems)
    return answers


def _report_precision(run: Run, wanted: float | None) -> None:
    """Nothing; how precise it is and where it lies, on stderr."""
    reached = run.summary["precision"]
    known = ", ".join(
        f"{name.replace('_', ' ')} ±{format_share(width)}" for name, width in reached.items() if width is not None
    )
    if known:
        click.echo(f"Precision (95% interval of the mean, relative): {known}.", err=True)
    if wanted is not None and not all(width is not None and width <= wanted for width in reached.values()):
        click.echo(
            f"Not all within {format_share(wanted)} after {run.manifest['replications']} replications.", err=True
        )
    seconds, events = run.manifest["seconds"], run.manifest["events"]
    click.echo(f"{events:,} events in {seconds:.1f} s. Everything is in {printable(str(run.folder))}", err=True)


def _json_document(run: Run) -> dict[str, Any]:
    """What `--json` prints; the rest of the summary is in the run's folder."""
    summary = run.summary
    facts = {name: summary[name] for name in ("scenario", "seed", "replications", "engine", "events")}
    kept = ("R", "contract_incidence", "first_trial_to_contract")
    return {
        **facts,
        "seconds": run.manifest["seconds"],
        "segments": {name: {key: block[key] for key in kept} for name, block in summary["segments"].items()},
        "total": summary["total"],
        "monthly": summary["monthly"],
    }
