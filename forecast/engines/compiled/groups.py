"""Many users of an account who change at once: seated, unseated, put on a team plan or taken off it, or lapsed.

Each change of a plan has its address, so the order of a loop matters only where it says so.
"""

from __future__ import annotations

from math import inf
from typing import Any

import numpy as np

from forecast.compiling.decorators import inlined, inner
from forecast.engines.compiled.draws import draw
from forecast.engines.compiled.event_log import add, note_beside
from forecast.engines.compiled.teams import move_in_team
from forecast.engines.compiled.users import (
    adjust_count,
    bring_to_front,
    change_plan,
    copy_timer,
    first_end,
    heapify,
    remove_first_timer,
    restart_tenure,
    settle_use,
    tenure_end,
)
from forecast.engines.compiled.world import World
from forecast.model import kinds, metrics
from forecast.model.kinds import FREE, GONE, IN_TRIAL, SEATED, TEAM

_LAPSES = metrics.INDEX["lapses"]


@inner
def slots_by_number(world: World, account: Any) -> Any:
    """The slot of each user by number, -1 for those who are gone, [number]."""
    # By number, not by slot: in SimPy users are a dictionary in the order of joining, and the order in which they
    # become free decides who is picked by later upgrades.
    found = np.full(account.joined, -1, np.int64)
    for entry in range(account.users):
        slot = world.timers[account.at + entry].slot
        found[world.users[account.at + slot].number] = slot
    return found


@inner
def restart_tenures(world: World, account: Any, changed: Any) -> None:
    """New tenures for the users whose slots are marked; the heap is made anew."""
    # The order of this loop does not matter: each tenure has its address.  The heap is broken until `heapify`.
    timers, at = world.timers, account.at
    for entry in range(account.users):
        timer = timers[at + entry]
        if changed[timer.slot]:
            timer.time = tenure_end(world, account, timer.slot)
    heapify(world, account)


@inner
def remove_gone(world: World, account: Any) -> None:
    """Take the heap entries of users who are gone out; the caller makes a heap of the rest."""
    timers, at = world.timers, account.at
    entry = 0
    while entry < account.users:
        slot = timers[at + entry].slot
        if world.users[at + slot].plan == GONE:
            account.users -= 1
            # The last takes its place, and this entry is looked at again; vacant slots stay named beyond the heap.
            copy_timer(timers, at + entry, at + account.users)
            timers[at + account.users].slot = slot
        else:
            entry += 1


@inner
def seat_everyone(world: World, account: Any) -> None:
    """All active users get seats and new tenures."""
    settle_use(account, world.progress[0].now)
    changed = np.zeros(account.room, np.bool_)
    for slot in slots_by_number(world, account):
        if slot < 0:
            continue
        plan = world.users[account.at + slot].plan
        if plan != IN_TRIAL and plan != SEATED:
            change_plan(world, account, slot, SEATED)
            changed[slot] = True
    restart_tenures(world, account, changed)


@inlined
def _release(world: World, index: int, account: Any, slot: int, stream: int) -> bool:
    """Whether somebody whose seat or team plan has ended goes on for free; the timer is the caller's."""
    user = world.users[account.at + slot]
    stays = draw(world, account, stream, user.number) < world.rules[account.segment].trial.keep_free
    change_plan(world, account, slot, FREE if stays else GONE)
    if stays:
        note_beside(world, account.segment, index, kinds.KEPT_FREE, user.number, 0.0)
    else:
        move_in_team(world, account, user.team, 0, -1, 1)
        add(world, account, _LAPSES, 1)
    return bool(stays)


@inner
def unseat_everyone(world: World, index: int, account: Any, stream: int) -> None:
    """Each seated user goes on for free, or lapses."""
    settle_use(account, world.progress[0].now)
    changed = np.zeros(account.room, np.bool_)
    for slot in slots_by_number(world, account):
        if slot >= 0 and world.users[account.at + slot].plan == SEATED:
            changed[slot] = _release(world, index, account, slot, stream)
    # First out with those who are gone: a heap is made of whoever is left.
    remove_gone(world, account)
    restart_tenures(world, account, changed)


@inner
def release_team(world: World, index: int, account: Any, team: int, stream: int) -> None:
    """Each user on the plan of a team goes on for free, or lapses."""
    settle_use(account, world.progress[0].now)
    bring_to_front(world, account, team, TEAM)
    while first_end(world, account) == -inf:
        slot = world.timers[account.at].slot
        if _release(world, index, account, slot, stream):
            restart_tenure(world, account, 0)
        else:
            remove_first_timer(world, account)


@inner
def lapse_everyone(world: World, account: Any) -> int:
    """How many users a ban has lapsed: all who were in trial or active."""
    settle_use(account, world.progress[0].now)
    # All entries go at once, those in trial too; their slots stay named in place, which is all that `join` needs.
    gone = account.users
    for entry in range(gone):
        slot = world.timers[account.at + entry].slot
        user = world.users[account.at + slot]
        adjust_count(world, account, slot, user.plan, -1)
        account.lapsed += 1
        move_in_team(world, account, user.team, 0, 0 if user.plan == IN_TRIAL else -1, 1)
    add(world, account, _LAPSES, gone)
    account.users = 0
    return int(gone)
