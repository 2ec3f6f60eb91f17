"""What leaders and the vendor's outbound team do.  Counterpart of forecast.engines.simpy_engine.leadership."""

from __future__ import annotations

from math import isnan
from typing import Any

from forecast.compiling.decorators import inner
from forecast.engines.compiled.clocks import refresh, restart_clock
from forecast.engines.compiled.draws import draw
from forecast.engines.compiled.event_log import add, note
from forecast.engines.compiled.groups import lapse_everyone
from forecast.engines.compiled.procurement import open_opportunity
from forecast.engines.compiled.teams import clear_team_plans
from forecast.engines.compiled.world import World
from forecast.model import kinds, metrics, streams
from forecast.model.leadership import BAN, SPONSOR, awareness_outcome, ban_probability

_AWARENESSES = metrics.INDEX["awarenesses"]
_BANS = metrics.INDEX["bans"]
_TEAM_PLANS_ENDED = metrics.INDEX["team_plans_ended"]


@inner
def become_aware(world: World, index: int, account: Any) -> None:
    """Leadership notices: a ban, a sponsor, or nothing."""
    nth, _ = restart_clock(world, account, kinds.AWARENESS)
    rules = world.rules[account.segment]
    ban = ban_probability(rules.awareness.ban, world.reduced_by[account.segment], world.available)
    # Both are drawn, whether or not the first decides: the draws of the n-th awareness do not depend on its outcome.
    u_ban = draw(world, account, streams.AWARENESS_BAN, nth)
    u_sponsor = draw(world, account, streams.AWARENESS_SPONSOR, nth)
    outcome = awareness_outcome(ban, rules.awareness.sponsor, u_ban, u_sponsor)
    add(world, account, _AWARENESSES, 1)
    now = world.progress[0].now
    if isnan(account.aware_day):
        account.aware_day = now
    note(world, account.segment, index, kinds.AWARE, -1, outcome)
    if outcome == BAN:
        add(world, account, _BANS, 1)
        if isnan(account.ban_day):
            account.ban_day = now
        account.banned = 1
        note(world, account.segment, index, kinds.BANNED, -1, lapse_everyone(world, account))
        add(world, account, _TEAM_PLANS_ENDED, clear_team_plans(world, account))
    elif outcome == SPONSOR:
        open_opportunity(world, index, account, kinds.PRODUCT)
    refresh(world, account)


@inner
def reach_out(world: World, index: int, account: Any) -> None:
    """The vendor's own people open an opportunity."""
    # How often outbound has fired matters to its own clock alone, so the number is not needed.
    restart_clock(world, account, kinds.OUTBOUND)
    open_opportunity(world, index, account, kinds.OUTBOUND_SOURCE)
    refresh(world, account)
