"""Are awareness, renewals and terms of contracts learned by the rules of the model?"""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from forecast.learning.awareness import AwarenessLikelihood, Exposure, HeldValues, Noticed, fit_awareness
from forecast.learning.contract_terms import (
    DiscountLikelihood,
    UsualTerm,
    fit_discounts,
    fit_land_multiple,
    fit_min_seats,
    size_prior,
    usual_term,
)
from forecast.learning.learned import ValuePlaces
from forecast.learning.priors import LOG, LOG_ODDS, Prior, graded, prior_points
from forecast.learning.renewals import RenewalLikelihood, TermEnds, fit_renewals
from forecast.model import hazards
from forecast.model.contract import renewal_probability

ADDRESS = (1, "node")
HELD = HeldValues(visibility=0.7, sponsor=0.6)
AWARENESS = [
    graded("awareness.base", [0.01], "B", LOG),
    graded("awareness.peak", [0.3], "B", LOG),
    graded("awareness.half_share", [0.2], "B", LOG),
    graded("awareness.sharpness", [2.0], "B", LOG),
    graded("awareness.ban", [0.2], "B", LOG_ODDS),
]
RENEWAL = [
    graded("renewal.base", [0.9], "B", LOG_ODDS),
    graded("renewal.champion_left", [0.7], "B", LOG_ODDS),
    graded("renewal.healthy_use", [0.7], "B", LOG_ODDS),
    graded("renewal.use_elasticity", [0.5], "B", LOG),
]


def at(*shares, factor=1.0):
    return Exposure(np.zeros(len(shares), np.int64), np.array(shares), np.full(len(shares), factor))


def centre(priors):
    return np.concatenate([prior.centre for prior in priors])


def test_awareness_has_the_hazard_of_the_model(gradient_gap):
    """Pieces at 0, 20 and 50 %, an opportunity, a ban: as a Poisson process at hazards written out."""
    noticed = Noticed(at(0.0, 0.2, 0.5, factor=0.4), np.array([3.0, 2.0, 1.5]), at(0.2), at(0.5, factor=0.4))
    likelihood = AwarenessLikelihood.of(noticed, HELD, AWARENESS, 1)
    rate = [hazards.awareness(0.01, 0.3, 0.7, 0.2, 2.0, active, 100) for active in (0, 20, 50)]
    trace = 0.2 * 0.4 + (1 - 0.2 * 0.4) * 0.6
    expected = -trace * (3 * rate[0] + 2 * rate[1] + 1.5 * rate[2])
    expected += np.log(rate[1] * (1 - 0.2)) + np.log(rate[2] * 0.2 * 0.4)
    # The sponsor and a factor of a ban that happened are constants of the likelihood.
    value = likelihood(centre(AWARENESS))[0]
    assert value == pytest.approx(expected, abs=1e-9)
    assert gradient_gap(likelihood, centre(AWARENESS) + 0.1) < 1e-6


@pytest.mark.parametrize("opportunities", [4, 24, 25])
def test_few_opportunities_tell_peak_and_half_share_alone(opportunities):
    noticed = Noticed(at(*np.linspace(0.1, 0.5, 30)), np.full(30, 2.0), at(*[0.3] * opportunities), at())
    found = fit_awareness(AWARENESS, noticed, HELD, 50, ADDRESS)
    points = prior_points(AWARENESS, 50, ADDRESS)
    kept = [
        bool((value.draws[:, 0] == prior.scale.back(points[:, place])).all())
        for place, (value, prior) in enumerate(zip(found, AWARENESS, strict=True))
    ]
    assert kept == {4: [True] * 5, 24: [True, False, False, True, True], 25: [False] * 5}[opportunities]
    if opportunities == 24:
        assert found[0].remarks == ("24 opportunities and bans, fewer than 25: prior kept",)


@pytest.mark.parametrize("use", [0.3, 1.0])
@pytest.mark.parametrize("champion_left", [False, True])
def test_renewal_has_the_probability_of_the_model(use, champion_left):
    """Apart from the corner at healthy_use, which is rounded."""
    expected = renewal_probability(0.9, 0.7 if champion_left else 1.0, round(100 * use), 100, 0.7, 0.5)
    for renewed, chance in ((True, expected), (False, 1 - expected)):
        ends = TermEnds(np.zeros(1, np.int64), np.array([use]), np.array([champion_left]), np.array([renewed]))
        value = RenewalLikelihood(ends, ValuePlaces.of(RENEWAL, 1))(centre(RENEWAL))[0]
        assert value == pytest.approx(np.log(chance), abs=1e-4)


def test_renewals_have_a_gradient_and_too_few_with_low_use_say_nothing_of_it(gradient_gap):
    rng = np.random.default_rng(1)
    ends = TermEnds(np.zeros(150, np.int64), rng.uniform(0.5, 1.0, 150), rng.random(150) < 0.2, rng.random(150) < 0.8)
    assert gradient_gap(RenewalLikelihood(ends, ValuePlaces.of(RENEWAL, 1)), centre(RENEWAL) + 0.1) < 1e-6
    base, champion, healthy, elasticity = fit_renewals(RENEWAL, ends, 100, ADDRESS)
    assert base.remarks[0].startswith("150 renewal decisions, ")
    assert champion.remarks[0].startswith(f"{ends.champion_left.sum()} decisions without champion, ")
    low = (ends.use < 0.7).sum()
    assert healthy.remarks == elasticity.remarks == (f"{low} decisions with low use, fewer than 100: prior kept",)


def test_discounts_have_the_beta_distribution_that_scipy_fits(gradient_gap):
    """With a flat prior the draws lie around the maximum, and there is no slope there."""
    found = np.random.default_rng(3).beta(2.0, 8.0, 400)
    alpha, beta, *_ = stats.beta.fit(found, floc=0, fscale=1)
    likelihood = DiscountLikelihood.of(np.zeros(400, np.int64), found, ValuePlaces((1, 1), 1))
    point = np.array([np.log(alpha / beta), np.log(alpha + beta)])
    value, slope = likelihood(point)
    assert value == pytest.approx(stats.beta(alpha, beta).logpdf(found).sum(), abs=1e-6)
    assert slope == pytest.approx([0.0, 0.0], abs=0.05)
    assert gradient_gap(likelihood, point + 0.1) < 1e-6
    priors = (Prior("discount.mean", np.array([0.15]), 5.0, LOG_ODDS), Prior("discount.cv", np.array([0.5]), 5.0, LOG))
    average, spread = fit_discounts(priors, np.zeros(400, np.int64), found, 800, ADDRESS)
    assert average.draws.mean() == pytest.approx(alpha / (alpha + beta), abs=0.003)
    assert spread.draws.mean() == pytest.approx((beta / alpha / (alpha + beta + 1)) ** 0.5, rel=0.03)


def test_the_prior_of_a_cv_is_that_of_alpha_and_beta():
    average, spread = graded("mean", [0.2, 0.3], "B", LOG_ODDS), graded("cv", [0.5], "A", LOG)
    size = size_prior(average, spread)
    assert size.median == pytest.approx([0.8 / (0.2 * 0.25) - 1])
    assert size.sd == pytest.approx(0.7)


def test_discounts_of_nothing_are_moved_inside():
    discounts = np.array([0.0, 0.1, 0.2, 0.3, 0.1, 0.0])
    likelihood = DiscountLikelihood.of(np.zeros(6, np.int64), discounts, ValuePlaces((1, 1), 1))
    assert np.isfinite(likelihood.sums).all()


def test_the_land_multiple_is_a_median_with_the_error_of_a_median():
    """sd of a median of n normal values: sqrt(pi / 2n) of theirs; 800 draws, 15 %, of which chance is 5 at 2 sd."""
    multiples = 1.5 * np.exp(0.3 * stats.norm.ppf((np.arange(400) + 0.5) / 400))
    prior = graded("contract.land_multiple", [1.2], "B", LOG)
    (found,) = fit_land_multiple(prior, np.zeros(400, np.int64), multiples, 800, ADDRESS)
    assert np.median(found.draws) == pytest.approx(1.5, rel=0.01)
    assert np.log(found.draws).std() == pytest.approx(0.3 * (np.pi / 800) ** 0.5, rel=0.15)


def test_a_segment_with_too_few_contracts_has_the_multiple_of_all():
    prior = graded("contract.land_multiple", [1.2, 1.2], "B", LOG)
    segment, multiples = np.array([0] * 60 + [1] * 3), np.array([2.0] * 60 + [9.0] * 3)
    (found,) = fit_land_multiple(prior, segment, multiples, 50, ADDRESS)
    assert np.median(found.draws, axis=0).tolist() == pytest.approx([2.0, 2.0])
    (kept,) = fit_land_multiple(prior, segment[-4:], multiples[-4:], 50, ADDRESS)
    assert (kept.draws == np.exp(prior_points([prior], 50, ADDRESS))).all()
    assert kept.remarks == ("4 contracts, fewer than 5: prior kept",) * 2


def test_min_seats_is_what_nearly_all_contracts_have():
    prior = graded("contract.min_seats", [20], "B", LOG)
    seats = np.array([3] + [25] * 60 + [100] * 39)
    (found,) = fit_min_seats(prior, np.zeros(100, np.int64), seats, 200, ADDRESS)
    assert (found.draws == 25.0).mean() > 0.97  # the odd one has 5 % of the weight in 0.6 % of the draws


def test_a_usual_term_is_the_most_frequent_one():
    assert usual_term(["annual", "annual", "upfront", "annual"]) == UsualTerm("annual", 0.25, 4)
