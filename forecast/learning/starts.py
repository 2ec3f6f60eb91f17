"""The likelihood of starts: organic, imitation, an account's eagerness and the market's level (docs/fit.md, 2).

An account with eagerness Z starts at Z U (organic * idle + imitation * idle * active share).  Z is gamma-distributed
with mean 1, so it is integrated out: in closed form where every start has its time, else on nodes.  All functions
return the derivatives too.  Knows no prior.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from scipy.special import digamma, gammaln, roots_hermite

from forecast.observed.start_exposure import StartExposure
from forecast.types import Floats, Integers

NODES = 15  # of an account's eagerness, where there is no closed form


class StartValues(NamedTuple):
    """Where the likelihood is asked for: logarithms of monthly rates by segment, of the CV, of the level by month."""

    organic: Floats
    imitation: Floats
    stop: Floats
    cv: float
    level: Floats


class Eagerness(NamedTuple):
    """What the data say of each account's eagerness: gamma with this shape and rate, [account]."""

    shape: Floats
    rate: Floats


@dataclass(frozen=True)
class StartLikelihood:
    """The likelihood of `data`, prepared once: which accounts have starts whose times are known."""

    data: StartExposure
    exact: Integers  # patterns of rows that have one only, of accounts that have such rows only
    sampled: Integers  # the others

    @classmethod
    def of(cls, data: StartExposure) -> StartLikelihood:
        """Sort the accounts into those with a closed form and the others."""
        per_row = sums(data.row, np.ones(len(data.row)), len(data.account))
        open_accounts = sums(data.account, np.where(per_row > 1, 1.0, 0.0), data.accounts) > 0
        sampled = open_accounts[data.account[data.row]]
        return cls(data, np.flatnonzero(~sampled), np.flatnonzero(sampled))

    def __call__(self, values: StartValues) -> tuple[float, StartValues]:
        """The log likelihood at `values` and its derivative by each of them."""
        data, hazards = self.data, _Hazards.of(self.data, values)
        shape = np.exp(-2.0 * values.cv)
        total, slopes = _closed_form(data, self.exact, hazards, shape)
        other, more = _on_nodes(data, self.sampled, hazards, shape)
        # What a pattern weighs, times the expected eagerness of its account, is all that the derivatives need.
        weight, eager = slopes.weight + more.weight, slopes.eager + more.eager
        patterns = data.row
        segment, month = data.segment[data.account[patterns]], data.month[patterns]
        groups = len(values.organic)
        held = weight[data.pattern]
        own = data.segment[data.account[data.row[data.pattern]]]
        organic = sums(own, held * hazards.organic_part, groups)
        organic -= sums(segment, eager * hazards.organic, groups)
        imitation = sums(own, held * (1.0 - hazards.organic_part), groups)
        imitation -= sums(segment, eager * hazards.imitation, groups)
        stop = sums(data.segment[data.account], data.stops, groups)
        stop -= sums(segment, weight * hazards.stop, groups)
        level = sums(data.month, data.starts, data.months)
        level -= sums(month, eager * (hazards.organic + hazards.imitation), data.months)
        cv = -2.0 * shape * (slopes.shape + more.shape)
        stops = sums(data.segment[data.account], data.stops, groups) @ values.stop
        starts = sums(data.month, data.starts, data.months) @ values.level
        return total + other + float(stops + starts), StartValues(organic, imitation, stop, cv, level)

    def eagerness(self, values: StartValues) -> Eagerness:
        """What the data say of each account's eagerness at these values; on nodes, the gamma with the same mean."""
        data, hazards = self.data, _Hazards.of(self.data, values)
        shape = np.exp(-2.0 * values.cv)
        starts = sums(data.account, data.starts, data.accounts)
        slopes = _on_nodes(data, self.sampled, hazards, shape)[1]
        account = data.account[data.row]
        exposure = sums(account[self.exact], (hazards.organic + hazards.imitation)[self.exact], data.accounts)
        on_nodes = np.isin(np.arange(data.accounts), account[self.sampled])
        mean = np.where(on_nodes, slopes.mean, (shape + starts) / (shape + exposure))
        return Eagerness(shape + starts, (shape + starts) / mean)


class _Hazards(NamedTuple):
    """Integrated hazards by pattern (before eagerness), and by start the log hazard and its organic part."""

    organic: Floats
    imitation: Floats
    stop: Floats
    log_starts: Floats  # by pattern: the sum over its starts, without level and eagerness
    organic_part: Floats  # by start

    @classmethod
    def of(cls, data: StartExposure, values: StartValues) -> _Hazards:
        """The hazards at these values."""
        segment = data.segment[data.account[data.row]]
        level = np.exp(values.level)[data.month[data.row]]
        own = segment[data.pattern]
        organic = np.exp(values.organic)[own] * data.idle
        hazard = organic + np.exp(values.imitation)[own] * data.contact
        return cls(
            level * np.exp(values.organic)[segment] * data.idle_time,
            level * np.exp(values.imitation)[segment] * data.contact_time,
            np.exp(values.stop)[segment] * data.active_time,
            sums(data.pattern, np.log(hazard), len(data.row)),
            organic / hazard,
        )


class _Slopes(NamedTuple):
    """By pattern its weight in the likelihood and that times the expected eagerness; the derivative by the shape."""

    weight: Floats
    eager: Floats
    shape: float
    mean: Floats  # expected eagerness by account


def _closed_form(data: StartExposure, patterns: Integers, hazards: _Hazards, shape: float) -> tuple[float, _Slopes]:
    """Of accounts all of whose starts have their times: gamma eagerness integrated out."""
    account = data.account[data.row[patterns]]
    present = sums(account, np.ones(len(account)), data.accounts) > 0
    starts = sums(data.account, data.starts, data.accounts)
    exposure = sums(account, (hazards.organic + hazards.imitation)[patterns], data.accounts)
    each = shape * np.log(shape) - gammaln(shape) + gammaln(shape + starts)
    each -= (shape + starts) * np.log(shape + exposure)
    mean = (shape + starts) / (shape + exposure)
    slope = np.log(shape) + 1.0 - digamma(shape) + digamma(shape + starts) - np.log(shape + exposure) - mean
    weight = np.zeros(len(data.row))
    weight[patterns] = 1.0
    eager = weight.copy()
    eager[patterns] *= mean[account]
    total = each[present].sum() + (hazards.log_starts - hazards.stop + data.log_weight)[patterns].sum()
    return float(total), _Slopes(weight, eager, float(slope[present].sum()), mean)


def _on_nodes(data: StartExposure, patterns: Integers, hazards: _Hazards, shape: float) -> tuple[float, _Slopes]:
    """Of the other accounts: nodes of the logarithm of the eagerness around where the data put it."""
    weight, eager, mean = np.zeros(len(data.row)), np.zeros(len(data.row)), np.ones(data.accounts)
    if not len(patterns):
        return 0.0, _Slopes(weight, eager, 0.0, mean)
    rows = data.row[patterns]
    first = np.flatnonzero(np.concatenate([[True], np.diff(rows) != 0]))
    size = np.diff(np.concatenate([first, [len(rows)]]))
    row_of = np.repeat(np.arange(len(first)), size)
    account = data.account[rows[first]]
    present = np.unique(account)
    place = np.searchsorted(present, account)
    starts = sums(data.account, data.starts, data.accounts)[present]
    integrated = (hazards.organic + hazards.imitation)[patterns]
    exposure = sums(place, np.add.reduceat(integrated, first) / size, len(present))
    points, weights = roots_hermite(NODES)
    spread = np.sqrt(2.0 / (shape + starts))[:, None]
    log_node = np.log((shape + starts) / (shape + exposure))[:, None] + spread * points
    node = np.exp(log_node)  # [account, node]
    log_prior = shape * np.log(shape) - gammaln(shape) + shape * log_node - shape * node
    log_prior += np.log(weights) + points**2 + np.log(spread)
    base = (hazards.log_starts - hazards.stop + data.log_weight)[patterns]
    terms = base[:, None] - integrated[:, None] * node[place[row_of]]  # [pattern, node]
    highest = np.maximum.reduceat(terms, first)
    scaled = np.exp(terms - highest[row_of])
    row_sums = np.add.reduceat(scaled, first)  # [row, node]
    by_row = highest + np.log(row_sums) - np.log(size)[:, None]
    by_account = np.zeros_like(node)
    np.add.at(by_account, place, by_row)
    by_account += log_prior + starts[:, None] * log_node
    top = by_account.max(axis=1, keepdims=True)
    share = np.exp(by_account - top)
    total = float((top[:, 0] + np.log(share.sum(axis=1))).sum())
    share /= share.sum(axis=1, keepdims=True)
    of_pattern = scaled / row_sums[row_of] * share[place[row_of]]
    weight[patterns] = of_pattern.sum(axis=1)
    eager[patterns] = (of_pattern * node[place[row_of]]).sum(axis=1)
    mean[present] = (share * node).sum(axis=1)
    slope = np.log(shape) + 1.0 - digamma(shape) + log_node - node
    return total, _Slopes(weight, eager, float((share * slope).sum()), mean)


def sums(places: Integers, values: Floats | Integers, count: int) -> Floats:
    """The sum of the values at each place, [place]; floats also where there is none."""
    return np.bincount(places, values, count).astype(np.float64)
