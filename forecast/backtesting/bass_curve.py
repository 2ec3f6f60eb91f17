"""A forecast of a total by the Bass curve: innovators, imitators, and a market of unknown size; with its posterior."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.special import digamma, expit, gammaln

from forecast.backtesting.counts_by_chance import binomial_counts, uniforms_of
from forecast.backtesting.known_counts import BaselineDraws, KnownCounts
from forecast.learning.posterior import draw_from, find_mode
from forecast.types import Floats, Integers

LEAST_MONTHS = 4  # of counts, so that three changes are known for three values
PRIOR_MEAN = np.array([np.log(0.005), np.log(0.1), 0.0])  # of the values of `BassDensity`, wide on purpose
PRIOR_SD = np.array([1.5, 1.0, 1.5])


@dataclass(frozen=True)
class BassDensity:
    """The log posterior of log p and log q, per month, and of the market's size.

    The market lies between the adopters of today and the eligible people; its place between them is a share, of which
    the log-odds is estimated.  Of those who have not adopted, 1 - exp(-p - q * adopted / market) do so in a month.
    """

    adopted: Integers  # at the begin of each month, [month]
    adopting: Integers  # within it
    today: int
    eligible: int

    def market(self, log_odds: Floats) -> Floats:
        """The size of the market."""
        return np.asarray(self.today + (self.eligible - self.today) * expit(log_odds))

    def __call__(self, point: Floats) -> tuple[float, Floats]:
        """The log density and its gradient, with the binomial likelihood of a market that need not be whole."""
        p, q = np.exp(np.minimum(point[:2], 10.0))  # a hazard of e^10 is certainty
        market = max(float(self.market(point[2])), 1.0)
        rest = market - self.adopted
        hazard = p + q * self.adopted / market
        value = self.adopting * np.log(-np.expm1(-hazard)) - (rest - self.adopting) * hazard
        value += gammaln(rest + 1.0) - gammaln(rest - self.adopting + 1.0)
        pull = self.adopting * np.exp(-hazard) / -np.expm1(-hazard) - (rest - self.adopting)
        by_market = digamma(rest + 1.0) - digamma(rest - self.adopting + 1.0) - hazard
        by_market = by_market - pull * q * self.adopted / market**2
        width = (self.eligible - self.today) * expit(point[2]) * expit(-point[2])
        slope = [pull.sum() * p, (pull * self.adopted).sum() * q / market, by_market.sum() * width]
        distance = (point - PRIOR_MEAN) / PRIOR_SD
        return float(value.sum() - 0.5 * distance @ distance), np.array(slope) - distance / PRIOR_SD


def bass_curve(
    known: KnownCounts, horizons: Sequence[int], count: int, address: tuple[int, str]
) -> BaselineDraws | None:
    """Draws of the total of active people by a Bass curve; None with fewer than `LEAST_MONTHS` months of counts.

    The highest total so far counts as the adopters: who stops has adopted, and nobody stops in the months ahead.

    Parameters
    ----------
    known
        What is known at the origin.
    horizons
        Months ahead, each at least 1.
    count
        Draws.
    address
        (seed, node) of the chance.

    References
    ----------
    Bass 1969, doi:10.1287/mnsc.15.5.215.
    """
    if known.active.shape[1] < LEAST_MONTHS:
        return None
    eligible = int(known.eligible.sum())
    adopters = np.minimum(np.maximum.accumulate(known.total), eligible)
    density = BassDensity(adopters[:-1], np.diff(adopters), int(adopters[-1]), eligible)
    points = draw_from([find_mode(density, PRIOR_MEAN)], [density], count, address).points
    p, q = np.exp(points[:, 0]), np.exp(points[:, 1])
    market = np.rint(density.market(points[:, 2])).astype(np.int64)
    adopted = np.full(count, density.today)
    totals = np.empty((count, max(horizons)), dtype=np.int64)
    for month in range(max(horizons)):
        share = -np.expm1(-p - q * adopted / np.maximum(market, 1))
        u = uniforms_of(address, "month", shape=(count,), index=month)
        adopted = adopted + binomial_counts(market - adopted, share, u)
        totals[:, month] = known.total[-1] + adopted - density.today
    return BaselineDraws(None, np.minimum(totals[:, np.asarray(horizons) - 1], eligible))
