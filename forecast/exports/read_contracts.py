"""Contracts: the terms of each, from a native table or the subscriptions of a billing system."""

from __future__ import annotations

from datetime import datetime

from forecast.errors import InputError, Problem, ReportProblem, quoted
from forecast.exports.data_records import DataFile, TableBlock
from forecast.exports.reading_problems import ReadingProblems
from forecast.exports.text_columns import check_currency, text_column
from forecast.exports.times import check_times, time_columns
from forecast.foreign.duckdb_session import DuckDBSession, literal
from forecast.foreign.large_files import Scan
from forecast.foreign.large_tables import fill_table, open_source
from forecast.foreign.sql_cells import number_sql

_TEXTS = ("account", "contract", "renewed_from", "champion_left", "currency")
_TIMES = ("signed", "start", "end", "period_end")
_NUMBERS = ("seats", "price_per_seat_month", "list_price")
_RULES = ("no_date", "end_before_start", "no_seats", "negative_price", "unlisted_contract")


def read_contracts(plan: DataFile, end: datetime | None, session: DuckDBSession, problems: ReadingProblems) -> int:
    """Make the table `terms`, of contracts signed by the end; how many rows there were; raises InputError."""
    block = plan.contracts
    assert block is not None
    found: list[Problem] = []
    scans = open_source(block.source, session, found.append)
    needed = ["account", "start"] if block.own else [*block.columns]
    filled = fill_table(
        "contracts",
        scans,
        lambda scan: _picked(scan, plan, block),
        session,
        needed=[block.columns[name] for name in needed],
        report=found.append,
    )
    if filled:
        _check_cells(block, session, found.append)
    if found:
        raise InputError(found)
    rows = int(session.value("SELECT count(*) FROM contracts"))
    _judge(plan, end, session)
    for rule in (*_RULES, "own_people"):
        value = {"negative_price": "price_per_seat_month", "no_seats": "seats"}.get(rule, "NULL")
        problems.add(rule, f"SELECT * FROM judged WHERE rule = {literal(rule)}", value)
    found += problems.excesses(block.label, dict.fromkeys(_RULES, rows), plan.allow)
    if found:
        raise InputError(found)
    session.run(
        "CREATE OR REPLACE TABLE terms AS SELECT * FROM judged WHERE rule IS NULL ORDER BY start_time, n", block.label
    )
    return rows


def _picked(scan: Scan, plan: DataFile, block: TableBlock) -> dict[str, str]:
    """The columns of the table `contracts`."""
    sql: dict[str, str] = {}
    for name in (*_TEXTS, *_NUMBERS):
        text = text_column(name, scan, block)
        sql[f"{name}_text" if name in _NUMBERS else name] = text
        if name in _NUMBERS:
            sql[name] = number_sql(text, decimal_comma=scan.decimal_comma)
    for name in _TIMES:
        sql |= time_columns(name, scan, block.columns.get(name), plan, block)
    return sql


def _check_cells(block: TableBlock, session: DuckDBSession, report: ReportProblem) -> None:
    """Report times and numbers that cannot be read, and amounts in several currencies."""
    check_times("contracts", _TIMES, block, session, report)
    for name in _NUMBERS:
        whole = f" OR ({name} <> floor({name}))" if name == "seats" else ""
        condition = f"{name}_text IS NOT NULL AND ({name} IS NULL OR NOT isfinite({name}){whole})"
        sql = f"SELECT file, line, {name}_text FROM contracts WHERE {condition} ORDER BY file, line LIMIT 3"
        for file, line, text in session.rows(sql):
            allowed = "a whole number" if whole else "a number without a currency"
            report(Problem(file, line, block.columns.get(name), quoted(text), allowed))
    check_currency(block, "contracts", session, report)


def _judge(plan: DataFile, end: datetime | None, session: DuckDBSession) -> None:
    """The table `judged`: each contract, and the first rule that leaves it out."""
    later = f"start_time >= TIMESTAMP '{end}'" if end else "false"
    accounts = "[" + ", ".join(map(literal, plan.leave_out.accounts)) + "]::VARCHAR[]"
    rule = (
        f"CASE WHEN list_contains({accounts}, account) THEN 'own_people' "
        "WHEN start_time IS NULL OR coalesce(end_time, period_end_time) IS NULL THEN 'no_date' "
        "WHEN coalesce(end_time, period_end_time) <= start_time THEN 'end_before_start' "
        "WHEN seats <= 0 THEN 'no_seats' WHEN price_per_seat_month < 0 OR list_price < 0 THEN 'negative_price' "
        f"WHEN number IS NULL THEN 'unlisted_contract' WHEN {later} THEN 'later' END"
    )
    session.run(
        "CREATE OR REPLACE TABLE judged AS SELECT c.rowid AS n, c.*, coalesce(end_time, period_end_time) AS ends, "
        f"{rule} AS rule FROM contracts c LEFT JOIN accounts a ON a.name = c.account",
        "contracts",
    )
