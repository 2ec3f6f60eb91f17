"""The stopping rule: the interval is the textbook's, and it is checked only where it may be."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from forecast.montecarlo import StoppingRule
from forecast.types import Floats

NAMES = ("signed", "arr", "revenue")


def rule_after(figures: Floats, wanted: float | None = None) -> StoppingRule:
    """The rule that has seen figures, [replication, scenario, figure]."""
    rule = StoppingRule(NAMES, wanted)
    for row in figures:
        rule.add(row)
    return rule


def one_scenario(count: int) -> Floats:
    """A share, ARR and revenue of so many replications, [replication, 1, figure]."""
    generator = np.random.default_rng(1)
    columns = [generator.integers(0, 4, count) / 3, generator.integers(90, 110, count), generator.integers(5, 9, count)]
    return np.stack(columns, axis=1)[:, np.newaxis]


def two_scenarios(count: int) -> Floats:
    """Two scenarios, the second 3 % above the first, [replication, 2, figure]."""
    generator = np.random.default_rng(5)
    return generator.normal([[[100.0], [103.0]]], 5.0, (count, 2, 3))


def test_half_widths_are_those_of_students_interval() -> None:
    figures = one_scenario(50)
    for name, column in zip(NAMES, figures[:, 0].T, strict=True):
        low, high = stats.t.interval(0.95, 49, column.mean(), stats.sem(column))
        assert rule_after(figures).precision()[name] == pytest.approx((high - low) / 2 / column.mean(), rel=1e-9)


def test_several_scenarios_are_judged_by_their_differences_with_the_first() -> None:
    figures = two_scenarios(50)
    for name, base, other in zip(NAMES, *figures.transpose(1, 2, 0), strict=True):
        half = stats.t.ppf(0.975, 49) * stats.sem(other - base)
        assert rule_after(figures).precision()[name] == pytest.approx(half / base.mean(), rel=1e-9)


@pytest.mark.parametrize("figures", [one_scenario(240), two_scenarios(240)])
def test_just_enough_is_enough_and_a_little_less_is_not(figures: Floats) -> None:
    width = max(rule_after(figures[:220]).precision().values(), key=lambda each: each or 0.0)
    assert width is not None
    assert rule_after(figures[:220], width * 1.0001).enough()
    assert not rule_after(figures[:220], width * 0.9999).enough()


@pytest.mark.parametrize("figures", [one_scenario(240), two_scenarios(240)])
def test_nothing_is_decided_before_200_replications_nor_between_checks(figures: Floats) -> None:
    stops = [count for count in range(1, 241) if rule_after(figures[:count], 0.5).enough()]
    assert stops == [200, 220, 240]
    assert not rule_after(figures[:220], None).enough()
    assert not rule_after(figures[:220], 0.001).enough()


def test_a_figure_that_is_always_zero_is_exactly_known() -> None:
    rule = rule_after(np.zeros((200, 1, 3)), 0.01)
    assert rule.precision() == dict.fromkeys(NAMES, 0.0)
    assert rule.enough()


def test_where_the_first_scenario_has_none_the_others_are_the_scale() -> None:
    figures = two_scenarios(200)
    figures[:, 0] = 0.0
    for name, other in zip(NAMES, figures[:, 1].T, strict=True):
        half = stats.t.ppf(0.975, 199) * stats.sem(other)
        assert rule_after(figures).precision()[name] == pytest.approx(half / other.mean(), rel=1e-9)


def test_a_figure_whose_mean_is_zero_is_never_known() -> None:
    figures = np.zeros((200, 1, 3))
    figures[:2, 0] = [[1.0], [-1.0]]
    rule = rule_after(figures, 0.99)
    assert rule.precision() == dict.fromkeys(NAMES)
    assert not rule.enough()


def test_one_replication_has_no_interval() -> None:
    assert rule_after(one_scenario(1)).precision() == dict.fromkeys(NAMES)
