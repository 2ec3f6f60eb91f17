"""How does `forecast sensitivity` go?  From a run's folder to a tornado in figures."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click
from rich.table import Table

from forecast.analysis.comparison import to_json_value
from forecast.analysis.formatting import format_value
from forecast.analysis.sensitivity import Sensitivity, VarianceShare
from forecast.cli.screens.comparison_screen import format_probability, sentence_case
from forecast.cli.screens.run_screen import add_row, output_console, plain_line
from forecast.montecarlo import progress_on
from forecast.study.finished_run import Run, open_run
from forecast.study.two_level import epistemic_shares

COLUMNS_NOTE = (
    "correlation: of the ranks of draw and figure. low to high: the figure's mean in the fifth of the replications "
    "with the lowest and with the highest draw."
)
GRADES_NOTE = "grade: A to C, from the strongest evidence to the weakest; U: nothing published, an assumption."


def sensitivity_of_folder(folder: Path, asked: dict[str, Any], *, as_json: bool) -> None:
    """Nothing; where the spread comes from is on stdout."""
    run = open_run(folder)
    found = run.sensitivity(asked["code"])
    if asked["pairs"] is not None and run.parameters.uncertain:
        shown = progress_on(sys.stderr, asked["pairs"])
        measured = epistemic_shares(run, asked["pairs"], asked["workers"], shown)[asked["code"]]
        found = found._replace(epistemic=measured)
    if as_json:
        click.echo(json.dumps(to_json_value(found), indent=2, ensure_ascii=False, allow_nan=False))
        return
    screen = output_console()
    for sentence in _variance_sentences(run, found):
        screen.print(plain_line(sentence))
    if found.parameters:
        screen.print()
        screen.print(_tornado_table(found))
        screen.print()
        screen.print(plain_line(COLUMNS_NOTE))
        screen.print(plain_line(GRADES_NOTE))


def _variance_sentences(run: Run, found: Sensitivity) -> Iterator[str]:
    """What is known and what is chance, in sentences."""
    label = sentence_case(found.headline.label)
    yield f"{run.manifest['scenario']}: {label}, {found.replications} replications"
    yield ""
    if found.reason:
        yield f"Nothing can be said of where its spread comes from: {found.reason}."
    elif found.epistemic is not None:
        yield (
            f"{_share_with_range(found.epistemic)} of its variance comes from parameters that nobody "
            "knows, the rest from chance "
            f"({found.epistemic.method})."
        )


def _share_with_range(share: VarianceShare) -> str:
    """`30% (24–36%)`."""
    return (
        f"{format_probability(share.value)} "
        f"({format_probability(share.low).removesuffix('%')}–{format_probability(share.high)})"
    )


def _tornado_table(found: Sensitivity) -> Table:
    """The parameters, the most important first."""
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="bold")
    table.add_column(plain_line("Uncertain parameter"), overflow="fold")
    for name in ("of variance", "correlation", "low to high", "grade"):
        table.add_column(plain_line(name), justify="right", no_wrap=True)
    table.add_column(plain_line("sources"))
    for each in found.parameters:
        ends = (format_value(mean, found.headline.unit) for mean in (each.low_mean, each.high_mean))
        correlation = each.rank_correlation.value
        add_row(
            table,
            each.path,
            _share_with_range(each.first_order),
            "–" if correlation is None else f"{correlation:+.2f}",
            " to ".join(ends),
            each.grade or "–",
            " ".join(each.sources),
        )
    return table
