"""The prior of the market's level: an autoregression of its logarithm, as docs/model.md (4) has it.

The sd and the persistence are on a grid; each pair is a version of the posterior.  Knows no data.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from forecast.types import Floats

SDS = (0.03, 0.08, 0.15, 0.25, 0.4, 0.7)  # a month, of the logarithm
PERSISTENCES = (0.0, 0.7, 1.0)
PRIOR_SD = 0.4  # of the half-normal prior of the sd


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

    def log_density(self, level: Floats) -> tuple[float, Floats]:
        """Of the logarithms of the level, [month], the first of which is held at 0; and the gradient."""
        off = level + self.mean_correction(len(level))
        steps = (off[1:] - self.persistence * off[:-1]) / self.sd
        slope = np.zeros(len(level))
        slope[1:] -= steps / self.sd
        slope[:-1] += self.persistence * steps / self.sd
        constant = len(steps) * (np.log(self.sd) + 0.5 * np.log(2 * np.pi))
        return float(-0.5 * steps @ steps - constant), slope

    def next_level(self, last: Floats, months: int, normals: Floats) -> Floats:
        """The logarithm of the level of the month after the last one, [draw], with the chance of that month."""
        corrections = self.mean_correction(months + 1)
        off = last + corrections[months - 1]
        return self.persistence * off + self.sd * normals - corrections[months]


def grid() -> list[LevelPrior]:
    """All pairs, each with the mass that its cell has under the prior."""
    edges = np.concatenate([[0.0], np.sqrt(np.array(SDS[1:]) * np.array(SDS[:-1])), [np.inf]])
    from scipy.special import ndtr

    masses = 2 * np.diff(ndtr(edges / PRIOR_SD))
    log = np.log(masses / len(PERSISTENCES))
    return [
        LevelPrior(sd, persistence, float(weight))
        for persistence in PERSISTENCES
        for sd, weight in zip(SDS, log, strict=True)
    ]
