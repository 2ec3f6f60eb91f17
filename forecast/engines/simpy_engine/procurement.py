"""A purchase in its stages: each is a process, and losing one ends the others (docs/model.md, 7)."""

from __future__ import annotations

from collections.abc import Generator
from math import isnan, nan

import simpy

from forecast.engines.result import ENTERED, LEFT, OPENED, QUEUED, REQUIREMENTS, SERVED
from forecast.engines.simpy_engine import contracts
from forecast.engines.simpy_engine.calendar import Process
from forecast.engines.simpy_engine.entities import Account, Opportunity
from forecast.model import kinds
from forecast.model.contract import seat_price
from forecast.model.dates import NO_GATE, gate_opens
from forecast.model.price_response import demand_factor, shifted_odds
from forecast.model.procurement import LOSE, WAIT, loss_with_prior_use, missing_requirement
from forecast.model.streams import DURATION_STREAM, LOSS_STREAM, REQUIREMENT_STREAM, RESOURCE_STREAM, TOUCH_STREAM


def open_opportunity(account: Account, source: int) -> None:
    """A purchase begins; a segment without stages opens none."""
    if not account.market.parameters.stages:
        return
    outbound = source == kinds.OUTBOUND_SOURCE
    account.add("opportunities_outbound" if outbound else "opportunities_product")
    if outbound:
        account.add("acquisition_cost_cents", account.rules.costs.outbound_opportunity)
    account.mark_first_day("opportunity_day")
    opportunity = Opportunity(account, source)
    account.note(kinds.OPPORTUNITY_OPENED, opportunity.ordinal, source)
    begin_ready(opportunity)


def begin_ready(opportunity: Opportunity) -> None:
    """Start, in the file's order, every stage whose predecessors are done."""
    for stage, before in enumerate(opportunity.account.market.parameters.scenario.after):
        ready = not opportunity.done[stage] and all(opportunity.done[each] for each in before)
        if ready and isnan(opportunity.days[stage][ENTERED]):
            begin(opportunity, stage)


def begin(opportunity: Opportunity, stage: int) -> None:
    """Start a stage's process."""
    market = opportunity.account.market
    opportunity.days[stage][ENTERED] = market.calendar.now
    opportunity.account.note(kinds.STAGE_ENTERED, stage)
    pace = market.pace / market.stage_season[opportunity.account.segment]
    opportunity.processes[stage] = market.calendar.process(stage_process(opportunity, stage, pace))


def stage_process(opportunity: Opportunity, stage: int, pace: float) -> Process:
    """A stage: gate, requirements, a person's time, the customer's own time, and whether the deal survives it.

    `pace` is that of the month in which the stage begins, over its season.
    """
    account = opportunity.account
    if account.opportunity is not opportunity:
        # SimPy starts processes one by one; an earlier stage of the same deal may have lost it meanwhile.
        return  # lost at this very instant, in a stage that came before
    try:
        yield from pass_gate(opportunity, stage)
        factor = yield from meet_requirements(opportunity, stage)
        if factor is None or not (yield from use_resource(opportunity, stage)):
            return
        yield account.after(duration_days(opportunity, stage, factor, pace), kinds.STAGE, stage)
        finish_stage(opportunity, stage)
    except simpy.Interrupt:  # the opportunity was lost in another stage
        return


def pass_gate(opportunity: Opportunity, stage: int) -> Process:
    """Wait for the next start of a month, fiscal quarter or fiscal year."""
    account, gate = opportunity.account, opportunity.rules(stage).gate
    if gate == NO_GATE:
        return
    shape, now = account.market.parameters.shape, account.market.calendar.now
    lasted = opportunity.lasted[stage]
    opens = gate_opens(shape.origin, now - lasted, gate, shape.fiscal_year_start)
    # The gate of a stage that began before the start may have opened before it, too.
    opportunity.lasted[stage] = max(now - opens, 0.0)
    # Not at once through an event of this instant: a gate that is open writes nothing to the log.
    if opens > now:
        yield account.at(opens, kinds.STAGE, stage)
        account.note(kinds.GATE_PASSED, stage)


def meet_requirements(opportunity: Opportunity, stage: int) -> Generator[simpy.Event, object, float | None]:
    """The factor on the duration once what is needed is there or waived; None when that loses the deal."""
    account, days = opportunity.account, opportunity.days[stage]
    days[OPENED] = days[REQUIREMENTS] = account.market.calendar.now
    if not opportunity.rules(stage).requirements:
        return 1.0
    awaited, factor, refused = review_requirements(opportunity, stage)
    if refused or awaited:
        days[REQUIREMENTS] = nan
    if refused:
        lose(opportunity, stage, account.market.parameters.requirement_reason)
        return None
    if awaited:
        # The market keeps this very set and takes out what has come: at the end of patience it holds what is still
        # missing.
        met = account.market.await_capabilities(account.index, stage, awaited)
        patience = patience_days(opportunity, stage)
        ended = account.after(patience, kinds.PATIENCE, stage)
        # Of both at the same instant the capability wins: STAGE comes before PATIENCE in model.kinds.
        yield met | ended
        if not met.processed:
            account.note(kinds.PATIENCE_ENDED, stage)
            capabilities = account.market.needs_capability
            opportunity.lost_over |= {each for each in opportunity.missing if capabilities[each] in awaited}
            lose(opportunity, stage, account.market.parameters.requirement_reason)
            return None
        days[REQUIREMENTS] = account.market.calendar.now
        account.note(kinds.REQUIREMENTS_MET, stage)
    return factor


def review_requirements(opportunity: Opportunity, stage: int) -> tuple[set[int], float, bool]:
    """The capabilities to wait for, the factor of what is waived, and whether anything missing loses the deal."""
    account, market = opportunity.account, opportunity.account.market
    awaited: set[int] = set()
    factor, refused = 1.0, False
    # All are asked before anything is decided, so that the log names everything that is missing.
    for requirement, capability in enumerate(market.needs_capability):
        if not account.needs[requirement] or market.available[capability]:
            continue
        opportunity.missing.add(requirement)
        rules = market.requirement_rules[account.segment][requirement]
        u = account.u(market.requirement_streams[stage][requirement], opportunity.ordinal)
        answer = missing_requirement(rules.lose, rules.waive, u)
        if answer == LOSE:
            refused = True
            opportunity.lost_over.add(requirement)
            account.note(kinds.REQUIREMENT_REFUSED, stage, requirement)
        elif answer == WAIT:
            awaited.add(capability)
            account.note(kinds.REQUIREMENT_AWAITED, stage, requirement)
        else:
            factor *= rules.waive_factor
            account.note(kinds.REQUIREMENT_WAIVED, stage, requirement)
    return awaited, factor, refused


def residual_days(opportunity: Opportunity, stage: int, purpose: int, number: int, age: float) -> float:
    """What is left of days from distribution `number` of which `age` have passed."""
    account = opportunity.account
    return account.sample_residual(number, account.market.stage_streams[stage][purpose], opportunity.ordinal, age)


def patience_days(opportunity: Opportunity, stage: int) -> float:
    """Days that the customer still waits for what is missing; whoever has waited since before the start, the less."""
    lasted, opportunity.lasted[stage] = opportunity.lasted[stage], 0.0
    number = opportunity.rules(stage).patience
    if lasted > 0.0:
        return residual_days(opportunity, stage, REQUIREMENT_STREAM, number, lasted)
    return opportunity.sample(stage, REQUIREMENT_STREAM, number)


def duration_days(opportunity: Opportunity, stage: int, factor: float, pace: float) -> float:
    """The customer's own days that are left, `factor` times as many for what is waived, at the pace of the month."""
    number, lasted = opportunity.rules(stage).duration, opportunity.lasted[stage]
    if lasted > 0.0 and factor > 0.0:
        return residual_days(opportunity, stage, DURATION_STREAM, number, lasted / (factor * pace)) * factor * pace
    return opportunity.sample(stage, DURATION_STREAM, number) * factor * pace


def work_days(opportunity: Opportunity, stage: int) -> float:
    """Days of work that are left, 0 or less when it was done before the start."""
    touch = opportunity.sample(stage, TOUCH_STREAM, opportunity.rules(stage).touch)
    return touch - opportunity.lasted[stage]


def use_resource(opportunity: Opportunity, stage: int) -> Generator[simpy.Event, object, bool]:
    """True once a person has completed the stage's work, or nobody is needed; False when patience ended."""
    account, resource = opportunity.account, opportunity.rules(stage).resource
    if resource < 0 or opportunity.lasted[stage] > 0.0:
        left = work_days(opportunity, stage)
        if left <= 0.0:
            opportunity.lasted[stage] = -left  # the duration has lasted as long as there was no work any more
            return True
        if resource < 0:
            opportunity.lasted[stage] = 0.0
            yield account.after(left, kinds.STAGE, stage)
            return True
    pool, days = account.market.pools[resource], opportunity.days[stage]
    days[QUEUED] = account.market.calendar.now
    account.note(kinds.QUEUED, stage, resource)
    # Kept by stage, so that `drop_requests` finds it when the deal is lost in another stage.
    request = opportunity.requests[stage] = pool.request_person(account.index, stage)
    if not request.triggered:
        # Drawn only by those who wait: an address of its own, so whether it is drawn moves nothing.
        patience = opportunity.sample(stage, RESOURCE_STREAM, opportunity.rules(stage).patience)
        yield request | account.after(patience, kinds.PATIENCE, stage)
    if not request.triggered:
        pool.reneged += 1
        account.note(kinds.PATIENCE_ENDED, stage)
        lose(opportunity, stage, account.market.parameters.stalled_reason)
        return False
    days[SERVED] = account.market.calendar.now
    account.note(kinds.SERVED, stage, resource)
    touch, opportunity.lasted[stage] = work_days(opportunity, stage) * pool.ramp_factor(request), 0.0
    yield account.after(touch, kinds.STAGE, stage)
    pool.release_person(opportunity.requests.pop(stage))
    account.note(kinds.RELEASED, stage, resource)
    return True


def finish_stage(opportunity: Opportunity, stage: int) -> None:
    """The end of a stage: lost here, or on to the next; signed when all are done."""
    account, rules = opportunity.account, opportunity.rules(stage)
    loss = rules.loss
    if rules.prior_use:
        prior_use = account.rules.procurement
        share = account.active / account.size
        loss = loss_with_prior_use(loss, prior_use.prior_use_log_odds, prior_use.prior_use_full_share, share)
    if rules.price_sensitive:
        pricing = account.rules.pricing
        price = seat_price(pricing.enterprise, account.discount)
        factor = demand_factor(price, pricing.enterprise_reference, pricing.enterprise_elasticity)
        loss = shifted_odds(loss, 1.0 / factor)
    if opportunity.draw(stage, LOSS_STREAM) < loss:
        lose(opportunity, stage, rules.reason)
        return
    # The stage is done before others begin: they look at it, and may lose the deal at this very instant.
    opportunity.done[stage] = True
    opportunity.days[stage][LEFT] = account.market.calendar.now
    account.note(kinds.STAGE_DONE, stage)
    begin_ready(opportunity)
    # Not where a stage that began just now has lost the deal at once: it is then not done.
    if all(opportunity.done):
        opportunity.close(kinds.WON, -1)
        account.add("won")
        contracts.sign(account)
        account.refresh()


def lose(opportunity: Opportunity, stage: int, reason: int) -> None:
    """The deal is lost: the other stages end, queued requests leave, people are free at once, and it cools down."""
    account, market = opportunity.account, opportunity.account.market
    account.flows[market.first_reason + reason] += 1
    account.note(kinds.LOST_OPPORTUNITY, stage, reason)
    for days, done in zip(opportunity.days, opportunity.done, strict=True):
        if not isnan(days[ENTERED]) and not done:
            days[LEFT] = market.calendar.now
    # In this order: nobody may be given to a deal that is lost, no capability may wake one of its stages, and only then
    # do the processes end.  The stage that loses it is the caller: it must not be interrupted, it returns by itself.
    drop_requests(opportunity)
    market.forget_waiting(account.index)
    for other, process in opportunity.processes.items():
        if other != stage and process.is_alive:
            process.interrupt()
    opportunity.close(kinds.LOST, reason)
    contracts.start_cool_down(account)
    account.refresh()


def drop_requests(opportunity: Opportunity) -> None:
    """First the queued requests leave, then people are freed: nobody of this deal may be served any more."""
    market, requests = opportunity.account.market, sorted(opportunity.requests.items())
    pools = {stage: next(pool for pool in market.pools if request.resource is pool) for stage, request in requests}
    for stage, request in requests:
        if not request.triggered:
            pools[stage].withdraw(request)
    # All are free before any is given other work: SimPy serves the queues at its next step.
    # By pool, as the compiled driver serves the queues after the event (test_the_engines_agree_on_ties).
    for stage, request in sorted(requests, key=lambda each: market.pools.index(pools[each[0]])):
        if request.triggered:
            pools[stage].release_person(request)
    opportunity.requests.clear()
