"""Numbers of a distribution at given uniforms: counts and shares for whole arrays at once."""

from __future__ import annotations

import numpy as np
from scipy.special import betaincinv, gammaincinv
from scipy.stats import binom, poisson

from forecast.learning.chance import uniforms_at
from forecast.types import Floats, Integers

MANY = 30.0  # a mean up to which the terms of a Poisson distribution are added one by one: five times as fast


def uniforms_of(address: tuple[int, str], *names: str, shape: tuple[int, ...], index: int = 0) -> Floats:
    """Uniforms of a name in this shape; `address` is (seed, node)."""
    return uniforms_at(address, *names, count=int(np.prod(shape)), index=index).reshape(shape)


def poisson_counts(mean: Floats, u: Floats) -> Integers:
    """The Poisson counts with these means below which the shares u lie, in the shape of u.

    Examples
    --------
    >>> poisson_counts(np.array([0.0, 2.0, 100.0]), np.array([0.5, 0.5, 0.5])).tolist()
    [0, 2, 100]
    """
    expected = np.broadcast_to(mean, u.shape).ravel()
    counts, shares = np.zeros(u.size, dtype=np.int64), u.ravel()
    many = expected > MANY
    counts[many] = np.asarray(poisson.ppf(shares[many], expected[many])).astype(np.int64)
    open_ = np.flatnonzero(~many)
    term = np.exp(-expected[open_])
    below = term.copy()
    number = 0
    while True:
        higher = (shares[open_] > below) & (term > 0.0)
        open_, term, below = open_[higher], term[higher], below[higher]
        if not open_.size:
            return counts.reshape(u.shape)
        number += 1
        counts[open_] = number
        term = term * expected[open_] / number
        below = below + term


def binomial_counts(trials: Integers, share: Floats | float, u: Floats) -> Integers:
    """The binomial counts below which the shares u lie, in the shape of u."""
    return np.asarray(binom.ppf(u, trials, share)).astype(np.int64)


def gamma_values(shape: Floats | float, u: Floats) -> Floats:
    """Values of gamma distributions of scale 1, in the shape of u."""
    return np.asarray(gammaincinv(shape, u), dtype=np.float64)


def beta_values(yes: Floats | float, no: Floats | float, u: Floats) -> Floats:
    """Values of beta distributions with these two parameters, in the shape of u."""
    return np.asarray(betaincinv(yes, no, u), dtype=np.float64)
