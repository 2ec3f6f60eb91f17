"""How surely something happens at another pace than expected: odds that may be looked at every week.

Pure functions of counts; a node's pace is a factor on what was expected, and what was expected is known by draws.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from scipy.special import gammaincinv, gammaln, logsumexp

from forecast.learning.chance import uniforms_at
from forecast.types import Floats

SHAPE = 4.0  # of the gamma distribution with mean 1 of a pace that has changed: sd 0.5
CALLED = 20.0  # for each part that is watched: odds above that are called a change
NOTICED = 10.0  # odds above which a part is worth a look
LEAST = 1e-9  # events expected: fewer have no logarithm


class PaceChange(NamedTuple):
    """Of one part: events, what was expected, the pace with its 80 % interval, and the odds that it changed."""

    happened: int
    expected: float
    pace: float
    low: float
    high: float
    odds: float


def pace_change(happened: int, expected: Floats, address: tuple[int, str]) -> PaceChange:
    """The evidence that events came at another pace.

    The odds are those of a pace that is drawn from a gamma distribution with mean 1 against a pace of 1, the draws
    integrated out on both sides.  As an e-value they may be looked at as often as one likes: if nothing has changed,
    they ever exceed k with a probability of at most 1 / k.

    Parameters
    ----------
    happened
        How many events there were.
    expected
        What each draw expected, [draw].
    address
        (seed, node) of the chance in the interval.

    References
    ----------
    Grünwald, de Heide & Koolen 2024, doi:10.1093/jrsssb/qkae011 (e-values).

    Examples
    --------
    >>> found = pace_change(61, np.full(100, 34.5), (1, "starts"))
    >>> round(found.pace, 2), round(found.odds)
    (1.67, 459)
    """
    rates = np.maximum(expected, LEAST)
    same = happened * np.log(rates) - rates
    gamma = SHAPE * np.log(SHAPE) - gammaln(SHAPE) + gammaln(SHAPE + happened)
    other = happened * np.log(rates) + gamma - (SHAPE + happened) * np.log(SHAPE + rates)
    log_odds = float(logsumexp(other) - logsumexp(same))
    weights = np.exp(other - other.max())
    weights /= weights.sum()
    count = 4 * len(rates)
    picks = np.searchsorted(np.cumsum(weights), (np.arange(count) + 0.5) / count).clip(0, len(rates) - 1)
    u = uniforms_at(address, "pace", count=count)
    paces = gammaincinv(SHAPE + happened, u) / (SHAPE + rates[picks])
    low, middle, high = np.quantile(paces, [0.1, 0.5, 0.9]).tolist()
    return PaceChange(happened, float(rates.mean()), middle, low, high, float(np.exp(min(log_odds, 700.0))))
