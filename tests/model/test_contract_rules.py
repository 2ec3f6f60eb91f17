"""How many seats, at what price, renewed how likely?  The rules of docs/model.md, 8, against exact fractions."""

from __future__ import annotations

from fractions import Fraction
from math import ceil, floor

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from forecast.model import contract, kinds, leadership, users

COUNTS = st.integers(0, 10_000)
TENTHS = st.integers(0, 50).map(lambda n: Fraction(n, 10))
PERCENTS = st.integers(0, 100).map(lambda n: Fraction(n, 100))
CENTS = st.integers(0, 10**8)
U = st.floats(2.0**-53, 1 - 2.0**-53)


@given(COUNTS, COUNTS, TENTHS, COUNTS)
def test_a_first_term_seats_a_multiple_of_the_active(active, others, multiple, min_seats):
    people = active + others
    expected = min(max(min_seats, ceil(multiple * active)), max(people, min_seats))
    assert contract.landing_seats(active, people, float(multiple), min_seats) == expected


@pytest.mark.parametrize(
    ("active", "people", "multiple", "min_seats", "seats"),
    [
        (10, 100, 1.1, 0, 11),  # 1.1 * 10 is 11.000000000000002 in binary
        (10, 100, 1.3, 5, 13),
        (3, 100, 1.3, 5, 5),  # ceil(3.9) is fewer than the minimum
        (90, 100, 1.3, 5, 100),  # not more than there are
        (2, 3, 1.3, 25, 25),  # but the minimum, if it is more
        (0, 3, 1.3, 0, 0),
    ],
)
def test_first_seats_by_hand(active, people, multiple, min_seats, seats):
    assert contract.landing_seats(active, people, multiple, min_seats) == seats


@given(COUNTS, COUNTS, TENTHS, COUNTS)
def test_a_renewal_keeps_what_is_used_and_some_headroom(seated, seats, headroom, min_seats):
    expected = seated if seated >= seats else max(min_seats, min(seats, ceil(seated * headroom)))
    assert contract.renewed_seats(seated, seats, float(headroom), min_seats) == expected


@pytest.mark.parametrize(
    ("seated", "seats", "headroom", "min_seats", "renewed"),
    [
        (12, 10, 1.1, 0, 12),
        (10, 10, 1.5, 0, 10),  # who fills it gets what is used, no headroom
        (8, 10, 1.1, 0, 9),  # ceil(8.8)
        (10, 20, 1.1, 0, 11),  # 11.000000000000002 in binary
        (9, 10, 1.5, 0, 10),  # never more than before
        (1, 10, 1.1, 5, 5),
        (1, 10, 1.1, 15, 15),  # the minimum, also when it has risen
        (0, 0, 1.1, 5, 0),
    ],
)
def test_renewed_seats_by_hand(seated, seats, headroom, min_seats, renewed):
    assert contract.renewed_seats(seated, seats, headroom, min_seats) == renewed


@given(CENTS, PERCENTS)
def test_a_price_is_whole_cents(price, share):
    # Half cents may round either way in binary; everything else is the exact product's.
    for found, exact in (
        (contract.seat_price(price, float(share)), price * (1 - share)),
        (contract.uplifted_price(price, float(share)), price * (1 + share)),
    ):
        assert abs(found - exact) <= Fraction(1, 2)
        if exact.denominator != 2:
            assert found == floor(exact + Fraction(1, 2))


def test_prices_by_hand():
    assert contract.seat_price(3900, 0.2) == 3120
    assert contract.seat_price(999, 0.5) == 500  # 499.5, half up
    assert contract.seat_price(999, 1.0) == 0
    assert contract.uplifted_price(3900, 0.04) == 4056
    assert contract.uplifted_price(1001, 0.5) == 1502  # 1501.5
    assert contract.uplifted_price(1000, -1.0) == 0
    assert contract.whole_seats(4.0 + 1e-10) == 4
    assert contract.whole_seats(4.0 + 1e-8) == 5


@pytest.mark.parametrize(
    ("champion", "seated", "seats", "healthy", "elasticity", "expected"),
    [
        (1.0, 10, 10, 1.0, 1.0, 0.8),
        (0.5, 10, 10, 1.0, 1.0, 0.4),
        (1.0, 6, 10, 0.6, 1.0, 0.8),  # healthy enough
        (1.0, 3, 10, 0.6, 1.0, 0.4),  # half of what is healthy
        (1.0, 3, 10, 0.6, 2.0, 0.2),
        (1.0, 3, 10, 0.6, 0.0, 0.8),
        (1.0, 0, 10, 0.6, 1.0, 0.0),
        (1.0, 0, 10, 0.6, 0.0, 0.8),  # 0^0 = 1
        (1.0, 20, 10, 1.0, 3.0, 0.8),  # more than full is full
        (1.0, 0, 0, 0.6, 1.0, 0.8),  # a contract over nothing is fully used
    ],
)
def test_renewal_by_hand(champion, seated, seats, healthy, elasticity, expected):
    found = contract.renewal_probability(0.8, champion, seated, seats, healthy, elasticity)
    assert found == pytest.approx(expected, rel=1e-14, abs=0)


@given(COUNTS, st.integers(1, 10_000), st.floats(0.01, 1), st.floats(0, 10))
def test_more_use_never_makes_a_renewal_less_likely(seated, seats, healthy, elasticity):
    fewer, more = (
        contract.renewal_probability(0.9, 1.0, count, seats, healthy, elasticity) for count in (seated, seated + 1)
    )
    assert 0 <= fewer <= more + 1e-15
    assert more <= 0.9 + 1e-15


@given(U, U, U, PERCENTS, PERCENTS, PERCENTS)
def test_a_trial_ends_in_one_of_three_ways(u_activation, u_paid, u_free, activation, to_paid, keep_free):
    rates = float(activation), float(to_paid), float(keep_free)
    found = users.trial_outcome(*rates, u_activation, u_paid, u_free)
    if u_activation >= activation:
        assert found == kinds.GONE
    elif u_paid < to_paid:
        assert found == kinds.PAID
    else:
        assert found == (kinds.FREE if u_free < keep_free else kinds.GONE)
    under = users.trial_outcome_under_contract(rates[0], u_activation)
    assert under == (kinds.SEATED if u_activation < activation else kinds.GONE)


@given(U, st.integers(1, 10**6))
def test_everybody_may_be_the_one_who_upgrades(u, free):
    place, exact = users.upgrade_place(u, free), Fraction(u) * free
    assert 0 <= place < free
    # A product just below a whole number is rounded up to it, as 1/3 of 105 is: by half a unit of the last place.
    assert place - Fraction(free, 2**53) <= exact < place + 1


@given(U, U, PERCENTS, PERCENTS)
def test_leaders_ban_or_sponsor_of_the_rest(u_ban, u_sponsor, ban, sponsor):
    found = leadership.awareness_outcome(float(ban), float(sponsor), u_ban, u_sponsor)
    if u_ban < ban:
        assert found == leadership.BAN
    else:
        assert found == (leadership.SPONSOR if u_sponsor < sponsor else leadership.NOTHING)


@given(CENTS, PERCENTS, PERCENTS)
def test_discounts_multiply_and_are_rounded_once(price, discount, tier):
    exact = price * (1 - discount) * (1 - tier)
    tiers = np.array([[10.0, float(tier)]])
    found = contract.price_of_seats(price, float(discount), 10, tiers)
    assert abs(found.cents - exact) <= Fraction(1, 2) + Fraction(1, 10**4)
    assert found.before_tiers == contract.seat_price(price, float(discount))
    assert contract.price_of_seats(price, float(discount), 9, tiers) == (found.before_tiers, found.before_tiers)
    assert contract.price_before_tiers(price, 0.0) == price


@pytest.mark.parametrize(("seats", "discount"), [(0, 0), (4, 0), (5, 0.1), (7, 0.1), (8, 0.25), (10_000, 0.25)])
def test_the_tier_is_the_last_that_has_begun(seats, discount):
    tiers = np.array([[5, 0.1], [8, 0.25], [np.inf, 0.0]])
    assert contract.tier_discount(seats, tiers) == discount
    assert contract.tier_discount(seats, tiers[:0]) == 0
