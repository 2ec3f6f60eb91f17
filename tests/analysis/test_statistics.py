"""Are the statistics NumPy's, and are gaps left out?"""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as some
from hypothesis.extra import numpy as arrays

from forecast.analysis.statistics import quotient_statistics, statistics, statistics_at

FIGURES = arrays.arrays(
    np.float64, some.tuples(some.integers(2, 12), some.integers(1, 4)), elements=some.floats(-1e9, 1e9)
)


@given(FIGURES)
def test_statistics_are_those_of_numpy(values: np.ndarray) -> None:
    found = statistics(values)
    close: Any = {"rtol": 1e-9, "atol": 1e-6}
    np.testing.assert_allclose(found.mean, values.mean(axis=0), **close)
    np.testing.assert_allclose(found.se, values.std(axis=0, ddof=1) / np.sqrt(len(values)), **close)
    np.testing.assert_allclose(found.p10, np.percentile(values, 10, axis=0), **close)
    np.testing.assert_allclose(found.p90, np.percentile(values, 90, axis=0), **close)


@given(FIGURES, some.randoms(use_true_random=False))
def test_the_order_of_replications_matters_to_no_quantile(values: np.ndarray, chance) -> None:
    order = list(range(len(values)))
    chance.shuffle(order)
    np.testing.assert_array_equal(statistics(values).p50, statistics(values[order]).p50)


def test_replications_without_the_figure_are_left_out() -> None:
    found = statistics(np.array([[1.0, np.nan, np.nan], [2.0, 4.0, np.nan], [3.0, 6.0, np.nan]]))
    assert found.mean.tolist()[:2] == [2.0, 5.0]
    assert statistics_at(found, 1)["se"] == pytest.approx(1.0)
    assert set(statistics_at(found, 2).values()) == {None}


def test_one_replication_has_no_standard_error() -> None:
    assert statistics_at(statistics(np.array([7.0]))) == {"mean": 7.0, "se": None, "p10": 7.0, "p50": 7.0, "p90": 7.0}


def test_any_shape_is_described() -> None:
    assert statistics(np.zeros((5, 2, 3, 4))).mean.shape == (2, 3, 4)


@given(some.integers(0, 99))
def test_a_quotient_is_that_of_the_counts_shown(seed: int) -> None:
    chance = np.random.default_rng(seed)
    below = chance.integers(1, 9, (40, 2))
    above = chance.binomial(below, 0.3)
    found = quotient_statistics(above, below)
    np.testing.assert_allclose(found.mean, above.sum(axis=0) / below.sum(axis=0))
    np.testing.assert_array_equal(found.p50, np.median(above / below, axis=0))
    # The standard error is that of the sums' quotient: leaving one replication out at a time (jackknife) says the same.
    left = [(above.sum(axis=0) - above[k]) / (below.sum(axis=0) - below[k]) for k in range(40)]
    jackknife = np.sqrt(39 / 40 * ((left - np.mean(left, axis=0)) ** 2).sum(axis=0))
    np.testing.assert_allclose(found.se, jackknife, rtol=0.15)


def test_a_quotient_of_nothing_is_undefined() -> None:
    found = quotient_statistics(np.array([0, 1]), np.array([0, 4]))
    assert statistics_at(found)["mean"] == 0.25
    assert set(statistics_at(quotient_statistics(np.zeros(3), np.zeros(3))).values()) == {None}
