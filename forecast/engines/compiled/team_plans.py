"""Team plans begin and end.  Counterpart of forecast.engines.simpy_engine.team_plans."""

from __future__ import annotations

from math import inf, isnan
from typing import Any

from forecast.compiling.decorators import inner
from forecast.engines.compiled.event_log import add, note
from forecast.engines.compiled.groups import release_team
from forecast.engines.compiled.teams import next_paying, pick_ready, set_paying
from forecast.engines.compiled.users import (
    active_users,
    bring_to_front,
    change_plan,
    first_end,
    restart_tenure,
    settle_use,
)
from forecast.engines.compiled.world import World
from forecast.model import kinds, metrics, streams
from forecast.model.kinds import PAID, TEAM

_STARTED = metrics.INDEX["team_plans_started"]
_ENDED = metrics.INDEX["team_plans_ended"]


@inner
def start_team_plan(world: World, index: int, account: Any, of_team: float) -> None:
    """A team pays for itself: all its active users are on its plan, with new tenures."""
    now = world.progress[0].now
    team = pick_ready(world, account, of_team)
    add(world, account, _STARTED, 1)
    if isnan(account.team_plan_day):
        account.team_plan_day = now
    settle_use(account, now)
    users, at = world.users, account.at
    # From the end of the list, so that who fills a gap has been looked at: its order is part of the events.
    for place in range(account.free - 1, -1, -1):
        if users[at + users[at + place].free].team == team:
            change_plan(world, account, users[at + place].free, TEAM)
    members = restart_members(world, account, team)
    set_paying(world, account, team, 1)
    note(world, account.segment, index, kinds.TEAM_PLAN_STARTED, team, members)


@inner
def restart_members(world: World, account: Any, team: int) -> int:
    """How many active users a team has: all are on its plan now, with new tenures; the free ones are so already."""
    members = 0
    bring_to_front(world, account, team, PAID)
    while first_end(world, account) == -inf:
        slot = world.timers[account.at].slot
        if world.users[account.at + slot].plan == PAID:
            change_plan(world, account, slot, TEAM)
        restart_tenure(world, account, 0)
        members += 1
    return members


@inner
def end_team_plans(world: World, index: int, account: Any) -> None:
    """At a month's end the plan of a team that has too few active users ends; its users go on for free, or lapse."""
    least = world.rules[account.segment].plans.team_min_users
    team = next_paying(world, account, 0)
    while team >= 0:
        members = users_of_team(world, account, team)
        if members < least:
            nth = account.team_plan_ends
            account.team_plan_ends += 1
            add(world, account, _ENDED, 1)
            note(world, account.segment, index, kinds.TEAM_PLAN_ENDED, team, members)
            if members > 0:
                release_team(world, index, account, team, streams.KEEP_FREE_AT_TEAM_END + nth)
            set_paying(world, account, team, 0)
        team = next_paying(world, account, team + 1)


@inner
def users_of_team(world: World, account: Any, team: int) -> int:
    """How many active users a team has."""
    if account.teams == 0:
        return active_users(account)
    return int(world.nodes[account.tree + account.first_leaf + team].active)
