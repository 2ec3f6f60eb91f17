"""log, exp and related functions, to the same bits on every machine. Knows numbers only.

The functions of the system's library differ between processors in their last bit; these are made of additions,
subtractions, multiplications, divisions and exact operations on bits, nothing is contracted, and the text is the same
compiled and in plain Python. Each is within 2 units in the last place (tests/test_elementary.py); NaN passes on.

`log` takes c near 1/m for x = 2^k m from a table of short numbers, so that r = m c - 1 is exact, and adds k ln 2 - ln
c to a polynomial of r. `exp` takes 2^(j/128) from a table. Both tables are computed when the module is imported, in
decimal arithmetic, which is correctly rounded; the polynomials are Chebyshev interpolants. `power` carries log x as
two floats.
"""

from __future__ import annotations

from decimal import Context, Decimal
from math import isnan
from typing import Final

import numpy as np
from numpy.typing import NDArray

from forecast.compiling.decorators import compiled, inlined
from forecast.compiling.float_bits import bits_float, float_bits

INFINITY: Final = float("inf")
NAN: Final = float("nan")

_EXACT: Final = Context(prec=50)
_LN2: Final = _EXACT.ln(Decimal(2))
_SMALLEST_NORMAL: Final = 2.2250738585072014e-308
_TWO_54: Final = 2.0**54
_TWO_MINUS_54: Final = 2.0**-54
_ROUND: Final = 1.5 * 2.0**52  # adding and subtracting it rounds to a whole number
_ONE: Final = 0x3FF0000000000000  # the bits of 1.0
SHORT_BITS: Final = -(1 << 27)  # keeps 26 of the 53 bits of a float, so that products of such floats are exact
_TOP_LONG: Final = -(1 << 21)  # keeps 32 bits


def _split(x: Decimal, grain: int) -> tuple[float, float]:
    """x as the sum of a multiple of 2**-grain and a small rest."""
    high = float(_EXACT.multiply(x, Decimal(2**grain)).to_integral_value()) / 2.0**grain
    return high, float(_EXACT.subtract(x, Decimal(high)))


def _log_tables() -> tuple[NDArray[np.float64], ...]:
    """c, and -ln c in two parts, for 128 cells of m from 181/256 to 362/256; the two that meet at 1 have c = 1."""
    inverses, highs, lows = [], [], []
    for cell in range(128):
        middle = (2 * (181 + cell) + 1) / 512 if cell < 75 else (2 * (128 + cell - 75) + 1) / 256
        inverse = 1.0 if cell in (74, 75) else round(256 / middle) / 256
        high, low = _split(_EXACT.minus(_EXACT.ln(Decimal(inverse))), 42)
        inverses.append(inverse)
        highs.append(high)
        lows.append(low)
    return np.array(inverses), np.array(highs), np.array(lows)


def _exp_tables() -> tuple[NDArray[np.float64], ...]:
    """2^(j/128) for j from 0 to 127: rounded, and the relative rest."""
    exact = [_EXACT.power(Decimal(2), Decimal(j) / 128) for j in range(128)]
    rounded = [float(x) for x in exact]
    rests = [float(_EXACT.divide(_EXACT.subtract(x, Decimal(y)), x)) for x, y in zip(exact, rounded, strict=True)]
    return np.array(rounded), np.array(rests)


_ORIGIN: Final = float_bits(181 / 256)
_INVERSE, _LOG_HIGH, _LOG_LOW = _log_tables()
_LN2_HIGH, _LN2_LOW = _split(_LN2, 42)
_POWER_OF_TWO, _POWER_REST = _exp_tables()
_STEP_HIGH, _STEP_LOW = _split(_EXACT.divide(_LN2, Decimal(128)), 43)
_STEPS: Final = float(_EXACT.divide(Decimal(128), _LN2))


@inlined
def _cell(x: float) -> tuple[int, int, float, float]:
    """(k, cell, r, rest) with x = 2^k m and m c = 1 + r + rest exactly, c that of the cell; x normal and positive."""
    bits = float_bits(x)
    offset = bits - _ORIGIN
    k = offset >> 52
    cell = (offset >> 45) & 127
    bits -= k << 52
    high = bits_float(bits & _TOP_LONG)
    c = float(_INVERSE[cell])
    r_high = high * c - 1.0
    r_low = (bits_float(bits) - high) * c
    r = r_high + r_low
    return k, cell, r, (r_high - r) + r_low


@inlined
def _log_sum(k: int, cell: int, r: float, rest: float) -> float:
    """k ln 2 - ln c + log1p(r + rest)."""
    high = k * _LN2_HIGH + float(_LOG_HIGH[cell])
    first = high + r
    rest = rest + ((high - first) + r) + (k * _LN2_LOW + float(_LOG_LOW[cell]))
    p = 0.14285718254779493 + r * (-0.1250012594894326 + r * 0.10998638586649159)
    p = 0.3333333333333333 + r * (-0.24999999999999983 + r * (0.1999999999996303 + r * (-0.16666666668936683 + r * p)))
    return first + (rest + (r * r) * (r * p - 0.5))


@compiled
def log(x: float) -> float:
    """The natural logarithm; -inf at 0, NaN below."""
    x = float(x)
    k = 0
    if not (_SMALLEST_NORMAL <= x < INFINITY):
        if x == 0.0:
            return -INFINITY
        if x < 0.0:
            return NAN
        if not x < 1.0:
            return x
        x *= _TWO_54
        k = -54
    exponent, cell, r, rest = _cell(x)
    return _log_sum(k + exponent, cell, r, rest)


@compiled
def log1p(x: float) -> float:
    """log(1 + x), exact in the small; -inf at -1, NaN below."""
    x = float(x)
    if not (-1.0 < x < INFINITY):
        return -INFINITY if x == -1.0 else NAN if x < -1.0 else x
    total = 1.0 + x
    back = total - 1.0
    lost = (1.0 - (total - back)) + (x - back)
    k, cell, r_exact, rest = _cell(total)
    more = lost * bits_float((1023 - k) << 52) * float(_INVERSE[cell])
    r = r_exact + more
    return _log_sum(k, cell, r, rest + ((r_exact - r) + more))


@compiled
def log_pair(x: float) -> tuple[float, float]:
    """log(x) as a sum of two floats, good to 2**-66 of its value, for 0 < x < inf."""
    k = 0
    if x < _SMALLEST_NORMAL:
        x *= _TWO_54
        k = -54
    exponent, cell, r, rest = _cell(x)
    k += exponent
    high = k * _LN2_HIGH + float(_LOG_HIGH[cell])
    first = high + r
    back = first - high
    rest += (high - (first - back)) + (r - back)
    half = bits_float(float_bits(r) & SHORT_BITS)
    square = -0.5 * (half * half)
    second = first + square
    back = second - first
    rest += (first - (second - back)) + (square - back)
    p = 0.14285718254779493 + r * (-0.1250012594894326 + r * 0.10998638586649159)
    p = 0.3333333333333333 + r * (-0.24999999999999983 + r * (0.1999999999996303 + r * (-0.16666666668936683 + r * p)))
    rest += (k * _LN2_LOW + float(_LOG_LOW[cell])) + (r * r * (r * p) - 0.5 * ((r - half) * (r + half)))
    return second, rest


@compiled
def exp_parts(x: float, rest: float) -> tuple[int, float, float]:
    """(k, s, p) with exp(x + rest) = 2^k s (1 + p), s from 1 to 2, for |x| < 2000 and a small rest."""
    steps = (x * _STEPS + _ROUND) - _ROUND
    n = int(steps)
    r = (x - steps * _STEP_HIGH) + (rest - steps * _STEP_LOW)
    q = 0.16666666666666533 + r * (0.0416666666666665 + r * (0.008333334790496161 + r * 0.0013888890710342392))
    j = n & 127
    return n >> 7, float(_POWER_OF_TWO[j]), r + (r * r * (0.5 + r * q) + float(_POWER_REST[j]))


@compiled
def scaled(y: float, k: int) -> float:
    """y * 2^k for y near 1 to 2 and a product that may be subnormal, not too large."""
    if k > -1020:
        return bits_float(float_bits(y) + (k << 52))
    if k < -1080:
        return 0.0
    return bits_float(float_bits(y) + ((k + 54) << 52)) * _TWO_MINUS_54


@compiled
def exp(x: float) -> float:
    """e to the power of x; inf above 709.78, 0 below -745.13."""
    x = float(x)
    if not (-745.1332191019412 <= x <= 709.782712893384):
        return x if isnan(x) else 0.0 if x < 0.0 else INFINITY
    k, s, p = exp_parts(x, 0.0)
    return scaled(s + s * p, k)


@compiled
def expm1(x: float) -> float:
    """exp(x) - 1, exact in the small."""
    x = float(x)
    if not (-40.0 < x < 40.0):
        return -1.0 if x < 0.0 else exp(x)
    if -0.015625 < x < 0.015625:
        series = 1 / 120 + x * (1 / 720 + x * (1 / 5040 + x * (1 / 40320)))
        return x + x * x * (0.5 + x * (1 / 6 + x * (1 / 24 + x * series)))
    k, s, p = exp_parts(x, 0.0)
    s = bits_float(float_bits(s) + (k << 52))
    first = s - 1.0
    lost = (s - first) - 1.0 if s >= 1.0 else s - (first + 1.0)
    return first + (lost + s * p)


@compiled
def power(x: float, y: float) -> float:
    """x to the power of y, for x >= 0: 1 for y = 0 (also 0^0), x itself for y = 1; NaN for a negative x."""
    x, y = float(x), float(y)
    if isnan(x) or isnan(y):
        return NAN
    if y == 0.0 or x == 1.0:
        return 1.0
    if y == 1.0:
        return x
    if x < 0.0:
        return NAN
    if x == 0.0 or x == INFINITY:
        return 0.0 if (y > 0.0) == (x == 0.0) else INFINITY
    y = min(max(y, -1e20), 1e20)  # beyond, every result is 0 or inf
    high, low = log_pair(x)
    log_top = bits_float(float_bits(high) & SHORT_BITS)
    y_top = bits_float(float_bits(y) & SHORT_BITS)
    product = y_top * log_top
    rest = y_top * ((high - log_top) + low) + (y - y_top) * (high + low)
    if not (-745.14 <= product + rest <= 709.79):
        return INFINITY if product > 0.0 else 0.0
    k, s, p = exp_parts(product, rest)
    result = s + s * p
    if k >= 1024 and result >= 1.0:
        return INFINITY
    return scaled(result, k)


@compiled
def logistic(x: float) -> float:
    """1 / (1 + exp(-x))."""
    x = float(x)
    if x < -40.0 or isnan(x):
        return exp(x)
    if x > 40.0:
        return 1.0
    k, s, p = exp_parts(-x if x > 0.0 else x, 0.0)
    s = bits_float(float_bits(s) + (k << 52))
    small = s + s * p
    small_rest = (s - small) + s * p
    total = 1.0 + small
    total_rest = ((1.0 - total) + small) + small_rest
    upper, upper_rest = (1.0, 0.0) if x > 0.0 else (small, small_rest)
    quotient = upper / total
    quotient_top = bits_float(float_bits(quotient) & SHORT_BITS)
    total_top = bits_float(float_bits(total) & SHORT_BITS)
    quotient_end, total_end = quotient - quotient_top, total - total_top
    left = upper - quotient_top * total_top
    left = ((left - quotient_top * total_end) - quotient_end * total_top) - quotient_end * total_end
    return quotient + (left + (upper_rest - quotient * total_rest)) / total
