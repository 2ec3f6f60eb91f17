"""Does every cent of use fall where a bookkeeper would put it?  Use worked out by hand, in literal units and cents.

The accounts are those of a file, whose users stay for ever unless a test says otherwise, so nothing is left to chance.
Months are counted from 1; money is in cents.
"""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import numpy as np
import pytest

from forecast.model.money import FREE_DAYS, PAID_DAYS
from forecast.model.usage import overage, whole_part

Tree = dict[str, Any]


def metered(row: str, months: int, start: str = "2026-01-01", **blocks: Any) -> tuple[Tree, str]:
    """A scenario of the one account of a file, and the file's row; ten users may use the product."""
    market = {"segments": {"a": {"accounts": 0, "eligible_users": 10}}}
    return {
        "schema": 1,
        "clock": {"start": start, "horizon": f"{months} months"},
        "market": market,
        **blocks,
    }, f"{row}\n"


def usage_pricing(price: str, **included: int) -> Tree:
    """The block of prices of use, and nothing else that costs anything."""
    return {"usage": {"price": price, "included": included}}


TWO_FREE_AND_THREE_PAID = "Acme,a,10,2,3,,,,,,"


def test_three_months_of_two_plans(play):
    # Free: 2 users want 60 units each, 50 are included: 120, 132 and 145.2 are refused above 100, and cost nothing.
    # Paid: 3 * 400 = 1200, 1320, 1452 units; 3 * 300 are included; 300, 420, 552 at 0.125 cents: 37.5, 52.5, 69 cents.
    books = play(
        *metered(
            TWO_FREE_AND_THREE_PAID,
            3,
            usage={"units": {"free": 60, "paid": 400}, "growth": "10% per month"},
            pricing=usage_pricing("0.00125 USD", free=50, paid=300),
            costs={"usage": "0.006 USD"},
        )
    )
    assert books.months("usage_units") == [0, 1300, 1420, 1552]
    assert books.months("usage_revenue_cents") == [0, 38, 52, 69]  # 37.5 -> 38; 90 - 38; 159 - 90
    assert books.months("usage_cost_cents") == books.months("cogs_cents") == [0, 780, 852, 931]  # 780, 852, 931.2
    for column in ("revenue_cents", "billings_cents", "cash_cents"):
        assert books.months(column) == [0, 38, 52, 69]
    assert not any(books.months("arr_cents"))
    assert not any(books.months("receivables_cents"))
    # At the opening: a month of today's users at the rates of the start, twelve times.
    assert books.months("usage_run_rate_cents") == [12 * 38, 12 * 38, 12 * 52, 12 * 69]


def test_what_is_included_is_pooled_over_the_month(play):
    # February, 28 days: 14 at 200 units a month, 14 at 600, so 400 in all: just what is included. March: 200 above.
    books = play(
        *metered(
            TWO_FREE_AND_THREE_PAID,
            3,
            usage={"units": {"paid": 200}},
            pricing=usage_pricing("0.01 USD", paid=400),
            timeline=[{"at": "2026-02-15", "set": {"usage.units.paid": 600}}],
        )
    )
    assert books.months("usage_units") == [0, 600, 1200, 1800]
    assert books.months("usage_revenue_cents") == [0, 0, 0, 600]


def test_a_month_is_billed_at_the_price_of_its_end(play):
    # 3 * 400 - 3 * 300 = 300 units: January at 1 cent, all of February at 2, and 100 more included from mid March on.
    books = play(
        *metered(
            TWO_FREE_AND_THREE_PAID,
            4,
            usage={"units": {"paid": 400}},
            pricing=usage_pricing("0.01 USD", paid=300),
            timeline=[
                {"at": "2026-02-15", "set": {"pricing.usage.price": "0.02 USD"}},
                {"at": "2026-04-01", "set": {"pricing.usage.price": "1 USD", "pricing.usage.included.paid": 400}},
            ],
        )
    )
    assert books.months("usage_revenue_cents") == [0, 300, 600, 600, 0]


def test_growth_that_changes_holds_from_then_on(play):
    # 10 % until June 2026 inclusive, then none: what has grown stays.
    books = play(
        *metered(
            "Acme,a,10,,1,,,,,,",
            5,
            usage={"units": {"paid": 1000}, "growth": "10% per month"},
            timeline=[{"at": "2026-03-01", "set": {"usage.growth": "0"}}],
        )
    )
    assert books.months("usage_units") == [0, 1000, 1100, 1210, 1210, 1210]


def test_users_of_a_part_of_a_month_use_a_part_of_it(play):
    # Paid users leave on day 40.  February: 9 of 28 days of 3 * 400 units = 385.7, less 9 of 28 of 3 * 300 = 289.3.
    books = play(
        *metered(
            TWO_FREE_AND_THREE_PAID,
            3,
            usage={"units": {"paid": 400}},
            pricing=usage_pricing("0.01 USD", paid=300),
            churn={"paid": "40 days"},
        )
    )
    assert books.months("usage_units") == [0, 1200, 386, 0]
    assert books.months("usage_revenue_cents") == [0, 300, 96, 0]  # 96.43


def test_free_users_use_nothing_where_nothing_is_included(play):
    books = play(*metered("Acme,a,10,4,,,,,,,", 2, usage={"units": {"free": 40}}, costs={"usage": "1 USD"}))
    assert not any(books.months("usage_units"))
    assert not any(books.months("cogs_cents"))


def test_team_plans_are_billed_by_card_like_paid_users(play):
    # All ten users are on the plan of the one team from the first day on.  February: 10 * 450 units, 10 * 400 included.
    tree, _ = metered("", 2)
    tree["market"]["segments"]["a"]["accounts"] = 1
    books = play(
        tree
        | {
            "adoption": {"organic": "1000 per day"},
            "plans": {"team": {"rate": "1000 per day", "min_users": 2}},
            "usage": {"units": {"team": 450}},
            "pricing": usage_pricing("0.02 USD", team=400),
            "costs": {"usage": "0.01 USD"},
        }
    )
    assert books.months("team_users")[1:] == [10, 10]
    assert books.months("usage_units")[2] == 4500
    assert books.months("usage_revenue_cents")[2] == books.months("cash_cents")[2] == 1000
    assert books.months("usage_cost_cents")[2] == 4500
    assert books.months("usage_run_rate_cents")[2] == 12000


SEATED = "Acme,a,10,,3,,3,0,{end},,"
UNDER_CONTRACT = {
    "usage": {"units": {"seated": 600}},
    "pricing": usage_pricing("0.02 USD", seated=500),
    "contract": {"payment_terms": "45 days", "true_up": "never"},
}


def test_use_under_contract_is_paid_after_the_payment_terms_across_the_new_year(play):
    # 3 * 600 - 3 * 500 = 300 units at 2 cents.  Nov 30 + 45 days = Jan 14; Dec 31: Feb 14; Jan 31: Mar 17.
    books = play(*metered(SEATED.format(end="2027-10-15"), 6, "2026-11-01", **UNDER_CONTRACT))
    assert books.months("billings_cents") == books.months("revenue_cents") == [0, *[600] * 6]
    assert books.flows("cash_cents") == {3: 600, 4: 600, 5: 600, 6: 600}
    assert books.months("receivables_cents") == [0, 600, 1200, 1200, 1200, 1200, 1200]
    assert not any(books.months("deferred_revenue_cents"))


def test_use_of_a_contract_that_has_ended_is_due_under_its_terms(play):
    # Until Dec 10: 9 of 31 days of December, 174.19 cents, billed on Dec 31 and paid on Feb 14.
    blocks = UNDER_CONTRACT | {"renewal": {"base": "0%"}, "trial": {"keep_free": "0%"}}
    books = play(*metered(SEATED.format(end="2026-12-10"), 6, "2026-11-01", **blocks))
    assert books.flows("billings_cents") == {1: 600, 2: 174}
    assert books.flows("cash_cents") == {3: 600, 4: 174}


def test_terms_of_no_days_are_paid_within_the_month(play):
    blocks = UNDER_CONTRACT | {"contract": {"payment_terms": "0 days", "true_up": "never"}}
    books = play(*metered(SEATED.format(end="2027-10-15"), 3, "2026-11-01", **blocks))
    assert books.months("cash_cents") == books.months("billings_cents") == [0, 600, 600, 600]


def test_retention_with_usage_counts_the_run_rate_of_then_and_now(play):
    # 2 paid users at 10.00: ARR 24,000.  200 units at 1 cent, and 2 % more each month; nothing is included.
    books = play(
        *metered(
            "Acme,a,10,,2,,,,,,",
            14,
            usage={"units": {"paid": 100}, "growth": "2% per month"},
            pricing={"paid": "10 USD", **usage_pricing("0.01 USD")},
        )
    )
    rates = books.months("usage_run_rate_cents")
    assert rates[:3] == [2400, 2400, 2448]
    assert rates[13] == 12 * (round(200 * (1.02**13 - 1) / 0.02) - round(200 * (1.02**12 - 1) / 0.02))
    assert books.months("nrr_with_usage_denominator_cents") == [*[0] * 12, 26400, 26400, 26448]
    assert books.months("nrr_with_usage_numerator_cents") == [*[0] * 12, *(24000 + rate for rate in rates[12:])]
    assert books.months("blended_nrr_numerator_cents")[12:] == [24000] * 3


def test_retention_with_usage_of_contracts_leaves_out_who_pays_by_card(play):
    # Acme has 3 seats at 10.00: ARR 36,000, and 3 * 100 units at 1 cent, then 2 % more each month.  Bolt pays by card.
    rows = "Acme,a,10,,3,,3,10,2029-10-15,,\nBolt,a,10,,2,,,,,,"
    books = play(
        *metered(
            rows,
            13,
            usage={"units": {"seated": 100, "paid": 100}, "growth": "2% per month"},
            pricing={"paid": "10 USD", **usage_pricing("0.01 USD")},
            contract={"true_up": "never"},
        )
    )
    assert books.months("contract_nrr_denominator_cents")[12:] == [36000, 36000]
    assert books.months("contract_nrr_with_usage_denominator_cents")[12:] == [36000 + 12 * 300] * 2
    bills = [round(300 * (1.02**month - 1) / 0.02) for month in range(14)]
    rates = [12 * (now - before) for before, now in pairwise(bills)]
    assert books.months("contract_nrr_with_usage_numerator_cents")[12:] == [36000 + rate for rate in rates[11:13]]
    assert books.months("nrr_with_usage_denominator_cents")[12] == 36000 + 24000 + 12 * 500


def test_retention_with_usage_counts_accounts_that_only_use(play):
    books = play(
        *metered(
            "Acme,a,10,,2,,,,,,",
            13,
            usage={"units": {"paid": 100}},
            pricing=usage_pricing("0.01 USD"),
            churn={"paid": "375 days"},
        )
    )
    assert not any(books.months("blended_nrr_denominator_cents"))
    assert books.months("nrr_with_usage_denominator_cents")[12:] == [2400, 2400]
    assert books.months("nrr_with_usage_numerator_cents")[12:] == [2400, 12 * 65]  # 10 of 31 days: 64.5


@pytest.mark.parametrize("amount", [0.4, 0.1, 1 / 3, 1e-3, 7.77777, 123456.789])
def test_cumulative_rounding_never_drifts(amount):
    totals, billed, exact = np.zeros(1), 0, 0.0
    for _ in range(600):
        billed += whole_part(totals, 0, amount)
        exact += amount
        assert abs(billed - exact) <= 0.5


def test_only_free_users_are_refused():
    assert overage(FREE_DAYS, 80.0, 50.0) == (50.0, 0.0)
    assert overage(PAID_DAYS, 80.0, 50.0) == (80.0, 30.0)
    for plan in (FREE_DAYS, PAID_DAYS):
        assert overage(plan, 40.0, 50.0) == (40.0, 0.0)
        assert overage(plan, 50.0, 50.0) == (50.0, 0.0)
