"""A pool of the vendor's people as a SimPy resource (docs/model.md, 7)."""

from __future__ import annotations

import simpy
from simpy.resources.resource import PriorityRequest, Request

from forecast.engines.result import BUSY, RENEGED, REQUESTS, WAIT
from forecast.model.people import Roster, ramp_factor
from forecast.types import Floats


class Pool(simpy.PriorityResource):
    """A pool served by (time of request, account, stage); its size may change; who leaves finishes the work begun."""

    def __init__(self, env: simpy.Environment, count: int, roster: Roster) -> None:
        super().__init__(env, capacity=max(count, 1))  # SimPy refuses an empty pool, the model does not
        # `_capacity`, `_trigger_put` and `_env` are SimPy's private names: it has no pool whose size changes.
        self._capacity = count
        self.requests = 0
        self.reneged = 0
        self.wait_days = 0.0
        self.busy_days = 0.0
        self.since = 0.0
        self.roster = roster
        self.persons: dict[Request, int] = {}  # who works on what, by their place in the roster

    def request_person(self, account: int, stage: int) -> PriorityRequest:
        """A request for one person, served in turn."""
        self.settle()
        self.requests += 1
        # SimPy sorts by priority, then by time of request: a tuple that has the time first is served in the model's
        # order.
        return self.request(priority=(self._env.now, account, stage))  # type: ignore[arg-type]

    def _do_put(self, event: Request) -> None:
        """Grant a request, where there is room, to the most experienced who is there and free."""
        super()._do_put(event)
        if event.triggered and self.roster.people:
            now, busy = self._env.now, set(self.persons.values())
            free = (place for place, each in enumerate(self.roster.people) if each.joins <= now < each.leaves)
            self.persons[event] = next(place for place in free if place not in busy)

    def ramp_factor(self, request: Request) -> float:
        """How many times as long the work takes that begins now: 1 where people are not kept apart."""
        if not self.roster.people:
            return 1.0
        person = self.roster.people[self.persons[request]]
        return ramp_factor(self._env.now - person.joins, person.ramp_days, self.roster.ramp_touch)

    def withdraw(self, request: PriorityRequest) -> None:
        """Leave the queue."""
        self.settle()
        request.cancel()

    def release_person(self, request: PriorityRequest) -> None:
        """Give a person back; the next in the queue is served at this instant, after all who end together are free."""
        self.settle()
        self.persons.pop(request, None)
        self.release(request)

    def resize(self, count: int) -> None:
        """Another size from now on."""
        self.settle()
        self._capacity = count
        # Those who wait are served at once, as many as there is room for; fewer people finish what they work on.
        while self.put_queue and self.count < count:
            self._trigger_put(None)

    def settle(self) -> None:
        """Bring the waiting and busy days up to now."""
        # Before the queue or the number of busy people changes (identities.people_are_counted).
        gap = self._env.now - self.since
        self.wait_days += len(self.queue) * gap
        self.busy_days += len(self.users) * gap
        self.since = self._env.now

    def close_month(self, row: Floats) -> None:
        """Write requests, waiting days, busy days and reneged to a month's row, and start again from zero."""
        self.settle()
        row[REQUESTS], row[RENEGED] = self.requests, self.reneged
        row[WAIT], row[BUSY] = self.wait_days, self.busy_days
        self.requests = self.reneged = 0
        self.wait_days = self.busy_days = 0.0
