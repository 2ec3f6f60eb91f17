"""For how long leaders could have noticed, at which active share, and how often an opportunity or a ban came of it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from forecast.observed.account_states import (
    BAN,
    IN_DEAL,
    IS_BANNED,
    IS_COOLING,
    PAYING_TEAMS,
    UNDER_CONTRACT,
)
from forecast.observed.opportunities import deals
from forecast.observed.paths import Replay, summed
from forecast.observed.tables import AWARE, FROM_PRODUCT, ObservedTables
from forecast.types import Flags, Floats, Integers


class LeaderExposure(NamedTuple):
    """Months in which leaders could notice and what happened in them, alike ones together: [cell]."""

    segment: Integers
    active: Integers
    size: Integers
    enough: Flags  # so many are active that leaders can notice
    paying_teams: Integers
    months: Floats
    opportunities: Integers  # that came from the product
    bans: Integers
    nothing: Integers  # leaders noticed, and nothing came of it: only where the events say so

    @property
    def active_share(self) -> Floats:
        """Active people over eligible ones."""
        return self.active / self.size


def leader_exposure(found: Replay, tables: ObservedTables, min_users: Sequence[int]) -> LeaderExposure:
    """The exposures of a replay, while nothing is open, signed, banned or cooling down.

    `min_users` is by segment how many have to be active for leaders to notice; fewer are exposed only to the bills of
    their teams.  What happened although it could not have, by these rules, is left out.
    """
    paths, pieces = found.paths, found.paths.pieces()
    columns = paths.columns
    calm = (columns[:, [IS_BANNED, UNDER_CONTRACT, IN_DEAL, IS_COOLING]] == 0).all(axis=1)
    segment = paths.segment[paths.account]
    enough = paths.active >= np.array(min_users, np.int64)[segment]
    exposed = calm & (enough | (columns[:, PAYING_TEAMS] > 0))
    cells = np.stack([segment, paths.active, paths.size, enough, columns[:, PAYING_TEAMS]], axis=1)
    kept = pieces.step[exposed[pieces.step]]
    unique, cell = np.unique(cells[kept], axis=0, return_inverse=True)
    months = summed(cell.ravel(), pieces.months[exposed[pieces.step]], len(unique))
    of_step = np.full(len(columns), -1)
    of_step[kept] = cell.ravel()

    def counted(account: Integers, time: Integers) -> Integers:
        there = of_step[paths.step_at(account, time)] if len(time) else np.empty(0, np.int64)
        return np.bincount(there[there >= 0], minlength=len(unique))

    opened = _opened(tables, found)
    bans = found.moments.what == BAN
    aware = tables.events.event == AWARE
    noticed = tables.events.time[aware] - paths.window.since
    inside = (noticed >= 0) & (noticed < paths.window.length)
    return LeaderExposure(
        unique[:, 0],
        unique[:, 1],
        unique[:, 2],
        unique[:, 3] > 0,
        unique[:, 4],
        months,
        counted(*opened),
        counted(found.moments.account[bans], found.moments.time[bans]),
        counted(tables.events.account[aware][inside], noticed[inside]),
    )


def _opened(tables: ObservedTables, found: Replay) -> tuple[Integers, Integers]:
    """The accounts of opportunities that came from the product inside the window, and when."""
    window = found.paths.window
    own = [deal for deal in deals(tables.stages) if deal.source == FROM_PRODUCT]
    rows = [(deal.account, deal.opened - window.since) for deal in own if window.since <= deal.opened < window.until]
    account, time = np.array(rows, np.int64).reshape(-1, 2).T
    return account, time
