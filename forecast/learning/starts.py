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
from forecast.types import Flags, Floats, Integers

_NODES = 15  # of an account's eagerness, where there is no closed form
_POINTS, _WEIGHTS = roots_hermite(_NODES)
_LOG_WEIGHTS = np.log(_WEIGHTS) + _POINTS**2


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


class _Places(NamedTuple):
    """What of the data is the same at all values: to what each pattern and start belongs, and counts of accounts."""

    account: Integers  # by pattern
    segment: Integers  # by pattern
    month: Integers  # by pattern
    segment_of_start: Integers  # by start
    starts: Floats  # by account
    stops: Floats  # by account
    starts_of_month: Floats

    @classmethod
    def of(cls, data: StartExposure) -> _Places:
        """The places of the data."""
        account = data.account[data.row]
        segment = data.segment[account]
        return cls(
            account,
            segment,
            data.month[data.row],
            segment[data.pattern],
            sums(data.account, data.starts, data.accounts),
            sums(data.account, data.stops, data.accounts),
            sums(data.month, data.starts, data.months),
        )


class _SampledRows(NamedTuple):
    """The rows of accounts some of whose starts have no time, with their patterns."""

    patterns: Integers  # all of them, row by row
    first: Integers  # of each row: the place of its first pattern in `patterns`
    size: Integers  # of each row: how many patterns
    row: Integers  # by pattern, from 0
    accounts: Integers  # those that there are
    place: Integers  # of each row: the place of its account in `accounts`

    @classmethod
    def of(cls, data: StartExposure, patterns: Integers) -> _SampledRows:
        """The rows of these patterns."""
        rows, first, row, size = np.unique(
            data.row[patterns], return_index=True, return_inverse=True, return_counts=True
        )
        accounts, place = np.unique(data.account[rows], return_inverse=True)
        return cls(patterns, first, size, row, accounts, place)


class _Hazards(NamedTuple):
    """Integrated hazards by pattern (before eagerness), and by start the log hazard and its organic part."""

    organic: Floats
    imitation: Floats
    stop: Floats
    log_starts: Floats  # by pattern: the sum over its starts, without level and eagerness
    organic_part: Floats  # by start

    @classmethod
    def of(cls, data: StartExposure, places: _Places, values: StartValues) -> _Hazards:
        """The hazards at these values."""
        segment, own = places.segment, places.segment_of_start
        level = np.exp(values.level)[places.month]
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


@dataclass(frozen=True)
class StartLikelihood:
    """The likelihood of `data`, prepared once: which accounts have starts whose times are known."""

    data: StartExposure
    places: _Places
    exact: Integers  # patterns of rows that have one only, of accounts that have such rows only
    sampled: _SampledRows  # the others

    @classmethod
    def of(cls, data: StartExposure) -> StartLikelihood:
        """Sort the accounts into those with a closed form and the others."""
        per_row = sums(data.row, np.ones(len(data.row)), len(data.account))
        open_accounts = sums(data.account, np.where(per_row > 1, 1.0, 0.0), data.accounts) > 0
        return cls.with_nodes_for(data, open_accounts[data.account[data.row]])

    @classmethod
    def with_nodes_for(cls, data: StartExposure, sampled: Flags) -> StartLikelihood:
        """The likelihood with these patterns on nodes and the others in closed form, accounts as a whole."""
        return cls(data, _Places.of(data), np.flatnonzero(~sampled), _SampledRows.of(data, np.flatnonzero(sampled)))

    def __call__(self, values: StartValues) -> tuple[float, StartValues]:
        """The log likelihood at `values` and its derivative by each of them."""
        data, places = self.data, self.places
        hazards, shape, groups = _Hazards.of(data, places, values), np.exp(-2.0 * values.cv), len(values.organic)
        total, slopes = self._closed_form(hazards, shape)
        other, more = self._on_nodes(hazards, shape)
        # What a pattern weighs, times the expected eagerness of its account, is all that the derivatives need.
        weight, eager = slopes.weight + more.weight, slopes.eager + more.eager
        held = weight[data.pattern]
        organic = sums(places.segment_of_start, held * hazards.organic_part, groups)
        organic -= sums(places.segment, eager * hazards.organic, groups)
        imitation = sums(places.segment_of_start, held * (1.0 - hazards.organic_part), groups)
        imitation -= sums(places.segment, eager * hazards.imitation, groups)
        stops = sums(data.segment, places.stops, groups)
        stop = stops - sums(places.segment, weight * hazards.stop, groups)
        level = places.starts_of_month - sums(places.month, eager * (hazards.organic + hazards.imitation), data.months)
        cv = -2.0 * shape * (slopes.shape + more.shape)
        counted = float(stops @ values.stop + places.starts_of_month @ values.level)
        return total + other + counted, StartValues(organic, imitation, stop, cv, level)

    def eagerness(self, values: StartValues) -> Eagerness:
        """What the data say of each account's eagerness at these values; on nodes, the gamma with the same mean."""
        hazards, shape = _Hazards.of(self.data, self.places, values), np.exp(-2.0 * values.cv)
        mean = self._closed_form(hazards, shape)[1].mean
        mean[self.sampled.accounts] = self._on_nodes(hazards, shape)[1].mean[self.sampled.accounts]
        posterior_shape = shape + self.places.starts
        return Eagerness(posterior_shape, posterior_shape / mean)

    def _closed_form(self, hazards: _Hazards, shape: float) -> tuple[float, _Slopes]:
        """Of accounts all of whose starts have their times: gamma eagerness integrated out."""
        data, patterns, starts = self.data, self.exact, self.places.starts
        account = self.places.account[patterns]
        present = np.isin(np.arange(data.accounts), account)
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

    def _on_nodes(self, hazards: _Hazards, shape: float) -> tuple[float, _Slopes]:
        """Of the other accounts: nodes of the logarithm of the eagerness around where the data put it."""
        data, (patterns, first, size, row_of, present, place) = self.data, self.sampled
        weight, eager, mean = np.zeros(len(data.row)), np.zeros(len(data.row)), np.ones(data.accounts)
        if not len(patterns):
            return 0.0, _Slopes(weight, eager, 0.0, mean)
        starts = self.places.starts[present]
        integrated = (hazards.organic + hazards.imitation)[patterns]
        exposure = sums(place, np.add.reduceat(integrated, first) / size, len(present))
        spread = np.sqrt(2.0 / (shape + starts))[:, None]
        log_node = np.log((shape + starts) / (shape + exposure))[:, None] + spread * _POINTS
        node = np.exp(log_node)  # [account, node]
        log_prior = shape * np.log(shape) - gammaln(shape) + shape * log_node - shape * node
        log_prior += _LOG_WEIGHTS + np.log(spread)
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
