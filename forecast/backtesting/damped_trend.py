"""A forecast of a total by exponential smoothing: additive errors, damped additive trend, ETS(A, Ad, N)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from scipy.optimize import minimize

from forecast.backtesting.counts_by_chance import gamma_values, uniforms_of
from forecast.backtesting.known_counts import BaselineDraws, KnownCounts
from forecast.learning.chance import normals_at
from forecast.types import Floats

LEAST_MONTHS = 7  # of counts: two more than the five values that are estimated
BOUNDS = ((1e-4, 0.9999), (1e-4, 0.9999), (0.80, 0.98))  # of level, trend as a share of level, damping
FLAT = 1e-12  # of the series' squares: a smaller sum of squared errors is none


class _Smoothing(NamedTuple):
    """How much of an error goes into the level and into the trend, and what remains of a trend after a month."""

    level: float
    trend: float
    damping: float


class DampedTrend(NamedTuple):
    """The fit with the highest likelihood.

    Level and trend at the end are linear in those at the start: `final_root` @ (start - best start) is to be added.
    """

    smoothing: _Smoothing
    start: Floats  # level and trend before the first value
    final: Floats  # level and trend after the last one
    squares: float  # the sum of squared errors
    covariance_root: Floats  # [2, 2]: of `final`, for errors of variance 1
    months: int


def fit_damped_trend(series: Floats) -> DampedTrend:
    """The damped trend with the highest likelihood, for at least `LEAST_MONTHS` values.

    Level and trend at the start enter the errors linearly, so that they are solved for by least squares; the three
    smoothing values are searched for, from the best points of a grid.

    References
    ----------
    Hyndman, Koehler, Ord & Snyder 2008, doi:10.1007/978-3-540-71918-2, chapters 3 and 5.
    """
    values = np.asarray(series, dtype=np.float64)
    floor = FLAT * (1.0 + float(values @ values))

    def log_squares(point: Floats) -> float:
        return float(np.log(_solve(values, _smoothing(point)).squares + floor))

    steps = [low + (high - low) * np.array([0.1, 0.5, 0.9]) for low, high in BOUNDS]
    grid = np.stack(np.meshgrid(*steps), axis=-1).reshape(-1, len(BOUNDS))
    starts = grid[np.argsort([log_squares(point) for point in grid], kind="stable")[:3]]
    found = [minimize(log_squares, start, method="L-BFGS-B", bounds=BOUNDS) for start in starts]
    return _solve(values, _smoothing(min(found, key=lambda each: float(each.fun)).x))


def _smoothing(point: Floats) -> _Smoothing:
    level, share, damping = (float(value) for value in point)
    return _Smoothing(level, level * share, damping)


def _solve(values: Floats, smoothing: _Smoothing) -> DampedTrend:
    """The fit with these smoothing values."""
    level, trend = np.array([0.0, 1.0, 0.0]), np.array([0.0, 0.0, 1.0])  # without a start, and per unit of each start
    errors = np.empty((len(values), 3))
    for month, value in enumerate(values):
        errors[month] = [value, 0.0, 0.0] - level - smoothing.damping * trend
        level = level + smoothing.damping * trend + smoothing.level * errors[month]
        trend = smoothing.damping * trend + smoothing.trend * errors[month]
    left, singular, right = np.linalg.svd(errors[:, 1:], full_matrices=False)
    singular = np.maximum(singular, 1e-9)
    start = -right.T @ ((left.T @ errors[:, 0]) / singular)
    rest = errors @ np.array([1.0, *start])
    ends = np.array([level, trend])
    root = ends[:, 1:] @ right.T / singular
    return DampedTrend(smoothing, start, ends @ np.array([1.0, *start]), float(rest @ rest), root, len(values))


def damped_trend(
    known: KnownCounts, horizons: Sequence[int], count: int, address: tuple[int, str]
) -> BaselineDraws | None:
    """Draws of the total of active people by a damped trend; None with fewer than `LEAST_MONTHS` months of counts.

    The variance of the errors, and level and trend at the origin, are drawn from their posterior (flat prior), given
    the smoothing values of highest likelihood; then the errors to come.

    Parameters
    ----------
    known
        What is known at the origin.
    horizons
        Months ahead, each at least 1.
    count
        Draws.
    address
        (seed, node) of the chance.
    """
    if known.active.shape[1] < LEAST_MONTHS:
        return None
    fit = fit_damped_trend(known.total.astype(np.float64))
    freedom = fit.months - 5
    u = uniforms_of(address, "variance", shape=(count,))
    sd = np.sqrt(fit.squares / (2.0 * gamma_values(freedom / 2.0, u)))
    normals = np.array([normals_at(address, f"state {place}", count=count) for place in range(2)])
    level, trend = fit.final[:, None] + sd * (fit.covariance_root @ normals)
    totals = np.empty((count, max(horizons)))
    for month in range(max(horizons)):
        errors = sd * normals_at(address, f"error {month}", count=count)
        totals[:, month] = level + fit.smoothing.damping * trend + errors
        level = totals[:, month] - (1.0 - fit.smoothing.level) * errors
        trend = fit.smoothing.damping * trend + fit.smoothing.trend * errors
    counts = np.clip(np.rint(totals[:, np.asarray(horizons) - 1]), 0, known.eligible.sum())
    return BaselineDraws(None, counts.astype(np.int64))
