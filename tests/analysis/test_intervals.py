"""Do intervals hold what they promise?  Exact coverage where the binomial distribution gives it, SciPy elsewhere."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as some
from scipy import stats

from forecast.analysis.intervals import mean_interval, order_statistics, quantile_interval, share_interval

SAMPLES = some.lists(some.integers(-(10**9), 10**9), min_size=2, max_size=30)


@given(SAMPLES)
def test_the_mean_has_students_interval(sample: list[int]) -> None:
    values = np.array(sample, float)
    found = mean_interval(values)
    assert found.low is not None
    assert found.high is not None
    assert found.value == pytest.approx(values.mean())
    if values.std() > 0:
        expected = stats.t.interval(0.95, len(values) - 1, values.mean(), stats.sem(values))
        assert (found.low, found.high) == pytest.approx(expected)


def test_what_never_varies_is_known_exactly() -> None:
    assert mean_interval(np.full(7, 0.1)) == (0.1, 0.1, 0.1)


def test_one_replication_has_no_interval_and_none_has_nothing() -> None:
    assert mean_interval(np.array([3.0])) == (3.0, None, None)
    assert mean_interval(np.zeros(0)) == quantile_interval(np.zeros(0), 0.5) == share_interval(0, 0) == (None,) * 3


@pytest.mark.parametrize("q", [0.05, 0.1, 0.5, 0.9])
@pytest.mark.parametrize("count", [50, 200, 1000])
def test_each_end_of_a_quantile_is_wrong_in_at_most_one_of_forty(count: int, q: float) -> None:
    """And the next order statistic inwards would be wrong more often: no wider than it must be."""
    low, high = order_statistics(count, q)
    below = stats.binom(count, q)  # how many values lie below the quantile
    if (
        low is not None
    ):  # the order statistic of place `low` lies above the quantile when at most `low` values are below
        assert below.cdf(low) <= 0.025 < below.cdf(low + 1)
    else:
        assert below.cdf(0) > 0.025
    if high is not None:
        assert below.sf(high) <= 0.025 < below.sf(high - 1)
    else:
        assert below.sf(count - 1) > 0.025


def test_too_few_replications_for_a_tail_say_so() -> None:
    found = quantile_interval(np.arange(20.0), 0.9)
    assert found.value == pytest.approx(17.1)
    assert found.low is not None
    assert found.high is None


def test_the_median_of_a_hundred_lies_between_known_order_statistics() -> None:
    """The table of Conover: the 40th and the 61st."""
    assert quantile_interval(np.arange(1.0, 101), 0.5) == (50.5, 40, 61)


@given(some.integers(0, 60), some.integers(1, 60))
def test_a_share_has_wilsons_interval(successes: int, count: int) -> None:
    successes = min(successes, count)
    found = share_interval(successes, count)
    expected = stats.binomtest(successes, count).proportion_ci(0.95, method="wilson")
    assert (found.low, found.high) == pytest.approx((expected.low, expected.high), abs=1e-12)
