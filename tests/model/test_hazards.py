"""Do the clocks run at the hazards of docs/model.md, 4?  Against hand arithmetic, fractions and SciPy."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats
from scipy.special import expit

from forecast.model import hazards

SHARES = st.floats(0, 1)
HALVES = st.floats(0.001, 1)
EXPONENTS = st.floats(0.1, 100)


@given(SHARES, HALVES, st.integers(1, 8))
def test_the_s_curve_is_the_fraction(x, half, exponent):
    exact = Fraction(x) ** exponent / (Fraction(x) ** exponent + Fraction(half) ** exponent) if x else Fraction(0)
    assert hazards.hill(x, half, float(exponent)) == pytest.approx(float(exact), rel=1e-13, abs=1e-300)


@given(st.floats(1e-6, 1), HALVES, EXPONENTS)
def test_the_s_curve_is_logistic_in_the_logarithm(x, half, exponent):
    expected = expit(exponent * np.log(x / half))
    assert hazards.hill(x, half, exponent) == pytest.approx(expected, rel=1e-9, abs=1e-300)


@given(st.tuples(SHARES, SHARES).map(sorted), HALVES, EXPONENTS)
def test_the_s_curve_rises_from_nothing_to_less_than_one(xs, half, exponent):
    low, high = (hazards.hill(x, half, exponent) for x in xs)
    assert 0 <= low <= high <= 1
    assert hazards.hill(0.0, half, exponent) == 0
    assert hazards.hill(half, half, exponent) == 0.5


def test_an_extreme_s_curve_is_one():
    assert hazards.hill(1.0, 1e-5, 100.0) == 1.0
    assert hazards.hill(1.0, 1e-5, 3.0) == pytest.approx(1 - 1e-15, abs=1e-16)


def test_hazards_by_hand():
    # 0.02 a day, Z = 1.5, season 0.5, spillover 2 at an active share of 0.25 (factor 1.5), 40 eligible: 0.9 a day.
    assert hazards.organic(0.02, 1.5, 0.5, 2.0, 0.25, 40) == pytest.approx(0.9, rel=1e-15)
    # 0.1 a day, Z = 2, 5 active, 15 of 20 eligible: 0.1 * 2 * 5 * 0.75 = 0.75.
    assert hazards.imitation(0.1, 2.0, 5, 15, 20, 0.0, 1.0) == pytest.approx(0.75, rel=1e-15)
    # Complex, a quarter active, half at a half, square: (1/16) / (1/16 + 1/4) = 0.2 of it.
    assert hazards.imitation(0.1, 2.0, 5, 15, 20, 2.0, 0.5) == pytest.approx(0.15, rel=1e-15)
    assert hazards.proportional(0.03, 7) == pytest.approx(0.21, rel=1e-15)
    # A tenth active of which half is seen: 0.05; half at 0.1, square: 0.0025 / 0.0125 = 0.2: 0.01 + 0.2 * 0.5 = 0.11.
    assert hazards.awareness(0.01, 0.5, 0.5, 0.1, 2.0, 2, 20) == pytest.approx(0.11, rel=1e-14)


@pytest.mark.parametrize(("active", "eligible"), [(0, 10), (10, 0), (0, 0)])
def test_nobody_is_told_by_nobody(active, eligible):
    assert hazards.imitation(0.1, 2.0, active, eligible, 10, 2.0, 0.5) == 0.0


def test_nobody_starts_where_nobody_is_left():
    assert hazards.organic(0.02, 1.5, 1.0, 2.0, 0.25, 0) == 0.0
    assert hazards.awareness(0.01, 0.5, 1.0, 0.1, 2.0, 0, 20) == 0.01


@given(st.integers(1, 1000), st.integers(0, 1000), st.integers(0, 1000))
def test_simple_contagion_is_mass_action(users, active, eligible):
    expected = Fraction(1, 4) * active * eligible / users
    assert hazards.imitation(0.25, 1.0, active, eligible, users, 0.0, 1.0) == pytest.approx(float(expected), rel=1e-14)
    assert hazards.reinforcement(active / users, 0.0, 1.0) == 1.0


def test_a_clocks_amount_is_exponential():
    u = np.linspace(0.0005, 0.9995, 500)
    amounts = [hazards.exponential_amount(each) for each in u]
    assert amounts == pytest.approx(stats.expon.ppf(u), rel=1e-14)


@given(st.floats(0, 100), st.floats(0, 10), st.floats(0, 100))
def test_what_is_left_of_an_amount_is_never_negative(remaining, hazard, gap):
    assert hazards.remaining_amount(remaining, hazard, gap) == max(0.0, remaining - hazard * gap)
