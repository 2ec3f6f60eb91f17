"""The normal distribution function and its quantiles, to the same bits on every machine. Knows numbers only.

The quantile is a rational function of a well-chosen variable, added to a leading term that is exact or carried as two
floats, so that the rounding of the rational function hardly shows: it is within 2 units in the last place. The
coefficients are uniform approximations computed with 70 digits; the tests compare the results with mpmath.
"""

from __future__ import annotations

from math import isnan, sqrt

from forecast.compiling.decorators import compiled
from forecast.compiling.float_bits import bits_float, float_bits
from forecast.elementary import INFINITY, NAN, SHORT_BITS, exp_parts, log_pair, scaled


@compiled
def _central_ratio(v: float) -> float:
    """x / q - 3 of the normal quantile x at 1/2 + q, for v = 0.425^2 - q^2 from 0 to 0.180625, within 2**-59."""
    upper = -270187.75235624 + v * (-203930.77810870303 + v * -38239.23694271354)
    upper = -3046.208021826193 + v * (-31325.93490184718 + v * (-137929.12444809306 + v * upper))
    upper = 0.3871328727963669 + v * (8.574193086536747 + v * (-56.961243925105855 + v * upper))
    lower = 188208.43425186278 + v * (104979.56544647805 + v * 14898.085848569779)
    lower = 9152.635953662559 + v * (48505.24327410917 + v * (136652.55917708686 + v * lower))
    lower = 1.0 + v * (48.44176222026523 + v * (933.5917916801026 + v * lower))
    return upper / lower


@compiled
def _tail_ratio(t: float) -> tuple[float, float]:
    """(t - x - g, g) of the normal quantile x of 1 - exp(-t^2 / 2), t from 2.27 to 39, within 2**-57; g is short."""
    if t < 4.5:
        v = t - 2.27
        upper = -0.0016687469260051285 + v * (-8.941942494917403e-05 + v * -1.4316678757434707e-06)
        upper = -0.11065103053426362 + v * (-0.06203361521135419 + v * (-0.01435048793825595 + v * upper))
        upper = 0.15030128554964037 + v * (0.004163678727065731 + v * upper)
        lower = 0.003364539302051127 + v * (0.0001485366709511032 + v * 2.10255545588287e-06)
        lower = 0.7860836791062691 + v * (0.2279599039163707 + v * (0.03708122389921141 + v * lower))
        lower = 1.0 + v * (1.4027439196062226 + v * lower)
        return upper / lower, 0.6875
    if t < 9.0:
        v = t - 4.5
        upper = -0.002967382196699148 + v * (-0.00011941085610299241 + v * -1.1894337414071875e-06)
        upper = 0.055990838729571536 + v * (-0.04815457350634444 + v * (-0.02388563744632664 + v * upper))
        lower = 0.008467680147745018 + v * (0.0002702364408912605 + v * 2.3972160373646504e-06)
        lower = 1.0 + v * (0.5429127407847695 + v * (0.1043515209775529 + v * lower))
        return upper / lower, 0.5
    v = t - 9.0
    upper = -5.696937308092423e-09 + v * (-1.6925513367585255e-11 + v * -7.18701711855311e-17)
    upper = -0.0004073058572208012 + v * (-2.3447935199526243e-05 + v * (-5.741493974771847e-07 + v * upper))
    upper = 0.10007910754943253 + v * (0.010055949440828523 + v * (-0.002253441090852008 + v * upper))
    lower = 2.8930157149010712e-06 + v * (2.4868656787106444e-08 + v * 6.813136038702701e-11)
    lower = 0.05409674548581824 + v * (0.003932687058344801 + v * (0.00014994942188057285 + v * lower))
    lower = 1.0 + v * (0.3711584067314622 + v * lower)
    return upper / lower, 0.25


@compiled
def inverse_normal(p: float) -> float:
    """The x below which a standard normal variate is with probability p; -inf at 0, inf at 1, NaN outside."""
    p = float(p)
    q = p - 0.5
    if -0.425 <= q <= 0.425:
        lost = p - (q + 0.5)  # of a p below 1/4
        square = q * q
        slope = 2.5 + square * (8.2 + 521.0 * square * square)
        three = 2.0 * q + q
        rest = q - (three - 2.0 * q)
        return three + (rest + (q * _central_ratio(0.180625 - square) + lost * slope))
    outside = p if q < 0.0 else 1.0 - p
    if not outside > 0.0:
        return NAN if outside != 0.0 else -INFINITY if q < 0.0 else INFINITY
    high, low = log_pair(outside)
    low *= -2.0
    high, rest = -2.0 * high + low, -2.0 * high
    low += rest - high
    t = sqrt(high)
    top = bits_float(float_bits(t) & SHORT_BITS)
    end = t - top
    more = ((((high - top * top) - 2.0 * top * end) - end * end) + low) / (2.0 * t)
    ratio, shift = _tail_ratio(t)
    first = t - shift
    x = first + (((t - first) - shift) + (more - ratio))
    return -x if q < 0.0 else x


@compiled
def _scaled_tail(z: float) -> float:
    """P(X > z) exp(z^2 / 2) of a standard normal X, for z from 0.65 to 39, within 2**-55 of its value."""
    if z < 2.0:
        upper = 0.05137700720958963 + z * (0.007419462383523313 + z * 0.0004843802017741897)
        upper = 0.49999999988054605 + z * (0.44781739534993253 + z * (0.20102546951401376 + z * upper))
        lower = 0.13004932918990134 + z * (0.018594675432545376 + z * 0.0012142556435860462)
        lower = 1.6935193485601514 + z * (1.2532838975453584 + z * (0.5219316724627306 + z * lower))
        lower = 1.0 + z * lower
        return upper / lower
    if z < 6.0:
        upper = 0.007996446218477074 + z * (0.0008772003420353335 + z * 4.767504742767732e-05)
        upper = 0.4247422454841105 + z * (0.17032159208232864 + z * (0.045293876590066694 + z * upper))
        upper = 0.4999999860141226 + z * (0.6562876590680033 + z * upper)
        lower = 0.02016362569208269 + z * (0.0021988150837799394 + z * 0.00011950362301437425)
        lower = 1.17378265092208 + z * (0.4467398638637055 + z * (0.11573362703689792 + z * lower))
        lower = 1.0 + z * (2.110459688819924 + z * (2.0333883225235847 + z * lower))
        return upper / lower
    upper = 0.012614838656525792 + z * (0.0016582297047173676 + z * 0.0001823923984295176)
    upper = 0.49514953396562683 + z * (0.202785119406916 + z * (0.057425334872570795 + z * upper))
    upper = 0.5013016002357664 + z * (0.9376869944643399 + z * (0.8621205574797175 + z * upper))
    lower = 0.03207790119933685 + z * (0.004156565463677569 + z * 0.00045718994298119166)
    lower = 1.376786659175319 + z * (0.5390132453498278 + z * (0.14810053353542152 + z * lower))
    lower = 2.6833526654988105 + z * (3.3452663115754824 + z * (2.6106531553732184 + z * lower))
    lower = 1.0 + z * lower
    return upper / lower


@compiled
def normal_cdf(x: float) -> float:
    """P(X <= x) of a standard normal X, within 2e-15 of its value also far below 0."""
    x = float(x)
    z = -x if x < 0.0 else x
    if z < 0.65:
        v = x * x
        series = 6.659018515565385e-07 + v * (-4.106737686794913e-08 + v * 2.0690770970671442e-09)
        series = -0.0011873282152804403 + v * (0.0001154346851769428 + v * (-9.44463953233107e-06 + v * series))
        series = 0.3989422804014327 + v * (-0.06649038006690532 + v * (0.009973557010027596 + v * series))
        return 0.5 + x * series
    if not z < 38.6:
        return x if isnan(x) else 0.0 if x < 0.0 else 1.0
    top = bits_float(float_bits(z) & SHORT_BITS)
    k, s, p = exp_parts(-0.5 * (top * top), -0.5 * ((z - top) * (z + top)))
    tail = scaled(s + s * p, k + 60) * _scaled_tail(z) * 2.0**-60  # the factor keeps all digits of the exponential
    return tail if x < 0.0 else 1.0 - tail
