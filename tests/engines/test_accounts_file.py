"""Does everybody start where the accounts file has them?  Present users, contracts and purchases (docs/model.md, 4)."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from identities import check
from scipy import stats

from forecast.engines.result import ENTERED
from forecast.model import kinds

Tree = dict[str, Any]


def market(months: int = 3, accounts: int = 0, **blocks: Any) -> Tree:
    """A scenario from 2026-01-01 in which nothing happens but what the blocks say."""
    segments = {"a": {"accounts": accounts, "eligible_users": 5}, "b": {"accounts": 0, "eligible_users": 5}}
    clock = {"start": "2026-01-01", "horizon": f"{months} months"}
    return {"schema": 1, "clock": clock, "market": {"segments": segments}, **blocks}


USERS = ("not_using", "in_trial", "free_users", "paid_users", "seated_users", "lapsed_users")


def test_month_zero_is_the_file(play):
    rows = "Acme,b,20,4,3,2,,,,,1\nBeta,a,9,1,2,3,5,12.50,2026-06-30,,1\nIdle,a,7,,,,,,,,\nBuyer,a,8,1,,,,,,sign,1\n"
    tree = market(procurement={"stages": {"sign": {"duration": "9 years"}}}, pricing={"paid": "20 USD"})
    books = play(tree, rows)
    check(books.parameters, books.result)
    assert books.parameters.account_names == ["Beta", "Idle", "Buyer", "Acme"]
    opening = {row: [books.months(name, row)[0] for name in USERS] for row in ("a", "b")}
    assert opening == {"a": [3 + 7 + 7, 0, 1, 0, 3, 3], "b": [11, 0, 4, 3, 0, 2]}
    assert [books.months(name, "a")[0] for name in ("seats", "contracts", "open_opportunities")] == [5, 1, 1]
    assert [books.months(name, "a")[0] for name in ("enterprise_arr_cents", "self_serve_arr_cents")] == [75000, 0]
    assert books.months("arr_cents", "b")[0] == 12 * 3 * 2000
    assert books.months("receivables_cents")[0] == 0
    assert books.flows("new_arr_cents") == {}
    accounts = books.result.accounts
    assert accounts.eligible_users.tolist() == [9, 7, 8, 20]
    assert accounts.started_active.tolist() == [True, False, True, True]
    assert accounts.started_under_contract.tolist() == [True, False, False, False]
    assert np.isnan(accounts.contract_day).all()
    assert accounts.opportunity_day.tolist()[2] == 0.0


def test_a_price_that_is_not_given_is_the_list_price_less_the_discount(play):
    tree = market(pricing={"enterprise": "39 USD", "discount": "20%"})
    books = play(tree, "Beta,a,9,1,2,3,5,,2026-06-30,,1\nCito,a,9,1,2,3,5,0,2026-06-30,,1\n")
    assert books.months("enterprise_arr_cents")[0] == 12 * 5 * 3120


def test_a_file_alone_and_a_file_beside_generated_accounts(play):
    tree = market(accounts=2)
    books = play(tree, "Acme,a,3,1,,,,,,,\n")
    assert books.parameters.account_names == ["a-1", "a-2", "Acme"]
    assert [books.months(name)[0] for name in USERS] == [5 + 5 + 2, 0, 1, 0, 0, 0]
    alone = play(market(), "Acme,a,3,1,,,,,,,\n")
    assert alone.parameters.account_names == ["Acme"]
    check(alone.parameters, alone.result)


@pytest.mark.parametrize(
    ("churn", "age", "left"),
    [
        ("100 days", "1", 100 - 30.4375),
        ("100 days", "", 100.0),
        ({"discrete": {"20 days": 0.5, "75 days": 0.5}}, "1", 75 - 30.4375),
    ],
)
def test_what_is_left_of_a_tenure(play, churn, age, left):
    books = play(market(6, churn={"free": churn}), f"Acme,a,3,1,,,,,,,{age}\n")
    (time, user, plan), *more = books.events(kinds.LEFT)
    if age or not isinstance(churn, dict):
        assert (time, user, plan, more) == (pytest.approx(left), 0, kinds.FREE, [])


def test_residual_tenures_follow_the_law_of_those_who_are_still_there(play):
    # Lomax with a CV of 1 and 0.05 a day: after 60 days, S(t | 60) = (1 + 3) / (1 + 0.05 (60 + t)) for t > 0.
    rows = f"Acme,a,400,400,,,,,,,{60 / 30.4375:.12f}\n"
    churn = {"free": {"hazard": "0.05 per day", "heterogeneity_cv": 1}}
    books = play(market(60, churn=churn), rows)
    left = np.array([time for time, _, _ in books.events(kinds.LEFT)])
    horizon = 1826.0
    within = 1 - 4 / (1 + 0.05 * (60 + horizon))
    law = stats.kstest(left, lambda t: (1 - 4 / (1 + 0.05 * (60 + t))) / within)
    assert law.pvalue > 1e-6  # one false alarm in a million, at a fixed seed
    assert abs(len(left) - 400 * within) < 5 * np.sqrt(400 * within * (1 - within))


def test_only_the_first_tenure_is_a_residual_one(play):
    # 100 days each, 30.4375 gone; upgraded on the way, a user gets a whole tenure of the new plan.
    tree = market(12, churn={"free": "100 days", "paid": "50 days"}, plans={"upgrade": "0.1 per day"})
    books = play(tree, "Acme,a,3,3,,,,,,,1\n")
    upgraded = {user: time for time, user, _ in books.events(kinds.UPGRADED)}
    assert upgraded
    for time, user, plan in books.events(kinds.LEFT):
        expected = upgraded[user] + 50 if user in upgraded else 100 - 30.4375
        assert time == pytest.approx(expected)
        assert plan == (kinds.PAID if user in upgraded else kinds.FREE)


STAGES = {
    "paper": {"after": ["check", "price"], "duration": "5 days"},
    "demo": {"duration": "10 days"},
    "check": {"after": ["demo"], "duration": "7 days"},
    "price": {"after": ["demo"], "duration": "3 days"},
    "alone": {"duration": "1 days"},
}


@pytest.mark.parametrize(
    ("stage", "entered", "won"),
    [
        ("demo", {"demo": 0, "check": 10, "price": 10, "paper": 17, "alone": 0}, 22),
        ("check", {"check": 0, "price": 0, "paper": 7, "alone": 0}, 12),  # the sibling is fresh
        ("price", {"check": 0, "price": 0, "paper": 7, "alone": 0}, 12),
        ("paper", {"paper": 0, "alone": 0}, 5),
    ],
)
def test_a_purchase_goes_on_at_its_stage(play, stage, entered, won):
    tree = market(procurement={"stages": STAGES}, outbound={"rate": "1000 per day"}, contract={"min_seats": 2})
    books = play(tree, f"Acme,a,3,1,,,,,,{stage},\n")
    deals = books.result.opportunities
    assert (deals.source.tolist(), deals.opened_day.tolist()) == ([kinds.PRESENT], [0.0])
    found = {name: deals.stages[0, place, ENTERED] for place, name in enumerate(books.parameters.stages)}
    assert {name: day for name, day in found.items() if not np.isnan(day)} == entered
    assert deals.closed_day.tolist() == [won]
    assert books.result.accounts.contract_day.tolist() == [won]
    assert books.flows("opportunities_outbound") == {}
    assert books.flows("opportunities_product") == {}
    check(books.parameters, books.result)


def test_lapsed_users_of_the_file_come_back(play):
    tree = market(adoption={"win_back": "1000 per day", "organic": "0"})
    books = play(tree, "Acme,a,5,1,1,3,,,,,\n")
    assert books.months("not_using") == [0, 3, 3, 3]
    assert books.flows("win_backs") == {1: 3}
    assert books.flows("lapses") == {}
