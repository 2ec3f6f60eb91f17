"""What is believed of values before the data: a median in each segment, how sure that is, how alike the segments are.

All is normal on the scale of a value: its logarithm, or its log-odds for a share.  Segments share a deviation with the
sd of the evidence's grade and have one each around it, whose sd, tau, is on a grid.  Knows no data.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from scipy.special import expit, logit, ndtri

from forecast.learning.chance import normals_at, uniforms_at
from forecast.learning.gaussian_priors import GaussianPrior
from forecast.types import Floats

GRADE_SDS = {"A": 0.35, "B": 0.5, "C": 0.7, "U": 1.0}  # an A yields to some thirty events, a U to a dozen
TAU_SD = 0.5  # of the half-normal prior of tau: three segments can't estimate it
TAUS: Floats = TAU_SD * ndtri(0.5 + (np.arange(5) + 0.5) / 10)  # the middles of fifths of it, equally likely


class Scale(NamedTuple):
    """Where a value is nearly normal: how to get there, and back."""

    name: str
    forth: Callable[[Floats], Floats]
    back: Callable[[Floats], Floats]


LOG = Scale("log", np.log, np.exp)
LOG_ODDS = Scale("log-odds", logit, expit)


@dataclass(frozen=True)
class Prior:
    """The prior of a value.

    Parameters
    ----------
    path
        Of the value in a scenario.
    median
        [segment], in the value's unit: above 0, a share also below 1.  One value holds for all segments.
    sd
        Of the logarithm, or of the log-odds.
    scale
        LOG or LOG_ODDS.
    unit
        What a number of it is, as texts say it: " per month", " days", "%" for a fraction.
    """

    path: str
    median: Floats
    sd: float
    scale: Scale
    unit: str = ""

    @property
    def centre(self) -> Floats:
        """The median on the scale, [segment]."""
        return self.scale.forth(self.median)

    @property
    def sd_of_one(self) -> float:
        """The sd of one segment on the scale, tau summed over."""
        own = 1.0 - 1.0 / len(self.median)
        return float(np.sqrt(self.sd**2 + own * np.mean(TAUS**2)))

    def covariance(self, tau: float) -> Floats:
        """The covariance between segments, [segment, segment]."""
        size = len(self.median)
        return self.sd**2 * np.ones((size, size)) + tau**2 * (np.eye(size) - 1.0 / size)


def graded(path: str, median: Sequence[float], grade: str, scale: Scale) -> Prior:
    """The prior of a value whose evidence has this grade.

    >>> graded("churn.free.hazard", [0.06], "C", LOG).sd
    0.7
    """
    return Prior(path, np.array(median, dtype=float), GRADE_SDS[grade], scale)


def prior_mixture(priors: Sequence[Prior]) -> list[GaussianPrior]:
    """The prior of all values of a node at once, one version for each tau; [value, segment] in a row."""
    taus = TAUS if any(len(prior.median) > 1 for prior in priors) else TAUS[:1]  # of one segment all are the same
    mean = np.concatenate([prior.centre for prior in priors])
    versions = []
    for tau in taus:
        precision, first = np.zeros((len(mean), len(mean))), 0
        for prior in priors:
            last = first + len(prior.median)
            precision[first:last, first:last] = np.linalg.inv(prior.covariance(tau))
            first = last
        versions.append(GaussianPrior(mean, precision, -float(np.log(len(taus)))))
    return versions


def prior_points(priors: Sequence[Prior], count: int, address: tuple[int, str]) -> Floats:
    """Draws of the prior itself on the scales, [draw, value and segment]; `address`: (seed, name) of their chance."""
    tau = TAUS[(uniforms_at(address, "prior", "tau", count=count) * len(TAUS)).astype(np.int64)]
    columns = []
    for prior in priors:
        common = normals_at(address, "prior", prior.path, count=count)
        own = np.array(
            [normals_at(address, "prior", f"{prior.path} {place}", count=count) for place in range(len(prior.median))]
        )
        columns += list(prior.centre[:, None] + prior.sd * common + tau * (own - own.mean(axis=0)))
    return np.array(columns).T


def by_value(priors: Sequence[Prior], points: Floats) -> list[Floats]:
    """The parts of points, [..., value and segment], that belong to each value: [..., segment]."""
    return np.split(points, np.cumsum([len(prior.median) for prior in priors])[:-1], axis=-1)
