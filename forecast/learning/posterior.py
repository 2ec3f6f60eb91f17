"""From a log density with derivatives to draws: mode, curvature, draws around it, resampled by their importance.

The curvature alone is not enough: for an account's eagerness it fails simulation-based calibration, while resampled
draws pass (docs/fit.md).  A density may come in several versions: what cannot be differentiated, such as the sd of the
market's level, is summed over a grid.  Knows nothing of what is estimated.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np
from scipy.optimize import minimize

from forecast.learning.chance import normals_at, uniforms_at
from forecast.types import Floats, Integers

FREEDOM = 12  # degrees of freedom of the draws around a mode: wider than the normal, for safe weights
DRAWS_TRIED = 4  # for each draw that is kept
NEGLIGIBLE = 8.0  # a version whose log evidence is so far below the best one's is left out
SMALLEST_CURVATURE = 0.05  # of a direction about which nothing is known
STEP = 1e-4  # of the differences that give the curvature

LogDensity = Callable[[Floats], tuple[float, Floats]]  # the log density at a point, and its gradient


class Mode(NamedTuple):
    """The point where a density is highest, its log there, and the Cholesky factor of the curvature's inverse."""

    point: Floats
    value: float
    root: Floats

    @property
    def log_evidence(self) -> float:
        """The log of the density's integral, as if it were normal around the mode."""
        size = len(self.point)
        return self.value + 0.5 * size * float(np.log(2 * np.pi)) + float(np.log(np.diag(self.root)).sum())


class Draws(NamedTuple):
    """Draws of a posterior: points [draw, parameter], the version of each, the share of draws that are effective."""

    points: Floats
    version: Integers
    effective: float


def find_mode(density: LogDensity, start: Floats) -> Mode:
    """The mode of a log density that is differentiable."""

    def negative(point: Floats) -> tuple[float, Floats]:
        value, slope = density(point)
        return -value, -slope

    point = minimize(negative, start, jac=True, method="L-BFGS-B", options={"maxiter": 500}).x
    values, vectors = np.linalg.eigh(curvature_at(density, point))
    root = np.linalg.cholesky((vectors / np.maximum(values, SMALLEST_CURVATURE)) @ vectors.T)
    return Mode(point, density(point)[0], root)


def curvature_at(density: LogDensity, point: Floats) -> Floats:
    """Minus the second derivatives of a log density, by differences of its gradient."""
    steps = np.eye(len(point)) * STEP
    rows = [(density(point - step)[1] - density(point + step)[1]) / (2 * STEP) for step in steps]
    return (np.array(rows) + np.array(rows).T) / 2


def draw_from(modes: Sequence[Mode], versions: Sequence[LogDensity], count: int, address: tuple[int, str]) -> Draws:
    """Draws of the sum of several versions of a density, each with its mode: tried around the modes, resampled."""
    evidences = np.array([mode.log_evidence for mode in modes])
    shares = np.exp(evidences - evidences.max())
    shares = np.where(shares > np.exp(-NEGLIGIBLE), shares, 0.0)
    shares /= shares.sum()
    tried = DRAWS_TRIED * count
    picks = (np.arange(tried) + uniforms_at(address, "version", count=1)[0]) / tried
    version = np.minimum(np.searchsorted(np.cumsum(shares), picks, side="right"), len(versions) - 1)
    size = len(modes[0].point)
    normals = np.array([normals_at(address, f"normal {place}", count=tried) for place in range(size)]).T
    squares = np.array([normals_at(address, f"square {place}", count=tried) for place in range(FREEDOM)])
    widths = (squares**2).sum(axis=0) / FREEDOM
    points, log_weights = np.empty((tried, size)), np.empty(tried)
    distances = (normals**2).sum(axis=1) / widths
    log_proposals = -0.5 * (FREEDOM + size) * np.log1p(distances / FREEDOM)
    for place in range(tried):
        mode = modes[version[place]]
        points[place] = mode.point + mode.root @ normals[place] / np.sqrt(widths[place])
        scale = np.log(np.diag(mode.root)).sum()
        log_share = np.log(shares[version[place]])
        log_weights[place] = versions[version[place]](points[place])[0] - log_proposals[place] + scale - log_share
    weights = np.exp(log_weights - log_weights.max())
    weights /= weights.sum()
    kept = np.searchsorted(np.cumsum(weights), (np.arange(count) + uniforms_at(address, "kept", count=1)[0]) / count)
    kept = np.minimum(kept, tried - 1)
    order = np.argsort(uniforms_at(address, "order", count=count), kind="stable")
    return Draws(points[kept][order], version[kept][order], float(1.0 / (weights**2).sum() / tried))
