"""Starts and what they could have come from, by account and month: how many idle people, and how much contact."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from forecast.observed.account_states import HAS_LAPSED, IDLE, IS_BANNED, UNDER_CONTRACT
from forecast.observed.paths import Paths, Replay, summed
from forecast.types import Floats, Integers


@dataclass(frozen=True)
class StartExposure:
    """Exposures and starts; a row is a month of an account, and has one pattern: every event has its time.

    `account`, `month`, `starts`, `stops` are by row; `row`, `idle_time` (person-months of those who do not use it),
    `contact_time` (the same times the active share around them), `active_time`, `log_weight` by pattern; `pattern`,
    `idle`, `contact`, `by` by start.  Rows are in the order of accounts and months, starts in that of rows.
    """

    accounts: int
    segment: Integers  # by account
    months: int  # of the window
    account: Integers
    month: Integers
    starts: Integers
    stops: Integers
    row: Integers
    idle_time: Floats
    contact_time: Floats
    active_time: Floats
    log_weight: Floats
    pattern: Integers
    idle: Floats
    contact: Floats
    by: Integers  # who brought each start about: tables.BY_UNKNOWN, BY_NOBODY, BY_COLLEAGUE, BY_OTHER_TEAM


def start_exposure(found: Replay, *, across_teams: float = 1.0, under_contract: float = 1.0) -> StartExposure:
    """The exposures and starts of a replay.

    Parameters
    ----------
    found
        The replay.
    across_teams
        The part w of word of mouth that reaches everybody, 0 to 1; the rest stays in the team, where teams are known.
        A contact is the sum over teams of idle people times (1 - w) times the active share of their team plus w times
        that of the account (docs/model.md, 4).
    under_contract
        What a contract multiplies word of mouth by.

    Returns
    -------
    StartExposure
        Times in months of 30.4375 days.  While an account is banned nobody can start, and there is no exposure.  Stops
        are stays on a plan that ended because somebody lapsed.  Months of an account before it was known are left out.
    """
    paths, pieces = found.paths, found.paths.pieces()
    idle, contact = _idle_and_contact(paths, across_teams, under_contract)
    months = len(paths.window.month_starts())
    keys, row = np.unique(pieces.account * months + pieces.month, return_inverse=True)
    free = pieces.months * (paths.columns[pieces.step, IS_BANNED] == 0)
    starts = _rows_of(paths, keys, found.starts.account, found.starts.time)
    order = np.lexsort((found.starts.time, starts))
    before = paths.step_at(found.starts.account, found.starts.time)[order]
    lapses = found.spells.ending == HAS_LAPSED
    account, left = found.spells.account[lapses], found.spells.left[lapses]
    stops = _rows_of(paths, keys, account, left)
    stopping = np.maximum(paths.active[paths.step_at(account, left)], 1)
    return StartExposure(
        accounts=len(paths.segment),
        segment=paths.segment,
        months=months,
        account=keys // months,
        month=keys % months,
        starts=np.bincount(starts, minlength=len(keys)),
        stops=np.bincount(stops, minlength=len(keys)),
        row=np.arange(len(keys)),
        idle_time=summed(row, free * np.maximum(idle, 0)[pieces.step], len(keys)),
        contact_time=summed(row, free * np.maximum(contact, 0.0)[pieces.step], len(keys)),
        active_time=summed(row, pieces.months * paths.active[pieces.step], len(keys)),
        log_weight=summed(stops, np.log(stopping), len(keys)),
        pattern=starts[order],
        # Of an account that is said to have fewer people than use it, one at least is still to begin.
        idle=np.maximum(idle[before], 1).astype(np.float64),
        contact=np.where(idle[before] > 0, contact[before], _share_of_one_more(paths)[before]),
        by=found.starts.by[order],
    )


def _idle_and_contact(paths: Paths, across_teams: float, under_contract: float) -> tuple[Integers, Floats]:
    """Idle people at each step, and their contact."""
    idle = paths.columns[:, IDLE]
    everywhere = idle * paths.active / paths.size
    contact = (1.0 - across_teams) * paths.own_contact + across_teams * everywhere
    return idle, contact * np.where(paths.columns[:, UNDER_CONTRACT] > 0, under_contract, 1.0)


def _share_of_one_more(paths: Paths) -> Floats:
    """The active share at each step, were there one more person."""
    active = paths.active
    return active / np.maximum(paths.size, active + 1)


def _rows_of(paths: Paths, keys: Integers, account: Integers, time: Integers) -> Integers:
    """The row of each event, by its account and month; what ends with the window belongs to the last month."""
    starts = paths.window.month_starts()
    month = np.searchsorted(starts, time, side="right") - 1
    return np.searchsorted(keys, account * len(starts) + month)
