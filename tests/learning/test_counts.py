"""Are shares and rates those of the conjugate posteriors, and pooled ones those of an integral over a grid?"""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from forecast.learning.learned import Seen, ValuePlaces
from forecast.learning.priors import LOG, LOG_ODDS, TAUS, Prior, Scale, graded
from forecast.learning.rates import RateLikelihood, fit_rate
from forecast.learning.shares import ProductLikelihood, ShareLikelihood, YesNo, fit_needed_from_losses, fit_share

ADDRESS = (1, "node")
TRIAL = ("trial", "trials")


def flat(path: str, median: float, scale: Scale) -> Prior:
    """A prior so wide that it says nothing: uniform on the scale."""
    return Prior(path, np.array([median]), 1000.0, scale)


@pytest.mark.parametrize(("yes", "no"), [(12, 30), (300, 20)])
def test_a_share_has_a_beta_posterior_where_the_prior_is_flat(yes, no):
    """800 draws, Kolmogorov-Smirnov; false alarms 0.001 a case."""
    counts = YesNo(np.array([yes]), np.array([no]))
    (found,) = fit_share(flat("trial.to_paid", 0.5, LOG_ODDS), counts, TRIAL, 800, ADDRESS)
    assert stats.kstest(found.draws[:, 0], stats.beta(yes, no).cdf).pvalue > 0.001
    assert found.remarks == (f"{yes + no} trials, 100 % data",)


@pytest.mark.parametrize(("events", "months"), [(7, 100.0), (400, 2000.0)])
def test_a_rate_has_a_gamma_posterior_where_the_prior_is_flat(events, months):
    """800 draws, Kolmogorov-Smirnov; false alarms 0.001 a case."""
    seen = Seen(np.array([events]), np.array([months]), ("ban", "bans"))
    (found,) = fit_rate(flat("ban.lift", 0.1, LOG), seen, 800, ADDRESS)
    assert stats.kstest(found.draws[:, 0], stats.gamma(events, scale=1 / months).cdf).pvalue > 0.001


def test_a_segment_with_little_data_borrows_from_the_others_as_an_integral_says():
    """Two segments, 2,000 draws: mean and sd of both to 5 standard errors of the effective draws."""
    prior = graded("plans.upgrade", [0.1, 0.1], "U", LOG)
    seen = Seen(np.array([60, 1]), np.array([200.0, 10.0]), ("upgrade", "upgrades"))
    (found,) = fit_rate(prior, seen, 2000, ADDRESS)
    axis = np.linspace(-6.0, 3.0, 400)
    grid = np.stack(np.meshgrid(axis, axis, indexing="ij"), axis=-1)
    density = sum(stats.multivariate_normal(prior.centre, prior.covariance(tau)).pdf(grid) for tau in TAUS)
    density *= np.exp((seen.events * grid - seen.exposure * np.exp(grid)).sum(axis=-1))
    density /= density.sum()
    points = np.log(found.draws)
    for segment in range(2):
        mean = (density * grid[..., segment]).sum()
        sd = np.sqrt((density * (grid[..., segment] - mean) ** 2).sum())
        error = sd / (2000 * found.effective) ** 0.5
        assert points[:, segment].mean() == pytest.approx(mean, abs=5 * error)
        assert points[:, segment].std() == pytest.approx(sd, abs=5 * error)
    assert points[:, 1].mean() > np.log(0.1) + 0.5  # pulled up: alone, one event in ten months is the prior


def test_a_product_of_shares_is_told_apart_by_the_prior_alone():
    """The product is as the binomial says; which of the two it was stays as wide as the prior."""
    priors = (graded("needed", [0.5], "B", LOG_ODDS), graded("lose", [0.5], "B", LOG_ODDS))
    counts = YesNo(np.array([250]), np.array([750]))
    needed, lose = fit_needed_from_losses(priors, counts, 2000, ADDRESS)
    product = needed.draws * lose.draws
    assert product.mean() == pytest.approx(0.25, abs=0.005)
    assert product.std() == pytest.approx((0.25 * 0.75 / 1000) ** 0.5, rel=0.1)
    assert needed.draws.std() > 0.05
    assert np.corrcoef(needed.draws[:, 0], lose.draws[:, 0])[0, 1] < -0.9


@pytest.mark.parametrize("kind", ["share", "rate", "product"])
def test_gradients_are_those_of_differences(kind, gradient_gap):
    counts, one = YesNo(np.array([5, 7]), np.array([20, 3])), ValuePlaces((2,), 2)
    likelihoods = {
        "share": ShareLikelihood(counts, one),
        "rate": RateLikelihood(Seen(counts.yes, np.array([10.0, 20.0]), TRIAL), one),
        "product": ProductLikelihood(counts, ValuePlaces((2, 1), 2)),
    }
    point = np.array([-0.3, 0.2, 0.4])[: 3 if kind == "product" else 2]
    assert gradient_gap(likelihoods[kind], point) < 1e-6
