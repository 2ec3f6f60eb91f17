"""When leadership notices: opportunities and bans of accounts that are exposed (docs/model.md, 6).

Only what came of an awareness is seen: half_share is learned for the visibility of the prior, base and peak for its
sponsor.  Poisson counts over pieces on which the active share of an account is constant.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from scipy.special import expit

from forecast.learning.learned import FEWEST, Learned, Seen, ValuePlaces, learn
from forecast.learning.log_groups import group_logs
from forecast.learning.priors import Prior
from forecast.types import Floats, Integers

WANTED = 25  # opportunities and bans, below which only peak and half_share are learned
SMALLEST = 1e-12  # stands for a share of 0, at which the S-curve is 0


class Exposure(NamedTuple):
    """Pieces or events, [piece]: the active share, and by how much capabilities reduce a ban, as a factor."""

    segment: Integers
    active_share: Floats
    ban_factor: Floats


class Noticed(NamedTuple):
    """What was seen of accounts that could be noticed: pieces and their months, and what happened at which share."""

    pieces: Exposure
    months: Floats
    opportunities: Exposure
    bans: Exposure


class HeldValues(NamedTuple):
    """Values that such data can't tell, at their prior."""

    visibility: float
    sponsor: float


@dataclass(frozen=True)
class AwarenessLikelihood:
    """The likelihood at logarithms of base, peak, half_share and sharpness, and the log-odds of ban."""

    segment: Integers  # by node: pieces, opportunities, bans
    log_visible: Floats
    ban_factor: Floats
    months: Floats
    opened: Floats
    banned: Floats
    sponsor: float
    places: ValuePlaces

    @classmethod
    def of(cls, seen: Noticed, held: HeldValues, priors: Sequence[Prior], segments: int) -> AwarenessLikelihood:
        """The likelihood of what was seen."""
        rows = [seen.pieces, seen.opportunities, seen.bans]
        weights = np.concatenate([seen.months, *(np.ones(len(each.segment)) for each in rows[1:])])
        sort = np.repeat(np.arange(3), [len(each.segment) for each in rows])
        segment, share, factor = (np.concatenate(columns) for columns in zip(*rows, strict=True))
        kept = weights > 0.0
        kinds, number = np.unique(np.column_stack([sort, segment, factor])[kept], axis=0, return_inverse=True)
        visible = np.maximum(share[kept] * held.visibility, SMALLEST)
        groups = group_logs(visible, weights[kept], number.ravel().astype(np.int64))
        sort, segment = kinds[groups.kind, :2].astype(np.int64).T
        months, opened, banned = (np.where(sort == each, groups.weight, 0.0) for each in range(3))
        factors, places = kinds[groups.kind, 2], ValuePlaces.of(priors, segments)
        return cls(segment, groups.log, factors, months, opened, banned, held.sponsor, places)

    def __call__(self, point: Floats) -> tuple[float, Floats]:
        """The log likelihood and its gradient."""
        values = self.places.values(point)
        base, peak, sharpness = (np.exp(values[number])[self.segment] for number in (0, 1, 3))
        ban = expit(values[4])[self.segment]
        steep = sharpness * (self.log_visible - values[2][self.segment])
        curve = expit(steep)
        notice = base + peak * curve
        banned = ban * self.ban_factor
        seen = banned + (1.0 - banned) * self.sponsor  # the share of awarenesses that leave a trace
        happened = self.opened + self.banned
        value = (happened * np.log(notice)).sum() - (self.months * notice * seen).sum()
        value += self.opened @ np.log1p(-banned) + self.banned @ np.log(banned)
        pull = happened / notice - self.months * seen
        bend = pull * peak * curve * (1.0 - curve)
        by_ban = self.banned - (self.opened / (1.0 - banned) + self.months * notice * (1.0 - self.sponsor)) * banned
        slopes = [pull * base, pull * peak * curve, -bend * sharpness, bend * steep, by_ban * (1.0 - ban)]
        return float(value), self.places.slope([self.places.by_segment(self.segment, slope) for slope in slopes])


def fit_awareness(
    priors: Sequence[Prior], noticed: Noticed, held: HeldValues, count: int, address: tuple[int, str]
) -> tuple[Learned, ...]:
    """How fast leadership notices.

    Parameters
    ----------
    priors
        Of base, peak (per month), half_share, sharpness, ban, in this order; each by segment or for all.
    noticed
        Of accounts with at least `min_users` active and nothing open: no opportunity, contract, ban or cool-down.
    held
        What the data can't tell.
    count, address
        As for `learn`.
    """
    segments = max(len(prior.median) for prior in priors)
    likelihood = AwarenessLikelihood.of(noticed, held, priors, segments)
    months = likelihood.places.by_segment(noticed.pieces.segment, noticed.months)
    events = np.zeros(segments, np.int64)
    for rows in (noticed.opportunities, noticed.bans):
        events += np.bincount(rows.segment, minlength=segments)
    noun = ("opportunity or ban", "opportunities and bans")
    seen = [Seen(events, months, noun, fewest) for fewest in (WANTED, FEWEST, FEWEST, WANTED, WANTED)]
    return learn(likelihood, priors, seen, count, address)
