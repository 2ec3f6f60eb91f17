"""What is known of a market's counts at an origin, and what a naive rule makes of it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple, TypeAlias

import numpy as np

from forecast.types import Integers


class KnownCounts(NamedTuple):
    """Counts at month ends up to the origin, [account, month], the last column being the origin.

    `starts` and `stops` are those since the column before, so their first column is not read.  Where they are not
    known, net changes stand for them.
    """

    active: Integers
    eligible: Integers  # [account], at the origin: no count is ever above it
    starts: Integers | None = None
    stops: Integers | None = None

    @property
    def months(self) -> int:
        """The months whose changes are known: one less than the counts."""
        return int(self.active.shape[1]) - 1

    @property
    def now(self) -> Integers:
        """The active people of each account at the origin, [account]."""
        return np.minimum(self.active[:, -1], self.eligible)

    @property
    def total(self) -> Integers:
        """The active people of all accounts, [month]."""
        return np.asarray(self.active.sum(axis=0))

    def lately(self, months: int) -> tuple[Integers, Integers]:
        """Starts and stops in each of the last so many months, or of those known, [account, month]."""
        changes = np.diff(self.active)
        starts = np.maximum(changes, 0) if self.starts is None else self.starts[:, 1:]
        stops = np.maximum(-changes, 0) if self.stops is None else self.stops[:, 1:]
        first = max(0, self.months - months)
        return starts[:, first:], stops[:, first:]


class BaselineDraws(NamedTuple):
    """Draws of active people: by account, [draw, account, horizon], None where only the total is modelled; the total.

    `totals` is [draw, horizon].
    """

    accounts: Integers | None
    totals: Integers

    @classmethod
    def of_accounts(cls, accounts: Integers) -> BaselineDraws:
        """The draws of a rule for accounts: totals are their sums."""
        return cls(accounts, np.asarray(accounts.sum(axis=1)))


Baseline: TypeAlias = Callable[[KnownCounts, Sequence[int], int, tuple[int, str]], BaselineDraws | None]
