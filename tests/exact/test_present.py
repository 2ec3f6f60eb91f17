"""Do accounts of today go on from where the accounts file has them?  Residual laws, bans, and known eagerness."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date, timedelta
from typing import Any

import numpy as np
import pytest
from scipy import stats

from forecast.model import kinds
from forecast.scenario.checks.accounts import accounts_text

START = date(2026, 1, 1)
ACCOUNTS = 600
MONTH = 30.4375

Residual = Callable[[Any], Any]


def market(months: int = 24) -> str:
    """A scenario that is an accounts file, and in which nothing happens but what is added."""
    return f"""
clock: {{start: {START}, horizon: {months} months}}
market: {{accounts_file: accounts.csv, segments: {{only: {{accounts: 0, eligible_users: 1}}}}}}
contract: {{term: 240 months}}
"""


def rows(columns: str, cells: str, count: int = ACCOUNTS) -> list[str]:
    """An accounts file of equal accounts with these columns."""
    row = dict(zip(columns.split(","), cells.split(","), strict=True)) | {"segment": "only"}
    return accounts_text({"account": f"A{number}"} | row for number in range(count)).splitlines()


def residual(law: Any, age: float) -> Residual:
    """The CDF of what is left of a duration that has lasted to an age: 1 - S(age + t) / S(age)."""
    return lambda t: 1 - law.sf(age + t) / law.sf(age)


def times(log: Iterable[Any], kind: int) -> Any:
    """When events of a kind happened."""
    return np.array([row[0] for row in log if row[3] == kind])


WEIBULL = "{weibull: {median: 40 days, shape: 2}}", stats.weibull_min(2, scale=40 / np.sqrt(np.log(2)))
LOGNORMAL = "{lognormal: {median: 40 days, sigma: 0.5}}", stats.lognorm(0.5, scale=40)
WAIVED = """
  requirements: {sso: {needed: 100%, if_missing: {waive: 100%}, waive_factor: 2}}
"""


@pytest.mark.parametrize(
    ("duration", "more", "rest", "lasted", "scale"),
    [
        (WEIBULL, "", "", 45, 1),
        (LOGNORMAL, "", "", 45, 1),
        (LOGNORMAL, "touch: 15 days,", "", 30, 1),  # the work came first
        (WEIBULL, "requirements: true,", WAIVED, 45, 2),  # twice as long for what is waived
    ],
)
def test_an_open_stage_has_its_residual_law(simulate, check, duration, more, rest, lasted, scale):
    """P(T > t) = S(age + t) / S(age), the age being the 45 days since it was entered less the work of before.

    False alarms: 4 comparisons at 1e-5.
    """
    text, law = duration
    entered = START - timedelta(45)
    stages = f"procurement:\n  stages: {{legal: {{{more} duration: {text}}}}}\n{rest}"
    run = simulate(market() + stages, rows("eligible_users,opportunity_stage,stage_entered", f"1,legal,{entered}"))
    deals = run.result.opportunities
    assert (deals.outcome == kinds.WON).all()
    check.sample(deals.closed_day / scale, residual(law, lasted / scale))


def test_cohorts_have_their_residual_tenures(simulate, check):
    """300 users of one month and 300 of 12 in one account leave by S(age + t) / S(age) of a Weibull tenure.

    False alarms: 2 comparisons at 1e-5.
    """
    log: list[Any] = []
    text = f"{market()}churn: {{free: {{weibull: {{median: 100 days, shape: 1.6}}}}}}\n"
    cells = "600,600,1:300;12:300"
    simulate(text, rows("eligible_users,free_users,months_of_use", cells, 1), log=log)
    law = stats.weibull_min(1.6, scale=100 / np.log(2) ** (1 / 1.6))
    for first, months in ((0, 1), (300, 12)):
        left = [time for time, _, _, kind, who, _ in log if kind == kinds.LEFT and first <= who < first + 300]
        assert len(left) == 300
        check.sample(left, residual(law, months * MONTH))


@pytest.mark.parametrize(
    ("length", "trials", "cdf"),
    [
        ("20 days", str(ACCOUNTS), stats.uniform(0, 20).cdf),
        (WEIBULL[0], f"25:{ACCOUNTS}", residual(WEIBULL[1], 25)),
    ],
)
def test_trials_in_progress_end_within_their_length(simulate, check, length, trials, cdf):
    """Where it is not known when they began, anywhere in a fixed length; else by the residual law.

    False alarms: 2 comparisons at 1e-5.
    """
    log: list[Any] = []
    text = f"{market()}trial: {{length: {length}, activation: 0%}}\n"
    simulate(text, rows("eligible_users,in_trial", f"{ACCOUNTS},{trials}", 1), log=log)
    ended = times(log, kinds.TRIAL_FAILED)
    assert len(ended) == ACCOUNTS
    check.sample(ended, cdf)


def test_a_ban_of_today_is_lifted_after_an_exponential_time(simulate, check):
    """However long it has lasted.

    False alarms: 1 comparison at 1e-5.
    """
    log: list[Any] = []
    run = simulate(
        f"{market()}ban: {{lift: 0.03 per day}}\n", rows("eligible_users,banned_since", "5,2024-02-29"), log=log
    )
    assert run.stock("banned_accounts", 0) == ACCOUNTS
    assert run.flow("bans") == 0
    lifted = times(log, kinds.BAN_LIFTED)
    assert len(lifted) == ACCOUNTS
    check.sample(lifted, stats.expon(scale=1 / 0.03).cdf)


def test_known_eagerness_is_a_gamma_distribution_and_organic_trials_are_negative_binomial(simulate, check):
    """Z is gamma(shape, rate); of very many users, trials in 61 days are Poisson(Z m), so NB(shape, rate / (rate + m)).

    With 1,000,000 users their number falls by 1 in 100,000: far below what 600 accounts can tell.
    False alarms: 2 comparisons at 1e-5.
    """
    log: list[Any] = []
    shape, rate, mean = 1.7, 0.5, 2.0
    text = f"{market(3)}adoption: {{organic: {mean / 61 / 1e6:.12f} per day}}\ntrial: {{length: 9 years}}\n"
    cells = f"1000000,{shape},{rate}"
    run = simulate(text, rows("eligible_users,frailty_shape,frailty_rate", cells), log=log)
    check.sample(run.parameters.inputs(20260101, 0).traits.frailty, stats.gamma(shape, scale=1 / rate).cdf)
    started = np.array([row[2] for row in log if row[3] == kinds.TRIAL_STARTED and row[0] < 61])
    counts = np.bincount(started, minlength=ACCOUNTS)
    law = stats.nbinom(shape, rate / (rate + mean))
    found = np.bincount(np.minimum(counts, 60), minlength=61)
    check.multinomial([int(each) for each in found], [*law.pmf(np.arange(60)), law.sf(59)])
