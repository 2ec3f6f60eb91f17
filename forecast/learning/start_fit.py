"""The fit of starts: organic and imitation rates by segment, an account's eagerness, the market's level month by month.

From data and priors to joint draws.  Where only counts of months are known the rate at which people stop belongs to the
same fit, since it decides with the starts where in a month both may lie.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from scipy.linalg import block_diag

from forecast.learning.chance import normals_at
from forecast.learning.gaussian_priors import GaussianPrior, draw_over_priors
from forecast.learning.level import LevelPrior, grid
from forecast.learning.priors import Prior, prior_mixture
from forecast.learning.starts import Eagerness, StartLikelihood, StartValues
from forecast.observed.start_exposure import StartExposure
from forecast.types import Floats

CV_MEDIAN, CV_SPREAD = 0.4, 0.4  # of the eagerness, lognormal: with contagion and the calendar it is confounded
EAGERNESS_DRAWS = 50  # draws over which what is known of an account is averaged


class StartPrior(NamedTuple):
    """What is known beforehand; `stop` counts only where the data are counts."""

    organic: Prior
    imitation: Prior
    stop: Prior


class StartPosterior(NamedTuple):
    """Joint draws: rates per month [draw, segment]; the level by month of the data, and in the month after them."""

    organic: Floats
    imitation: Floats
    stop: Floats
    cv: Floats  # [draw]
    level: Floats  # [draw, month]; 1 in the first
    next_level: Floats  # [draw]
    level_sd: Floats  # [draw]
    level_persistence: Floats  # [draw]
    eagerness: Eagerness  # by account
    effective: float  # share of the draws tried that are effective


def fit_starts(
    data: StartExposure, prior: StartPrior, count: int, seed: int, levels: Sequence[LevelPrior] = ()
) -> StartPosterior:
    """Draws of the posterior.

    Parameters
    ----------
    data
        Exposures and starts.
    prior
        What is known beforehand.
    count
        Draws.
    seed
        Of the chance in them.
    levels
        Priors of the market's level, one of which is right; all of the grid where none is given.

    References
    ----------
    docs/fit.md; gamma frailty integrated out as in Clayton (1978, doi:10.1093/biomet/65.1.141).
    """
    groups, likelihood = len(prior.organic.median), StartLikelihood.of(data)

    def values_at(point: Floats) -> StartValues:
        organic, imitation, stop = point[: 3 * groups].reshape(3, groups)
        return StartValues(
            organic, imitation, stop, float(point[3 * groups]), np.concatenate([[0.0], point[3 * groups + 1 :]])
        )

    def log_likelihood(point: Floats) -> tuple[float, Floats]:
        value, slope = likelihood(values_at(point))
        parts = (slope.organic, slope.imitation, slope.stop, [slope.cv], slope.level[1:])
        return value, np.concatenate(parts)

    levels = levels or (grid() if data.months > 1 else grid()[:1])
    pairs = [(level, rates) for level in levels for rates in prior_mixture(prior)]
    priors = [_prior(rates, level, data.months) for level, rates in pairs]
    draws = draw_over_priors(log_likelihood, priors, count, (seed, "starts"))
    chosen = [pairs[version][0] for version in draws.version]
    points = [values_at(point) for point in draws.points]
    steps = normals_at((seed, "starts"), "next month", count=count)
    following = [
        level.next_level(point.level[-1], data.months, step)
        for level, point, step in zip(chosen, points, steps, strict=True)
    ]
    return StartPosterior(
        np.exp([point.organic for point in points]),
        np.exp([point.imitation for point in points]),
        np.exp([point.stop for point in points]),
        np.exp([point.cv for point in points]),
        np.exp([point.level for point in points]),
        np.exp(following),
        np.array([level.sd for level in chosen]),
        np.array([level.persistence for level in chosen]),
        _mean_eagerness([likelihood.eagerness(point) for point in points[:EAGERNESS_DRAWS]]),
        draws.effective,
    )


def _prior(rates: GaussianPrior, level: LevelPrior, months: int) -> GaussianPrior:
    """The prior of all parameters: of the rates, the CV of the eagerness, and the level from the second month on."""
    level_mean, level_precision = level.prior(months)
    return GaussianPrior(
        np.concatenate([rates.mean, [np.log(CV_MEDIAN)], level_mean]),
        block_diag(rates.precision, np.array([[CV_SPREAD**-2]]), level_precision),
        rates.log_weight + level.log_weight,
    )


def _mean_eagerness(each: Sequence[Eagerness]) -> Eagerness:
    """What is known of the accounts on average over draws: the gamma distribution with the mean shape and mean."""
    shape = np.mean([one.shape for one in each], axis=0)
    return Eagerness(shape, shape / np.mean([one.shape / one.rate for one in each], axis=0))
