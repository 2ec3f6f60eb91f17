"""Tables become paths: each account's counts, piece by piece, and what happened to its users, deals and contracts.

At one instant the ends of contracts come first, then their beginnings, then events in the order of the table: that is
the order of the engines (docs/model.md, 10).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import fields
from operator import itemgetter
from typing import TypeAlias

import numpy as np

from forecast.observed.account_states import COLUMNS, AccountStates, Journal
from forecast.observed.opportunities import deals
from forecast.observed.paths import Moments, Paths, Releases, Replay, Spells, Starts, Trials
from forecast.observed.tables import (
    LOST,
    NO_TIME,
    NOBODY,
    WITHOUT_EFFECT,
    WON,
    ContractRows,
    EventRows,
    ObservedTables,
    StageRows,
    TeamRows,
    Window,
    in_order,
)
from forecast.types import Floats, Integers

_CONTRACT_END, _CONTRACT_START, _EVENT, _DEAL = range(4)  # the order at one instant


_Change: TypeAlias = tuple[int, int, int]  # time, kind, and by the kind: the event's row, or how many deals more


def replay(tables: ObservedTables, window: Window) -> Replay:
    """Replay an export into paths.

    Parameters
    ----------
    tables
        The export.  What lies before the window is replayed too: it says where everybody stands when it begins, and how
        long they have been there.
    window
        What lies at its end or later is not looked at.

    Returns
    -------
    Replay
        Paths of the accounts by steps, and the starts, trials, stays on plans, ends of contracts and team plans, and
        moments inside the window, in the order of accounts; all times in microseconds since the window began.

    Examples
    --------
    >>> import pyarrow as pa
    >>> from forecast.observed.native import observed_tables
    >>> from forecast.observed.tables import MICROSECONDS, Window
    >>> rows = {"time": ["2026-01-04 00:00:00Z", "2026-01-10 00:00:00Z"], "user": ["u1", "u1"]}
    >>> stage = ["opportunity", "account", "source", "stage", "entered", "left", "outcome", "reason"]
    >>> term = ["account", "contract", "signed", "start", "end", "seats", "price_per_seat_month", "list_price"]
    >>> none = pa.array([], pa.string())
    >>> tables = {
    ...     "events": pa.table({**rows, "account": ["ada", "ada"], "event": ["start", "activate"]}),
    ...     "opportunities": pa.table(dict.fromkeys(stage, none)),
    ...     "contracts": pa.table(dict.fromkeys([*term, "renewed_from", "champion_left"], none)),
    ...     "accounts": pa.table({"account": ["ada"], "segment": ["smb"], "eligible_users": [9]}),
    ... }
    >>> january = Window(1767225600_000000, 1769904000_000000)
    >>> paths = replay(observed_tables(tables), january).paths
    >>> paths.columns[:, :3].tolist(), (paths.time // MICROSECONDS).tolist()
    ([[9, 0, 0], [8, 1, 0], [8, 0, 1]], [0, 3, 9])
    """
    events = in_order(tables.events)
    changes = _changes(tables, events, window)
    journal, steps, sizes = Journal(), _Steps(), _team_sizes(tables.teams)
    columns = [getattr(events, each.name).tolist() for each in fields(events)]
    accounts = zip(tables.accounts.eligible_users.tolist(), tables.accounts.first_known.tolist(), strict=True)
    for account, (people, first_known) in enumerate(accounts):
        states = AccountStates(account, people, sizes.get(account, ()), journal)
        entry = _entry(first_known, changes[account], window)
        steps.first.append(len(steps.time))
        if entry < window.length:
            _replay_account(states, changes[account], columns, steps, entry)
            states.finish(window.length)
    paths = Paths(window, tables.accounts.segment, *steps.arrays())
    return Replay(paths, *_records(journal))


def _replay_account(
    states: AccountStates, changes: Sequence[_Change], events: Sequence[list[int]], steps: _Steps, entry: int
) -> None:
    """Take in the changes of an account, and keep a step after each instant at which something is another."""
    _, _, user, event, by, team, moved = events
    now = entry
    for time, kind, what in changes:
        if time > now:
            steps.record(now, states)
            now = time
        if kind == _EVENT:
            states.apply(time, event[what], user[what], by[what], team[what], counts=not moved[what])
        elif kind == _CONTRACT_START:
            states.start_contract(time)
        elif kind == _CONTRACT_END:
            states.end_contract(time)
        else:
            states.change_deals(what)
    steps.record(now, states)


def _changes(tables: ObservedTables, events: EventRows, window: Window) -> dict[int, list[_Change]]:
    """What changes each account before the window's end, in order, in microseconds since it began."""
    found: dict[int, list[_Change]] = defaultdict(list)
    rows = np.flatnonzero((events.time < window.until) & ~np.isin(events.event, WITHOUT_EFFECT))
    times, accounts = (events.time[rows] - window.since).tolist(), events.account[rows].tolist()
    for row, time, account in zip(rows.tolist(), times, accounts, strict=True):
        found[account].append((time, _EVENT, row))
    others = [*_contract_changes(tables.contracts), *_deal_changes(tables.stages)]
    for account, time, kind, what in others:
        if time < window.until:
            found[account].append((time - window.since, kind, what))
    for account in {account for account, *_ in others}:
        found[account].sort(key=itemgetter(0, 1))
    return found


def _contract_changes(contracts: ContractRows) -> Iterator[tuple[int, int, int, int]]:
    """Beginnings and ends of contracts; a term that is renewed has none, nor one that renews another."""
    renewed = set(contracts.renewed_from.tolist())
    columns = (contracts.contract, contracts.account, contracts.signed, contracts.start, contracts.end)
    rows = zip(*(column.tolist() for column in (*columns, contracts.renewed_from)), strict=True)
    for contract, account, signed, start, end, before in rows:
        if before == NOBODY:
            live = max(signed, start)
            yield account, live, _CONTRACT_START, 0
            if NO_TIME < signed < live:
                yield account, signed, _DEAL, 1
                yield account, live, _DEAL, -1
        if contract not in renewed:
            yield account, end, _CONTRACT_END, 0


def _deal_changes(stages: StageRows) -> Iterator[tuple[int, int, int, int]]:
    """When opportunities open and close."""
    for deal in deals(stages):
        yield deal.account, deal.opened, _DEAL, 1
        if deal.outcome in (WON, LOST):
            yield deal.account, deal.closed, _DEAL, -1


def _entry(first_known: int, changes: Sequence[_Change], window: Window) -> int:
    """When an account's path begins: with the window, or when it was first known or first did something."""
    known = first_known - window.since if first_known > window.since else 0
    return max(min(known, changes[0][0]), 0) if changes else known


def _team_sizes(teams: TeamRows) -> dict[int, list[int]]:
    """How large each team of an account is."""
    sizes: dict[int, list[int]] = defaultdict(list)
    for account, size in zip(teams.account.tolist(), teams.size.tolist(), strict=True):
        sizes[account].append(size)
    return sizes


class _Steps:
    """The steps of all accounts, as they are found; a step at which nothing is another is left out."""

    def __init__(self) -> None:
        self.first: list[int] = []
        self.time: list[int] = []
        self.rows: list[tuple[int, ...]] = []
        self.own_contact: list[float] = []

    def record(self, time: int, states: AccountStates) -> None:
        """Keep what holds from a time on."""
        row = tuple(states.row)
        if len(self.rows) > self.first[-1] and row == self.rows[-1]:
            return
        self.time.append(time)
        self.rows.append(row)
        self.own_contact.append(states.own_contact)

    def arrays(self) -> tuple[Integers, Integers, Integers, Floats]:
        """First steps, times, columns and contacts."""
        columns = np.array(self.rows, np.int64).reshape(-1, len(COLUMNS))
        first = np.array([*self.first, len(self.time)], np.int64)
        return first, np.array(self.time, np.int64), columns, np.array(self.own_contact, np.float64)


def _records(journal: Journal) -> tuple[Starts, Trials, Spells, Releases, Moments]:
    """What a journal holds, as columns, in the order of accounts."""
    trials = [(each.account, each.start, each.end, each.outcome, each.joint) for each in journal.trials]
    releases = [(each.account, each.end, each.plan, each.people, each.gone) for each in journal.releases]
    return (
        Starts(*_columns(journal.starts, 4)),
        Trials(*_columns(trials, 5)),
        Spells(*_columns(journal.spells, 5)),
        Releases(*_columns(releases, 5)),
        Moments(*_columns(journal.moments, 3)),
    )


def _columns(rows: Sequence[tuple[int, ...]], count: int) -> Integers:
    """The columns of rows, [column, row]."""
    return np.ascontiguousarray(np.array(rows, np.int64).reshape(-1, count).T)
