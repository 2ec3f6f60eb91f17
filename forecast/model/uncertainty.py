"""The uncertain parameters of one replication: one uniform each, shared by every account (docs/model.md, 10).

A uniform's address is the parameter's path; all columns of joint draws share that of their file.  Correlated ones go
through a Gaussian copula with r = 2 sin(pi * rank / 6).  Knows distributions, not what they are used for.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import pi, sin, sqrt
from typing import Final, TypeAlias

import numpy as np
from scipy.special import ndtr, ndtri

from forecast.model.distributions import trait_quantile
from forecast.randomness import PARAMETERS, key, stream_of, uniform
from forecast.scenario import DRAWN, Distribution, Multiplied, Uncertain, drawn_values

Uniforms: TypeAlias = Mapping[str, float]  # by address
_DRAWS_ADDRESS: Final = "draws"


def realized(value: object, uniforms: Uniforms) -> float:
    """A scalar as a number: itself, or the quantile of its own distribution at its address's uniform."""
    if isinstance(value, Uncertain):
        return quantile_of(value.distribution, uniforms[value.path], uniforms)
    if isinstance(value, Multiplied):
        return float(
            value.product(realized(value.value, uniforms), (realized(each, uniforms) for each in value.factors))
        )
    return float(value)  # type: ignore[arg-type]


def realized_parameters(distribution: Distribution, uniforms: Uniforms) -> dict[str, object]:
    """A distribution's parameters as numbers."""
    return {
        name: part if isinstance(part, tuple) else realized(part, uniforms)
        for name, part in distribution.parameters.items()
    }


def quantile_of(distribution: Distribution, u: float, uniforms: Uniforms) -> float:
    """One quantile of any family, to 9 significant digits; of a column of draws the value of a row as it is."""
    if distribution.family == DRAWN:
        values = drawn_values(distribution)
        return values[drawn_row(u, len(values))]
    parameters = realized_parameters(distribution, uniforms)
    return float(trait_quantile(distribution.family, parameters, np.array([u]))[0])


def drawn_row(u: float, rows: int) -> int:
    """The row of a file of joint draws that a replication takes; u is the file's own."""
    return min(int(u * rows), rows - 1)


def _cholesky(matrix: Sequence[Sequence[float]]) -> list[list[float]]:
    """The lower triangle L of a correlation matrix, L L' = matrix, summed in a written order on every machine."""
    size = len(matrix)
    lower = [[0.0] * size for _ in range(size)]
    for i in range(size):
        for j in range(i + 1):
            rest = matrix[i][j]
            for k in range(j):
                rest -= lower[i][k] * lower[j][k]
            lower[i][j] = sqrt(max(rest, 0.0)) if i == j else rest / lower[j][j] if lower[j][j] > 0 else 0.0
    return lower


def _correlated(uniforms: dict[str, float], correlations: Sequence[tuple[str, str, float]]) -> dict[str, float]:
    """The same uniforms, coupled: each named pair gets its rank correlation."""
    names = sorted({name for first, second, _ in correlations for name in (first, second)})
    if not names:
        return uniforms
    place = {name: i for i, name in enumerate(names)}
    matrix = [[1.0 if i == j else 0.0 for j in range(len(names))] for i in range(len(names))]
    for first, second, rank in correlations:
        i, j = place[first], place[second]
        matrix[i][j] = matrix[j][i] = 2 * sin(pi * rank / 6)
    normals = [float(ndtri(uniforms[name])) for name in names]
    coupled = dict(uniforms)
    for name, weights in zip(names, _cholesky(matrix), strict=True):
        z = 0.0
        for weight, normal in zip(weights, normals, strict=True):
            z += weight * normal
        coupled[name] = min(max(float(ndtr(z)), 2.0**-53), 1 - 2.0**-53)
    return coupled


def draw_parameters(
    uncertain: Sequence[Uncertain], correlations: Sequence[tuple[str, str, float]], seed: int, replication: int
) -> Uniforms:
    """The uniform of every uncertain parameter in one replication, by address.

    One address may have a distribution for each segment: they share the uniform.  So do all columns of joint draws.
    """
    k0, k1 = key(seed, PARAMETERS)
    addresses = {each.path: _DRAWS_ADDRESS if is_drawn(each) else each.path for each in uncertain}
    uniforms = {path: uniform(k0, k1, replication, 0, stream_of(address), 0) for path, address in addresses.items()}
    return _correlated(uniforms, correlations)


def medians(uncertain: Sequence[Uncertain]) -> Uniforms:
    """Every uncertain parameter at its median, for figures that describe a scenario before it is run.

    Of joint draws each column is at its own median, whatever row that is: the lower one of an even number.
    """
    return {each.path: _median_uniform(each.distribution) for each in uncertain}


def is_drawn(uncertain: Uncertain) -> bool:
    """Whether the parameter is a column of joint draws."""
    return uncertain.distribution.family == DRAWN


def _median_uniform(distribution: Distribution) -> float:
    """The uniform at which a distribution has its median."""
    if distribution.family != DRAWN:
        return 0.5
    row = distribution.parameters["median_row"]
    assert isinstance(row, int)
    return (row + 0.5) / len(drawn_values(distribution))
