"""Is as much used, and billed above what is included, as a lognormal intensity says?"""

from __future__ import annotations

import numpy as np
from scipy import stats

from forecast.model.parameters import Parameters

ACCOUNTS, CV = 4000, 0.9
SCENARIO = f"""
clock: {{start: 2026-01-01, horizon: 2 months}}
market: {{segments: {{only: {{accounts: {ACCOUNTS}, eligible_users: 3}}}}}}
adoption: {{organic: 1000 per day}}
trial: {{to_paid: 100%}}
usage: {{units: {{paid: 100}}, intensity_cv: {CV}}}
pricing: {{usage: {{price: 1 USD, included: {{paid: 100}}}}}}
"""


def test_about_thirty_percent_of_use_lies_above_an_allowance_of_the_mean(simulate, check):
    """Three users of an account pool 300 units; use is 300 X, X lognormal with mean 1 and CV 0.9, s^2 = log(1.81).

    E[(X - 1)+] = 2 Phi(s / 2) - 1, which is 0.300, and the second moments follow from E[X^k; X > 1] =
    exp(k (k - 1) s^2 / 2) Phi(k s - s / 2).  The second month is whole for every user; sums over accounts are normal,
    and a cent of rounding in each account is a thousandth of their deviation.  False alarms: 1 comparison at 1e-5.
    """
    run = simulate(SCENARIO)
    s = np.sqrt(np.log(1 + CV**2))
    above = [np.exp(k * (k - 1) * s**2 / 2) * stats.norm.cdf(k * s - s / 2) for k in range(3)]
    over, over_squared, crossed = above[1] - above[0], above[2] - 2 * above[1] + above[0], above[2] - above[1]
    assert round(over, 2) == 0.30
    means = np.array([1.0, over])
    covariance = np.array([[1 + CV**2, crossed], [crossed, over_squared]]) - np.outer(means, means)
    found = [run.flows("usage_units")[1] / 300, run.flows("usage_revenue_cents")[1] / 30000]
    check.sums(found, ACCOUNTS * means, ACCOUNTS * covariance)


def test_intensities_are_a_sample_of_the_lognormal(prepare, check):
    """One draw an account, at an address of its own.  False alarms: 1 comparison at 1e-5."""
    parameters: Parameters = prepare(SCENARIO)
    found = parameters.inputs(5, 0).traits
    s = np.sqrt(np.log(1 + CV**2))
    check.sample(found.usage_intensity, stats.lognorm(s, scale=np.exp(-(s**2) / 2)).cdf)
    others = prepare(SCENARIO.replace(f"intensity_cv: {CV}", "intensity_cv: 0")).inputs(5, 0).traits
    assert (others.usage_intensity == 1.0).all()
    assert np.array_equal(found.users, others.users)
    assert np.array_equal(found.frailty, others.frailty)
