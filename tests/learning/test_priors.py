"""Do segments share what is believed of them, and does a value without data keep its prior exactly?"""

from __future__ import annotations

import numpy as np
import pytest

from forecast.learning.gaussian_priors import draw_over_priors
from forecast.learning.learned import Seen, learn
from forecast.learning.priors import GRADE_SDS, LOG, LOG_ODDS, TAUS, Prior, graded, prior_mixture, prior_points

ADDRESS = (3, "node")


def silence(point):
    """A likelihood of no data."""
    return 0.0, np.zeros_like(point)


def seen(*events, fewest=5):
    return Seen(np.array(events), np.ones(len(events)), ("lapse", "lapses"), fewest)


@pytest.mark.parametrize(("grade", "sd"), [("A", 0.35), ("B", 0.5), ("C", 0.7), ("U", 1.0)])
def test_one_segment_has_the_prior_of_its_grade_whatever_tau(grade, sd):
    prior = graded("churn.free.hazard", [0.06], grade, LOG)
    assert sd == prior.sd == GRADE_SDS[grade]
    assert prior.sd_of_one == pytest.approx(sd)
    assert [prior.covariance(tau).tolist() for tau in (0.0, 1.0)] == [[[sd**2]], [[sd**2]]]
    (version,) = prior_mixture([prior])
    assert version.mean == pytest.approx(np.log(0.06))
    assert version.precision == pytest.approx(1 / sd**2)


def test_segments_share_one_deviation_and_have_one_each():
    """Their mean has the grade's sd whatever tau; their differences have tau alone."""
    prior = graded("a.b", [0.2, 0.3, 0.4], "B", LOG_ODDS)
    covariance = prior.covariance(0.3)
    mean, gap = np.ones(3) / 3, np.array([1.0, -1.0, 0.0])
    assert mean @ covariance @ mean == pytest.approx(0.5**2)
    assert gap @ covariance @ gap == pytest.approx(2 * 0.3**2)


def test_the_grid_of_tau_is_half_normal():
    assert TAUS.tolist() == pytest.approx([0.0628, 0.1927, 0.3372, 0.5182, 0.8224], abs=1e-4)
    assert [np.exp(version.log_weight) for version in prior_mixture([graded("a", [1, 2], "A", LOG)])] == [
        pytest.approx(0.2)
    ] * 5


@pytest.mark.parametrize("medians", [[0.2], [0.2, 0.3, 0.5]])
def test_draws_of_the_prior_have_its_moments(medians):
    """4,000 draws: means to 5 standard errors, variances to 5 of theirs at most twice the normal's."""
    prior = graded("a.b", medians, "C", LOG_ODDS)
    points = prior_points([prior], 4000, ADDRESS)
    assert points.mean(axis=0) == pytest.approx(prior.centre, abs=5 * prior.sd_of_one / 4000**0.5)
    assert points.var(axis=0) == pytest.approx(prior.sd_of_one**2, rel=10 * (2 / 4000) ** 0.5)


def test_without_data_a_value_keeps_its_prior_to_the_bit():
    priors = [graded("a.b", [0.2, 0.3], "C", LOG), graded("a.c", [0.5], "A", LOG_ODDS)]
    first, second = learn(silence, priors, [seen(0, 0), seen(0, 0)], 50, ADDRESS)
    points = prior_points(priors, 50, ADDRESS)
    assert (first.draws == np.exp(points[:, :2])).all()
    assert (second.draws == LOG_ODDS.back(points[:, 2:])).all()
    assert first.data_share.tolist() == [0.0, 0.0]
    assert first.effective == 1.0
    assert first.remarks == ("0 lapses, fewer than 5: prior kept",) * 2


@pytest.mark.parametrize("medians", [[0.2], [0.2, 0.3, 0.5]])
def test_a_likelihood_that_says_nothing_leaves_the_prior(medians):
    """The same through mode and resampling, 2,000 draws: means to 5 standard errors, variances to 15 %."""
    prior = graded("a.b", medians, "C", LOG)
    found = draw_over_priors(silence, prior_mixture([prior]), 2000, ADDRESS)
    assert found.points.mean(axis=0) == pytest.approx(prior.centre, abs=5 * prior.sd_of_one / 2000**0.5)
    assert found.points.var(axis=0) == pytest.approx(prior.sd_of_one**2, rel=0.15)


def test_a_value_with_too_few_events_keeps_its_prior_and_is_held_at_its_median_for_the_others():
    priors = [graded("known", [1.0], "B", LOG), graded("rare", [2.0], "B", LOG)]

    def likelihood(point):
        return -50 * (point[0] - point[1]) ** 2, 100 * (point[0] - point[1]) * np.array([-1.0, 1.0])

    known, rare = learn(likelihood, priors, [seen(9), seen(4)], 200, ADDRESS)
    assert (rare.draws[:, 0] == np.exp(prior_points(priors, 200, ADDRESS)[:, 1])).all()
    assert rare.remarks == ("4 lapses, fewer than 5: prior kept",)
    precision = 100 + 1 / 0.5**2
    assert np.log(known.draws).mean() == pytest.approx(100 * np.log(2) / precision, abs=0.03)
    assert known.data_share == pytest.approx([1 - 1 / precision / 0.25], abs=0.01)
    assert known.remarks == ("9 lapses, 96 % data",)


def test_little_data_is_called_prior():
    prior = Prior("a", np.array([1.0]), 0.5, LOG)
    (found,) = learn(lambda point: (float(-0.1 * point @ point), -0.2 * point), [prior], [seen(1234)], 2000, ADDRESS)
    share = 1 - 4 / 4.2
    assert found.data_share == pytest.approx([share], abs=0.05)
    assert found.remarks[0].startswith("1,234 lapses, ")
    assert found.remarks[0].endswith(" % data: prior")


def test_draws_are_the_same_again():
    prior = graded("a.b", [0.2, 0.3], "C", LOG)
    first, second = (learn(silence, [prior], [seen(9, 9)], 20, ADDRESS)[0].draws for _ in range(2))
    assert (first == second).all()
    assert (first != learn(silence, [prior], [seen(9, 9)], 20, (4, "node"))[0].draws).any()
