"""The list of accounts: the whole market, those without a user too.  No other export knows how large it is."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from forecast.errors import InputError, Problem, ProblemKind, ReportProblem, quoted
from forecast.exports.data_records import AccountsBlock, DataFile
from forecast.exports.times import time_columns
from forecast.foreign.duckdb_session import DuckDBSession
from forecast.foreign.large_files import Scan
from forecast.foreign.large_tables import fill_table, open_source
from forecast.imports.cell_rules import RowReader
from forecast.imports.map_file import LEFT_OUT, ImportMap, Rule
from forecast.imports.sources import ExportFile
from forecast.scenario.checks.account_cells import name_problem

_MOST_ACCOUNTS = 1_000_000


@dataclass
class ListedAccounts:
    """The accounts in the order of their list; `eligible` is None where it follows from the people seen."""

    names: list[str]
    segments: list[str]
    eligible: list[int | None]
    lines: list[tuple[str, int]]


def read_accounts(plan: DataFile, session: DuckDBSession) -> ListedAccounts:
    """The accounts, and the table `accounts` (number, name, first_known); raises InputError with all that is wrong."""
    block = plan.accounts
    assert block is not None
    problems: list[Problem] = []
    scans = open_source(block.table.source, session, problems.append)
    columns = _columns(block)

    def picked(scan: Scan) -> dict[str, str]:
        texts = {f"c{place}": scan.text(name) for place, name in enumerate(columns)}
        first = block.table.columns.get("first_known")
        return texts | time_columns("first_known", scan, first, plan, block.table)

    needed = [*columns, *([block.table.columns["first_known"]] if block.table.has("first_known") else [])]
    if not fill_table("listed", scans, picked, session, needed=needed, report=problems.append):
        raise InputError(problems)
    found = ListedAccounts([], [], [], [])
    seen: dict[str, int] = {}
    for reader in _readers(plan, columns, scans, session, problems.append):
        _add(reader, block, found, seen)
    if not found.names and not problems:
        problems.append(Problem(block.table.label, None, None, "no account", "a row for each account"))
    if problems:
        raise InputError(problems)
    _number(found, session)
    return found


def _columns(block: AccountsBlock) -> list[str]:
    """The columns that are read, each once."""
    rules = [Rule(column=block.table.columns["account"]), block.segment, block.eligible.rule or Rule()]
    return list(dict.fromkeys(rule.column for rule in rules if rule.column))


def _readers(
    plan: DataFile, columns: list[str], scans: list[Scan], session: DuckDBSession, report: ReportProblem
) -> Iterator[RowReader]:
    """The rows of the list, one after the other."""
    # The rules of cells are those of an import of accounts: its map has the form of dates, and no start.
    rules = ImportMap(start=plan.until or date.max, date_format=plan.date_format)
    commas = {scan.label: scan.decimal_comma for scan in scans}
    sql = f"SELECT file, line, {', '.join(f'c{place}' for place in range(len(columns)))} FROM listed ORDER BY rowid"
    reader = None
    for number, (file, line, *cells) in enumerate(session.rows(sql)):
        if number == _MOST_ACCOUNTS:
            report(Problem(file, line, None, "too many accounts", f"{_MOST_ACCOUNTS}", kind=ProblemKind.OVER_LIMIT))
            return
        if reader is None or reader.file.label != file:
            reader = RowReader(rules, ExportFile(file, (), 1, (), commas.get(file, False)), report)
        reader.line = line
        reader.row = {name: cell or "" for name, cell in zip(columns, cells, strict=True)}
        yield reader


def _add(reader: RowReader, block: AccountsBlock, found: ListedAccounts, seen: dict[str, int]) -> None:
    """Add the account of a row; one that stands there twice, or has a name that cannot be, is a problem."""
    column = block.table.columns["account"]
    name = reader.key(Rule(column=column))
    segment = reader.text(block.segment)
    rule = block.eligible.rule
    size = reader.count(rule) if rule is not None else ""
    if segment == LEFT_OUT:
        return
    wrong = name_problem(name)
    if wrong:
        reader.wrong(column, name, wrong[1])
    elif name in seen:
        found_, allowed = f"account {quoted(name)}", f"it stands on line {seen[name]} already"
        kind = ProblemKind.DUPLICATE
        reader.report(Problem(reader.file.label, reader.line, column, found_, allowed, kind=kind))
    if segment == "":
        reader.wrong(block.segment.column or "segment", "", "the account's segment")
    if (size == "" and block.eligible.users is None) or size == "0":
        reader.wrong((rule and rule.column) or "eligible_users", size or "", "a whole number of at least 1")
    seen[name] = reader.line
    found.names.append(name)
    found.segments.append(segment or "")
    found.eligible.append(int(size) if size else None)
    found.lines.append((reader.file.label, reader.line))


def _number(found: ListedAccounts, session: DuckDBSession) -> None:
    """The table `accounts`, with a number for each in the order of the list."""
    session.table("numbered", {"name": found.names, "line": [line for _, line in found.lines]})
    session.run(
        "CREATE OR REPLACE TABLE accounts AS SELECT numbered.rowid AS number, name, first_known_time AS first_known "
        "FROM numbered LEFT JOIN (SELECT line, first_known_time FROM listed) USING (line)",
        "accounts",
    )
