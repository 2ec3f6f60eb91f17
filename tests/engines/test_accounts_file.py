"""Does everybody start where the accounts file has them?  Present users, contracts and purchases (docs/model.md, 4)."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from identities import check
from scipy import stats

from forecast.engines.result import ENTERED, LEFT
from forecast.model import kinds
from forecast.scenario.checks.accounts import ACCOUNT_COLUMNS, USUAL_COLUMNS, accounts_text

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


def of_today(columns: str, *rows: str) -> str:
    """An accounts file with some columns; all accounts are A0, A1, ... in segment a, with nine eligible users."""
    about = ({"account": f"A{place}", "segment": "a", "eligible_users": "9"} for place in range(len(rows)))
    names = columns.split(",")
    return accounts_text(
        each | dict(zip(names, row.split(","), strict=True)) for each, row in zip(about, rows, strict=True)
    )


QUARTER = {"gate": "fiscal_quarter", "duration": "40 days"}
WORK = {"resource": "counsel", "touch": "20 days", "duration": "10 days"}
WAIT = {"requirements": True, "patience": "30 days", "touch": "2 days", "duration": "10 days"}


@pytest.mark.parametrize(
    ("stage", "entered", "closed"),
    [
        ({"duration": "40 days"}, ["2025-12-22"], [30]),  # of 40 days 10 have passed
        ({"duration": "40 days"}, ["2026-01-01", ""], [40, 40]),  # entered today, or not known
        ({"duration": "40 days"}, ["2025-01-01"], [0]),  # it is over
        ({"touch": "5 days", "duration": "40 days"}, ["2025-12-29", "2025-12-22"], [42, 35]),
        (QUARTER, ["2025-09-25", "2025-12-10"], [0, 40]),  # its gate opened in October; it opens today
        (WORK, ["2025-12-27", "2025-12-27"], [25, 40]),  # 15 days of work each are left for one person
        (WORK, ["2025-12-08", "2025-12-27"], [6, 25]),  # the first one's work is done: nobody waits for it
        (WAIT, ["2025-12-20", "2025-12-29"], [18, 36]),  # for what comes on day 24: 30 days of patience, 12 or 3 gone
    ],
)
def test_an_open_stage_goes_on_where_it_is(play, stage, entered, closed):
    tree = market(
        procurement={
            "stages": {"only": stage},
            "requirements": {"sso": {"needed": "100%", "if_missing": {"wait": "100%"}}},
        },
        vendor={"capabilities": {"sso": "2026-01-25"}, "resources": {"counsel": {"count": 1}}},
    )
    books = play(tree, of_today("opportunity_stage,stage_entered", *(f"only,{day}" for day in entered)))
    check(books.parameters, books.result)
    deals = books.result.opportunities
    days = dict(zip(deals.account.tolist(), deals.closed_day.tolist(), strict=True))
    assert [days[account] for account in range(len(entered))] == closed


def test_a_gate_that_has_not_opened_is_the_one_after_the_day_of_entry(play):
    tree = market(8, procurement={"stages": {"only": QUARTER}}, clock={"start": "2026-02-01", "horizon": "8 months"})
    books = play(tree, of_today("opportunity_stage,stage_entered", "only,2025-12-20", "only,2026-01-15"))
    deals = books.result.opportunities
    # The first one's gate opened on 1 January, 31 days ago; the other's opens on 1 April.
    assert deals.closed_day.tolist() == [9, 59 + 40]


def test_siblings_of_an_open_stage_are_fresh(play):
    tree = market(procurement={"stages": STAGES})
    books = play(tree, of_today("opportunity_stage,stage_entered", "check,2025-12-27"))
    left = dict(zip(books.parameters.stages, books.result.opportunities.stages[0, :, LEFT].tolist(), strict=True))
    assert {name: left[name] for name in ("check", "price", "paper")} == {"check": 2, "price": 3, "paper": 8}


def test_an_account_cools_down_until_its_day(play):
    tree = market(procurement={"stages": {"only": {}}}, outbound={"rate": "1000 per day"})
    books = play(tree, of_today("cooling_until", "2026-02-10", ""))
    first = books.result.accounts.opportunity_day
    assert 40 < first[0] < 40.1
    assert first[1] < 0.1
    assert books.events(kinds.COOLED_DOWN)[0][0] == 40.0
    assert books.result.accounts.started_active.tolist() == [True, False]


def test_a_champion_who_has_left_counts_at_the_renewal(play):
    renewal = {"base": "100%", "champion_left": "0%", "elasticity": 0}
    tree = market(14, renewal=renewal, contract={"champion_leaves": "0", "term": "12 months"})
    books = play(
        tree, of_today("paid_users,seats,contract_end,champion_left", *(f"5,5,2026-06-30,{x}" for x in ("yes", "")))
    )
    assert (books.flows("non_renewals"), books.flows("renewals")) == ({6: 1}, {6: 1})
    assert books.events(kinds.CHAMPION_LEFT) == []


def test_trials_of_today_count_from_the_start(play):
    tree = market(trial={"length": "14 days", "activation": "100%", "keep_free": "100%"}, churn={"free": "never"})
    books = play(tree, of_today("in_trial", "4:2;30:1", "3", ""))
    check(books.parameters, books.result)
    assert [books.months(name)[0] for name in USERS] == [9 * 3 - 6, 6, 0, 0, 0, 0]
    known = [(time, who) for time, _, account, kind, who, _ in books.log if kind == kinds.ACTIVATED and account == 0]
    assert known == [(0.0, 2), (10.0, 0), (10.0, 1)]
    unknown = [row[0] for row in books.log if row[3] == kinds.ACTIVATED and row[2] == 1]
    assert len(unknown) == 3
    assert all(0 < time < 14 for time in unknown)
    assert books.result.accounts.started_active.tolist() == [True, True, False]
    assert np.isnan(books.result.accounts.first_trial_day).all()
    # The tenure after such a trial is a whole one.
    later = play(tree | {"churn": {"free": "20 days"}}, of_today("in_trial", "4:1"))
    assert [time for time, _, _ in later.events(kinds.LEFT)] == [30.0]


def test_a_ban_of_today_stops_everything(play):
    tree = market(
        adoption={"organic": "100 per day"}, outbound={"rate": "100 per day"}, procurement={"stages": {"x": {}}}
    )
    books = play(tree, of_today("lapsed_users,banned_since", "3,2025-11-03"))
    check(books.parameters, books.result)
    assert books.months("banned_accounts") == [1, 1, 1, 1]
    assert books.months("not_using") == [6, 6, 6, 6]
    assert books.result.accounts.started_active.tolist() == [True]
    assert np.isnan(books.result.accounts.ban_day).all()


def test_cohorts_are_given_out_as_they_stand_to_free_paying_and_team_users(play):
    plans = {"team": {"min_users": 1}}
    tree = market(14, plans=plans, churn={"free": "300 days", "paid": "200 days", "team": "400 days"})
    books = play(tree, of_today("free_users,paid_users,team_users,teams,months_of_use", "2,3,2,1,2:1;4:3;1:2;5:1"))
    months = [1, 5, 2, 4, 4, 4, 1]  # users of the team have the first numbers
    whole = [400, 400, 300, 300, 200, 200, 200]
    expected = {who: days - age * 30.4375 for who, (days, age) in enumerate(zip(whole, months, strict=True))}
    assert {who: time for time, who, _ in books.events(kinds.LEFT)} == pytest.approx(expected)


def test_further_columns_that_are_empty_change_no_event(play):
    tree = market(accounts=2, adoption={"organic": "1 per month"}, procurement={"stages": STAGES})
    usual = "Acme,a,9,1,1,1,,,,,2\nBuyer,a,8,1,,,,,,check,1\n"
    empty = "," * (len(ACCOUNT_COLUMNS) - len(USUAL_COLUMNS))
    further = "\n".join([",".join(ACCOUNT_COLUMNS), *(row + empty for row in usual.splitlines()), ""])
    assert play(tree, usual).log == play(tree, further).log


def team_market(least: int, **blocks: Any) -> Tree:
    """Accounts of teams of three, or of one team, whose members never leave."""
    plans = {"team": {"rate": "0", "min_users": least, "price": "30 USD"}}
    tree = market(plans=plans, churn=dict.fromkeys(("free", "paid", "team"), "never"), **blocks)
    tree["market"]["segments"]["a"]["team_size"] = 3
    return tree


def test_team_plans_of_today_are_the_largest_teams(play):
    books = play(team_market(2), of_today("team_users,teams,free_users,lapsed_users", "4,2,2,1", "8,1,0,0"))
    check(books.parameters, books.result)
    # The first: two teams with two users each; the other: one team is too small for eight, so three pay.
    assert [books.months(name)[0] for name in ("team_users", "paying_teams", "free_users")] == [12, 2 + 3, 2]
    assert books.months("team_arr_cents")[0] == 12 * 12 * 3000
    assert books.months("paying_teams") == [5, 5, 5, 5]
    ended = play(team_market(3), of_today("team_users,teams", "4,2", "5,2"))
    # Of teams of 2, 2 and 3, 2 only one is large enough at the first month's end.
    assert ended.months("paying_teams") == [4, 4, 1, 1]  # after the books of its month
    assert ended.months("team_users") == [9, 9, 3, 3]


def test_a_team_plan_of_an_account_that_is_one_team(play):
    tree = team_market(1)
    del tree["market"]["segments"]["a"]["team_size"]
    books = play(tree | {"churn": {"team": "100 days"}}, of_today("team_users,teams,months_of_use", "5,1,1:2;2:3"))
    check(books.parameters, books.result)
    assert [books.months(name)[0] for name in ("team_users", "paying_teams")] == [5, 1]
    left = {who: time for time, who, _ in books.events(kinds.LEFT)}
    assert left == pytest.approx({who: 100 - 30.4375 * (1 if who < 2 else 2) for who in range(5)})
