"""The hazard clocks of an account: how fast each runs now, and which fires first.

Counterpart of `Clock` and `Account.refresh` of the SimPy engine.
"""

from __future__ import annotations

from math import inf
from typing import Any

from forecast.compiling.decorators import inlined, inner
from forecast.engines.compiled.draws import draw_firing
from forecast.engines.compiled.records import CLOCK_COUNT
from forecast.engines.compiled.teams import reach_in_teams, ready_teams
from forecast.engines.compiled.users import active_users
from forecast.engines.compiled.world import World
from forecast.model import hazards, kinds
from forecast.model.hazards import exponential_amount, remaining_amount
from forecast.randomness import uniform_of_word


@inlined
def set_hazard(account: Any, number: int, hazard: float, now: float) -> None:
    """Let a clock run at another hazard from now on; the same value changes nothing."""
    # The guard is part of the result, not only of the speed: recomputing `remaining` at an unchanged hazard would round
    # it once more, and SimPy's Clock does not (test_agreement).
    clock = account.clocks[number]
    if hazard == clock.hazard:
        return
    # What is left is in units of hazard times days; at hazard 0 time passes and nothing of it is used up.
    clock.remaining = remaining_amount(clock.remaining, clock.hazard, now - clock.since)
    clock.since = now
    clock.hazard = hazard
    account.dues[number] = now + clock.remaining / hazard if hazard > 0.0 else inf


@inlined
def restart_clock(world: World, account: Any, number: int) -> tuple[int, float]:
    """The number of the firing that happens now, and the draw of its team; the clock gets its next amount."""
    clock = account.clocks[number]
    fired, of_team = clock.fired, uniform_of_word(clock.team_word)
    # Draw 0 was taken when the replication began (`initialize_clocks`): the n-th firing draws the amount n + 1.
    clock.fired = fired + 1
    u, clock.team_word = draw_firing(world, account, number, fired + 1)
    clock.remaining = exponential_amount(u)
    clock.since = world.progress[0].now
    account.dues[number] = clock.since + clock.remaining / clock.hazard if clock.hazard > 0.0 else inf
    return int(fired), of_team


@inlined
def organic_hazard(world: World, account: Any) -> float:
    """The hazard of an organic trial, at the present level of the market, season and spillover."""
    rules = world.rules[account.segment]
    progress = world.progress[0]
    season, share = world.seasons[account.segment, progress.season], progress.active_share
    rate = rules.adoption.organic * progress.level
    return hazards.organic(rate, account.frailty, season, rules.adoption.spillover, share, account.not_using)


@inlined
def imitation_hazard(world: World, account: Any, active: int) -> float:
    """The hazard of a trial started because colleagues use the product, at the present level of the market."""
    rules = world.rules[account.segment]
    multiple = rules.contract.imitation_multiple if account.contract else 1.0
    rate = rules.adoption.imitation_rate * multiple * world.progress[0].level
    if account.teams > 0:
        reach = reach_in_teams(world, account, active)
        return hazards.imitation_in_teams(rate, account.frailty, reach)
    return hazards.imitation(
        rate,
        account.frailty,
        active,
        account.not_using,
        account.headcount,
        rules.adoption.exponent,
        rules.adoption.threshold,
    )


@inner
def awareness_hazard(rules: Any, account: Any, active: int) -> float:
    """The hazard of leadership's notice, with nothing open, signed, banned or cooling."""
    bills = hazards.proportional(rules.awareness.team_bills, account.paying_teams)
    if active < rules.awareness.min_users:
        return bills
    return bills + hazards.awareness(
        rules.awareness.base_hazard,
        rules.awareness.peak,
        rules.awareness.visibility,
        rules.awareness.half_share,
        rules.awareness.sharpness,
        active,
        account.headcount,
    )


@inlined
def team_plan_hazard(world: World, rules: Any, account: Any, active: int) -> float:
    """The hazard of a team plan, outside a contract."""
    if rules.plans.team_rate == 0.0:
        return 0.0
    return hazards.proportional(rules.plans.team_rate, ready_teams(world, account, active))


@inner
def may_open_opportunity(account: Any) -> bool:
    """Whether leadership could notice, and the vendor call: nothing open, cooling, signed or live."""
    # Every event of a user of an account without a contract asks this: the fields stand among the hot ones of ACCOUNT.
    quiet = account.opportunity < 0 and account.cooling == 0 and account.contract == 0
    return bool(quiet and account.start_due == inf)


@inlined
def refresh_user_clocks(world: World, account: Any) -> None:
    """Give the clocks that depend on the counts of users their hazards; the account is not banned."""
    now = world.progress[0].now
    rules = world.rules[account.segment]
    active = active_users(account)
    set_hazard(account, kinds.ORGANIC, organic_hazard(world, account), now)
    set_hazard(account, kinds.IMITATION, imitation_hazard(world, account, active), now)
    set_hazard(account, kinds.UPGRADE, hazards.proportional(rules.plans.upgrade, account.free), now)
    set_hazard(account, kinds.WIN_BACK, hazards.proportional(rules.adoption.win_back, account.lapsed), now)
    # The clocks that are left out here keep their hazards: use alone does not change them.  Who changes contract, ban,
    # purchase, cool-down or champion calls `refresh`.
    if account.contract:
        set_hazard(account, kinds.ROLLOUT, hazards.proportional(rules.contract.rollout, account.not_using), now)
    else:
        set_hazard(account, kinds.TEAM_PLAN, team_plan_hazard(world, rules, account, active), now)
        if may_open_opportunity(account):
            set_hazard(account, kinds.AWARENESS, awareness_hazard(rules, account, active), now)
    update_next_clock(account)


@inner
def refresh(world: World, account: Any) -> None:
    """Give every clock the hazard that follows from the account as it is now."""
    now = world.progress[0].now
    rules = world.rules[account.segment]
    if account.entry_due < inf:
        return
    if account.banned:
        for number in range(CLOCK_COUNT):
            set_hazard(account, number, rules.ban.lift if number == kinds.BAN_LIFT else 0.0, now)
        update_next_clock(account)
        return
    # Those that `refresh_user_clocks` sets only under a condition are stopped here where the condition fails.
    set_hazard(account, kinds.TEAM_PLAN if account.contract else kinds.ROLLOUT, 0.0, now)
    if not may_open_opportunity(account):
        set_hazard(account, kinds.AWARENESS, 0.0, now)
    set_hazard(account, kinds.OUTBOUND, rules.outbound.rate if may_open_opportunity(account) else 0.0, now)
    here = account.contract == 1 and account.champion_left == 0
    set_hazard(account, kinds.CHAMPION_LEAVES, rules.contract.champion_leaves if here else 0.0, now)
    set_hazard(account, kinds.BAN_LIFT, 0.0, now)
    refresh_user_clocks(world, account)


assert CLOCK_COUNT == 10  # an eleventh clock needs a place in this tree of minima


@inlined
def update_next_clock(account: Any) -> None:
    """Remember when the first clock fires."""
    # Written out: after every event of a user this is what the compiled loop does most; a loop over the ten branches.
    dues = account.dues
    start = min(min(dues[0], dues[1]), min(dues[2], dues[3]))
    later = min(min(dues[4], dues[5]), min(dues[6], dues[7]))
    account.clock_due = min(min(start, later), min(dues[8], dues[9]))


@inlined
def next_clock(account: Any) -> int:
    """The clock that fires next; of two at the same instant the one that stands first in the table."""
    # Equal floats: clock_due is a copy of one of them, not a sum.
    for number in range(CLOCK_COUNT):
        if account.dues[number] == account.clock_due:
            return number
    return CLOCK_COUNT
