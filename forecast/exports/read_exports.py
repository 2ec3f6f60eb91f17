"""All exports of a data file as native tables, or as a panel of counts: read, judged by the rules, and counted.

What comes out holds no user and no address: people are numbers in the order of their first rows.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from pathlib import Path

import pyarrow as pa

from forecast.errors import InputError, Problem, ProblemKind
from forecast.exports.data_records import DataFile
from forecast.exports.read_accounts import ListedAccounts, read_accounts
from forecast.exports.read_contracts import read_contracts
from forecast.exports.read_events import EventWindow, read_product_events
from forecast.exports.read_monthly import Panel, read_monthly
from forecast.exports.read_opportunities import ReadOpportunities, read_opportunities
from forecast.exports.read_stage_rows import has_ends, read_stage_rows
from forecast.exports.reading_problems import ReadingProblems
from forecast.exports.times import after, instant
from forecast.exports.tracking import check_survivors, tracking_step
from forecast.exports.user_histories import make_histories
from forecast.foreign.duckdb_session import MEMORY, DuckDBSession, duckdb_session

_DURATIONS_NEEDED = 0.30  # of the opportunities may lack durations; else those of stages stay prior
_WORST = 20
_TIME = pa.timestamp("us", "UTC")


@dataclass
class ReadExports:
    """What the exports of a data file say.

    `tables` are the native ones (forecast.observed), as Arrow tables; `panel` stands where there are counts of months.
    `begin` and `end` bound the time that the exports hold completely (UTC, the end not included); `lapses_until` is
    when the newest day ends on which a lapse can be seen.  `counts` has what the screen says; `notes` are sentences.
    """

    plan: DataFile
    problems: ReadingProblems
    tables: dict[str, pa.Table] = field(default_factory=dict)
    panel: Panel | None = None
    begin: datetime | None = None
    end: datetime | None = None
    lapses_until: datetime | None = None
    stage_durations: bool = True
    counts: dict[str, int] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)

    @property
    def last_day(self) -> date | None:
        """The day on which what was seen ends."""
        if self.panel is not None:
            return self.panel.last
        return None if self.end is None else (self.end - timedelta(microseconds=1)).date()


@contextmanager
def read_exports(plan: DataFile, memory: str = MEMORY) -> Iterator[ReadExports]:
    """Read the exports of a data file.

    Parameters
    ----------
    plan
        The data file.
    memory
        The most that DuckDB takes; what is more lies in a temporary folder as long as the context lasts.

    Raises
    ------
    InputError
        With what cannot be read, and with the rules that are above their limits.
    """
    with duckdb_session(memory) as session:
        folder = f"{plan.path.parent}/"
        found = ReadExports(plan, ReadingProblems(session, "" if folder == "./" else folder))
        if plan.monthly is not None:
            found.panel = read_monthly(plan, session, found.problems)
        if plan.accounts is not None:
            _read_tables(plan, session, found)
        yield found


def write_problems(found: ReadExports, path: Path) -> None:
    """Write every row that was left out: file, line, rule, value; nobody's id or address stands there."""
    found.problems.write(path)


def _read_tables(plan: DataFile, session: DuckDBSession, found: ReadExports) -> None:
    """The native tables of a data file."""
    accounts = read_accounts(plan, session)
    found.end = after(plan.until, plan.time_zone) if plan.until else None
    found.begin = instant(plan.since, plan.time_zone) if plan.since else None
    if plan.events is not None:
        window, found.counts["event rows"] = read_product_events(plan, session, found.problems)
        _take_events(plan, window, session, found)
    if plan.opportunities is not None:
        read = read_stage_rows if has_ends(plan.opportunities.table, session) else read_opportunities
        deals = read(plan, found.end, frozenset(accounts.names), session, found.problems)
        _take_deals(deals, found)
    if plan.contracts is not None:
        found.counts["contract rows"] = read_contracts(plan, found.end, session, found.problems)
        found.tables["contracts"] = session.arrow(
            "SELECT account, coalesce(contract, 'row ' || (n + 1)) AS contract, "
            "coalesce(signed_time, start_time) AT TIME ZONE 'UTC' AS signed, start_time AT TIME ZONE 'UTC' AS start, "
            "ends AT TIME ZONE 'UTC' AS \"end\", CAST(coalesce(seats, 1) AS BIGINT) AS seats, price_per_seat_month, "
            "list_price, renewed_from, champion_left FROM terms ORDER BY start_time, n"
        )
        found.counts["contracts"] = len(found.tables["contracts"])
    _take_accounts(plan, accounts, session, found)


def _take_events(plan: DataFile, window: EventWindow, session: DuckDBSession, found: ReadExports) -> None:
    """The table of events, and what is said of them."""
    block = plan.events
    assert block is not None
    found.begin, found.end = window.begin, window.end
    gap = timedelta(days=block.lapse_after or 0.0)
    found.lapses_until = window.end - gap
    found.counts["people"] = people = make_histories(block, window, session, found.problems)
    label = block.table.label
    rules = ("before_start", "two_accounts", "consultant")
    excesses = found.problems.excesses(label, dict.fromkeys(rules, people), plan.allow)
    excesses += check_survivors(plan, session)
    if excesses:
        raise InputError(excesses)
    found.tables["events"] = session.arrow(
        "SELECT happened AT TIME ZONE 'UTC' AS time, a.name AS account, CAST(person AS VARCHAR) AS user, event, "
        'by_whom AS "by", moved, start_known FROM native n JOIN accounts a ON a.number = n.account '
        f"WHERE happened < TIMESTAMP '{window.end}' ORDER BY n.rowid"
    )
    by = found.tables["events"].column("by")
    if by.null_count == len(by):  # an empty cell says that nobody brought the start about: here nothing is known
        found.tables["events"] = found.tables["events"].drop_columns(["by"])
    found.counts["accounts with people"] = int(
        session.value("SELECT count(DISTINCT account) FROM native WHERE person IS NOT NULL")
    )
    known = "SELECT count(*) FROM native WHERE event = 'start' AND NOT start_known"
    present = int(session.value(known))
    if present:
        found.notes.append(
            f"{present:,} people were there when the export begins, and nothing says since when: of their tenures only "
            "starts inside the export are used (give `first_seen` in `columns` to use them all)"
        )
    if window.set_back:
        days = window.set_back.total_seconds() / 86400
        found.notes.append(f"rows arrive late: the last day that counts is set back by {days:.0f} days")
    step = tracking_step(session)
    if step:
        found.notes.append(step)


def _take_deals(deals: ReadOpportunities, found: ReadExports) -> None:
    """The table of opportunities, and what is said of them."""
    whole = deals.won + deals.lost + deals.open
    found.counts |= {"opportunities": whole, "won": deals.won, "lost": deals.lost, "open": deals.open}
    kinds = {"entered": _TIME, "left": _TIME, "durations": pa.bool_()}
    found.tables["opportunities"] = pa.table(
        {name: pa.array(cells, kinds.get(name, pa.string())) for name, cells in deals.columns.items()}
    )
    found.stage_durations = deals.without_durations <= _DURATIONS_NEEDED * whole
    if deals.without_durations:
        end = "" if found.stage_durations else ", too many: the durations of stages stay prior"
        what = "passed stages out of order or all at once: they count for losses, not for durations"
        found.notes.append(f"{deals.without_durations:,} of {whole:,} opportunities {what}{end}")


def _take_accounts(plan: DataFile, accounts: ListedAccounts, session: DuckDBSession, found: ReadExports) -> None:
    """The table of accounts; one with more people than could use it is an error, unless the data file says how many."""
    block = plan.accounts
    assert block is not None
    seen: Mapping[int, int] = {}
    if "events" in found.tables:
        # Who is won back is among those who could start: in our own tables, under another number.
        people = "count(DISTINCT person) - count(*) FILTER (WHERE event = 'won_back')"
        seen = dict(session.rows(f"SELECT account, {people} FROM native GROUP BY account"))
    eligible, excesses = [], []
    for number, size in enumerate(accounts.eligible):
        users = seen.get(number, 0)
        least = users if block.eligible.users is None else int(-(-users * block.eligible.users // 1))
        if block.eligible.users is None and size is not None and users > size:
            excesses.append((users - size, number, users, size))
        eligible.append(max(size or 0, least, 1))
    if len(excesses) > plan.allow.get("more_users", 0.0) * max(1, len(seen)):
        _refuse_more_users(block.table.label, accounts, excesses)
    known = [time for (time,) in session.rows("SELECT first_known FROM accounts ORDER BY number")]
    found.counts["accounts"] = len(accounts.names)
    found.tables["accounts"] = pa.table(
        {
            "account": pa.array(accounts.names, pa.string()),
            "segment": pa.array(accounts.segments, pa.string()),
            "eligible_users": pa.array(eligible, pa.int64()),
            "first_known": pa.array(known, _TIME),
        }
    )


def _refuse_more_users(label: str, accounts: ListedAccounts, excesses: list[tuple[int, int, int, int]]) -> None:
    """Raise InputError with the accounts that have the most people too many."""
    advice = "at most as many people as could use it; else `eligible_users: at least users * 1.2` in the data file"
    problems = [
        Problem(
            *accounts.lines[number],
            "eligible_users",
            f"{users} people in an account of {size}",
            advice,
            kind=ProblemKind.WRONG_VALUE,
        )
        for _, number, users, size in sorted(excesses, reverse=True)[:_WORST]
    ]
    if len(excesses) > _WORST:
        problems.append(Problem(label, None, None, f"{len(excesses)} such accounts", advice))
    raise InputError(problems)
