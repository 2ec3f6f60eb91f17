"""Where everybody stands at the start.  Counterpart of forecast.engines.simpy_engine.initial_state."""

from __future__ import annotations

from math import inf, nan
from typing import Any

import numpy as np

from forecast.compiling.decorators import compiled
from forecast.engines.compiled.adoption import note_team
from forecast.engines.compiled.clocks import refresh
from forecast.engines.compiled.contracts import resume_contract, update_next_timer
from forecast.engines.compiled.draws import draw, draw_firing
from forecast.engines.compiled.loop import log_has_room
from forecast.engines.compiled.procurement import DONE, begin_ready, new_opportunity, serve_queue, update_next_stage
from forecast.engines.compiled.records import CLOCK_COUNT
from forecast.engines.compiled.slots import make_room
from forecast.engines.compiled.teams import make_teams, move_in_team, pick_not_using, set_paying
from forecast.engines.compiled.users import join
from forecast.engines.compiled.world import World
from forecast.engines.result import FIRST_DAYS
from forecast.model import kinds, streams
from forecast.model.hazards import exponential_amount
from forecast.model.traits import Traits
from forecast.types import Integers

DUES = ("true_up_due", "invoice_due", "term_due", "cool_down_due", "start_due", "stage_due", "timer_due", "clock_due")


def fill_accounts(accounts: Any, traits: Traits, segment_of: Integers) -> None:
    """Give every account its traits: untouched, nothing due."""
    # The buffer has been another replication's: all fields start from zero, then those that mean "never" or "none".
    accounts[:] = np.zeros((), accounts.dtype)
    accounts.segment = segment_of
    accounts.headcount = accounts.not_using = traits.users
    accounts.k0, accounts.k1 = traits.keys[:, 0], traits.keys[:, 1]
    accounts.number = traits.numbers
    accounts.frailty, accounts.discount = traits.frailty, traits.discount
    bits = np.left_shift(1, np.arange(traits.needs.shape[1], dtype=np.int64))
    accounts.needs = (traits.needs * bits).sum(1)
    accounts.opportunity = -1
    for name in DUES:
        accounts[name] = inf
    late = traits.entry > 0.0
    accounts.entry_due = accounts.timer_due = np.where(late, traits.entry, inf)
    for name in FIRST_DAYS:
        accounts[name] = nan


@compiled
def initialize_clocks(world: World) -> None:
    """Give every clock its first amount."""
    for index in range(len(world.accounts)):
        account = world.accounts[index]
        for number in range(CLOCK_COUNT):
            clock = account.clocks[number]
            u, clock.team_word = draw_firing(world, account, number, 0)
            clock.remaining = exponential_amount(u)
            account.dues[number] = inf


@compiled
def start_clocks(world: World) -> None:
    """Let every clock run at the hazard of the account's position."""
    for index in range(len(world.accounts)):
        refresh(world, world.accounts[index])


@compiled
def place_users(world: World, index: int, plan: int, count: int, age: float) -> int:
    """How many of `count` users were placed before the slots ran out."""
    # Placing goes on where it stopped for want of slots: the caller grows them and asks for the rest.
    account = world.accounts[index]
    for placed in range(count):
        if not (make_room(world, account) and make_teams(world, account) and log_has_room(world, 0)):
            return placed
        team = pick_not_using(world, account, draw(world, account, streams.TEAM_OF_PRESENT, account.joined))
        note_team(world, index, account, join(world, account, plan, age, team), team)
    return count


@compiled
def begin_teams(world: World, index: int) -> bool:
    """Whether the account has its teams, which are untouched; else the buffers must grow."""
    return make_teams(world, world.accounts[index])


@compiled
def place_in_team(world: World, index: int, team: int, age: float) -> bool:
    """Put a user on the plan of a team; False where there is no room."""
    account = world.accounts[index]
    if not (make_room(world, account) and log_has_room(world, 0)):
        return False
    note_team(world, index, account, join(world, account, kinds.TEAM, age, team), team)
    return True


@compiled
def place_team_plan(world: World, index: int, team: int) -> None:
    """A team is on a plan."""
    set_paying(world, world.accounts[index], team, 1)


@compiled
def place_lapsed(world: World, index: int, count: int) -> bool:
    """Some users have lapsed before the start; False where there is no room for their teams."""
    account = world.accounts[index]
    if count > 0 and not make_teams(world, account):
        return False
    for nth in range(count):
        team = pick_not_using(world, account, draw(world, account, streams.TEAM_OF_LAPSED, nth))
        move_in_team(world, account, team, -1, 0, 1)
    account.not_using -= count
    account.lapsed += count
    return True


@compiled
def place_contract(world: World, index: int, seats: int, price: int, end: int) -> int:
    """Cents already paid and not yet earned of the account's running term."""
    return resume_contract(world, world.accounts[index], seats, price, end)


@compiled
def place_cool_down(world: World, index: int, until: float) -> None:
    """The account cools down until then."""
    account = world.accounts[index]
    account.cooling = 1
    account.cool_down_due = until
    update_next_timer(account)


@compiled
def place_opportunity(world: World, index: int, stage: int, lasted: float) -> None:
    """An opportunity at a stage that has lasted some days: what comes before it is done, everything else is fresh."""
    account = world.accounts[index]
    new_opportunity(world, index, account, kinds.PRESENT)
    world.stages[account.opportunity, stage].lasted = lasted
    stages = world.stages.shape[1]
    # As many rounds as stages reach every stage before it, whatever the order of the file.
    before = world.after[stage].copy()
    for _ in range(stages):
        for other in range(stages):
            if before[other]:
                before |= world.after[other]
    for other in range(stages):
        if before[other]:
            world.stages[account.opportunity, other].step = DONE


@compiled
def resume_opportunity(world: World, index: int) -> None:
    """Begin the stages of an opportunity that is there at the start."""
    account = world.accounts[index]
    begin_ready(world, index, account)
    update_next_stage(world, account)
    # Several accounts may ask for the same pool at the start; each is served as if it had come in the accounts' order.
    for number in range(len(world.pools)):
        serve_queue(world, number)
