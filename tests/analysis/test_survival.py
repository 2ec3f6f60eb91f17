"""Is it Kaplan and Meier's estimate?  lifelines is the oracle."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as some
from lifelines import KaplanMeierFitter

from forecast.analysis import survival

LENGTH = survival.bin_count(400.0)
OBSERVED = some.lists(some.tuples(some.integers(0, 6399), some.booleans()), min_size=1, max_size=40)


def curve(days: list[float], happened: list[bool]) -> np.ndarray:
    count = len(days)
    ends = survival.Ends(
        np.zeros(count, np.int64), 1 - np.array(happened, np.int64), survival.bin_indices(np.array(days), LENGTH)
    )
    counts = ends.counted((1, 2, LENGTH))
    share: np.ndarray = survival.kaplan_meier(counts)[0]
    return share


@given(OBSERVED)
def test_shares_are_those_of_lifelines(observed: list[tuple[int, bool]]) -> None:
    days = [bins / survival.BINS_PER_DAY for bins, _ in observed]
    happened = [each for _, each in observed]
    share = curve(days, happened)
    fitted = KaplanMeierFitter().fit(days, happened)
    for place in {bins for bins, _ in observed}:
        assert share[place] == pytest.approx(1 - fitted.predict(place / survival.BINS_PER_DAY), abs=1e-9)


def test_a_small_example_by_hand() -> None:
    share = curve([10, 20, 20, 30, 40], [True, True, False, True, False])
    by = [share[int(day * survival.BINS_PER_DAY)] for day in (9, 10, 20, 30, 40)]
    assert by == pytest.approx([0, 1 / 5, 1 - 4 / 5 * 3 / 4, 1 - 4 / 5 * 3 / 4 * 1 / 2, 1 - 4 / 5 * 3 / 4 * 1 / 2])
    assert survival.days_to_quantile(share, 0.5) == pytest.approx(30, abs=1 / survival.BINS_PER_DAY)
    assert survival.days_to_quantile(share, 0.75) is None


def test_beyond_the_last_observation_nothing_is_said_unless_all_have_signed() -> None:
    assert np.isnan(curve([10], [False])[-1])
    assert curve([10], [True])[-1] == 1
    assert np.isnan(survival.share_by_month(curve([10], [False]), 12))
    assert np.isnan(survival.share_by_month(curve([10], [False])[None, :], 24)).all()


def test_a_month_is_a_whole_number_of_bins() -> None:
    assert survival.MONTH_BINS / survival.BINS_PER_DAY == 30.4375
