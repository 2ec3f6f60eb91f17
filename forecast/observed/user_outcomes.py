"""What became of users: how long they stayed on each plan, what came of trials, and how often what happened to them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from forecast.observed.account_states import (
    FREE,
    HAS_BEGUN_TO_PAY,
    HAS_LAPSED,
    IDLE,
    IN_DEAL,
    IS_BACK,
    IS_BANNED,
    IS_COOLING,
    LAPSED,
    LIFT,
    ROLLED_OUT,
    TRIAL_FAILED,
    TRIAL_FREE,
    TRIAL_LEFT,
    TRIAL_PAID,
    TRIAL_SEATED,
    TRIAL_TEAM,
    UNDER_CONTRACT,
)
from forecast.observed.opportunities import deals
from forecast.observed.paths import Replay, summed
from forecast.observed.tables import (
    FROM_OUTBOUND,
    MICROSECONDS,
    MONTH,
    NO_TIME,
    SINCE_BEFORE,
    ContractRows,
    ObservedTables,
    Window,
)
from forecast.types import Flags, Floats, Integers


class TenureData(NamedTuple):
    """Stays on a plan, [stay]: from the age at which somebody was first seen there to the age at which they were last.

    entered_age is 0 for who came inside the window; those who were there before it have an age (left truncation).
    Whoever did not lapse went on, or went to another plan: their stay was longer than left_age (right censoring).
    """

    segment: Integers
    plan: Integers  # account_states.FREE, PAID, TEAM, SEATED
    entered_age: Floats  # months of 30.4375 days
    left_age: Floats
    lapsed: Flags


class OutcomeCounts(NamedTuple):
    """How often the answer was yes, and no, by segment: [segment]."""

    segment: Integers
    yes: Integers
    no: Integers


@dataclass(frozen=True)
class RateCounts:
    """How often something happened, and over how many months it could have, by segment: [segment]."""

    segment: Integers
    count: Integers
    exposure: Floats


def tenure_data(found: Replay, until: int | None = None) -> TenureData:
    """The stays of a replay, but for those of which it is not known when they began.

    Parameters
    ----------
    found
        The replay.
    until
        The last microsecond at which a lapse can be seen, where it is dated by an absence: stays end there, and later
        ones say nothing.  Without it the newest month would look as if hardly anybody stopped.
    """
    spells, last = found.spells, found.paths.window.length if until is None else until
    kept = (spells.entered != SINCE_BEFORE) & (spells.entered < last)
    account, plan, entered, left, ending = (column[kept] for column in spells)
    return TenureData(
        found.paths.segment[account],
        plan,
        np.maximum(-entered, 0) / MONTH,
        (np.minimum(left, last) - entered) / MONTH,
        (ending == HAS_LAPSED) & (left <= last),
    )


def trial_outcomes(found: Replay, segments: int, *, length_days: float = 0.0) -> Mapping[str, OutcomeCounts]:
    """What came of trials: `activation`, then of those `to_paid`, and of those who do not pay `keep_free`.

    Only trials of which `length_days` have passed at the window's end: of a trial that may still end well, it is not
    known.  Under a contract or a team plan nobody is asked to pay.  Who goes on for free when a contract or a team plan
    has ended counts for `keep_free` too.
    """
    paths, trials, releases = found.paths, found.trials, found.releases
    known = trials.start + round(length_days * MICROSECONDS) <= paths.window.length
    segment = paths.segment[trials.account]
    alone = known & (trials.joint == 0)
    free, gone = paths.segment[releases.account], releases.gone
    kept = np.bincount(free, releases.people - gone, segments), np.bincount(free, gone, segments)

    def counted(of: Flags, *outcomes: int) -> Integers:
        return np.bincount(segment[of & np.isin(trials.outcome, outcomes)], minlength=segments)

    everyone = np.arange(segments)
    activated = TRIAL_LEFT, TRIAL_FREE, TRIAL_PAID, TRIAL_TEAM, TRIAL_SEATED
    return {
        "activation": OutcomeCounts(everyone, counted(known, *activated), counted(known, TRIAL_FAILED)),
        "to_paid": OutcomeCounts(everyone, counted(alone, TRIAL_PAID), counted(alone, TRIAL_FREE, TRIAL_LEFT)),
        "keep_free": OutcomeCounts(
            everyone,
            counted(alone, TRIAL_FREE) + kept[0].astype(np.int64),
            counted(alone, TRIAL_LEFT) + kept[1].astype(np.int64),
        ),
    }


def event_rates(found: Replay, tables: ObservedTables) -> Mapping[str, RateCounts]:
    """Counts and exposures of what happens at a steady rate.

    By name: upgrade, win_back, rollout, ban_lift, outbound, champion_leaves.
    """
    paths, segments = found.paths, len(tables.accounts.segments)
    pieces, columns = paths.pieces(), paths.columns
    segment = paths.segment[pieces.account]
    calm = (columns[:, [IS_BANNED, UNDER_CONTRACT, IN_DEAL, IS_COOLING]] == 0).all(axis=1)
    open_to_all = columns[:, IS_BANNED] == 0
    exposed = {
        "upgrade": (columns[:, FREE], HAS_BEGUN_TO_PAY),
        "win_back": (columns[:, LAPSED] * open_to_all, IS_BACK),
        "rollout": (columns[:, IDLE] * (columns[:, UNDER_CONTRACT] > 0), ROLLED_OUT),
        "ban_lift": (columns[:, IS_BANNED], LIFT),
    }
    everyone = np.arange(segments)
    rates = {}
    for name, (people, what) in exposed.items():
        happened = found.moments.what == what
        counts = np.bincount(paths.segment[found.moments.account[happened]], minlength=segments)
        rates[name] = RateCounts(
            everyone, counts, summed(segment, pieces.months * np.maximum(people, 0)[pieces.step], segments)
        )
    called = [deal for deal in deals(tables.stages) if deal.source == FROM_OUTBOUND]
    accounts = np.array([deal.account for deal in called if _inside(deal.opened, paths.window)], np.int64)
    counts = np.bincount(paths.segment[accounts], minlength=segments)
    rates["outbound"] = RateCounts(everyone, counts, summed(segment, pieces.months * calm[pieces.step], segments))
    rates["champion_leaves"] = _champions(tables.contracts, paths.segment, paths.window, segments)
    return rates


def _champions(contracts: ContractRows, segment_of: Integers, window: Window, segments: int) -> RateCounts:
    """How often a champion left, over the time in which one was there; where it is not known when, left out."""
    known = ~contracts.champion_left | (contracts.champion_left_at != NO_TIME)
    begin = np.maximum(np.maximum(contracts.start, contracts.signed), window.since)
    until = np.where(contracts.champion_left_at == NO_TIME, contracts.end, contracts.champion_left_at)
    end = np.minimum(np.minimum(until, contracts.end), window.until)
    there = known & (end > begin)
    segment = segment_of[contracts.account]
    left = there & contracts.champion_left & (contracts.champion_left_at < window.until)
    return RateCounts(
        np.arange(segments),
        np.bincount(segment[left], minlength=segments),
        summed(segment[there], (end - begin)[there] / MONTH, segments),
    )


def _inside(time: int, window: Window) -> bool:
    """Whether a time lies in a window."""
    return window.since <= time < window.until
