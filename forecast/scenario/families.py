"""Which distributions are there, with which parameters, and do all of their values stay in range? Knows no file."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from decimal import Decimal

from forecast.scenario.records import Distribution, Scalar, Uncertain
from forecast.scenario.units import DURATION, FACTOR, RATE, Kind, logarithm, number

TINY = math.ulp(0.0)
NORMAL_P90 = 1.2815515655446004  # the 90th percentile of the standard normal distribution
WEIGHT = replace(FACTOR, name="weight", noun="a weight", example="0.5", cap=1e12)
SPREAD = replace(FACTOR, name="spread", cap=20.0).positive()
SHAPE = replace(FACTOR, name="shape", low=0.02, cap=50.0)
HETEROGENEITY = replace(FACTOR, name="heterogeneity", cap=10.0)


@dataclass(frozen=True)
class Family:
    """A family: each parameter's sort (value, size, deviation or a kind), and the sets that it may be given by."""

    sorts: Mapping[str, str | Kind]
    forms: tuple[tuple[str, ...], ...]

    def kinds(self, kind: Kind) -> dict[str, Kind]:
        """Each parameter's kind, when the family's values are of this kind."""
        free = replace(kind, read=number, noun=FACTOR.noun, pattern=FACTOR.pattern, whole=False) if kind.whole else kind
        own = {"value": free, "size": free.positive(), "deviation": replace(free, low=0.0, above=True, high=math.inf)}
        return {name: own[sort] if isinstance(sort, str) else sort for name, sort in self.sorts.items()}

    @property
    def usage(self) -> str:
        """What to write."""
        return ", or ".join(" and ".join(form) for form in self.forms)


def family(*forms: tuple[str, ...], **sorts: str | Kind) -> Family:
    """The family with these parameters; by default all of them are needed."""
    return Family(sorts, forms or (tuple(sorts),))


FAMILIES = {
    "fixed": family(value="value"),
    "lognormal": family(("median", "sigma"), ("median", "p90"), median="size", sigma=SPREAD, p90="size"),
    "exponential": family(mean="size"),
    "weibull": family(median="size", shape=SHAPE),
    "lomax": family(hazard=RATE.positive(), heterogeneity_cv=HETEROGENEITY),
    "uniform": family(low="value", high="value"),
    "loguniform": family(low="size", high="size"),
    "triangular": family(low="value", mode="value", high="value"),
    "pert": family(low="value", mode="value", high="value"),
    "gamma": family(mean="size", cv=SPREAD),
    "beta": family(mean="size", cv=SPREAD),
    "normal": family(("mean", "sd"), mean="value", sd="deviation", low="value", high="value"),
    "discrete": family(),
    "empirical": family(),
}
ANY = frozenset(FAMILIES) - {"fixed"}
LOOP = ANY - {"pert", "gamma", "beta"}  # those with an elementary inverse (docs/model.md, 2)
LISTED = frozenset({"discrete", "empirical"})
UNBOUNDED = frozenset({"lognormal", "exponential", "weibull", "lomax", "gamma"})


def families_of(kind: Kind) -> frozenset[str]:
    """The families that make sense for a kind of value."""
    if kind.name == "months":
        return LISTED
    without = set()
    if kind.name != DURATION.name:
        without.add("lomax")
    if kind.name not in ("share", "factor"):
        without.add("beta")
    return ANY - without


def made(name: str, given: Mapping[str, Scalar]) -> Distribution:
    """The distribution, with the parameters that the model knows."""
    if name == "lognormal" and "p90" in given:
        median, p90 = reach(given["median"])[0], reach(given["p90"])[0]  # both certain: `disorder` has seen to it
        return Distribution(name, {"median": median, "sigma": logarithm(Decimal(p90 / median)) / NORMAL_P90})
    if name == "normal":
        return Distribution(name, {"low": -math.inf, "high": math.inf} | dict(given))
    return Distribution(name, dict(given))


def reach(value: Scalar | tuple[float, ...]) -> tuple[float, float]:
    """The least and the greatest value that a scalar may take, or that stand in ascending values."""
    if isinstance(value, tuple):
        return value[0], value[-1]
    return support(value.distribution) if isinstance(value, Uncertain) else (value, value)


def support(distribution: Distribution) -> tuple[float, float]:
    """The least and the greatest value that a distribution may give; an open end at 0 is the least float above it."""
    if distribution.family in UNBOUNDED:
        return TINY, math.inf
    if distribution.family == "never":
        return math.inf, math.inf
    if distribution.family == "beta":
        return TINY, 1.0 - 2**-53
    ends = {"fixed": ("value", "value"), "discrete": ("values", "values")}
    low, high = (distribution.parameters[name] for name in ends.get(distribution.family, ("low", "high")))
    return reach(low)[0], reach(high)[1]


def complaint(name: str, given: Mapping[str, Scalar], kind: Kind) -> str:
    """What is allowed instead of these parameters; empty when they are in order."""
    return disorder(name, given) or out_of_range(made(name, given), kind)


def disorder(name: str, given: Mapping[str, Scalar]) -> str:
    """What the parameters must be to each other; empty when they are."""
    if "p90" in given:
        if "sigma" in given:
            return "median with sigma, or median with p90, not both"
        if any(isinstance(value, Uncertain) for value in given.values()):
            return "median and sigma, when one of them is uncertain"
        if not reach(given["median"])[1] < reach(given["p90"])[0]:
            return "a p90 above the median"
    if "low" in given and "high" in given and not reach(given["low"])[1] < reach(given["high"])[0]:
        return "a low below the high, whatever is drawn"
    if "mode" in given:
        mode = reach(given["mode"])
        if not (reach(given["low"])[1] <= mode[0] and mode[1] <= reach(given["high"])[0]):
            return "a mode between low and high, whatever is drawn"
    if name == "beta":
        most, cv = reach(given["mean"])[1], reach(given["cv"])[1]
        if not (most < 1.0 and cv * cv < (1.0 - most) / most):
            return "a mean below 100% and a cv below sqrt((1 - mean) / mean)"
    if name == "normal":
        ends = reach(given.get("low", -math.inf))[1], reach(given.get("high", math.inf))[0]
        mean, sd = reach(given["mean"]), reach(given["sd"])[0]
        if mean[1] - 6.0 * sd > ends[1] or mean[0] + 6.0 * sd < ends[0]:
            return "low and high that leave a part of the bell, within six sd of the mean"
    return ""


def out_of_range(distribution: Distribution, kind: Kind) -> str:
    """What is allowed instead, when some value of the distribution is out of the kind's hard range; else empty."""
    low, high = support(distribution)
    if high <= kind.high and (low > kind.low if kind.above else low >= kind.low):
        return ""
    most = f" and {kind.show(kind.high)}" if kind.high < math.inf else " and up"
    bounded = "uniform, triangular, pert, discrete, or normal with low and high"
    return f"a distribution within {kind.show(kind.low)}{most}: bound it ({bounded})"
