"""Exports of any size as tables of a DuckDB session: the files of a source one after the other, each row with its line.

What a column means is a matter of who asks: it gives the SQL of each column of its table.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from forecast.errors import InputError, Problem, ReportProblem
from forecast.foreign.databases import database_kind, database_scan, is_address, postgres_scan
from forecast.foreign.duckdb_session import DuckDBSession, literal
from forecast.foreign.large_files import Scan, scans_of
from forecast.foreign.table import AS_IT_IS, FileForm


@dataclass(frozen=True)
class ExportSource:
    """Where an export lies: files, each with what messages call it, or an address; and which table or sheet of it."""

    files: tuple[tuple[Path, str], ...] = ()
    address: str | None = None
    table: str | None = None
    form: FileForm = AS_IT_IS

    @classmethod
    def at(cls, text: str, folder: Path = Path(), table: str | None = None) -> ExportSource:
        """The source that a text names: an address, or a file seen from a folder."""
        if is_address(text):
            return cls(address=text, table=table)
        return cls(files=((folder / text, text),), table=table)


def open_source(source: ExportSource, session: DuckDBSession, report: ReportProblem) -> list[Scan]:
    """The scans of a source; none after a problem."""
    found: list[Scan] = []
    try:
        if source.address is not None:
            scan = postgres_scan(source.address, source.table, session, report)
            found += [scan] if scan else []
        for path, label in source.files:
            if database_kind(path) is not None:
                scan = database_scan(path, label, source.table, session, report)
                found += [scan] if scan else []
            else:
                found += scans_of(path, label, session, report, source.form)
    except InputError as error:
        for problem in error.problems:
            report(problem)
    return found


def fill_table(
    name: str,
    scans: Sequence[Scan],
    columns: Callable[[Scan], Mapping[str, str]],
    session: DuckDBSession,
    *,
    needed: Iterable[str] = (),
    report: ReportProblem,
) -> bool:
    """Make a table of the session of all rows of the scans; whether there was no problem.

    Parameters
    ----------
    name
        Of the new table; its first columns are `file` (the label) and `line`.
    columns
        The SQL of each further column, for a scan.
    needed
        The columns that each file must have once.
    """
    problems: list[Problem] = []
    for scan in scans:
        scan.report_missing(needed, problems.append)
    for problem in problems:
        report(problem)
    if problems or not scans:
        return False
    for number, scan in enumerate(scans):
        picked = "".join(f", {sql} AS {column}" for column, sql in columns(scan).items())
        rows = f"SELECT {literal(scan.label)} AS file, {scan.line} AS line{picked} FROM {scan.relation}"
        start = f"CREATE OR REPLACE TABLE {name} AS" if number == 0 else f"INSERT INTO {name}"
        session.run(f"{start} {rows}", scan.label)
    return True
