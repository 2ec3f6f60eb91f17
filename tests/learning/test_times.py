"""Are tenures and durations of stages, truncated and censored, as lifelines, SciPy and the model have them?"""

from __future__ import annotations

import numpy as np
import pytest
from lifelines import LogNormalFitter, WeibullFitter
from scipy import stats

from forecast.learning.learned import ValuePlaces
from forecast.learning.log_groups import group_logs
from forecast.learning.priors import LOG, LOG_ODDS, Prior, graded
from forecast.learning.stages import (
    DurationLikelihood,
    LossLikelihood,
    StageExits,
    StageStays,
    fit_durations,
    fit_losses,
)
from forecast.learning.tenures import TenureAges, TenureLikelihood, fit_tenures
from forecast.model import distributions, quantiles

ADDRESS = (1, "node")
FAMILIES = [("hazard",), ("hazard", "heterogeneity_cv"), ("hazard", "shape"), ("hazard", "heterogeneity_cv", "shape")]


def tenure_priors(names, segments=1):
    medians = {"hazard": 0.1, "heterogeneity_cv": 0.9, "shape": 1.2}
    return [graded(f"churn.free.{name}", [medians[name]] * segments, "B", LOG) for name in names]


def stays(number, segments=1, seed=1):
    """Some stays of which a third were there before."""
    rng = np.random.default_rng(seed)
    entered = np.where(rng.random(number) < 0.3, 5 * rng.random(number), 0.0)
    left = entered + rng.exponential(5.0, number)
    return TenureAges(rng.integers(0, segments, number), entered, left, rng.random(number) < 0.6)


@pytest.mark.parametrize("names", FAMILIES)
@pytest.mark.parametrize("segments", [1, 2])
def test_the_gradient_of_tenures_is_that_of_differences(names, segments, gradient_gap):
    priors = tenure_priors(names, segments)
    likelihood = TenureLikelihood.of(stays(300, segments), priors, segments)
    assert gradient_gap(likelihood, np.concatenate([prior.centre + 0.1 for prior in priors])) < 1e-6


@pytest.mark.parametrize("names", FAMILIES)
def test_a_tenure_that_goes_on_has_the_survival_function_of_the_model(names):
    """From an age of 2 to one of 7: S(7) / S(2), and what ends there has the slope of S."""
    priors = tenure_priors(names)
    given = {prior.path.rpartition(".")[2]: float(prior.median[0]) for prior in priors}
    row = distributions.encode("burr", {"heterogeneity_cv": 0.0, **given})
    survival = [
        quantiles.survival(row.family, row.a, row.b, row.c, row.d, np.zeros(1), age)
        for age in (2, 7, 7 - 1e-5, 7 + 1e-5)
    ]
    point = np.concatenate([prior.centre for prior in priors])
    for lapsed, expected in ((False, survival[1]), (True, (survival[2] - survival[3]) / 2e-5)):
        ages = TenureAges(np.zeros(1, np.int64), np.array([2.0]), np.array([7.0]), np.array([lapsed]))
        value = TenureLikelihood.of(ages, priors, 1)(point)[0]
        assert value == pytest.approx(np.log(expected / survival[0]), abs=1e-6)


def test_tenures_with_entry_are_those_of_lifelines():
    """At the estimate of lifelines our likelihood has its value and no slope: Weibull, truncated and censored."""
    ages = stays(400)
    fitter = WeibullFitter().fit(ages.left, ages.lapsed, entry=ages.entered)
    point = np.array([-np.log(fitter.lambda_), np.log(fitter.rho_)])
    value, slope = TenureLikelihood.of(ages, tenure_priors(("hazard", "shape")), 1)(point)
    assert value == pytest.approx(fitter.log_likelihood_, abs=1e-3)
    assert slope == pytest.approx([0.0, 0.0], abs=0.05)


def test_equal_hazards_are_lapses_over_exposure():
    """With a flat prior the posterior is the gamma distribution of a Poisson process, from the age of entry on."""
    ages = stays(400)
    prior = Prior("churn.free.hazard", np.array([0.1]), 1000.0, LOG)
    (found,) = fit_tenures([prior], ages, 1, 800, ADDRESS)
    exposure, lapses = (ages.left - ages.entered).sum(), ages.lapsed.sum()
    assert stats.kstest(found.draws[:, 0], stats.gamma(lapses, scale=1 / exposure).cdf).pvalue > 0.001
    assert found.exposure == pytest.approx([exposure])
    assert found.events.tolist() == [lapses]


def test_many_tenures_become_few_numbers_without_loss():
    """200,000 of them: the log likelihood between two points far apart is off by less than 0.02."""
    ages, priors = stays(200_000), tenure_priors(FAMILIES[-1])
    likelihood = TenureLikelihood.of(ages, priors, 1)
    assert len(likelihood.groups.log) < 1500
    single = TenureLikelihood(
        group_logs(ages.left, np.ones(len(ages.left)), np.arange(len(ages.left)))._replace(
            kind=np.zeros(2 * len(ages.left), np.int64)
        ),
        np.full(2 * len(ages.left), 0.5),
        np.tile(ages.lapsed / 2, 2),
        likelihood.free,
        likelihood.places,
    )
    whole = TenureLikelihood.of(ages._replace(entered=np.zeros(len(ages.left))), priors, 1)
    points = [np.concatenate([prior.centre for prior in priors]) + shift for shift in (0.0, 0.3)]
    gap = [single(point)[0] - whole(point)[0] for point in points]
    assert abs(gap[0] - gap[1]) < 0.02


def test_tenures_of_nobody_keep_their_prior():
    nobody = TenureAges(*(np.zeros(0, kind) for kind in (np.int64, float, float, bool)))
    for found in fit_tenures(tenure_priors(FAMILIES[-1], 2), nobody, 2, 20, ADDRESS):
        assert found.remarks == ("0 lapses, fewer than 5: prior kept",) * 2


def deals(number, seed=2, gate=0.0, unseen=0.2):
    """Stays in a stage: some still open, some there before the record begins."""
    rng = np.random.default_rng(seed)
    days = rng.lognormal(3.0, 0.7, number) + gate
    before = np.where(rng.random(number) < unseen, rng.random(number) * days * 0.7, 0.0)
    return StageStays(np.zeros(number, np.int64), days, np.full(number, gate), before, rng.random(number) < 0.7)


def duration_priors(sd):
    return (Prior("median", np.array([20.0]), sd, LOG), Prior("sigma", np.array([0.7]), sd, LOG))


def test_durations_with_entry_are_those_of_lifelines():
    times = deals(300)
    fitter = LogNormalFitter().fit(times.days, times.complete, entry=times.unseen_days)
    point = np.array([fitter.mu_, np.log(fitter.sigma_)])
    likelihood = DurationLikelihood.of(times, duration_priors(1.0), 1)
    value, slope = likelihood(point)
    assert value == pytest.approx(fitter.log_likelihood_, abs=1e-3)
    assert slope == pytest.approx([0.0, 0.0], abs=0.05)


def test_few_durations_have_the_posterior_of_an_integral():
    """8 deals, 3 open, 2,000 draws: mean and sd to 5 standard errors of the effective draws."""
    times, priors = deals(8, unseen=0.0), duration_priors(0.5)
    assert times.complete.sum() >= 5
    found = fit_durations(priors, times, 1, 2000, ADDRESS)
    centre, spread = np.meshgrid(np.linspace(1, 5, 300), np.linspace(-2.5, 1.5, 300), indexing="ij")
    log = stats.norm(np.log(20), 0.5).logpdf(centre) + stats.norm(np.log(0.7), 0.5).logpdf(spread)
    for days, complete in zip(times.days, times.complete, strict=True):
        of = stats.norm(centre, np.exp(spread))
        log += of.logpdf(np.log(days)) if complete else of.logsf(np.log(days))
    density = np.exp(log - log.max())
    density /= density.sum()
    for value, grid in zip(found, (centre, spread), strict=True):
        mean = (density * grid).sum()
        sd = np.sqrt((density * (grid - mean) ** 2).sum())
        error = sd / (2000 * value.effective) ** 0.5
        assert np.log(value.draws).mean() == pytest.approx(mean, abs=5 * error)
        assert np.log(value.draws).std() == pytest.approx(sd, abs=5 * error)


def test_the_time_to_a_gate_is_taken_off(gradient_gap):
    """Behind a gate of 30 days a deal is as one without; what had passed before the record, less the gate too."""
    plain, gated = deals(50), deals(50, gate=30.0)
    gated = gated._replace(unseen_days=plain.unseen_days + 30.0 * (plain.unseen_days > 0))
    point = np.array([3.1, -0.2])
    both = [DurationLikelihood.of(times, duration_priors(0.5), 1) for times in (plain, gated)]
    assert both[0](point)[0] == pytest.approx(both[1](point)[0], abs=1e-9)
    assert gradient_gap(both[0], point) < 1e-6


def test_losses_fall_with_use_as_a_logistic_regression_has_it(gradient_gap):
    """Exact shares by cell: no slope at the truth; log-odds of 0.4 without use, less 1.2 at full use."""
    active = np.repeat([0.0, 0.25, 0.4], 1000)
    odds = 0.4 / 0.6 * np.exp(-np.repeat([0.0, 1.2, 1.2], 1000))
    lost = np.tile(np.arange(1000), 3) < 1000 * odds / (1 + odds)
    exits = StageExits(np.zeros(3000, np.int64), np.zeros(3000, np.int64), lost, active)
    priors = [
        Prior("evaluation.loss", np.array([0.3]), 10.0, LOG_ODDS),
        Prior("prior_use.log_odds", np.array([1.0]), 10.0, LOG),
    ]
    loss, effect = fit_losses(priors, exits, 0.25, 1000, ADDRESS)
    assert np.median(loss.draws) == pytest.approx(0.4, abs=0.004)
    assert np.median(effect.draws) == pytest.approx(1.2, abs=0.03)
    assert loss.remarks == ("3,000 exits, 100 % data",)
    use = np.minimum(active / 0.25, 1.0)
    assert gradient_gap(LossLikelihood(exits, use, ValuePlaces.of(priors, 1), 1), np.array([0.1, 0.2])) < 1e-6


def test_without_prior_use_a_loss_is_a_share():
    exits = StageExits(np.repeat([0, 1], 50), np.zeros(100, np.int64), np.arange(100) % 5 == 0, np.zeros(100))
    priors = [Prior(f"{name}.loss", np.array([0.3]), 1000.0, LOG_ODDS) for name in ("evaluation", "security")]
    for found in fit_losses(priors, exits, None, 800, ADDRESS):
        assert stats.kstest(found.draws[:, 0], stats.beta(10, 40).cdf).pvalue > 0.001
