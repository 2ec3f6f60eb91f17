"""Room for an account's users: runs of slots, each twice as long as the one before, and used again by others.

A market grows account by account: what one has outgrown is what the next needs.
"""

from __future__ import annotations

from typing import Any

from forecast.compiling.decorators import inner
from forecast.engines.compiled.users import copy_timer
from forecast.engines.compiled.world import World

FIRST_ROOM = 4


@inner
def make_room(world: World, account: Any) -> bool:
    """Whether the account has a vacant slot, or could be given a longer run of slots; else the buffers must grow."""
    if account.users < account.room:
        return True
    # No room needs more slots than the account has people, because somebody who has left joins again as a new user only
    # after giving the slot back.
    timers, users = world.timers, world.users
    room = min(max(2 * account.room, FIRST_ROOM), account.headcount)
    at = take_run(world, room)
    if at < 0:
        return False
    for place in range(account.room):
        copy_timer(timers, at + place, account.at + place)
        users[at + place] = users[account.at + place]
    # Entries beyond the heap name the vacant slots; `join` takes the one that the first of them names.
    for place in range(account.room, room):
        timers[at + place].slot = place
    leave_run(world, account)
    account.at = at
    account.room = room
    return True


@inner
def run_size(room: int) -> int:
    """Which of the sizes FIRST_ROOM, 2 FIRST_ROOM, 4 FIRST_ROOM ... is the first with room for so many."""
    size = 0
    while FIRST_ROOM << size < room:
        size += 1
    return size


@inner
def take_run(world: World, room: int) -> int:
    """The first slot of a run for `room` users, -1 where the buffers must grow."""
    progress = world.progress[0]
    size = run_size(room)
    outgrown = int(progress.outgrown[size])
    if outgrown > 0:
        progress.outgrown[size] = int(world.timers[outgrown - 1].time)
        return outgrown - 1
    if progress.slots + room > len(world.users):
        return -1
    at = int(progress.slots)
    progress.slots += room
    return at


@inner
def leave_run(world: World, account: Any) -> None:
    """Let another account have the slots that this one has outgrown: all of a size are a list, by their times."""
    # A run that was cut to the people of an account holds all of them, and is never outgrown: each is of a full size.
    if account.room > 0:
        progress, size = world.progress[0], run_size(account.room)
        world.timers[account.at].time = float(progress.outgrown[size])
        progress.outgrown[size] = account.at + 1
