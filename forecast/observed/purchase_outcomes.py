"""What became of purchases: how long each stage took and how it ended, what was signed, and what was renewed."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from forecast.observed.account_states import SEATED
from forecast.observed.opportunities import deals
from forecast.observed.paths import Replay
from forecast.observed.tables import LOST, MICROSECONDS, NO_TIME, NOBODY, WON, ContractRows, ObservedTables, StageRows
from forecast.types import Flags, Floats, Integers

STAGE_ENDS = ("passed", "lost", "open")
PASSED, LOST_HERE, OPEN_HERE = range(len(STAGE_ENDS))


class StageData(NamedTuple):
    """Stages that were entered and not over before the window, [stage entry].

    `open` are those of a deal that is open at the window's end, and those that another stage ended: they would have
    taken longer than `days`.
    """

    segment: Integers
    stage: Integers  # places in StageRows.stages
    entered_age: Floats  # days that had passed when the window began; 0 for those entered inside it
    days: Floats  # from the entry to the end, or to when it was last seen
    ended: Integers  # PASSED, LOST_HERE, OPEN_HERE
    active_share: Floats  # active people over eligible ones just before the end
    reason: Integers  # places in StageRows.reasons; tables.NOBODY: it was not lost here
    entered: Integers  # microseconds since the window began: for gates

    def rows(self, kept: Flags) -> StageData:
        """Some of the entries."""
        return StageData._make(column[kept] for column in self)


class SigningData(NamedTuple):
    """First terms that were signed inside the window: [contract]."""

    segment: Integers
    seats: Integers
    active: Integers  # people just before
    size: Integers  # eligible people
    price: Floats  # per seat and month; NaN: not known
    list_price: Floats
    days: Floats  # of the term
    start_lag: Floats  # days from the signature to the first day; 0 where it begins on the day of the signature


class RenewalData(NamedTuple):
    """Terms that ended inside the window: [term]."""

    segment: Integers
    use: Floats  # seated people over seats, at the end; 1 for a contract over no seats
    champion_left: Flags
    renewed: Flags
    price: Floats
    next_price: Floats  # NaN: not renewed, or not known


def stage_data(found: Replay, tables: ObservedTables) -> StageData:
    """The stages of opportunities."""
    paths, stages = found.paths, tables.stages
    entered = stages.entered - paths.window.since
    closed = _closed(stages, paths.window.until) - paths.window.since
    left = np.where(stages.left == NO_TIME, np.iinfo(np.int64).max, stages.left - paths.window.since)
    end = np.minimum(np.minimum(left, closed), paths.window.length)
    over = (left == end) & (left < paths.window.length)
    lost = over & (stages.outcome == LOST)
    seen = np.flatnonzero((end >= 0) & (entered < paths.window.length))
    step = paths.step_at(stages.account[seen], end[seen]) if len(seen) else seen
    return StageData(
        paths.segment[stages.account[seen]],
        stages.stage[seen],
        np.maximum(-entered[seen], 0) / MICROSECONDS,
        (end - entered)[seen] / MICROSECONDS,
        np.where(lost, LOST_HERE, np.where(over, PASSED, OPEN_HERE))[seen],
        paths.active[step] / paths.size[step],
        np.where(lost, stages.reason, NOBODY)[seen],
        entered[seen],
    )


def _closed(stages: StageRows, never: int) -> Integers:
    """When the opportunity of each row was closed."""
    closed = np.full(len(stages.entered), never, np.int64)
    for deal in deals(stages):
        if deal.outcome in (WON, LOST) and deal.closed != NO_TIME:
            closed[list(deal.rows)] = deal.closed
    return closed


def signing_data(found: Replay, tables: ObservedTables) -> SigningData:
    """The contracts that were signed."""
    paths, contracts = found.paths, tables.contracts
    signed = np.where(contracts.signed == NO_TIME, contracts.start, contracts.signed)
    time = signed - paths.window.since
    rows = np.flatnonzero((contracts.renewed_from == NOBODY) & (time >= 0) & (time < paths.window.length))
    step = paths.step_at(contracts.account[rows], time[rows]) if len(rows) else rows
    lag = np.maximum(contracts.start - signed, 0)
    return SigningData(
        paths.segment[contracts.account[rows]],
        contracts.seats[rows],
        paths.active[step],
        paths.size[step],
        contracts.price[rows],
        contracts.list_price[rows],
        (contracts.end - contracts.start)[rows] / MICROSECONDS,
        lag[rows] / MICROSECONDS,
    )


def renewal_data(found: Replay, tables: ObservedTables) -> RenewalData:
    """The terms that ended, and whether another followed."""
    paths, contracts = found.paths, tables.contracts
    end = contracts.end - paths.window.since
    rows = np.flatnonzero((end > 0) & (end < paths.window.length))
    step = paths.step_at(contracts.account[rows], end[rows]) if len(rows) else rows
    seats = contracts.seats_at_end[rows]
    use = np.where(seats > 0, paths.columns[step, SEATED] / np.maximum(seats, 1), 1.0)
    following = _following(contracts)[rows]
    return RenewalData(
        paths.segment[contracts.account[rows]],
        use,
        contracts.champion_left[rows],
        following != NOBODY,
        contracts.price[rows],
        np.where(following == NOBODY, np.nan, np.append(contracts.price, np.nan)[following]),
    )


def _following(contracts: ContractRows) -> Integers:
    """The row of the term that renews each; NOBODY: none does."""
    row = {before: place for place, before in enumerate(contracts.renewed_from.tolist()) if before != NOBODY}
    return np.array([row.get(contract, NOBODY) for contract in contracts.contract.tolist()], np.int64)
