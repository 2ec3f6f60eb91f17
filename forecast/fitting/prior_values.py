"""What a scenario believes of its values before any data: medians by segment of the data, and how sure it is.

A value is as sure as the grade of its evidence, and no surer than the scenario's own distribution of it.  A segment of
the data has the values of the scenario's segment of that name, else of the one nearest in size.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from math import log
from typing import Any

import numpy as np

from forecast.learning.learned import TENTH
from forecast.learning.priors import GRADE_SDS, LOG, LOG_ODDS, Prior, Scale
from forecast.model.distributions import trait_quantile
from forecast.model.parameters import Parameters
from forecast.model.team_sizes import median_users
from forecast.model.uncertainty import medians
from forecast.scenario import (
    DRAWN,
    Distribution,
    Multiplied,
    Scenario,
    Uncertain,
    Value,
    drawn_values,
    evidence_at,
)
from forecast.scenario.values.units import DAYS_PER_MONTH
from forecast.types import Floats

UNGRADED = "U"
PER_MONTH, DAYS, PERCENT = " per month", " days", "%"
LEAST_RATE = 1e-4  # a month: a rate of 0 has no logarithm
LEAST_SHARE = 0.005  # and a share of 0 or 1 no log-odds


@dataclass(frozen=True)
class PriorValues:
    """The values of a scenario for the segments of the data, `like` being their places among the scenario's."""

    scenario: Scenario
    like: tuple[int, ...]

    def values(self, path: str, part: str | None = None) -> list[Any]:
        """The value at a path, or a part of a distribution there, for each segment; in base units."""
        found = self.scenario.parameters[path]
        return [_part(found[place if len(found) > 1 else 0], part) for place in self.like]

    def medians(self, path: str, part: str | None = None) -> Floats:
        """The same as numbers, what is uncertain at its median."""
        return np.array([_median_of(value) for value in self.values(path, part)], dtype=np.float64)

    def rate(self, path: str, part: str | None = None, at: str | None = None) -> Prior:
        """The prior of a rate or hazard per month; `at` is its path in a file of draws, where it is another."""
        median = np.maximum(self.medians(path, part) * DAYS_PER_MONTH, LEAST_RATE)
        return self._prior(path, part, at, median, LOG, PER_MONTH)

    def days(self, path: str, part: str, at: str) -> Prior:
        """The prior of a number of days."""
        return self._prior(path, part, at, np.maximum(self.medians(path, part), LEAST_RATE), LOG, DAYS)

    def number(self, path: str, part: str | None = None, at: str | None = None) -> Prior:
        """The prior of a positive number that is no rate."""
        return self._prior(path, part, at, np.maximum(self.medians(path, part), LEAST_RATE), LOG)

    def spread(self, path: str, part: str | None = None, at: str | None = None) -> Prior:
        """The prior of a sigma or a coefficient of variation, half as wide as that of a value with its grade."""
        prior = self.number(path, part, at)
        return replace(prior, sd=prior.sd / 2)

    def share(self, path: str, part: str | None = None, at: str | None = None) -> Prior:
        """The prior of a share."""
        median = np.clip(self.medians(path, part), LEAST_SHARE, 1.0 - LEAST_SHARE)
        return self._prior(path, part, at, median, LOG_ODDS, PERCENT)

    def common(self, prior: Prior) -> Prior:
        """The same prior as one value for all segments."""
        return replace(prior, median=prior.scale.back(prior.centre.mean(keepdims=True)))

    def is_family(self, path: str, family: str) -> bool:
        """Whether the distributions at a path are of this family."""
        return {value.family for value in self.values(path) if isinstance(value, Distribution)} == {family}

    def grade(self, path: str) -> str:
        """The grade of a value's evidence."""
        evidence = evidence_at(self.scenario.evidence, path)
        return evidence.grade if evidence else UNGRADED

    def _prior(
        self, path: str, part: str | None, at: str | None, median: Floats, scale: Scale, unit: str = ""
    ) -> Prior:
        """The prior, with the spread of the value's grade, or that of its own distribution where it is wider."""
        said = [_spread(value, scale) for value in self.values(path, part)]
        own = f"{path}.{part}" if part else path
        sd = max([GRADE_SDS[self.grade(path)], *(each for each in said if each)])
        return Prior(at or own, median, sd, scale, unit)


def prior_values(scenario: Scenario, sizes: Mapping[str, float]) -> PriorValues:
    """The values of a scenario for segments of the data, of which the median number of eligible people is given."""
    return PriorValues(scenario, tuple(_like(scenario, name, size) for name, size in sizes.items()))


def _like(scenario: Scenario, name: str, size: float) -> int:
    """The place of the scenario's segment of this name, else of the one nearest in size."""
    if name in scenario.segments:
        return scenario.segments.index(name)
    typical = _typical_sizes(scenario)
    return min(range(len(typical)), key=lambda place: abs(log(max(typical[place], 1.0) / max(size, 1.0))))


def _typical_sizes(scenario: Scenario) -> list[float]:
    """The median number of eligible people in each segment of a scenario."""
    uniforms = medians(Parameters(scenario).uncertain)
    return [median_users(scenario, uniforms, place) for place in range(len(scenario.segments))]


def _median_of(value: Value) -> float:
    """A number, or the median of an uncertain one."""
    if isinstance(value, Multiplied):
        return _median_of(value.value)
    if isinstance(value, Uncertain):
        return float(_quantiles(value.distribution, np.array([0.5]))[0])
    assert isinstance(value, int | float), value
    return float(value)


def median_duration(distribution: Distribution) -> float:
    """The median of a duration or another trait, what is uncertain in it at its median."""
    certain = {
        name: value if isinstance(value, tuple) else _median_of(value)
        for name, value in distribution.parameters.items()
    }
    return float(_quantiles(Distribution(distribution.family, certain), np.array([0.5]))[0])


def _spread(value: Value, scale: Scale) -> float | None:
    """The sd on the scale of a value that is uncertain; None: it is not."""
    if isinstance(value, Multiplied):
        return _spread(value.value, scale)
    if not isinstance(value, Uncertain):
        return None
    bounds = LEAST_RATE / DAYS_PER_MONTH, 1.0 - LEAST_SHARE if scale is LOG_ODDS else np.inf
    low, high = scale.forth(np.clip(_quantiles(value.distribution, np.array([0.1, 0.9])), *bounds))
    return float(high - low) / (2 * TENTH)


def _quantiles(distribution: Distribution, shares: Floats) -> Floats:
    """Quantiles of what an uncertain value is drawn from."""
    if distribution.family == DRAWN:
        return np.asarray(np.quantile(drawn_values(distribution), shares), dtype=np.float64)
    return np.asarray(trait_quantile(distribution.family, distribution.parameters, shares), dtype=np.float64)


def _part(value: Any, part: str | None) -> Any:
    """A part of a distribution; one of another family is a fixed number, and has no cv and no sigma."""
    if part is None or not isinstance(value, Distribution):
        return value
    return value.parameters.get(part, value.parameters.get("value", LEAST_RATE))
