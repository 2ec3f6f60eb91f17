"""Is R the number of trials that one trial starts, on paper and in a run?"""

from __future__ import annotations

import numpy as np
import pytest

from forecast.engines import LogRow
from forecast.model import kinds

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


def first_generation(start: float, end: float, days: int) -> float:
    """E 1 - exp(-start min(D, days)) for a tenure D of the hazard `end`: whether one who stays D starts somebody."""
    return float(start / (start + end) * -np.expm1(-(start + end) * days))


@pytest.mark.parametrize("across", [0.0, 0.3])
def test_with_teams_r_is_a_first_generation_in_the_own_team_and_in_others(simulate, check, across):
    """One active user in an account of 100 teams of four, in which no trial ends: all trials are theirs.

    While the user stays, each of three mates starts at the rate i (1 - w) / 4 + i w / N, each of the others at i w / N.
    Given the tenure these are independent, so sums over 2000 accounts have the moments below; R leaves out what i w / N
    takes away or adds.
    False alarms: 1 comparison at 1e-5 each, of two.
    """
    i, end, people, days = 0.9 / 30, 1 / 40, 400, 181
    log: list[LogRow] = []
    run = simulate(
        f"""
clock: {{start: 2026-01-01, horizon: 6 months}}
market: {{accounts_file: accounts.csv, segments: {{only: {{accounts: 0, eligible_users: {people}, team_size: 4}}}}}}
adoption: {{imitation: {i} per day, across_teams: {100 * across}%}}
trial: {{length: 9 years}}
churn: {{free: {{exponential: {{mean: {1 / end} days}}}}}}
""",
        [f"a{number},only,{people},1,,,,,,," for number in range(2000)],
        log=log,
    )
    near, far = i * (1 - across) / 4 + i * across / people, i * across / people
    found = [sum(row[3] == kinds.TRIAL_STARTED and row[5] == teller for row in log) for teller in (1, 2)]
    parts = run.parameters.reproduction(0)
    assert parts.own_team == pytest.approx(3 * first_generation(i * (1 - across) / 4, end, days), rel=1e-5)
    assert parts.other_teams == pytest.approx(across * i / end * -np.expm1(-end * days), rel=1e-9)
    assert run.parameters.reproduction_number(0) == parts.total
    once = [first_generation(rate, end, days) for rate in (near, far)]
    both = [first_generation(2 * rate, end, days) for rate in (near, far)]
    heads = (3, people - 4)
    # Of two of them, both start: 1 - 2 exp(-s D) + exp(-2 s D); a mate and another: 1 - exp(-s D) - exp(-r D) + both.
    pairs = [2 * one - two for one, two in zip(once, both, strict=True)]
    mixed = once[0] + once[1] - first_generation(near + far, end, days)
    means = np.array([n * one for n, one in zip(heads, once, strict=True)])
    second = np.array([n * one + n * (n - 1) * two for n, one, two in zip(heads, once, pairs, strict=True)])
    covariance = np.diag(second - means**2)
    covariance[0, 1] = covariance[1, 0] = heads[0] * heads[1] * mixed - means[0] * means[1]
    check.sums(found, 2000 * means, 2000 * covariance)


def test_one_team_of_everybody_has_no_part_in_others(prepare):
    text = """
clock: {start: 2026-01-01, horizon: 6 months}
market: {segments: {only: {accounts: 1, eligible_users: 1000, team_size: SIZE}}}
adoption: {imitation: 0.5 per month, across_teams: 100%}
churn: {free: {exponential: {mean: 40 days}}}
"""
    alone, apart = (prepare(text.replace("SIZE", size)).reproduction(0) for size in ("none", "7"))
    assert alone.other_teams == apart.own_team == 0
    assert alone.own_team == apart.other_teams  # all reach everybody: teams change nothing
