"""The order in which things happen: SimPy's environment, with appointments at exact times and a rank for ties.

SimPy breaks ties by insertion; the model has an order of its own (docs/model.md, 10): the market, then account by
account, then by kind, then by user or stage.  It is the priority of an appointment.  What SimPy itself schedules (a
process that starts, an interrupt, a granted request) has priority 0 or 1 and so belongs to the present event.
"""

from __future__ import annotations

from collections.abc import Generator
from heapq import heappush
from typing import Any

import simpy

from forecast.model.kinds import WHO_BITS

Process = Generator[simpy.Event, object, None]

KIND_BITS = 6
MARKET = 2  # priorities 0 and 1 are SimPy's own


def rank(account: int, kind: int, who: int = 0) -> int:
    """The place of an account's event among those at the same instant."""
    # Account above kind above who, as bits of one number; -1 is the market, which has MARKET in place of this.
    return ((account + 1 << KIND_BITS | kind) << WHO_BITS) + who


class Appointment(simpy.Event):
    """An event that is going to happen at a given time, not after a given delay.

    A sum of two floats may miss the day by one bit; a day of the calendar must not be missed.
    """

    def __init__(self, calendar: Calendar, time: float, priority: int) -> None:
        # Like simpy.Timeout, which only takes delays: `now + (time - now)` need not be `time`.  `_ok`, `_value`,
        # `_queue` and `_eid` are SimPy's private names; they have not changed since SimPy 3, and test_agreement fails
        # if they do.
        super().__init__(calendar)
        self._ok = True
        self._value = None
        queue: list[Any] = calendar._queue
        heappush(queue, (time, priority, next(calendar._eid), self))


class Calendar(simpy.Environment):
    """Time in days from the scenario's start, until the horizon."""

    def __init__(self, horizon: float) -> None:
        super().__init__()
        self.horizon = horizon

    def at(self, time: float, priority: int) -> simpy.Event:
        """An event at that time; one that never happens if the time is not before the horizon."""
        # Nothing happens at the horizon itself, in both engines; what is later need not be scheduled.
        if time < self.horizon:
            return Appointment(self, time, priority)
        return self.event()
