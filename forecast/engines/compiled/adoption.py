"""What each event of a user does.  Counterpart of forecast.engines.simpy_engine.adoption."""

from __future__ import annotations

from math import inf, isnan
from typing import Any

from forecast.compiling.decorators import inlined, inner
from forecast.engines.compiled.clocks import refresh, refresh_user_clocks, restart_clock
from forecast.engines.compiled.draws import draw
from forecast.engines.compiled.event_log import add, note, note_beside
from forecast.engines.compiled.team_plans import start_team_plan
from forecast.engines.compiled.teams import is_paying, move_in_team, pick_lapsed, pick_not_using, pick_referred
from forecast.engines.compiled.users import (
    active_users,
    change_plan,
    join,
    lapse_first_user,
    restart_tenure,
    settle_use,
    timer_of_slot,
)
from forecast.engines.compiled.world import World
from forecast.model import kinds, metrics, streams
from forecast.model.kinds import GONE, IN_TRIAL, PAID, SEATED, TEAM
from forecast.model.users import trial_outcome, trial_outcome_under_contract, upgrade_place

_ORGANIC = metrics.INDEX["organic_trials"]
_IMITATION = metrics.INDEX["imitation_trials"]
_ROLLOUTS = metrics.INDEX["rollouts"]
_ACTIVATIONS = metrics.INDEX["activations"]
_CONVERSIONS = metrics.INDEX["conversions"]
_UPGRADES = metrics.INDEX["upgrades"]
_WIN_BACKS = metrics.INDEX["win_backs"]
_ACQUISITION = metrics.INDEX["acquisition_cost_cents"]


@inlined
def fire_account_clock(world: World, index: int, account: Any, number: int) -> None:
    """A clock that concerns the account alone has fired."""
    # First the clock, then what its firing does: the hazards that follow may stop it, and must find the next amount.
    nth, of_team = restart_clock(world, account, number)
    if number == kinds.ORGANIC or number == kinds.IMITATION:
        start_trial(world, index, account, number, of_team)
    elif number == kinds.WIN_BACK:
        win_back(world, index, account, of_team)
    elif number == kinds.UPGRADE:
        upgrade(world, index, account, nth)
    elif number == kinds.ROLLOUT:
        add(world, account, _ROLLOUTS, 1)
        settle_use(account, world.progress[0].now)
        team = pick_not_using(world, account, of_team)
        user = join(world, account, SEATED, 0.0, team)
        note(world, account.segment, index, kinds.ROLLED_OUT, user, 0.0)
        note_team(world, index, account, user, team)
    elif number == kinds.TEAM_PLAN:
        start_team_plan(world, index, account, of_team)
    # These two change more than counts of users, so every clock is looked at; the others end below, with those of
    # users.
    elif number == kinds.CHAMPION_LEAVES:
        account.champion_left = 1
        note(world, account.segment, index, kinds.CHAMPION_LEFT, -1, 0.0)
        refresh(world, account)
        return
    else:
        account.banned = 0
        note(world, account.segment, index, kinds.BAN_LIFTED, -1, 0.0)
        refresh(world, account)
        return
    refresh_user_clocks(world, account)


@inner
def enter_market(world: World, index: int, account: Any) -> None:
    """An account that was not there at the start comes into the market: its clocks begin to run."""
    # Its one timer: before it nothing of the account is due.
    account.entry_due = inf
    account.timer_due = inf
    note(world, account.segment, index, kinds.ENTERED_MARKET, -1, 0.0)
    refresh(world, account)


@inlined
def start_trial(world: World, index: int, account: Any, number: int, of_team: float) -> None:
    """One more user in trial, on their own or referred by a colleague."""
    # The team first, while the counts are those at which the clock has run.
    if number == kinds.ORGANIC:
        add(world, account, _ORGANIC, 1)
        add(world, account, _ACQUISITION, world.rules[account.segment].costs.organic_trial)
        team, teller = pick_not_using(world, account, of_team), 0.0
    else:
        add(world, account, _IMITATION, 1)
        team, teller = 0, 1.0
        if account.teams > 0:
            team, own = pick_referred(world, account, active_users(account), of_team)
            teller = 1.0 if own else 2.0
    now = world.progress[0].now
    if isnan(account.first_trial_day):
        account.first_trial_day = now
    # The driver has made room for one user before the clock fired (`loop.run_alone`).
    user = join(world, account, IN_TRIAL, 0.0, team)
    note(world, account.segment, index, kinds.TRIAL_STARTED, user, teller)
    note_team(world, index, account, user, team)


@inlined
def note_team(world: World, index: int, account: Any, user: int, team: int) -> None:
    """Write which team somebody has joined, where there are teams."""
    if account.teams > 0:
        note_beside(world, account.segment, index, kinds.JOINED_TEAM, user, team)


@inner
def win_back(world: World, index: int, account: Any, of_team: float) -> None:
    """A lapsed user is eligible again."""
    team = pick_lapsed(world, account, of_team)
    move_in_team(world, account, team, 1, 0, -1)
    add(world, account, _WIN_BACKS, 1)
    account.lapsed -= 1
    account.not_using += 1
    note(world, account.segment, index, kinds.WON_BACK, -1, float(team))


@inner
def upgrade(world: World, index: int, account: Any, nth: int) -> None:
    """A free user pays, with a new tenure."""
    add(world, account, _UPGRADES, 1)
    settle_use(account, world.progress[0].now)
    place = upgrade_place(draw(world, account, streams.UPGRADE_PICK, nth), account.free)
    # `free` of the slot with that number is an entry of the list of free users, and names a slot; see records.USER.
    slot = world.users[account.at + place].free
    change_plan(world, account, slot, PAID)
    note(world, account.segment, index, kinds.UPGRADED, world.users[account.at + slot].number, 0.0)
    # The tenure on the free plan is given up: the heap has one timer a user, so it is changed in place.
    restart_tenure(world, account, timer_of_slot(world, account, slot))


@inlined
def end_trial(world: World, index: int, account: Any, slot: int) -> None:
    """The outcome of the trial that ends first, under the rules in force now."""
    rules = world.rules[account.segment]
    user = world.users[account.at + slot]
    u_activation = draw(world, account, streams.ACTIVATION, user.number)
    # Known before the other two are drawn: most trials fail here, and a draw is the dearest part of the event.
    if u_activation >= rules.trial.activation:
        plan = GONE
    elif account.contract:
        plan = trial_outcome_under_contract(rules.trial.activation, u_activation)
    elif is_paying(world, account, user.team):
        plan = TEAM
    else:
        u_paid = draw(world, account, streams.TO_PAID, user.number)
        u_free = draw(world, account, streams.KEEP_FREE, user.number)
        plan = trial_outcome(
            rules.trial.activation, rules.trial.to_paid, rules.trial.keep_free, u_activation, u_paid, u_free
        )
    if u_activation < rules.trial.activation:
        add(world, account, _ACTIVATIONS, 1)
    if plan == GONE:
        lapse_first_user(world, account)
        note(world, account.segment, index, kinds.TRIAL_FAILED, user.number, 0.0)
    else:
        settle_use(account, world.progress[0].now)
        change_plan(world, account, slot, plan)
        move_in_team(world, account, user.team, 0, 1, 0)
        add(world, account, _CONVERSIONS, 1 if plan == PAID else 0)
        note(world, account.segment, index, kinds.ACTIVATED, user.number, plan)
        # Whose trial has ended first stands at the root of the heap.
        restart_tenure(world, account, 0)
    refresh_user_clocks(world, account)


@inlined
def leave(world: World, index: int, account: Any, slot: int) -> None:
    """The tenure that ends first has ended."""
    settle_use(account, world.progress[0].now)
    user = world.users[account.at + slot]
    note(world, account.segment, index, kinds.LEFT, user.number, user.plan)
    lapse_first_user(world, account)
    refresh_user_clocks(world, account)
