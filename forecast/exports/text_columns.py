"""Columns with texts: the cells of ours, whatever they are called in the export; and amounts of one currency."""

from __future__ import annotations

from forecast.errors import Problem, ReportProblem, listed
from forecast.exports.data_records import TableBlock
from forecast.foreign.duckdb_session import DuckDBSession
from forecast.foreign.large_files import Scan


def text_column(name: str, scan: Scan, table: TableBlock) -> str:
    """SQL of the texts of a column of ours; null where the export has no such column."""
    column = table.columns.get(name)
    return scan.text(column) if column is not None and scan.has(column) else "CAST(NULL AS VARCHAR)"


def check_currency(table: TableBlock, name: str, session: DuckDBSession, report: ReportProblem) -> None:
    """Report amounts in several currencies."""
    found = [
        text for (text,) in session.rows(f"SELECT DISTINCT upper(currency) FROM {name} WHERE currency IS NOT NULL")
    ]
    if len(found) > 1:
        what = f"amounts in {listed(sorted(found))}"
        report(Problem(table.label, None, table.columns.get("currency"), what, "one currency: convert or split them"))
