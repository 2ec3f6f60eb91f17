"""How long people stay on a plan: equal hazards, Lomax, Weibull or Burr, seen from an age on and up to an age.

S(t) = (1 + c^2 (h t)^s)^(-1/c^2), docs/model.md (5); people who were there when the record begins count from the age
that they had then (left truncation): taken from their first day, hazards come out at half of the truth (docs/fit.md).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from forecast.learning.learned import Learned, Seen, ValuePlaces, learn
from forecast.learning.log_groups import LogGroups, group_logs
from forecast.learning.priors import Prior
from forecast.types import Flags, Floats, Integers

HIGHEST_LOG = 600.0  # of (h t)^s: its exponential is a float
SMALLEST_SQUARE = 1e-300


class TenureAges(NamedTuple):
    """Stays on a plan, [stay]: ages in months when first seen (0: from its begin) and last; did it end then?"""

    segment: Integers
    entered: Floats
    left: Floats
    lapsed: Flags


@dataclass(frozen=True)
class TenureLikelihood:
    """The likelihood of tenures at the logarithms of hazard, heterogeneity and shape, those of them that are free."""

    groups: LogGroups
    survive: Floats  # weight of the log survival function, by node
    lapse: Floats  # weight of the log hazard
    free: tuple[str, ...]  # of "hazard", "heterogeneity_cv", "shape"; the cv is else 0, the shape 1
    places: ValuePlaces

    @classmethod
    def of(cls, ages: TenureAges, priors: Sequence[Prior], segments: int) -> TenureLikelihood:
        """The likelihood of these stays; one without any length says nothing."""
        segment, entered, left, lapsed = (column[ages.left > ages.entered] for column in ages)
        before = entered > 0.0
        kinds = np.concatenate([2 * segment + lapsed, 2 * segments + segment[before]]).astype(np.int64)
        times = np.concatenate([left, entered[before]])
        groups = group_logs(times, np.ones(len(times)), kinds)
        since = groups.kind >= 2 * segments
        survive = np.where(since, -groups.weight, groups.weight)
        lapse = np.where(~since & (groups.kind % 2 == 1), groups.weight, 0.0)
        own = np.where(since, groups.kind - 2 * segments, groups.kind // 2)
        free = tuple(prior.path.rpartition(".")[2] for prior in priors)
        return cls(groups._replace(kind=own), survive, lapse, free, ValuePlaces.of(priors, segments))

    def __call__(self, point: Floats) -> tuple[float, Floats]:
        """The log likelihood and its gradient."""
        given = dict(zip(self.free, self.places.values(point), strict=True))
        own, zero = self.groups.kind, np.zeros(self.places.segments)
        shape = np.exp(given.get("shape", zero))[own]
        square = (np.exp(2.0 * given["heterogeneity_cv"]) if "heterogeneity_cv" in given else zero)[own]
        log_time = np.minimum(shape * (self.groups.log + given["hazard"][own]), HIGHEST_LOG)
        passed = np.exp(log_time)  # (h t)^s
        left = 1.0 / (1.0 + square * passed)
        log_left = -np.log1p(square * passed)
        cumulative = np.where(square > 0.0, -log_left / np.maximum(square, SMALLEST_SQUARE), passed)
        log_hazard = np.log(shape) + log_time - self.groups.log + log_left
        value = self.lapse @ log_hazard - self.survive @ cumulative
        # By the logarithm of (h t)^s, through which hazard and shape work; the shape is also a factor of the hazard.
        pull = (self.lapse - self.survive * passed) * left
        slopes = {"hazard": pull * shape, "shape": pull * log_time + self.lapse}
        of_cv = self.lapse * square * passed * left + self.survive * (passed * left - cumulative)
        slopes["heterogeneity_cv"] = -2.0 * of_cv
        by_segment = [self.places.by_segment(own, slopes[name]) for name in self.free]
        return float(value), self.places.slope(by_segment)


def fit_tenures(
    priors: Sequence[Prior], ages: TenureAges, segments: int, count: int, address: tuple[int, str]
) -> tuple[Learned, ...]:
    """The tenures of a plan.

    Parameters
    ----------
    priors
        Whose paths end in `hazard` (per month), and `heterogeneity_cv` and `shape` where these are free: with the
        hazard alone all users have the same, with the cv it is a Lomax, with both a Burr distribution.
    ages
        Whose age when first seen is not known must be left out.
    segments
        How many there are.
    count, address
        As for `learn`.
    """
    lapses = np.bincount(ages.segment, ages.lapsed, segments).astype(np.int64)
    likelihood = TenureLikelihood.of(ages, priors, segments)
    months = likelihood.places.by_segment(ages.segment, ages.left - ages.entered)
    seen = Seen(lapses, months, ("lapse", "lapses"))
    return learn(likelihood, priors, [seen] * len(priors), count, address)
