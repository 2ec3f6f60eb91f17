"""Are some months good or bad for everybody as they should be: the market's level, and the pace of procurement?"""

from __future__ import annotations

import math
from itertools import pairwise

import numpy as np
import pytest
from scipy import stats

from forecast.engines import engine
from forecast.engines.result import ENTERED, LEFT, OPENED
from forecast.model.market_level import LEVEL, PACE, draw_factors, monthly_factors, monthly_innovations

MONTH = 365.25 / 12
SEED = 20260101
MARKET = "market: {{level: {level}, segments: {{only: {{accounts: {accounts}, eligible_users: {users}}}}}}}\n"
ORGANIC = "adoption: {organic: 2% per month}\ntrial: {length: 10000 days}\n"


def text(level: str, months: int, accounts: int = 1, users: int = 1) -> str:
    """The clock and the market of a scenario."""
    clock = f"clock: {{start: 2026-01-01, horizon: {months} months}}\n"
    return clock + MARKET.format(level=level, accounts=accounts, users=users)


def paths(parameters, factor, replications: int) -> np.ndarray:
    """The factor of each month, [replication, month]."""
    return np.array([draw_factors(factor, parameters.scenario, {}, (SEED, each)) for each in range(replications)])


@pytest.mark.parametrize(("sd", "persistence", "now"), [(0.12, 1.0, 1.18), (0.3, 0.8, 0.7), (0.5, 0.0, 2.0)])
def test_the_logarithm_of_the_level_is_an_autoregression(prepare, check, sd, persistence, now):
    """ln U_m is normal with the mean of `now` that is left, and months that lie k apart have the covariance p^k v.

    False alarms: 7 comparisons at 1e-5 over 2,000 paths; sums of as many U (lognormal, CV up to 0.6) are nearly normal.
    """
    level = f"{{sd: {sd:.0%}, persistence: {persistence}, now: {now}}}"
    found = paths(prepare(text(level, 13) + ORGANIC), LEVEL, 2000)
    assert (found[:, 0] == now).all()
    variance = sd**2 * np.cumsum(persistence ** (2.0 * np.arange(12)))  # of months 1 to 12
    means = now ** (persistence ** np.arange(1.0, 13))
    for month in (1, 2, 12):
        v, mean = variance[month - 1], means[month - 1]
        check.sample(np.log(found[:, month]), stats.norm(math.log(mean) - v / 2, math.sqrt(v)).cdf)
        check.sums([found[:, month].sum()], 2000 * mean, 2000 * mean**2 * math.expm1(v))
    scores = (np.log(found[:, 1:]) - np.log(means) + variance / 2) / np.sqrt(variance)
    expected = persistence**3 * math.sqrt(variance[8] / variance[11])
    pairs = scores[:, 8] * scores[:, 11]
    check.sums([pairs.sum()], 2000 * expected, 2000 * (1 + expected**2))


def test_level_and_pace_know_nothing_of_each_other(prepare):
    """They have addresses of their own, and so have months and replications.

    False alarms: 3 comparisons at 1e-5.
    """
    pace = "procurement: {pace: {sd: 15%, persistence: 0}}\n"
    parameters = prepare(text("{sd: 15%, persistence: 0}", 600) + ORGANIC + pace)
    level, paces = (paths(parameters, factor, 4)[:, 1:] for factor in (LEVEL, PACE))
    for first, second in ((level[0], paces[0]), (level[0], level[1]), (level[:, 1:].ravel(), level[:, :-1].ravel())):
        assert stats.spearmanr(first, second).pvalue > 1e-5


def test_more_accounts_more_segments_and_more_months_change_no_level(prepare):
    """A level depends on seed, replication and month alone."""
    small = prepare(text("{sd: 20%}", 12) + ORGANIC)
    large = prepare(
        "clock: {start: 2027-03-01, horizon: 30 months}\n"
        "market: {level: {sd: 20%}, frailty_cv: 1, segments: {a: {accounts: 7, eligible_users: 3},"
        " b: {accounts: 9, eligible_users: 8}}}\nadoption: {organic: 90% per month, imitation: 2 per month}\n"
    )
    for replication in (0, 5):
        levels = [each.inputs(SEED, replication).level for each in (small, large)]
        assert levels[0].tolist() == levels[1][:12].tolist()
    assert small.inputs(SEED, 0).level[1] != small.inputs(SEED + 1, 0).level[1]


def test_the_draws_have_these_addresses():
    """Known answers: whoever moves an address changes every forecast with a level."""
    assert monthly_innovations("market.level", 4, seed=1, replication=0) == LEVEL_SCORES
    assert monthly_innovations("procurement.pace", 4, seed=1, replication=0) == PACE_SCORES


LEVEL_SCORES = [0.0, 0.5727511503801548, -0.24022672208774754, 0.9954442910636649]
PACE_SCORES = [0.0, -1.122829114275645, 0.9445204022470238, -0.052755978421556576]


def test_a_path_by_hand():
    """x: ln 2, ln 2 / 2 + 0.1, ln 2 / 4 - 0.15, variances 0, 0.01, 0.0125."""
    found = monthly_factors(2.0, sd=0.1, persistence=0.5, innovations=[0.0, 1.0, -2.0])
    x = [math.log(2), math.log(2) / 2 + 0.1, math.log(2) / 4 - 0.15]
    assert found == pytest.approx(np.exp(np.array(x) - np.array([0, 0.01, 0.0125]) / 2), rel=1e-14)


@pytest.mark.parametrize("level", ["{}", "{sd: 0, persistence: 0.3, now: 1}"])
def test_without_a_deviation_nothing_changes(prepare, engine_name, level):
    """The same events, bit for bit, and the factor 1 in every month."""
    several = text(level, 6, accounts=40, users=5)
    life = "adoption: {organic: 20% per month, imitation: 1 per month}\nchurn: {free: 20% per month}\n"
    logs: list[list[object]] = [[], []]
    plain = several.replace(f"level: {level}, ", "")
    for log, scenario in zip(logs, (several, plain), strict=True):
        result = engine(engine_name).run(prepare(scenario + life), SEED, 0, log)
        assert (result.factors == 1.0).all()
    assert logs[0] == logs[1]
    assert len(logs[0]) > 200


def test_organic_trials_are_a_lognormal_mixture(prepare, check, engine_name):
    """Trials of two months: binomial given U_1, and U_1 is lognormal, by Gauss-Hermite quadrature.

    400 users at 1 % a month: within a hair of Poisson counts given the level.  False alarms: 1 comparison at 1e-5.
    """
    parameters = prepare(text("{sd: 60%, now: 1.5}", 2, users=400) + ORGANIC)
    trials = parameters.metrics.index("organic_trials")
    run = engine(engine_name).run
    found = [int(run(parameters, SEED, each).monthly[:, 0, trials].sum()) for each in range(500)]
    nodes, weights = np.polynomial.hermite_e.hermegauss(80)
    hazard = -math.log(1 - 0.02) / MONTH
    exposure = 31 * 1.5 + 28 * 1.5 * np.exp(0.6 * nodes - 0.18)
    law = stats.binom(400, 1 - np.exp(-hazard * exposure)).pmf(np.arange(401)[:, None]) @ (weights / weights.sum())
    steps = [0, *range(12, 40, 3), 401]
    edges = list(pairwise(steps))
    check.multinomial([sum(a <= x < b for x in found) for a, b in edges], [law[a:b].sum() for a, b in edges])


@pytest.mark.parametrize("source", ["organic", "imitation"])
def test_the_level_multiplies_organic_and_imitation_hazards_month_by_month(simulate, check, source):
    """Given the level, first trials come at the hazard h U_m: of one untouched user, or beside one who is active.

    False alarms: 1 comparison at 1e-5.
    """
    rows = [f"account {each},only,2,1,0,0,,,,," for each in range(1500)] if source == "imitation" else []
    market = text("{sd: 50%, persistence: 0.5, now: 0.2}", 8, accounts=0 if rows else 1500)
    if rows:
        market = market.replace("market: {", "market: {accounts_file: accounts.csv, ")
    run = simulate(f"{market}adoption: {{{source}: 0.2 per month}}\ntrial: {{length: 10000 days}}\n", rows)
    days = np.array([run.day(month) for month in range(9)])
    levels = run.result.factors[1:, 0]
    assert levels[1:].mean() > 3 * levels[0]
    once = 0.2 / MONTH * (0.5 if rows else 1.0)  # imitation: A S / N = 1/2
    exposed = np.concatenate([[0.0], np.cumsum(levels * np.diff(days))])
    first = run.result.accounts.first_trial_day
    check.first_times(first, lambda t: 1 - np.exp(-once * np.interp(t, days, exposed)), days[-1])


def test_the_pace_multiplies_the_duration_of_stages_that_begin_in_its_month(simulate, check):
    """A stage entered in month m, that waits for the next and is worked on for 4 days, lasts pace_m U(5, 15) more.

    False alarms: 1 comparison at 1e-5.
    """
    run = simulate(
        text("{}", 12, accounts=2500)
        + """
outbound: {rate: 0.15 per month}
procurement:
  pace: {sd: 80%, persistence: 0.5}
  cool_down: 1000 days
  stages:
    review: {gate: month, resource: counsel, touch: 4 days, duration: {uniform: {low: 5 days, high: 15 days}}}
contract: {term: 60 months}
vendor: {resources: {counsel: {count: 2500}}}
"""
    )
    months = np.array([run.day(month) for month in range(13)])
    review = run.result.opportunities.stages[:, 0]
    begun = review[review[:, ENTERED] < months[8]]
    month = np.searchsorted(months, begun[:, ENTERED], side="right") - 1
    paces = run.result.factors[1:, 1][month]
    assert paces.max() < 5  # so that all are done by the horizon
    assert (np.abs(np.log(paces)) > 0.3).mean() > 0.3
    assert len(np.unique(paces)) == 8
    check.sample((begun[:, LEFT] - begun[:, OPENED] - 4) / paces, stats.uniform(5, 10).cdf)
