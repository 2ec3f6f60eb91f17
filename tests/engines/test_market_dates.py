"""What does a date of the market do, and before what?  Timeline, capabilities, pools, seasons, spillover, ties."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from identities import check

from forecast.engines.result import ENTERED, LEFT, QUEUED, SERVED
from forecast.model import kinds

Tree = dict[str, Any]
BUYING = "Acme,a,4,,,,,,,buy,\n"


def market(months: int = 6, **blocks: Any) -> Tree:
    """A scenario of accounts that the file has, from 2026-01-01."""
    clock = {"start": "2026-01-01", "horizon": f"{months} months"}
    return {"schema": 1, "clock": clock, "market": {"segments": {"a": {"accounts": 0, "eligible_users": 1}}}, **blocks}


def buying(stage: Tree, months: int = 6, rows: str = BUYING, **blocks: Any) -> tuple[Tree, str]:
    """Accounts that are at the one stage of their purchase on the first day."""
    procurement = {"stages": {"buy": stage}, "cool_down": "100 years", **blocks.pop("procurement", {})}
    return market(months, procurement=procurement, **blocks), rows


def many(count: int) -> str:
    """Rows of accounts a1, a2 ... that are all buying."""
    return "".join(f"a{number},a,4,,,,,,,buy,\n" for number in range(1, count + 1))


def needing(wait: str = "100%", **more: Any) -> Tree:
    """One requirement that everybody has and that is waited for."""
    missing = {"wait": wait} | ({"lose": "100%"} if wait == "0%" else {})
    return {"requirements": {"sso": {"needed": "100%", "if_missing": missing, **more}}}


def closing(books: Any) -> list[tuple[float, int, str]]:
    """(day, outcome, reason) of each opportunity, by account."""
    deals = books.result.opportunities
    reasons = [books.parameters.reasons[reason] if reason >= 0 else "" for reason in deals.reason]
    return list(zip(deals.closed_day.tolist(), deals.outcome.tolist(), reasons, strict=True))


WON, LOST = kinds.WON, kinds.LOST


def test_a_stage_waits_for_a_capability(play):
    capability = {"capabilities": {"sso": "2026-02-15"}}
    stage = {"requirements": True, "duration": "10 days", "touch": "2 days"}
    books = play(*buying(stage, vendor=capability, procurement=needing()))
    assert closing(books) == [(45 + 12, WON, "")]


@pytest.mark.parametrize(
    ("patience", "end"),
    [("44 days", (44, LOST, "requirement")), ("45 days", (45, WON, "")), ("0 days", (0, LOST, "requirement"))],
)
def test_patience_ends_a_wait_but_not_on_the_very_day_that_the_capability_comes(play, patience, end):
    stage = {"requirements": True, "patience": patience}
    books = play(*buying(stage, vendor={"capabilities": {"sso": "2026-02-15"}}, procurement=needing()))
    assert closing(books) == [end]


def test_a_capability_that_has_gone_away_is_missing(play):
    # Gone on Feb 1: who gets to the stage on Jan 31 passes, and on Feb 1 (the market's date comes first) does not.
    for days, end in ((30, (30, WON, "")), (31, (31, LOST, "requirement"))):
        stages = {"buy": {"duration": f"{days} days"}, "check": {"after": ["buy"], "requirements": True}}
        timeline = [{"at": "2026-02-01", "set": {"vendor.capabilities.sso": False}}]
        procurement = {"stages": stages, "cool_down": "100 years", **needing("0%")}
        tree = market(procurement=procurement, vendor={"capabilities": {"sso": True}}, timeline=timeline)
        assert closing(play(tree, BUYING)) == [end]


def test_waived_requirements_lengthen_the_duration_only(play):
    waived = {"needed": "100%", "if_missing": {"waive": "100%"}}
    requirements = {"sso": waived | {"waive_factor": 1.5}, "scim": waived | {"waive_factor": 2}}
    stage = {"requirements": True, "duration": "10 days", "touch": "2 days"}
    books = play(*buying(stage, procurement={"requirements": requirements}))
    assert closing(books) == [(2 + 30, WON, "")]


@pytest.mark.parametrize(
    ("gate", "fiscal_year", "arrives", "opens"),
    [
        ("month", "january", 0, 0),
        ("month", "january", 1, 31),
        ("fiscal_quarter", "january", 31, 90),
        ("fiscal_quarter", "february", 31, 31),
        ("fiscal_year", "april", 5, 90),
    ],
)
def test_a_gate_opens_at_a_start_and_at_once_on_that_very_day(play, gate, fiscal_year, arrives, opens):
    stages = {"buy": {"duration": f"{arrives} days"}, "budget": {"after": ["buy"], "gate": gate, "duration": "4 days"}}
    tree = market(procurement={"stages": stages})
    tree["clock"]["fiscal_year_start"] = fiscal_year
    assert closing(play(tree, BUYING)) == [(opens + 4, WON, "")]


def test_one_person_serves_in_the_order_of_request_account_and_stage(play):
    # Three accounts ask on day 0; each work takes 10 days: served on 0, 10, 20. In March (day 59) nobody waits.
    stage = {"resource": "seller", "touch": "10 days", "duration": "1 days"}
    vendor = {"resources": {"seller": {"count": 1}}}
    books = play(*buying(stage, rows=many(3), vendor=vendor))
    stages = books.result.opportunities.stages[:, 0]
    assert stages[:, QUEUED].tolist() == [0, 0, 0]
    assert stages[:, SERVED].tolist() == [0, 10, 20]
    assert stages[:, LEFT].tolist() == [11, 21, 31]
    # Waiting 10 + 20 days; busy for 30; capacity 31.
    assert books.result.resources[0, 0].tolist() == [3, 30, 30, 31, 0]
    assert books.result.resources[1, 0].tolist() == [0, 0, 0, 28, 0]


def test_the_wait_of_a_month_is_its_own(play):
    stage = {"resource": "seller", "touch": "40 days"}
    books = play(*buying(stage, rows=many(2), vendor={"resources": {"seller": {"count": 1}}}))
    # The second waits 31 days in January and 9 in February; the work is 31, then 9 + 19, then 21 days of March.
    assert books.result.resources[:3, 0, :3].tolist() == [[2, 31, 31], [0, 9, 28], [0, 0, 21]]


def test_patience_ends_a_wait_for_people(play):
    stage = {"resource": "seller", "touch": "10 days", "patience": "15 days"}
    books = play(*buying(stage, rows=many(3), vendor={"resources": {"seller": {"count": 1}}}))
    assert closing(books) == [(10, WON, ""), (20, WON, ""), (15, LOST, "stalled")]
    assert books.result.resources[0, 0].tolist() == [3, 25, 20, 31, 1]


def test_who_is_served_on_the_day_that_patience_ends_depends_on_the_order_of_accounts(play):
    # Day 10: account 1 is done; its stage comes before account 2's patience, and account 2 is served.
    stage = {"resource": "seller", "touch": "10 days", "patience": "10 days"}
    books = play(*buying(stage, rows=many(3), vendor={"resources": {"seller": {"count": 1}}}))
    assert closing(books) == [(10, WON, ""), (20, WON, ""), (10, LOST, "stalled")]


@pytest.mark.parametrize(
    ("patience", "ends"), [("none", [(69, WON, ""), (79, WON, "")]), ("0 days", [(0, LOST, "stalled")] * 2)]
)
def test_an_empty_pool_serves_when_somebody_is_hired(play, patience, ends):
    stage = {"resource": "seller", "touch": "10 days", "patience": patience}
    pool = {"count": 0, "hires": [{"at": "2026-03-01", "add": 1}]}
    books = play(*buying(stage, rows=many(2), vendor={"resources": {"seller": pool}}))
    assert closing(books) == ends
    assert books.result.resources[:3, 0, 3].tolist() == [0, 0, 31]


def test_people_hired_within_a_month_end_the_wait_on_that_day(play):
    # Two wait 31 days of January and 10 of February; from Feb 11 (day 41) both are served, for 10 days each.
    stage = {"resource": "seller", "touch": "10 days"}
    pool = {"count": 0, "hires": [{"at": "2026-02-11", "add": 2}]}
    books = play(*buying(stage, rows=many(2), vendor={"resources": {"seller": pool}}))
    assert closing(books) == [(51, WON, "")] * 2
    assert books.result.resources[:2, 0].tolist() == [[2, 62, 0, 0, 0], [0, 20, 20, 36, 0]]


def test_a_leaver_finishes_the_work_in_hand(play):
    # Two sellers, both busy until day 40; both leave on Feb 1 (day 31) and one comes back on Mar 1 (day 59).
    stage = {"resource": "seller", "touch": "40 days"}
    pool = {"count": 2, "hires": [{"at": "2026-02-01", "add": -3}, {"at": "2026-03-01", "add": 2}]}
    books = play(*buying(stage, rows=many(3), vendor={"resources": {"seller": pool}}))
    assert closing(books) == [(40, WON, ""), (40, WON, ""), (99, WON, "")]
    # February: nobody is there (capacity 0), and two work 9 days more.
    assert books.result.resources[1, 0].tolist() == [0, 28, 18, 0, 0]


def test_a_loss_frees_people_at_once_and_withdraws_requests(play):
    # Acme's legal work would hold the seller for 50 days; on day 20 the deal is lost in `talk`: Beta is served then.
    stages = {
        "buy": {"resource": "seller", "touch": "50 days"},
        "talk": {"duration": "20 days", "loss": "100%", "reason": "price"},
        "more": {"resource": "seller", "touch": "5 days"},
    }
    vendor = {"resources": {"seller": {"count": 1}}}
    tree = market(procurement={"stages": stages, "cool_down": "100 years"}, vendor=vendor)
    books = play(tree, "Acme,a,4,,,,,,,buy,\nBeta,a,4,,,,,,,more,\n")
    # Both lose on day 20. Queue on day 0: Acme buy (served), Acme more, Beta buy, Beta more.
    assert closing(books) == [(20, LOST, "price")] * 2
    stages_of = books.result.opportunities.stages
    assert stages_of[0, 0, SERVED] == 0
    # At the instant of Acme's loss Beta is served, and a moment later loses too.
    assert stages_of[1, 0, SERVED] == 20
    assert np.isnan(stages_of[0, 2, SERVED])
    assert np.isnan(stages_of[1, 2, SERVED])
    assert stages_of[:, :, LEFT].tolist() == [[20] * 3] * 2
    assert books.result.resources[0, 0].tolist() == [4, 60, 20, 31, 0]


def test_a_loss_frees_all_people_of_the_deal_before_any_is_given_other_work(play):
    # Acme has one of long standing from day 1 (`first`) and a beginner from day 5 (`second`), and loses on day 20.
    # Beta asked on day 10 for `second` and on day 12 for `first`: the experienced one begins `second`, although the
    # beginner's work at Acme stands before; the beginner, there for 18 of 100 days, takes 1 + 2 (1 - 0.18) times as
    # long.
    def days(acme: int, beta: int) -> Tree:
        return {"duration": {"by_segment": {"a": f"{acme} days", "b": f"{beta} days"}}}

    stages = {
        "second": {"after": ["late"], "resource": "seller", "touch": "100 days"},
        "first": {"after": ["soon"], "resource": "seller", "touch": "100 days"},
        "soon": days(1, 12),
        "late": days(5, 10),
        "talk": {**days(20, 350), "loss": "100%", "reason": "price"},
    }
    hires = [{"at": "2026-01-03", "add": 1, "ramp": "100 days"}]
    vendor = {"resources": {"seller": {"count": 1, "ramp_touch": "300%", "hires": hires}}}
    tree = market(12, procurement={"stages": stages, "cool_down": "100 years"}, vendor=vendor)
    tree["market"]["segments"]["b"] = {"accounts": 0, "eligible_users": 1}
    books = play(tree, "Acme,a,4,,,,,,,talk,\nBeta,b,4,,,,,,,talk,\n")
    acme, beta = books.result.opportunities.stages[:, :2]
    assert acme[:, [SERVED, LEFT]].tolist() == [[5, 20], [1, 20]]
    assert beta[:, [QUEUED, SERVED]].tolist() == [[10, 20], [12, 20]]
    assert beta[:, LEFT] == pytest.approx([120, 20 + 264], abs=1e-9)


def test_stages_side_by_side_wait_for_the_slowest(play):
    stages = {
        "sign": {"after": ["b", "c", "buy"], "duration": "1 days"},
        "buy": {"duration": "2 days"},
        "b": {"after": ["buy"], "duration": "30 days"},
        "c": {"after": ["buy"], "duration": "0 days"},
    }
    books = play(market(procurement={"stages": stages}), BUYING)
    assert closing(books) == [(33, WON, "")]
    assert books.result.opportunities.stages[0, :, ENTERED].tolist() == [32, 0, 2, 2]


def test_what_was_drawn_stands_and_what_is_read_after_is_new(play):
    # The stage of 40 days goes on as begun; its loss is read at its end, after the change.
    timeline = [
        {
            "at": "2026-02-01",
            "set": {"procurement.stages.buy.duration": "1 days", "procurement.stages.buy.loss": "100%"},
        }
    ]
    books = play(*buying({"duration": "40 days"}, timeline=timeline))
    assert closing(books) == [(40, LOST, "buy")]
    kept = [{"at": "2026-02-10", "set": {"procurement.stages.buy.loss": "100%"}}]
    assert closing(play(*buying({"duration": "40 days"}, timeline=kept))) == [(40, LOST, "buy")]  # that very day
    late = [{"at": "2026-02-11", "set": {"procurement.stages.buy.loss": "100%"}}]
    assert closing(play(*buying({"duration": "40 days"}, timeline=late))) == [(40, WON, "")]


def test_hazards_follow_the_timeline_at_once(play):
    # Nobody starts before Feb 10 or after Feb 20; all within a day of it.
    timeline = [
        {"at": "2026-02-10", "set": {"adoption.organic": "1000 per day"}},
        {"at": "2026-02-20", "set": {"adoption.organic": "0"}},
    ]
    books = play(market(timeline=timeline), "Acme,a,50,,,,,,,,\n")
    times = [time for time, _, _ in books.events(kinds.TRIAL_STARTED)]
    assert len(times) == 50
    assert 40 < min(times) < max(times) < 41


def test_seasons_are_those_of_the_calendar(play):
    # Only in March and April: half a day apart at most, from the first of March on.
    seasonality = [0, 0, 1, 1] + [0] * 8
    tree = market(
        12,
        adoption={"organic": "0.004 per day", "seasonality": seasonality, "win_back": "1000 per day"},
        trial={"activation": "0%"},
    )
    tree["clock"]["start"] = "2026-11-01"
    books = play(tree, "Acme,a,500,,,,,,,,\n")
    months = [month for month, count in enumerate(books.months("organic_trials")) if count]
    assert months == [5, 6]


def test_spillover_is_that_of_the_last_month_end(play):
    # All ten of Acme are active at the end of January: in a market of 20, a half. Beta's hazard is then 1 + 2 * 0.5.
    # Without any use it stands still: an organic rate of 0 times anything is 0; so compare the times of one clock.
    rows = "Acme,a,10,10,,,,,,,\nBeta,a,10,,,,,,,,\n"
    adoption = {"organic": "0.002 per day"}

    def first(spillover: float, acme: str) -> float:
        books = play(market(24, adoption=adoption | {"spillover": spillover}), acme + rows.splitlines()[1] + "\n")
        return float(books.result.accounts.first_trial_day[1])

    alone = first(0, "Acme,a,10,10,,,,,,,\n")
    assert first(2, "Acme,a,10,10,,,,,,,\n") == pytest.approx(alone / 2, rel=1e-12)
    assert first(2, "Acme,a,10,,,10,,,,,\n") == pytest.approx(alone, rel=1e-12)


def test_a_months_end_closes_before_what_happens_at_that_instant(play):
    # Tenures end on Feb 1, 00:00, and the price changes then: January's books know of neither.
    timeline = [{"at": "2026-02-01", "set": {"pricing.paid": "30 USD"}}]
    tree = market(2, churn={"paid": "31 days"}, pricing={"paid": "20 USD"}, timeline=timeline)
    books = play(tree, "Acme,a,4,,4,,,,,,\n")
    assert books.months("paid_users") == [4, 4, 0]
    assert books.months("arr_cents") == [96000, 96000, 0]
    assert books.months("self_serve_revenue_cents") == [0, 8000, 0]
    assert books.flows("lapses") == {2: 4}


def test_nothing_happens_at_the_horizon(play):
    # Day 59 is the horizon of two months: neither the stage nor the tenures of 59 days end.
    tree, rows = buying({"duration": "59 days"}, 2, churn={"paid": "59 days"})
    books = play(tree, rows + "Beta,a,4,,4,,,,,,\n")
    assert books.months("paid_users") == [4, 4, 4]
    assert books.result.opportunities.outcome.tolist() == [kinds.OPEN]
    tree, rows = buying({"duration": "58.999 days"}, 2)
    assert play(tree, rows).result.opportunities.outcome.tolist() == [kinds.WON]


def test_a_ban_stops_everything_until_it_is_lifted(play):
    # Leaders notice within the first day and ban; the clocks that would run at 1000 a day from Feb 1 stand still until
    # the lift, which runs at 1000 a day from Mar 1.
    hurry = "1000 per day"
    changed = {"adoption.organic": hurry, "adoption.win_back": hurry, "outbound.rate": hurry, "awareness.base": "0"}
    tree = market(
        4,
        trial={"length": "60 days"},
        awareness={"base": hurry, "ban": "100%"},
        procurement={"stages": {"buy": {"duration": "9 years"}}},
        timeline=[{"at": "2026-02-01", "set": changed}, {"at": "2026-03-01", "set": {"ban.lift": hurry}}],
    )
    books = play(tree, "Acme,a,5,1,2,,,,,,\n")
    check(books.parameters, books.result)
    assert books.events(kinds.BANNED)[0][2] == 3
    assert books.result.accounts.ban_day[0] < 1
    assert books.months("lapsed_users")[:3] == [0, 3, 3]
    assert books.months("not_using")[:3] == [2, 2, 2]
    assert books.months("banned_accounts") == [0, 1, 1, 0, 0]
    assert books.months("opportunities_outbound") == [0, 0, 0, 1, 0]
    assert books.flows("organic_trials") == {3: 5}
    assert books.flows("win_backs") == {3: 3}


def test_a_loss_is_followed_by_a_cool_down(play):
    tree = market(
        6,
        outbound={"rate": "1000 per day"},
        procurement={"cool_down": "50 days", "stages": {"buy": {"duration": "10 days", "loss": "100%"}}},
        costs={"outbound_opportunity": "9 USD"},
    )
    books = play(tree, "Acme,a,5,,,,,,,,\n")
    days = books.result.opportunities.opened_day
    assert np.floor(days).tolist() == [0, 60, 120, 180]
    assert sum(books.months("acquisition_cost_cents")) == 3600


def test_a_segment_without_stages_opens_nothing(play):
    tree = market(
        2,
        outbound={"rate": "1 per day"},
        awareness={"base": "1 per day"},
        costs={"outbound_opportunity": "9 USD"},
        ban={"reduced_by": {"sso": "10%"}},
    )
    books = play(tree, "Acme,a,5,1,,,,,,,\n")
    assert sum(books.months("awarenesses")) > 0
    assert len(books.result.opportunities.account) == 0
    assert books.flows("acquisition_cost_cents") == {}


def test_leaders_notice_in_a_scenario_without_any_capability(play):
    tree = market(2, awareness={"base": "1 per day", "ban": "50%", "sponsor": "0%"})
    assert sum(play(tree, "Acme,a,5,1,,,,,,,\n").months("awarenesses")) > 0
