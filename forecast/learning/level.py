"""The prior of the market's level: an autoregression of its logarithm, as docs/model.md (4) has it.

The sd and the persistence are on a grid; each pair is a version of the posterior.  Knows no data.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from scipy.special import ndtr

from forecast.types import Floats

SDS = (0.06, 0.12, 0.2, 0.3, 0.45, 0.7)  # a month, of the logarithm
PERSISTENCES = {0.0: 0.25, 0.7: 0.25, 1.0: 0.5}  # and how likely each is beforehand
# The sd before the data: lognormal.  Months that all accounts share moved real data by 20 to 40 %, and without any such
# movement bands of totals were too narrow in six sets of seven: hardly any movement at all is unlikely.
MEDIAN_SD, SPREAD_OF_SD = 0.25, 0.7


class LevelPrior(NamedTuple):
    """The level's prior for one pair of the grid, and the logarithm of the pair's own prior probability."""

    sd: float
    persistence: float
    log_weight: float

    def mean_correction(self, months: int) -> Floats:
        """v_m / 2 of docs/model.md: what keeps the mean of the level at 1, [month]."""
        variances = np.zeros(months)
        for month in range(1, months):
            variances[month] = self.persistence**2 * variances[month - 1] + self.sd**2
        return variances / 2.0

    def prior(self, months: int) -> tuple[Floats, Floats]:
        """Mean and precision of the logarithms of the level from the second month on; the first month's is 0."""
        corrections = self.mean_correction(months)
        steps = np.eye(months - 1) - self.persistence * np.eye(months - 1, k=-1)
        return -corrections[1:], np.asarray(steps.T @ steps / self.sd**2)

    def next_level(self, last: Floats, months: int, normals: Floats) -> Floats:
        """The logarithm of the level of the month after the last one, [draw], with the chance of that month."""
        corrections = self.mean_correction(months + 1)
        off = last + corrections[months - 1]
        return np.asarray(self.persistence * off + self.sd * normals - corrections[months])


def grid() -> list[LevelPrior]:
    """All pairs, each with the mass that its cell has under the prior."""
    edges = np.concatenate([[0.0], np.sqrt(np.array(SDS[1:]) * np.array(SDS[:-1])), [np.inf]])
    with np.errstate(divide="ignore"):
        masses = np.diff(ndtr(np.log(edges / MEDIAN_SD) / SPREAD_OF_SD))
    return [
        LevelPrior(sd, persistence, float(np.log(mass * share)))
        for persistence, share in PERSISTENCES.items()
        for sd, mass in zip(SDS, masses, strict=True)
    ]
