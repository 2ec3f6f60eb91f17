"""Does the market move accounts together as it should: spillover, and parameters that nobody knows for certain?"""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from forecast.scenario.draws import write_draws

MONTH = 365.25 / 12
SEED = 4711


@pytest.mark.parametrize("spillover", [0, 3])
def test_spillover_raises_next_month_by_the_share_at_the_last_month_end(simulate, check, spillover):
    """Given A / N of the whole market at a month's end, the next month's trials of a segment are binomial.

    Their chance is 1 - exp(-organic (1 + spillover A / N) days), in segments of unlike size and rate.
    False alarms: 1 comparison at 1e-5; the 12 residuals of 6 months are uncorrelated and nearly normal (a martingale).
    """
    run = simulate(f"""
clock: {{start: 2026-01-01, horizon: 6 months}}
market: {{segments: {{many: {{accounts: 600, eligible_users: 5}}, few: {{accounts: 10, eligible_users: 150}}}}}}
adoption:
  spillover: {spillover}
  organic: {{by_segment: {{many: 0.05 per month, few: 0.12 per month}}}}
""")
    users = np.array([3000, 1500])
    free, trials = run.parameters.metrics.index("free_users"), run.parameters.metrics.index("organic_trials")
    found, means, variances = [], [], []
    for month in range(1, 7):
        before = run.result.monthly[month - 1, :2, free]
        days = run.day(month) - run.day(month - 1)
        rate = np.array([0.05, 0.12]) / MONTH * (1 + spillover * before.sum() / 4500)
        chance = 1 - np.exp(-rate * days)
        found += list(run.result.monthly[month, :2, trials])
        means += list((users - before) * chance)
        variances += list((users - before) * chance * (1 - chance))
    check.sums(found, np.array(means), np.diag(variances))


UNCERTAIN = """
clock: {start: 2026-01-01, horizon: 3 months}
market: {segments: {one: {accounts: 5, eligible_users: 4}, two: {accounts: 5, eligible_users: 4}}}
"""


def test_an_uncertain_rate_mixes_the_replications(simulate, check):
    """One rate of 0.1 or 0.5 per month (30 : 70) for all accounts of a replication: the trials are a mixture.

    Mean n q and variance E n q (1 - q) + Var n q over 80 replications; given its draw, each one is binomial.
    False alarms: 2 comparisons at 1e-5; sums over 80 replications are nearly normal.
    """
    text = UNCERTAIN + "adoption: {organic: {uncertain: {discrete: {0.1 per month: 0.3, 0.5 per month: 0.7}}}}"
    runs = [simulate(text, replication=replication) for replication in range(80)]
    trials = np.array([run.flow("organic_trials") for run in runs])
    chance = 1 - np.exp(-np.array([0.1, 0.5]) / MONTH * 90)
    weights = np.array([0.3, 0.7])
    mean = 40 * chance @ weights
    variance = 40 * (chance * (1 - chance)) @ weights + 1600 * (chance**2 @ weights - (chance @ weights) ** 2)
    check.sums([trials.sum()], 80 * mean, 80 * variance)
    drawn = np.array([run.parameters.uncertain_values(20260101, r)["adoption.organic"] for r, run in enumerate(runs)])
    given = np.where(drawn < 0.3 / MONTH, *chance)
    check.sums([trials.sum()], 40 * given.sum(), 40 * (given * (1 - given)).sum())


def test_joint_draws_mix_the_replications_row_by_row(simulate, check, tmp_path):
    """Three rows of a rate and a share: who activated is a mixture of the products within the rows.

    Mean n q a, q = 1 - exp(-rate t), and variance E n q a (1 - q a) + Var n q a over 80 replications; given its row,
    each is binomial.  Products across rows would have the mean 40 * 0.50 * 0.28 and not 40 * 0.085, six standard
    errors off.
    False alarms: 2 comparisons at 1e-5; sums over 80 replications are nearly normal.
    """
    file = write_draws(
        tmp_path / "fit.parquet", {"adoption.organic": [2, 0.1, 0.1], "trial.activation": [0.05, 0.7, 0.1]}
    )
    runs = [simulate(UNCERTAIN + f"draws: {{file: {file}}}\n", replication=replication) for replication in range(80)]
    active = np.array([run.stock("free_users", 3) for run in runs])
    rates, shares = np.array([2, 0.1, 0.1]) / MONTH, np.array([0.05, 0.7, 0.1])
    chance = (1 - np.exp(-rates * 90)) * shares
    variance = 40 * (chance * (1 - chance)).mean() + 1600 * chance.var()
    check.sums([active.sum()], 80 * 40 * chance.mean(), 80 * variance)
    drawn = [run.parameters.uncertain_values(20260101, r)["trial.activation"] for r, run in enumerate(runs)]
    given = chance[[list(shares).index(share) for share in drawn]]
    check.sums([active.sum()], 40 * given.sum(), 40 * (given * (1 - given)).sum())


def test_uncertain_draws_have_their_distribution_and_share_it_or_not(prepare, check):
    """Outside `by_segment` one draw for all segments, inside one each, independent; every one of its distribution.

    False alarms: 4 comparisons at 1e-5 over 2,000 replications.
    """
    parameters = prepare(
        UNCERTAIN
        + """
adoption: {organic: {uncertain: {uniform: {low: 0.1 per month, high: 0.3 per month}}}}
trial:
  activation:
    by_segment: {one: {uncertain: {uniform: {low: 20%, high: 60%}}}, two: {uncertain: {uniform: {low: 20%, high: 60%}}}}
"""
    )
    draws = [parameters.uncertain_values(SEED, replication) for replication in range(2000)]
    paths = ("adoption.organic", "trial.activation.by_segment.one", "trial.activation.by_segment.two")
    assert set(draws[0]) == set(paths)
    organic, one, two = (np.array([draw[path] for draw in draws]) for path in paths)
    check.sample(organic * MONTH, stats.uniform(0.1, 0.2).cdf)
    check.sample(one, stats.uniform(0.2, 0.4).cdf)
    check.sample(two, stats.uniform(0.2, 0.4).cdf)
    assert stats.spearmanr(one, two).pvalue > 1e-5


def test_correlated_parameters_have_the_asked_rank_correlation(prepare, check):
    """Spearman's coefficient of 2,000 draws: 0.6, -0.4, 0.1 where asked, 0 where not, with marginals unchanged.

    Fisher's z of a rank correlation has variance 1.06 / (n - 3) (Fieller, Hartley & Pearson 1957), which is the
    tolerance.  False alarms: 8 comparisons at 1e-5.
    """
    uniform = "{uncertain: {uniform: {low: 10%, high: 50%}}}"
    parameters = prepare(
        UNCERTAIN
        + f"""
adoption: {{imitation: {{uncertain: {{lognormal: {{median: 0.5 per month, sigma: 0.6}}}}}}}}
trial: {{activation: {uniform}, to_paid: {uniform}, keep_free: {uniform}}}
correlations:
  - {{between: [adoption.imitation, trial.activation], rank: 0.6}}
  - {{between: [trial.to_paid, adoption.imitation], rank: -0.4}}
  - {{between: [trial.activation, trial.to_paid], rank: 0.1}}
"""
    )
    draws = [parameters.uncertain_values(SEED, replication) for replication in range(2000)]
    paths = ("adoption.imitation", "trial.activation", "trial.to_paid", "trial.keep_free")
    values = np.array([[draw[path] for draw in draws] for path in paths])
    ranks = {(0, 1): 0.6, (0, 2): -0.4, (1, 2): 0.1, (0, 3): 0, (1, 3): 0}
    for (first, second), rank in ranks.items():
        found = stats.spearmanr(values[first], values[second]).statistic
        check.sums([np.arctanh(found)], np.arctanh(rank), 1.06 / 1997)
    check.sample(values[0] * MONTH, stats.lognorm(0.6, scale=0.5).cdf)
    check.sample(values[1], stats.uniform(0.1, 0.4).cdf)
    check.sample(values[2], stats.uniform(0.1, 0.4).cdf)
