"""Are the statistics NumPy's, and are gaps left out?"""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as some
from hypothesis.extra import numpy as arrays

from forecast.analysis.statistics import statistics, statistics_at

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
