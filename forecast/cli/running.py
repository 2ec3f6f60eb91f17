"""How does `forecast run` go?  From what was typed to a run, its progress on stderr and its forecast on stdout."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from typing import Any

import click

from forecast.cli.halting import halting
from forecast.cli.screen import show_run
from forecast.errors import InputError, Problem, printable
from forecast.montecarlo import parse_precision, progress_on
from forecast.results.opened import Run
from forecast.results.running import Options, check_cluster, chosen_engine, perform
from forecast.results.words import share
from forecast.scenario import load


def run_file(file: str, asked: dict[str, Any], *, as_json: bool) -> Run:
    """The run, which is in its folder, and told."""
    scenario, engine, precision, _ = together(
        lambda: load(file, asked["sets"], seed=asked["seed"], replications=asked["replications"]),
        lambda: chosen_engine(asked["engine"]),
        lambda: None if asked["precision"] is None else parse_precision(asked["precision"]),
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
    run = perform(scenario, options)
    if as_json:
        click.echo(json.dumps(json_document(run), indent=2, ensure_ascii=False, allow_nan=False))
    else:
        show_run(run.summary)
    tell(run, precision)
    return run


def together(*questions: Callable[[], Any]) -> list[Any]:
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


def tell(run: Run, wanted: float | None) -> None:
    """Nothing; how precise it is and where it lies, on stderr."""
    reached = run.summary["precision"]
    known = ", ".join(
        f"{name.replace('_', ' ')} ±{share(width)}" for name, width in reached.items() if width is not None
    )
    if known:
        click.echo(f"Precision (95% interval of the mean, relative): {known}.", err=True)
    if wanted is not None and not all(width is not None and width <= wanted for width in reached.values()):
        click.echo(f"Not all within {share(wanted)} after {run.manifest['replications']} replications.", err=True)
    seconds, events = run.manifest["seconds"], run.manifest["events"]
    click.echo(f"{events:,} events in {seconds:.1f} s. Everything is in {printable(str(run.folder))}", err=True)


def json_document(run: Run) -> dict[str, Any]:
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
