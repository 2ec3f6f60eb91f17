"""Accounts by segment: how many have a flag, when something happened to them, and how their times ended.

What the cumulative incidence and a team's path have in common.  Knows no event.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from forecast.analysis import survival
from forecast.analysis.survival import MONTH_BINS, Ends
from forecast.model.parameters import Parameters
from forecast.types import Flags, Floats, Integers


class AccountGroups:
    """The accounts of a scenario, counted by segment and in total."""

    def __init__(self, parameters: Parameters) -> None:
        self.parameters = parameters
        self.segment, self.groups = parameters.account_segment, len(parameters.segments)
        self.month_days = parameters.month_days
        self.length = survival.bin_count(float(self.month_days[-1]))
        self.month_bins = np.arange(1, len(self.month_days)) * MONTH_BINS - 1

    def by_segment(self, flags: Flags) -> Integers:
        """Accounts with the flag, [segment and total]."""
        counts = np.bincount(self.segment[flags], minlength=self.groups)
        return np.append(counts, counts.sum())

    def by_month(self, day: Floats, counted: Flags) -> Integers:
        """Accounts whose day lies before the month's end, [segment and total, month 0..]."""
        months = len(self.month_days)
        happened = counted & ~np.isnan(day)
        month = np.searchsorted(self.month_days, day[happened], side="right")
        within = month < months
        code = self.segment[happened][within] * months + month[within]
        counts = np.cumsum(np.bincount(code, minlength=self.groups * months).reshape(self.groups, months), axis=1)
        return np.vstack([counts, counts.sum(axis=0)])

    def ends(self, days: Floats, kind: Integers, counted: Flags) -> Ends:
        """How the durations of the accounts that count ended."""
        return Ends(self.segment[counted], kind[counted], survival.bin_indices(days[counted], self.length))

    def at_months(self, estimator: Callable[[Integers], Floats], ends: Ends, kinds: int) -> Floats:
        """The estimates of one replication after each month, [segment and total, (kind,) month 1..].

        Only bins in which an account's time ended, or a month, are visited: the others change nothing.
        """
        grid = np.unique(np.concatenate([self.month_bins, ends.place]))
        found = estimator(ends.on(grid).counted((self.groups, kinds, len(grid))))
        return found[..., np.searchsorted(grid, self.month_bins)]
