"""Every family's quantiles, survival, residuals and means against SciPy, and what no rounding may break."""

from __future__ import annotations

import math
from collections.abc import Mapping
from decimal import Context, Decimal, localcontext
from typing import Any

import mpmath
import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from scipy import integrate, stats

from forecast.model import quantiles
from forecast.model.distributions import encode, mean, restricted_mean, round_significant, trait_quantile

INF = math.inf
LN2 = math.log(2)
PRECISE = Context(prec=400, Emax=10**9, Emin=-(10**9))
U = np.concatenate([np.linspace(0.001, 0.999, 401), [1e-12, 1e-6, 1 - 1e-6, 1 - 1e-12]])


def truncated(mean: float, sd: float, low: float, high: float):
    return stats.truncnorm((low - mean) / sd, (high - mean) / sd, mean, sd)


def burr(hazard: float, cv: float, shape: float):
    return stats.burr12(shape, 1 / cv**2, scale=1 / hazard / cv ** (2 / shape))


CONTINUOUS: dict[str, tuple[str, Mapping[str, Any], Any]] = {
    "exponential": ("exponential", {"mean": 40.0}, stats.expon(scale=40)),
    "lomax": ("lomax", {"hazard": 0.02, "heterogeneity_cv": 0.9}, stats.lomax(1 / 0.81, scale=1 / (0.02 * 0.81))),
    "lomax wide": ("lomax", {"hazard": 0.02, "heterogeneity_cv": 2.5}, stats.lomax(0.16, scale=8)),
    "lomax plain": ("lomax", {"hazard": 0.02, "heterogeneity_cv": 0.0}, stats.expon(scale=50)),
    "burr": ("burr", {"hazard": 0.02, "heterogeneity_cv": 0.9, "shape": 1.4}, burr(0.02, 0.9, 1.4)),
    "burr early": ("burr", {"hazard": 0.02, "heterogeneity_cv": 0.5, "shape": 0.4}, burr(0.02, 0.5, 0.4)),
    "burr wide": ("burr", {"hazard": 0.02, "heterogeneity_cv": 1.5, "shape": 3.0}, burr(0.02, 1.5, 3.0)),
    "burr plain": ("burr", {"hazard": 0.02, "heterogeneity_cv": 0.0, "shape": 1.4}, stats.weibull_min(1.4, scale=50)),
    "weibull": ("weibull", {"median": 20.0, "shape": 1.7}, stats.weibull_min(1.7, scale=20 / LN2 ** (1 / 1.7))),
    "weibull early": ("weibull", {"median": 20.0, "shape": 0.4}, stats.weibull_min(0.4, scale=20 / LN2**2.5)),
    "lognormal": ("lognormal", {"median": 30.0, "sigma": 0.6}, stats.lognorm(0.6, scale=30)),
    "lognormal wide": ("lognormal", {"median": 30.0, "sigma": 2.0}, stats.lognorm(2.0, scale=30)),
    "uniform": ("uniform", {"low": 2.0, "high": 9.0}, stats.uniform(2, 7)),
    "loguniform": ("loguniform", {"low": 2.0, "high": 900.0}, stats.loguniform(2, 900)),
    "triangular": ("triangular", {"low": 1.0, "mode": 3.0, "high": 40.0}, stats.triang(2 / 39, 1, 39)),
    "triangular up": ("triangular", {"low": 1.0, "mode": 40.0, "high": 40.0}, stats.triang(1, 1, 39)),
    "triangular down": ("triangular", {"low": 1.0, "mode": 1.0, "high": 40.0}, stats.triang(0, 1, 39)),
    "normal": ("normal", {"mean": 3.0, "sd": 2.0, "low": 0.0, "high": 5.0}, truncated(3, 2, 0, 5)),
    "normal whole": ("normal", {"mean": 3.0, "sd": 2.0, "low": -INF, "high": INF}, stats.norm(3, 2)),
    "normal upper tail": ("normal", {"mean": -9.0, "sd": 1.0, "low": 0.0, "high": INF}, truncated(-9, 1, 0, INF)),
    "normal lower tail": ("normal", {"mean": 9.0, "sd": 1.0, "low": -INF, "high": 0.0}, truncated(9, 1, -INF, 0)),
}
TRAITS: dict[str, tuple[str, Mapping[str, Any], Any]] = {
    "gamma": ("gamma", {"mean": 50.0, "cv": 0.8}, stats.gamma(1 / 0.64, scale=50 * 0.64)),
    "gamma wide": ("gamma", {"mean": 1.0, "cv": 3.0}, stats.gamma(1 / 9, scale=9)),
    "beta": ("beta", {"mean": 0.2, "cv": 0.5}, stats.beta(3, 12)),
    "pert": ("pert", {"low": 2.0, "mode": 5.0, "high": 12.0}, stats.beta(2.2, 3.8, 2, 10)),
}
POINTED: dict[str, tuple[str, Mapping[str, Any]]] = {
    "fixed": ("fixed", {"value": 7.0}),
    "never": ("never", {}),
    "discrete": ("discrete", {"values": (30.0, 1.0, 5.0, 2.0), "weights": (1, 2, 3, 0)}),
}
EVERY: dict[str, tuple[str, Mapping[str, Any]]] = {
    name: (case[0], case[1]) for name, case in (CONTINUOUS | POINTED).items()
}
by_name = pytest.mark.parametrize("name", CONTINUOUS)
every_name = pytest.mark.parametrize("name", EVERY)
SHARE = st.floats(2.0**-53, 1 - 2.0**-53)


Row = tuple[int, float, float, float, float, np.ndarray]


def row(family: str, parameters: Mapping[str, Any]) -> Row:
    code, a, b, c, d, points = encode(family, parameters)
    place = 3 if points else a  # somewhere in a longer table
    return code, float(place), float(b), float(c), float(d), np.array((-1.0, -1.0, -1.0, *(points or ()), -1.0))


def found(rule, numbers, values):
    return np.array([rule(*numbers, value) for value in values])


@by_name
def test_quantiles_are_those_of_scipy(name):
    family, parameters, scipys = CONTINUOUS[name]
    expected = scipys.ppf(U)
    # a value near 0 of a truncated normal is a difference of two sizable numbers, and SciPy's tails have fewer digits
    rtol, atol = (1e-9, 1e-14) if name.startswith("normal") else (1e-12, 0.0)
    np.testing.assert_allclose(found(quantiles.quantile, row(family, parameters), U), expected, rtol=rtol, atol=atol)


@by_name
def test_survival_is_that_of_scipy(name):
    family, parameters, scipys = CONTINUOUS[name]
    times = np.concatenate([scipys.ppf(U[:401]), [-1.0, 0.0, 1e6]])
    np.testing.assert_allclose(
        found(quantiles.survival, row(family, parameters), times), scipys.sf(times), rtol=1e-10, atol=1e-15
    )


@by_name
@pytest.mark.parametrize("age_share", [0.0, 0.1, 0.5, 0.95])
def test_residuals_solve_their_equation(name, age_share):
    family, parameters, scipys = CONTINUOUS[name]
    numbers = row(family, parameters)
    age = max(float(scipys.ppf(age_share)), 0.0) if age_share else 0.0
    for u in (0.02, 0.3, 0.7, 0.999):
        left = quantiles.residual(*numbers, age, u)
        assert quantiles.survival(*numbers, age + left) == pytest.approx(
            u * quantiles.survival(*numbers, age), rel=1e-9, abs=1e-14
        )


@every_name
def test_residuals_at_age_zero_are_quantiles(name):
    numbers = row(*EVERY[name])
    lasting = quantiles.survival(*numbers, 0.0)
    for u in (0.02, 0.3, 0.5, 0.7, 0.999):
        expected = max(quantiles.quantile(*numbers, 1.0 - u * lasting), 0.0)
        assert quantiles.residual(*numbers, 0.0, u) == pytest.approx(expected, rel=1e-12)


@every_name
@given(age=st.floats(0, 1e5), u=SHARE)
def test_residuals_are_durations(name, age, u):
    left = quantiles.residual(*row(*EVERY[name]), age, u)
    assert left >= 0.0
    assert not math.isnan(left)


@every_name
@given(one=SHARE, other=SHARE)
def test_quantiles_do_not_fall_when_the_share_rises(name, one, other):
    numbers = row(*EVERY[name])
    low, high = sorted((one, other))
    assume(low == high or high - low > 1e-12 * high)  # nearer, the last bit of a result is rounding
    assert quantiles.quantile(*numbers, low) <= quantiles.quantile(*numbers, high)


@every_name
@given(u=SHARE)
def test_quantiles_stay_in_the_support(name, u):
    family, parameters = EVERY[name]
    value = quantiles.quantile(*row(family, parameters), u)
    low = parameters.get("low", -INF if family == "normal" else 0.0)
    assert low <= value <= parameters.get("high", INF)


def test_an_exponential_residual_has_no_memory():
    numbers = row("exponential", {"mean": 40.0})
    assert quantiles.residual(*numbers, 1e9, 0.3) == quantiles.residual(*numbers, 1.0, 0.3)


@pytest.mark.parametrize("shape", [0.02, 0.5, 1.0, 3.0, 50.0])
@pytest.mark.parametrize("age", [1e-9, 1.0, 30.0, 3e3])
def test_weibull_residuals_keep_their_digits(shape, age):
    numbers = row("weibull", {"median": 20.0, "shape": shape})
    scale, days, power = mpmath.mpf(numbers[1]), mpmath.mpf(age), mpmath.mpf(shape)
    for u in (1e-3, 0.5, 1 - 1e-9):
        with mpmath.workprec(400):
            hazard = (days / scale) ** power - mpmath.log(u)
            expected = float(scale * hazard ** (1 / power) - days)
        # what is left when most is over is as exact as the hazard so far, whose exponent is the shape
        assert quantiles.residual(*numbers, age, u) == pytest.approx(expected, rel=1e-12)


@pytest.mark.parametrize("cv", [1e-160, 1e-20, 1e-8, 1e-6, 1e-4, 1e-3])
@pytest.mark.parametrize("u", [1e-9, 0.3, 0.999])
def test_lomax_passes_smoothly_into_the_exponential(cv, u):
    """The relative difference is c^2 H / 2 to first order, H the cumulative hazard; no digits are lost on the way."""
    plain = row("lomax", {"hazard": 0.02, "heterogeneity_cv": 0.0})
    near = row("lomax", {"hazard": 0.02, "heterogeneity_cv": cv})
    hazard = -math.log1p(-u)
    expected = quantiles.quantile(*plain, u) * (1 + cv * cv * hazard / 2 + (cv * cv * hazard) ** 2 / 6)
    assert quantiles.quantile(*near, u) == pytest.approx(expected, rel=2e-15)
    assert quantiles.survival(*near, 70.0) == pytest.approx(quantiles.survival(*plain, 70.0), rel=1.01 * cv**2 + 1e-15)


HAZARDS = st.floats(1e-6, 10)
CVS = st.one_of(st.sampled_from([1e-90, 1e-6, 10.0]), st.floats(1e-3, 10))
SHAPES = st.one_of(st.sampled_from([0.02, 1.0, 50.0]), st.floats(0.05, 20))


def exactly(hazard: float, cv: float, shape: float, spent: Decimal, start: float = 0.0) -> float:
    """When the cumulative hazard at `start` has grown by `spent`, less `start`: the closed form to 400 digits."""
    h, square, s, age = (Decimal(each) for each in (hazard, cv**2, shape, start))
    before = (h * age) ** s if age else Decimal(0)
    total = ((1 + square * before) * (square * spent).exp() - 1) / square
    return float(total ** (1 / s) / h - age)


@given(hazard=HAZARDS, cv=CVS, shape=SHAPES, u=SHARE)
def test_burr_quantiles_keep_their_digits_in_both_tails(hazard, cv, shape, u):
    numbers = row("burr", {"hazard": hazard, "heterogeneity_cv": cv, "shape": shape})
    with localcontext(PRECISE):
        expected = exactly(hazard, cv, shape, -(1 - Decimal(u)).ln())
    # two units in the last place of the cumulative hazard, raised to 1 / shape, and of the largest exponent
    assert quantiles.quantile(*numbers, u) == pytest.approx(expected, rel=1e-15 * (5 + 1 / shape) + 2e-13, abs=1e-300)


@given(hazard=HAZARDS, cv=CVS, shape=SHAPES, t=st.floats(1e-9, 1e6))
def test_burr_survival_keeps_its_digits(hazard, cv, shape, t):
    numbers = row("burr", {"hazard": hazard, "heterogeneity_cv": cv, "shape": shape})
    with localcontext(PRECISE):
        square = Decimal(cv**2)
        grown = (1 + square * (Decimal(hazard) * Decimal(t)) ** Decimal(shape)).ln() / square
        expected = float((-grown).exp())
    # the cumulative hazard to some units in the last place; survival has as many fewer digits as that is large
    assume(grown < 600)
    assert quantiles.survival(*numbers, t) == pytest.approx(expected, rel=2e-14 * (1 + float(grown)))


@given(hazard=HAZARDS, cv=CVS, shape=SHAPES, age=st.floats(1e-9, 36525), u=SHARE)
def test_burr_residuals_keep_their_digits(hazard, cv, shape, age, u):
    numbers = row("burr", {"hazard": hazard, "heterogeneity_cv": cv, "shape": shape})
    with localcontext(PRECISE):
        expected = exactly(hazard, cv, shape, -Decimal(u).ln(), age)
    assert quantiles.residual(*numbers, age, u) == pytest.approx(expected, rel=2e-13 / min(shape, 1.0), abs=1e-300)


def test_burr_of_shape_one_is_lomax_to_the_last_bit():
    given_by = {"hazard": 0.013, "heterogeneity_cv": 1.7}
    assert encode("burr", given_by | {"shape": 1.0}) == encode("lomax", given_by)
    assert encode("lomax", given_by | {"shape": 1.4}) == encode("burr", given_by | {"shape": 1.4})


@pytest.mark.parametrize("cv", [1e-9, 1e-3, 0.5, 0.9, 1.0])
@pytest.mark.parametrize("shape", [0.3, 1.4, 20.0])
def test_burr_means_are_the_area_below_survival(cv, shape):
    given_by = {"hazard": 0.02, "heterogeneity_cv": cv, "shape": shape}
    numbers = row("burr", given_by)

    def per_logarithm(v: float) -> float:
        return quantiles.survival(*numbers, math.exp(v)) * math.exp(v)

    expected = INF if cv**2 >= shape else integrate.quad(per_logarithm, -60, 600, limit=2000)[0]
    assert mean("burr", given_by) == pytest.approx(expected, rel=1e-7)


@pytest.mark.parametrize("horizon", [30.0, 1095.0])
@pytest.mark.parametrize(("cv", "shape"), [(0.7, 1.4), (3.0, 0.5), (1.0, 8.0), (0.0, 1.4)])
def test_burr_restricted_means_are_hypergeometric(cv, shape, horizon):
    """The area of (1 + c^2 (h t)^s)^(-1 / c^2) up to t is t 2F1(1 / c^2, 1 / s; 1 + 1 / s; -c^2 (h t)^s)."""
    given_by, spent = {"hazard": 0.02, "heterogeneity_cv": cv, "shape": shape}, (0.02 * horizon) ** shape
    if cv:
        expected = mpmath.hyp2f1(1 / cv**2, 1 / shape, 1 + 1 / shape, -(cv**2) * spent)
    else:
        expected = mpmath.hyp1f1(1 / shape, 1 + 1 / shape, -spent)
    assert restricted_mean("burr", given_by, horizon) == pytest.approx(horizon * float(expected), rel=2e-9)


@given(st.lists(st.tuples(st.floats(0, 1e4), st.integers(0, 9)), min_size=1, max_size=12), SHARE)
def test_discrete_quantiles_count_the_weights(pairs, u):
    assume(sum(weight for _, weight in pairs) > 0)
    values, weights = zip(*pairs, strict=True)
    numbers = row("discrete", {"values": values, "weights": weights})
    value = quantiles.quantile(*numbers, u)
    below = sum(weight for each, weight in pairs if each < value) / sum(weights)
    up_to = sum(weight for each, weight in pairs if each <= value) / sum(weights)
    assert below - 1e-12 <= u <= up_to + 1e-12
    assert quantiles.survival(*numbers, value) == pytest.approx(1 - up_to, abs=1e-12)


def test_a_share_that_a_value_just_reaches_is_that_value():
    numbers = row("discrete", {"values": (1.0, 5.0), "weights": (1, 1)})
    assert [quantiles.quantile(*numbers, u) for u in (0.5, math.nextafter(0.5, 1))] == [1.0, 5.0]


@given(st.floats(-5, 5), st.floats(0.1, 9), SHARE)
def test_truncation_holds_to_the_last_bit(mean, sd, u):
    numbers = row("normal", {"mean": mean, "sd": sd, "low": 0.1, "high": 0.7})
    assert numbers[0] in (quantiles.NORMAL, quantiles.FIXED)
    for share in (2.0**-53, u, 1 - 2.0**-53):
        assert 0.1 <= quantiles.quantile(*numbers, share) <= 0.7
        assert 0.1 <= 0.3 + quantiles.residual(*numbers, 0.3, share) <= math.nextafter(0.7, 1)


def test_discrete_residuals_are_those_of_the_values_that_are_left():
    numbers = row("discrete", {"values": (1.0, 5.0, 30.0), "weights": (2, 3, 5)})
    left = [quantiles.residual(*numbers, 1.0, u) for u in (0.999, 0.63, 0.62, 0.001)]
    assert left == [4.0, 4.0, 29.0, 29.0]
    assert quantiles.residual(*numbers, 30.0, 0.5) == 0.0


def test_fixed_and_never():
    fixed, never = row("fixed", {"value": 7.0}), row("never", {})
    assert [quantiles.quantile(*fixed, 0.3), quantiles.quantile(*never, 0.3)] == [7.0, INF]
    assert [quantiles.survival(*fixed, t) for t in (6.9, 7.0)] == [1.0, 0.0]
    assert [quantiles.residual(*fixed, age, 0.3) for age in (0.0, 5.0, 8.0)] == [7.0, 2.0, 0.0]
    assert [quantiles.survival(*never, 1e9), quantiles.residual(*never, 1e9, 0.3)] == [1.0, INF]


@pytest.mark.parametrize("name", [*CONTINUOUS, *TRAITS])
def test_traits_are_scipys_quantiles_to_nine_digits(name):
    family, parameters, scipys = (CONTINUOUS | TRAITS)[name]
    expected = scipys.ppf(U[:401])
    np.testing.assert_allclose(trait_quantile(family, parameters, U[:401]), expected, rtol=6e-9)


@pytest.mark.parametrize("name", [*CONTINUOUS, *TRAITS])
def test_means_are_those_of_scipy(name):
    family, parameters, scipys = (CONTINUOUS | TRAITS)[name]
    tolerance = 1e-4 if "upper" in name or "lower" in name else 1e-12
    assert mean(family, parameters) == pytest.approx(scipys.mean(), rel=tolerance)


@pytest.mark.parametrize("name", [*CONTINUOUS, *TRAITS])
@pytest.mark.parametrize("horizon", [0.1, 4.0, 365.0, 1e4])
def test_restricted_means_are_those_of_the_quantiles(name, horizon):
    """E min(X, horizon) is the integral of min(Q(u), horizon) over u, here of SciPy's quantiles."""
    family, parameters, scipys = (CONTINUOUS | TRAITS)[name]
    share = float(scipys.cdf(horizon))
    below = integrate.quad(
        lambda u: u * u * (3 - 2 * u) and scipys.ppf(u * u * (3 - 2 * u)) * 6 * u * (1 - u), 0, root(share)
    )[0]
    assert restricted_mean(family, parameters, horizon) == pytest.approx(below + (1 - share) * horizon, rel=3e-7)


def root(share: float) -> float:
    """The v with v^2 (3 - 2v) = share: the substitution flattens the ends of a quantile function."""
    return 0.5 - math.sin(math.asin(1 - 2 * share) / 3)


def test_means_of_what_has_points():
    assert mean("fixed", {"value": 7.0}) == 7.0
    assert mean("never", {}) == INF
    assert mean(*POINTED["discrete"]) == pytest.approx((30 + 2 + 15) / 6)
    assert mean("lomax", {"hazard": 0.02, "heterogeneity_cv": 1.0}) == INF
    assert mean("burr", {"hazard": 0.02, "heterogeneity_cv": 2.0, "shape": 4.0}) == INF
    assert restricted_mean("fixed", {"value": 7.0}, 5.0) == 5.0
    assert restricted_mean("never", {}, 1095.0) == 1095.0
    assert restricted_mean(*POINTED["discrete"], 10.0) == pytest.approx((10 + 2 + 15) / 6, rel=1e-8)


@pytest.mark.parametrize(
    ("family", "parameters", "value"),
    [
        ("gamma", {"mean": 3.0, "cv": 0.0}, 3.0),
        ("beta", {"mean": 0.3, "cv": 0.0}, 0.3),
        ("pert", {"low": 3.0, "mode": 3.0, "high": 3.0}, 3.0),
        ("uniform", {"low": 3.0, "high": 3.0}, 3.0),
        ("triangular", {"low": 3.0, "mode": 3.0, "high": 3.0}, 3.0),
        ("lognormal", {"median": 3.0, "sigma": 0.0}, 3.0),
        ("normal", {"mean": 9.0, "sd": 0.0, "low": 0.0, "high": 3.0}, 3.0),
    ],
)
def test_without_width_there_is_one_value(family, parameters, value):
    assert trait_quantile(family, parameters, np.array([0.001, 0.999])).tolist() == [value, value]
    assert restricted_mean(family, parameters, 100.0) == value


@pytest.mark.parametrize("name", TRAITS)
def test_only_traits_may_lack_an_elementary_inverse(name):
    with pytest.raises(ValueError, match="no elementary inverse"):
        encode(*TRAITS[name][:2])


def test_a_normal_cut_off_beyond_all_probability_is_at_the_nearest_bound():
    assert trait_quantile("normal", {"mean": 0.0, "sd": 1.0, "low": 99.0, "high": 100.0}, np.array([0.5])) == 99.0
    assert trait_quantile("normal", {"mean": 200.0, "sd": 1.0, "low": 99.0, "high": 100.0}, np.array([0.5])) == 100.0


def test_what_no_distribution_can_be_is_refused():
    with pytest.raises(ValueError, match="cv below 2"):
        trait_quantile("beta", {"mean": 0.2, "cv": 2.0}, np.array([0.5]))


@given(st.floats(allow_nan=False))
def test_rounding_to_significant_digits_is_that_of_decimal_text(value):
    rounded = float(round_significant(np.array([value]))[0])
    assert rounded == pytest.approx(float(f"{value:.8e}"), rel=1.1e-8, abs=0)
    assert float(round_significant(np.array([rounded]))[0]) == rounded
    assert rounded == float(f"{rounded:.8e}")


def test_rounding_keeps_shape_and_what_is_not_finite():
    values = np.array([[0.0, -123456789.4, INF], [math.nan, 1 / 3, 1e-300 / 3]])
    expected = np.array([[0.0, -123456789.0, INF], [math.nan, 0.333333333, 3.33333333e-301]])
    np.testing.assert_array_equal(round_significant(values), expected)
