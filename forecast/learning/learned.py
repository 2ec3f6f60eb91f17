"""What a node of the model learned: draws of its values, how much of them is data, and a sentence that says so.

A value with too few events of its own keeps its prior; the others are then learned with it at its median.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from forecast.learning.gaussian_priors import draw_over_priors
from forecast.learning.posterior import LogDensity
from forecast.learning.priors import LOG, Prior, Scale, by_value, prior_mixture, prior_points
from forecast.types import Floats, Integers

FEWEST = 5  # events below which a value keeps its prior
FARTHEST = 30.0  # on a scale: the search for a mode tries points at which nothing can be computed; the prior pulls back
TENTH = 1.2815515655446004  # sds from a normal's median to its tenth percentile
LEAST_SHARE = 0.2  # of data, below which a value is called prior


class Seen(NamedTuple):
    """How much was seen of a value: events and exposure [segment], their name (one, several), and how many it needs."""

    events: Integers
    exposure: Floats
    noun: tuple[str, str]
    fewest: int = FEWEST

    @property
    def enough(self) -> bool:
        """Whether the value is learned at all."""
        return int(self.events.sum()) >= self.fewest


@dataclass(frozen=True)
class Learned:
    """A value after the data.

    Parameters
    ----------
    path
        Of the value in a scenario.
    draws
        [draw, segment], in the value's unit; the same draw of all values of a node belongs together.
    prior_centre, prior_sd
        The prior's mean, [segment], and the sd of a segment, on the scale.
    events, exposure
        [segment].
    effective
        The share of draws that were effective in the importance resampling; 1 where the prior is kept.
    data_share
        1 - (posterior sd / prior sd)^2 on the scale, [segment].
    remarks
        A sentence, [segment].
    unit, scale
        As the prior has them.
    """

    path: str
    draws: Floats
    prior_centre: Floats
    prior_sd: float
    events: Integers
    exposure: Floats
    effective: float
    data_share: Floats
    remarks: tuple[str, ...]
    unit: str = ""
    scale: Scale = LOG

    def prior_band(self, place: int) -> Floats:
        """The prior's median and the bounds of its middle 80 %, in the value's unit, of a segment."""
        centre, half = self.prior_centre[place], TENTH * self.prior_sd
        return self.scale.back(np.array([centre, centre - half, centre + half]))


class ValuePlaces(NamedTuple):
    """Places of a node's values in one row of numbers; what holds for all segments is one number."""

    sizes: tuple[int, ...]
    segments: int

    @classmethod
    def of(cls, priors: Sequence[Prior], segments: int) -> ValuePlaces:
        """The places of these values."""
        return cls(tuple(len(prior.median) for prior in priors), segments)

    def values(self, point: Floats) -> list[Floats]:
        """Each value by segment, [segment]."""
        parts = np.split(point, np.cumsum(self.sizes)[:-1])
        return [np.broadcast_to(part, self.segments) for part in parts]

    def by_segment(self, segment: Integers, parts: Floats) -> Floats:
        """Sums of parts, each of which belongs to a segment."""
        return np.bincount(segment, parts, self.segments).astype(np.float64)

    def slope(self, slopes: Sequence[Floats]) -> Floats:
        """The derivatives of the row, given those of each value by segment."""
        pairs = zip(self.sizes, slopes, strict=True)
        return np.concatenate([slope if size == len(slope) else [slope.sum()] for size, slope in pairs])


def learn(
    likelihood: LogDensity, priors: Sequence[Prior], seen: Sequence[Seen], count: int, address: tuple[int, str]
) -> tuple[Learned, ...]:
    """What a node learned of each value.

    Parameters
    ----------
    likelihood
        The log likelihood and its gradient at the values of all `priors` in a row, on their scales.
    priors, seen
        By value.
    count
        Draws wanted.
    address
        (seed, name of the node): of the chance in the draws.
    """
    points, effective = prior_points(priors, count, address), 1.0
    free = [number for number, each in enumerate(seen) if each.enough]
    if free:
        ends = np.cumsum([len(prior.median) for prior in priors])
        places = np.concatenate([np.arange(ends[number] - len(priors[number].median), ends[number]) for number in free])
        whole = np.concatenate([prior.centre for prior in priors])
        found = draw_over_priors(
            _of_some(likelihood, whole, places), prior_mixture([priors[number] for number in free]), count, address
        )
        points[:, places], effective = found.points, found.effective
    columns = by_value(priors, points)
    return tuple(
        record(prior, each, column, effective if each.enough else 1.0)
        for prior, each, column in zip(priors, seen, columns, strict=True)
    )


def _of_some(likelihood: LogDensity, whole: Floats, places: Integers) -> LogDensity:
    """The likelihood of the values at these places, the others as they are in `whole`."""

    def density(part: Floats) -> tuple[float, Floats]:
        point = whole.copy()
        point[places] = np.clip(part, -FARTHEST, FARTHEST)
        value, slope = likelihood(point)
        return value, np.where(np.abs(part) <= FARTHEST, slope[places], 0.0)

    return density


def record(prior: Prior, seen: Seen, points: Floats, effective: float) -> Learned:
    """The record of one value, whose draws on its scale are given, [draw, segment]."""
    size = len(prior.median)
    events = seen.events if len(seen.events) == size else np.array([seen.events.sum()])
    exposure = seen.exposure if len(seen.exposure) == size else np.array([seen.exposure.sum()])
    share = np.zeros(size)
    if seen.enough:
        share = np.maximum(1.0 - points.var(axis=0) / prior.sd_of_one**2, 0.0)
    remarks = tuple(_remark(int(number), seen, float(part)) for number, part in zip(events, share, strict=True))
    draws = prior.scale.back(points)
    return Learned(
        prior.path,
        draws,
        prior.centre,
        prior.sd_of_one,
        events,
        exposure,
        effective,
        share,
        remarks,
        prior.unit,
        prior.scale,
    )


def is_prior(remark: str) -> bool:
    """Whether a remark says that the data say next to nothing of a value."""
    return "prior" in remark


def _remark(events: int, seen: Seen, share: float) -> str:
    """What is to be said of one segment."""
    if not seen.enough:
        return f"{_counted(int(seen.events.sum()), seen.noun)}, fewer than {seen.fewest}: prior kept"
    ending = ": prior" if share < LEAST_SHARE else ""
    return f"{_counted(events, seen.noun)}, {share:.0%} data{ending}".replace("%", " %")


def _counted(number: int, noun: tuple[str, str]) -> str:
    return f"{number:,} {noun[number != 1]}"
