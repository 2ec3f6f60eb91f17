"""Months that are good or bad for everybody: the market's level and the pace of procurement (docs/model.md, 4 and 7).

Each is one factor a month, common to all accounts: the exponential of an autoregression of order one, corrected so that
its mean is what the file says.  All months are known before a replication starts.  Knows no account and no engine.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, NamedTuple

import numpy as np

from forecast.elementary import exp, power
from forecast.model.uncertainty import Uniforms, realized
from forecast.normal import inverse_normal
from forecast.randomness import key, uniform
from forecast.scenario import Scenario, declared
from forecast.types import Floats


class CommonFactor(NamedTuple):
    """A factor that all accounts share: where it stands, and the paths of its numbers; without `now` it begins at 1."""

    path: str  # names the key of its draws
    sd: str
    persistence: str
    now: str | None


LEVEL: Final = CommonFactor(
    "market.level",
    declared("market.level.sd"),
    declared("market.level.persistence"),
    declared("market.level.now"),
)
PACE: Final = CommonFactor(
    "procurement.pace", declared("procurement.pace.sd"), declared("procurement.pace.persistence"), None
)


def monthly_factors(now: float, sd: float, persistence: float, innovations: Sequence[float]) -> Floats:
    """The factor of each month, [month]: exp(x_m - v_m / 2) with x_m = persistence * x_(m-1) + sd * e_m.

    x_0 is the logarithm of `now`, v_m the variance of x_m; the mean of month m is now^(persistence^m).

    >>> monthly_factors(1.18, sd=0.0, persistence=1.0, innovations=[0.0, 0.3]).tolist()
    [1.18, 1.18]
    """
    factors = np.empty(len(innovations))
    weight, off, variance = 1.0, 0.0, 0.0  # `off`: what chance has added to the logarithm
    factors[0] = now
    for month in range(1, len(innovations)):
        weight *= persistence
        off = persistence * off + sd * innovations[month]
        variance = persistence * persistence * variance + sd * sd
        factors[month] = power(now, weight) * exp(off - variance / 2.0)
    return factors


def monthly_innovations(path: str, months: int, seed: int, replication: int) -> list[float]:
    """The standard normals e_m of a factor, [month]; month 0 has none, so 0.

    Their address is (path; replication, month): the same for every market, however many accounts it has.
    """
    k0, k1 = key(seed, f"/{path}")  # a slash cannot stand in a segment's name
    return [0.0, *(inverse_normal(uniform(k0, k1, replication, 0, 0, month)) for month in range(1, months))]


def draw_factors(factor: CommonFactor, scenario: Scenario, uniforms: Uniforms, address: tuple[int, int]) -> Floats:
    """The factor of each month, [month], of a replication; `address` is (seed, replication).  Exactly 1 when off."""
    now = realized(scenario.parameters[factor.now][0], uniforms) if factor.now else 1.0
    sd, persistence = (realized(scenario.parameters[path][0], uniforms) for path in (factor.sd, factor.persistence))
    if sd == 0.0 and now == 1.0:
        return np.ones(scenario.months)
    innovations = monthly_innovations(factor.path, scenario.months, *address) if sd else [0.0] * scenario.months
    return monthly_factors(now, sd, persistence, innovations)
