"""Compiled or not: always the same results."""

from __future__ import annotations

import pytest
from toy_package import ASK, ROOT, run_python

from forecast.compiling.decorators import compiled
from forecast.compiling.float_bits import bits_float, float_bits
from forecast.compiling.numba_names import MISSING

# one line of hexadecimal bits for every function: thousands of values each
EVERYTHING = """
import hashlib, random, struct
from array import array
from forecast import elementary, normal, randomness
from forecast.model import distributions, quantiles
import numpy as np

draw = random.Random(7)
def report(name, values):
    print(name, hashlib.sha256(struct.pack(f"<{len(values)}d", *values)).hexdigest(), len(values))
def reals():
    return [draw.uniform(-9, 9) * 10.0 ** draw.uniform(-12, 2.5) for _ in range(3000)]
def shares():
    return [draw.random() ** draw.choice((1, 20, 100)) for _ in range(3000)]
for name in ("log", "exp", "log1p", "expm1", "logistic"):
    report(name, [getattr(elementary, name)(x) for x in [*reals(), *shares(), 0.0, 1e-310, 1e308, float("inf")]])
report("power", [elementary.power(x, y) for x, y in zip(shares() + reals(), reals() + reals())])
report("inverse_normal", [normal.inverse_normal(p) for p in shares() + [1 - p for p in shares()]])
report("normal_cdf", [normal.normal_cdf(x) for x in reals()])
words = [[draw.getrandbits(32) for _ in range(6)] for _ in range(3000)]
report("philox", [float(word) for each in words for word in randomness.philox(*each)])
report("uniform", [randomness.uniform(*each) for each in words])
report("uniform of numpy's integers", [randomness.uniform(*np.array(each)) for each in words])
report("uniforms", randomness.uniforms(1, 2, 3, 3000, 4, 5).tolist())
rows = {
    "fixed": {"value": 3.0}, "never": {}, "exponential": {"mean": 40.0},
    "lomax": {"hazard": 0.01, "heterogeneity_cv": 1.3}, "weibull": {"median": 20.0, "shape": 1.7},
    "burr": {"hazard": 0.01, "heterogeneity_cv": 1.3, "shape": 1.7},
    "lognormal": {"median": 30.0, "sigma": 0.6}, "uniform": {"low": 1.0, "high": 9.0},
    "loguniform": {"low": 1.0, "high": 900.0}, "triangular": {"low": 1.0, "mode": 3.0, "high": 40.0},
    "normal": {"mean": 3.0, "sd": 2.0, "low": 0.0, "high": 50.0},
    "discrete": {"values": (1.0, 5.0, 30.0), "weights": (0.2, 0.5, 0.3)},
}
for family, parameters in rows.items():
    code, a, b, c, d, points = distributions.encode(family, parameters)
    row = (code, float(a), float(b), float(c), float(d), np.array(points or (0.0,)))
    us = [draw.random() for _ in range(2000)]
    report(f"quantile {family}", [quantiles.quantile(*row, u) for u in us])
    report(f"survival {family}", [quantiles.survival(*row, 60 * u) for u in us])
    report(f"residual {family}", [quantiles.residual(*row, 50 * draw.random(), u) for u in us])
    report(f"traits {family}", distributions.trait_quantile(family, parameters, np.array(us)).tolist())
"""


@pytest.mark.skipif(bool(MISSING), reason="there is nothing to compare without Numba")
def test_plain_python_gives_the_same_bits():
    compiled_lines = run_python(EVERYTHING, ROOT, "-W", "error").stdout.splitlines()
    plain_lines = run_python(EVERYTHING, ROOT, "-W", "error", NUMBA_DISABLE_JIT="1").stdout.splitlines()
    assert len(compiled_lines) == 12 + 4 * 12
    assert compiled_lines == plain_lines


def test_the_decorator_keeps_name_and_docstring():
    @compiled
    def doubled(x: float) -> float:
        """Twice x."""
        return 2 * x

    @compiled()
    def tripled(x: float) -> float:
        return 3 * x

    assert (doubled.__name__, doubled.__doc__) == ("doubled", "Twice x.")
    assert (doubled(2.0), tripled(2.0)) == (4.0, 6.0)


@pytest.mark.parametrize(("x", "bits"), [(0.0, 0), (-0.0, -(2**63)), (1.0, 0x3FF0000000000000), (5e-324, 1)])
def test_bits_of_floats_there_and_back(x, bits):
    @compiled
    def there(x: float) -> int:
        return float_bits(x)

    @compiled
    def back(bits: int) -> float:
        return bits_float(bits)

    assert there(x) == float_bits(x) == bits
    assert float_bits(back(bits)) == float_bits(bits_float(bits)) == bits


def test_without_numba_rules_are_plain_python_with_one_warning(package, cache):
    found = run_python("import sys\nsys.modules['numba'] = None\n" + ASK, package, **cache)
    assert found.stdout == "21 2.0\n"
    assert found.stderr.count("NotCompiledWarning: ") == 1
