"""Shares of what could have gone either way: activation, to_paid, keep_free, a stage's loss, needed.

Binomial counts in each segment, with the prior on the log-odds; a trial that still runs is no count.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from scipy.special import expit, log_expit

from forecast.learning.learned import Learned, Seen, ValuePlaces, learn
from forecast.learning.priors import Prior
from forecast.types import Floats, Integers


class YesNo(NamedTuple):
    """How often a question was answered with yes and with no, [segment]."""

    yes: Integers
    no: Integers


@dataclass(frozen=True)
class ShareLikelihood:
    """The binomial likelihood at log-odds, [segment]."""

    counts: YesNo
    places: ValuePlaces

    def __call__(self, point: Floats) -> tuple[float, Floats]:
        """The log likelihood and its gradient."""
        (odds,) = self.places.values(point)
        yes, no = self.counts
        value = yes @ log_expit(odds) + no @ log_expit(-odds)
        return float(value), self.places.slope([yes - (yes + no) * expit(odds)])


@dataclass(frozen=True)
class ProductLikelihood:
    """The same where yes takes two things, each with a share: of deals, those lost over a requirement."""

    counts: YesNo
    places: ValuePlaces

    def __call__(self, point: Floats) -> tuple[float, Floats]:
        """The log likelihood and its gradient."""
        first, second = self.places.values(point)
        yes, no = self.counts
        both = expit(first) * expit(second)
        value = yes @ (log_expit(first) + log_expit(second)) + no @ np.log1p(-both)
        against = no * both / (1.0 - both)
        return float(value), self.places.slope(
            [yes * expit(-first) - against * expit(-first), yes * expit(-second) - against * expit(-second)]
        )


def fit_share(
    prior: Prior, counts: YesNo, noun: tuple[str, str], count: int, address: tuple[int, str]
) -> tuple[Learned, ...]:
    """The share of yes in each segment; `noun` is what was counted: ("trial", "trials")."""
    places = ValuePlaces.of([prior], len(counts.yes))
    return learn(ShareLikelihood(counts, places), [prior], [_seen(counts, noun)], count, address)


def fit_needed_from_losses(
    priors: tuple[Prior, Prior], counts: YesNo, count: int, address: tuple[int, str]
) -> tuple[Learned, ...]:
    """`needed` and `if_missing.lose` where a CRM knows only the deals lost over it: their product; the prior splits it.

    Parameters
    ----------
    priors
        Of `needed` and of `lose`.
    counts
        Deals that met the requirement while it was missing: lost over it, and not.
    count, address
        As for `learn`.
    """
    places = ValuePlaces.of(priors, len(counts.yes))
    seen = _seen(counts, ("deal", "deals"))
    return learn(ProductLikelihood(counts, places), priors, [seen, seen], count, address)


def _seen(counts: YesNo, noun: tuple[str, str]) -> Seen:
    total = counts.yes + counts.no
    return Seen(total, total.astype(float), noun)
