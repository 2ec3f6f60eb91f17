"""The order of events: one account is carried forward alone until something of it may concern the pools.

Only purchases touch other accounts, through the vendor's people.  An account with no purchase open runs to the next
date of the market, or to the next awareness or outbound firing.  One with a purchase waits on the agenda for its next
stage or patience to end, and its users catch up then: nothing they do can change when that is.  The agenda is served
in the order of (time, account), so requests and releases come in the order of the SimPy engine.
"""

from __future__ import annotations

from typing import Any

from forecast.compiling.decorators import compiled, inlined, inner
from forecast.engines.compiled.adoption import end_trial, enter_market, fire_account_clock, leave
from forecast.engines.compiled.clocks import next_clock
from forecast.engines.compiled.contracts import cool_down, end_term, invoice, start_contract, true_up
from forecast.engines.compiled.leadership import become_aware, reach_out
from forecast.engines.compiled.pools import queues_have_room
from forecast.engines.compiled.procurement import (
    advance_stage,
    lose_patience,
    serve,
    update_next_stage,
)
from forecast.engines.compiled.slots import make_room
from forecast.engines.compiled.teams import make_teams
from forecast.engines.compiled.users import first_end
from forecast.engines.compiled.world import World
from forecast.model import kinds
from forecast.model.kinds import IN_TRIAL

FINISHED, MORE_SLOTS, MORE_OPPORTUNITIES, MORE_REQUESTS, MORE_AGENDA, MORE_LOG, MORE_TEAMS = range(7)
SHARED, BEYOND, FULL = range(3)  # how an account's run ended: at a shared event, at the limit, for want of room
FIRST_PASS, AGENDA, LAST_PASS = range(3)


@inner
def log_has_room(world: World, users: int) -> bool:
    """Whether the log can take all that one event may write, in an account of so many users."""
    # 8 rows of its own (a signature that goes live at once and bills is the longest), as many for each stage that the
    # event ends or begins and one for each of its requirements, and one for each user when a contract ends.
    progress = world.progress[0]
    if not progress.logging:
        return True
    stages = world.stages.shape[1]
    return bool(progress.logged + users + 8 + stages * (8 + len(world.needs_capability)) <= len(world.log))


@inner
def next_time(world: World, account: Any) -> float:
    """When the account's next event is."""
    return min(first_end(world, account), min(account.clock_due, account.timer_due))


@inner
def stage_is_next(account: Any) -> bool:
    """Whether, of the timers that end first, a stage's or patience's comes first."""
    # The order of model.kinds: TRUE_UP, INVOICE, TERM_END come before STAGE at the same instant; COOL_DOWN and START
    # after.
    before = min(account.true_up_due, min(account.invoice_due, account.term_due))
    return bool(account.stage_due == account.timer_due and before > account.stage_due)


@inner
def concerns_others(clock: int) -> bool:
    """Whether a clock's firing may open a purchase."""
    return clock == kinds.AWARENESS or clock == kinds.OUTBOUND


@inner
def next_is_shared(world: World, account: Any) -> bool:
    """Whether the account's next event may concern the pools."""
    user, clock, timer = first_end(world, account), account.clock_due, account.timer_due
    # The same order as in `run_alone`; the two must not differ, or an account would wait for an event that it then
    # skips.
    if timer <= user and timer <= clock:
        return stage_is_next(account)
    if user <= clock:
        return False
    return concerns_others(next_clock(account))


@inner
def run_alone(world: World, index: int, limit: float, inclusive: bool) -> int:
    """Carry an account forward to `limit` (itself, if inclusive) or its next shared event: SHARED, BEYOND or FULL."""
    account, progress = world.accounts[index], world.progress[0]
    while True:
        user, clock, timer = first_end(world, account), account.clock_due, account.timer_due
        time = min(user, min(clock, timer))
        if time > limit or (time == limit and not inclusive):
            return BEYOND
        # Nothing of an event may be done before it is sure that everything of it has room: the driver grows the buffer
        # and calls again, and the event begins from scratch.  Whatever is checked later than this leaves half an event.
        if not log_has_room(world, account.users):
            return FULL
        # The order of simultaneous events: timers of the account, then users, then clocks.
        if user <= clock and user < timer:
            progress.now = time
            end_use(world, index, account)
        elif timer <= clock:
            if stage_is_next(account):
                return SHARED
            progress.now = time
            end_timer(world, index, account)
        else:
            number = next_clock(account)
            if concerns_others(number):
                return SHARED
            # ORGANIC, IMITATION and ROLLOUT come first among the clocks: those are the firings with which a user joins.
            if number <= kinds.ROLLOUT and not (make_room(world, account) and make_teams(world, account)):
                return FULL
            progress.now = time
            fire_account_clock(world, index, account, number)


@inlined
def end_use(world: World, index: int, account: Any) -> None:
    """The trial or tenure that ends first has ended."""
    slot = world.timers[account.at].slot
    if world.users[account.at + slot].plan == IN_TRIAL:
        end_trial(world, index, account, slot)
    else:
        leave(world, index, account, slot)


@inner
def end_timer(world: World, index: int, account: Any) -> None:
    """The first timer of the account that is no stage's ends."""
    # In the order of model.kinds, for timers that end at the same instant (test_the_engines_agree_on_ties).
    due = account.timer_due
    if account.entry_due == due:
        enter_market(world, index, account)
    elif account.true_up_due == due:
        true_up(world, index, account)
    elif account.invoice_due == due:
        invoice(world, index, account)
    elif account.term_due == due:
        end_term(world, index, account)
    elif account.cool_down_due == due:
        cool_down(world, index, account)
    else:
        start_contract(world, index, account)


@inner
def shared_event(world: World, index: int, account: Any) -> None:
    """The account's next event, which may concern the pools."""
    progress = world.progress[0]
    progress.now = next_time(world, account)
    # Timers come before clocks at the same instant; `next_is_shared` has seen that the timer is a stage's.
    if account.timer_due > progress.now:
        if next_clock(account) == kinds.AWARENESS:
            become_aware(world, index, account)
        else:
            reach_out(world, index, account)
        return
    # One stage a call, also where several end now: finishing one may lose the deal and with it the others.  STAGE comes
    # before PATIENCE, and each goes by stage, as the priorities of the SimPy engine do.
    for stage in range(world.stages.shape[1]):
        if world.stages[account.opportunity, stage].due == progress.now:
            advance_stage(world, index, account, stage)
            return
    for stage in range(world.stages.shape[1]):
        if world.stages[account.opportunity, stage].patience == progress.now:
            lose_patience(world, index, account, stage)
            return


@inner
def entry_before(agenda: Any, one: int, other: int) -> bool:
    """Whether one entry of the agenda comes before another."""
    if agenda[one].time != agenda[other].time:
        return agenda[one].time < agenda[other].time
    return agenda[one].account < agenda[other].account


@inner
def swap_entries(agenda: Any, one: int, other: int) -> None:
    """Exchange two entries of the agenda."""
    first, second = agenda[one], agenda[other]
    time, account = first.time, first.account
    first.time, first.account = second.time, second.account
    second.time, second.account = time, account


@inner
def put_on_agenda(world: World, index: int, time: float) -> None:
    """The account's next shared event is at `time`; an older entry of it counts no more."""
    progress, agenda = world.progress[0], world.agenda
    # Entries are not searched and removed: an account's entry counts only while its time is the account's agenda_due.
    world.accounts[index].agenda_due = time
    entry = progress.agenda
    agenda[entry].time, agenda[entry].account = time, index
    progress.agenda += 1
    while entry > 0 and entry_before(agenda, entry, (entry - 1) >> 1):
        swap_entries(agenda, entry, (entry - 1) >> 1)
        entry = (entry - 1) >> 1


@inner
def take_off_agenda(world: World) -> None:
    """Remove the first entry."""
    progress, agenda = world.progress[0], world.agenda
    progress.agenda -= 1
    swap_entries(agenda, 0, progress.agenda)
    entry = 0
    while True:
        child = 2 * entry + 1
        if child >= progress.agenda:
            return
        if child + 1 < progress.agenda and entry_before(agenda, child + 1, child):
            child += 1
        if not entry_before(agenda, child, entry):
            return
        swap_entries(agenda, child, entry)
        entry = child


@compiled
def full_buffer(world: World, index: int) -> int:
    """Which buffer must grow before the account's next event."""
    if not make_room(world, world.accounts[index]):
        return MORE_SLOTS
    return MORE_LOG if make_teams(world, world.accounts[index]) else MORE_TEAMS


@compiled
def shortage(world: World) -> int:
    """The buffer that one shared event might overrun, FINISHED when there is none."""
    progress = world.progress[0]
    # One shared event opens at most one opportunity, joins each queue at most once for each stage, and puts on the
    # agenda the account itself and whoever is served next in each pool.
    if progress.opportunities >= len(world.opportunities):
        return MORE_OPPORTUNITIES
    if progress.agenda + 2 + len(world.pools) > len(world.agenda):
        return MORE_AGENDA
    if not queues_have_room(world, world.stages.shape[1]):
        return MORE_REQUESTS
    return FINISHED if log_has_room(world, 0) else MORE_LOG


@inner
def serve_queues(world: World, limit: float) -> int:
    """Serve whoever can be served after the event at the present position: FINISHED or what is full.

    A customer who is served first catches up with that position.
    """
    progress = world.progress[0]
    # The trap of this file: `run_alone` of whoever is served moves `now` about, so the time of the event that freed the
    # person is kept apart.  Of the customer's own events at that very instant only those come first that SimPy too
    # would have done by now: all of them where the customer stands before the account that freed the person, else none.
    time, position = progress.position_time, progress.position
    for number in range(len(world.pools)):
        pool = world.pools[number]
        while pool.head < pool.tail and pool.busy < pool.people:
            full = shortage(world)
            if full:
                return full
            request = world.requests[number, pool.head]
            index, stage = request.account, request.stage
            if run_alone(world, index, time, index < position) == FULL:
                return full_buffer(world, index)
            progress.now = time
            pool.head += 1
            account = world.accounts[index]
            serve(world, index, account, stage)
            update_next_stage(world, account)
            # What stood on the agenda was the end of patience, which no longer counts.
            account.agenda_due = -1.0
            if account.stage_due < limit:
                put_on_agenda(world, index, account.stage_due)
    return FINISHED


@inner
def schedule(world: World, index: int, limit: float) -> int:
    """Carry an account as far as it may go before `limit`, and put what then comes on the agenda."""
    account = world.accounts[index]
    # With a purchase open the account must not run ahead: how much its people use the product when a stage ends counts
    # for the loss, and when a stage ends depends on others.  Without one nothing outside can reach it before `limit`.
    if account.opportunity < 0:
        if run_alone(world, index, limit, False) == FULL:
            return full_buffer(world, index)
        due = next_time(world, account)
    else:
        due = account.stage_due
    account.agenda_due = -1.0
    if due < limit:
        put_on_agenda(world, index, due)
    return FINISHED


@inner
def run_agenda(world: World, limit: float) -> int:
    """All shared events before `limit`, in the order of (time, account): FINISHED or what is full."""
    progress = world.progress[0]
    while progress.agenda > 0:
        full = shortage(world)
        if full:
            return full
        time, index = world.agenda[0].time, world.agenda[0].account
        account = world.accounts[index]
        # An older entry of an account that has been put on again, served or lost since.
        if account.agenda_due != time:
            take_off_agenda(world)
            continue
        if run_alone(world, index, time, True) == FULL:
            return full_buffer(world, index)
        # The entry stays where it is until the account has no further shared event at this instant; only then is it
        # replaced.
        if next_time(world, account) == time and next_is_shared(world, account):
            shared_event(world, index, account)
            progress.position = index
            progress.position_time = time
            full = serve_queues(world, limit)
        else:
            take_off_agenda(world)
            full = schedule(world, index, limit)
            if full:
                # `schedule` stopped half-way for want of room: with its entry back, the next call goes on where this
                # one stopped.
                put_on_agenda(world, index, time)
        if full:
            return full
    return FINISHED


@compiled
def run_until(world: World, limit: float) -> int:
    """All events of all accounts before `limit`: FINISHED, or which buffer must grow before it is called again."""
    progress, accounts = world.progress[0], world.accounts
    # Phase and cursor are kept in `progress`, so that a call after a buffer has grown goes on where the last one
    # stopped.
    if progress.phase == FIRST_PASS:
        while progress.cursor < len(accounts):
            full = schedule(world, progress.cursor, limit)
            if full:
                return full
            progress.cursor += 1
        progress.phase = AGENDA
        # No event has freed anybody yet: `serve_queues` has nothing to do.
        progress.position_time = -1.0
    if progress.phase == AGENDA:
        if progress.position_time >= 0.0:
            full = serve_queues(world, limit)  # where a full buffer had stopped it
            if full:
                return full
        full = run_agenda(world, limit)
        if full:
            return full
        progress.phase = LAST_PASS
        progress.cursor = 0
    # The last pass: accounts with a purchase open have only run to their last shared event; now they reach `limit` too.
    while progress.cursor < len(accounts):
        if accounts[progress.cursor].opportunity >= 0 and run_alone(world, progress.cursor, limit, False) == FULL:
            return full_buffer(world, progress.cursor)
        progress.cursor += 1
    progress.phase = FIRST_PASS
    progress.cursor = 0
    return FINISHED
