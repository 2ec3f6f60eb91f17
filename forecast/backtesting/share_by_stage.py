"""A naive rule for open deals: of each stage the same share is signed in time as in the past."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from forecast.backtesting.counts_by_chance import beta_values, binomial_counts, uniforms_of
from forecast.types import Flags, Floats, Integers

HALF = 0.5  # a deal signed and one not are known beforehand of each stage, by half (Jeffreys)


class PastDeals(NamedTuple):
    """Deals as they stood at past origins; the same deal counts at each origin at which it was open.

    What happened at a horizon is known only if it had passed by today.
    """

    stage: Integers  # [case]
    signed: Flags  # within each horizon, [case, horizon]
    known: Flags  # [case, horizon]


class SignedDraws(NamedTuple):
    """How many of the open deals are signed, [draw, horizon], and the probability of each, [deal, horizon]."""

    number: Integers
    probability: Floats


def share_by_stage(past: PastDeals, stage: Integers, count: int, address: tuple[int, str]) -> SignedDraws:
    """Draws of the number of deals signed within the horizons: beta-binomial in each stage.

    Parameters
    ----------
    past
        What became of deals at past origins.
    stage
        The stages of the deals open now, [deal].
    count
        Draws.
    address
        (seed, node) of the chance.

    Examples
    --------
    >>> past = PastDeals(np.zeros(9, dtype=int), np.ones((9, 1), dtype=bool), np.ones((9, 1), dtype=bool))
    >>> share_by_stage(past, np.array([0, 1]), 1000, (1, "example")).probability.round(2).tolist()
    [[0.95], [0.5]]
    """
    horizons = past.signed.shape[1]
    stages = int(max(past.stage.max(initial=-1), stage.max(initial=-1))) + 1
    yes, no = np.empty((stages, horizons)), np.empty((stages, horizons))
    for place in range(horizons):
        yes[:, place] = np.bincount(past.stage[past.known[:, place] & past.signed[:, place]], minlength=stages)
        no[:, place] = np.bincount(past.stage[past.known[:, place] & ~past.signed[:, place]], minlength=stages)
    open_deals = np.bincount(stage, minlength=stages)
    u = uniforms_of(address, "stages", shape=(2, count, stages, horizons))
    shares = beta_values(yes + HALF, no + HALF, u[0])
    number = binomial_counts(open_deals[:, None], shares, u[1]).sum(axis=1)
    return SignedDraws(number, ((yes + HALF) / (yes + no + 1.0))[stage])
