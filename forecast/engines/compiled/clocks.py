"""How fast does each clock run now, and which fires first?  Counterpart of `Clock` and `Account.refresh`."""

from __future__ import annotations

from math import inf
from typing import Any

from forecast.engines.compiled.journal import draw
from forecast.engines.compiled.records import CLOCKS
from forecast.engines.compiled.world import World
from forecast.jit import inner
from forecast.model import hazards, kinds, streams
from forecast.model.hazards import exponential_amount, remaining_amount


@inner
def run_at(account: Any, number: int, hazard: float, now: float) -> None:
    """Let a clock run at another hazard from now on; the same value changes nothing."""
    clock = account.clocks[number]
    if hazard == clock.hazard:
        return
    clock.remaining = remaining_amount(clock.remaining, clock.hazard, now - clock.since)
    clock.since = now
    clock.hazard = hazard
    clock.due = now + clock.remaining / hazard if hazard > 0.0 else inf


@inner
def rewind(world: World, account: Any, number: int) -> int:
    """The number of the firing that happens now; the clock gets its next amount."""
    clock = account.clocks[number]
    fired = clock.fired
    clock.fired = fired + 1
    clock.remaining = exponential_amount(draw(world, account, streams.CLOCK + number, fired + 1))
    clock.since = world.progress[0].now
    clock.due = clock.since + clock.remaining / clock.hazard if clock.hazard > 0.0 else inf
    return int(fired)


@inner
def organic(world: World, account: Any) -> float:
    """The hazard of an organic trial, at the present season and spillover."""
    rules = world.rules[account.segment]
    season, share = world.seasons[account.segment], world.progress[0].active_share
    return hazards.organic(rules.organic, account.frailty, season, rules.spillover, share, account.eligible)


@inner
def imitation(rules: Any, account: Any, active: int) -> float:
    """The hazard of a trial started because colleagues use the product."""
    multiple = rules.imitation_multiple if account.contract else 1.0
    return hazards.imitation(
        rules.imitation * multiple,
        account.frailty,
        active,
        account.eligible,
        account.headcount,
        rules.exponent,
        rules.threshold,
    )


@inner
def awareness(rules: Any, account: Any, active: int) -> float:
    """The hazard of leadership's notice, with nothing open, signed, banned or cooling."""
    if active < rules.min_users:
        return 0.0
    return hazards.awareness(
        rules.awareness_base,
        rules.awareness_peak,
        rules.visibility,
        rules.half_share,
        rules.sharpness,
        active,
        account.headcount,
    )


@inner
def refresh(world: World, account: Any) -> None:
    """Give every clock the hazard that follows from the account as it is now."""
    now = world.progress[0].now
    rules = world.rules[account.segment]
    if account.banned:
        for number in range(CLOCKS):
            run_at(account, number, rules.ban_lift if number == kinds.BAN_LIFT else 0.0, now)
        find_first(account)
        return
    active = account.free + account.paid + account.seated
    quiet = account.opportunity < 0 and account.cooling == 0 and account.contract == 0
    run_at(account, kinds.ORGANIC, organic(world, account), now)
    run_at(account, kinds.IMITATION, imitation(rules, account, active), now)
    run_at(account, kinds.UPGRADE, hazards.proportional(rules.upgrade, account.free), now)
    run_at(account, kinds.WIN_BACK, hazards.proportional(rules.win_back, account.lapsed), now)
    run_at(
        account, kinds.ROLLOUT, hazards.proportional(rules.rollout, account.eligible) if account.contract else 0.0, now
    )
    run_at(account, kinds.AWARENESS, awareness(rules, account, active) if quiet else 0.0, now)
    run_at(account, kinds.OUTBOUND, rules.outbound if quiet else 0.0, now)
    here = account.contract == 1 and account.champion_left == 0
    run_at(account, kinds.CHAMPION_LEAVES, rules.champion_leaves if here else 0.0, now)
    run_at(account, kinds.BAN_LIFT, 0.0, now)
    find_first(account)


@inner
def find_first(account: Any) -> None:
    """Remember which clock fires first; of two at the same instant the one that stands first in the table."""
    account.clock_next = 0
    account.clock_due = account.clocks[0].due
    for number in range(1, CLOCKS):
        if account.clocks[number].due < account.clock_due:
            account.clock_next = number
            account.clock_due = account.clocks[number].due
