"""A panel of counts: in each month and account how many people could use it, use it, began and stopped since.

A cell `2025-02-01` is the state on that day; `2025-02` and a month's last day are the state at that month's end, which
is the same as on the first day of the next one.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

from forecast.errors import InputError, Problem, ProblemKind, ReportProblem, quoted
from forecast.exports.data_records import DataFile, TableBlock
from forecast.exports.reading_problems import ReadingProblems
from forecast.foreign.duckdb_session import DuckDBSession, literal
from forecast.foreign.large_files import Scan
from forecast.foreign.large_tables import fill_table, open_source
from forecast.foreign.sql_cells import number_sql
from forecast.learning.counted_months import CountedMonth
from forecast.months import months_between

_COUNTS = ("eligible", "active", "starts", "stops")
_FEW = 3  # rows of a kind that are listed
_NO_SEGMENT = "all"


class PanelState(NamedTuple):
    """How an account stands in its last row."""

    account: int
    day: date
    eligible: int
    active: int


@dataclass(frozen=True)
class Panel:
    """A panel that has been read: its accounts, in the order of the file, and their months in order.

    `first` and `last` are the days of the first and the last state; month m is the calendar month m after `first`.
    """

    accounts: tuple[str, ...]
    segments: tuple[str, ...]
    segment: tuple[int, ...]  # by account
    rows: tuple[CountedMonth, ...]
    states: tuple[PanelState, ...]
    months: int
    first: date
    last: date
    read: int  # rows of the file


def read_monthly(plan: DataFile, session: DuckDBSession, problems: ReadingProblems) -> Panel:
    """The panel of a data file; raises InputError with all that cannot be used."""
    found: list[Problem] = []
    block = plan.monthly
    assert block is not None
    scans = open_source(block.source, session, found.append)
    needed = [block.columns[name] for name in ("account", "month", *_COUNTS)]
    has_segment = block.has("segment") and not (block.own and not all(scan.has("segment") for scan in scans))
    if has_segment:
        needed.append(block.columns["segment"])

    def columns(scan: Scan) -> dict[str, str]:
        sql = {name: scan.text(block.columns[name]) for name in ("account", "month")}
        sql["segment"] = scan.text(block.columns["segment"]) if has_segment else literal(_NO_SEGMENT)
        for name in _COUNTS:
            text = scan.text(block.columns[name])
            sql[f"{name}_text"] = text
            sql[name] = number_sql(text, decimal_comma=scan.decimal_comma)
        return sql

    good = not found and fill_table("panel", scans, columns, session, needed=needed, report=found.append)
    if not good:
        raise InputError(found)
    _check_cells(block, session, found.append)
    if found:
        raise InputError(found)
    _order(plan, session, problems)
    _check_order(block, session, problems, found.append)
    found += problems.excesses(block.label, _wholes(session), plan.allow)
    if not found and not session.value("SELECT count(*) FROM months WHERE before IS NOT NULL"):
        allowed = "two rows or more of an account, one month after the other"
        found.append(Problem(block.label, None, "monthly", "no month between two rows", allowed))
    if found:
        raise InputError(found)
    return _panel(session)


def _check_cells(block: TableBlock, session: DuckDBSession, report: ReportProblem) -> None:
    """Report empty names, months that are none, and counts that are none."""
    month = (
        "CASE WHEN regexp_matches(month, '^\\d{4}-\\d{2}$') THEN try_cast(month || '-01' AS DATE) + INTERVAL 1 MONTH "
        "WHEN regexp_matches(month, '^\\d{4}-\\d{2}-\\d{2}([T ]00:00(:00(\\.0+)?)?(Z|\\+00(:?00)?)?)?$') THEN "
        "CASE WHEN day(last_day(try_cast(left(month, 10) AS DATE))) = day(try_cast(left(month, 10) AS DATE)) "
        "THEN try_cast(left(month, 10) AS DATE) + INTERVAL 1 DAY ELSE try_cast(left(month, 10) AS DATE) END END"
    )
    session.run(
        f"CREATE OR REPLACE TABLE states AS SELECT *, CAST({month} AS DATE) AS state_day FROM panel", block.label
    )
    day = "the first or the last day of a month, or a month such as `2025-02`"
    checks = [
        ("account IS NULL", "account", "account", "the account's name"),
        ("state_day IS NULL OR day(state_day) <> 1", "month", "month", day),
        ("segment IS NULL", "segment", "segment", "the segment's name"),
    ]
    for name in _COUNTS:
        wrong = f"{name} IS NULL OR {name} < 0 OR {name} <> floor({name}) OR NOT isfinite({name})"
        checks.append((wrong, name, f"{name}_text", "a whole number of people, 0 or more"))
    for condition, name, shown, allowed in checks:
        rows = session.rows(f"SELECT file, line, {shown} FROM states WHERE {condition} ORDER BY file, line")
        for file, line, text in rows[:_FEW]:
            what = "nothing" if text is None else quoted(text)
            more = f" (and in {len(rows) - _FEW:,} more rows)" if len(rows) > _FEW and line == rows[_FEW - 1][1] else ""
            report(Problem(file, line, block.columns.get(name, name), what, allowed + more))


def _order(plan: DataFile, session: DuckDBSession, problems: ReadingProblems) -> None:
    """The table `months`: each account's rows in order, each with the row before; what is not asked for is left out."""
    names = ", ".join(map(literal, plan.leave_out.accounts))
    own = f"account IN ({names})" if names else "false"
    problems.add("own_people", f"SELECT * FROM states WHERE {own}")
    # The state at the end of `until` stands on the day after it.
    late = f"state_day > DATE '{plan.until}' + INTERVAL 1 DAY" if plan.until else "false"
    early = f"state_day < DATE '{plan.since}'" if plan.since else "false"
    rows = problems.session.value(f"SELECT count(*) FROM states WHERE {late}")
    if not plan.cut and rows:
        problems.add("after_until", f"SELECT * FROM states WHERE {late}", "month")
    problems.add("before_since", f"SELECT * FROM states WHERE {early}", "month")
    session.run(
        "CREATE OR REPLACE TABLE months AS SELECT *, lag(state_day) OVER w AS before, "
        "lag(active) OVER w AS active_before, "
        f"lag(eligible) OVER w AS eligible_before FROM states WHERE NOT ({own} OR {late} OR {early}) "
        "WINDOW w AS (PARTITION BY account ORDER BY state_day, file, line)",
        "monthly",
    )


def _check_order(block: TableBlock, session: DuckDBSession, problems: ReadingProblems, report: ReportProblem) -> None:
    """Report rows that stand twice and months that are missing; note counts that cannot be."""
    for file, line, account, at in session.rows(
        "SELECT file, line, account, state_day FROM months WHERE state_day = before ORDER BY file, line"
    )[:_FEW]:
        what, advice = f"month {at:%Y-%m-%d} of {quoted(account)}", "write each month of an account once"
        report(Problem(file, line, block.columns["month"], what, advice, kind=ProblemKind.DUPLICATE))
    for file, line, account, at, before in session.rows(
        "SELECT file, line, account, state_day, before FROM months WHERE before + INTERVAL 1 MONTH < state_day "
        "ORDER BY file, line"
    )[:_FEW]:
        found = f"{at:%Y-%m-%d} of {quoted(account)} after {before:%Y-%m-%d}"
        allowed = "a row for each month: starts and stops are those since the row before"
        report(Problem(file, line, block.columns["month"], found, allowed))
    several = session.rows("SELECT account FROM months GROUP BY account HAVING count(DISTINCT segment) > 1 ORDER BY 1")
    for (account,) in several[:_FEW]:
        report(Problem(block.label, None, "segment", f"several of {quoted(account)}", "one segment of an account"))
    differs = "before IS NOT NULL AND active_before + starts - stops <> active"
    shown = "concat(CAST(active_before AS BIGINT), ' + ', CAST(starts AS BIGINT), ' - ', CAST(stops AS BIGINT), "
    shown += "' is not ', CAST(active AS BIGINT))"
    problems.add("sum_differs", f"SELECT * FROM months WHERE {differs}", shown)
    # Nobody stops who was neither there nor began; such a row is wrong even where its sum is right.
    problems.count(
        "more_users", int(session.value("SELECT count(DISTINCT account) FROM months WHERE active > eligible"))
    )
    rows = "SELECT * FROM months WHERE active > eligible"
    session.run(
        "INSERT INTO problems SELECT file, line, 'more_users', concat(CAST(active AS BIGINT), ' of ', "
        f"CAST(eligible AS BIGINT)) FROM ({rows})",
        "problems",
    )


def _wholes(session: DuckDBSession) -> dict[str, int]:
    """How many rows and accounts there are, for the limits of the rules."""
    rows = int(session.value("SELECT count(*) FROM states"))
    accounts = int(session.value("SELECT count(DISTINCT account) FROM months"))
    return {"sum_differs": rows, "after_until": rows, "more_users": accounts}


def _panel(session: DuckDBSession) -> Panel:
    """The records of the table `months`."""
    order = "SELECT account, any_value(segment), min(line) FROM months GROUP BY account ORDER BY min(file), min(line)"
    accounts = session.rows(order)
    number = {name: place for place, (name, *_) in enumerate(accounts)}
    segments = tuple(dict.fromkeys(segment for _, segment, _ in accounts))
    first, last = session.rows("SELECT min(state_day), max(state_day) FROM months")[0]
    rows = session.rows(
        "SELECT account, before, eligible_before, active_before, starts, stops FROM months WHERE before IS NOT NULL "
        "AND active_before + starts - stops = active ORDER BY account, state_day"
    )
    found = sorted(
        CountedMonth(
            number[name], months_between(first, at), 1.0, float(eligible), int(active), int(starts), int(stops)
        )
        for name, at, eligible, active, starts, stops in rows
    )
    ends = session.rows(
        "SELECT account, max(state_day), arg_max(eligible, state_day), arg_max(active, state_day) FROM months "
        "GROUP BY account"
    )
    states = sorted(PanelState(number[name], day, int(eligible), int(active)) for name, day, eligible, active in ends)
    return Panel(
        accounts=tuple(number),
        segments=segments,
        segment=tuple(segments.index(segment) for _, segment, _ in accounts),
        rows=tuple(found),
        states=tuple(states),
        months=months_between(first, last),
        first=first,
        last=last,
        read=int(session.value("SELECT count(*) FROM panel")),
    )
