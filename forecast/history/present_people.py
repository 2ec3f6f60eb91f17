"""People who are there at the start, as the events by which they came: before the start, so long ago as is known."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from forecast.engines.initial_state import present_team_users, present_users
from forecast.history.played_log import PlayedLog, microseconds
from forecast.model import streams
from forecast.model.kinds import FREE, IN_TRIAL, PAID, SEATED, TEAM
from forecast.scenario import PresentAccount
from forecast.scenario.records import AGE_UNKNOWN

JUST_BEFORE = -1  # microseconds: where the file says `at the start`, so that it is no event of the forecast
LONG_AGO = microseconds(-1.0)  # where nothing says since when
_EVENT_OF_PLAN = {FREE: "activate", PAID: "pay", SEATED: "activate", TEAM: "activate", IN_TRIAL: "start"}


class _PastEvent(NamedTuple):
    """An event before the start, in microseconds; `user` is a number, or None: of the account as a whole."""

    time: int
    user: int | str | None
    event: str
    team: int | None = None


def past_events(log: PlayedLog, account: int) -> Iterator[_PastEvent]:
    """How an account of the accounts file came to where it is; the teams of its users are in the log."""
    row = log.present[account]
    sizes = log.teams[account]
    yield from _team_plans(row, sizes, log.sizes[account])
    yield from _lapsed(log, row, account)
    number = row.team_users
    for group in present_users(row):
        for _ in range(group.users):
            age = log.days_tried(account, number) if group.age_days == AGE_UNKNOWN else group.age_days
            yield _PastEvent(_begun(age), number, _EVENT_OF_PLAN[group.plan])
            if group.plan == FREE and row.team_users:  # on a plan of their own, although their team may pay
                yield _PastEvent(_begun(age), number, "downgrade")
            number += 1
    if row.banned_since is not None:
        yield _PastEvent(_begun(-row.banned_since), None, "banned")
    if row.cooling_until is not None:
        yield _PastEvent(LONG_AGO, None, "cooling_down")


def oldest_user(row: PresentAccount) -> float:
    """Days since the first of the active users came to their plan."""
    return max([each.age_days for each in row.cohorts] or [row.age_days])


def _begun(age: float) -> int:
    """When something of this age began."""
    return min(-microseconds(age), JUST_BEFORE)


def _team_plans(row: PresentAccount, sizes: Sequence[int], people: int) -> Iterator[_PastEvent]:
    """Team plans, and then those who are on them."""
    on_plans = list(present_team_users(row, sizes or (people,))) if row.team_users else []
    begun = _begun(max((age for _, age in on_plans), default=0.0))
    for team in sorted({team for team, _ in on_plans}):
        yield _PastEvent(begun, None, "team_plan_started", team if sizes else None)
    for number, (_, days) in enumerate(on_plans):
        yield _PastEvent(_begun(days), number, _EVENT_OF_PLAN[TEAM])


def _lapsed(log: PlayedLog, row: PresentAccount, account: int) -> Iterator[_PastEvent]:
    """Those who lapsed before the start, in the teams in which the engines put them (`place_account`)."""
    sizes = log.teams[account]
    idle = list(sizes)
    for team, _ in present_team_users(row, sizes) if sizes and row.team_users else ():
        idle[team] -= 1
    for nth in range(row.lapsed_users):
        former = f"former{nth}"
        if not sizes:
            yield _PastEvent(LONG_AGO, former, "lapse")
            continue
        place = _team_of(idle, log.draw(account, streams.TEAM_OF_LAPSED, nth))
        idle[place] -= 1
        yield _PastEvent(LONG_AGO, former, "lapse", place)


def _team_of(idle: Sequence[int], u: float) -> int:
    """The team of one of those who do not use it, each as likely; team by team."""
    place = min(int(u * sum(idle)), sum(idle) - 1)
    for team, people in enumerate(idle):
        if place < people:
            return team
        place -= people
    raise AssertionError("everybody uses it")
