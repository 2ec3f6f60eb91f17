"""What the dates of the market do.  Counterpart of the date handlers of forecast.engines.simpy_engine.market."""

from __future__ import annotations

from math import inf

import numpy as np

from forecast.compiling.decorators import compiled, inner
from forecast.engines.compiled.clocks import imitation_hazard, organic_hazard, refresh, set_hazard, update_next_clock
from forecast.engines.compiled.contracts import plan_true_up, update_next_timer
from forecast.engines.compiled.event_log import note
from forecast.engines.compiled.loop import FINISHED, MORE_LOG, log_has_room
from forecast.engines.compiled.pools import settle_pool
from forecast.engines.compiled.procurement import AWAIT, serve_queue, update_next_stage
from forecast.engines.compiled.team_plans import end_team_plans
from forecast.engines.compiled.teams import read_team_rules
from forecast.engines.compiled.users import active_users, settle_use
from forecast.engines.compiled.world import World
from forecast.engines.result import BUSY, RENEGED, REQUESTS, WAIT
from forecast.model import closing, kinds
from forecast.model.books import Books
from forecast.model.closing import POSITION, close_amounts, close_month
from forecast.model.money import RATES, USE_DAYS, accrue
from forecast.model.usage import accrue_usage, close_usage, open_run_rates
from forecast.types import Floats, Integers


@inner
def positions_of(world: World) -> Integers:
    """Where every account stands, in the columns of forecast.model.closing."""
    out = np.empty((len(world.accounts), POSITION), np.int64)
    for index in range(len(out)):
        account, row = world.accounts[index], out[index]
        if account.entry_due < inf:
            row[:] = 0
            continue
        row[closing.IN_MARKET] = 1
        to_start = account.start_due < inf
        row[closing.NOT_USING], row[closing.TRIAL], row[closing.FREE] = (
            account.not_using,
            account.in_trial,
            account.free,
        )
        row[closing.PAID], row[closing.SEATED], row[closing.LAPSED] = account.paid, account.seated, account.lapsed
        row[closing.TEAM] = account.team
        row[closing.SEATS], row[closing.PRICE] = account.seats, account.price
        row[closing.CONTRACTS] = account.contract or to_start
        row[closing.BANNED] = account.banned
        row[closing.OPEN] = 1 if account.opportunity >= 0 else 0
        row[closing.TO_START] = to_start
        row[closing.TO_COME] = 12 * account.seats_to_start * account.price_to_start
        row[closing.ACTIVE_TEAMS] = account.active_teams if account.teams > 0 else active_users(account) > 0
        row[closing.PAYING_TEAMS] = account.paying_teams
        row[closing.ABSORBED], row[closing.LANDED] = account.absorbed, account.landed
        row[closing.TEAM_ABSORBED] = account.team_absorbed
    return out


@compiled
def accrue_all(world: World, books: Books) -> None:
    """Bring what user-days earn and cost up to now, at the present prices."""
    progress = world.progress[0]
    days = np.empty((len(world.accounts), len(USE_DAYS)))
    # User-days are kept in the accounts and turned into money here only: a price that changes needs no other look at
    # them.
    for index in range(len(days)):
        account = world.accounts[index]
        settle_use(account, progress.now)
        for plan in range(len(USE_DAYS)):
            days[index, plan] = account.user_days[plan]
            account.user_days[plan] = 0.0
    rates = np.empty((len(world.rules), len(RATES)))
    for segment in range(len(rates)):
        rules = world.rules[segment]
        rates[segment, 0], rates[segment, 1] = rules.pricing.paid, rules.costs.free_user
        rates[segment, 2], rates[segment, 3] = rules.costs.paid_user, rules.costs.seated_user
        rates[segment, 4], rates[segment, 5] = rules.plans.team_price, rules.costs.team_user
    # At the horizon the last month is closed already, or is being closed.
    month = min(progress.month, len(world.month_days) - 2)
    length = world.month_days[month + 1] - world.month_days[month]
    if len(books.usage.used) > 0:
        accrue_usage(books.usage, days, length)
    accrue(days, world.segment_of, rates, length, books.amounts)


@compiled
def close_use(world: World, month: int, positions: Integers, books: Books) -> None:
    """Bill a month's use under the contracts' payment terms (0: the run rate of the opening)."""
    usage, run_rates = books.usage, books.history.run_rates
    if month == 0:
        open_run_rates(usage, positions, run_rates, world.ledger[0])
        return
    for index in range(len(positions)):
        usage.payment_terms[index] = world.accounts[index].payment_terms
    close_usage(month, usage, run_rates, world.ledger)


@compiled
def close_ledger(world: World, month: int, books: Books, resources: Floats) -> None:
    """Write a month's row: stocks, the bridge, what user-days earned, and the pools (0: the opening)."""
    progress = world.progress[0]
    # Positions are read before anything else of the month: nothing below changes where an account stands.
    positions = positions_of(world)
    if month > 0:
        accrue_all(world, books)
        close_amounts(month, books.amounts, world.ledger)
        for number in range(len(world.pools)):
            pool, row = world.pools[number], resources[month - 1, number]
            settle_pool(pool, progress.now)
            row[REQUESTS], row[RENEGED] = pool.requests, pool.reneged
            row[WAIT], row[BUSY] = pool.wait_days, pool.busy_days
            pool.requests, pool.reneged = 0, 0
            pool.wait_days, pool.busy_days = 0.0, 0.0
    if len(books.usage.used) > 0:
        close_use(world, month, positions, books)
    prices = np.empty((len(world.rules), 2), np.int64)
    for segment in range(len(prices)):
        rules = world.rules[segment]
        prices[segment, 0], prices[segment, 1] = rules.pricing.paid, rules.plans.team_price
    close_month(month, positions, world.segment_of, prices, books.history, world.ledger)
    for index in range(len(positions)):
        account = world.accounts[index]
        account.absorbed, account.team_absorbed, account.landed = 0, 0, 0
    progress.month = month
    total = positions[:, closing.NOT_USING : closing.LAPSED + 1].sum()
    active = positions[:, closing.FREE : closing.SEATED + 1].sum()
    progress.active_share = active / total if total else 0.0


@compiled
def end_month(world: World, month: int, books: Books, resources: Floats) -> None:
    """Close the books of a month; season, spillover, level and pace are the new month's."""
    close_ledger(world, month, books, resources)
    progress = world.progress[0]
    progress.season = world.calendar_months[min(month, len(world.calendar_months) - 1)]
    progress.level = world.levels[min(month, len(world.levels) - 1)]
    note(world, -1, -1, kinds.MONTH_CLOSED, -1, progress.month)
    for index in range(len(world.accounts)):
        account = world.accounts[index]
        # Season, spillover and level are in no other hazard.  A banned account's clocks stand still until the ban
        # lifts.
        if account.entry_due == inf and not account.banned:
            active = active_users(account)
            set_hazard(account, kinds.ORGANIC, organic_hazard(world, account), progress.now)
            set_hazard(account, kinds.IMITATION, imitation_hazard(world, account, active), progress.now)
            update_next_clock(account)


@compiled
def end_month_of_teams(world: World) -> int:
    """Let team plans end, account by account: FINISHED, or which buffer must grow before it is called again."""
    # After the books of the month are closed: what a month's row says does not depend on whether another month follows.
    progress = world.progress[0]
    while progress.cursor < len(world.accounts):
        account = world.accounts[progress.cursor]
        if account.paying_teams > 0:
            if not log_has_room(world, account.users + account.paying_teams):
                return MORE_LOG
            end_team_plans(world, progress.cursor, account)
            refresh(world, account)
        progress.cursor += 1
    progress.cursor = 0
    return FINISHED


@compiled
def change_period(world: World, period: int, true_ups_before: Integers) -> None:
    """The timeline changes parameters: hazards follow at once."""
    progress = world.progress[0]
    note(world, -1, -1, kinds.PARAMETERS_CHANGED, -1, period)
    for index in range(len(world.accounts)):
        account = world.accounts[index]
        read_team_rules(world, account)
        refresh(world, account)
        if account.contract and world.rules[account.segment].contract.true_up != true_ups_before[account.segment]:
            # A true-up that is due today is still to come: days are whole, so half a day before includes it.
            plan_true_up(world, account, progress.now - 0.5)
            update_next_timer(account)


@compiled
def change_capability(world: World, capability: int, available: int) -> None:
    """A capability comes or goes; stages that have waited for it go on at this instant."""
    world.available[capability] = available == 1
    note(world, -1, -1, kinds.CAPABILITY_CHANGED, capability, available)
    if not available:
        return
    for index in range(len(world.accounts)):
        account = world.accounts[index]
        if account.opportunity < 0:
            continue
        # Due now, not served now: the agenda takes the accounts in their order among the events of this instant.
        for stage in range(world.stages.shape[1]):
            state = world.stages[account.opportunity, stage]
            if state.step == AWAIT and state.awaited >> capability & 1:
                state.awaited &= ~(1 << capability)
                if state.awaited == 0:
                    state.due = world.progress[0].now
        update_next_stage(world, account)


@compiled
def resize_pool(world: World, number: int, people: int) -> None:
    """A pool has another size; everybody is at this instant already, so the queue is served at once."""
    pool = world.pools[number]
    note(world, -1, -1, kinds.POOL_RESIZED, number, people)
    settle_pool(pool, world.progress[0].now)
    pool.people = people
    serve_queue(world, number)
