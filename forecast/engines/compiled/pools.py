"""The vendor's people and the queues for them, served by (time, account, stage).  Counterpart of `Pool`."""

from __future__ import annotations

from typing import Any

from forecast.compiling.decorators import inner
from forecast.engines.compiled.world import World


@inner
def settle_pool(pool: Any, now: float) -> None:
    """Bring the waiting and busy days up to now."""
    # Before the queue or the number of busy people changes, as with users; identities.people_are_counted has both.
    gap = now - pool.since
    pool.wait_days += (pool.tail - pool.head) * gap
    pool.busy_days += pool.busy * gap
    pool.since = now


@inner
def after_in_queue(request: Any, time: float, account: int, stage: int) -> bool:
    """Whether a request is served after one of (time, account, stage)."""
    if request.time != time:
        return request.time > time
    if request.account != account:
        return request.account > account
    return request.stage > stage


@inner
def enqueue(world: World, number: int, account: int, stage: int) -> None:
    """Join the queue; the caller has made room at its tail."""
    pool, queue, now = world.pools[number], world.requests[number], world.progress[0].now
    place = pool.tail
    # Requests nearly always come in order of time, so this moves nobody; accounts of the same instant come in theirs.
    while place > pool.head and after_in_queue(queue[place - 1], now, account, stage):
        queue[place] = queue[place - 1]
        place -= 1
    queue[place].time, queue[place].account, queue[place].stage = now, account, stage
    pool.tail += 1


@inner
def withdraw(world: World, number: int, account: int, stage: int) -> None:
    """Leave the queue."""
    pool, queue = world.pools[number], world.requests[number]
    settle_pool(pool, world.progress[0].now)
    place = pool.head
    # It is there: whoever is served or lost leaves the queue at once.
    while queue[place].account != account or queue[place].stage != stage:
        place += 1
    while place > pool.head:  # patience mostly ends near the head
        queue[place] = queue[place - 1]
        place -= 1
    pool.head += 1


@inner
def take_person(world: World, number: int) -> int:
    """Give the work to the most experienced who is there and free: their place in the roster."""
    now, people = world.progress[0].now, world.people
    place = 0
    # There is one: fewer are busy than there are people.
    while people[number, place].busy or not people[number, place].joins <= now < people[number, place].leaves:
        place += 1
    people[number, place].busy = 1
    return place


@inner
def queues_have_room(world: World, more: int) -> bool:
    """Whether every queue can take so many more; queues move to their buffer's front when they reach its end."""
    for number in range(len(world.pools)):
        pool, queue = world.pools[number], world.requests[number]
        if pool.tail + more > len(queue) and pool.head > len(queue) // 2:
            # The queue moves back to the front when half of its buffer is behind it: seldom, and in place.
            for place in range(pool.head, pool.tail):
                queue[place - pool.head] = queue[place]
            pool.tail -= pool.head
            pool.head = 0
        if pool.tail + more > len(queue):
            return False
    return True
