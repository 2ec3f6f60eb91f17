"""What do planning tools take?  Tidy facts, one value a row, and the lists (dimensions) that their codes come from.

Facts are of paths only: each version ties, and may be added up wherever its metric says so.  Percentiles of single
figures are in a file of their own, with the same columns.  What is not defined has no row.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from typing import NamedTuple

from forecast.finance.calendar import Calendar
from forecast.finance.column import CONSTANTS
from forecast.finance.evaluate import monthly
from forecast.finance.lines import FLOW, MONEY, OPENING, STOCK, Family, Line
from forecast.finance.paths import RANKS, TOTAL, Paths
from forecast.finance.percentiles import Percentiles

HEADER = (
    *("scenario_code", "version", "metric_code", "segment_code", "period_end"),
    *("unit", "currency", "statistic", "value"),
)
AGGREGATION = {FLOW: "sum", STOCK: "last", OPENING: "first"}
COMPANY = "company"  # in place of segments, for what people and capabilities belong in
Value = str | int | float | date


class Sheet(NamedTuple):
    """A flat table with a name."""

    name: str
    header: tuple[str, ...]
    rows: list[tuple[Value, ...]]


def scenario_code(paths: Paths) -> str:
    """The scenario's name as a code: small letters, digits and underscores."""
    return re.sub(r"[^a-z0-9]+", "_", paths.scenario.name.lower()).strip("_")[:60] or "scenario"


def sheets(paths: Paths, percentiles: list[Percentiles]) -> list[Sheet]:
    """All flat tables of an export: facts, percentiles, and the dimensions."""
    return [
        Sheet("facts", HEADER, list(facts(paths))),
        Sheet("percentiles", HEADER, list(marginal(paths, percentiles))),
        metrics(paths),
        periods(paths.calendar),
        segments(paths),
        versions(paths),
        scenarios(paths),
    ]


def facts(paths: Paths) -> Iterator[tuple[Value, ...]]:
    """Every line of every path, segment and month, in that order; month 0 only for what is there at the start."""
    calendar = [paths.calendar.opening, *(month.end for month in paths.calendar.months)]
    code = scenario_code(paths)
    values = {family.name: monthly(family, paths.metrics, paths.facts) for family in paths.families}
    for place, path in enumerate(paths.paths):
        statistic = "mean" if path.replication is None else "replication"
        for family, line in own_lines(paths):
            for row in (TOTAL,) if family.company else paths.segments:
                column = values[family.name][line.code][:, place, paths.rows.index(row)].tolist()
                first = 1 if line.opening is None else 0
                at = (code, path.name, line.code, row)
                for end, value in zip(calendar[first:], column[first:], strict=True):
                    if value == value:  # noqa: PLR0124  # NaN: there is nothing to tell
                        yield (*at, end, *of_unit(paths, line), statistic, figure(line, value))


def marginal(paths: Paths, percentiles: list[Percentiles]) -> Iterator[tuple[Value, ...]]:
    """Percentiles of single figures; the statistic says that they are not additive."""
    code = scenario_code(paths)
    for each in percentiles:
        for name, values in zip(RANKS, each.values.tolist(), strict=True):
            for month, value in zip(paths.calendar.months, values, strict=True):
                if value == value:  # noqa: PLR0124  # NaN: there is nothing to tell
                    at = (code, name, each.line.code, TOTAL, month.end, *of_unit(paths, each.line))
                    yield (*at, "marginal percentile, not additive", figure(each.line, value))


def own_lines(paths: Paths) -> Iterator[tuple[Family, Line]]:
    """The lines that are facts: each once."""
    for family in paths.families:
        for line in family.lines:
            if not line.repeats:
                yield family, line


def of_unit(paths: Paths, line: Line) -> tuple[str, str]:
    """Unit and currency."""
    return line.unit, paths.scenario.currency if line.unit == MONEY else ""


def figure(line: Line, value: float) -> float:
    """Money in units of currency, everything else as it is."""
    return value / CONSTANTS["cents"][0] if line.unit == MONEY else value


def metrics(paths: Paths) -> Sheet:
    """The dimension of lines: what each is, and how it becomes a quarter or a year."""
    header = ("metric_code", "label", "statement", "unit", "kind", "aggregation", "sign", "segments", "formula")
    rows: list[tuple[Value, ...]] = []
    for family, line in own_lines(paths):
        kind = line.kind if line.adds_up else "ratio"
        aggregation = AGGREGATION[line.kind] if line.adds_up else "none: compute it anew, or take the last month"
        across = COMPANY if family.company else "segments add up to total" if line.adds_up else "each by itself"
        rows.append((line.code, line.label, family.name, line.unit, kind, aggregation, line.sign, across, line.how))
    return Sheet("metrics", header, rows)


def periods(calendar: Calendar) -> Sheet:
    """The dimension of time: each month, and the fiscal quarter and year that it lies in; month 0 is the opening."""
    header = (
        "period_end",
        "month_number",
        "month",
        "fiscal_quarter",
        "fiscal_year",
        "months_in_quarter",
        "months_in_year",
    )
    rows: list[tuple[Value, ...]] = [(calendar.opening, 0, "opening", "", "", 0, 0)]
    for month in calendar.months:
        quarter, year = (
            next(each for each in spans if each.first <= month.first <= each.last)
            for spans in (calendar.quarters, calendar.years)
        )
        counts = (quarter.last - quarter.first + 1, year.last - year.first + 1)
        rows.append((month.end, month.first, month.label, quarter.label, year.label, *counts))
    return Sheet("periods", header, rows)


def segments(paths: Paths) -> Sheet:
    """The dimension of segments; the total is the parent of all others."""
    rows: list[tuple[Value, ...]] = [(name, "" if name == TOTAL else TOTAL) for name in paths.segments]
    return Sheet("segments", ("segment_code", "parent_code"), rows)


def versions(paths: Paths) -> Sheet:
    """The dimension of versions: which replication each path is."""
    header = ("version", "what", "replication", "headline_metric", "headline_value", "discount_rate")
    rows: list[tuple[Value, ...]] = []
    for path in paths.paths:
        mean = path.replication is None
        what = (
            f"mean of {paths.replications} replications"
            if mean
            else "one replication, at this percentile of the headline"
        )
        number: Value = "" if path.replication is None else path.replication
        value = figure(paths.headline, path.headline)
        rows.append((path.name, what, number, paths.headline.code, value, path.discount_rate))
    return Sheet("versions", header, rows)


def scenarios(paths: Paths) -> Sheet:
    """The dimension of scenarios: this one."""
    scenario = paths.scenario
    header = ("scenario_code", "name", "currency", "first_month", "months", "seed", "replications", "scenario_sha256")
    row = (
        *(scenario_code(paths), scenario.name, scenario.currency, scenario.start, scenario.months),
        *(scenario.seed, paths.replications, scenario.sha256),
    )
    return Sheet("scenarios", header, [row])
