"""Small worlds whose truth is known, played event by event, to try the fits on."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from forecast.learning.counted_months import CountedMonth
from forecast.types import Floats


class World(NamedTuple):
    """Monthly rates, the CV of the eagerness, and the level of the market by month."""

    organic: float
    imitation: float
    stop: float
    cv: float
    level: Floats


def play(world: World, eligible: Sequence[int], generator: np.random.Generator) -> list[CountedMonth]:
    """The counts of each account and month; all begin with nobody."""
    rows: list[CountedMonth] = []
    for account, size in enumerate(eligible):
        eager = generator.gamma(world.cv**-2, world.cv**2)
        active = 0
        for month, level in enumerate(world.level):
            before, starts, stops, now = active, 0, 0, 0.0
            while True:
                idle = size - active
                begins = eager * level * idle * (world.organic + world.imitation * active / size)
                ends = world.stop * active
                now += generator.exponential(1.0 / (begins + ends)) if begins + ends else np.inf
                if now >= 1.0:
                    break
                up = generator.random() * (begins + ends) < begins
                active, starts, stops = active + (1 if up else -1), starts + up, stops + (not up)
            rows.append(CountedMonth(account, month, 1.0, size, before, starts, stops))
    return rows
