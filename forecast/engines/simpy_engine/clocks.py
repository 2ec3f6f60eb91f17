"""A hazard clock as a source of SimPy events: when something memoryless happens next (docs/model.md, 3)."""

from __future__ import annotations

from collections.abc import Callable
from math import inf

import simpy

from forecast.engines.simpy_engine.calendar import Calendar
from forecast.model.hazards import exponential_amount, remaining_amount


class Clock:
    """A unit-rate Poisson process on a time that runs at the present hazard.

    SimPy can't take an appointment back, so the clock keeps one that is never later than its firing, and makes the
    next when it gets there.  `factor` is for custom processes: it multiplies every hazard that follows.
    """

    __slots__ = (
        "armed",
        "calendar",
        "count",
        "draw",
        "due",
        "factor",
        "hazard",
        "priority",
        "remaining",
        "ring",
        "since",
    )

    def __init__(self, calendar: Calendar, priority: int, draw: Callable[[int], float]) -> None:
        self.calendar = calendar
        self.priority = priority
        self.draw = draw
        self.factor = 1.0
        self.count = 0
        # The n-th firing uses draw n; how long the hazard was what, and in how many pieces, does not matter to that.
        self.remaining = exponential_amount(draw(0))
        self.hazard = 0.0
        self.since = 0.0
        self.due = inf
        self.armed = inf
        self.ring = simpy.Event(calendar)

    def set_hazard(self, hazard: float) -> None:
        """Run at another hazard (per day) from now on; the same value changes nothing."""
        # Before the comparison: where a custom process changes `factor`, the next `refresh` has to change the hazard.
        hazard *= self.factor
        # Part of the result, not only of the speed: an amount that is brought up to now once more is rounded once more,
        # and the compiled engine would then differ in its last bit (test_agreement).
        if hazard == self.hazard:
            return
        now = self.calendar.now
        self.remaining = remaining_amount(self.remaining, self.hazard, now - self.since)
        self.since = now
        self.hazard = hazard
        self._plan()

    def firing(self) -> simpy.Event:
        """The event of the next firing."""
        # A process waits for `ring`, which each firing replaces: whoever waits is woken once, and asks again for the
        # next.
        return self.ring

    def _plan(self) -> None:
        self.due = self.since + self.remaining / self.hazard if self.hazard > 0.0 else inf
        # An appointment that is too early is kept: `_arrive` finds that out and makes the next.  One that is too late
        # is not kept, so there may be several; only the one of time `armed` counts.
        if self.due < self.armed:
            self._arm()

    def _arm(self) -> None:
        # Also beyond the horizon, where no appointment is made: then it is not asked for again until the hazard rises.
        self.armed = self.due
        if self.due < self.calendar.horizon:
            self.calendar.at(self.due, self.priority).callbacks.append(self._arrive)

    def _arrive(self, _: simpy.Event) -> None:
        now = self.calendar.now
        if now != self.armed:
            return  # an appointment that an earlier one has replaced
        self.armed = inf
        # Exactly: both are the same sum, and an appointment is made at a time, not after a delay
        # (calendar.Appointment).
        if now == self.due:
            self._fire(now)
        else:
            self._arm()

    def _fire(self, now: float) -> None:
        self.count += 1
        self.remaining = exponential_amount(self.draw(self.count))
        self.since = now
        self._plan()
        # The new event first: what is woken by the old one asks for the next at once.
        rung, self.ring = self.ring, simpy.Event(self.calendar)
        rung.succeed()
