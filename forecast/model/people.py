"""Who the people of a pool are: when each joins and leaves, and how long work takes somebody in ramp.

A pool in which nobody has a ramp keeps no people apart: any of them takes as long as any other.  Pure rules of numbers.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import inf
from typing import NamedTuple

from forecast.compiling.decorators import compiled
from forecast.model.uncertainty import Uniforms, realized
from forecast.scenario import Scenario, declared

NOBODY = -1  # where a pool keeps no people apart
_RAMP_TOUCH = declared("vendor.resources.{}.ramp_touch")


class Person(NamedTuple):
    """When somebody joins and leaves, in days, and for how long they are in ramp."""

    joins: float
    leaves: float
    ramp_days: float


class Roster(NamedTuple):
    """Everybody who is ever in a pool, the most experienced first; nobody where none of them has a ramp."""

    people: tuple[Person, ...]
    ramp_touch: float


@compiled
def ramp_factor(since_joining: float, ramp_days: float, ramp_touch: float) -> float:
    """How many times as long work takes that begins so many days after joining: falling evenly, exactly 1 at the end.

    >>> ramp_factor(30.0, ramp_days=120.0, ramp_touch=2.0)
    1.75
    """
    if since_joining >= ramp_days:
        return 1.0
    return 1.0 + (ramp_touch - 1.0) * (1.0 - since_joining / ramp_days)


def roster_of(scenario: Scenario, resource: int, sizes: Sequence[tuple[float, int]], uniforms: Uniforms) -> Roster:
    """The people of a pool of such sizes: those of `count`, then hires by date; who leaves is the last of them.

    Where a date brings more people than leave, those of its hires come first, and the rest belongs to `count`.
    """
    hires = scenario.hires[resource]
    ramp_touch = realized(scenario.parameters[_RAMP_TOUCH.format(scenario.resources[resource])][0], uniforms)
    if all(hire.ramp_days <= 0.0 for hire in hires):
        return Roster((), ramp_touch)
    present: list[tuple[bool, float, int]] = []  # hired or of `count`, when, and a number of its own
    people: dict[tuple[bool, float, int], Person] = {}
    for time, size in sizes:
        joining = max(size - len(present), 0)
        ramps = [hire.ramp_days for hire in hires if max(hire.day, 0) == time for _ in range(max(hire.people, 0))]
        hired = ramps[:joining]
        for number, ramp in enumerate([0.0] * (joining - len(hired)) + hired):
            place = (number >= joining - len(hired), time, len(people))
            people[place] = Person(time, inf, ramp)
            present.append(place)
        present.sort()
        for place in present[size:]:
            people[place] = people[place]._replace(leaves=time)
        del present[size:]
    return Roster(tuple(people[place] for place in sorted(people)), ramp_touch)
