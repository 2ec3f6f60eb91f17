"""The stages of a purchase, from gate to signature or loss.  Counterpart of simpy_engine.procurement."""

from __future__ import annotations

from math import inf, isnan, nan
from typing import Any

from forecast.compiling.decorators import inner
from forecast.engines.compiled.clocks import refresh
from forecast.engines.compiled.contracts import sign, start_cool_down, update_next_timer
from forecast.engines.compiled.draws import draw
from forecast.engines.compiled.event_log import add, note
from forecast.engines.compiled.pools import enqueue, settle_pool, take_person, withdraw
from forecast.engines.compiled.stage_times import duration_days, patience_ends, requirement_patience_ends, work_days
from forecast.engines.compiled.users import active_users
from forecast.engines.compiled.world import World
from forecast.engines.result import ENTERED, LEFT, OPENED, QUEUED, REQUIREMENTS, SERVED, STAGE_DAYS
from forecast.model import kinds, metrics
from forecast.model.contract import seat_price
from forecast.model.dates import NO_GATE, gate_opens
from forecast.model.people import NOBODY, ramp_factor
from forecast.model.price_response import demand_factor, shifted_odds
from forecast.model.procurement import LOSE, WAIT, loss_with_prior_use, missing_requirement
from forecast.model.streams import LOSS_STREAM, RESOURCE_STREAM

NOT_BEGUN, BEGUN, GATE, AWAIT, QUEUE, TOUCH, DURATION, DONE = range(8)  # where a stage is

_PRODUCT = metrics.INDEX["opportunities_product"]
_OUTBOUND = metrics.INDEX["opportunities_outbound"]
_ACQUISITION = metrics.INDEX["acquisition_cost_cents"]
_WON = metrics.INDEX["won"]


@inner
def update_next_stage(world: World, account: Any) -> None:
    """Remember when the first stage or patience of the account's purchase ends."""
    # The invariant: stage_due is the least due or patience of the open purchase, and inf without one.  It is looked up
    # once after an event, not after each change, so a function below that changes a stage leaves this to its caller.
    due = inf
    if account.opportunity >= 0:
        for stage in range(world.stages.shape[1]):
            state = world.stages[account.opportunity, stage]
            due = min(due, min(state.due, state.patience))
    account.stage_due = due
    update_next_timer(account)


@inner
def open_opportunity(world: World, index: int, account: Any, source: int) -> None:
    """A purchase begins; a segment without stages opens none."""
    if world.stages.shape[1] == 0:
        return
    if source == kinds.OUTBOUND_SOURCE:
        add(world, account, _OUTBOUND, 1)
        add(world, account, _ACQUISITION, world.rules[account.segment].costs.outbound_opportunity)
    else:
        add(world, account, _PRODUCT, 1)
    new_opportunity(world, index, account, source)
    begin_ready(world, index, account)
    update_next_stage(world, account)


@inner
def new_opportunity(world: World, index: int, account: Any, source: int) -> None:
    """An opportunity none of whose stages has begun; the caller has made room."""
    progress = world.progress[0]
    if isnan(account.opportunity_day):
        account.opportunity_day = progress.now
    row = world.opportunities[progress.opportunities]
    row.account, row.ordinal, row.source = index, account.opportunities, source
    row.opened, row.closed = progress.now, nan
    row.outcome, row.reason = kinds.OPEN, -1
    row.missing, row.lost_over = 0, 0
    # Buffers are used again, by replications that ended long ago: every field has to be written.
    for stage in range(world.stages.shape[1]):
        state = world.stages[progress.opportunities, stage]
        state.step = NOT_BEGUN
        state.due = inf
        state.patience = inf
        state.factor = 1.0
        state.pace = 1.0
        state.lasted = 0.0
        state.awaited = 0
        state.resource = -1
        state.person = NOBODY
        for day in range(len(STAGE_DAYS)):
            state.days[day] = nan
    note(world, account.segment, index, kinds.OPPORTUNITY_OPENED, account.opportunities, source)
    account.opportunity = progress.opportunities
    account.opportunities += 1
    progress.opportunities += 1


@inner
def is_ready(world: World, opportunity: int, stage: int) -> bool:
    """Whether a stage has not begun and all before it are done."""
    if world.stages[opportunity, stage].step != NOT_BEGUN:
        return False
    for before in range(world.stages.shape[1]):
        if world.after[stage, before] and world.stages[opportunity, before].step != DONE:
            return False
    return True


@inner
def begin_ready(world: World, index: int, account: Any) -> None:
    """Begin every stage whose predecessors are done: first all enter, then each goes as far as it can."""
    # In two rounds, because SimPy starts the processes of all stages and then lets each run: an early one may lose the
    # deal before a later one begins, which has been entered all the same.
    opportunity = account.opportunity
    for stage in range(world.stages.shape[1]):
        if is_ready(world, opportunity, stage):
            state = world.stages[opportunity, stage]
            state.step = BEGUN
            # The month in which a stage is entered says how fast the customer moves in it.
            season = world.stage_seasons[account.segment, world.progress[0].season]
            state.pace = world.paces[world.progress[0].month] / season
            state.days[ENTERED] = world.progress[0].now
            note(world, account.segment, index, kinds.STAGE_ENTERED, stage, 0.0)
    for stage in range(world.stages.shape[1]):
        if account.opportunity == opportunity and world.stages[opportunity, stage].step == BEGUN:
            pass_gate(world, index, account, stage)


@inner
def pass_gate(world: World, index: int, account: Any, stage: int) -> None:
    """Wait for the next start of a month, fiscal quarter or fiscal year, or go on at once."""
    progress, state = world.progress[0], world.stages[account.opportunity, stage]
    gate = world.stage_rules[account.segment, stage].gate
    # A gate that opens at this very instant is open: no event, no row in the log.
    if gate != NO_GATE:
        opens = gate_opens(progress.origin, progress.now - state.lasted, gate, progress.fiscal_year_start)
        # The gate of a stage that began before the start may have opened before it, too.
        state.lasted = max(progress.now - opens, 0.0)
        if opens > progress.now:
            state.step = GATE
            state.due = opens
            return
    meet_requirements(world, index, account, stage)


@inner
def meet_requirements(world: World, index: int, account: Any, stage: int) -> None:
    """Lose the deal over what is missing, wait for it, or go on."""
    state = world.stages[account.opportunity, stage]
    state.factor = 1.0
    state.days[OPENED] = world.progress[0].now
    if world.stage_rules[account.segment, stage].requirements:
        if review_requirements(world, index, account, stage, state):
            lose(world, index, account, stage, world.progress[0].requirement_reason)
            return
        if state.awaited:
            state.step = AWAIT
            state.due = inf
            state.patience = requirement_patience_ends(world, account, stage)
            return
    request_resource(world, index, account, stage)


@inner
def review_requirements(world: World, index: int, account: Any, stage: int, state: Any) -> bool:
    """Whether anything missing loses the deal; what is awaited and waived is written to the stage."""
    refused = False
    # A stage is reviewed once.  Everything is asked before anything is decided, so that the log names all that is
    # missing.
    state.awaited = 0
    row = world.opportunities[account.opportunity]
    for requirement in range(len(world.needs_capability)):
        capability = world.needs_capability[requirement]
        if not account.needs >> requirement & 1 or world.available[capability]:
            continue
        row.missing |= 1 << requirement
        rules = world.requirement_rules[account.segment, requirement]
        u = draw(world, account, world.requirement_streams[stage, requirement], row.ordinal)
        answer = missing_requirement(rules.lose, rules.waive, u)
        if answer == LOSE:
            refused = True
            row.lost_over |= 1 << requirement
            note(world, account.segment, index, kinds.REQUIREMENT_REFUSED, stage, requirement)
        elif answer == WAIT:
            state.awaited |= 1 << capability
            note(world, account.segment, index, kinds.REQUIREMENT_AWAITED, stage, requirement)
        else:
            state.factor *= rules.waive_factor
            note(world, account.segment, index, kinds.REQUIREMENT_WAIVED, stage, requirement)
    return refused


@inner
def request_resource(world: World, index: int, account: Any, stage: int) -> None:
    """Join a pool's queue, or be served at once; without a resource the work is done all the same."""
    rules, state = world.stage_rules[account.segment, stage], world.stages[account.opportunity, stage]
    now = world.progress[0].now
    state.days[REQUIREMENTS] = now
    state.resource = rules.resource
    state.patience = inf
    if rules.resource < 0 or state.lasted > 0.0:
        left = work_days(world, account, stage)
        if left <= 0.0:
            state.lasted = -left  # the duration has lasted as long as there was no work any more
            start_duration(world, account, stage)
            return
        if rules.resource < 0:
            state.lasted = 0.0
            state.step = TOUCH
            state.due = now + left
            return
    pool = world.pools[rules.resource]
    state.days[QUEUED] = now
    note(world, account.segment, index, kinds.QUEUED, stage, rules.resource)
    settle_pool(pool, now)
    pool.requests += 1
    # Nobody may be passed: whoever waits is served first, even where a person has become free at this instant.
    if pool.busy < pool.people and pool.head == pool.tail:
        serve(world, index, account, stage)
        return
    enqueue(world, rules.resource, index, stage)
    # `due` stays open: the pool decides.  Patience is drawn only by those who wait, at an address of its own.
    state.step = QUEUE
    state.due = inf
    state.patience = patience_ends(world, account, stage, RESOURCE_STREAM)


@inner
def serve(world: World, index: int, account: Any, stage: int) -> None:
    """A person starts on a stage's work."""
    state, now = world.stages[account.opportunity, stage], world.progress[0].now
    # The caller has settled the pool, or does so at this instant: between the two no time passes.
    pool = world.pools[state.resource]
    pool.busy += 1
    state.days[SERVED] = now
    state.patience = inf
    note(world, account.segment, index, kinds.SERVED, stage, state.resource)
    state.step = TOUCH
    touch = work_days(world, account, stage)
    state.lasted = 0.0
    if pool.roster:
        state.person = take_person(world, state.resource)
        person = world.people[state.resource, state.person]
        touch *= ramp_factor(now - person.joins, person.ramp_days, pool.ramp_touch)
    state.due = now + touch


@inner
def serve_queue(world: World, number: int) -> None:
    """Serve a pool's queue at an instant that every account has reached."""
    # For the start and for dates of the market, when every account is at this instant; else `loop.serve_queues` serves.
    pool = world.pools[number]
    while pool.head < pool.tail and pool.busy < pool.people:
        request = world.requests[number, pool.head]
        index, stage = request.account, request.stage
        pool.head += 1
        serve(world, index, world.accounts[index], stage)
        update_next_stage(world, world.accounts[index])


@inner
def release_person(world: World, state: Any) -> None:
    """A stage's person is free; the driver serves the next in the queue when the present event is over."""
    pool = world.pools[state.resource]
    settle_pool(pool, world.progress[0].now)
    pool.busy -= 1
    if state.person != NOBODY:
        world.people[state.resource, state.person].busy = 0
        state.person = NOBODY


@inner
def start_duration(world: World, account: Any, stage: int) -> None:
    """The customer's own elapsed time begins."""
    state = world.stages[account.opportunity, stage]
    state.step = DURATION
    state.due = world.progress[0].now + duration_days(world, account, stage)


@inner
def advance_stage(world: World, index: int, account: Any, stage: int) -> None:
    """What a stage waited for has come: the gate, capabilities, the end of the work or of the customer's time."""
    state = world.stages[account.opportunity, stage]
    if state.step == GATE:
        note(world, account.segment, index, kinds.GATE_PASSED, stage, 0.0)
        meet_requirements(world, index, account, stage)
    elif state.step == AWAIT:
        note(world, account.segment, index, kinds.REQUIREMENTS_MET, stage, 0.0)
        request_resource(world, index, account, stage)
    elif state.step == TOUCH:
        if state.resource >= 0:
            release_person(world, state)
            note(world, account.segment, index, kinds.RELEASED, stage, state.resource)
        start_duration(world, account, stage)
    else:
        finish_stage(world, index, account, stage)
    update_next_stage(world, account)


@inner
def lose_patience(world: World, index: int, account: Any, stage: int) -> None:
    """The customer waits no more."""
    state = world.stages[account.opportunity, stage]
    note(world, account.segment, index, kinds.PATIENCE_ENDED, stage, 0.0)
    reason = world.progress[0].requirement_reason
    if state.step == AWAIT:
        note_still_awaited(world, account, state)
    if state.step == QUEUE:
        world.pools[state.resource].reneged += 1
        reason = world.progress[0].stalled_reason
    lose(world, index, account, stage, reason)
    update_next_stage(world, account)


@inner
def note_still_awaited(world: World, account: Any, state: Any) -> None:
    """Write the requirements that a stage still waits for to those over which the deal is lost."""
    row = world.opportunities[account.opportunity]
    for requirement in range(len(world.needs_capability)):
        if row.missing >> requirement & 1 and state.awaited >> world.needs_capability[requirement] & 1:
            row.lost_over |= 1 << requirement


@inner
def finish_stage(world: World, index: int, account: Any, stage: int) -> None:
    """The end of a stage: lost here, or on to the next; signed when all are done."""
    prior_use, opportunity = world.rules[account.segment].procurement, account.opportunity
    stage_rules, state = world.stage_rules[account.segment, stage], world.stages[opportunity, stage]
    loss = stage_rules.loss
    if stage_rules.prior_use:
        share = active_users(account) / account.headcount
        loss = loss_with_prior_use(loss, prior_use.prior_use_log_odds, prior_use.prior_use_full_share, share)
    if stage_rules.price_sensitive:
        pricing = world.rules[account.segment].pricing
        price = seat_price(pricing.enterprise, account.discount)
        factor = demand_factor(price, pricing.enterprise_reference, pricing.enterprise_elasticity)
        loss = shifted_odds(loss, 1.0 / factor)
    row = world.opportunities[opportunity]
    if draw(world, account, world.stage_streams[stage, LOSS_STREAM], row.ordinal) < loss:
        lose(world, index, account, stage, stage_rules.reason)
        return
    state.step = DONE
    state.due = inf
    state.days[LEFT] = world.progress[0].now
    note(world, account.segment, index, kinds.STAGE_DONE, stage, 0.0)
    begin_ready(world, index, account)
    # A stage that began just now may have lost the deal at once.
    if account.opportunity == opportunity and all_done(world, opportunity):
        row.closed, row.outcome = world.progress[0].now, kinds.WON
        # Before the signature: what follows from it must find no purchase open.
        account.opportunity = -1
        add(world, account, _WON, 1)
        sign(world, index, account)
        refresh(world, account)


@inner
def all_done(world: World, opportunity: int) -> bool:
    """Whether every stage is done."""
    for stage in range(world.stages.shape[1]):
        if world.stages[opportunity, stage].step != DONE:
            return False
    return True


@inner
def lose(world: World, index: int, account: Any, stage: int, reason: int) -> None:
    """The deal is lost: the other stages end, queued requests leave, people are free at once, and it cools down."""
    opportunity, now = account.opportunity, world.progress[0].now
    add(world, account, metrics.FIRST_REASON + reason, 1)
    note(world, account.segment, index, kinds.LOST_OPPORTUNITY, stage, reason)
    for other in range(world.stages.shape[1]):
        state = world.stages[opportunity, other]
        # First everybody of this deal leaves, then the driver serves the queues: nobody may be given to a deal that is
        # lost.
        if state.step == QUEUE:
            withdraw(world, state.resource, index, other)
        if state.step == TOUCH and state.resource >= 0:
            release_person(world, state)
        if state.step != NOT_BEGUN and state.step != DONE:
            state.days[LEFT] = now
        state.due = inf
        state.patience = inf
    row = world.opportunities[opportunity]
    row.closed, row.outcome, row.reason = now, kinds.LOST, reason
    # Before the cool-down starts and hazards are refreshed: both look at whether a purchase is open.
    account.opportunity = -1
    account.stage_due = inf
    start_cool_down(world, account)
    refresh(world, account)
