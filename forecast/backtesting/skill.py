"""How much better one forecast is than another, over origins whose horizons overlap."""

from __future__ import annotations

from math import ceil
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from forecast.backtesting.scores import BAND
from forecast.learning.chance import uniforms_at

RESAMPLES = 2000


class Skill(NamedTuple):
    """1 - mean score / mean score of a baseline: above 0 better than it; an 80 % interval, infinite if unknown."""

    value: float
    low: float
    high: float


def independent_origins(origins: int, horizon: float, spacing: float) -> int:
    """How many of the origins count as independent: horizons that overlap do not.

    Parameters
    ----------
    origins
        How many there are.
    horizon, spacing
        Length of the horizon, and time from origin to origin, both in months.

    Examples
    --------
    >>> independent_origins(17, horizon=3, spacing=1)
    5
    """
    return min(origins, max(1, int(origins * spacing / horizon))) if origins else 0


def skill_against(
    scores: ArrayLike, baseline: ArrayLike, origin: ArrayLike, block: float, address: tuple[int, str]
) -> Skill:
    """The skill of scores against those of a baseline, with an interval from a bootstrap over blocks of origins.

    Blocks of consecutive origins are drawn, around the end from the last to the first, so that horizons that overlap
    stay together.  The interval is widened by what the cuts between blocks hide of that overlap, and for their number;
    with few blocks it is still too narrow: state `independent_origins` beside it.

    Parameters
    ----------
    scores, baseline
        Scores of the same cases, [case], lower being better, such as `crps`.
    origin
        The number of each case's origin, [case], in the order of time.
    block
        Horizon / spacing of origins: so many consecutive origins make a block.
    address
        (seed, node) of the chance.

    Returns
    -------
    Skill
        Value and 80 % interval; the interval is infinite with fewer than two blocks.

    Raises
    ------
    ValueError
        Without a case, or if the baseline is without any error.

    References
    ----------
    Politis & Romano 1992, the circular block bootstrap.
    """
    number = np.unique(np.asarray(origin), return_inverse=True)[1].reshape(-1)
    ours = np.bincount(number, np.asarray(scores, dtype=np.float64))
    theirs = np.bincount(number, np.asarray(baseline, dtype=np.float64))
    if not theirs.sum() > 0.0:
        raise ValueError("there is no skill against a baseline without error")
    value = float(1.0 - ours.sum() / theirs.sum())
    origins = len(ours)
    length = max(1, ceil(block))
    if origins < 2 * length:
        return Skill(value, -np.inf, np.inf)
    blocks = ceil(origins / length)
    first = uniforms_at(address, "blocks", count=RESAMPLES * blocks).reshape(RESAMPLES, blocks, 1) * origins
    picks = ((first.astype(np.int64) + np.arange(length)) % origins).reshape(RESAMPLES, -1)[:, :origins]
    sums = theirs[picks].sum(axis=1)
    fine = sums > 0.0  # a resample of origins at which the baseline was without error says nothing
    values = 1.0 - ours[picks].sum(axis=1)[fine] / sums[fine]
    low, high = np.quantile(values - value, [(1.0 - BAND) / 2.0, (1.0 + BAND) / 2.0]) * _widening(length, blocks)
    return Skill(value, value + float(low), value + float(high))


def _widening(length: int, blocks: int) -> float:
    """The true standard deviation of a mean over that of the bootstrap, for horizons that overlap over a block.

    The correlation of two origins falls to 0 in a straight line over a block; of what two origins share the bootstrap
    sees that part which lies in one block, again a straight line.
    """
    shared = 1.0 - np.arange(1, length) / length
    seen = (1.0 + 2.0 * (shared**2).sum()) / (1.0 + 2.0 * shared.sum())
    return float(np.sqrt(blocks / (blocks - 1.0) / seen))
