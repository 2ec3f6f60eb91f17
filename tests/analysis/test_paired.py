"""Differences, odds, regret and dominance on figures that can be worked out by hand."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as some

from forecast.analysis.intervals import Interval
from forecast.analysis.paired import dominance, paired_difference, standings, variance_reduction, verdict

BASE = np.array([1.0, 2.0, 3.0, 4.0])
NAMES = ("a", "b")
FIGURES = some.lists(some.tuples(some.integers(-50, 50), some.integers(-50, 50)), min_size=2, max_size=40)


def test_a_scenario_and_itself_differ_by_exactly_nothing() -> None:
    found = paired_difference(NAMES, BASE, BASE.copy(), "higher", 0.0)
    assert found.mean == Interval(0.0, 0.0, 0.0)
    assert {each.value for each in found.quantiles_of_difference.values()} == {0.0}
    assert (found.above, found.equal, found.below) == (0, 1, 0)
    assert found.better.value == 0.5
    assert found.verdict == found.dominance.dominates == "equal"
    assert found.pairing is None


def test_one_who_is_always_ahead_by_the_same() -> None:
    found = paired_difference(NAMES, BASE, BASE + 2, "higher", 1.0)
    assert found.mean == Interval(2.0, 2.0, 2.0)
    assert (found.above, found.ahead, found.within, found.behind) == (1, 1, 0, 0)
    assert (found.dominance.dominates, found.dominance.violation, found.dominance.area) == ("second", 0, 2)
    assert found.verdict == "better"
    assert found.pairing is None


def test_less_is_better_where_the_headline_says_so() -> None:
    found = paired_difference(NAMES, BASE, BASE - np.array([2, 2, 2, 0]), "lower", 1.0)
    assert found.mean.value == -1.5
    assert (found.below, found.equal) == (0.75, 0.25)
    assert found.better.value == 0.875
    assert (found.ahead, found.within, found.behind) == (0.75, 0.25, 0)
    assert paired_difference(NAMES, BASE, BASE - 2, "lower", 2.0).within == 1  # up to the zone and with it
    assert found.dominance.dominates == "second"


def test_quantile_of_a_difference_and_difference_of_quantiles_are_two_things() -> None:
    """The same figures in reverse order: no difference of quantiles at all, but differences in every replication."""
    found = paired_difference(NAMES, BASE, BASE[::-1], "higher", 0.0)
    assert found.difference_of_quantiles == {"p10": 0, "p50": 0, "p90": 0}
    assert found.quantiles_of_difference["p90"].value == pytest.approx(2.4)
    assert found.quantiles_of_difference["p10"].value == pytest.approx(-2.4)
    assert found.dominance.dominates == "equal"


def test_violated_dominance_has_the_area_between_the_curves() -> None:
    """F of {0, 10} against F of {1, 2}: second is better by 1 in the lower half and worse by 8 in the upper."""
    found = dominance(np.array([0.0, 10.0]), np.array([1.0, 2.0]), "higher")
    assert (found.dominates, found.violation, found.area) == ("neither", 4.0, 4.5)


def test_pairing_is_the_variance_of_independent_chance_over_that_of_the_pairs() -> None:
    noise = np.array([0.0, 1.0, 0.0, 1.0])
    expected = (BASE.var(ddof=1) + (BASE + noise).var(ddof=1)) / noise.var(ddof=1)
    assert variance_reduction(BASE, BASE + noise) == pytest.approx(expected)


@given(FIGURES)
def test_the_other_way_round_is_the_mirror(figures: list[tuple[int, int]]) -> None:
    first, second = np.array(figures, float).T
    there, back = (
        paired_difference(NAMES, first, second, "higher", 3.0),
        paired_difference(NAMES, second, first, "higher", 3.0),
    )
    assert there.mean.value == pytest.approx(-(back.mean.value or 0.0))
    assert (there.above, there.ahead, there.within) == (back.below, back.behind, back.within)
    assert (there.better.value or 0) + (back.better.value or 0) == pytest.approx(1)
    assert there.dominance.area == pytest.approx(back.dominance.area)
    assert there.dominance.violation == pytest.approx(back.dominance.area - back.dominance.violation)
    assert there.above + there.equal + there.below == pytest.approx(1)


@given(some.lists(some.tuples(*[some.integers(0, 5)] * 3), min_size=1, max_size=30))
def test_the_chances_to_be_best_add_up_and_somebody_has_no_regret(figures: list[tuple[int, int, int]]) -> None:
    values = np.array(figures, float)
    found = standings(("a", "b", "c"), values, "higher")
    assert sum(each.best.value or 0 for each in found) == pytest.approx(1)
    regrets = values.max(axis=1, keepdims=True) - values
    assert [each.regret.value for each in found] == pytest.approx(regrets.mean(axis=0))


def test_those_who_are_best_together_share_it() -> None:
    values = np.array([[1.0, 1.0, 0.0], [2.0, 2.0, 2.0]])
    found = standings(("a", "b", "c"), values, "higher")
    assert [each.best.value for each in found] == pytest.approx([5 / 12, 5 / 12, 1 / 6])
    assert [each.best.value for each in standings(("a", "b", "c"), values, "lower")] == pytest.approx(
        [1 / 6, 1 / 6, 2 / 3]
    )


@pytest.mark.parametrize(
    ("gain", "found"),
    [
        ((0, 0), "equal"),
        ((-0.5, 0.9), "no matter"),
        ((1.1, 2), "better"),
        ((0.5, 2), "somewhat better"),
        ((-2, -1.1), "worse"),
        ((-2, -0.5), "somewhat worse"),
        ((-2, 0.5), "open"),
        ((None, None), "open"),
    ],
)
def test_a_verdict_is_what_the_interval_says_of_the_zone(gain: tuple[float, float], found: str) -> None:
    assert verdict(Interval(1.0, *gain), 1.0) == found
