"""When is it enough?  When the confidence interval of every headline figure is narrow, seen on an ordered prefix.

The answer depends on the results in order alone: not on workers, batches or the clock.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from forecast.errors import InputError, Problem, quoted
from forecast.types import Floats

if TYPE_CHECKING:
    from forecast.engines.result import ReplicationResult
    from forecast.model.parameters import Parameters

STOPPING_FIGURES = ("contract_incidence", "arr", "revenue_to_date")  # at the horizon, in total
MIN_REPLICATIONS, CHECK_EVERY = 200, 20  # replications before the first look, and between looks
CONFIDENCE = 0.95


def parse_precision(text: str) -> float:
    """The relative half-width that `2%` or `0.02` means; raises InputError unless it lies between 0 and 1."""
    text = text.strip()
    try:
        number = float(text.removesuffix("%")) / (100 if text.endswith("%") else 1)
    except ValueError:
        number = math.nan
    if not 0 < number < 1:
        raise InputError([Problem(None, None, "--precision", quoted(text), "a share between 0 and 100%, such as `2%`")])
    return number


class RunPrecision:
    """Running mean and spread of the headline figures, one replication after the other (Welford)."""

    def __init__(self, parameters: Parameters) -> None:
        self.arr = parameters.metrics.index("arr_cents")
        self.revenue = parameters.metrics.index("revenue_cents")
        self.count = 0
        self.mean: Floats = np.zeros(len(STOPPING_FIGURES))
        self.squares: Floats = np.zeros(len(STOPPING_FIGURES))

    def add(self, result: ReplicationResult) -> None:
        """Nothing; the figures of one more replication are counted."""
        candidates = ~result.accounts.started_under_contract
        signed = ~np.isnan(result.accounts.contract_day[candidates])
        share = int(signed.sum()) / max(1, len(signed))
        arr, revenue = result.monthly[-1, :, self.arr].sum(), result.monthly[1:, :, self.revenue].sum()
        figures = np.array([share, float(arr), float(revenue)])
        self.count += 1
        off = figures - self.mean
        self.mean = self.mean + off / self.count
        self.squares = self.squares + off * (figures - self.mean)

    def precision(self) -> dict[str, float | None]:
        """The half-width of each figure's 95 % interval relative to its mean; None where that is not defined."""
        if self.count < 2:
            return dict.fromkeys(STOPPING_FIGURES)
        from scipy.special import stdtrit  # noqa: PLC0415  # not needed before results are there

        half = stdtrit(self.count - 1, 0.5 + CONFIDENCE / 2) * np.sqrt(self.squares / (self.count - 1) / self.count)
        pairs = zip(STOPPING_FIGURES, half.tolist(), np.abs(self.mean).tolist(), strict=True)
        return {name: (width / mean if mean > 0 else 0.0 if width == 0 else None) for name, width, mean in pairs}

    def enough(self, wanted: float | None) -> bool:
        """Whether to stop here: it is time for a look, and every figure is as precise as wanted."""
        if wanted is None or self.count < MIN_REPLICATIONS or self.count % CHECK_EVERY:
            return False
        return all(width is not None and width <= wanted for width in self.precision().values())
