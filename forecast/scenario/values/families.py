"""The families of distributions: their parameters, and whether all of their values stay in range. Knows no file."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from operator import le, lt

from forecast.scenario.records import Distribution, Multiplied, Scalar, Uncertain
from forecast.scenario.values.units import DURATION, FACTOR, RATE, ValueKind, logarithm, parse_number

TINY = math.ulp(0.0)
DRAWN = "drawn"  # the family of a column of joint draws: `values`, a row each, and `median_row`, that of their median
NORMAL_P90 = 1.2815515655446004  # the 90th percentile of the standard normal distribution
WEIGHT = replace(FACTOR, name="weight", noun="a weight", example="0.5", cap=1e12)
SPREAD = replace(FACTOR, name="spread", cap=20.0).positive()
WEIBULL_SHAPE = replace(FACTOR, name="shape", low=0.02, cap=50.0)
HETEROGENEITY = replace(FACTOR, name="heterogeneity", cap=10.0)
HAZARD_SORTS = {"hazard": RATE.positive(), "heterogeneity_cv": HETEROGENEITY, "shape": WEIBULL_SHAPE}


@dataclass(frozen=True)
class _Family:
    """A family: each parameter's sort (value, size, deviation or a kind), and the sets that it may be given by."""

    sorts: Mapping[str, str | ValueKind]
    forms: tuple[tuple[str, ...], ...]

    def kinds(self, kind: ValueKind) -> dict[str, ValueKind]:
        """Each parameter's kind, when the family's values are of this kind."""
        kind = kind.alone
        free = (
            replace(kind, read=parse_number, noun=FACTOR.noun, pattern=FACTOR.pattern, whole=False)
            if kind.whole
            else kind
        )
        own = {"value": free, "size": free.positive(), "deviation": replace(free, low=0.0, above=True, high=math.inf)}
        return {name: own[sort] if isinstance(sort, str) else sort for name, sort in self.sorts.items()}

    @property
    def usage(self) -> str:
        """What to write."""
        return ", or ".join(" and ".join(form) for form in self.forms)


def _define_family(*forms: tuple[str, ...], **sorts: str | ValueKind) -> _Family:
    """The family with these parameters; by default all of them are needed."""
    return _Family(sorts, forms or (tuple(sorts),))


FAMILIES = {
    "fixed": _define_family(value="value"),
    "lognormal": _define_family(("median", "sigma"), ("median", "p90"), median="size", sigma=SPREAD, p90="size"),
    "exponential": _define_family(mean="size"),
    "weibull": _define_family(median="size", shape=WEIBULL_SHAPE),
    "lomax": _define_family(("hazard", "heterogeneity_cv"), **HAZARD_SORTS),
    "burr": _define_family(**HAZARD_SORTS),
    "uniform": _define_family(low="value", high="value"),
    "loguniform": _define_family(low="size", high="size"),
    "triangular": _define_family(low="value", mode="value", high="value"),
    "pert": _define_family(low="value", mode="value", high="value"),
    "gamma": _define_family(mean="size", cv=SPREAD),
    "beta": _define_family(mean="size", cv=SPREAD),
    "normal": _define_family(("mean", "sd"), mean="value", sd="deviation", low="value", high="value"),
    "discrete": _define_family(),
    "empirical": _define_family(),
}
ANY_FAMILY = frozenset(FAMILIES) - {"fixed"}
LOOP_FAMILIES = ANY_FAMILY - {"pert", "gamma", "beta"}  # those with an elementary inverse (docs/model.md, 2)
LISTED_FAMILIES = frozenset({"discrete", "empirical"})
UNBOUNDED_FAMILIES = frozenset({"lognormal", "exponential", "weibull", "lomax", "burr", "gamma"})


def families_for(kind: ValueKind) -> frozenset[str]:
    """The families that make sense for a kind of value."""
    if kind.name == "months":
        return LISTED_FAMILIES
    without = set()
    if kind.name != DURATION.name:
        without |= {"lomax", "burr"}
    if kind.name not in ("share", "factor"):
        without.add("beta")
    return ANY_FAMILY - without


def distribution_with(name: str, given: Mapping[str, Scalar]) -> Distribution:
    """The distribution, with the parameters that the model knows."""
    if name == "lognormal" and "p90" in given:
        median, p90 = (
            _bounds(given["median"])[0],
            _bounds(given["p90"])[0],
        )  # both certain: _order_problem has seen to it
        return Distribution(name, {"median": median, "sigma": logarithm(Decimal(p90 / median)) / NORMAL_P90})
    if name == "normal":
        return Distribution(name, {"low": -math.inf, "high": math.inf} | dict(given))
    if name in ("lomax", "burr"):
        if given.get("shape", 1.0) == 1.0:
            return Distribution("lomax", {key: given[key] for key in ("hazard", "heterogeneity_cv")})
        return Distribution("burr", dict(given))
    return Distribution(name, dict(given))


def _bounds(value: Scalar | tuple[float, ...]) -> tuple[float, float]:
    """The least and the greatest value that a scalar may take, or that stand in ascending values."""
    if isinstance(value, tuple):
        return value[0], value[-1]
    assert not isinstance(value, Multiplied)  # a file has none: products are formed when it has been read
    return _support(value.distribution) if isinstance(value, Uncertain) else (value, value)


def _support(distribution: Distribution) -> tuple[float, float]:
    """The least and the greatest value that a distribution may give; an open end at 0 is the least float above it."""
    if distribution.family in UNBOUNDED_FAMILIES:
        return TINY, math.inf
    if distribution.family == "never":
        return math.inf, math.inf
    if distribution.family == "beta":
        return TINY, 1.0 - 2**-53
    if distribution.family == DRAWN:
        return min(drawn_values(distribution)), max(drawn_values(distribution))
    ends = {"fixed": ("value", "value"), "discrete": ("values", "values")}
    low, high = (distribution.parameters[name] for name in ends.get(distribution.family, ("low", "high")))
    return _bounds(low)[0], _bounds(high)[1]


def drawn_values(distribution: Distribution) -> tuple[float, ...]:
    """The values of a column of joint draws, a row each."""
    values = distribution.parameters["values"]
    assert isinstance(values, tuple)
    return values


def _always(compare: Callable[[float, float], bool], first: Scalar, second: Scalar) -> bool:
    """Whether the first is less than the second (by `compare`) in whatever is drawn: columns row by row."""
    pair = [each.distribution for each in (first, second) if isinstance(each, Uncertain)]
    if len(pair) == 2 and all(each.family == DRAWN for each in pair):
        return all(map(compare, drawn_values(pair[0]), drawn_values(pair[1])))
    return compare(_bounds(first)[1], _bounds(second)[0])


def parameter_problem(name: str, given: Mapping[str, Scalar], kind: ValueKind) -> str:
    """What is allowed instead of these parameters; empty when they are in order."""
    return _order_problem(name, given) or _range_problem(distribution_with(name, given), kind)


def _order_problem(name: str, given: Mapping[str, Scalar]) -> str:
    """What the parameters must be to each other; empty when they are."""
    if "p90" in given:
        if "sigma" in given:
            return "median with sigma, or median with p90, not both"
        if any(isinstance(value, Uncertain) for value in given.values()):
            return "median and sigma, when one of them is uncertain"
        if not _bounds(given["median"])[1] < _bounds(given["p90"])[0]:
            return "a p90 above the median"
    if "low" in given and "high" in given and not _always(lt, given["low"], given["high"]):
        return "a low below the high for all values that either may take"
    if "mode" in given and not (_always(le, given["low"], given["mode"]) and _always(le, given["mode"], given["high"])):
        return "a mode between low and high for all values that they may take"
    if name == "beta":
        most, cv = _bounds(given["mean"])[1], _bounds(given["cv"])[1]
        if not (most < 1.0 and cv * cv < (1.0 - most) / most):
            return "a mean below 100% and a cv below sqrt((1 - mean) / mean)"
    if name == "normal":
        ends = _bounds(given.get("low", -math.inf))[1], _bounds(given.get("high", math.inf))[0]
        mean, sd = _bounds(given["mean"]), _bounds(given["sd"])[0]
        if mean[1] - 6.0 * sd > ends[1] or mean[0] + 6.0 * sd < ends[0]:
            return "low and high that leave some of the distribution: within six sd of the mean"
    return ""


def _range_problem(distribution: Distribution, kind: ValueKind) -> str:
    """What is allowed instead, when some value of the distribution is out of the kind's hard range; else empty."""
    low, high = _support(distribution)
    if high <= kind.high and (low > kind.low if kind.above else low >= kind.low):
        return ""
    most = f" to {kind.show(kind.high)}" if kind.high < math.inf else ""
    bounded = "uniform, triangular, pert, discrete, or normal with low and high"
    least = f"{'above' if kind.above else 'from'} {kind.show(kind.low)}"
    return f"a distribution with values {least}{most}: bound it ({bounded})"
