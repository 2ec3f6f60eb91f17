"""Draws of a posterior with a normal prior whose width is not known: one prior for each pair of a grid.

The likelihood is the same for all of them, so its curvature is found once and each mode in a few steps (Rue, Martino &
Chopin 2009, doi:10.1111/j.1467-9868.2008.00700.x, without their approximation: the draws are resampled).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from forecast.learning.posterior import Draws, LogDensity, Mode, curvature_at, draw_from, find_mode
from forecast.types import Floats

CLOSE = 1e-3  # by which the log density may still grow at what is called the mode
MOST_STEPS = 40


@dataclass(frozen=True)
class GaussianPrior:
    """A normal prior: its mean, its precision matrix, and the log of the probability that it is the right one."""

    mean: Floats
    precision: Floats
    log_weight: float

    @cached_property
    def log_constant(self) -> float:
        """The log density at the mean, with the prior's own weight."""
        half_log_determinant = float(np.log(np.diag(np.linalg.cholesky(self.precision))).sum())
        return self.log_weight + half_log_determinant - 0.5 * len(self.mean) * float(np.log(2 * np.pi))

    def log_density(self, point: Floats) -> tuple[float, Floats]:
        """The log density with the prior's own weight, and the gradient."""
        pull = self.precision @ (point - self.mean)
        return self.log_constant - 0.5 * float((point - self.mean) @ pull), -pull


def draw_over_priors(
    likelihood: LogDensity, priors: Sequence[GaussianPrior], count: int, address: tuple[int, str]
) -> Draws:
    """Draws of the posterior whose prior is a mixture; `Draws.version` says which of them a draw belongs to."""
    versions = [_posterior(likelihood, prior) for prior in priors]
    first = max(range(len(priors)), key=lambda place: priors[place].log_weight)
    mode = find_mode(versions[first], priors[first].mean)
    curvature = curvature_at(likelihood, mode.point)
    values, vectors = np.linalg.eigh(curvature)
    curvature = (vectors * np.maximum(values, 0.0)) @ vectors.T
    modes = [
        _climb(density, mode.point, curvature + prior.precision)
        for density, prior in zip(versions, priors, strict=True)
    ]
    return draw_from(modes, versions, count, address)


def _posterior(likelihood: LogDensity, prior: GaussianPrior) -> LogDensity:
    """The sum of both logs."""

    def density(point: Floats) -> tuple[float, Floats]:
        value, slope = likelihood(point)
        more, pull = prior.log_density(point)
        return value + more, slope + pull

    return density


def _climb(density: LogDensity, point: Floats, curvature: Floats) -> Mode:
    """The mode, by steps as a normal density with this curvature would need; each is halved until it goes up."""
    inverse = np.linalg.inv(curvature)
    value, slope = density(point)
    for _ in range(MOST_STEPS):
        step = inverse @ slope
        gain, size = float(slope @ step), 1.0
        if gain < CLOSE:
            break
        further = density(point + step)
        while not further[0] > value and size > 1e-4:
            size /= 2
            further = density(point + size * step)
        if not further[0] > value:
            break
        point = point + size * step
        value, slope = further
    root = np.asarray(np.linalg.cholesky((inverse + inverse.T) / 2), dtype=np.float64)
    return Mode(point, value, root)
