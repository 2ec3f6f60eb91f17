"""Do users stay as long as their tenure's survival function says, new ones and those who are already there?"""

from __future__ import annotations

import numpy as np
import pytest
from scipy.integrate import quad
from scipy.special import ndtr

MONTH = 365.25 / 12

# How a tenure is written, and its survival function of days; a share lost per month is a hazard -log(1 - share).
H = -np.log(1 - 0.2) / MONTH
SCALE = {1.8: 70 / np.log(2) ** (1 / 1.8), 0.6: 50 / np.log(2) ** (1 / 0.6)}
TENURES = {
    "lomax": ("{hazard: 20% per month, heterogeneity_cv: 1.2}", lambda t: (1 + H * 1.44 * t) ** (-1 / 1.44)),
    "burr": (
        "{hazard: 20% per month, heterogeneity_cv: 1.2, shape: 1.6}",
        lambda t: (1 + 1.44 * (H * t) ** 1.6) ** (-1 / 1.44),
    ),
    "equal hazards with a shape": ("{hazard: 20% per month, shape: 1.6}", lambda t: np.exp(-((H * t) ** 1.6))),
    "plain hazard": ("{hazard: 20% per month, heterogeneity_cv: 0}", lambda t: np.exp(-H * t)),
    "weibull wearing out": ("{weibull: {median: 70 days, shape: 1.8}}", lambda t: np.exp(-((t / SCALE[1.8]) ** 1.8))),
    "weibull settling": ("{weibull: {median: 50 days, shape: 0.6}}", lambda t: np.exp(-((t / SCALE[0.6]) ** 0.6))),
    "lognormal": ("{lognormal: {median: 60 days, sigma: 0.7}}", lambda t: ndtr(-np.log((t + 1e-12) / 60) / 0.7)),
    "uniform": ("{uniform: {low: 0 days, high: 200 days}}", lambda t: np.clip(1 - t / 200, 0, 1)),
}


@pytest.mark.parametrize("family", TENURES)
def test_new_users_survive_as_their_tenure_says(simulate, check, family):
    """12,000 users of one account begin at rate h; active at t: the integral of h exp(-h s) S(t - s), binomial.

    False alarms: 2 comparisons at 1e-5.
    """
    text, survival = TENURES[family]
    run = simulate(f"""
clock: {{start: 2026-01-01, horizon: 6 months}}
market: {{segments: {{only: {{accounts: 1, eligible_users: 12000}}}}}}
adoption: {{organic: 3 per month}}
churn: {{free: {text}}}
""")
    h = 3 / MONTH
    for month in (2, 6):
        t = run.day(month)
        active = quad(lambda s, t=t: h * np.exp(-h * s) * survival(t - s), 0, t, limit=200)[0]
        check.binomial(run.stock("free_users", month), 12000, active)


@pytest.mark.parametrize("family", TENURES)
@pytest.mark.parametrize("months", [0, 4])
def test_users_who_are_there_leave_by_the_residual_tenure(simulate, check, family, months):
    """Users of age a leave in month m with probability (S(a + t[m-1]) - S(a + t[m])) / S(a).

    False alarms: 1 comparison at 1e-5.
    """
    text, survival = TENURES[family]
    run = simulate(
        f"""
clock: {{start: 2026-01-01, horizon: 5 months}}
market: {{accounts_file: accounts.csv, segments: {{only: {{accounts: 0, eligible_users: 1}}}}}}
churn: {{free: {text}}}
""",
        [f"old-{i},only,700,600,0,50,,,,,{months}" for i in ("a", "b", "c", "d", "e")],
    )
    left = run.flows("lapses")
    assert run.stock("free_users", 0) == 3000
    age, days = months * MONTH, np.array([run.day(month) for month in range(6)])
    alive = survival(age + days) / survival(age)
    check.multinomial([*left, 3000 - sum(left)], [*-np.diff(alive), alive[-1]])


def test_each_plan_has_its_own_residual_tenure(simulate, check):
    """Free and paid users of accounts without a contract, seated ones (free and paid before) of those with one.

    False alarms: 3 comparisons at 1e-5.
    """
    run = simulate(
        """
clock: {start: 2026-01-01, horizon: 4 months}
market: {accounts_file: accounts.csv, segments: {only: {accounts: 0, eligible_users: 1}}}
churn:
  free: {hazard: 30% per month, heterogeneity_cv: 1}
  paid: {weibull: {median: 200 days, shape: 2}}
  seated: {hazard: 10% per month, heterogeneity_cv: 2}
""",
        [
            "without,only,4000,2000,2000,0,,,,,3",
            "with,only,3000,1000,1000,0,2500,39,2026-12-01,,8",
        ],
    )
    t, a, b = run.day(4), 3 * MONTH, 8 * MONTH
    free, seated, scale = -np.log(0.7) / MONTH, -np.log(0.9) / MONTH, 200 / np.log(2) ** 0.5
    assert run.stock("seated_users", 0) == 2000
    check.binomial(run.stock("free_users", 4), 2000, (1 + free * a) / (1 + free * (a + t)))
    check.binomial(run.stock("paid_users", 4), 2000, np.exp((a / scale) ** 2 - ((a + t) / scale) ** 2))
    check.binomial(run.stock("seated_users", 4), 2000, ((1 + 4 * seated * b) / (1 + 4 * seated * (b + t))) ** 0.25)
