"""How long from the first trial to the contract?  Kaplan and Meier's estimate, right-censored at the horizon.

Durations are counted in sixteenths of a day (a month of 30.4375 days is 487 of them), so that memory does not grow with
the number of accounts or replications.  In a bin, contracts come before censored accounts, as is usual for ties.
(Kaplan and Meier 1958, doi:10.2307/2281868)
"""

from __future__ import annotations

import numpy as np

from forecast.types import Flags, Floats, Integers

BINS_PER_DAY = 16
MONTH_BINS = 487


def bins(days: float) -> int:
    """The number of bins that hold every duration up to so many days."""
    return int(days * BINS_PER_DAY) + 1


def histogram(days: Floats, happened: Flags, group: Integers, groups: int, length: int) -> Integers:
    """Durations counted as [group, happened or censored, bin]."""
    place = np.minimum((days * BINS_PER_DAY).astype(np.int64), length - 1)
    code = (group * 2 + ~happened) * length + place
    return np.bincount(code, minlength=groups * 2 * length).reshape(groups, 2, length)


def shares(counts: Integers) -> Floats:
    """The share with the event by the end of each bin, [..., bin]; NaN where nobody is observed so long."""
    events, all_ends = counts[..., 0, :], counts.sum(axis=-2)
    at_risk = np.cumsum(all_ends[..., ::-1], axis=-1)[..., ::-1]
    survival = np.cumprod(1 - events / np.maximum(at_risk, 1), axis=-1)
    return np.where((at_risk > 0) | (survival == 0), 1 - survival, np.nan)


def by_month(share: Floats, month: int) -> Floats:
    """The share by so many months, [...]; NaN when nobody is observed so long."""
    last = month * MONTH_BINS - 1
    return share[..., last] if last < share.shape[-1] else np.full(share.shape[:-1], np.nan)


def quantile_days(share: Floats, q: float) -> float | None:
    """The days until a share q has signed; None when that is not reached while somebody is observed."""
    reached = np.flatnonzero(np.nan_to_num(share) >= q - 1e-12)
    return (int(reached[0]) + 1) / BINS_PER_DAY if len(reached) else None
