"""Product events, cleaned: every row by the first rule that leaves it out, then duplicates, then who is where.

All of it happens in DuckDB: the rows may be many more than fit into memory.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from forecast.errors import InputError, Problem, ReportProblem, listed
from forecast.exports.data_records import ACCOUNT_MEANINGS, ANY, DataFile, EventsBlock
from forecast.exports.free_mail import FREE_MAIL, STUDENT_ENDINGS
from forecast.exports.merges import after_merges, read_merges
from forecast.exports.reading_problems import ReadingProblems
from forecast.exports.text_columns import text_column
from forecast.exports.times import after, check_times, instant, time_columns
from forecast.foreign.duckdb_session import DuckDBSession, literal
from forecast.foreign.large_files import Scan
from forecast.foreign.large_tables import fill_table, open_source

_LATE_SHARE = 0.99  # of the rows have arrived by the last day that counts
_TEXTS = ("user", "account", "event", "email", "id", "by")


@dataclass(frozen=True)
class EventWindow:
    """The time that the events hold completely, in UTC: from `begin` on, and before `end`."""

    begin: datetime
    end: datetime
    set_back: timedelta = timedelta()  # of the end, for rows that arrive late


def read_product_events(plan: DataFile, session: DuckDBSession, problems: ReadingProblems) -> tuple[EventWindow, int]:
    """Make the table `kept` of the rows that count; the window, and how many rows there were.

    `kept` has `file`, `line`, `happened`, `person`, `account` (its number), `event`, `first_seen`, `by_whom`.
    """
    block = plan.events
    assert block is not None
    found: list[Problem] = []
    scans = open_source(block.table.source, session, found.append)
    if not fill_table(
        "raw",
        scans,
        lambda scan: _picked(scan, plan, block),
        session,
        needed=_needed(block, scans),
        report=found.append,
    ):
        raise InputError(found)
    rows = int(session.value("SELECT count(*) FROM raw"))
    check_times("raw", ("time", "received", "first_seen"), block.table, session, found.append)
    if not rows:
        found.append(Problem(block.table.label, None, None, "no rows", "a row for each event"))
    read_merges(plan, session, found.append)
    if found:
        raise InputError(found)
    window = _window(plan, session)
    _mark(plan, window, session)
    _leave_out(plan, session, problems)
    _check(plan, rows, session, problems, found.append)
    if found:
        raise InputError(found)
    return window, rows


def _needed(block: EventsBlock, scans: list[Scan]) -> list[str]:
    """The columns that must be there; of our own names only those that nothing can do without."""
    columns = block.table.columns
    if not block.table.own:
        return [*dict.fromkeys([*columns.values(), *block.table.identity])]
    there = [name for name in columns if any(scan.has(name) and not scan.objects for scan in scans)]
    return list(dict.fromkeys(["time", "user", "account", "event", *there]))


def _picked(scan: Scan, plan: DataFile, block: EventsBlock) -> dict[str, str]:
    """The columns of the table `raw`."""
    columns = block.table.columns
    texts = {name: text_column(name, scan, block.table) for name in _TEXTS}
    domain = f"nullif(lower(split_part({texts['email']}, '@', 2)), '')"
    if scan.objects:  # Amplitude has a list of groups, nearly always of one
        texts["account"] = f"regexp_replace({texts['account']}, '^\\[\"([^\"]*)\"\\]$', '\\1')"
    account = f"CASE WHEN contains({texts['account']}, '@') THEN lower(split_part({texts['account']}, '@', 2)) "
    account += f"ELSE {texts['account']} END"
    keys = [scan.text(name) for name in block.table.identity] or ([texts["id"]] if block.table.has("id") else [])
    same = " || chr(31) || ".join(f"coalesce({key}, '')" for key in keys)
    missing = " AND ".join(f"{key} IS NULL" for key in keys) or "true"
    picked = {
        "person": texts["user"],
        "named": f"coalesce({account}, {domain})",
        "domain": domain,
        "event": texts["event"],
        "identity": f"CASE WHEN {missing} THEN NULL ELSE md5_number({same}) END" if keys else "CAST(NULL AS HUGEINT)",
        "by_whom": f"CASE WHEN {texts['by']} IN ('colleague', 'other_team') THEN {texts['by']} "
        f"WHEN {texts['by']} IS NOT NULL THEN 'colleague' END",
    }
    for name in ("time", "received", "first_seen"):
        picked |= time_columns(name, scan, columns.get(name), plan, block.table)
    return picked


def is_one_of(names: Sequence[str], column: str = "event") -> str:
    """SQL of whether an event has one of these names; `any` stands for every one."""
    if ANY in names:
        return "true"
    listed_names = ", ".join(map(literal, names))
    return f"{column} IN ({listed_names})" if listed_names else "false"


def _window(plan: DataFile, session: DuckDBSession) -> EventWindow:
    """The window: of the data file, else all days of the export but the newest, which may not be whole."""
    first, newest, last_received, delay = session.rows(
        "SELECT min(time_time), max(time_time), max(received_time), "
        f"approx_quantile(epoch(received_time) - epoch(time_time), {_LATE_SHARE}) FROM raw"
    )[0]
    if newest is None:
        first = newest = datetime(1970, 1, 1)  # noqa: DTZ001  # UTC, as all times here
    begin = instant(plan.since, plan.time_zone) if plan.since else first
    end = after(plan.until, plan.time_zone) if plan.until else datetime.combine(newest.date(), datetime.min.time())
    complete = end
    if last_received is not None:
        late = timedelta(seconds=max(0.0, float(delay or 0.0)))
        complete = min(end, last_received - late)
        if complete < end:
            complete = datetime.combine(complete.date(), datetime.min.time())
    return EventWindow(begin, complete, end - complete)


def _mark(plan: DataFile, window: EventWindow, session: DuckDBSession) -> None:
    """The table `marked`: the rows with accounts by number, and the first rule that leaves each out."""
    out, block = plan.leave_out, plan.events
    assert block is not None
    session.table("free_mail", {"domain": sorted(FREE_MAIL)})
    domains, accounts, users = (
        "[" + ", ".join(map(literal, names)) + "]::VARCHAR[]" for names in (out.domains, out.accounts, out.users)
    )
    session.run(
        "CREATE OR REPLACE TABLE placed AS SELECT r.rowid AS n, r.* EXCLUDE (person, named), "
        f"{after_merges('r.person', 'users')} AS person, {after_merges('r.named', 'names')} AS named "
        "FROM raw r LEFT JOIN merges users ON users.source = r.person LEFT JOIN merges names ON names.source = r.named",
        "events",
    )
    session.run("DROP TABLE raw", "events")
    session.run(
        "CREATE OR REPLACE TABLE homes AS SELECT person, any_value(number) AS number, any_value(named) AS named "
        "FROM placed JOIN accounts ON name = named WHERE person IS NOT NULL GROUP BY person "
        "HAVING count(DISTINCT number) = 1",
        "events",
    )
    of_account = is_one_of([name for key in ACCOUNT_MEANINGS for name in block.meaning.get(key, ())], "p.event")
    rule = (
        f"CASE WHEN p.time_time IS NULL THEN 'no_time' WHEN p.person IS NULL AND NOT ({of_account}) THEN 'no_user' "
        f"WHEN list_contains({domains}, p.domain) OR list_contains({domains}, lower(p.named)) "
        f"OR list_contains({accounts}, p.named) OR list_contains({users}, p.person) THEN 'own_people' "
        f"WHEN p.time_time < TIMESTAMP '{window.begin}' THEN 'before_since' "
        f"WHEN p.time_time >= TIMESTAMP '{window.end + window.set_back}' THEN 'after_until' "
        f"WHEN p.time_time >= TIMESTAMP '{window.end}' THEN 'not_complete' "
        "WHEN a.number IS NOT NULL OR (p.named IS NULL AND h.number IS NOT NULL) THEN NULL "
        f"WHEN f.domain IS NOT NULL OR regexp_matches(lower(p.named), {literal(STUDENT_ENDINGS)}) THEN 'free_mail' "
        "ELSE 'no_account' END"
    )
    second = (
        "md5_number(concat(coalesce(p.person, p.named), chr(31), p.event, chr(31), date_trunc('second', p.time_time)))"
    )
    session.run(
        "CREATE OR REPLACE TABLE marked AS SELECT p.n, p.file, p.line, p.time_time AS happened, p.person, "
        "coalesce(a.number, CASE WHEN p.named IS NULL THEN h.number END) AS account, "
        f"p.event, p.first_seen_time AS first_seen, p.by_whom, coalesce(p.identity, {second}) AS identity, "
        f"{rule} AS rule FROM placed p LEFT JOIN accounts a ON a.name = p.named "
        "LEFT JOIN homes h ON h.person = p.person LEFT JOIN free_mail f ON f.domain = lower(p.named)",
        "events",
    )
    session.run("DROP TABLE placed", "events")


def _leave_out(plan: DataFile, session: DuckDBSession, problems: ReadingProblems) -> None:
    """Note the rows of each rule, and make the table `kept` of the others: of duplicates the first."""
    shown = dict.fromkeys(("before_since", "after_until", "not_complete"), "happened")
    for (rule,) in session.rows("SELECT DISTINCT rule FROM marked WHERE rule IS NOT NULL ORDER BY rule"):
        if rule == "after_until" and (plan.cut or plan.until is None):
            continue
        value = f"strftime({shown[rule]}, '%Y-%m-%d')" if rule in shown else "NULL"
        problems.add(rule, f"SELECT * FROM marked WHERE rule = {literal(rule)}", value)
    session.run(
        "CREATE OR REPLACE TABLE doubles AS SELECT identity, min(n) AS first_row FROM marked WHERE rule IS NULL "
        "GROUP BY identity HAVING count(*) > 1",
        "events",
    )
    joined = "FROM marked m LEFT JOIN doubles d ON d.identity = m.identity WHERE m.rule IS NULL"
    problems.add("duplicate", f"SELECT m.file, m.line {joined} AND m.n <> d.first_row")
    session.run(
        "CREATE OR REPLACE TABLE kept AS SELECT m.n, m.file, m.line, m.happened, m.person, m.account, m.event, "
        f"m.first_seen, m.by_whom {joined} AND (d.first_row IS NULL OR d.first_row = m.n)",
        "events",
    )
    session.run(
        "CREATE OR REPLACE TABLE account_rows AS SELECT happened, account, event, n FROM kept WHERE person IS NULL",
        "events",
    )
    session.run("DELETE FROM kept WHERE person IS NULL", "events")


def _check(plan: DataFile, rows: int, session: DuckDBSession, problems: ReadingProblems, report: ReportProblem) -> None:
    """Report the rules of rows and of lost people that are over their limits, and events that nothing means."""
    assert plan.events is not None
    people = int(session.value("SELECT count(DISTINCT person) FROM marked WHERE rule IS DISTINCT FROM 'own_people'"))
    for rule in ("no_account", "free_mail"):
        problems.touched[rule] = int(
            session.value(
                "SELECT count(DISTINCT person) FROM marked WHERE rule = ? AND person NOT IN (SELECT person FROM kept)",
                [rule],
            )
        )
    label = plan.events.table.label
    wholes = dict.fromkeys(("duplicate", "no_time", "no_user", "after_until"), rows)
    for problem in problems.excesses(label, wholes | dict.fromkeys(("no_account", "free_mail"), people), plan.allow):
        report(problem)
    known = {name for names in plan.events.meaning.values() for name in names if name != ANY}
    there = {name for (name,) in session.rows("SELECT DISTINCT event FROM marked")}
    lost = sorted(known - there)
    if lost and not plan.events.table.own and not known & there:
        allowed = ", ".join(sorted(str(name) for name in there if name)[:10])
        report(Problem(label, None, "events.meaning", f"none of {', '.join(lost[:5])}", f"events such as {allowed}"))
    elif not session.value("SELECT count(*) FROM kept"):
        what = listed(f"{rule} {count:,}" for rule, count in problems.touched.items() if count)
        report(Problem(label, None, None, f"no row that counts (left out: {what})", "rows of listed accounts"))
