"""How each account stands when the window ends: people by state and since when, contract, open stages, ban.

Times are microseconds since the window began, ages microseconds at its end.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field

import numpy as np

from forecast.observed.account_states import (
    BAN,
    IS_BANNED,
    LAPSED,
    PAYING_TEAMS,
    STATES,
    STILL_THERE,
    TRIAL,
    TRIAL_OPEN,
)
from forecast.observed.opportunities import deals
from forecast.observed.paths import Replay
from forecast.observed.tables import LOST, NO_TIME, WON, ObservedTables


@dataclass
class AccountToday:
    """An account at the window's end."""

    account: int
    size: int
    lapsed: int = 0
    ages: dict[int, list[int]] = field(default_factory=dict)  # of the people in trial and on each plan, by state
    paying_teams: int = 0
    contract: int | None = None  # its row: the term that runs, or one that is signed and begins later
    open_stages: dict[int, int] = field(default_factory=dict)  # when each was entered
    banned_since: int | None = None
    lost_last: int | None = None  # when the last opportunity was lost


def accounts_today(found: Replay, tables: ObservedTables) -> list[AccountToday]:
    """How each account of the market stands; those that come into it later are not there."""
    paths = found.paths
    there = np.flatnonzero(np.diff(paths.first) > 0)
    last = paths.columns[paths.first[there + 1] - 1]
    stands = {
        account: AccountToday(
            account, int(row[: len(STATES)].sum()), int(row[LAPSED]), paying_teams=int(row[PAYING_TEAMS])
        )
        for account, row in zip(there.tolist(), last, strict=True)
    }
    banned = {account for account, row in zip(there.tolist(), last, strict=True) if row[IS_BANNED]}
    _add_people(found, stands)
    moments = found.moments
    for account, what, time in zip(*(column.tolist() for column in moments), strict=True):
        if what == BAN and account in banned:
            stands[account].banned_since = time
    for account in banned:
        if stands[account].banned_since is None:  # since before the window
            stands[account].banned_since = 0
    _add_contracts(found, tables, stands)
    _add_deals(found, tables, stands)
    return [stands[account] for account in sorted(stands)]


def _add_people(found: Replay, stands: dict[int, AccountToday]) -> None:
    """The people in trial and on plans, with their ages."""
    length = found.paths.window.length
    ages: dict[tuple[int, int], list[int]] = defaultdict(list)
    trials, spells = found.trials, found.spells
    rows = zip(trials.account.tolist(), trials.start.tolist(), trials.outcome.tolist(), strict=True)
    for account, start, outcome in rows:
        if outcome == TRIAL_OPEN:
            ages[account, TRIAL].append(length - start)
    columns = (spells.account, spells.plan, spells.entered, spells.ending)
    for account, plan, entered, ending in zip(*(column.tolist() for column in columns), strict=True):
        if ending == STILL_THERE:
            ages[account, plan].append(length - entered)
    for (account, state), each in ages.items():
        stands[account].ages[state] = sorted(each)


def _add_contracts(found: Replay, tables: ObservedTables, stands: dict[int, AccountToday]) -> None:
    """The term that runs at the end; one that is signed and begins later stands for it where none does."""
    until, contracts = found.paths.window.until, tables.contracts
    columns = (contracts.account, contracts.signed, contracts.start, contracts.end)
    for row, (account, signed, start, end) in enumerate(zip(*(column.tolist() for column in columns), strict=True)):
        known = signed if signed != NO_TIME else start
        if account not in stands or known >= until or end <= until:
            continue
        before = stands[account].contract
        if before is None or start < until:
            stands[account].contract = row


def _add_deals(found: Replay, tables: ObservedTables, stands: dict[int, AccountToday]) -> None:
    """Open stages, and when the last opportunity was lost."""
    window, stages = found.paths.window, tables.stages
    for deal in deals(stages):
        if deal.account not in stands or deal.opened >= window.until:
            continue
        closed = deal.outcome in (WON, LOST) and deal.closed != NO_TIME and deal.closed < window.until
        stand = stands[deal.account]
        if closed:
            if deal.outcome == LOST:
                stand.lost_last = max(stand.lost_last or 0, deal.closed - window.since)
            continue
        for row in deal.rows:
            entered, left = int(stages.entered[row]), int(stages.left[row])
            if entered < window.until and (left == NO_TIME or left >= window.until):
                stand.open_stages[int(stages.stage[row])] = entered - window.since
