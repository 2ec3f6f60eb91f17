"""The odds that a pace changed: exact for one draw, safe to look at often, and large where something did change."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import integrate, stats

from forecast.watching.evidence_of_change import SHAPE, pace_change


@pytest.mark.parametrize(("happened", "expected"), [(0, 3.0), (12, 10.0), (61, 34.5)])
def test_the_odds_are_the_ratio_of_two_integrals(happened: int, expected: float) -> None:
    found = pace_change(happened, np.full(50, expected), (1, "exact"))
    prior = stats.gamma(SHAPE, scale=1 / SHAPE)
    other, _ = integrate.quad(lambda m: stats.poisson.pmf(happened, m * expected) * prior.pdf(m), 0, 20, limit=200)
    assert found.odds == pytest.approx(other / stats.poisson.pmf(happened, expected), rel=1e-6)
    posterior = stats.gamma(SHAPE + happened, scale=1 / (SHAPE + expected))
    assert (found.low, found.high) == pytest.approx(posterior.ppf([0.1, 0.9]), rel=0.15)
    assert found.expected == expected


def test_what_is_not_known_of_the_rate_is_integrated_on_both_sides() -> None:
    surely = pace_change(20, np.full(400, 10.0), (1, "known"))
    draws = 10.0 * np.exp(0.5 * stats.norm.ppf((np.arange(400) + 0.5) / 400))
    assert pace_change(20, draws, (1, "unknown")).odds < surely.odds


def test_who_looks_every_week_is_rarely_alarmed_when_nothing_changed() -> None:
    """Of 2,000 worlds without a change fewer than 1 in 20 ever exceed 20 : 1; exceeded by chance in 1 of 10,000."""
    chance = np.random.default_rng(20260101)
    weeks = np.cumsum(chance.poisson(2.0, (2000, 30)), axis=1)
    alarms = 0
    for world in weeks:
        odds = [pace_change(int(n), np.full(1, 2.0 * (week + 1)), (1, "weeks")).odds for week, n in enumerate(world)]
        alarms += max(odds) > 20
    assert alarms < 100 + 3.7 * np.sqrt(95)


def test_nothing_where_nothing_was_expected_says_nothing() -> None:
    assert pace_change(0, np.zeros(10), (1, "never")).odds == pytest.approx(1.0, abs=1e-6)
