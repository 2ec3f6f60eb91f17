"""What does a price do to demand?  The rules of docs/model.md, 9, against odds that SciPy shifts."""

from __future__ import annotations

from math import log

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.special import expit, logit

from forecast.model.price_response import MOST, demand_factor, shifted_odds

INNER = st.floats(0.0001, 0.9999)
CENTS = st.integers(1, 10**6)


@given(CENTS, CENTS, st.floats(0.01, 3))
def test_demand_has_one_elasticity_everywhere(price, reference, elasticity):
    factor = demand_factor(float(price), float(reference), elasticity)
    expected = min(max((price / reference) ** -elasticity, 1 / MOST), MOST)
    assert factor == pytest.approx(expected, rel=1e-12)


@given(CENTS, CENTS)
def test_no_elasticity_and_the_reference_itself_change_no_bit(price, reference):
    assert demand_factor(float(price), float(reference), 0.0) == 1.0
    assert demand_factor(float(price), float(price), 1.7) == 1.0


def test_a_price_of_nothing_counts_as_one_cent_and_no_factor_overflows():
    assert demand_factor(0.0, 2000.0, 0.5) == demand_factor(1.0, 2000.0, 0.5) == pytest.approx(2000**0.5)
    assert demand_factor(0.0, 1e8, 10.0) == MOST
    assert demand_factor(1e8, 1.0, 10.0) == 1 / MOST
    assert demand_factor(0.0, 0.0, 2.0) == 1.0


@given(INNER, st.floats(0.001, 1000))
def test_odds_are_multiplied(probability, factor):
    assert logit(shifted_odds(probability, factor)) == pytest.approx(logit(probability) + log(factor), abs=1e-9)
    back = shifted_odds(shifted_odds(probability, factor), 1 / factor)
    assert back == pytest.approx(probability, rel=1e-9)
    assert shifted_odds(probability, 1.0) == probability


@pytest.mark.parametrize("factor", [1 / MOST, 0.5, 1.0, 2.0, MOST])
def test_what_is_certain_stays_so(factor):
    assert (shifted_odds(0.0, factor), shifted_odds(1.0, factor)) == (0.0, 1.0)
    assert 0.0 < shifted_odds(1e-300, factor) < shifted_odds(0.5, factor) == pytest.approx(expit(log(factor)))
