"""Does every cent of a contract fall where a bookkeeper would put it?  Contracts worked out by hand, in literal cents.

Nothing is left to chance: outbound opens at once (1000 a day), the one stage lasts so many days, so that a contract is
signed on a known day; or the accounts file has it.  Months are counted from 1; money is in cents.
"""

from __future__ import annotations

from typing import Any

import pytest

from forecast.model import kinds

Tree = dict[str, Any]


def one_account(months: int, **blocks: Any) -> Tree:
    """One account of ten users in a scenario from 2026-01-01; everything else is off."""
    market = {"segments": {"a": {"accounts": 1, "eligible_users": 10}}}
    return {"schema": 1, "clock": {"start": "2026-01-01", "horizon": f"{months} months"}, "market": market, **blocks}


def signing(day: int, months: int, contract: Tree, **blocks: Any) -> Tree:
    """One account that signs on that day, at 10.00 a seat and month; nobody uses the product before."""
    stages = {"stages": {"sign": {"duration": f"{day} days"}}, "cool_down": "100 years"}
    blocks = {"pricing": {"enterprise": "10 USD"}, "outbound": {"rate": "1000 per day"}} | blocks
    return one_account(months, procurement=stages, contract=contract, **blocks)


def present(row: str, months: int, **blocks: Any) -> tuple[Tree, str]:
    """A scenario of the one account of a file, and the file's row."""
    tree = one_account(months, **blocks)
    tree["market"]["segments"]["a"]["accounts"] = 0
    return tree, row + "\n"


SEATED_AT_ONCE = {"rollout": "1000 per day"}  # all ten users have a seat within the first day
LEAVE = {"base": "0%"}


def test_an_annual_contract_signed_on_the_last_of_january(play):
    # 7 seats (min_seats) at 39.00 less 20 % = 31.20: 7 * 3120 * 12 = 262,080 for Jan 31, 2026 to Jan 31, 2027.
    contract = {"min_seats": 7, "true_up": "never"}
    books = play(signing(30, 14, contract, renewal=LEAVE, pricing={"enterprise": "39 USD", "discount": "20%"}))
    assert [int(day) for day, _, _ in books.events(kinds.SIGNED)] == [30]
    assert books.flows("billings_cents") == {1: 262080}
    assert books.flows("cash_cents") == {3: 262080}  # Jan 31 + 30 days = Mar 2
    assert books.flows("bookings_cents") == {1: 262080}
    assert books.flows("acv_bookings_cents") == {1: 262080}
    # 262,080 / 365 a day; running totals: Jan 31: 718.03; Feb 28: 29 days = 20,822.79; Mar 31: 60 days = 43,081.64 ...
    revenue = {1: 718, 2: 20105, 3: 22259, 4: 21540, 5: 22259, 6: 21541, 7: 22259, 8: 22259, 9: 21541, 10: 22259}
    revenue |= {11: 21540, 12: 22259, 13: 21541}
    assert books.flows("enterprise_revenue_cents") == revenue
    assert books.months("deferred_revenue_cents")[:4] == [0, 261362, 241257, 218998]
    assert books.months("receivables_cents")[:4] == [0, 262080, 262080, 0]
    assert books.months("enterprise_arr_cents") == [0, *[262080] * 12, 0, 0]
    assert books.months("seats") == [0, *[7] * 12, 0, 0]
    assert books.flows("non_renewals") == {13: 1}
    # A year after the ends of January and February 2026 the contract is over.
    assert books.months("logo_retention_denominator") == [*[0] * 13, 1, 1]
    assert books.months("logo_retention_numerator") == [0] * 15
    assert books.flows("new_arr_cents") == books.flows("contract_new_logo_arr_cents") == {1: 262080}
    assert books.flows("churned_arr_cents") == books.flows("contract_churned_arr_cents") == {13: 262080}


def test_what_is_signed_goes_live_after_the_start_lag(play):
    # Signed on Jan 31 (day 30) with a lag of 20.5 days: day 50 is Feb 20; 7 * 1000 * 12 = 84,000 from then on.
    contract = {"min_seats": 7, "true_up": "never", "start_lag": "20.5 days"}
    books = play(signing(30, 14, contract, renewal=LEAVE))
    assert [int(day) for day, _, _ in books.events(kinds.SIGNED)] == [30]
    assert [day for day, _, _ in books.events(kinds.WENT_LIVE)] == [50.0]
    assert books.flows("bookings_cents") == {1: 84000}
    assert books.flows("billings_cents") == {2: 84000}
    assert books.flows("cash_cents") == {3: 84000}  # Feb 20 + 30 days = Mar 22
    assert books.months("contracts")[:3] == [0, 1, 1]
    assert books.months("seats")[:3] == [0, 0, 7]
    assert books.months("arr_cents")[:3] == [0, 0, 84000]
    assert books.months("carr_cents")[:3] == [0, 84000, 84000]
    assert books.flows("new_arr_cents") == {2: 84000}
    # 84,000 / 365 a day; Feb 20 to 28 are 9 days: 2,071.23.
    assert books.flows("enterprise_revenue_cents")[2] == 2071
    assert [int(day) for day, _, _ in books.events(kinds.NOT_RENEWED)] == [415]  # Feb 20, 2027


def test_until_the_start_self_serve_goes_on_and_no_leader_acts(play):
    # Three paying users at 5.00 from the file; a purchase on its first day is signed on day 10 and starts on day 41.
    stages = {"stages": {"sign": {"duration": "10 days"}}, "cool_down": "100 years"}
    tree, row = present(
        "Acme,a,10,,3,,,,,sign,",
        4,
        procurement=stages,
        contract={"true_up": "never", "start_lag": "31 days"},
        pricing={"paid": "5 USD", "enterprise": "10 USD"},
        awareness={"base": "1000 per day", "ban": "100%"},
        outbound={"rate": "1000 per day"},
    )
    books = play(tree, row)
    assert [day for day, _, _ in books.events(kinds.WENT_LIVE)] == [41.0]
    assert not books.events(kinds.AWARE)
    assert not books.events(kinds.BANNED)
    assert books.months("self_serve_arr_cents") == [18000, 18000, 0, 0, 0]  # 12 * 3 * 500
    assert books.months("carr_cents") == [18000, 54000, 36000, 36000, 36000]  # 12 * 3 * 1000 to come, then instead
    assert books.flows("arr_absorbed_cents") == {2: 18000}
    # All of January at 3 * 500, and 10 of February's 28 days.
    assert books.flows("self_serve_revenue_cents") == {1: 1500, 2: 536}


def test_fourteen_months_by_the_quarter_end_with_a_short_period_and_are_paid_after_the_new_year(play):
    # 5 seats at 10.01: 15,015 a quarter. Dec 15, 2026; Mar 15, Jun 15, Sep 15, 2027; Dec 15 to Feb 15, 2028: 2 months.
    contract = {
        "min_seats": 5,
        "term": "14 months",
        "billing": "quarterly",
        "payment_terms": "45 days",
        "true_up": "never",
    }
    books = play(signing(348, 27, contract, renewal=LEAVE, pricing={"enterprise": "10.01 USD"}))
    assert books.flows("billings_cents") == {12: 15015, 15: 15015, 18: 15015, 21: 15015, 24: 10010}
    # Plus 45 days: Jan 29, Apr 29, Jul 30, Oct 30, 2027; Jan 29, 2028.
    assert books.flows("cash_cents") == {13: 15015, 16: 15015, 19: 15015, 22: 15015, 25: 10010}
    assert books.flows("bookings_cents") == {12: 70070}  # 5 * 1001 * 14
    assert books.flows("acv_bookings_cents") == {12: 60060}
    # The first quarter has 90 days: 17 in Dec = 2836.17; 48 by the end of Jan = 8008; 76 by the end of Feb = 12,679.33.
    # March: its last 14 days bring the quarter to 15,015 (2336); 17 of the next 92 days are 2774.51.
    revenue = {
        12: 2836,
        13: 5172,
        14: 4671,
        15: 2336 + 2775,
        16: 4896,
        17: 5059,
        18: 4896,
        19: 5060,
        20: 5059,
        21: 4925,
    }
    revenue |= {22: 5115, 23: 4950, 24: 5055, 25: 5005, 26: 2260}
    assert books.flows("enterprise_revenue_cents") == revenue
    assert sum(revenue.values()) == 70070
    assert books.months("receivables_cents")[12:14] == [15015, 0]


def test_monthly_invoices_and_cash_that_comes_after_the_horizon(play):
    # 3 seats at 33.33: 9999 a month from Jan 1. Paid 30 days later: Jan 31, Mar 3, Mar 31, May 1, May 31, Jul 1.
    contract = {"min_seats": 3, "billing": "monthly", "true_up": "never"}
    books = play(signing(0, 6, contract, pricing={"enterprise": "33.33 USD"}))
    assert books.flows("billings_cents") == dict.fromkeys(range(1, 7), 9999)
    assert books.flows("enterprise_revenue_cents") == dict.fromkeys(range(1, 7), 9999)
    assert books.flows("cash_cents") == {1: 9999, 3: 2 * 9999, 5: 2 * 9999}
    assert books.months("deferred_revenue_cents") == [0] * 7
    assert books.months("receivables_cents") == [0, 0, 9999, 0, 9999, 0, 9999]
    assert books.flows("bookings_cents") == {1: 119988}  # the whole term, beyond the horizon too


def test_what_is_signed_on_the_last_day_is_billed_and_earns_that_day(play):
    # Mar 31 is day 89 of the three months. 4 seats: 4 * 1000 * 12 = 48,000; one day of 365 is 131.51.
    books = play(signing(89, 3, {"min_seats": 4}))
    assert books.flows("billings_cents") == {3: 48000}
    assert books.flows("enterprise_revenue_cents") == {3: 132}
    assert books.months("deferred_revenue_cents") == [0, 0, 0, 47868]
    assert books.flows("cash_cents") == {}


def test_a_true_up_bills_the_rest_of_the_year_by_days(play):
    # 4 seats from Jan 1: 48,000. On Apr 1 ten are seated: 6 * 1000 * 12 * 275/365 = 54,246.58 for the other 275 days.
    contract = {"min_seats": 4, "true_up": "3 months", **SEATED_AT_ONCE}
    books = play(signing(0, 14, contract, renewal=LEAVE))
    assert books.events(kinds.TRUED_UP) == [(90.0, -1, 6.0)]
    assert books.flows("billings_cents") == {1: 48000, 4: 54247}
    assert books.flows("cash_cents") == {1: 48000, 5: 54247}  # Jan 31, May 1
    assert books.flows("bookings_cents") == {1: 48000, 4: 54247}
    assert books.flows("acv_bookings_cents") == {1: 48000, 4: 72000}
    assert books.months("seats")[3:5] == [4, 10]
    assert books.flows("expansion_arr_cents") == books.flows("contract_expansion_arr_cents") == {4: 72000}
    year = [4077, 3682, 4077, 3945, 4077, 3945, 4076, 4077, 3945, 4077, 3945, 4077]  # 48,000 over 365 days
    extra = [0, 0, 0, 5918, 6115, 5918, 6115, 6115, 5918, 6115, 5918, 6115]  # 54,247 over 275 days
    earned = {month + 1: year[month] + extra[month] for month in range(12)}
    assert books.flows("enterprise_revenue_cents") == earned


def test_later_invoices_carry_the_seats_of_a_true_up(play):
    # 4 seats: 12,000 a quarter. On Mar 1, 31 of 90 days are left: 6 * 1000 * 3 * 31/90 = 6200; then 30,000 a quarter.
    contract = {"min_seats": 4, "true_up": "2 months", "billing": "quarterly", **SEATED_AT_ONCE}
    books = play(signing(0, 12, contract))
    assert books.flows("billings_cents") == {1: 12000, 3: 6200, 4: 30000, 7: 30000, 10: 30000}
    assert books.flows("bookings_cents") == {1: 48000, 3: 6200 + 54000}  # 6 more seats for nine more months
    earned = [books.months("enterprise_revenue_cents")[month] for month in range(1, 7)]
    # 12,000 over 90 days: 4133.33, 7866.67; the 6200 are all March's; 30,000 over 91 days: 9890.11, 20,109.89.
    assert earned == [4133, 3734, 4133 + 6200, 9890, 10220, 9890]


def test_a_true_up_on_the_day_of_an_invoice_comes_first(play):
    # On Apr 1 both are due: nothing is left of the first quarter, and the second is billed with ten seats.
    contract = {"min_seats": 4, "true_up": "3 months", "billing": "quarterly", **SEATED_AT_ONCE}
    books = play(signing(0, 12, contract))
    assert books.flows("billings_cents") == {1: 12000, 4: 30000, 7: 30000, 10: 30000}
    assert books.flows("bookings_cents") == {1: 48000, 4: 54000}
    order = [row[3] for row in books.log if row[0] == 90.0 and row[3] in (kinds.TRUED_UP, kinds.INVOICED)]
    assert order == [kinds.TRUED_UP, kinds.INVOICED]


def test_there_is_no_true_up_on_the_last_day_of_a_term(play):
    # The term of 6 months ends on Jul 1, when the second true-up would be: it is renewed with the ten that are seated.
    contract = {"min_seats": 20, "true_up": "6 months", "term": "6 months", **SEATED_AT_ONCE}
    books = play(signing(0, 8, contract, timeline=[{"at": "2026-02-01", "set": {"contract.min_seats": 0}}]))
    assert books.events(kinds.TRUED_UP) == []
    assert books.flows("billings_cents") == {1: 120000, 7: 60000}  # 20 seats, then max(0, min(20, 10))


def test_a_true_up_starts_when_the_timeline_allows_it(play):
    # `never` until Jul 1, then every three months from the start: on that very day, the market's dates coming first.
    contract = {"min_seats": 4, "true_up": "never", **SEATED_AT_ONCE}
    changed = [{"at": "2026-07-01", "set": {"contract.true_up": "3 months"}}]
    books = play(signing(0, 9, contract, timeline=changed))
    assert books.events(kinds.TRUED_UP) == [(181.0, -1, 6.0)]
    # 184 of 365 days are left: 72,000 * 184/365 = 36,295.89.
    assert books.flows("billings_cents") == {1: 48000, 7: 36296}


def test_a_true_up_ends_when_the_timeline_says_never(play):
    contract = {"min_seats": 4, "true_up": "3 months", **SEATED_AT_ONCE}
    books = play(signing(0, 9, contract, timeline=[{"at": "2026-04-01", "set": {"contract.true_up": "never"}}]))
    assert books.events(kinds.TRUED_UP) == []


def test_terms_are_those_of_the_day_they_begin(play):
    # Price, billing, payment terms and term change on Feb 1: the first term of three months keeps what it has.
    # Renewed on Apr 1 at 1000 * 1.0345 = 1034.5, that is 1035, and not at the new list price; quarterly for 6 months.
    contract = {"min_seats": 4, "term": "3 months", "payment_terms": "10 days", "true_up": "never"}
    changed = {"contract.term": "6 months", "contract.billing": "quarterly", "contract.payment_terms": "40 days"}
    timeline = [{"at": "2026-02-01", "set": changed | {"pricing.enterprise": "77 USD"}}]
    books = play(signing(0, 9, contract, renewal={"uplift": "3.45%"}, timeline=timeline))
    assert books.flows("billings_cents") == {1: 12000, 4: 12420, 7: 12420}
    assert books.flows("cash_cents") == {1: 12000, 5: 12420, 8: 12420}  # Jan 11; Apr 1 + 40 days = May 11, Aug 10
    assert books.flows("bookings_cents") == {1: 12000, 4: 24840}
    assert books.flows("acv_bookings_cents") == {1: 48000, 4: 49680}
    assert books.flows("renewals") == {4: 1}


@pytest.mark.parametrize(
    ("headroom", "min_seats", "seats"),
    [
        (1.15, 0, 12),  # ceil(10 * 1.15 = 11.5)
        (1, 15, 15),  # the minimum
        (3, 0, 20),  # never more than there were
        (0, 0, 0),
    ],
)
def test_a_contract_of_the_file_is_renewed_for_those_who_use_it(play, headroom, min_seats, seats):
    # 20 seats at 9.99 until Mar 15, 2026: the year of 239,760 was billed on Mar 15, 2025. Of its 365 days 73 are left:
    # deferred 47,952. Earned of the year: 191,808 by Jan 1, 212,171.18 by Feb 1, 230,563.73 by Mar 1.
    tree, row = present(
        "Acme,a,10,4,6,0,20,9.99,2026-03-15,,7",
        6,
        contract={"min_seats": min_seats, "true_up": "never"},
        renewal={"headroom": headroom, "uplift": "3.5%"},
    )
    books = play(tree, row)
    assert books.months("deferred_revenue_cents")[:3] == [47952, 27589, 9196]
    assert [books.months("seated_users")[0], books.months("seats")[0], books.months("contracts")[0]] == [10, 20, 1]
    assert books.months("enterprise_arr_cents")[0] == 239760
    # 9.99 * 1.035 = 10.33965: 10.34 a seat.
    invoice = seats * 1034 * 12
    assert books.flows("billings_cents") == ({3: invoice} if seats else {})
    assert books.flows("cash_cents") == ({4: invoice} if seats else {})  # Apr 14
    assert books.months("seats")[2:4] == [20, seats]
    assert books.flows("renewals") == {3: 1}
    assert books.flows("bookings_cents") == ({3: invoice} if seats else {})
    assert books.flows("won") == {}
    earned = books.months("enterprise_revenue_cents")
    assert earned[1:3] == [20363, 18393]
    if seats == 12:  # 148,896 over 365 days: 17 of March are 6934.88; 47 by Apr 30: 19,172.91
        assert earned[3:] == [9196 + 6935, 12238, 12646, 12238]
        assert books.flows("contraction_arr_cents") == {3: 239760 - 148896}


def test_a_renewal_takes_on_all_who_are_seated(play):
    tree, row = present("Acme,a,12,4,6,2,7,9.99,2026-03-15,,7", 4, contract={"true_up": "never"})
    books = play(tree, row)
    assert books.months("seats") == [7, 7, 7, 10, 10]
    assert books.flows("billings_cents") == {3: 10 * 999 * 12}


@pytest.mark.parametrize(("keep_free", "free", "lapsed"), [("100%", 10, 0), ("0%", 0, 10)])
def test_without_a_renewal_users_go_on_for_free_or_lapse(play, keep_free, free, lapsed):
    tree, row = present("Acme,a,10,4,6,0,20,9.99,2026-03-15,,7", 4, trial={"keep_free": keep_free}, renewal=LEAVE)
    books = play(tree, row)
    assert books.months("free_users") == [0, 0, 0, free, free]
    assert books.flows("lapses") == ({3: lapsed} if lapsed else {})
    assert books.months("seated_users") == [10, 10, 10, 0, 0]
    assert books.months("contracts") == [1, 1, 1, 0, 0]
    assert books.flows("churned_arr_cents") == {3: 239760}
    assert books.flows("billings_cents") == {}
    assert books.months("deferred_revenue_cents")[3:] == [0, 0]


def test_quarters_of_a_running_contract_keep_their_days(play):
    # 6 seats at 10.00 until Nov 30, 2026, quarterly since Nov 30, 2025: the quarter from Nov 30 to Feb 28 (90 days,
    # 18,000) has 58 days left: 11,600. Then Feb 28, May 30 and Aug 30; no true-up (six are seated).
    tree, row = present("Acme,a,6,0,6,0,6,10,2026-11-30,,1", 12, contract={"billing": "quarterly"}, renewal=LEAVE)
    books = play(tree, row)
    assert books.months("deferred_revenue_cents")[0] == 11600
    assert books.flows("billings_cents") == {2: 18000, 5: 18000, 8: 18000}
    assert sum(books.months("enterprise_revenue_cents")) == 11600 + 3 * 18000
    assert books.flows("non_renewals") == {11: 1}


def test_a_period_that_begins_on_the_first_day_is_invoiced_and_paid(play):
    # Until Jul 1, quarterly: the quarter from Jan 1 is paid; 18,000 are deferred, and Apr 1 is the next invoice.
    tree, row = present("Acme,a,6,0,6,0,6,10,2026-07-01,,1", 3, contract={"billing": "quarterly"})
    books = play(tree, row)
    assert books.months("deferred_revenue_cents") == [18000, 11800, 6200, 0]  # 31, 59 and 90 of 90 days
    assert books.flows("billings_cents") == {}


def test_a_true_up_of_a_running_contract(play):
    # Began Mar 15, 2025; every six months: Sep 15, 2025, then none (Mar 15 is its end). Every five: Jan 15, 2026.
    # 3 more seats at 10.00: 36,000 a year, 59 of 365 days: 5819.18.
    tree, row = present("Acme,a,10,4,6,0,7,10,2026-03-15,,7", 3, contract={"true_up": "5 months"}, renewal=LEAVE)
    books = play(tree, row)
    assert books.events(kinds.TRUED_UP) == [(14.0, -1, 3.0)]
    assert books.flows("billings_cents") == {1: 5819}
    assert books.flows("bookings_cents") == {1: 5819}


def test_months_are_clipped_to_their_last_day_and_keep_the_day_of_the_first(play):
    # Signed Jan 31, 2028 (day 760), for a month at a time: Feb 29, then Mar 31, Apr 30, May 31.
    contract = {"min_seats": 1, "term": "1 months", "payment_terms": "0 days"}
    books = play(signing(760, 29, contract))
    assert [int(day) for day, _, _ in books.events(kinds.RENEWED)] == [789, 820, 850, 881]
    assert books.flows("billings_cents") == dict.fromkeys(range(25, 30), 1000)
    assert books.flows("cash_cents") == dict.fromkeys(range(25, 30), 1000)
    # Terms of 29, 31, 30 and 31 days: their first days earn 34.48, 32.26, 33.33 and 32.26 in the month before.
    assert books.months("enterprise_revenue_cents")[25:29] == [34, 966 + 32, 968 + 33, 967 + 32]


def test_a_contract_of_the_file_that_ends_on_the_31st_is_renewed_on_the_last_days_of_months(play):
    tree, row = present("Acme,a,10,10,0,0,10,30,2026-01-31,,1", 8, contract={"term": "1 month", "billing": "monthly"})
    books = play(tree, row)
    assert [int(day) for day, _, _ in books.events(kinds.RENEWED)] == [30, 58, 89, 119, 150, 180, 211, 242]
    assert books.flows("billings_cents") == dict.fromkeys(range(1, 9), 30000)


def test_periods_and_true_ups_of_a_running_contract_keep_the_day_on_which_it_ends(play):
    # Thirteen months until Mar 31, 2026, so from Feb 28, 2025: paid until Jan 31, invoices on Jan 31 and Feb 28.
    # True-ups every eleven months: Jan 31, before the invoice of that day, which carries the three new seats.
    contract = {"term": "13 months", "billing": "monthly", "true_up": "11 months"}
    tree, row = present("Acme,a,10,10,0,0,7,10,2026-03-31,,1", 3, contract=contract, renewal=LEAVE)
    books = play(tree, row)
    assert books.events(kinds.TRUED_UP) == [(30.0, -1, 3.0)]
    assert [(day, value) for day, _, value in books.events(kinds.INVOICED)] == [(30.0, 10000.0), (58.0, 10000.0)]
    assert books.months("deferred_revenue_cents")[0] == 6774  # 30 of the 31 days from Dec 31


def test_a_leap_day_comes_back(play):
    # Signed Feb 29, 2028 (day 789) for a year at a time: Feb 28 in 2029, 2030 and 2031, and Feb 29, 2032 (day 2250).
    books = play(signing(789, 76, {"min_seats": 1}))
    assert [int(day) for day, _, _ in books.events(kinds.RENEWED)] == [1154, 1519, 1884, 2250]


def test_seats_of_a_first_term_lie_between_the_minimum_and_everyone(play):
    # Ten users, four of them paying (at 20.00): 1.3 * 4 = 5.2, so 6 seats; the 960 a month of self-serve are absorbed.
    def seats(land_multiple: float, min_seats: int) -> int:
        contract = {"land_multiple": land_multiple, "min_seats": min_seats, "true_up": "never"}
        stages = {"stages": {"sign": {"duration": "40 days"}}}
        pricing = {"enterprise": "10 USD", "paid": "20 USD"}
        tree, row = present("Acme,a,10,0,4,0,,,,sign,1", 3, contract=contract, procurement=stages, pricing=pricing)
        books = play(tree, row)
        assert books.flows("arr_absorbed_cents") == {2: 96000}
        assert books.months("seated_users") == [0, 0, 4, 4]
        assert books.months("self_serve_arr_cents") == [96000, 96000, 0, 0]
        assert books.flows("opportunities_product") == {}
        assert books.flows("contract_new_logo_arr_cents") == {}
        landed = 12000 * int(books.months("seats")[2])
        for name, cents in {
            "replaced": min(landed, 96000),
            "expansion": landed - 96000,
            "contraction": 96000 - landed,
        }.items():
            assert books.flows(f"conversion_{name}_arr_cents") == ({2: cents} if cents > 0 else {})
        return int(books.months("seats")[3])

    assert seats(1.3, 0) == 6
    assert seats(1, 5) == 5
    assert seats(9, 0) == 10
    assert seats(9, 25) == 25


def test_self_serve_revenue_is_price_times_user_days(play):
    # Three pay 20.00 and stay 45 days, until Feb 15: 14 of February's 28 days. From Jan 16 the price is 25.00:
    # January 3 * (15 * 2000 + 16 * 2500) / 31 = 6774.19; February 3 * 14 * 2500 / 28 = 3750.
    tree, row = present(
        "Acme,a,3,0,3,0,,,,,",
        3,
        churn={"paid": "45 days"},
        pricing={"paid": "20 USD"},
        timeline=[{"at": "2026-01-16", "set": {"pricing.paid": "25 USD"}}],
        costs={"paid_user": "3 USD per month"},
    )
    books = play(tree, row)
    assert books.flows("self_serve_revenue_cents") == {1: 6774, 2: 3750}
    assert books.flows("billings_cents") == {1: 6774, 2: 3750}
    assert books.flows("cash_cents") == {1: 6774, 2: 3750}
    assert books.flows("cogs_cents") == {1: 900, 2: 450}
    assert books.months("self_serve_arr_cents") == [72000, 90000, 0, 0]
    assert books.flows("expansion_arr_cents") == books.flows("self_serve_expansion_arr_cents") == {1: 18000}
    assert books.flows("churned_arr_cents") == books.flows("self_serve_churned_arr_cents") == {2: 90000}


TIERS = [{"from_seats": 5, "discount": "10%"}, {"from_seats": 8, "discount": "25%"}]


def test_a_tier_comes_on_top_of_the_account_s_discount(play):
    # 7 seats at 39.00 less 20 % less 10 % = 28.08: 7 * 2808 * 12 = 235,872 for the year.
    pricing = {"enterprise": "39 USD", "discount": "20%", "tiers": TIERS}
    books = play(signing(30, 14, {"min_seats": 7, "true_up": "never"}, renewal=LEAVE, pricing=pricing))
    assert books.flows("bookings_cents") == books.flows("billings_cents") == {1: 235872}
    assert books.months("enterprise_arr_cents") == [0, *[235872] * 12, 0, 0]


def test_seats_of_a_true_up_keep_the_price_of_the_term_and_a_renewal_takes_the_tier_of_its_seats(play):
    # 4 seats at 10.00 (no tier) from Jan 31; on Apr 30 six more at the same price; renewed for 10 at 10.00 * 1.1 less
    # 25 % = 8.25: 10 * 825 * 12 = 99,000 from Jan 31, 2027.
    contract = SEATED_AT_ONCE | {"min_seats": 4, "true_up": "3 months"}
    pricing = {"enterprise": "10 USD", "tiers": TIERS}
    books = play(signing(30, 14, contract, renewal={"uplift": "10%"}, pricing=pricing))
    assert books.flows("acv_bookings_cents") == {1: 48000, 4: 72000, 13: 99000}
    assert books.months("enterprise_arr_cents") == [0, *[48000] * 3, *[120000] * 9, 99000, 99000]


def test_a_second_renewal_lifts_the_price_before_tiers(play):
    # 10 seats at 10.00 less 25 % = 7.50 for six months; then 11.00 and 12.10 less 25 %: 8.25 and 9.075, 9.08.
    contract = SEATED_AT_ONCE | {"min_seats": 10, "true_up": "never", "term": "6 months"}
    pricing = {"enterprise": "10 USD", "tiers": TIERS}
    books = play(signing(0, 14, contract, renewal={"uplift": "10%"}, pricing=pricing))
    assert books.flows("acv_bookings_cents") == {1: 90000, 7: 99000, 13: 108960}


@pytest.mark.parametrize(
    ("price", "now", "then"),
    [
        ("9.00", 900 * 120, 945 * 120),  # a tier of 10 % is in it: 10.00 before, 10.50 less 10 % = 9.45
        ("", 2700 * 120, 2835 * 120),  # 30.00 less 10 % = 27.00; 31.50 less 10 % = 28.35
    ],
)
def test_the_price_of_a_running_contract_has_its_tier_in_it(play, price, now, then):
    pricing = {"enterprise": "30 USD", "tiers": [{"from_seats": 8, "discount": "10%"}]}
    more = {"pricing": pricing, "renewal": {"uplift": "5%"}, "contract": {"true_up": "never"}}
    tree, row = present(f"one,a,10,10,0,0,10,{price},2026-07-01,,", 8, **more)
    assert play(tree, row).months("enterprise_arr_cents") == [*[now] * 7, then, then]


def test_tiers_of_a_segment_and_of_a_later_day(play):
    # At the signature on Jan 31 the timeline has taken the tiers away; by segment and uncertain they are read alike.
    step = [{"at": "2026-01-20", "set": {"pricing.tiers": []}}]
    vague = [{"from_seats": 1, "discount": {"uncertain": {"discrete": {"50%": 1}}}}]
    contract = {"min_seats": 7, "true_up": "never"}
    pricing = {"enterprise": "10 USD", "tiers": {"by_segment": {"a": vague}}}
    half = signing(30, 3, contract, pricing=pricing)
    assert play(half).flows("acv_bookings_cents") == {1: 42000}
    assert play({**half, "timeline": step}).flows("acv_bookings_cents") == {1: 84000}
