"""95 % confidence intervals of means, quantiles and shares over replications.

Means by Student's t; quantiles by order statistics, free of any distribution (Conover 1999, Practical Nonparametric
Statistics, 3.2); shares by Wilson's score (Brown, Cai and DasGupta 2001, doi:10.1214/ss/1009213286).  No p-values.
`benchmarks/intervals.py` measures their coverage.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from scipy.special import bdtr, ndtri, stdtrit

from forecast.types import Floats

CONFIDENCE = 0.95
TAIL = (1 - CONFIDENCE) / 2


class Interval(NamedTuple):
    """An estimate and its 95 % interval; None where there are too few replications."""

    value: float | None
    low: float | None
    high: float | None


UNKNOWN = Interval(None, None, None)


def mean_interval(values: Floats) -> Interval:
    """The mean of values, [replication], and Student's t interval; exact where they do not vary.

    >>> interval = mean_interval(np.array([10.0, 12.0, 14.0]))
    >>> interval.value, round(interval.low, 2), round(interval.high, 2)
    (12.0, 7.03, 16.97)
    """
    count = len(values)
    if not count:
        return UNKNOWN
    mean = mean_of(values)
    if count < 2:
        return Interval(mean, None, None)
    half = float(stdtrit(count - 1, 1 - TAIL)) * math.sqrt(variance_of(values) / count)
    return Interval(mean, mean - half, mean + half)


def mean_of(values: Floats) -> float:
    """The mean; that of equal values is the value itself."""
    first = float(values[0])
    return first + math.fsum(values - first) / len(values)


def variance_of(values: Floats) -> float:
    """The variance, divided by n - 1; values at least two."""
    return math.fsum((values - mean_of(values)) ** 2) / (len(values) - 1)


def quantile_interval(values: Floats, q: float) -> Interval:
    """A quantile (type 7) of values, [replication], between two order statistics.

    Each end is wrong in at most 2.5 % of experiments, whatever the distribution; an end that no order statistic can
    give, since there are too few replications for this tail, is None.
    """
    if not len(values):
        return UNKNOWN
    ordered = np.sort(values)
    low, high = order_statistics(len(values), q)
    value = float(np.quantile(ordered, q))
    return Interval(
        value,
        float(ordered[low]) if low is not None else None,
        float(ordered[high]) if high is not None else None,
    )


def order_statistics(count: int, q: float) -> tuple[int | None, int | None]:
    """The places (from 0) of the order statistics that hold a quantile between them.

    The number of values below the quantile is binomial: the low end is the largest place that the number stays
    below with probability of at most 2.5 %, the high end the smallest that it exceeds so rarely.
    """
    at_most = bdtr(np.arange(count + 1, dtype=float), count, q)  # P(number <= place)
    below = int(np.searchsorted(at_most, TAIL, side="right"))  # the first place with more than 2.5 %
    above = int(np.searchsorted(at_most, 1 - TAIL, side="left"))  # the first place with at least 97.5 %
    return (below - 1 if below >= 1 else None), (above if above < count else None)


def share_interval(successes: float, count: int) -> Interval:
    """A share and Wilson's interval; successes may be fractions where ties are split, which makes it only wider.

    >>> interval = share_interval(9, 10)
    >>> interval.value, round(interval.low, 3), round(interval.high, 3)
    (0.9, 0.596, 0.982)
    """
    if not count:
        return UNKNOWN
    z, share = float(ndtri(1 - TAIL)), successes / count
    middle = (share + z * z / (2 * count)) / (1 + z * z / count)
    half = z / (1 + z * z / count) * math.sqrt(share * (1 - share) / count + (z / (2 * count)) ** 2)
    return Interval(share, min(share, max(0.0, middle - half)), max(share, min(1.0, middle + half)))
