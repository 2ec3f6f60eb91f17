"""The report of a comparison: which scenario is better, by how much and how surely, and how they differ."""

from __future__ import annotations

import os
import shlex
from collections.abc import Iterator
from datetime import date
from itertools import chain
from pathlib import Path

from forecast import charts
from forecast.analysis.comparison import Comparison, best_sentence
from forecast.analysis.formatting import (
    count_futures,
    format_difference,
    format_probability,
    format_range,
    format_value,
    pluralize,
    rough_note,
    sentence_case,
)
from forecast.charts.layout.chart import ChartData
from forecast.errors import printable
from forecast.html_report.inline_figures import inline_figure
from forecast.html_report.page import Page, PageSection, PageTable
from forecast.months import month_end_label

MOST_COLUMNS = 4  # scenarios side by side


def comparison_page(comparison: Comparison, folder: Path) -> Page:
    """The page of a comparison in a folder."""
    start = date.fromisoformat(comparison.start)
    headlines = [headline for headline in comparison.headlines if len(comparison.figures(headline.code))]
    sections = [
        PageSection(
            headline.code.replace("_", "-"),
            sentence_case(headline.label),
            [
                inline_figure(
                    f"{headline.code}-difference".replace("_", "-"), charts.differences(comparison, headline.code)
                ),
                inline_figure(
                    f"{headline.code}-outcomes".replace("_", "-"), charts.outcomes(comparison, headline.code)
                ),
            ],
        )
        for headline in sorted(headlines, key=lambda each: each.code != "arr")
    ]
    return Page(
        title=f"{pluralize(len(comparison.names), 'scenario')} compared",
        about=f"Base: {comparison.names[0]}. Compared with it: {', '.join(comparison.names[1:])}.",
        span=f"{month_end_label(start, 1)} to {month_end_label(start, comparison.months)}",
        answer=_answer_sentences(comparison),
        tables=[_means_table(comparison)],
        sections=sections,
        evidence="",
        blocks=[],
        changes=[(name, _changes_data(comparison, name)) for name in comparison.names[1:]],
        facts=[
            ("Scenarios", ", ".join(comparison.names)),
            ("Simulated futures (replications)", f"{comparison.replications:,} of each, with common random numbers"),
            ("Seed", str(comparison.seed)),
        ],
        repeat=_repeat_commands(comparison, folder),
        warnings=list(_warning_sentences(comparison)),
    )


def _warning_sentences(comparison: Comparison) -> Iterator[str]:
    """The warnings and notes, each once, with the scenarios that have it."""
    for warning in dict.fromkeys(chain.from_iterable(comparison.warnings.values())):
        names = [name for name, found in comparison.warnings.items() if warning in found]
        yield f"{', '.join(names)}: {warning.sentence}"


def _answer_sentences(comparison: Comparison) -> list[str]:
    """Which scenario is best, and how each compares with the base."""
    count = comparison.replications
    if not len(comparison.figures("arr")):
        return ["There is nothing to compare."]
    end = month_end_label(date.fromisoformat(comparison.start), comparison.months)
    sentences = [f"By ARR in {end}, {best_sentence(comparison.standings('arr'))}"]
    sentences += [_difference_sentence(comparison, name) for name in comparison.names[1:]]
    sentences.append(
        f"{sentence_case(count_futures(count))} of each scenario{rough_note(count)}. "
        "Each is the company played out once, with different chance events. All scenarios meet the same ones "
        "(common random numbers), so differences are taken within each future. Better: in how many it beats the base, "
        "ties count half; best: in how many it beats all, ties shared. In brackets: the 95% interval."
    )
    return sentences


def _difference_sentence(comparison: Comparison, name: str) -> str:
    """A scenario compared with the base by ARR and net present value, in a sentence or two."""
    base, currency = comparison.names[0], comparison.currency
    arr, npv = (comparison.headline(code) for code in ("arr", "npv"))
    by_arr, by_npv = (comparison.pair(headline.code, base, name) for headline in (arr, npv))
    if by_arr.equal == by_npv.equal == 1.0:
        return f"{name}: the same as {base} in every simulated future."
    mean, low, high = by_arr.mean
    interval = (
        ""
        if low is None
        else (f" (95% interval of the mean: {format_difference(low, arr.unit)} to {format_difference(high, arr.unit)})")
    )
    return (
        f"{name}: {currency} {format_difference(mean, arr.unit)} against {base} on average{interval}; "
        f"better in {format_range(by_arr.better, format_probability)} of the simulated futures. "
        f"Net present value: {currency} {format_difference(by_npv.mean.value, npv.unit)}, better "
        f"in {format_range(by_npv.better, format_probability)}."
    )


def _changes_data(comparison: Comparison, name: str) -> ChartData:
    """The values that differ between a scenario and the base."""
    changes = comparison.changes.get(name, ())
    rows: list[tuple[str, ...]] = [tuple(change) for change in changes]
    if any(change.in_force for change in changes):
        return ChartData(("path", comparison.names[0], name, "in force"), rows)
    return ChartData(("path", comparison.names[0], name), [row[:3] for row in rows])


def _repeat_commands(comparison: Comparison, folder: Path) -> list[str]:
    """The commands that repeat the comparison."""
    runs = [Path(os.path.relpath(run.resolve(), folder.resolve())) for run in comparison.runs.values()]
    files = [(run / "scenario.yaml").as_posix() for run in runs]
    compare = printable(shlex.join(["forecast", "compare", *files, "-o", "again"]))
    return ["cd the-folder-of-this-comparison", compare, "forecast report again"]


def _means_table(comparison: Comparison) -> PageTable:
    """The mean of every headline: a column per scenario where they fit side by side, else a row per scenario."""
    heads = [headline.label_in(comparison.currency) for headline in comparison.headlines]
    rows = [
        (
            name,
            *(
                format_value(comparison.distribution(each.code, name).mean.value, each.unit)
                for each in comparison.headlines
            ),
        )
        for name in comparison.names
    ]
    if len(rows) <= MOST_COLUMNS:
        columns = zip(heads, *(row[1:] for row in rows), strict=True)
        return PageTable("Means by scenario", ChartData(("", *comparison.names), list(columns)))
    return PageTable("Means by scenario", ChartData(("scenario", *heads), rows))
