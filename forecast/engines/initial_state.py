"""The accounts of the accounts file at the start, and the price of a contract that runs; for both engines.

Knows no engine: an engine puts the accounts where they are.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from forecast.model.contract import SeatPrice, price_before_tiers, price_of_seats, tier_discount
from forecast.model.kinds import FREE, IN_TRIAL, PAID, SEATED, TEAM
from forecast.model.parameters import Parameters
from forecast.model.teams import teams_that_pay
from forecast.scenario import Cohort, PresentAccount
from forecast.types import Floats


class UserGroup(NamedTuple):
    """Present users of one plan and age, who join one after the other."""

    plan: int
    users: int
    age_days: float


def accounts_at_start(parameters: Parameters) -> list[tuple[int, PresentAccount]]:
    """The accounts of the accounts file and their places among all, in the order of the places."""
    present = {(each.segment, each.account): each for each in parameters.scenario.present}
    if not present:
        return []
    segments = (parameters.segments[segment] for segment in parameters.account_segment.tolist())
    rows = (present.get(address) for address in zip(segments, parameters.account_names, strict=True))
    return [(index, row) for index, row in enumerate(rows) if row is not None]


def present_users(row: PresentAccount) -> Iterator[UserGroup]:
    """The users of an account in the order of their numbers, but for those on team plans, who come before them.

    That is free ones, those who pay, those in trial.  Under a contract all who are active have seats.
    """
    seated = row.contract_end is not None
    yield from _groups(row, SEATED if seated else FREE, 0, row.free_users)
    yield from _groups(row, SEATED if seated else PAID, row.free_users, row.paid_users)
    for users, age in row.in_trial:
        yield UserGroup(IN_TRIAL, users, age)


def present_team_users(row: PresentAccount, sizes: Sequence[int]) -> Iterator[tuple[int, float]]:
    """The team and the age of each user on a team plan, in an account with teams of these sizes."""
    groups = _groups(row, TEAM, row.free_users + row.paid_users, row.team_users)
    ages = (age for _, users, age in groups for _ in range(users))
    return zip(teams_that_pay(sizes, row.team_users, row.teams), ages, strict=True)


def _groups(row: PresentAccount, plan: int, first: int, count: int) -> Iterator[UserGroup]:
    """The users of a plan by their ages; cohorts are given out as they stand: to free, paying and then team users."""
    before = 0
    for users, age in row.cohorts or (Cohort(first + count, row.age_days),):
        both = min(before + users, first + count) - max(before, first)
        if both > 0:
            yield UserGroup(plan, both, age)
        before += users


def stage_age(row: PresentAccount) -> float:
    """The days that the stage of an open purchase has lasted; 0 where that is not known."""
    return float(-(row.stage_entered or 0))


def present_price(row: PresentAccount, list_price: int, discount: float, tiers: Floats) -> SeatPrice:
    """The price of a seat of a present contract: the file's, with its tier in it, or today's with the discounts."""
    if row.price_cents is None:
        return price_of_seats(list_price, discount, row.seats, tiers)
    return SeatPrice(row.price_cents, price_before_tiers(row.price_cents, tier_discount(row.seats, tiers)))
