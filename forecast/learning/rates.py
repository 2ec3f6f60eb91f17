"""Rates of what happens while somebody could: upgrade, win-back, outbound, rollout, ban lift, a champion leaves.

Poisson counts over an exposure in each segment, with the prior on the logarithm of the rate.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from forecast.learning.learned import Learned, Seen, ValuePlaces, learn
from forecast.learning.priors import Prior
from forecast.types import Floats


@dataclass(frozen=True)
class RateLikelihood:
    """The Poisson likelihood at logarithms of rates, [segment]."""

    seen: Seen
    places: ValuePlaces

    def __call__(self, point: Floats) -> tuple[float, Floats]:
        """The log likelihood and its gradient."""
        (log_rate,) = self.places.values(point)
        expected = self.seen.exposure * np.exp(log_rate)
        value = self.seen.events @ log_rate - expected.sum()
        return float(value), self.places.slope([self.seen.events - expected])


def fit_rate(prior: Prior, seen: Seen, count: int, address: tuple[int, str]) -> tuple[Learned, ...]:
    """The rate in each segment; `seen.exposure` in the rate's time: months of people or of accounts that could.

    Of win-backs only those count, events and exposure, who were seen lapsing.
    """
    return learn(RateLikelihood(seen, ValuePlaces.of([prior], len(seen.events))), [prior], [seen], count, address)
