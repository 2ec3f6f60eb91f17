"""Do trials start and end as their closed forms say?  Accounts without imitation, churn or leaders."""

from __future__ import annotations

import numpy as np
import pytest

MONTH = 365.25 / 12  # the length of a month in a rate


def test_first_trials_are_exponential_and_trials_binomial(simulate, check):
    """S users at rate h each: the first trial is Exp(N h), the trials by day t are Bin(accounts * N, 1 - exp(-h t)).

    False alarms: 5 comparisons at 1e-5 each; chi-square and the binomial itself need no tolerance.
    """
    run = simulate("""
clock: {start: 2026-01-01, horizon: 6 months}
market: {segments: {only: {accounts: 2000, eligible_users: 8}}}
adoption: {organic: 0.1 per month}
""")
    h = 0.1 / MONTH
    check.first_times(run.result.accounts.first_trial_day, lambda t: 1 - np.exp(-8 * h * t), run.day(6))
    days = run.result.accounts.first_trial_day
    started, end = days[~np.isnan(days)], run.day(6)
    check.sample(started, lambda t: np.expm1(-8 * h * t) / np.expm1(-8 * h * end))
    for month in (1, 3, 6):
        check.binomial(run.flow("organic_trials", month), 16000, 1 - np.exp(-h * run.day(month)))


@pytest.mark.parametrize("cv", [0.5, 1.5])
def test_frailty_makes_the_first_trial_lomax_and_trials_overdispersed(simulate, check, cv):
    """Z ~ gamma(mean 1, CV c), phi(s) = E exp(-s Z) = (1 + c^2 s)^(-1/c^2): P(no trial by t) = phi(N h t).

    Trials of an account by t: mean N (1 - phi(h t)), variance N q (1 - q) + N (N - 1) (phi(2 h t) - phi(h t)^2).
    False alarms: 3 comparisons at 1e-5; the sums of 2,000 accounts are normal (exact variance).
    """
    run = simulate(f"""
clock: {{start: 2026-01-01, horizon: 6 months}}
market: {{frailty_cv: {cv}, segments: {{only: {{accounts: 2000, eligible_users: 4}}}}}}
adoption: {{organic: 0.2 per month}}
""")
    h = 0.2 / MONTH

    def phi(s):
        return (1 + cv**2 * s) ** (-1 / cv**2)

    check.first_times(run.result.accounts.first_trial_day, lambda t: 1 - phi(4 * h * t), run.day(6))
    for month in (2, 6):
        t = run.day(month)
        q = 1 - phi(h * t)
        variance = 4 * q * (1 - q) + 12 * (phi(2 * h * t) - phi(h * t) ** 2)
        check.sums([run.flow("organic_trials", month)], 2000 * 4 * q, 2000 * variance)


def test_seasons_are_calendar_months_with_january_first(simulate, check):
    """With a factor per calendar month, a user's trial falls into month m with exp(-H(m - 1)) - exp(-H(m)).

    False alarms: 2 comparisons at 1e-5.
    """
    factors = [0.2, 0.4, 0.6, 0.8, 1, 1.2, 1.4, 1.6, 1.8, 2, 2.2, 0]
    run = simulate(f"""
clock: {{start: 2026-09-01, horizon: 8 months}}
market: {{segments: {{only: {{accounts: 3000, eligible_users: 2}}}}}}
adoption: {{organic: 0.15 per month, seasonality: {factors}}}
""")
    lengths = np.array([30, 31, 30, 31, 31, 28, 31, 30])
    hazard = 0.15 / MONTH * np.array([factors[month] for month in (8, 9, 10, 11, 0, 1, 2, 3)])
    cumulative = np.append(0, np.cumsum(hazard * lengths))
    flows = run.flows("organic_trials")
    share = -np.diff(np.exp(-cumulative))
    assert flows[3] == 0  # December
    check.multinomial([*flows, 6000 - sum(flows)], [*share, np.exp(-cumulative[-1])])

    def cdf(day):
        return 1 - np.exp(-2 * np.interp(day, np.append(0, np.cumsum(lengths)), cumulative))

    check.first_times(run.result.accounts.first_trial_day, cdf, run.day(8))


def test_a_timeline_bends_the_hazard_at_its_date(simulate, check):
    """Rate h to 15 March, 3 h to 10 May, 0 from then on: the cumulative hazard is piecewise linear.

    False alarms: 1 comparison at 1e-5.
    """
    run = simulate("""
clock: {start: 2026-01-01, horizon: 6 months}
market: {segments: {only: {accounts: 3000, eligible_users: 1}}}
adoption: {organic: 0.15 per month}
timeline:
  - {at: 2026-03-15, set: {adoption.organic: 0.45 per month}}
  - {at: 2026-05-10, set: {adoption.organic: 0 per month}}
""")
    h = 0.15 / MONTH

    def cdf(day):
        return 1 - np.exp(-np.interp(day, [0, 73, 129, 181], h * np.array([0, 73, 73 + 3 * 56, 73 + 3 * 56])))

    days = run.result.accounts.first_trial_day
    assert np.nanmax(days) < 129
    check.first_times(days, cdf, run.day(6))


def test_events_bend_the_hazard_while_they_last(simulate, check):
    """Rate h, times 3 from 15 March to 9 May, times 2 from 1 April to 30 April: the factors multiply where both hold.

    False alarms: 1 comparison at 1e-5.
    """
    run = simulate("""
clock: {start: 2026-01-01, horizon: 6 months}
market: {segments: {only: {accounts: 3000, eligible_users: 1}}}
adoption: {organic: 0.15 per month}
events:
  - {at: 2026-03-15, for: 56 days, multiply: {adoption.organic: 3}}
  - {at: 2026-04-01, for: 1 month, multiply: {adoption.organic: 2}}
""")
    dates, factors = [0, 73, 90, 120, 129, 181], [1, 3, 6, 3, 1]
    hazard = np.append(0, np.cumsum(0.15 / MONTH * np.array(factors) * np.diff(dates)))
    days = run.result.accounts.first_trial_day
    check.first_times(days, lambda day: 1 - np.exp(-np.interp(day, dates, hazard)), run.day(6))


def test_trials_end_in_exact_shares(simulate, check):
    """At day t a user has not begun, is in a trial (14 days), or went paid, free or lapsed with exact probabilities.

    The steps one by one: activated of all ended trials, paid of the activated, free of the rest.
    False alarms: 5 comparisons at 1e-5.
    """
    run = simulate("""
clock: {start: 2026-01-01, horizon: 6 months}
market: {segments: {only: {accounts: 400, eligible_users: 50}}}
adoption: {organic: 0.2 per month}
trial: {length: 14 days, activation: 55%, to_paid: 20%, keep_free: 65%}
""")
    h = 0.2 / MONTH
    for month in (2, 6):
        t = run.day(month)
        begun, ended = 1 - np.exp(-h * t), 1 - np.exp(-h * (t - 14))
        stocks = [run.stock(f"{plan}_users", month) for plan in ("paid", "free", "lapsed")]
        trial = run.stock("in_trial", month)
        shares = [0.55 * 0.2, 0.55 * 0.8 * 0.65, 1 - 0.55 * (0.2 + 0.8 * 0.65)]
        check.multinomial(
            [20000 - trial - sum(stocks), trial, *stocks],
            [1 - begun, begun - ended, *(ended * share for share in shares)],
        )
    assert run.flow("conversions") == run.stock("paid_users", 6)
    assert sum(stocks) == run.flow("organic_trials") - trial
    activated, paid = run.flow("activations"), run.flow("conversions")
    check.binomial(activated, run.flow("organic_trials") - trial, 0.55)
    check.binomial(paid, activated, 0.2)
    check.binomial(run.stock("free_users", 6), activated - paid, 0.65)
