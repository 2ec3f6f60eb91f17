"""Where is each user of an account, and whose timer ends first?  A small heap in the account's slots.

The heap is ordered by (time, trial end before tenure end, number), the order of simultaneous events.
"""

from __future__ import annotations

from math import inf
from typing import Any

from forecast.engines.compiled.journal import add, draw
from forecast.engines.compiled.world import World
from forecast.jit import inner
from forecast.model import metrics, streams
from forecast.model.kinds import FREE, IN_TRIAL, PAID, SEATED
from forecast.model.quantiles import quantile, residual

FIRST_ROOM = 4
_LAPSES = metrics.INDEX["lapses"]


@inner
def sample(world: World, number: int, u: float) -> float:
    """Days from distribution `number` at u."""
    row = world.distributions[number]
    return quantile(int(row[0]), row[1], row[2], row[3], row[4], world.points, u)


@inner
def earlier(slots: Any, at: int, one: int, other: int) -> bool:
    """Whether heap entry `one` ends before heap entry `other`."""
    first, second = slots[at + one], slots[at + other]
    if first.time != second.time:
        return first.time < second.time
    user, rival = slots[at + first.slot], slots[at + second.slot]
    if (user.plan == IN_TRIAL) != (rival.plan == IN_TRIAL):
        return user.plan == IN_TRIAL
    return user.number < rival.number


@inner
def swap(slots: Any, at: int, one: int, other: int) -> None:
    """Exchange two heap entries."""
    first, second = slots[at + one], slots[at + other]
    time, slot = first.time, first.slot
    first.time, first.slot = second.time, second.slot
    second.time, second.slot = time, slot


@inner
def sift_up(slots: Any, at: int, entry: int) -> None:
    """Move an entry up to where it belongs."""
    while entry > 0:
        parent = (entry - 1) >> 1
        if not earlier(slots, at, entry, parent):
            return
        swap(slots, at, entry, parent)
        entry = parent


@inner
def sift_down(slots: Any, at: int, entry: int, users: int) -> None:
    """Move an entry down to where it belongs."""
    while True:
        child = 2 * entry + 1
        if child >= users:
            return
        if child + 1 < users and earlier(slots, at, child + 1, child):
            child += 1
        if not earlier(slots, at, child, entry):
            return
        swap(slots, at, child, entry)
        entry = child


@inner
def make_room(world: World, account: Any) -> bool:
    """Whether the account has a vacant slot, or could be given a longer run of slots; else the buffer must grow."""
    if account.users < account.room:
        return True
    progress, slots = world.progress[0], world.slots
    room = min(max(2 * account.room, FIRST_ROOM), account.headcount)
    if progress.slots + room > len(slots):
        return False
    for place in range(account.room):
        slots[progress.slots + place] = slots[account.at + place]
    for place in range(account.room, room):
        slots[progress.slots + place].slot = place
    account.at = progress.slots
    account.room = room
    progress.slots += room
    return True


@inner
def count(account: Any, slots: Any, slot: int, plan: int, change: int) -> None:
    """Add a user to the count of a plan, or take one away; the free ones are a list, in order."""
    if plan == FREE:
        user = slots[account.at + slot]
        if change > 0:
            user.place = account.free
            slots[account.at + account.free].free = slot
            account.free += 1
        else:
            account.free -= 1
            last = slots[account.at + account.free].free
            slots[account.at + user.place].free = last
            slots[account.at + last].place = user.place
    elif plan == PAID:
        account.paid += change
    elif plan == SEATED:
        account.seated += change
    elif plan == IN_TRIAL:
        account.in_trial += change
    else:
        account.lapsed += change


@inner
def timer(world: World, account: Any, slot: int) -> float:
    """When the user's present trial or tenure ends; each tenure has a stream of its own."""
    user = world.slots[account.at + slot]
    durations = world.rules[account.segment].durations
    if user.plan == IN_TRIAL:
        return world.progress[0].now + sample(
            world, durations[IN_TRIAL], draw(world, account, streams.TRIAL_LENGTH, user.number)
        )
    stream = streams.TENURE + user.tenures
    user.tenures += 1
    return world.progress[0].now + sample(world, durations[user.plan], draw(world, account, stream, user.number))


@inner
def join(world: World, account: Any, plan: int, age: float) -> int:
    """The number of a new user; the caller has made room.  Age: days of use before the start."""
    slots = world.slots
    entry = slots[account.at + account.users]
    slot = entry.slot
    user = slots[account.at + slot]
    user.number = account.joined
    user.plan = plan
    user.tenures = 0
    account.joined += 1
    account.eligible -= 1
    count(account, slots, slot, plan, 1)
    if age > 0.0:
        user.tenures = 1
        row = world.distributions[world.rules[account.segment].durations[plan]]
        u = draw(world, account, streams.TENURE, user.number)
        left = residual(int(row[0]), row[1], row[2], row[3], row[4], world.points, age, u)
        entry.time = world.progress[0].now + left
    else:
        entry.time = timer(world, account, slot)
    account.users += 1
    sift_up(slots, account.at, account.users - 1)
    return user.number


@inner
def remove(world: World, account: Any, entry: int) -> None:
    """A user lapses: the heap loses an entry, and the slot is vacant."""
    slots, at = world.slots, account.at
    slot = slots[at + entry].slot
    count(account, slots, slot, slots[at + slot].plan, -1)
    account.lapsed += 1
    add(world, account, _LAPSES, 1)
    account.users -= 1
    drop(slots, at, entry, account.users)


@inner
def drop(slots: Any, at: int, entry: int, users: int) -> None:
    """Take an entry out of a heap that has `users` left; its slot goes to the vacant ones."""
    swap(slots, at, entry, users)
    if entry < users:
        sift_down(slots, at, entry, users)
        sift_up(slots, at, entry)


@inner
def change_plan(world: World, account: Any, slot: int, plan: int) -> None:
    """Take a user to another plan; the timer is the caller's."""
    user = world.slots[account.at + slot]
    count(account, world.slots, slot, user.plan, -1)
    user.plan = plan
    count(account, world.slots, slot, plan, 1)


@inner
def restart(world: World, account: Any, entry: int) -> None:
    """A new tenure for the user of a heap entry."""
    slots, at = world.slots, account.at
    slots[at + entry].time = timer(world, account, slots[at + entry].slot)
    sift_down(slots, at, entry, account.users)
    sift_up(slots, at, entry)


@inner
def entry_of(account: Any, slots: Any, slot: int) -> int:
    """The heap entry of a slot."""
    for entry in range(account.users):
        if slots[account.at + entry].slot == slot:
            return entry
    return -1


@inner
def first_end(account: Any, slots: Any) -> float:
    """When the first trial or tenure of the account ends."""
    return slots[account.at].time if account.users > 0 else inf


@inner
def rebuild(account: Any, slots: Any) -> None:
    """Make a heap of entries whose times have changed."""
    for entry in range(1, account.users):
        sift_up(slots, account.at, entry)


@inner
def settle_use(account: Any, now: float) -> None:
    """Bring the user-days up to now, before a count of active users changes."""
    gap = now - account.used_until
    if gap > 0.0:
        account.user_days[0] += account.free * gap
        account.user_days[1] += account.paid * gap
        account.user_days[2] += account.seated * gap
        account.used_until = now
