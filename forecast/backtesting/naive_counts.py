"""Naive rules for the active people of every account: nothing changes, same number, same rate, same growth."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from forecast.backtesting.counts_by_chance import (
    beta_values,
    binomial_counts,
    gamma_values,
    poisson_counts,
    uniforms_of,
)
from forecast.backtesting.known_counts import BaselineDraws, KnownCounts
from forecast.types import Floats, Integers

LATELY = 3  # months whose numbers, rates or growth are taken to go on
HALF = 0.5  # of an event is what is known beforehand of a number or a rate, for a market or an account (Jeffreys)


def nothing_changes(known: KnownCounts, horizons: Sequence[int], count: int, address: tuple[int, str]) -> BaselineDraws:
    """The last counts, plus or minus what they have changed in as long a time, for all accounts of the same months.

    The sign of a change is drawn: up and down are as likely.  Where fewer than half of the record has a change over the
    whole horizon, changes of shorter times are added.  With one month of counts the draws are all equal.

    Parameters
    ----------
    known
        What is known at the origin.
    horizons
        Months ahead, each at least 1.
    count
        Draws.
    address
        (seed, node) of the chance.
    """
    longest = max(1, known.active.shape[1] // 2)
    drawn = np.empty((count, len(known.now), len(horizons)), dtype=np.int64)
    for place, horizon in enumerate(horizons):
        counts = np.tile(known.now, (count, 1))
        for start in range(0, horizon if known.months else 0, longest):
            length = min(longest, horizon - start)
            changes = (known.active[:, length:] - known.active[:, :-length]).T
            u = uniforms_of(address, "change", str(horizon), str(start), shape=(2, count))
            signs = np.where(u[1] < HALF, -1, 1)
            counts += signs[:, None] * changes[(u[0] * len(changes)).astype(np.int64)]
        drawn[:, :, place] = np.clip(counts, 0, known.eligible)
    return BaselineDraws.of_accounts(drawn)


def same_number(
    known: KnownCounts, horizons: Sequence[int], count: int, address: tuple[int, str]
) -> BaselineDraws | None:
    """As many starts and stops a month as in the last three months, Poisson; None without a month of changes.

    The market's number has a gamma posterior; how it is shared among accounts a Dirichlet one, which pulls an account
    to its share of the eligible people (for stops, of the active ones) as strongly as half an event for each account.
    Parameters as for `nothing_changes`.
    """
    if not known.months:
        return None
    starts, stops = known.lately(LATELY)
    start_means = _shared_numbers(starts, known.eligible, count, (address, "starts"))
    stop_means = _shared_numbers(stops, known.active[:, -1], count, (address, "stops"))

    def following(month: int, active: Integers) -> Integers:
        u = uniforms_of(address, "month", shape=(2, *active.shape), index=month)
        started = np.minimum(poisson_counts(start_means, u[0]), known.eligible - active)
        return np.asarray(active + started - np.minimum(poisson_counts(stop_means, u[1]), active))

    return _month_by_month(known, horizons, count, following)


def _shared_numbers(events: Integers, usual: Integers, count: int, name: tuple[tuple[int, str], str]) -> Floats:
    """Draws of the events a month of each account, [draw, account]; `usual` is to what an account's share is pulled."""
    accounts, months = events.shape
    address, node = name
    total = gamma_values(events.sum() + HALF, uniforms_of(address, node, "total", shape=(count, 1))) / months
    pull = HALF * (accounts * usual + 1.0) / (usual.sum() + 1.0)
    parts = gamma_values(events.sum(axis=1) + pull, uniforms_of(address, node, "shares", shape=(count, accounts)))
    return np.asarray(total * parts / np.maximum(parts.sum(axis=1, keepdims=True), np.finfo(np.float64).tiny))


def same_rate(
    known: KnownCounts, horizons: Sequence[int], count: int, address: tuple[int, str]
) -> BaselineDraws | None:
    """The share of the idle that start and of the active that stop, as in the last three months, binomial.

    An account's share is pulled to the market's as strongly as half an event.  None without a month of changes;
    parameters as for `nothing_changes`.
    """
    if not known.months:
        return None
    starts, stops = known.lately(LATELY)
    before = known.active[:, -1 - starts.shape[1] : -1]
    idle = np.maximum(known.eligible[:, None] - before, starts)
    start_shares = _pulled_shares(starts, idle, count, (address, "starts"))
    stop_shares = _pulled_shares(stops, np.maximum(before, stops), count, (address, "stops"))

    def following(month: int, active: Integers) -> Integers:
        u = uniforms_of(address, "month", shape=(2, *active.shape), index=month)
        started = binomial_counts(known.eligible - active, start_shares, u[0])
        return np.asarray(active + started - binomial_counts(active, stop_shares, u[1]))

    return _month_by_month(known, horizons, count, following)


def _pulled_shares(events: Integers, exposed: Integers, count: int, name: tuple[tuple[int, str], str]) -> Floats:
    """Draws of the share of each account's exposed people to whom the event comes in a month, [draw, account]."""
    address, node = name
    yes, able = events.sum(axis=1), exposed.sum(axis=1)
    u = uniforms_of(address, node, "market", shape=(count, 1))
    market = beta_values(yes.sum() + HALF, able.sum() - yes.sum() + HALF, u)
    weight = HALF * (able.sum() + 1.0) / (yes.sum() + HALF)
    u = uniforms_of(address, node, "accounts", shape=(count, len(yes)))
    return beta_values(yes + weight * market, able - yes + weight * (1.0 - market), u)


def same_growth(
    known: KnownCounts, horizons: Sequence[int], count: int, address: tuple[int, str]
) -> BaselineDraws | None:
    """Every account grows by the factor by which the total has grown, on average of the last three months.

    The average is drawn by a bootstrap of these months; each month ahead deviates from it as a month of the whole
    record does from the record's average.  People stop at the rate of the last three months, or faster where the total
    shrinks faster (binomial), and as many start as the growth then asks for (Poisson).  None without a month of
    changes; parameters as for `nothing_changes`.
    """
    if not known.months:
        return None
    stops = known.lately(LATELY)[1]
    growth = np.diff(np.log(known.total + HALF))
    late = growth[-LATELY:]
    centre = _picked(late, uniforms_of(address, "average", shape=(count, len(late)))).mean(axis=1, keepdims=True)
    stopping = stops.sum() / max(known.total[-1 - len(late) : -1].sum(), stops.sum(), 1)

    def following(month: int, active: Integers) -> Integers:
        u = uniforms_of(address, "month", shape=(2, *active.shape), index=month)
        deviation = _picked(growth - growth.mean(), uniforms_of(address, "growth", shape=(count, 1), index=month))
        more = np.expm1(centre + deviation)
        fewer = binomial_counts(active, np.maximum(stopping, -more), u[0])
        grown = active - fewer + poisson_counts(active * np.maximum(more + stopping, 0.0), u[1])
        return np.asarray(np.minimum(grown, known.eligible))

    return _month_by_month(known, horizons, count, following)


def _picked(values: Floats, u: Floats) -> Floats:
    return np.asarray(values[(u * len(values)).astype(np.int64)])


def _month_by_month(
    known: KnownCounts, horizons: Sequence[int], count: int, following: Callable[[int, Integers], Integers]
) -> BaselineDraws:
    """The counts at the horizons of a rule that makes of a month's counts those of the following one."""
    active = np.tile(known.now, (count, 1))
    drawn = np.empty((count, len(known.now), len(horizons)), dtype=np.int64)
    for month in range(1, max(horizons) + 1):
        active = following(month, active)
        for place in np.flatnonzero(np.asarray(horizons) == month):
            drawn[:, :, place] = active
    return BaselineDraws.of_accounts(drawn)
