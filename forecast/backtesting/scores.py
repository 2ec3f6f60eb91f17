"""Scores of draws against what happened: CRPS, bands, randomised PIT; of probabilities: Brier and logarithmic score.

Draws have the shape [draw, ...] and truths [...]: every place behind the draws is a case.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from forecast.learning.chance import uniforms_at
from forecast.types import Flags, Floats

BAND = 0.80  # the share of truths that a band is said to hold
WIDE_BAND = 0.95
ROUNDING = 1e-9  # an interpolated end of a band may miss the whole number that it is by its last digits


def crps(draws: ArrayLike, truth: ArrayLike) -> Floats:
    """The continuous ranked probability score of each case: 0 is best; in the unit of the draws.

    The fair version: an unbiased estimate of the score of the distribution that the draws are from, so that forecasts
    with different numbers of draws can be compared.  Of a single case it may be slightly below 0.

    Parameters
    ----------
    draws
        [draw, ...], at least two draws.
    truth
        [...]

    Returns
    -------
    Floats
        mean |X - y| - 1/2 mean |X - X'|, X and X' being different draws; [...].

    Raises
    ------
    ValueError
        With fewer than two draws.

    Examples
    --------
    >>> crps([[0.0], [2.0], [4.0]], [2.0]).round(4).tolist()
    [0.0]
    >>> crps([[0.0], [2.0], [4.0]], [7.0]).round(4).tolist()
    [3.6667]

    References
    ----------
    Gneiting & Raftery 2007, doi:10.1198/016214506000001437; Ferro 2014, doi:10.1002/qj.2270 (fair scores).
    """
    ordered = np.sort(np.asarray(draws, dtype=np.float64), axis=0)
    count = len(ordered)
    if count < 2:
        raise ValueError("a score of draws needs at least two of them")
    weights = (2.0 * np.arange(count) - count + 1.0) / (count * (count - 1.0))
    distance = np.abs(ordered - np.asarray(truth, dtype=np.float64)).mean(axis=0)
    return np.asarray(distance - np.tensordot(weights, ordered, axes=1))


def band(draws: ArrayLike, share: float = BAND) -> tuple[Floats, Floats]:
    """The two ends of the central band with this share of the draws, [...]; between draws by linear interpolation."""
    low, high = np.quantile(np.asarray(draws, dtype=np.float64), [(1.0 - share) / 2.0, (1.0 + share) / 2.0], axis=0)
    return np.asarray(low), np.asarray(high)


def inside_band(draws: ArrayLike, truth: ArrayLike, share: float = BAND) -> Flags:
    """Is the truth in the central band, its ends included?  [...]

    Of small counts such a band holds more than its share; the randomised PIT does not have this fault.

    Examples
    --------
    >>> inside_band([[0.0], [1.0], [2.0], [3.0]], [0.0], share=1.0).tolist()
    [True]
    """
    low, high = band(draws, share)
    values = np.asarray(truth, dtype=np.float64)
    slack = ROUNDING * (1.0 + np.abs(values))
    return np.asarray((low <= values + slack) & (values - slack <= high))


def randomised_pit(draws: ArrayLike, truth: ArrayLike, address: tuple[int, str]) -> Floats:
    """Where among the draws the truth lies, from 0 to 1, ties broken by chance: uniform if the forecast is right.

    Parameters
    ----------
    draws, truth
        [draw, ...] and [...].
    address
        (seed, node) of the chance.

    Returns
    -------
    Floats
        [...]; exactly uniform, for any number of draws, if truth and draws come from one distribution.

    References
    ----------
    Czado, Gneiting & Held 2009, doi:10.1111/j.1541-0420.2009.01191.x.
    """
    ensemble, values = np.asarray(draws), np.asarray(truth)
    below, equal = (ensemble < values).sum(axis=0), (ensemble == values).sum(axis=0)
    chance = uniforms_at(address, "pit", count=values.size).reshape(values.shape)
    return np.asarray((below + chance * (equal + 1)) / (len(ensemble) + 1))


def stretch_needed(draws: ArrayLike, truth: ArrayLike, share: float = BAND) -> float:
    """By which factor bands must be stretched around their medians so that this share of the truths lies inside.

    Parameters
    ----------
    draws, truth
        [draw, ...] and [...]; all cases are taken together.
    share
        The share that the bands are said to hold.

    Returns
    -------
    float
        Above 1 the bands are so many times too narrow, below 1 too wide.  Infinite where too many truths lie beside
        bands without a width.

    Examples
    --------
    >>> stretch_needed([[0.0, 0.0], [1.0, 1.0], [2.0, 2.0]], [3.0, 2.0], share=1.0)
    2.0
    """
    values = np.asarray(truth, dtype=np.float64)
    low, high = band(draws, share)
    middle = np.median(np.asarray(draws, dtype=np.float64), axis=0)
    width = np.where(values > middle, high - middle, middle - low)
    distance = np.abs(values - middle)
    beside = np.where(distance > 0.0, np.inf, 0.0)
    factors = np.divide(distance, width, out=beside, where=width > 0.0)
    return float(np.quantile(factors, share, method="inverted_cdf"))


def brier_score(probability: ArrayLike, happened: ArrayLike) -> Floats:
    """The squared error of the probability of what did or did not happen, case by case: 0 is best, 1 is worst."""
    return np.asarray((np.asarray(probability, dtype=np.float64) - np.asarray(happened, dtype=np.float64)) ** 2)


def log_score(probability: ArrayLike, happened: ArrayLike) -> Floats:
    """Minus the log of the probability that was given to what came, case by case: 0 is best, infinite if excluded."""
    chance = np.asarray(probability, dtype=np.float64)
    with np.errstate(divide="ignore"):
        return np.asarray(-np.log(np.where(np.asarray(happened, dtype=bool), chance, 1.0 - chance)))
