"""Team plans begin and end.  Counterpart of forecast.engines.simpy_engine.team_plans."""

from __future__ import annotations

from math import isnan
from typing import Any

import numpy as np

from forecast.compiling.decorators import inner
from forecast.engines.compiled.event_log import add, note
from forecast.engines.compiled.groups import release_users, restart_tenures, slots_by_number
from forecast.engines.compiled.teams import is_paying, pick_ready, set_paying
from forecast.engines.compiled.users import active_users, change_plan, settle_use
from forecast.engines.compiled.world import World
from forecast.model import kinds, metrics, streams
from forecast.model.kinds import IN_TRIAL, TEAM

_STARTED = metrics.INDEX["team_plans_started"]
_ENDED = metrics.INDEX["team_plans_ended"]


@inner
def start_team_plan(world: World, index: int, account: Any, nth: int) -> None:
    """A team pays for itself: all its active users are on its plan, with new tenures."""
    now = world.progress[0].now
    team = pick_ready(world, account, nth)
    add(world, account, _STARTED, 1)
    if isnan(account.team_plan_day):
        account.team_plan_day = now
    settle_use(account, now)
    changed = np.zeros(account.room, np.bool_)
    members = 0
    for slot in slots_by_number(world, account):
        if slot < 0 or world.users[account.at + slot].team != team or world.users[account.at + slot].plan == IN_TRIAL:
            continue
        change_plan(world, account, slot, TEAM)
        changed[slot] = True
        members += 1
    restart_tenures(world, account, changed)
    set_paying(world, account, team, 1)
    note(world, account.segment, index, kinds.TEAM_PLAN_STARTED, team, members)


@inner
def end_team_plans(world: World, index: int, account: Any) -> None:
    """At a month's end the plan of a team that has too few active users ends; its users go on for free, or lapse."""
    least = world.rules[account.segment].plans.team_min_users
    for team in range(max(account.teams, 1)):
        if not is_paying(world, account, team) or users_of_team(world, account, team) >= least:
            continue
        nth = account.team_plan_ends
        account.team_plan_ends += 1
        add(world, account, _ENDED, 1)
        note(world, account.segment, index, kinds.TEAM_PLAN_ENDED, team, users_of_team(world, account, team))
        release_users(world, index, account, (TEAM, team), streams.KEEP_FREE_AT_TEAM_END + nth)
        set_paying(world, account, team, 0)


@inner
def users_of_team(world: World, account: Any, team: int) -> int:
    """How many active users a team has."""
    if account.teams == 0:
        return active_users(account)
    return int(world.nodes[account.tree + account.leaves + team].active)
