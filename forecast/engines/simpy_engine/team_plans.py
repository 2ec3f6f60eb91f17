"""Team plans begin and end: a team pays for itself, by card, while enough of it use the product (docs/model.md, 5)."""

from __future__ import annotations

from forecast.engines.simpy_engine.adoption import release_users
from forecast.engines.simpy_engine.calendar import Process
from forecast.engines.simpy_engine.entities import Account
from forecast.model import kinds, streams
from forecast.model.kinds import PAID, TEAM


def team_plans(account: Account) -> Process:
    """A team takes a plan: all its active users are on it, with new tenures."""
    while True:
        yield account.clocks[kinds.TEAM_PLAN].firing()
        team = account.teams.pick_ready(account.of_team(kinds.TEAM_PLAN)) if account.teams else 0
        account.add("team_plans_started")
        account.mark_first_day("team_plan_day")
        account.settle_use()
        # The free ones from the end of their list: its order is part of the events.
        free = [account.users[number] for number in reversed(account.free)]
        paid = [user for user in account.users.values() if user.plan == PAID]
        members = [user for user in (*free, *paid) if user.team == team]
        for user in members:
            account.change_plan(user, TEAM)
            account.interrupt(user)
        account.set_paying(team, paying=True)
        account.note(kinds.TEAM_PLAN_STARTED, team, len(members))
        account.refresh()


def end_team_plans(account: Account) -> None:
    """At a month's end the plan of a team that has too few active users ends; its users go on for free, or lapse."""
    for team in sorted(account.paying):
        if account.active_in(team) >= account.rules.plans.team_min_users:
            continue
        nth, account.team_plan_ends = account.team_plan_ends, account.team_plan_ends + 1
        account.add("team_plans_ended")
        account.note(kinds.TEAM_PLAN_ENDED, team, account.active_in(team))
        members = [user for user in account.users.values() if user.team == team and user.plan == TEAM]
        release_users(account, members, streams.KEEP_FREE_AT_TEAM_END + nth)
        account.set_paying(team, paying=False)
