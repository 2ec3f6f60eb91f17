"""Tidy tables for planning tools: facts, one value a row, and the dimensions that their codes come from.

Facts are of paths only: each version ties, and may be added up wherever its metric says so.  They are leaves: totals
over segments, and percentiles of single figures, are in files of their own with the same columns.  What is not defined
has no row.
"""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Callable, Iterator
from datetime import date
from typing import NamedTuple

from forecast.finance.evaluate import monthly_values
from forecast.finance.fiscal_calendar import FiscalCalendar
from forecast.finance.formulas import CONSTANTS
from forecast.finance.percentiles import LinePercentiles
from forecast.finance.sample_paths import PERCENTILE_RANKS, TOTAL, SamplePaths
from forecast.finance.statements.lines import FLOW, MONEY, OPENING, STOCK, StatementDefinition, StatementLine
from forecast.receiving_tools import name_code
from forecast.spreadsheet_text import escape_formula

FACT_COLUMNS = (
    *("scenario_code", "version", "metric_code", "segment_code", "period_end"),
    *("unit", "currency", "statistic", "value"),
)
AGGREGATION = {FLOW: "sum", STOCK: "last", OPENING: "first"}
COMPANY = "company"  # in place of segments, for what people and capabilities belong in
FlatValue = str | int | float | date


class FlatTable(NamedTuple):
    """A named table of rows."""

    name: str
    header: tuple[str, ...]
    rows: list[tuple[FlatValue, ...]]


def scenario_code(paths: SamplePaths) -> str:
    """The scenario's name as a code: small letters, digits and underscores, and no other name's."""
    return name_code(paths.scenario.name)


def flat_tables(paths: SamplePaths, percentiles: list[LinePercentiles]) -> list[FlatTable]:
    """All flat tables of an export: facts, percentiles, and the dimensions."""
    return [
        FlatTable("facts", FACT_COLUMNS, list(fact_rows(paths))),
        FlatTable("totals", FACT_COLUMNS, list(_total_rows(paths))),
        FlatTable("percentiles", FACT_COLUMNS, list(_percentile_rows(paths, percentiles))),
        _metrics_table(paths),
        _periods_table(paths.calendar),
        _segments_table(paths),
        _versions_table(paths),
        _scenarios_table(paths),
    ]


def fact_rows(paths: SamplePaths) -> Iterator[tuple[FlatValue, ...]]:
    """Every line of every path, segment and month; of lines without segments, the whole company's.

    Leaves only, so that a sum over segments counts nothing twice: what segments add up to is in `_total_rows`.
    """
    segments = tuple(row for row in paths.segments if row != TOTAL)
    return _line_rows(paths, lambda definition: (TOTAL,) if definition.company else segments)


def _total_rows(paths: SamplePaths) -> Iterator[tuple[FlatValue, ...]]:
    """All segments together, of the lines that have segments."""
    return _line_rows(paths, lambda definition: () if definition.company else (TOTAL,))


def _line_rows(
    paths: SamplePaths, rows_of: Callable[[StatementDefinition], tuple[str, ...]]
) -> Iterator[tuple[FlatValue, ...]]:
    """These rows of every line, path and month, in that order; month 0 only for what is there at the start."""
    calendar = [paths.calendar.opening, *(month.end for month in paths.calendar.months)]
    code = scenario_code(paths)
    values = {
        definition.name: monthly_values(definition, paths.metrics, paths.days_and_rates)
        for definition in paths.statements
    }
    for place, path in enumerate(paths.paths):
        statistic = "mean" if path.replication is None else "replication"
        for definition, line in _lines_without_repeats(paths):
            for row in rows_of(definition):
                column = values[definition.name][line.code][:, place, paths.rows.index(row)].tolist()
                first = 1 if line.opening is None else 0
                at = (code, path.name, line.code, row)
                for end, value in zip(calendar[first:], column[first:], strict=True):
                    if value == value:  # noqa: PLR0124  # NaN is unequal to itself: no row
                        yield (*at, end, *_unit_and_currency(paths, line), statistic, _in_currency_units(line, value))


def _percentile_rows(paths: SamplePaths, percentiles: list[LinePercentiles]) -> Iterator[tuple[FlatValue, ...]]:
    """Percentiles of single figures; the column `statistic` marks them as not additive."""
    code = scenario_code(paths)
    for each in percentiles:
        for name, values in zip(PERCENTILE_RANKS, each.values.tolist(), strict=True):
            for month, value in zip(paths.calendar.months, values, strict=True):
                if value == value:  # noqa: PLR0124  # NaN is unequal to itself: no row
                    at = (code, name, each.line.code, TOTAL, month.end, *_unit_and_currency(paths, each.line))
                    yield (*at, "marginal percentile, not additive", _in_currency_units(each.line, value))


def _lines_without_repeats(paths: SamplePaths) -> Iterator[tuple[StatementDefinition, StatementLine]]:
    """The lines that are facts, each once."""
    for definition in paths.statements:
        for line in definition.lines:
            if not line.repeats:
                yield definition, line


def _unit_and_currency(paths: SamplePaths, line: StatementLine) -> tuple[str, str]:
    """Unit and currency."""
    return line.unit, paths.scenario.currency if line.unit == MONEY else ""


def _in_currency_units(line: StatementLine, value: float) -> float:
    """Money in units of currency, everything else as it is."""
    return value / CONSTANTS["cents"][0] if line.unit == MONEY else value


def _metrics_table(paths: SamplePaths) -> FlatTable:
    """The dimension of lines: what each is, and how it is aggregated to a quarter or a year."""
    header = ("metric_code", "label", "statement", "unit", "kind", "aggregation", "sign", "segments", "formula")
    rows: list[tuple[FlatValue, ...]] = []
    for definition, line in _lines_without_repeats(paths):
        kind = line.kind if line.adds_up else "ratio"
        aggregation = AGGREGATION[line.kind] if line.adds_up else "none: compute it anew, or take the last month"
        across = COMPANY if definition.company else "segments add up to total" if line.adds_up else "each by itself"
        rows.append((line.code, line.label, definition.name, line.unit, kind, aggregation, line.sign, across, line.how))
    return FlatTable("metrics", header, rows)


def _periods_table(calendar: FiscalCalendar) -> FlatTable:
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
    rows: list[tuple[FlatValue, ...]] = [(calendar.opening, 0, "opening", "", "", 0, 0)]
    for month in calendar.months:
        quarter, year = (
            next(each for each in spans if each.first <= month.first <= each.last)
            for spans in (calendar.quarters, calendar.years)
        )
        counts = (quarter.last - quarter.first + 1, year.last - year.first + 1)
        rows.append((month.end, month.first, month.label, quarter.label, year.label, *counts))
    return FlatTable("periods", header, rows)


def _segments_table(paths: SamplePaths) -> FlatTable:
    """The dimension of segments; the total is the parent of all others."""
    text = paths.scenario.labels.segment
    rows: list[tuple[FlatValue, ...]] = [
        (name, "", name) if name == TOTAL else (name, TOTAL, text(name)) for name in paths.segments
    ]
    return FlatTable("segments", ("segment_code", "parent_code", "label"), rows)


def _versions_table(paths: SamplePaths) -> FlatTable:
    """The dimension of versions: which replication each path is."""
    header = ("version", "what", "replication", "headline_metric", "headline_value", "discount_rate")
    rows: list[tuple[FlatValue, ...]] = []
    for path in paths.paths:
        mean = path.replication is None
        what = (
            f"mean of {paths.replications} replications"
            if mean
            else "one replication, at this percentile of the headline"
        )
        number: FlatValue = "" if path.replication is None else path.replication
        value = _in_currency_units(paths.headline, path.headline)
        rows.append((path.name, what, number, paths.headline.code, value, path.discount_rate))
    return FlatTable("versions", header, rows)


def _scenarios_table(paths: SamplePaths) -> FlatTable:
    """The dimension of scenarios: this one."""
    scenario = paths.scenario
    header = ("scenario_code", "name", "currency", "first_month", "months", "seed", "replications", "scenario_sha256")
    row = (
        *(scenario_code(paths), scenario.name, scenario.currency, scenario.start, scenario.months),
        *(scenario.seed, paths.replications, scenario.sha256),
    )
    return FlatTable("scenarios", header, [row])


MONEY_DECIMALS = 2  # decimals of money; everything else has as many as it needs


def csv_bytes(table: FlatTable) -> bytes:
    """The table as UTF-8 CSV; dates as 2026-01-31, an apostrophe before a text that looks like a formula."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(table.header)
    unit = table.header.index("unit") if table.header[-1] == "value" else -1
    for row in table.rows:
        money = unit >= 0 and row[unit] == "money"
        writer.writerow([*map(_csv_text, row[:-1]), _csv_money(row[-1]) if money else _csv_text(row[-1])])
    return text.getvalue().encode()


def _csv_text(value: FlatValue) -> str:
    """A value as text."""
    if isinstance(value, str):
        return escape_formula(value.replace("\0", " "))
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, float):
        assert math.isfinite(value)
        return str(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value)
    return str(value)


def _csv_money(value: FlatValue) -> str:
    """Money with two decimals where it is whole cents, with all digits where a quotient is finer."""
    assert isinstance(value, float)
    assert math.isfinite(value)
    short = f"{value:.{MONEY_DECIMALS}f}"
    return short if float(short) == value else repr(value)


def parquet_bytes(table: FlatTable) -> bytes:
    """The table as Parquet; dates are dates, the same bytes for the same rows."""
    import pyarrow as pa  # noqa: PLC0415  # the workbook needs none of it
    import pyarrow.parquet as pq  # noqa: PLC0415

    columns = {name: pa.array(_column_values(table, place)) for place, name in enumerate(table.header)}
    sink = pa.BufferOutputStream()
    pq.write_table(pa.table(columns), sink, version="2.6", compression="zstd", compression_level=3)
    data: bytes = sink.getvalue().to_pybytes()
    return data


def _column_values(table: FlatTable, place: int) -> list[FlatValue | None]:
    """One column; an empty text among numbers is null."""
    values = [row[place] for row in table.rows]
    numbers = any(not isinstance(value, str) for value in values)
    return [None if numbers and value == "" else value for value in values]
