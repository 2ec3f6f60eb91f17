"""Who renews: base, a factor where the champion has left, and a power of use below the healthy one.

P(renew) = base * champion_left * min(1, use / healthy_use)^elasticity (docs/model.md, 8).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from scipy.special import expit, log_expit

from forecast.learning.learned import Learned, Seen, ValuePlaces, learn
from forecast.learning.priors import Prior
from forecast.types import Flags, Floats, Integers

LOW_USE = 100  # terms that ended with low use: fewer can't tell healthy_use from elasticity
LOWEST = 1e-9  # stands for no use at all
CORNER = 0.03  # by so much of its logarithm the corner at healthy_use is rounded: without a slope there is no mode


class TermEnds(NamedTuple):
    """Ends of terms, [contract]: seated users over seats, has the champion left (False too if unknown), renewed?"""

    segment: Integers
    use: Floats
    champion_left: Flags
    renewed: Flags


@dataclass(frozen=True)
class RenewalLikelihood:
    """The likelihood at the log-odds of base, champion_left and healthy_use, and the logarithm of elasticity."""

    ends: TermEnds
    places: ValuePlaces

    def __call__(self, point: Floats) -> tuple[float, Floats]:
        """The log likelihood and its gradient."""
        base, champion, healthy, elasticity = (value[self.ends.segment] for value in self.places.values(point))
        power = np.exp(elasticity)
        health = (np.log(np.maximum(self.ends.use, LOWEST)) - log_expit(healthy)) / CORNER
        shortfall = -CORNER * np.logaddexp(0.0, -health)
        left = self.ends.champion_left
        log_share = log_expit(base) + left * log_expit(champion) + power * shortfall
        lapse = -np.expm1(log_share)
        value = np.where(self.ends.renewed, log_share, np.log(lapse)).sum()
        pull = np.where(self.ends.renewed, 1.0, -np.exp(log_share) / lapse)  # by the logarithm of P(renew)
        slopes = [
            pull * expit(-base),
            pull * left * expit(-champion),
            -pull * power * expit(-health) * expit(-healthy),
            pull * power * shortfall,
        ]
        return float(value), self.places.slope([self.places.by_segment(self.ends.segment, slope) for slope in slopes])


def fit_renewals(priors: Sequence[Prior], ends: TermEnds, count: int, address: tuple[int, str]) -> tuple[Learned, ...]:
    """What decides renewals; `priors`: of base, champion_left, healthy_use, elasticity, each by segment or for all."""
    segments = max(len(prior.median) for prior in priors)
    low = ends.use < priors[2].median.max()
    seen = []
    for rows, noun, fewest in (
        (np.ones(len(low), bool), ("renewal decision", "renewal decisions"), 5),
        (ends.champion_left, ("decision without champion", "decisions without champion"), 5),
        (low, ("decision with low use", "decisions with low use"), LOW_USE),
        (low, ("decision with low use", "decisions with low use"), LOW_USE),
    ):
        number = np.bincount(ends.segment[rows], minlength=segments)
        seen.append(Seen(number, number.astype(float), noun, fewest))
    return learn(RenewalLikelihood(ends, ValuePlaces.of(priors, segments)), priors, seen, count, address)
