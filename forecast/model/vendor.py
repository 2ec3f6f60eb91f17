"""The vendor: capabilities and people, when they come and go, the dates of the market (docs/model.md, 7, 9, 10).

All of it is known before a replication starts: the engines walk through `market_dates` and never ask how they came
about.  Knows no account.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from math import floor, inf
from typing import NamedTuple, TypeAlias, TypeVar

import numpy as np

from forecast.model import kinds
from forecast.model.people import Roster, roster_of
from forecast.model.uncertainty import Uniforms, quantile_of, realized
from forecast.randomness import VENDOR, key, stream_of, uniform
from forecast.scenario import Capability, Scenario, declared
from forecast.types import Floats, Integers

DAYS_PER_YEAR = 365.25
NEVER = Capability(inf, None)
_AVAILABLE = declared("vendor.capabilities.{}")
_COUNT, _COST = declared("vendor.resources.{}.count"), declared("vendor.resources.{}.cost")
_ONCE, _YEARLY = declared("costs.capabilities.{}.once"), declared("costs.capabilities.{}.yearly")
_FREE = 0  # what a capability costs that `costs.capabilities` does not name

Step = TypeVar("Step")
AvailabilityChanges: TypeAlias = list[tuple[float, bool]]  # (time, available), the first at time 0


class _MarketDates(NamedTuple):
    """What happens to the whole market and when, in order: [date]."""

    times: Floats
    kinds: Integers  # kinds.MONTH_END, TIMELINE, CAPABILITY, POOL_SIZE
    who: Integers  # capability or resource
    values: Integers  # month closed, period, 1 or 0, people


class Vendor(NamedTuple):
    """The vendor of one replication."""

    dates: _MarketDates
    available: tuple[bool, ...]  # each capability at the start
    people: tuple[int, ...]  # each pool's size at the start
    capacity_days: Floats  # [month, resource]
    costs: Integers  # [month 0.., (people, capabilities, events)], cents
    rosters: tuple[Roster, ...]  # of each pool


def _parameter_history(scenario: Scenario, path: str) -> list[tuple[int, object]]:
    """The values of a vendor parameter: (from day, value), the first at the start."""
    changes = [(change.day, change.values[0]) for change in scenario.changes if change.path == path]
    return [(0, scenario.parameters[path][0]), *changes]


def _cost_history(scenario: Scenario, path: str) -> list[tuple[int, object]]:
    """The same of a capability's cost: one that the scenario does not name costs nothing."""
    return _parameter_history(scenario, path) if path in scenario.parameters else [(0, _FREE)]


def availability(scenario: Scenario, name: str, seed: int, replication: int, uniforms: Uniforms) -> AvailabilityChanges:
    """When a capability comes and goes: (time, available), the first at time 0; one uniform for its slip."""
    u = uniform(*key(seed, VENDOR), replication, 0, stream_of("slip", name), 0)
    steps = _parameter_history(scenario, _AVAILABLE.format(name))
    changes: AvailabilityChanges = []
    for place, (since, named) in enumerate(steps):
        value = named if isinstance(named, Capability) else NEVER
        until = steps[place + 1][0] if place + 1 < len(steps) else inf
        slip = quantile_of(value.slip, u, uniforms) if value.slip else 0.0
        comes = max(float(since), value.day + slip)
        if comes > since:
            changes.append((float(since), False))
        if comes < until:
            changes.append((comes, True))
    kept = [change for place, change in enumerate(changes) if place == 0 or change[1] != changes[place - 1][1]]
    return [change for place, change in enumerate(kept) if place + 1 == len(kept) or kept[place + 1][0] > change[0]]


def pool_sizes(scenario: Scenario, resource: int, uniforms: Uniforms) -> list[tuple[float, int]]:
    """The people of a pool: (time, count), the first at time 0; hires add to the count, leavers take away."""
    steps = _parameter_history(scenario, _COUNT.format(scenario.resources[resource]))
    hires = scenario.hires[resource]
    times = sorted({0, *(day for day, _ in steps), *(max(hire.day, 0) for hire in hires)})
    sizes: list[tuple[float, int]] = []
    for time in times:
        count = floor(realized([value for day, value in steps if day <= time][-1], uniforms) + 0.5)
        size = max(0, count + sum(hire.people for hire in hires if hire.day <= time))
        if not sizes or sizes[-1][1] != size:
            sizes.append((float(time), size))
    return sizes


def _market_dates(
    month_days: Integers,
    period_days: Integers,
    changes: list[AvailabilityChanges],
    sizes: list[list[tuple[float, int]]],
) -> _MarketDates:
    """All dates of the market before the horizon, in the order of simultaneous events."""
    rows = [(float(day), kinds.MONTH_END, -1, month + 1) for month, day in enumerate(month_days[1:])]
    rows += [(float(day), kinds.TIMELINE, -1, period) for period, day in enumerate(period_days) if period > 0]
    for who, each in enumerate(changes):
        rows += [(time, kinds.CAPABILITY, who, int(available)) for time, available in each[1:]]
    for who, pool in enumerate(sizes):
        rows += [(time, kinds.POOL_SIZE, who, size) for time, size in pool[1:]]
    rows = sorted(row for row in rows if row[0] < month_days[-1])
    times, kind, who_, values = zip(*rows, strict=True) if rows else ((), (), (), ())
    return _MarketDates(
        np.array(times, np.float64), np.array(kind, np.int64), np.array(who_, np.int64), np.array(values, np.int64)
    )


def _spans(steps: Sequence[tuple[float, Step]]) -> Iterator[tuple[float, float, Step]]:
    """From when until when each of a row of values holds."""
    for place, (since, value) in enumerate(steps):
        yield since, steps[place + 1][0] if place + 1 < len(steps) else inf, value


def _days_within(month_days: Integers, since: float, until: float) -> Floats:
    """The days of each month that lie in a span."""
    days: Floats = np.minimum(until, month_days[1:]) - np.maximum(since, month_days[:-1])
    return np.maximum(days, 0.0)


def capacity_days(month_days: Integers, sizes: Sequence[tuple[float, int]]) -> Floats:
    """People times days of one pool in each month."""
    days = np.zeros(len(month_days) - 1)
    for since, until, size in _spans(sizes):
        days += size * _days_within(month_days, since, until)
    return days


def _cumulative_cents(amounts: Floats) -> Integers:
    """Whole cents a month whose running total is the rounded running total."""
    totals = np.floor(np.cumsum(amounts) + 0.5).astype(np.int64)
    return np.diff(totals, prepend=0)


def _capability_cents(
    scenario: Scenario, name: str, month_days: Integers, changes: AvailabilityChanges, uniforms: Uniforms
) -> Integers:
    """What a capability costs in each month: once when it first comes, and a twelfth a month while it is there."""
    months = len(month_days) - 1
    once = np.zeros(months, np.int64)
    yearly = np.zeros(months)
    new = not changes[0][1]  # what was there from the start is paid for
    for since, until, available in _spans(changes):
        if not available or since >= month_days[-1]:
            continue
        first = int(np.searchsorted(month_days, since, side="right")) - 1
        after = int(np.searchsorted(month_days, min(until, month_days[-1]), side="left"))
        if new:
            once[first] = floor(realized(_cost_at(scenario, _ONCE.format(name), since), uniforms) + 0.5)
            new = False
        for month in range(first, after):
            yearly[month] = realized(_cost_at(scenario, _YEARLY.format(name), month_days[month]), uniforms) / 12.0
    return once + _cumulative_cents(yearly)


def _cost_at(scenario: Scenario, path: str, time: float) -> object:
    """A capability's cost at a time."""
    return [value for day, value in _cost_history(scenario, path) if day <= time][-1]


def _people_cents(
    scenario: Scenario, resource: int, month_days: Integers, sizes: Sequence[tuple[float, int]], uniforms: Uniforms
) -> Integers:
    """What a pool costs in each month: its size by days at the yearly cost (a year is 365.25 days)."""
    amounts = np.zeros(len(month_days) - 1)
    for since, until, size in _spans(sizes):
        for begins, ends, cost in _spans(_parameter_history(scenario, _COST.format(scenario.resources[resource]))):
            days = _days_within(month_days, max(since, begins), min(until, ends))
            amounts += size * days * realized(cost, uniforms)
    return _cumulative_cents(amounts / DAYS_PER_YEAR)


def _event_cents(scenario: Scenario, month_days: Integers, uniforms: Uniforms) -> Integers:
    """What dated events cost in each month: all of it on the first day; one that began before the start is paid for."""
    cents = np.zeros(len(month_days) - 1, np.int64)
    for event in scenario.events:
        if 0 <= event.day < month_days[-1]:
            month = int(np.searchsorted(month_days, event.day, side="right")) - 1
            cents[month] += floor(realized(event.cost, uniforms) + 0.5)
    return cents


def availability_changes(
    scenario: Scenario, capabilities: tuple[str, ...], uniforms: Uniforms, address: tuple[int, int]
) -> list[AvailabilityChanges]:
    """When each capability comes and goes in one replication; address: (seed, replication)."""
    return [availability(scenario, name, *address, uniforms) for name in capabilities]


def vendor_for(
    scenario: Scenario,
    capabilities: tuple[str, ...],
    calendar: tuple[Integers, Integers],
    changes: list[AvailabilityChanges],
    uniforms: Uniforms,
) -> Vendor:
    """The vendor whose capabilities come and go so; calendar: (month_days, period_days)."""
    month_days, period_days = calendar
    sizes = [pool_sizes(scenario, resource, uniforms) for resource in range(len(scenario.resources))]
    capacity = np.zeros((len(month_days) - 1, len(sizes)))
    costs = np.zeros((len(month_days), 3), np.int64)
    for resource, size in enumerate(sizes):
        capacity[:, resource] = capacity_days(month_days, size)
        costs[1:, 0] += _people_cents(scenario, resource, month_days, size, uniforms)
    for name, change in zip(capabilities, changes, strict=True):
        costs[1:, 1] += _capability_cents(scenario, name, month_days, change, uniforms)
    costs[1:, 2] = _event_cents(scenario, month_days, uniforms)
    return Vendor(
        _market_dates(month_days, period_days, changes, sizes),
        tuple(change[0][1] for change in changes),
        tuple(size[0][1] for size in sizes),
        capacity,
        costs,
        tuple(roster_of(scenario, resource, size, uniforms) for resource, size in enumerate(sizes)),
    )
