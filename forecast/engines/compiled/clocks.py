"""How fast does each clock run now, and which fires first?  Counterpart of `Clock` and `Account.refresh`."""

from __future__ import annotations

from math import inf
from typing import Any

from forecast.engines.compiled.journal import draw
from forecast.engines.compiled.records import CLOCKS
from forecast.engines.compiled.world import World
from forecast.jit import inlined, inner
from forecast.model import hazards, kinds, streams
from forecast.model.hazards import exponential_amount, remaining_amount


@inlined
def run_at(account: Any, number: int, hazard: float, now: float) -> None:
    """Let a clock run at another hazard from now on; the same value changes nothing."""
    clock = account.clocks[number]
    if hazard == clock.hazard:
        return
    clock.remaining = remaining_amount(clock.remaining, clock.hazard, now - clock.since)
    clock.since = now
    clock.hazard = hazard
    account.dues[number] = now + clock.remaining / hazard if hazard > 0.0 else inf


@inlined
def rewind(world: World, account: Any, number: int) -> int:
    """The number of the firing that happens now; the clock gets its next amount."""
    clock = account.clocks[number]
    fired = clock.fired
    clock.fired = fired + 1
    clock.remaining = exponential_amount(draw(world, account, streams.CLOCK + number, fired + 1))
    clock.since = world.progress[0].now
    account.dues[number] = clock.since + clock.remaining / clock.hazard if clock.hazard > 0.0 else inf
    return int(fired)


@inlined
def organic(world: World, account: Any) -> float:
    """The hazard of an organic trial, at the present season and spillover."""
    rules = world.rules[account.segment]
    progress = world.progress[0]
    season, share = world.seasons[account.segment, progress.season], progress.active_share
    return hazards.organic(rules.organic, account.frailty, season, rules.spillover, share, account.eligible)


@inlined
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
def is_quiet(account: Any) -> bool:
    """Whether leadership could notice, and the vendor call: nothing open, cooling or signed."""
    return bool(account.opportunity < 0 and account.cooling == 0 and account.contract == 0)


@inlined
def follow_use(world: World, account: Any) -> None:
    """Give the clocks that depend on the counts of users their hazards; the account is not banned."""
    now = world.progress[0].now
    rules = world.rules[account.segment]
    active = account.free + account.paid + account.seated
    run_at(account, kinds.ORGANIC, organic(world, account), now)
    run_at(account, kinds.IMITATION, imitation(rules, account, active), now)
    run_at(account, kinds.UPGRADE, hazards.proportional(rules.upgrade, account.free), now)
    run_at(account, kinds.WIN_BACK, hazards.proportional(rules.win_back, account.lapsed), now)
    if account.contract:
        run_at(account, kinds.ROLLOUT, hazards.proportional(rules.rollout, account.eligible), now)
    elif is_quiet(account):
        run_at(account, kinds.AWARENESS, awareness(rules, account, active), now)
    find_first(account)


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
    if not account.contract:
        run_at(account, kinds.ROLLOUT, 0.0, now)
    if not is_quiet(account):
        run_at(account, kinds.AWARENESS, 0.0, now)
    run_at(account, kinds.OUTBOUND, rules.outbound if is_quiet(account) else 0.0, now)
    here = account.contract == 1 and account.champion_left == 0
    run_at(account, kinds.CHAMPION_LEAVES, rules.champion_leaves if here else 0.0, now)
    run_at(account, kinds.BAN_LIFT, 0.0, now)
    follow_use(world, account)


@inlined
def find_first(account: Any) -> None:
    """Remember when the first clock fires."""
    dues = account.dues
    start = min(min(dues[0], dues[1]), min(dues[2], dues[3]))
    later = min(min(dues[4], dues[5]), min(dues[6], dues[7]))
    account.clock_due = min(min(start, later), dues[8])


@inlined
def first_clock(account: Any) -> int:
    """The clock that fires next; of two at the same instant the one that stands first in the table."""
    for number in range(CLOCKS):
        if account.dues[number] == account.clock_due:
            return number
    return CLOCKS
