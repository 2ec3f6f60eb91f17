"""Time to event with right-censoring: the estimators of Kaplan and Meier, and of Aalen and Johansen.

Durations are counted in sixteenths of a day (a month of 30.4375 days is 487 of them), so that memory does not grow with
the number of accounts or replications.  In a bin, events come before censored accounts, as is usual for ties.
(Kaplan and Meier 1958, doi:10.2307/2281868; Aalen and Johansen 1978, Scand. J. Statist. 5, 141)
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np

from forecast.types import Floats, Integers

BINS_PER_DAY = 16
MONTH_BINS = 487
TRIAL_MONTHS = (6, 12, 24)  # after which a summary gives shares
TRIAL_QUANTILES = {"p10": 0.1, "p25": 0.25, "p50": 0.5, "p75": 0.75}  # of which it gives the days


def bin_count(days: float) -> int:
    """The number of bins that hold every duration up to so many days."""
    return int(days * BINS_PER_DAY) + 1


def bin_indices(days: Floats, length: int) -> Integers:
    """The bin of each duration, the last of `length` bins at most."""
    return np.minimum((days * BINS_PER_DAY).astype(np.int64), length - 1)


class Ends(NamedTuple):
    """How durations ended, [account]: whose, how (the last kind is censored), and in which bin."""

    group: Integers
    kind: Integers
    place: Integers

    def counted(self, shape: tuple[int, int, int]) -> Integers:
        """The ends as counts, [group and total, kind, bin], of a shape [group, kind, bin]."""
        groups, kinds, length = shape
        code = (self.group * kinds + self.kind) * length + self.place
        return with_total(np.bincount(code, minlength=groups * kinds * length).reshape(shape))

    def on(self, grid: Integers) -> Ends:
        """The same ends, their bins as places in a sorted grid that has them all."""
        return self._replace(place=np.searchsorted(grid, self.place))


def with_total(counts: Integers) -> Integers:
    """Counts by group, with their sum as the last group."""
    return np.concatenate([counts, counts.sum(axis=0, keepdims=True)])


def _at_risk(counts: Integers) -> Integers:
    """Those whose end is not before each bin, [..., bin]; counts are [..., kind of end, bin]."""
    ends = counts.sum(axis=-2)
    risk: Integers = np.cumsum(ends[..., ::-1], axis=-1)[..., ::-1]
    return risk


def kaplan_meier(counts: Integers, entries: Integers | None = None) -> Floats:
    """The share with the event by the end of each bin, [..., bin]; NaN where nobody is observed so long.

    Counts are [..., (event, censored), bin]; entries, [..., bin], are of those who are at risk from a bin on, and not
    from the first (left truncation: Tsai, Jewell & Wang 1987, doi:10.1093/biomet/74.4.883).
    """
    observed = risk = _at_risk(counts)
    if entries is not None:
        risk = observed - (entries.sum(axis=-1, keepdims=True) - np.cumsum(entries, axis=-1))
    survival = np.cumprod(1 - counts[..., 0, :] / np.maximum(risk, 1), axis=-1)
    return np.where((observed > 0) | (survival == 0), 1 - survival, np.nan)


def aalen_johansen(counts: Integers) -> Floats:
    """The share whose first event was of each kind by the end of each bin, [..., kind, bin]; NaN as in `shares`.

    Counts are [..., (first kind, second kind ..., censored), bin].
    """
    risk = _at_risk(counts)[..., None, :]
    events = counts[..., :-1, :]
    survival = np.cumprod(1 - events.sum(axis=-2, keepdims=True) / np.maximum(risk, 1), axis=-1)
    before = np.concatenate([np.ones_like(survival[..., :1]), survival[..., :-1]], axis=-1)
    share = np.cumsum(before * events / np.maximum(risk, 1), axis=-1)
    return np.where((risk > 0) | (survival == 0), share, np.nan)


def share_by_month(share: Floats, month: int) -> Floats:
    """The share by so many months, [...]; NaN when nobody is observed so long."""
    last = month * MONTH_BINS - 1
    return share[..., last] if last < share.shape[-1] else np.full(share.shape[:-1], np.nan)


def days_to_quantile(share: Floats, q: float) -> float | None:
    """The days until a share q has signed; None when that is not reached while somebody is observed."""
    reached = np.flatnonzero(np.nan_to_num(share) >= q - 1e-12)
    return (int(reached[0]) + 1) / BINS_PER_DAY if len(reached) else None


class Curve(NamedTuple):
    """The share with the event over time since the clock began, all replications together."""

    share: Floats  # [segment and total, bin]: by the bin's end; NaN where nobody is observed so long
    horizon: int  # days

    def quantile_days(self, segment: int, q: float) -> float | None:
        """The days until a share q has the event; None when that is not reached."""
        return days_to_quantile(self.share[segment], q)

    def by_days(self, segment: int, days: float) -> float | None:
        """The share within so many days; None when nobody is observed so long."""
        last = min(math.ceil(days * BINS_PER_DAY), self.share.shape[-1]) - 1
        found = 0.0 if last < 0 else float(self.share[segment, last])
        return None if math.isnan(found) or days > self.horizon else found

    def restricted_mean_days(self, segment: int, days: float) -> float | None:
        """The mean time until the event, or so many days if it comes later; None when nobody is observed so long.

        The area above the curve; an event counts at the middle of its bin, so within a 32nd of a day.
        """
        count = math.ceil(days * BINS_PER_DAY)
        if self.by_days(segment, days) is None:
            return None
        after = self.share[segment, :count]
        before = np.append(0.0, after[:-1])
        return float((1 - (before + after) / 2).sum()) / BINS_PER_DAY
