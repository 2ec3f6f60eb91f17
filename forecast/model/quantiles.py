"""Quantile functions of the loop's families: a duration for one uniform number.  Knows no names and no randomness.

A distribution is a row of numbers (family, a, b, c, d), and `points` holds what does not fit into a row: `a` is then
the place of the row's first point and `b` the half of their number. forecast/model/distributions.py makes rows of
names.

| family | a, b, c, d |
|---|---|
| fixed | value |
| never | |
| exponential | mean |
| lomax | hazard h, square of the coefficient of variation, h times that square |
| weibull | scale, 1 / shape, shape |
| burr | hazard h, square of the coefficient of variation (above 0), 1 / shape, shape |
| lognormal | median, sigma |
| uniform | low, high |
| loguniform | low, high, log(high / low) |
| triangular | low, mode, high, P(mode) |
| normal | points: mean, sd, P(low), P(high), low, high; sd < 0: mirrored, P being those of the upper tail |
| discrete | points: the values, ascending, then P(X <= value) of each |

Exponential, Lomax, Weibull and Burr go through H = -log S, the cumulative hazard: small probabilities keep their digits
in both tails, and Q(1 - u S(age)) - age is the closed form for H(age) - log u, without a difference of near numbers.
"""

from __future__ import annotations

from math import sqrt
from typing import Final

from forecast.compiling.decorators import compiled, inlined
from forecast.elementary import INFINITY, exp, expm1, log, log1p, power
from forecast.normal import inverse_normal, normal_cdf
from forecast.types import Floats

FIXED: Final = 0
NEVER: Final = 1
EXPONENTIAL: Final = 2
LOMAX: Final = 3
WEIBULL: Final = 4
BURR: Final = 5
LOGNORMAL: Final = 6
UNIFORM: Final = 7
LOGUNIFORM: Final = 8
TRIANGULAR: Final = 9
NORMAL: Final = 10
DISCRETE: Final = 11

_LARGE: Final = 40.0  # the exp of more is exp(x) - 1 to the last bit
_NEGLIGIBLE: Final = 1e-290  # of a cumulative hazard: what is left has at least 1e-17


@compiled
def _exponential(mean: float, hazard: float) -> float:
    """The duration at which the cumulative hazard (0 or more) is reached."""
    return mean * hazard


@compiled
def _lomax(rate: float, square: float, scale: float, hazard: float) -> float:
    """The duration with S(t) = (1 + h c^2 t)^(-1 / c^2) at this cumulative hazard; `scale` is h c^2."""
    if scale == 0.0:
        return hazard / rate
    return expm1(square * hazard) / scale


@compiled
def _weibull(scale: float, inverse_shape: float, hazard: float) -> float:
    """The duration with S(t) = exp(-(t / scale)^shape) at this cumulative hazard."""
    return scale * power(hazard, inverse_shape)


@compiled
def _burr(rate: float, square: float, inverse_shape: float, hazard: float) -> float:
    """The duration with S(t) = (1 + c^2 (h t)^shape)^(-1 / c^2) at this cumulative hazard; `square` is c^2."""
    exponent = square * hazard
    if exponent > _LARGE:
        return exp((exponent - log(square)) * inverse_shape) / rate
    return power(expm1(exponent) / square, inverse_shape) / rate


@compiled
def _burr_survival(rate: float, square: float, shape: float, t: float) -> float:
    """The probability that the duration exceeds t > 0."""
    spent = power(rate * t, shape)
    grown = log1p(square * spent) if spent < INFINITY else log(square) + shape * log(rate * t)
    return exp(-grown / square)


@compiled
def _burr_residual(rate: float, square: float, shape: float, age: float, hazard: float) -> float:
    """What is left at `age` > 0 until the cumulative hazard has grown by `hazard`.

    With x = (h age)^shape, (total / age)^shape is 1 + expm1(c^2 hazard) (1 + 1 / (c^2 x)).
    """
    spent, exponent = power(rate * age, shape), square * hazard
    if spent < _NEGLIGIBLE:
        return max(_burr(rate, square, 1.0 / shape, hazard) - age, 0.0)
    if exponent > _LARGE:
        return age * expm1((exponent + log1p(1.0 / (square * spent))) / shape)
    gained = expm1(exponent)
    return age * expm1(log1p(gained + gained / square / spent) / shape)


@compiled
def _lognormal(median: float, sigma: float, z: float) -> float:
    """The duration whose logarithm is z standard deviations from the median's."""
    return median * exp(sigma * z)


@compiled
def _uniform(low: float, high: float, u: float) -> float:
    """The value below which the share u lies."""
    return min(low + u * (high - low), high)


@compiled
def _loguniform(low: float, high: float, ratio: float, u: float) -> float:
    """The value below which the share u lies; `ratio` is log(high / low)."""
    return min(low * exp(u * ratio), high)


@compiled
def _triangular(low: float, mode: float, high: float, rising: float, u: float, above: float) -> float:
    """The value below which the share u lies, and above which `above`, their sum being 1; `rising` is u of the mode."""
    if u < rising:
        return low + (mode - low) * sqrt(u / rising)
    return high - (high - mode) * sqrt(above / (1.0 - rising)) if rising < 1.0 else high


@compiled
def _normal(points: Floats, place: int, u: float) -> float:
    """The value of the truncated normal below which the share u lies, never outside its bounds."""
    mean, deviation = float(points[place]), float(points[place + 1])
    low, high = float(points[place + 2]), float(points[place + 3])
    value = mean + deviation * inverse_normal((1.0 - u) * low + u * high)
    return min(max(value, float(points[place + 4])), float(points[place + 5]))


@compiled
def _first_reaching(points: Floats, place: int, first: int, count: int, u: float) -> int:
    """The number of the first of `count` values, from number `first` on, whose cumulative probability reaches u."""
    last = count - 1
    while first < last:
        middle = (first + last) // 2
        if float(points[place + count + middle]) >= u:
            last = middle
        else:
            first = middle + 1
    return first


@compiled
def _values_up_to(points: Floats, place: int, count: int, value: float) -> int:
    """How many of the `count` values are at most this value."""
    low, high = 0, count
    while low < high:
        middle = (low + high) // 2
        if float(points[place + middle]) <= value:
            low = middle + 1
        else:
            high = middle
    return low


@compiled
def _from_hazard(family: int, a: float, b: float, c: float, hazard: float) -> float:
    """The duration at which an exponential, Lomax, Weibull or Burr distribution has this cumulative hazard."""
    if family == EXPONENTIAL:
        return _exponential(a, hazard)
    if family == LOMAX:
        return _lomax(a, b, c, hazard)
    return _weibull(a, b, hazard) if family == WEIBULL else _burr(a, b, c, hazard)


@inlined
def quantile(family: int, a: float, b: float, c: float, d: float, points: Floats, u: float) -> float:
    """The value that is not exceeded with probability u, for u in (0, 1); but for rounding it rises with u."""
    if family == LOMAX:  # what most tenures are comes first, and the rest is not inlined with it
        return _lomax(a, b, c, -log1p(-u))
    return a if family == FIXED else _other_quantile(family, a, b, c, d, points, u)


@compiled
def _other_quantile(family: int, a: float, b: float, c: float, d: float, points: Floats, u: float) -> float:
    if family <= BURR:
        return INFINITY if family == NEVER else _from_hazard(family, a, b, c, -log1p(-u))
    if family == LOGNORMAL:
        return _lognormal(a, b, inverse_normal(u))
    if family == UNIFORM:
        return _uniform(a, b, u)
    if family == LOGUNIFORM:
        return _loguniform(a, b, c, u)
    if family == TRIANGULAR:
        return _triangular(a, b, c, d, u, 1.0 - u)
    place = int(a)
    if family == NORMAL:
        return _normal(points, place, u)
    return float(points[place + _first_reaching(points, place, 0, int(b), u)])


@compiled
def survival(family: int, a: float, b: float, c: float, d: float, points: Floats, t: float) -> float:
    """The probability that the value exceeds t."""
    if family == FIXED:
        return 1.0 if t < a else 0.0
    if family == NEVER:
        return 1.0
    if family <= LOGNORMAL and t <= 0.0:
        return 1.0
    if family == EXPONENTIAL:
        return exp(-t / a)
    if family == LOMAX:
        return exp(-t * a) if c == 0.0 else exp(-log1p(c * t) / b)
    if family == WEIBULL:
        return exp(-power(t / a, c))
    if family == BURR:
        return _burr_survival(a, b, d, t)
    if family == LOGNORMAL:
        return normal_cdf(-log(t / a) / b)
    return _bounded_survival(family, a, b, c, d, points, t)


@compiled
def _bounded_survival(family: int, a: float, b: float, c: float, d: float, points: Floats, t: float) -> float:
    if family == NORMAL:
        return _normal_survival(points, int(a), t)
    if family == DISCRETE:
        place, count = int(a), int(b)
        number = _values_up_to(points, place, count, t)
        return 1.0 if number == 0 else 1.0 - float(points[place + count + number - 1])
    high = c if family == TRIANGULAR else b
    if t < a:
        return 1.0
    if t >= high:
        return 0.0
    if family == UNIFORM:
        return (b - t) / (b - a)
    if family == LOGUNIFORM:
        return log(b / t) / c
    if t < b:
        return 1.0 - d * ((t - a) / (b - a)) * ((t - a) / (b - a))
    return (1.0 - d) * ((c - t) / (c - b)) * ((c - t) / (c - b))


@compiled
def _normal_survival(points: Floats, place: int, t: float) -> float:
    if t < float(points[place + 4]):
        return 1.0
    if t >= float(points[place + 5]):
        return 0.0
    low, high = float(points[place + 2]), float(points[place + 3])
    left = (high - normal_cdf((t - float(points[place])) / float(points[place + 1]))) / (high - low)
    return min(max(left, 0.0), 1.0)


@compiled
def residual(family: int, a: float, b: float, c: float, d: float, points: Floats, age: float, u: float) -> float:
    """What is left, 0 or more, of a duration that has lasted to `age`: Q(1 - u S(age)) - age, for u in (0, 1)."""
    if family == FIXED:
        return max(a - age, 0.0)
    if family == NEVER:
        return INFINITY
    if age <= 0.0 and family <= LOGNORMAL:
        return max(quantile(family, a, b, c, d, points, 1.0 - u) - age, 0.0)
    if family <= BURR:
        hazard = -log(u)
        if family == WEIBULL:
            before = power(age / a, c)
            if before <= hazard:
                return max(_weibull(a, b, before + hazard) - age, 0.0)
            return age * expm1(log1p(hazard / before) * b)
        if family == LOMAX and c != 0.0:
            return (age + 1.0 / c) * expm1(b * hazard)
        if family == BURR:
            return _burr_residual(a, b, d, age, hazard)
        return _from_hazard(family, a, b, c, hazard)
    if family == LOGNORMAL:
        left = u * survival(family, a, b, c, d, points, age)
        return max(_lognormal(a, b, -inverse_normal(left)) - age, 0.0)
    return max(_bounded_total(family, a, b, c, d, points, age, u) - age, 0.0)


@compiled
def _bounded_total(family: int, a: float, b: float, c: float, d: float, points: Floats, age: float, u: float) -> float:
    """The whole duration, given that it exceeds `age`; `age` itself or less where none does."""
    if family == UNIFORM:
        return _uniform(max(a, age), b, 1.0 - u)
    if family == LOGUNIFORM:
        start = max(a, age)
        return _loguniform(start, b, log(b / start), 1.0 - u)
    left = _bounded_survival(family, a, b, c, d, points, age)
    if left <= 0.0:
        return age
    if family == TRIANGULAR:
        return _triangular(a, b, c, d, 1.0 - u * left, u * left)
    place = int(a)
    if family == NORMAL:
        return _normal_total(points, place, u * left)
    first = _values_up_to(points, place, int(b), age)
    if first == int(b):
        return age
    return float(points[place + _first_reaching(points, place, first, int(b), 1.0 - u * left)])


@compiled
def _normal_total(points: Floats, place: int, left: float) -> float:
    """The value of the truncated normal above which the share `left` lies."""
    mean, deviation = float(points[place]), float(points[place + 1])
    low, high = float(points[place + 2]), float(points[place + 3])
    value = mean + deviation * inverse_normal((1.0 - left) * high + left * low)
    return min(max(value, float(points[place + 4])), float(points[place + 5]))
