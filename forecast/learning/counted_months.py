"""Exposures and starts of accounts of which only the counts of each month are known.

Where in the month its events lie is not known: so the likelihood is the mean over patterns of times, drawn so that the
mean has a small error (`counted_rows`).  Spreading the events evenly instead would bias imitation.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np

from forecast.learning.chance import uniforms_at
from forecast.observed.start_exposure import StartExposure
from forecast.observed.tables import BY_UNKNOWN
from forecast.types import Floats, Integers

PATTERNS = 32  # of times within a month of which only the counts are known
MANY_EVENTS = 12  # of so many events one pattern says as much as several of a few
FEW_PATTERNS = 8
USUAL_ORGANIC = 0.03  # organic as a share of imitation, to draw times by: any value is right, a good one needs fewer
FLAT = 1e-6  # a growth by which nobody can tell the times from uniform ones
MOST_TRIES = 400  # of patterns of which as many are possible: nobody stops who is not there


class CountedMonth(NamedTuple):
    """What is known of an account from one row of a panel to the next: `active` people of `eligible` at its begin."""

    account: int
    month: int
    months: float  # its length
    eligible: float
    active: int
    starts: int
    stops: int


class _Pattern(NamedTuple):
    """One way in which the events of a month may lie."""

    idle_time: float
    contact_time: float
    active_time: float
    log_weight: float
    idle: list[float]
    contact: list[float]


def counted_rows(rows: Sequence[CountedMonth], segment: Sequence[int], months: int, seed: int) -> StartExposure:
    """The data of a panel of counts.

    Parameters
    ----------
    rows
        A row for each account and month; `month` counts from the first month of the market.
    segment
        The segment's number, by account.
    months
        Months of the market, from the first to the last row.
    seed
        Of the patterns: their draws have the address (seed, row).
    """
    patterns: list[tuple[int, _Pattern]] = []
    for number, row in enumerate(rows):
        patterns += [(number, each) for each in _patterns_of(row, number, seed)]
    idle = [value for _, each in patterns for value in each.idle]
    contact = [value for _, each in patterns for value in each.contact]
    return StartExposure(
        accounts=len(segment),
        segment=np.array(segment, dtype=np.int64),
        months=months,
        account=np.array([row.account for row in rows], dtype=np.int64),
        month=np.array([row.month for row in rows], dtype=np.int64),
        starts=np.array([row.starts for row in rows], dtype=np.int64),
        stops=np.array([row.stops for row in rows], dtype=np.int64),
        row=np.array([number for number, _ in patterns], dtype=np.int64),
        idle_time=np.array([each.idle_time for _, each in patterns]),
        contact_time=np.array([each.contact_time for _, each in patterns]),
        active_time=np.array([each.active_time for _, each in patterns]),
        log_weight=np.array([each.log_weight for _, each in patterns]),
        pattern=np.repeat(np.arange(len(patterns)), [len(each.idle) for _, each in patterns]),
        idle=np.array(idle),
        contact=np.array(contact),
        by=np.full(len(idle), BY_UNKNOWN),
    )


def _patterns_of(row: CountedMonth, number: int, seed: int) -> list[_Pattern]:
    """The patterns of a row: one where nothing happened, else `PATTERNS`, those that cannot have been left out."""
    events = row.starts + row.stops
    if events == 0:
        return [_pattern(row, np.empty(0), np.empty(0, dtype=np.int64), 0.0)]
    growth = np.array([_start_growth(row)] * row.starts + [_active_growth(row)] * row.stops)
    steep = np.where(np.abs(growth) < FLAT, FLAT, growth)
    wanted = PATTERNS if events <= MANY_EVENTS else FEW_PATTERNS
    kept: list[_Pattern] = []
    for places in _latin_hypercubes(events, wanted, number, seed):
        # Times have the density of exponential growth: with it the weights of a Yule process would all be equal.
        times = np.log1p(places * np.expm1(steep)) / steep
        weights = -(times * steep).sum(axis=1)
        for at, weight in zip(times, weights, strict=True):
            order = np.argsort(at, kind="stable")
            changes = np.where(order < row.starts, 1, -1)
            if (row.active + np.cumsum(changes)).min() >= 0:
                kept.append(_pattern(row, at[order] * row.months, changes, float(weight)))
                if len(kept) == wanted:
                    return kept
    return kept


def _start_growth(row: CountedMonth) -> float:
    """By how much, in logarithms, the hazard of a start grows in a row, were it mostly imitation."""
    end = row.active + row.starts - row.stops
    return float(np.log(_usual_hazard(row.eligible, end) / _usual_hazard(row.eligible, row.active)))


def _usual_hazard(eligible: float, active: int) -> float:
    """In arbitrary units, what the hazard of a start is at so many active people."""
    return max(eligible - active, 1.0) * (USUAL_ORGANIC + active / max(eligible, 1.0))


def _active_growth(row: CountedMonth) -> float:
    """By how much, in logarithms, the number of active people grows in a row."""
    return float(np.log((row.active + row.starts - row.stops + 0.5) / (row.active + 0.5)))


def _latin_hypercubes(events: int, count: int, number: int, seed: int) -> Iterator[Floats]:
    """Places in (0, 1), [pattern, event], one array after the other, each stratified along every event."""
    for index in range(MOST_TRIES):
        draws = uniforms_at((seed, "counts"), str(number), count=2 * count * events, index=index)
        draws = draws.reshape(2, count, events)
        yield (np.argsort(draws[0], axis=0, kind="stable") + draws[1]) / count


def _pattern(row: CountedMonth, times: Floats, changes: Integers, log_weight: float) -> _Pattern:
    """What a row's exposures and starts come to when its events lie at these times, in months from its begin."""
    active = row.active + np.concatenate([[0], np.cumsum(changes)])
    lengths = np.diff(np.concatenate([[0.0], times, [row.months]]))
    # Of an account that is said to have fewer people than use it, one at least is still to begin before each start.
    starting = np.concatenate([changes == 1, [False]])
    idle = np.maximum(row.eligible - active, np.where(starting, 1.0, 0.0))
    share = active / np.maximum(row.eligible, active + idle)
    stopping = active[:-1][changes == -1]
    return _Pattern(
        float(idle @ lengths),
        float((idle * share) @ lengths),
        float(active @ lengths),
        log_weight + float(np.log(stopping).sum()),
        idle[starting].tolist(),
        (idle * share)[starting].tolist(),
    )
