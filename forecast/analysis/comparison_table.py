"""The table of a comparison for a spreadsheet, comparison.csv: one statistic a row."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from typing import Any

from forecast.analysis.comparison import Comparison, to_json_value
from forecast.spreadsheet_text import escape_formula

HEADER = ("headline", "unit", "scenario", "compared_with", "statistic", "value")


def comparison_csv(comparison: Comparison) -> str:
    """The text of comparison.csv; an empty value is one that is not defined."""
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows([HEADER, *_comparison_rows(comparison)])
    return text.getvalue()


def _comparison_rows(comparison: Comparison) -> Iterator[tuple[str, str, str, str, str, str]]:
    """Rows (headline, unit, scenario, compared with, statistic, value) of comparison.csv; empty: undefined."""
    for headline in comparison.headlines:
        code, unit = headline.code, comparison.currency + " cents" if headline.unit == "cents" else headline.unit
        for name in comparison.names:
            for statistic, value in _flatten(to_json_value(comparison.distribution(code, name))):
                yield code, unit, escape_formula(name), "", statistic, value
        for standing in comparison.standings(code):
            for statistic, value in _flatten(
                {"best": to_json_value(standing.best), "regret": to_json_value(standing.regret)}
            ):
                yield code, unit, escape_formula(standing.scenario), "", statistic, value
        for pair in comparison.pairs(code):
            parts = {name: part for name, part in to_json_value(pair).items() if name not in {"first", "second"}}
            for statistic, value in _flatten(parts):
                yield code, unit, escape_formula(pair.second), escape_formula(pair.first), statistic, value


def _flatten(part: Any, name: str = "") -> Iterator[tuple[str, str]]:
    """The numbers of nested mappings with dotted names; the value of an interval under the interval's own name."""
    if isinstance(part, dict):
        for key, inner in part.items():
            yield from _flatten(inner, name if key == "value" else f"{name}.{key}" if name else key)
    else:
        yield name, "" if part is None else part if isinstance(part, str) else repr(part)
