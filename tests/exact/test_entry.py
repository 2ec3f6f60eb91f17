"""Do accounts that enter later have no clocks and count nowhere until they do?"""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from forecast.model import kinds

MONTH = 365.25 / 12
LAST = 150  # the last day of entry


def begun(t, h):
    """P(an event at the rate h by t) of an account whose entry is uniform on (0, LAST)."""
    t = np.asarray(t, float)
    inside = np.minimum(t, LAST)
    return (inside - (np.exp(-h * (t - inside)) - np.exp(-h * t)) / h) / LAST


def test_first_trials_follow_a_uniform_entry(simulate, check):
    """Entry U(0, 150 days), then Exp(h): P(trial by t) = (t - (1 - exp(-h t)) / h) / 150 up to 150, and so on.

    The accounts in the market by t are Bin(accounts, t / 150).  The rate changes for nobody at a date of the timeline.
    False alarms: 5 comparisons at 1e-5.
    """
    run = simulate(f"""
clock: {{start: 2026-01-01, horizon: 8 months}}
market:
  segments: {{only: {{accounts: 4000, eligible_users: 1, enters: {{uniform: {{low: 0 days, high: {LAST} days}}}}}}}}
adoption: {{organic: 0.4 per month}}
timeline: [{{at: 2026-02-15, set: {{plans.upgrade: 1 per month}}}}]
""")
    h = 0.4 / MONTH
    check.first_times(run.result.accounts.first_trial_day, lambda t: begun(t, h), run.day(8))
    check.sample(run.result.accounts.entry_day, lambda t: t / LAST)
    for month in (1, 3):
        check.binomial(run.stock("accounts_in_market", month), 4000, run.day(month) / LAST)
        assert run.stock("eligible_users", month) == run.stock("accounts_in_market", month)
    check.binomial(run.flow("organic_trials", 5), 4000, float(begun(run.day(5), h)))


def test_leaders_and_sellers_wait_for_the_entry_too(simulate, check):
    """With `min_users: 0` leaders notice at the rate a, sellers call at the rate b: the first of both from entry on.

    False alarms: 2 comparisons at 1e-5 (the first opportunity, and who opened it).
    """
    run = simulate(f"""
clock: {{start: 2026-01-01, horizon: 8 months}}
market:
  segments: {{only: {{accounts: 4000, eligible_users: 1, enters: {{uniform: {{low: 0 days, high: {LAST} days}}}}}}}}
awareness: {{base: 0.2 per month, min_users: 0}}
outbound: {{rate: 0.3 per month}}
procurement: {{stages: {{wait: {{duration: 900 days}}}}}}
timeline: [{{at: 2026-02-15, set: {{plans.upgrade: 1 per month}}}}]
""")
    check.first_times(run.result.accounts.opportunity_day, lambda t: begun(t, 0.5 / MONTH), run.day(8))
    deals = run.result.opportunities
    check.binomial(int((deals.source == kinds.OUTBOUND_SOURCE).sum()), len(deals.source), 0.6)
    assert (deals.opened_day >= run.result.accounts.entry_day[deals.account]).all()


def test_the_market_s_active_share_is_of_the_accounts_that_are_in_it(simulate, check):
    """One of two people uses it in every account that is there: the share is 1/2, whoever else will never come.

    Spillover of 3 makes the hazard of the other h (1 + 3 / 2).  False alarms: 2 comparisons at 1e-5.
    """
    run = simulate(
        """
clock: {start: 2026-01-01, horizon: 4 months}
market:
  accounts_file: accounts.csv
  segments: {here: {accounts: 0, eligible_users: 1}, never: {accounts: 900, eligible_users: 40, enters: 900 days}}
adoption: {organic: 0.1 per month, spillover: 3}
trial: {activation: 0%}
""",
        [f"customer {i},here,2,1,0,0,,,,," for i in range(3000)],
    )
    for month in (2, 4):
        check.binomial(run.flow("organic_trials", month), 3000, 1 - np.exp(-0.1 * 2.5 / MONTH * run.day(month)))
    assert run.stock("accounts_in_market", 4) == 3000
    assert np.isnan(run.result.accounts.entry_day[3000:]).all()
    assert (run.result.accounts.entry_day[:3000] == 0).all()


TEXT = """
clock: {{start: 2026-01-01, horizon: 9 months}}
market:
  frailty_cv: 1
  segments: {{early: {{accounts: 25, eligible_users: 9}}, late: {{accounts: 15, eligible_users: 12{enters}}}}}
adoption: {{organic: 0.3 per month, imitation: 0.3 per month, spillover: 0}}
trial: {{to_paid: 20%}}
churn: {{free: 20% per month}}
awareness: {{base: 0.1 per month, ban: 30%}}
ban: {{lift: 0.3 per month}}
outbound: {{rate: 0.2 per month}}
contract: {{term: 3 months, min_seats: 3}}
procurement: {{stages: {{budget: {{loss: 40%, duration: 20 days}}}}}}
pricing: {{paid: 23 USD, enterprise: 41 USD}}
"""


@pytest.mark.parametrize("enters", ["0 days", "{discrete: {0 days: 1}}"])
def test_an_entry_at_the_start_changes_no_event(simulate, enters):
    logs: list[list[Any]] = [[], []]
    runs = [
        simulate(TEXT.format(enters=text), log=log) for text, log in zip(("", f", enters: {enters}"), logs, strict=True)
    ]
    assert len(logs[0]) > 500
    assert logs[0] == logs[1]
    assert np.array_equal(runs[0].result.monthly, runs[1].result.monthly)


def test_nothing_is_there_before_the_entry_and_the_others_do_not_notice(simulate):
    """All of a segment enter on day 59, the first of March: no stock and no flow in January and February."""
    logs: list[list[Any]] = [[], []]
    before = simulate(TEXT.format(enters=""), log=logs[0])
    run = simulate(TEXT.format(enters=", enters: 59 days"), log=logs[1])
    early, late = range(2)
    assert not run.result.monthly[:3, late].any()  # what enters at the end of February is not there at its close
    march = dict(zip(run.parameters.metrics, run.result.monthly[3, late].tolist(), strict=True))
    assert (march["accounts_in_market"], march["eligible_users"]) == (15, 180)
    assert march["organic_trials"] > 0
    assert np.array_equal(run.result.monthly[:, early], before.result.monthly[:, early])
    entered = [row for row in logs[1] if row[3] == kinds.ENTERED_MARKET]
    assert [(row[0], row[2]) for row in entered] == [(59.0, account) for account in range(25, 40)]
    assert [row for row in logs[1] if row[1] == early] == [row for row in logs[0] if row[1] == early]
    assert not any(row[3] == kinds.ENTERED_MARKET for row in logs[0])
