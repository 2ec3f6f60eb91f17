"""Are the differences known well enough to stop?  Looked at on ordered prefixes: the answer depends on nothing else.

What counts is the 95 % interval of each scenario's difference with the base, in the share signed at the horizon, ARR
and revenue: half of it, relative to the base's mean.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
from scipy.special import stdtrit

from forecast.analysis.intervals import TAIL
from forecast.montecarlo.stopping import CHECK_EVERY, MIN_REPLICATIONS
from forecast.types import Floats

if TYPE_CHECKING:
    from forecast.engines.result import ReplicationResult
    from forecast.model.parameters import Parameters


class DifferenceStoppingRule:
    """Running means and spreads of the differences with the first scenario (Welford)."""

    def __init__(self, parameters: Sequence[Parameters], wanted: float | None) -> None:
        self.parameters, self.wanted = parameters, wanted
        self.row: list[Floats] = []
        self.count = 0
        self.means, self.mean_differences, self.squares = np.zeros((3, len(parameters), 3))

    def add(self, place: int, result: ReplicationResult) -> None:
        """Nothing; one scenario's replication is seen; the scenarios come in order, then the next replication."""
        self.row.append(_decisive_metrics(result, self.parameters[place]))
        if len(self.row) == len(self.parameters):
            self.observe(np.stack(self.row))
            self.row.clear()

    def observe(self, figures: Floats) -> None:
        """Nothing; one replication of every scenario, [scenario, figure], is counted."""
        self.count += 1
        self.means += (figures - self.means) / self.count
        difference = figures - figures[0]
        off = difference - self.mean_differences
        self.mean_differences += off / self.count
        self.squares += off * (difference - self.mean_differences)

    def enough(self) -> bool:
        """Whether to stop here: a replication of all is seen, it is time for a look, and all is known well enough."""
        if self.wanted is None or self.row or self.count < MIN_REPLICATIONS or self.count % CHECK_EVERY:
            return False
        half = stdtrit(self.count - 1, 1 - TAIL) * np.sqrt(self.squares / (self.count - 1) / self.count)
        means = np.abs(self.means)
        scale = np.where(means[0] > 0, means[0], means)
        return bool((half <= self.wanted * scale).all())


def _decisive_metrics(result: ReplicationResult, parameters: Parameters) -> Floats:
    """The share signed, ARR at the horizon and revenue to date of one replication."""
    counted = ~result.accounts.started_under_contract
    signed = ~np.isnan(result.accounts.contract_day[counted])
    arr, revenue = (parameters.metrics.index(name) for name in ("arr_cents", "revenue_cents"))
    total = result.monthly.sum(axis=1)
    return np.array([signed.sum() / max(1, len(signed)), total[-1, arr], total[1:, revenue].sum()], float)
