"""Columns with times: how each is read, which zone it has, and what is said of times that cannot be read."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from forecast.errors import Problem, ReportProblem, quoted
from forecast.exports.data_records import DataFile, TableBlock
from forecast.foreign.cells import DATE_FORMATS
from forecast.foreign.duckdb_session import DuckDBSession
from forecast.foreign.large_files import Scan
from forecast.foreign.sql_times import AMBIGUOUS, NO_TIME, SERIAL, WITHOUT_ZONE, time_kind_sql, time_sql

_FIRST_LINES = 3
_UTC_MARK = "(UTC)"  # in names of Stripe's columns
_WAYS_OUT = {
    WITHOUT_ZONE: "`time_zone: Europe/Berlin` (or `time_zone: UTC`) in the data file says which zone it has",
    SERIAL: "a time: this is a number that a spreadsheet made of one; export it as text",
    AMBIGUOUS: f"`date_format` in the data file, one of {', '.join(map(quoted, DATE_FORMATS[1:]))}",
    NO_TIME: "a time such as `2026-01-31 09:30:00Z`",
}


def time_columns(name: str, scan: Scan, column: str | None, plan: DataFile, block: TableBlock) -> dict[str, str]:
    """SQL of a column with times: `name_time`, and what is wrong with it, `name_wrong`, with its text, `name_text`."""
    if column is None or not scan.has(column):
        return {f"{name}_time": "CAST(NULL AS TIMESTAMP)", f"{name}_wrong": "''", f"{name}_text": "''"}
    zone = "UTC" if column.endswith(_UTC_MARK) else block.time_zone or plan.time_zone
    if scan.types.get(column) == "TIMESTAMP WITH TIME ZONE":  # nothing to read: much faster
        found = f"timezone('UTC', {scan.columns[column]})"
        return {f"{name}_time": found, f"{name}_wrong": "''", f"{name}_text": "''"}
    text = scan.text(column)
    kind = time_kind_sql(text, plan.date_format)
    found = time_sql(text, kind, plan.date_format, zone)
    fine = f"{text} IS NULL OR ({found}) IS NOT NULL"
    wrong = f"CASE WHEN {fine} THEN '' WHEN ({kind}) IN ('{SERIAL}', '{AMBIGUOUS}') THEN ({kind}) "
    wrong += f"WHEN ({kind}) = '{WITHOUT_ZONE}' AND {'true' if zone is None else 'false'} THEN '{WITHOUT_ZONE}' "
    wrong += f"ELSE '{NO_TIME}' END"
    return {f"{name}_time": found, f"{name}_wrong": wrong, f"{name}_text": f"CASE WHEN {fine} THEN '' ELSE {text} END"}


def check_times(
    table: str, names: Iterable[str], block: TableBlock, session: DuckDBSession, report: ReportProblem
) -> None:
    """Report the first lines of a table of the session with times that cannot be read, of each kind."""
    for name in names:
        kinds = session.rows(
            f"SELECT {name}_wrong, count(*) FROM {table} GROUP BY 1 HAVING {name}_wrong <> '' ORDER BY 1"
        )
        for kind, count in kinds:
            rows = session.rows(
                f"SELECT file, line, {name}_text FROM {table} WHERE {name}_wrong = ? ORDER BY file, line LIMIT ?",
                [kind, _FIRST_LINES],
            )
            more = f" (and in {count - len(rows):,} more rows)" if count > len(rows) else ""
            for file, line, text in rows:
                found = f"{quoted(text)}, {_words(kind)}"
                report(Problem(file, line, block.columns.get(name, name), found, _WAYS_OUT[kind] + more))


def _words(kind: str) -> str:
    """What is wrong with a time, in words."""
    said = {WITHOUT_ZONE: "a time without a zone", SERIAL: "a spreadsheet's number of days or another small number"}
    return said.get(kind, "a day and a month that may be either" if kind == AMBIGUOUS else "which is no time")


def instant(day: date, zone: str | None) -> datetime:
    """When a day begins, in UTC without a zone."""
    begins = datetime.combine(day, time(), ZoneInfo(zone or "UTC"))
    return begins.astimezone(UTC).replace(tzinfo=None)


def after(day: date, zone: str | None) -> datetime:
    """When a day is over, in UTC without a zone."""
    return instant(day + timedelta(days=1), zone)
