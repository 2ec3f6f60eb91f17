"""Distributions by name as numbers: quantiles of traits, rows for the loop, means.  Knows no randomness.

Families of the loop are inverted by forecast/model/quantiles.py, the others (gamma, beta, pert) by SciPy, and every
trait is rounded to 9 significant digits, so that machines whose SciPy differs in the last bits agree.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from itertools import pairwise
from typing import Any, Final, NamedTuple

import numpy as np
from scipy import special

from forecast.compiling.decorators import compiled
from forecast.elementary import log, power
from forecast.model import quantiles
from forecast.normal import normal_cdf
from forecast.types import Floats

ParameterValues = Mapping[str, Any]  # numbers; `values` and `weights` of a discrete distribution are sequences of them

DIGITS: Final = 9
_NO_POINTS: Final = np.zeros(1)
NARROW: Final = 1e-100  # a coefficient of variation below it is none: its square has few digits
NARROW_BETA: Final = 1e-6  # the same of a beta distribution: SciPy inverts narrower ones slowly, then not at all
_POWERS: Final = np.array([float(f"1e{exponent}") for exponent in range(-323, 309)])
_EXACT_POWERS: Final = np.array([float(f"1e{exponent}") for exponent in range(23)])


class _Encoded(NamedTuple):
    """A row of the loop's table; `points`, where there are some, go into the table's, and their place there into a."""

    family: int
    a: float = 0.0
    b: float = 0.0
    c: float = 0.0
    d: float = 0.0
    points: tuple[float, ...] | None = None


def round_significant(values: Floats, digits: int = DIGITS) -> Floats:
    """The values to this many significant digits, the same on every machine; what is not finite stays, shape kept."""
    values = np.asarray(values, dtype=np.float64)
    sizes = np.abs(values)
    exponents = np.searchsorted(_POWERS, sizes, side="right") - 324
    shifts = digits - 1 - exponents
    plain = np.isfinite(values) & (np.abs(shifts) < len(_EXACT_POWERS))
    shifts = np.where(plain, shifts, 0)
    ups, downs = _EXACT_POWERS[np.maximum(shifts, 0)], _EXACT_POWERS[np.maximum(-shifts, 0)]
    safe = np.where(plain, values, 0.0)
    rounded = np.where(shifts >= 0, np.rint(safe * ups) / ups, np.rint(safe / downs) * downs)
    rare = np.isfinite(values) & ~plain & (sizes > 0.0)
    rounded[rare] = [float(f"{value:.{digits - 1}e}") for value in values[rare]]
    rounded[~np.isfinite(values)] = values[~np.isfinite(values)]
    return np.asarray(rounded, dtype=np.float64)


def encode(family: str, parameters: ParameterValues) -> _Encoded:
    """The row of a distribution of the loop; ValueError for gamma, beta and pert, which have no elementary inverse."""
    of = parameters
    if family == "fixed":
        return _Encoded(quantiles.FIXED, float(of["value"]))
    if family == "never":
        return _Encoded(quantiles.NEVER)
    if family == "exponential":
        return _Encoded(quantiles.EXPONENTIAL, float(of["mean"]))
    if family in ("lomax", "burr"):
        return _encode_hazard(of["hazard"], of["heterogeneity_cv"], of.get("shape", 1.0))
    if family == "weibull":
        scale = of["median"] / power(log(2.0), 1.0 / of["shape"])
        return _Encoded(quantiles.WEIBULL, scale, 1.0 / of["shape"], float(of["shape"]))
    if family == "lognormal":
        return _unless_narrow(of["sigma"], of["median"], _Encoded(quantiles.LOGNORMAL, of["median"], of["sigma"]))
    if family in ("uniform", "loguniform", "triangular"):
        return _encode_between(family, of)
    if family == "normal":
        return _encode_normal(of["mean"], of["sd"], of.get("low", -math.inf), of.get("high", math.inf))
    if family == "discrete":
        return _encode_discrete(of["values"], of["weights"])
    raise ValueError(f"a {family} distribution has no elementary inverse: it can be a trait, but not a duration")


def _encode_hazard(hazard: float, cv: float, shape: float) -> _Encoded:
    """A Burr distribution as the simplest that it is: Lomax for the shape 1, Weibull where all hazards are equal."""
    square = cv**2 if cv > NARROW else 0.0
    if shape == 1.0:
        return _Encoded(quantiles.LOMAX, float(hazard), square, hazard * square)
    if square == 0.0:
        return _Encoded(quantiles.WEIBULL, 1.0 / hazard, 1.0 / shape, float(shape))
    return _Encoded(quantiles.BURR, float(hazard), square, 1.0 / shape, float(shape))


def _unless_narrow(spread: float, centre: float, row: _Encoded) -> _Encoded:
    return row if spread > 0.0 else _Encoded(quantiles.FIXED, float(centre))


def _encode_between(family: str, of: ParameterValues) -> _Encoded:
    low, high = float(of["low"]), float(of["high"])
    if low == high:
        return _Encoded(quantiles.FIXED, low)
    if family == "uniform":
        return _Encoded(quantiles.UNIFORM, low, high)
    if family == "loguniform":
        return _Encoded(quantiles.LOGUNIFORM, low, high, log(high / low))
    mode = float(of["mode"])
    return _Encoded(quantiles.TRIANGULAR, low, mode, high, (mode - low) / (high - low))


def _encode_normal(mean: float, deviation: float, low: float, high: float) -> _Encoded:
    if deviation <= 0.0 or low == high:
        return _Encoded(quantiles.FIXED, float(min(max(mean, low), high)))
    signed = -deviation if low > mean else deviation  # far above the mean, the upper tail is what has digits
    below = [normal_cdf((bound - mean) / signed) for bound in (low, high)]
    if below[0] == below[1]:  # beyond 38 standard deviations all is at the bound that is nearest to the mean
        return _Encoded(quantiles.FIXED, float(min(max(mean, low), high)))
    return _Encoded(quantiles.NORMAL, b=3.0, points=(float(mean), signed, *below, float(low), float(high)))


def _encode_discrete(values: Sequence[float], weights: Sequence[float]) -> _Encoded:
    pairs = sorted((float(value), float(weight)) for value, weight in zip(values, weights, strict=True) if weight > 0)
    total = math.fsum(weight for _, weight in pairs)
    shares = [math.fsum(weight for _, weight in pairs[: number + 1]) / total for number in range(len(pairs))]
    return _Encoded(quantiles.DISCRETE, b=float(len(pairs)), points=(*(value for value, _ in pairs), *shares))


@compiled
def _quantiles(family: int, a: float, b: float, c: float, d: float, points: Floats, u: Floats) -> Floats:
    found = np.empty(u.size, dtype=np.float64)
    for number in range(u.size):
        found[number] = quantiles.quantile(family, a, b, c, d, points, u[number])
    return found


def _beta_of(family: str, of: ParameterValues) -> tuple[float, float, float, float]:
    """(low, width, alpha, beta) of a beta or pert distribution; ValueError when no beta distribution is that wide."""
    if family == "pert":
        low, width = float(of["low"]), float(of["high"] - of["low"])
        return low, width, 1 + 4 * (of["mode"] - low) / width, 1 + 4 * (of["high"] - of["mode"]) / width
    mean, cv = of["mean"], of["cv"]
    size = (1 - mean) / (mean * cv**2) - 1
    if not size > 0.0:
        raise ValueError(f"a beta distribution of mean {mean:g} has a cv below {math.sqrt((1 - mean) / mean):.4g}")
    return 0.0, 1.0, mean * size, (1 - mean) * size


def _point_of(family: str, of: ParameterValues) -> float | None:
    """The one value of a gamma, beta or pert distribution that has no width, else None."""
    if family == "pert":
        return float(of["low"]) if of["low"] == of["high"] else None
    narrow = NARROW_BETA if family == "beta" else NARROW
    return float(of["mean"]) if of["cv"] < narrow or (family == "beta" and of["mean"] in (0, 1)) else None


def trait_quantile(family: str, parameters: ParameterValues, u: Floats) -> Floats:
    """The values, to 9 significant digits, below which the shares u lie; shape [account], as u, which is in (0, 1)."""
    if family not in ("gamma", "beta", "pert"):
        row = encode(family, parameters)
        points = _NO_POINTS if row.points is None else np.array(row.points)
        return round_significant(_quantiles(row.family, float(row.a), float(row.b), row.c, row.d, points, u))
    point = _point_of(family, parameters)
    if point is not None:
        return round_significant(np.full(u.shape, point))
    if family == "gamma":
        shape = 1 / parameters["cv"] ** 2
        return round_significant(special.gammaincinv(shape, u) * (parameters["mean"] / shape))
    low, width, alpha, beta = _beta_of(family, parameters)
    return round_significant(low + width * special.betaincinv(alpha, beta, u))


def mean(family: str, parameters: ParameterValues) -> float:
    """The mean; infinite for `never` and for a Lomax or Burr distribution whose squared cv is its shape or more."""
    of = parameters
    if family in ("gamma", "beta", "exponential"):
        return float(of["mean"])
    if family == "pert":
        return float((of["low"] + 4 * of["mode"] + of["high"]) / 6)
    if family == "lognormal":
        return float(of["median"] * math.exp(of["sigma"] ** 2 / 2))
    row = encode(family, parameters)
    if row.family == quantiles.FIXED:
        return row.a
    if row.family == quantiles.WEIBULL:
        return float(row.a * special.gamma(1 + row.b))
    if row.family in (quantiles.NEVER, quantiles.LOMAX):
        return 1 / (row.a * (1 - row.b)) if row.family == quantiles.LOMAX and row.b < 1 else math.inf
    if row.family == quantiles.BURR:
        return _burr_mean(row)
    if family in ("uniform", "triangular"):
        return float((row.a + row.b) / 2 if family == "uniform" else (row.a + row.b + row.c) / 3)
    if family == "loguniform":
        return (row.b - row.a) / row.c
    assert row.points is not None  # as those of the two families that are left
    if family == "normal":
        from scipy import stats  # noqa: PLC0415  # half of the time before the first event

        centre, scale = row.points[0], of["sd"]
        low, high = ((bound - centre) / scale for bound in row.points[4:])
        return float(stats.truncnorm.mean(low, high, centre, scale))
    values, shares = row.points[: int(row.b)], row.points[int(row.b) :]
    return math.fsum(value * share for value, share in zip(values, np.diff((0.0, *shares)), strict=True))


def _burr_mean(row: _Encoded) -> float:
    """The mean of a Burr distribution, B(k - 1/s, 1 + 1/s) k^(1 + 1/s) / h with k = 1 / c^2; infinite for k s <= 1."""
    k, inverse_shape = 1 / row.b, row.c
    if k <= inverse_shape:
        return math.inf
    if k > 1e15:  # equal hazards, to the last digit
        return float(special.gamma(1 + inverse_shape) / row.a)
    grown = special.betaln(k - inverse_shape, 1 + inverse_shape) + (1 + inverse_shape) * math.log(k)
    return math.exp(grown) / row.a


def restricted_mean(family: str, parameters: ParameterValues, horizon: float) -> float:
    """The mean of min(X, horizon), to 9 significant digits; finite for every family."""
    return float(round_significant(np.array([_restricted_mean(family, parameters, horizon)]))[0])


def _restricted_mean(family: str, of: ParameterValues, horizon: float) -> float:
    if family in ("gamma", "beta", "pert"):
        point = _point_of(family, of)
        if point is not None:
            return min(point, horizon)
        if family == "gamma":
            shape = 1 / of["cv"] ** 2
            return _area(lambda t: float(special.gammaincc(shape, t * shape / of["mean"])), 0.0, horizon, of["mean"])
        low, width, alpha, beta = _beta_of(family, of)
        above = lambda t: float(special.betaincc(alpha, beta, min((t - low) / width, 1.0)))  # noqa: E731
        return _area(above, low, min(horizon, low + width), low + width / 2)
    row = encode(family, of)
    points = _NO_POINTS if row.points is None else np.array(row.points)
    if row.family in (quantiles.FIXED, quantiles.NEVER):
        return min(row.a, horizon) if row.family == quantiles.FIXED else horizon
    if row.family == quantiles.DISCRETE:
        values, shares = points[: int(row.b)], points[int(row.b) :]
        return math.fsum(np.minimum(values, horizon) * np.diff(shares, prepend=0.0))
    numbers = (row.family, float(row.a), float(row.b), float(row.c), row.d, points)
    start, end = quantiles.quantile(*numbers, 2.0**-53), quantiles.quantile(*numbers, 1 - 2.0**-53)
    start = min(start, 0.0) if row.family <= quantiles.LOGNORMAL else start
    return _area(lambda t: quantiles.survival(*numbers, t), start, min(horizon, end), quantiles.quantile(*numbers, 0.5))


def _area(above: Callable[[float], float], start: float, end: float, middle: float) -> float:
    """The mean of a variate restricted to `end`, by integrating its survival function from its lowest value."""
    if end <= start:
        return end
    from scipy import integrate  # noqa: PLC0415  # not needed to simulate

    cuts = sorted({start, end, *(cut for cut in (middle / 30, middle, 30 * middle) if start < cut < end)})
    parts = [integrate.quad(above, low, high, limit=200, epsrel=1e-12)[0] for low, high in pairwise(cuts)]
    return start + math.fsum(parts)
