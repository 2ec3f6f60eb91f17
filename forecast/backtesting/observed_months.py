"""What did happen, at the first day of each month: active people by account, contracts signed in the month before."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import numpy as np

from forecast.backtesting.known_counts import KnownCounts
from forecast.exports.read_exports import ReadExports
from forecast.exports.read_monthly import Panel
from forecast.fitting.replayed_exports import ReplayedExports, replay_exports
from forecast.months import first_of_month, months_between
from forecast.observed.account_states import HAS_LAPSED
from forecast.observed.tables import NO_TIME, NOBODY
from forecast.types import Flags, Integers


@dataclass(frozen=True)
class ObservedMonths:
    """Counts at the firsts of months, [account, month]; `starts` and `stops` are those since the month before.

    `there` says where an account is in the market and its count is known.
    """

    names: tuple[str, ...]
    dates: tuple[date, ...]
    active: Integers
    eligible: Integers
    starts: Integers
    stops: Integers
    there: Flags
    signed: Integers | None  # first contracts signed since the month before, [month]; None: not known

    def month_of(self, day: date) -> int | None:
        """The place of a day among the months; None: it is none of them."""
        return self.dates.index(day) if day in self.dates else None

    def known(self, accounts: Integers, month: int) -> KnownCounts:
        """What is known of some accounts at a month."""
        upto = np.s_[accounts, : month + 1]
        eligible = np.maximum(self.eligible[accounts, month], self.active[accounts, month])
        return KnownCounts(self.active[upto], eligible, self.starts[upto], self.stops[upto])


def observed_months(exports: ReadExports) -> ObservedMonths:
    """The months of exports that have been read."""
    return _of_panel(exports.panel) if exports.panel is not None else _of_history(replay_exports(exports))


def _of_panel(panel: Panel) -> ObservedMonths:
    """The months of a panel of counts."""
    shape = len(panel.accounts), panel.months + 1
    active, eligible, starts, stops = (np.zeros(shape, np.int64) for _ in range(4))
    there = np.zeros(shape, bool)
    for row in panel.rows:
        here, after = (row.account, row.month), (row.account, row.month + 1)
        active[here], eligible[here] = row.active, int(row.eligible)
        active[after], eligible[after] = row.active + row.starts - row.stops, int(row.eligible)
        starts[after], stops[after] = row.starts, row.stops
        there[here] = there[after] = True
    for state in panel.states:
        place = state.account, months_between(panel.first, state.day)
        active[place], eligible[place], there[place] = state.active, state.eligible, True
    dates = tuple(first_of_month(panel.first, month) for month in range(shape[1]))
    return ObservedMonths(panel.accounts, dates, active, eligible, starts, stops, there, None)


def _of_history(history: ReplayedExports) -> ObservedMonths:
    """The months of replayed tables."""
    paths, window = history.found.paths, history.window
    begins = np.append(window.month_starts(), window.length)
    first = history.start
    dates = tuple(first_of_month(first, month - len(begins) + 1) for month in range(len(begins)))
    accounts = np.arange(len(paths.segment))
    shape = len(accounts), len(begins)
    entry = np.append(paths.time, window.length)[paths.first[:-1]]
    has_path = np.diff(paths.first) > 0
    there = has_path[:, None] & (entry[:, None] <= begins[None, :])
    active, eligible = np.zeros(shape, np.int64), np.zeros(shape, np.int64)
    account, month = np.nonzero(there)
    step = paths.step_at(account, begins[month] + (begins[month] == 0))
    active[account, month], eligible[account, month] = paths.active[step], paths.size[step]
    lapses = history.found.spells.ending == HAS_LAPSED
    spells = history.found.spells
    starts = _by_month(history.found.starts.account, history.found.starts.time, begins, shape)
    stops = _by_month(spells.account[lapses], spells.left[lapses], begins, shape)
    return ObservedMonths(
        history.tables.accounts.names, dates, active, eligible, starts, stops, there, _signed(history, begins)
    )


def _by_month(account: Integers, time: Integers, begins: Integers, shape: tuple[int, int]) -> Integers:
    """How many events of each account fell into the month before each of the days."""
    month = np.searchsorted(begins, time, side="left").clip(0, shape[1] - 1)
    return np.bincount(account * shape[1] + month, minlength=shape[0] * shape[1]).reshape(shape)


def _signed(history: ReplayedExports, begins: Integers) -> Integers | None:
    """First contracts that were signed in the month before each of the days."""
    if "contracts" not in history.given:
        return None
    contracts = history.tables.contracts
    first = contracts.renewed_from == NOBODY
    signed = np.where(contracts.signed == NO_TIME, contracts.start, contracts.signed)[first] - history.window.since
    inside = (signed >= 0) & (signed < history.window.length)
    month = np.searchsorted(begins, signed[inside], side="right")
    return np.bincount(month, minlength=len(begins))[: len(begins)]
