"""Is R the number of trials that one trial starts, on paper and in a run?"""

from __future__ import annotations

import numpy as np
import pytest

MONTH = 365.25 / 12


def test_r_by_hand(prepare):
    """0.3 a month * 55 % * (8 % of 25 days + 92 % * 65 % of 40 days), each mean cut off at the horizon of 181 days."""
    parameters = prepare("""
clock: {start: 2026-01-01, horizon: 6 months}
market: {segments: {only: {accounts: 1, eligible_users: 10}}}
adoption: {imitation: {invites: 1.5 per month, acceptance: 20%}}
trial: {activation: 55%, to_paid: 8%, keep_free: 65%}
churn: {paid: {exponential: {mean: 25 days}}, free: {hazard: 0.025 per day, heterogeneity_cv: 1}}
""")
    paid = 25 * -np.expm1(-181 / 25)
    free = 40 * np.log1p(181 / 40)  # Lomax of CV 1, which has no mean of its own
    expected = 0.3 / MONTH * 0.55 * (0.08 * paid + 0.92 * 0.65 * free)
    assert parameters.reproduction_number(0) == pytest.approx(expected, rel=1e-9)


def test_r_counts_tenures_with_a_shape(prepare):
    """With c = 1 and s = 2 the area of S = 1 / (1 + (h t)^2) up to the horizon of 181 days is atan(181 h) / h."""
    parameters = prepare("""
clock: {start: 2026-01-01, horizon: 6 months}
market: {segments: {only: {accounts: 1, eligible_users: 10}}}
adoption: {imitation: 0.3 per month}
churn: {free: {hazard: 0.025 per day, heterogeneity_cv: 1, shape: 2}}
""")
    expected = 0.3 / MONTH * np.arctan(181 * 0.025) / 0.025
    assert parameters.reproduction_number(0) == pytest.approx(expected, rel=1e-9)


@pytest.mark.parametrize("r", [0.3, 0.7])
def test_a_trial_starts_r_others_where_nobody_is_in_the_way(simulate, check, r):
    """Below 1, n organic trials lead to n / (1 - R) in all (Galton-Watson); each starts k with the variance below.

    Activated (60 %), a user stays Exp(20 days) and brings along a geometric number of mean m = R / 0.6: E k^2 is
    0.6 (m + 2 m^2).  The total has variance n Var k / (1 - R)^3.  Among a million people
    nobody is in the way.
    False alarms: 1 comparison at 1e-5.
    """
    run = simulate(f"""
clock: {{start: 2026-01-01, horizon: 36 months}}
market: {{segments: {{only: {{accounts: 2500, eligible_users: 1000000}}}}}}
adoption: {{organic: 0.0000006 per month, imitation: {r / 0.6 / 20} per day}}
trial: {{length: 7 days, activation: 60%}}
churn: {{free: {{exponential: {{mean: 20 days}}}}}}
timeline: [{{at: 2026-02-01, set: {{adoption.organic: 0 per month}}}}]
""")
    assert run.parameters.reproduction_number(0) == pytest.approx(r, rel=1e-9)
    begun, m = run.flow("organic_trials"), r / 0.6
    assert begun > 1000
    assert run.stock("in_trial", 36) == run.stock("free_users", 36) == 0  # all has died out
    variance = 0.6 * (m + 2 * m**2) - r**2
    check.sums([begun + run.flow("imitation_trials")], begun / (1 - r), begun * variance / (1 - r) ** 3)
