"""How does `forecast sensitivity` go?  From a run's folder to a tornado in figures."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click
from rich.table import Table

from forecast.cli.comparison_screen import percent, sentence_case
from forecast.cli.screen import add, console, line
from forecast.montecarlo import progress_on
from forecast.results.comparison import plain
from forecast.results.opened import Run, open_run
from forecast.results.sensitivity import Sensitivity, Share
from forecast.results.two_level import pairs_of
from forecast.results.words import figure

ENDS = (
    "correlation: of the ranks of draw and figure. low to high: the figure's mean in the fifth of the replications "
    "with the lowest and with the highest draw."
)
GRADES = "grade: A to C, from the strongest evidence to the weakest; U: nothing published, an assumption."


def sensitivity_of(folder: Path, asked: dict[str, Any], *, as_json: bool) -> None:
    """Nothing; where the spread comes from is on stdout."""
    run = open_run(folder)
    found = run.sensitivity(asked["code"])
    if asked["pairs"] is not None and run.parameters.uncertain:
        shown = progress_on(sys.stderr, asked["pairs"])
        measured = pairs_of(run, asked["pairs"], asked["workers"], shown)[asked["code"]]
        found = found._replace(epistemic=measured)
    if as_json:
        click.echo(json.dumps(plain(found), indent=2, ensure_ascii=False, allow_nan=False))
        return
    screen = console()
    for sentence in told(run, found):
        screen.print(line(sentence))
    if found.parameters:
        screen.print()
        screen.print(tornado(found))
        screen.print()
        screen.print(line(ENDS))
        screen.print(line(GRADES))


def told(run: Run, found: Sensitivity) -> Iterator[str]:
    """What is known and what is chance, in sentences."""
    label = sentence_case(found.headline.label)
    yield f"{run.manifest['scenario']}: {label}, {found.replications} replications"
    yield ""
    if found.reason:
        yield f"Nothing can be said of where its spread comes from: {found.reason}."
    elif found.epistemic is not None:
        yield (
            f"{within(found.epistemic)} of its variance comes from parameters that nobody knows, the rest from chance "
            f"({found.epistemic.method})."
        )


def within(share: Share) -> str:
    """`30% (24–36%)`."""
    return f"{percent(share.value)} ({percent(share.low).removesuffix('%')}–{percent(share.high)})"


def tornado(found: Sensitivity) -> Table:
    """The parameters, the most important first."""
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="bold")
    table.add_column(line("Uncertain parameter"), overflow="fold")
    for name in ("of variance", "correlation", "low to high", "grade"):
        table.add_column(line(name), justify="right", no_wrap=True)
    table.add_column(line("sources"))
    for each in found.parameters:
        ends = (figure(mean, found.headline.unit) for mean in (each.low_mean, each.high_mean))
        correlation = each.rank_correlation.value
        add(
            table,
            each.path,
            within(each.first_order),
            "–" if correlation is None else f"{correlation:+.2f}",
            " to ".join(ends),
            each.grade or "–",
            " ".join(each.sources),
        )
    return table
