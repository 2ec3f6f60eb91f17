"""Do the statements of a contract hold what a bookkeeper would write?  Worked out by hand, in literal cents.

The day-by-day revenue of such contracts is checked in tests/engines; here roll-forwards, obligations, fiscal years and
ratios.  Outbound opens at once, the one stage lasts so many days, so that a contract is signed on a known day.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from forecast.finance.evaluate import period_values

Tree = dict[str, Any]
SEATED_AT_ONCE = {"rollout": "1000 per day"}
LEAVE = {"base": "0%"}


def signing(day: int, months: int, contract: Tree, **blocks: Any) -> Tree:
    """One account of ten users that signs on that day, at 10.00 a seat and month, from 2026-01-01."""
    clock = {"start": "2026-01-01", "horizon": f"{months} months"}
    stages = {"stages": {"sign": {"duration": f"{day} days"}}, "cool_down": "100 years"}
    blocks = {"pricing": {"enterprise": "10 USD"}, "outbound": {"rate": "1000 per day"}} | blocks
    market = {"segments": {"a": {"accounts": 1, "eligible_users": 10}}}
    tree = {"schema": 1, "clock": clock, "market": market, "procurement": stages, "contract": contract}
    return {**tree, **blocks}


def year_of(statement: Any, code: str) -> list[float]:
    """A line by fiscal year."""
    paths = statement.paths
    definition = next(each for each in paths.statements if any(line.code == code for line in each.lines))
    values = period_values(
        definition, {line.code: statement.values[line.code] for line in definition.lines}, paths.calendar.years
    )
    return [float(value) for value in values[code][:, 1, -1]]


def test_an_annual_contract_from_the_first_day_to_a_non_renewal(statement):
    # 12 seats at 10.00: 144,000 cents for 2026 on Jan 1, paid on Jan 31; nothing is left at the end; lost a year later.
    books = statement(signing(0, 14, {"min_seats": 12, "true_up": "never"}, renewal=LEAVE))
    assert books.flows("bookings") == {1: 144000}
    assert books.flows("acv_bookings") == {1: 144000}
    assert books.flows("billings") == {1: 144000}
    assert books.flows("cash_collected") == {1: 144000}
    # 144,000 / 365 a day: after 31 days 12,230.14 are earned, after 181 (June) 71,408.22, after 365 all.
    assert [books.months("deferred_revenue")[month] for month in (0, 1, 6, 11, 12, 13)] == [
        *(0, 144000 - 12230, 144000 - 71408, 144000 - 131770, 0, 0)
    ]
    assert books.months("rpo") == books.months("deferred_revenue")  # all is invoiced
    assert books.months("unbilled") == [0] * 15
    assert books.flows("new_arr") == {1: 144000}
    assert books.flows("churned_arr") == {13: -144000}
    assert books.months("arr") == [0, *[144000] * 12, 0, 0]
    assert books.flows("contracts_won") == {1: 1}
    assert books.flows("contracts_lost") == {13: -1}
    assert year_of(books, "revenue") == [144000, 0]
    assert year_of(books, "arr_opening") == [0, 144000]
    assert year_of(books, "arr") == [144000, 0]
    assert books.months("contract_nrr")[13] == 0  # the one account of a year ago has gone
    assert books.months("logo_retention")[13] == 0
    assert books.months("renewal_rate")[13] == 0
    assert np.isnan(books.months("contract_nrr")[1:13]).all()  # blank: nobody was there a year before


def test_quarterly_invoices_leave_an_unbilled_rest_and_cash_comes_after_the_year_end(statement):
    # Signed on Nov 1, 2026 (day 304): 10 seats, 120,000 for a year; 30,000 on Nov 1, Feb 1, May 1, Aug 1; 75 days later
    # paid: Jan 15, Apr 17, Jul 15, Oct 15, 2027.
    contract = {"min_seats": 10, "billing": "quarterly", "payment_terms": "75 days", "true_up": "never"}
    books = statement(signing(304, 24, contract, renewal=LEAVE))
    assert books.flows("billings") == {11: 30000, 14: 30000, 17: 30000, 20: 30000}
    assert books.flows("cash_collected") == {13: 30000, 16: 30000, 19: 30000, 22: 30000}
    assert books.months("receivables")[10:15] == [0, 30000, 30000, 0, 30000]
    # Nov has 30 of the quarter's 92 days: 9782.61; by Dec 31 61 days: 19,891.30; by Jan 31 all.
    assert [round(30000 - books.months("deferred_revenue")[month]) for month in (11, 12, 13)] == [9783, 19891, 30000]
    assert books.months("rpo")[10:14] == [0, 120000 - 9783, 120000 - 19891, 90000]
    assert books.months("unbilled")[10:15] == [0, 90000, 90000, 90000, 60000]
    assert year_of(books, "bookings") == [120000, 0]
    assert year_of(books, "billings") == [30000, 90000]
    assert year_of(books, "cash_collected") == [0, 120000]
    assert year_of(books, "revenue") == [19891, 100109]
    assert year_of(books, "receivables") == [30000, 0]
    assert year_of(books, "receivables_opening") == [0, 30000]


def test_monthly_invoices_are_earned_in_their_month(statement):
    contract = {"min_seats": 3, "billing": "monthly", "true_up": "never"}
    books = statement(signing(0, 6, contract, pricing={"enterprise": "33.33 USD"}))
    assert books.months("billings") == [0, *[9999] * 6]
    assert books.months("deferred_revenue") == [0] * 7
    assert books.months("rpo") == [0, *(119988 - 9999 * month for month in range(1, 7))]
    assert books.months("unbilled") == books.months("rpo")
    assert books.months("receivables") == [0, 0, 9999, 0, 9999, 0, 9999]  # 30 days: Jan 31, Mar 3, Mar 31 ...


def test_a_true_up_in_mid_term_adds_to_bookings_obligations_and_arr(statement):
    # 4 seats: 12,000 a quarter. On Mar 1 ten are seated: 6 * 1000 * 3 * 31/90 = 6200 for March, then 30,000 a quarter.
    contract = {"min_seats": 4, "true_up": "2 months", "billing": "quarterly", **SEATED_AT_ONCE}
    books = statement(signing(0, 12, contract))
    assert books.flows("bookings") == {1: 48000, 3: 6200 + 54000}
    assert books.flows("billings") == {1: 12000, 3: 6200, 4: 30000, 7: 30000, 10: 30000}
    assert books.flows("expansion_arr") == {3: 72000}
    assert books.months("arr")[2:4] == [48000, 120000]
    # By the end of March 12,000 + 6200 are earned; 36,000 + 54,000 are still to be invoiced.
    assert books.months("rpo")[3] == 108200 - 18200
    assert books.months("unbilled")[3] == 90000
    assert books.months("deferred_revenue")[3] == 0


def test_a_renewal_with_contraction(statement):
    # 20 seats for six months, ten seated: renewed on Jul 1 with max(0, min(20, ceil(10 * 1.2))) = 12 at 10.50.
    renewal = {"headroom": 1.2, "uplift": "5%"}
    contract = {"min_seats": 20, "true_up": "never", "term": "6 months", **SEATED_AT_ONCE}
    change = [{"at": "2026-02-01", "set": {"contract.min_seats": 0}}]
    books = statement(signing(0, 8, contract, renewal=renewal, timeline=change))
    assert books.flows("billings") == {1: 120000, 7: 75600}  # 12 * 1050 * 6
    assert books.flows("acv_bookings") == {1: 240000, 7: 151200}
    assert books.flows("contraction_arr") == {7: -88800}
    assert books.months("arr")[6:8] == [240000, 151200]
    assert books.flows("contracts_renewed") == {7: 1}
    assert books.months("contracts") == [0, *[1] * 8]
    assert books.months("renewal_rate")[7:] == [1, 1]


def test_what_is_signed_and_not_yet_live_is_in_carr_and_in_obligations(statement):
    # Signed on Feb 1 (day 31) for 7 seats, 84,000 a year; live 61 days later, on Apr 3: billed and in ARR from then.
    contract = {"min_seats": 7, "true_up": "never", "start_lag": "61 days", "payment_terms": "0 days"}
    books = statement(signing(31, 6, contract))
    assert books.flows("bookings") == {2: 84000}
    assert books.flows("contracts_won") == {2: 1}
    assert books.months("carr") == [0, 0, *[84000] * 5]
    assert books.months("arr") == [0, 0, 0, 0, *[84000] * 3]
    assert books.months("signed_not_live_arr") == [0, 0, 84000, 84000, 0, 0, 0]
    assert books.flows("billings") == {4: 84000}
    assert books.months("unbilled") == [0, 0, 84000, 84000, 0, 0, 0]
    assert books.months("rpo")[4] == 84000 - round(84000 * 28 / 365)  # Apr 3 to Apr 30


def test_contracts_of_the_accounts_file_open_with_what_is_deferred_and_still_to_be_invoiced(statement):
    # Acme: 20 seats at 9.99, term Mar 15, 2025 to Mar 15, 2026, quarterly: that of Dec 15 is running, the last.
    # Bolt: 5 seats at 20.00, Jun 1, 2025 to Jun 1, 2026, quarterly: Dec 1 is running (30,000), Mar 1 still to come.
    tree = signing(0, 6, {"billing": "quarterly", "true_up": "never"}, renewal=LEAVE)
    tree["market"]["segments"]["a"]["accounts"] = 0
    rows = "Acme,a,10,4,6,0,20,9.99,2026-03-15,,7\nBolt,a,10,4,6,0,5,20,2026-06-01,,7\n"
    books = statement(tree, rows)
    # Acme's 59,940 over 90 days, 17 of them gone: 11,322; Bolt's 30,000 over 90, 31 of them gone: 10,333.33.
    assert books.months("deferred_revenue")[0] == 59940 - 11322 + 30000 - 10333
    assert books.months("unbilled") == [30000, 30000, 30000, 0, 0, 0, 0]
    assert books.months("rpo")[0] == books.months("deferred_revenue")[0] + 30000
    assert books.flows("bookings") == {}
    assert books.flows("billings") == {3: 30000}
    assert books.months("rpo")[6] == 0


def test_an_invoice_of_the_first_day_is_sent_already(statement):
    # 5 seats at 20.00, Jul 1, 2025 to Jul 1, 2026, quarterly: the quarter of Jan 1 is deferred, that of Apr 1 to come.
    tree = signing(0, 3, {"billing": "quarterly", "true_up": "never"}, renewal=LEAVE)
    tree["market"]["segments"]["a"]["accounts"] = 0
    books = statement(tree, "Cole,a,10,4,6,0,5,20,2026-07-01,,7\n")
    assert books.months("deferred_revenue")[0] == 30000
    assert books.months("unbilled")[0] == 30000
    assert books.months("rpo")[3] == 30000


def test_npv_cac_and_payback_by_hand(statement):
    # 12 seats at 10.00 from Jan 1: 144,000 collected in January. One person: 365.25 a year, a cent a day, times 100.
    people = {"resources": {"seller": {"count": 1, "cost": "365.25 USD per year"}}}
    costs = {"discount_rate": "10%", "outbound_opportunity": "50 USD"}
    books = statement(signing(0, 12, {"min_seats": 12, "true_up": "never"}, vendor=people, costs=costs))
    assert books.months("people_cost")[1:4] == [-3100, -2800, -3100]
    assert books.flows("acquisition_cost") == {1: -5000}
    assert books.months("net_cash_flow")[1:3] == [144000 - 5000 - 3100, -2800]
    worth = sum(net / 1.1 ** ((month - 0.5) / 12) for month, net in enumerate(books.months("net_cash_flow")) if month)
    assert books.months("npv")[12] == pytest.approx(worth, rel=1e-12)
    assert books.months("cash_trough") == [0] * 13
    assert books.months("cac")[12] == 5000 + 36500
    assert books.months("payback")[12] == pytest.approx(12 * 41500 / 144000)
    assert books.months("ltv")[12] == 144000
    assert books.months("ltv_to_cac")[12] == pytest.approx(144000 / 41500)
    # Apr to Jun against Jan to Mar: 91 of 365 days against 90; the quarter before cost 5000 + 9000.
    growth = sum(books.months("revenue")[4:7]) - sum(books.months("revenue")[1:4])
    assert books.months("magic_number")[6] == pytest.approx(4 * growth / 14000)
    assert np.isnan(books.months("magic_number")[1:6]).all()
    assert books.months("seller_people")[1:] == [1.0] * 12


USED = {
    "usage": {"units": {"paid": 100, "seated": 600}},
    "pricing": {"paid": "10 USD", "usage": {"price": "0.02 USD", "included": {"seated": 500}}},
    "costs": {"usage": "0.005 USD", "paid_user": "1 USD per month"},
}


def present(months: int, **blocks: Any) -> Tree:
    """The accounts of a file alone, from 2026-11-01."""
    market = {"segments": {"a": {"accounts": 0, "eligible_users": 10}}}
    return {"schema": 1, "clock": {"start": "2026-11-01", "horizon": f"{months} months"}, "market": market, **blocks}


def test_use_has_its_lines_and_everything_still_ties(statement):
    # Two paid users at 10.00: 2,000 a month, and 200 units at 2 cents: 400.  Three seated users under a free contract:
    # 300 units above what is included, 600 cents, due 45 days after the month's end.  2,000 units at half a cent each.
    contract = {"payment_terms": "45 days", "true_up": "never"}
    rows = "Acme,a,10,,2,,,,,,\nBolt,a,10,,3,,3,0,2028-10-15,,\n"
    books = statement(present(13, contract=contract, **USED), rows)
    assert books.months("usage_revenue") == [0, *[1000] * 13]
    assert books.months("self_serve_revenue") == [0, *[2000] * 13]
    assert books.months("revenue") == [0, *[3000] * 13]
    assert books.months("usage_units") == [0, *[2000] * 13]
    assert books.months("usage_run_rate") == [12000] * 14
    assert books.months("cost_of_usage") == [0, *[-1000] * 13]
    assert books.months("cost_of_users") == [0, *[-200] * 13]
    assert books.months("cost_of_revenue") == [0, *[-1200] * 13]
    assert books.months("gross_margin") == [0, *[1800] * 13]
    assert books.months("deferred_revenue") == [0] * 14
    assert books.months("cash_collected")[:5] == [0, 2400, 2400, 3000, 3000]
    assert books.months("receivables")[:4] == [0, 600, 1200, 1200]
    assert books.months("arr") == [24000] * 14
    assert books.months("nrr_with_usage")[12:] == [1.0, 1.0]
    assert books.months("nrr_with_usage_denominator")[12:] == [36000, 36000]


def test_where_nobody_uses_what_is_counted_no_line_speaks_of_use(statement):
    books = statement(present(2, pricing=USED["pricing"], costs=USED["costs"]), "Acme,a,10,,2,,,,,,\n")
    assert not [code for code in books.values if "usage" in code]
    assert books.months("revenue") == [0, 2000, 2000]
