"""What contracts say: seats against active users, the smallest contract, discounts, and the terms that are usual."""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np
from scipy.special import digamma, expit, gammaln

from forecast.learning.chance import uniforms_at
from forecast.learning.learned import Learned, Seen, ValuePlaces, learn, record
from forecast.learning.priors import LOG, Prior, prior_points
from forecast.types import Floats, Integers

SMALLEST_CONTRACTS = 0.05  # the share of contracts with fewer seats than min_seats: exceptions


class UsualTerm(NamedTuple):
    """The most frequent value of a term, the share of contracts that deviate, and how many contracts there are."""

    value: Hashable
    deviating: float
    contracts: int


@dataclass(frozen=True)
class DiscountLikelihood:
    """The likelihood of beta-distributed discounts at the log-odds of their mean and the logarithm of alpha + beta."""

    sums: Floats  # [segment, 3]: number, sum of log discount, sum of log (1 - discount)
    places: ValuePlaces

    @classmethod
    def of(cls, segment: Integers, discounts: Floats, places: ValuePlaces) -> DiscountLikelihood:
        """The likelihood of discounts in [0, 1]; 0 and 1 are moved inside (Smithson & Verkuilen 2006, page 55).

        References
        ----------
        doi:10.1037/1082-989X.11.1.54
        """
        size = len(discounts)
        inner = (discounts * (size - 1) + 0.5) / size if np.any((discounts <= 0) | (discounts >= 1)) else discounts
        columns = [np.ones(size), np.log(inner), np.log1p(-inner)]
        return cls(np.array([np.bincount(segment, each, places.segments) for each in columns]).T, places)

    def __call__(self, point: Floats) -> tuple[float, Floats]:
        """The log likelihood and its gradient."""
        odds, log_size = self.places.values(point)
        centre, size = expit(odds), np.exp(log_size)
        alpha, beta = centre * size, expit(-odds) * size
        number, yes, no = self.sums.T
        value = number * (gammaln(size) - gammaln(alpha) - gammaln(beta)) + (alpha - 1) * yes + (beta - 1) * no
        by_alpha = number * (digamma(size) - digamma(alpha)) + yes
        by_beta = number * (digamma(size) - digamma(beta)) + no
        by_odds = (by_alpha - by_beta) * size * centre * expit(-odds)
        return float(value.sum()), self.places.slope([by_odds, by_alpha * alpha + by_beta * beta])


def fit_discounts(
    priors: tuple[Prior, Prior], segment: Integers, discounts: Floats, count: int, address: tuple[int, str]
) -> tuple[Learned, ...]:
    """Mean and CV of the discount, 1 - price / list price.

    Parameters
    ----------
    priors
        Of the mean, on log-odds, and of the CV, on logarithms, each by segment or for all.  The CV's prior is that of
        alpha + beta = (1 - mean) / (mean CV^2) - 1, of which it is nearly the root of the inverse.
    segment, discounts
        [contract].
    count, address
        As for `learn`.
    """
    average, spread = priors
    segments = max(len(prior.median) for prior in priors)
    inner = size_prior(average, spread)
    number = np.bincount(segment, minlength=segments)
    seen = Seen(number, number.astype(float), ("contract", "contracts"))
    likelihood = DiscountLikelihood.of(segment, discounts, ValuePlaces.of([average, inner], segments))
    found, other = learn(likelihood, [average, inner], [seen, seen], count, address)
    share = found.draws if found.draws.shape == other.draws.shape else found.draws[:, : other.draws.shape[1]]
    cv = np.sqrt((1 - share) / (share * (other.draws + 1)))
    return found, replace(
        other, draws=cv, prior_centre=spread.centre, prior_sd=spread.sd_of_one, unit=spread.unit, scale=spread.scale
    )


def size_prior(average: Prior, spread: Prior) -> Prior:
    """The prior of alpha + beta of a beta distribution whose mean and CV have these priors."""
    middle = np.broadcast_to(average.median, max(len(average.median), len(spread.median)))[: len(spread.median)]
    size = np.maximum((1 - middle) / (middle * spread.median**2) - 1, 0.1)
    return Prior(spread.path, size, 2 * spread.sd, LOG)


def fit_land_multiple(
    prior: Prior, segment: Integers, multiples: Floats, count: int, address: tuple[int, str]
) -> tuple[Learned, ...]:
    """Seats over active users at the first signing, its median by the Bayesian bootstrap of accounts.

    References
    ----------
    Rubin 1981, doi:10.1214/aos/1176345338
    """
    return (_bootstrapped(prior, segment, multiples, 0.5, count, address),)


def fit_min_seats(
    prior: Prior, segment: Integers, seats: Integers, count: int, address: tuple[int, str]
) -> tuple[Learned, ...]:
    """Whole seats that 95 % of contracts have at least, by the same bootstrap."""
    found = _bootstrapped(prior, segment, seats.astype(float), SMALLEST_CONTRACTS, count, address)
    return (replace(found, draws=np.maximum(np.rint(found.draws), 1.0)),)


def usual_term(values: Sequence[Hashable]) -> UsualTerm:
    """The usual value of a term, billing, payment terms, a true-up or a price; the first of equally frequent ones.

    >>> usual_term([12, 12, 36, 12])
    UsualTerm(value=12, deviating=0.25, contracts=4)
    """
    value, number = Counter(values).most_common(1)[0]
    return UsualTerm(value, 1.0 - number / len(values), len(values))


def _bootstrapped(
    prior: Prior, segment: Integers, values: Floats, share: float, count: int, address: tuple[int, str]
) -> Learned:
    """The quantile in each segment; one with too few contracts has that of all of them, if these are enough."""
    segments = len(prior.median)
    number = np.bincount(segment, minlength=segments) if segments > 1 else np.array([len(values)])
    seen = Seen(number, number.astype(float), ("contract", "contracts"))
    points = prior_points([prior], count, address)
    for place in range(segments) if seen.enough else ():
        own = segment == place if segments > 1 and number[place] >= seen.fewest else np.ones(len(values), bool)
        found = _weighted_quantiles(values[own], share, count, (address[0], f"{address[1]} {place}"))
        points[:, place] = prior.scale.forth(found)
    return record(prior, seen, points, 1.0)


def _weighted_quantiles(values: Floats, share: float, count: int, address: tuple[int, str]) -> Floats:
    """Draws of a quantile, [draw]: each contract has an exponential weight of its own."""
    order = np.argsort(values, kind="stable")
    drawn = [uniforms_at(address, "bootstrap", count=len(values), index=index) for index in range(count)]
    weights = -np.log1p(-np.array(drawn))
    reached = np.cumsum(weights[:, order], axis=1)
    place = (reached < share * reached[:, -1:]).sum(axis=1)
    found: Floats = values[order][np.minimum(place, len(values) - 1)]
    return found
