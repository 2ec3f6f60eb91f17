"""How much of a figure's variance is chance that all accounts share: the market's level, and the pace of procurement.

A third kind beside parameters and other chance: better evidence does not remove it, nor do more accounts.  Uses the
run's own draws: each replication drew the innovations of both paths once.  docs/comparison.md has the formulas.
"""

from __future__ import annotations

from itertools import combinations

import numpy as np

from forecast.analysis.intervals import mean_of, variance_of
from forecast.analysis.sensitivity import (
    MIN_SHARE_REPLICATIONS,
    REPLICATIONS_PER_TERM,
    TORNADO_FIFTH,
    ParameterShare,
    Sensitivity,
    jackknife,
    rank_correlation,
)
from forecast.model.market_level import LEVEL, PACE, CommonFactor, monthly_innovations
from forecast.model.parameters import Parameters
from forecast.model.uncertainty import medians, realized
from forecast.scenario import evidence_at
from forecast.types import Floats

BLOCK_MONTHS = 3
METHOD = "regression on the innovations of its path: at least so much"


def with_common_factors(found: Sensitivity, parameters: Parameters, seed: int, figures: Floats) -> Sensitivity:
    """The sensitivity of figures, [replication], with the shares of the factors that vary by chance."""
    kept = ~np.isnan(figures)
    values, replications = figures[kept], np.flatnonzero(kept)
    if len(values) < MIN_SHARE_REPLICATIONS or variance_of(values) == 0 or parameters.months < 2:
        return found
    factors = [each for each in (LEVEL, PACE) if parameters.scenario.parameters[each.sd][0] != 0.0]
    shares = [
        _factor_share(parameters, each, innovations_of(each, parameters.months, seed, replications), values)
        for each in factors
    ]
    return found._replace(common_factors=tuple(shares))


def innovations_of(factor: CommonFactor, months: int, seed: int, replications: np.ndarray) -> Floats:
    """The standard normals of a factor's path, [replication, month 1..]."""
    return np.array([monthly_innovations(factor.path, months, seed, each)[1:] for each in replications.tolist()])


def _factor_share(parameters: Parameters, factor: CommonFactor, innovations: Floats, values: Floats) -> ParameterShare:
    """The effect of a factor on values, [replication], given the innovations of its paths."""
    scenario = parameters.scenario
    evidence = evidence_at(scenario.evidence, factor.sd)
    means = path_means(innovations, realized(scenario.parameters[factor.persistence][0], medians(parameters.uncertain)))
    order, end = np.argsort(means, kind="stable"), len(means) // TORNADO_FIFTH
    return ParameterShare(
        factor.path,
        evidence.grade if evidence else None,
        evidence.sources if evidence else (),
        rank_correlation(means, values),
        jackknife(path_share, blocks_of(innovations, len(values)), values, METHOD),
        mean_of(values[order[:end]]),
        mean_of(values[order[-end:]]),
    )


def path_means(innovations: Floats, persistence: float) -> Floats:
    """The mean of the logarithm's path over the months, [replication], in units of the deviation."""
    off, total = np.zeros(len(innovations)), np.zeros(len(innovations))
    for month in range(innovations.shape[1]):
        off = persistence * off + innovations[:, month]
        total += off
    means: Floats = total / innovations.shape[1]
    return means


def blocks_of(innovations: Floats, replications: int) -> Floats:
    """The innovations of three months each, as standard normals, [replication, block].

    Months of a block have nearly the same effect.  Where there are few replications blocks are longer, so that the
    regression has two terms for each.
    """
    months = innovations.shape[1]
    most = max(1, replications // (2 * REPLICATIONS_PER_TERM) - 1)
    count = min(most, -(-months // BLOCK_MONTHS))
    blocks = np.array_split(innovations, count, axis=1)
    return np.stack([block.sum(axis=1) / np.sqrt(block.shape[1]) for block in blocks], axis=1)


def path_share(blocks: Floats, values: Floats) -> float:
    """The share of the variance that a regression on a path's blocks explains, corrected for its number of terms.

    Terms: Hermite's first and second polynomial of each, and products of pairs as far as there are replications.  They
    are orthogonal but for chance, so that the normal equations are safe.
    """
    count = len(values)
    terms = [np.ones(len(blocks)), *blocks.T, *((blocks**2 - 1) / np.sqrt(2)).T]
    terms += [blocks[:, i] * blocks[:, j] for i, j in combinations(range(blocks.shape[1]), 2)]
    matrix = np.stack(terms[: max(2, count // REPLICATIONS_PER_TERM)], axis=1)
    off = values - values.mean()
    left = off - matrix @ np.linalg.solve(matrix.T @ matrix, matrix.T @ off)
    unexplained = float((left**2).sum() / (off**2).sum())
    return 1 - unexplained * (count - 1) / (count - len(matrix.T))
