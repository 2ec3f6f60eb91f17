"""Opportunities of a table that says of each stage when it was entered and when it was left: stages may be parallel."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from forecast.errors import InputError, Problem
from forecast.exports.data_records import DataFile, OpportunitiesBlock, TableBlock
from forecast.exports.read_opportunities import ReadOpportunities, source_of
from forecast.exports.reading_problems import ReadingProblems
from forecast.exports.text_columns import check_currency, text_column
from forecast.exports.times import check_times, time_columns
from forecast.foreign.duckdb_session import DuckDBSession
from forecast.foreign.large_files import Scan
from forecast.foreign.large_tables import fill_table, open_source

_TEXTS = ("opportunity", "account", "source", "stage", "outcome", "reason", "requirement", "currency")
_TIMES = ("entered", "left")
_COLUMNS = ("opportunity", "account", "source", "stage", "entered", "left", "outcome", "reason", "requirement")
_OUTCOMES = ("won", "lost")


def has_ends(table: TableBlock, session: DuckDBSession) -> bool:
    """Whether a table of opportunities says when each stage was left; one with our own names need not."""
    if not table.has("left") or not table.own:
        return table.has("left")
    return any(scan.has("left") for scan in open_source(table.source, session, lambda _: None))


def read_stage_rows(
    plan: DataFile,
    end: datetime | None,
    listed_accounts: frozenset[str],
    session: DuckDBSession,
    problems: ReadingProblems,
) -> ReadOpportunities:
    """The opportunities as they were at the end; raises InputError with all that cannot be read."""
    block = plan.opportunities
    assert block is not None
    found: list[Problem] = []
    _fill(plan, block, session, found)
    if not found:
        check_currency(block.table, "deals", session, found.append)
    if not found:
        empty = "SELECT file, line FROM deals WHERE opportunity IS NULL OR stage IS NULL OR entered_time IS NULL"
        for file, line in session.rows(f"{empty} ORDER BY file, line")[:3]:
            found.append(Problem(file, line, None, "an empty cell", "an opportunity, its stage, when it was entered"))
    if found:
        raise InputError(found)
    _leave_out(plan, listed_accounts, session, problems)
    whole = int(session.value("SELECT count(DISTINCT opportunity) FROM deals"))
    excesses = problems.excesses(block.table.label, {"unlisted_deal": whole}, plan.allow)
    if excesses:
        raise InputError(excesses)
    return _result(block, end or datetime.max, session)  # noqa: DTZ901  # UTC, as all times here


def _fill(plan: DataFile, block: OpportunitiesBlock, session: DuckDBSession, found: list[Problem]) -> None:
    """Make the table `deals`."""
    table = block.table
    scans = open_source(table.source, session, found.append)

    def picked(scan: Scan) -> dict[str, str]:
        sql = {name: text_column(name, scan, table) for name in _TEXTS}
        for name in _TIMES:
            sql |= time_columns(name, scan, table.columns.get(name), plan, table)
        return sql

    needed = ("opportunity", "account", "stage", *_TIMES)
    if fill_table(
        "deals", scans, picked, session, needed=[table.columns[name] for name in needed], report=found.append
    ):
        check_times("deals", _TIMES, table, session, found.append)


def _leave_out(
    plan: DataFile, listed_accounts: frozenset[str], session: DuckDBSession, problems: ReadingProblems
) -> None:
    """Note the rows of accounts that are no part of the market, and take them from `deals`."""
    session.table("listed", {"name": sorted(listed_accounts)})
    session.table("ours", {"name": sorted(plan.leave_out.accounts)})
    for rule, condition in (
        ("own_people", "account IN (SELECT name FROM ours)"),
        ("unlisted_deal", "account NOT IN (SELECT name FROM listed)"),
    ):
        problems.add(rule, f"SELECT file, line FROM deals WHERE {condition}")
        session.run(f"DELETE FROM deals WHERE {condition}", "deals")


def _result(block: OpportunitiesBlock, end: datetime, session: DuckDBSession) -> ReadOpportunities:
    """The rows as they were at the end: what came later is not there, and what was left later was not left yet."""
    result = ReadOpportunities({name: [] for name in (*_COLUMNS, "durations")})
    ends: dict[str, str] = {}
    sql = f"SELECT {', '.join(_TEXTS[:-1])}, entered_time, left_time FROM deals ORDER BY rowid"
    for opportunity, account, source, stage, outcome, reason, requirement, entered, left in session.rows(sql):
        if entered >= end:
            continue
        over = left is not None and left < end
        known = outcome if over and outcome in _OUTCOMES else None
        ends[opportunity] = known or ends.get(opportunity, "open")
        row: tuple[Any, ...] = (
            *(opportunity, account, source_of(block, source), block.stages.get(stage, stage), entered),
            *(left if over else None, known, reason if known == "lost" else None, requirement if over else None, True),
        )
        for column, cell in zip(result.columns.values(), row, strict=True):
            column.append(cell)
    for outcome in ends.values():
        setattr(result, outcome, getattr(result, outcome) + 1)
    return result
