"""The users of an account in their slots, and whose timer ends first: a small heap of timers per account.

The heap's order is (time, trial end before tenure end, number), the order of simultaneous events; each entry has four
children, so that a removal looks at few of them.  A user stands in a slot, which the entry names; the entries beyond
`account.users` name the vacant slots.
"""

from __future__ import annotations

from math import inf
from typing import Any

from forecast.compiling.decorators import inlined, inner
from forecast.engines.compiled.draws import draw, sample, sample_residual
from forecast.engines.compiled.event_log import add
from forecast.engines.compiled.teams import move_in_team
from forecast.engines.compiled.world import World
from forecast.model import metrics, streams
from forecast.model.kinds import FREE, IN_TRIAL, PAID, SEATED, TEAM
from forecast.model.money import FREE_DAYS, PAID_DAYS, SEATED_DAYS, TEAM_DAYS
from forecast.model.users import tenure_distribution

TRIALS_FIRST = 1 << 31  # taken from the number of a user in trial, it orders trials before tenures
_LAPSES = metrics.INDEX["lapses"]


@inlined
def set_timer(timer: Any, time: float, order: int, slot: int) -> None:
    """Write an entry of the heap."""
    timer.time = time
    timer.order = order
    timer.slot = slot


@inlined
def copy_timer(timers: Any, target: int, source: int) -> None:
    """Copy an entry of the heap."""
    timer = timers[source]
    set_timer(timers[target], timer.time, timer.order, timer.slot)


@inlined
def sift_up(timers: Any, at: int, entry: int, time: float, order: int, slot: int) -> None:
    """Put a timer where it belongs, from an entry upwards."""
    # A hole moves up in place of swaps: a level costs one copy.  Ties go by `order`, never by where an entry stands, so
    # that the order of removal does not depend on the heap's history (test_the_engines_agree_on_ties).
    while entry > 0:
        parent = (entry - 1) >> 2
        above = timers[at + parent]
        if above.time < time or (above.time == time and above.order < order):
            break
        copy_timer(timers, at + entry, at + parent)
        entry = parent
    set_timer(timers[at + entry], time, order, slot)


@inlined
def earlier_timer(timers: Any, one: int, other: int) -> int:
    """The one of two entries that ends first, without a branch: which it is cannot be foreseen."""
    # Both comparisons are always made (`|`, `&`): a branch that is wrong half of the time costs more than they do.
    first, second = timers[one], timers[other]
    sooner = (first.time < second.time) | ((first.time == second.time) & (first.order < second.order))
    return one if sooner else other


@inlined
def earliest_child(timers: Any, at: int, entry: int, users: int) -> int:
    """The child that ends first, of an entry that has one."""
    first = 4 * entry + 1
    if first + 3 < users:
        pair = earlier_timer(timers, at + first, at + first + 1)
        return earlier_timer(timers, pair, earlier_timer(timers, at + first + 2, at + first + 3)) - at
    found = at + first
    for child in range(first + 1, users):
        found = earlier_timer(timers, found, at + child)
    return found - at


@inlined
def sift_down(timers: Any, at: int, entry: int, users: int, time: float, order: int, slot: int) -> None:
    """Put a timer where it belongs, from an entry downwards."""
    while 4 * entry + 1 < users:
        child = earliest_child(timers, at, entry, users)
        below = timers[at + child]
        if time < below.time or (time == below.time and order < below.order):
            break
        copy_timer(timers, at + entry, at + child)
        entry = child
    set_timer(timers[at + entry], time, order, slot)


@inlined
def sift(timers: Any, at: int, entry: int, users: int, time: float, order: int, slot: int) -> None:
    """Put a timer where it belongs, from an entry in either direction."""
    if entry > 0:
        above = timers[at + ((entry - 1) >> 2)]
        if time < above.time or (time == above.time and order < above.order):
            sift_up(timers, at, entry, time, order, slot)
            return
    sift_down(timers, at, entry, users, time, order, slot)


@inlined
def active_users(account: Any) -> int:
    """A: free, paid and seated users, and those on team plans."""
    return int(account.free + account.paid + account.team + account.seated)


@inlined
def adjust_count(world: World, account: Any, slot: int, plan: int, change: int) -> None:
    """Add a user to the count of a plan, or take one away; the free ones are a list, in order."""
    if plan == FREE:
        users, at = world.users, account.at
        if change > 0:
            users[at + slot].place = account.free
            users[at + account.free].free = slot
            account.free += 1
        else:
            account.free -= 1
            # Who leaves is replaced by the last, as in Account._drop_free.  An upgrade picks by place in this list, so
            # its order is part of the events, and a tidier removal would change them (test_the_events_of_this_release).
            last, place = users[at + account.free].free, users[at + slot].place
            users[at + place].free = last
            users[at + last].place = place
    elif plan == PAID:
        account.paid += change
    elif plan == SEATED:
        account.seated += change
    elif plan == TEAM:
        account.team += change
    elif plan == IN_TRIAL:
        account.in_trial += change
    else:
        account.lapsed += change


@inlined
def tenure_number(world: World, account: Any, plan: int) -> int:
    """The number of the distribution of stays on a plan."""
    churn = world.rules[account.segment].churn
    return tenure_distribution(churn.free, churn.paid, churn.team, churn.seated, plan)


@inlined
def tenure_end(world: World, account: Any, slot: int) -> float:
    """When the user's next tenure ends; each has a stream of its own."""
    # A stream for each tenure: one that a change of plan cuts short has used its draw, and must not use it again.
    user = world.users[account.at + slot]
    stream = streams.TENURE + user.tenures
    user.tenures += 1
    number = tenure_number(world, account, user.plan)
    return world.progress[0].now + sample(world, number, account, stream, user.number)


@inner
def residual_end(world: World, account: Any, number: int, plan: int, age: float) -> float:
    """When the tenure of a user who is there at the start, and has used the product for `age` days, ends."""
    distribution = tenure_number(world, account, plan)
    return world.progress[0].now + sample_residual(world, distribution, account, streams.TENURE, number, age)


@inner
def trial_left(world: World, account: Any, number: int, age: float) -> float:
    """Days until a trial that began before the start ends: it has lasted `age`, or is somewhere in its length."""
    length = world.rules[account.segment].trial.length
    if age > 0.0:
        return sample_residual(world, length, account, streams.TRIAL_LENGTH, number, age)
    days = sample(world, length, account, streams.TRIAL_LENGTH, number)
    return days * draw(world, account, streams.TRIAL_PLACE, number)


@inlined
def join(world: World, account: Any, plan: int, age: float, team: int) -> int:
    """The number of a new user; the caller has made room and teams.  Age: days of use before the start."""
    # The number is never given again, also not to the person who comes back: it is part of the address of draws.
    number, entry = int(account.joined), int(account.users)
    slot = world.timers[account.at + entry].slot
    user = world.users[account.at + slot]
    user.number = number
    user.plan = plan
    user.tenures = 0
    user.team = team
    account.joined += 1
    account.not_using -= 1
    account.users += 1
    adjust_count(world, account, slot, plan, 1)
    move_in_team(world, account, team, -1, 0 if plan == IN_TRIAL else 1, 0)
    if plan == IN_TRIAL:
        if age == 0.0:
            length = world.rules[account.segment].trial.length
            days = sample(world, length, account, streams.TRIAL_LENGTH, number)
        else:
            days = trial_left(world, account, number, age)
        time = world.progress[0].now + days
        sift_up(world.timers, account.at, entry, time, number - TRIALS_FIRST, slot)
        return number
    if age > 0.0:
        # `residual_end` has used the stream of tenure 0.
        user.tenures = 1
        time = residual_end(world, account, number, plan, age)
    else:
        time = tenure_end(world, account, slot)
    sift_up(world.timers, account.at, entry, time, number, slot)
    return number


@inlined
def lapse_first_user(world: World, account: Any) -> None:
    """The user whose timer ends first lapses."""
    slot = world.timers[account.at].slot
    user = world.users[account.at + slot]
    adjust_count(world, account, slot, user.plan, -1)
    account.lapsed += 1
    move_in_team(world, account, user.team, 0, 0 if user.plan == IN_TRIAL else -1, 1)
    add(world, account, _LAPSES, 1)
    remove_first_timer(world, account)


@inlined
def remove_first_timer(world: World, account: Any) -> None:
    """The heap loses its root, and the slot that this names is vacant."""
    timers, at = world.timers, account.at
    slot = timers[at].slot
    account.users -= 1
    # The last entry takes the root's place, and the place it leaves names the vacant slot.  Where the last is the root
    # itself, writing the slot changes nothing, and there is nothing left to sift.
    last = timers[at + account.users]
    time, order, moved = last.time, last.order, last.slot
    last.slot = slot
    if account.users > 0:
        sift_down(timers, at, 0, account.users, time, order, moved)


@inlined
def change_plan(world: World, account: Any, slot: int, plan: int) -> None:
    """Take a user to another plan; the timer is the caller's."""
    user = world.users[account.at + slot]
    adjust_count(world, account, slot, user.plan, -1)
    user.plan = plan
    adjust_count(world, account, slot, plan, 1)


@inlined
def restart_tenure(world: World, account: Any, entry: int) -> None:
    """A new tenure for the user of a heap entry."""
    slot = world.timers[account.at + entry].slot
    time = tenure_end(world, account, slot)
    sift(world.timers, account.at, entry, account.users, time, world.users[account.at + slot].number, slot)


@inner
def bring_to_front(world: World, account: Any, team: int, plan: int) -> None:
    """Let the timers of a team's users on its plan, or on another one, end before all others: at -inf, by number."""
    # So each of them can be taken from the root in turn, and the rest of the heap need not be made anew.
    timers, users, at = world.timers, world.users, account.at
    for entry in range(account.users):
        timer = timers[at + entry]
        user = users[at + timer.slot]
        if user.team == team and (user.plan == TEAM or user.plan == plan):
            # Those who make way go to entries that have been looked at.
            sift_up(timers, at, entry, -inf, timer.order, timer.slot)


@inner
def timer_of_slot(world: World, account: Any, slot: int) -> int:
    """The heap entry of a slot."""
    timers = world.timers
    # A search, where an index of entries would have to be kept at every sift: only upgrades come here.
    for entry in range(account.users):
        if timers[account.at + entry].slot == slot:
            return entry
    return -1


@inlined
def first_end(world: World, account: Any) -> float:
    """When the first trial or tenure of the account ends."""
    return world.timers[account.at].time if account.users > 0 else inf


@inner
def heapify(world: World, account: Any) -> None:
    """Make a heap of entries whose times have changed."""
    timers, at = world.timers, account.at
    # Entry by entry from above: everything before `entry` is a heap already.
    for entry in range(1, account.users):
        timer = timers[at + entry]
        sift_up(timers, at, entry, timer.time, timer.order, timer.slot)


@inlined
def settle_use(account: Any, now: float) -> None:
    """Bring the user-days up to now, before a count of active users changes."""
    # Callers settle BEFORE they change a count; who forgets earns or costs nothing for the days since the last change
    # (test_contracts_by_hand).
    gap = now - account.used_until
    if gap > 0.0:
        account.user_days[FREE_DAYS] += account.free * gap
        account.user_days[PAID_DAYS] += account.paid * gap
        account.user_days[SEATED_DAYS] += account.seated * gap
        account.user_days[TEAM_DAYS] += account.team * gap
        account.used_until = now
