"""The stopping rule: a simulation is long enough when the confidence interval of every figure is narrow.

It looks at prefixes of the replications in order, so where it stops depends on the results alone: not on workers,
batches or the clock.  Must not know what the figures are.
"""

from __future__ import annotations

import math
from collections.abc import Iterable

import numpy as np

from forecast.types import Floats

MIN_REPLICATIONS, CHECK_EVERY = 200, 20  # replications before the first check, and between checks
CONFIDENCE = 0.95


class StoppingRule:
    """Running means and spreads of the figures of one scenario, or of several that are simulated side by side.

    One scenario is judged by its figures, several by their differences with the first.  A half-width is half of the
    95 % interval of a mean (Student's t), relative to the figure's mean in the first scenario; where that is zero, in
    the scenario itself.

    References
    ----------
    Welford (1962), Note on a method for calculating corrected sums of squares and products, Technometrics 4,
    doi:10.1080/00401706.1962.10490022.
    """

    def __init__(self, figures: Iterable[str], wanted: float | None = None) -> None:
        self.names, self.wanted = tuple(figures), wanted
        self.count = 0
        start = np.zeros((1, len(self.names)))
        self.figure_means: Floats = start  # of the figures, [scenario, figure]
        self.judged_means: Floats = start  # of the differences, or of the figures of a single scenario, alike
        self.squares: Floats = start  # their squared deviations, summed, alike

    def add(self, figures: Floats) -> None:
        """Count one replication: its figures, [scenario, figure]."""
        self.count += 1
        self.figure_means = self.figure_means + (figures - self.figure_means) / self.count
        judged = figures - figures[0] if len(figures) > 1 else figures
        deviation = judged - self.judged_means
        self.judged_means = self.judged_means + deviation / self.count
        self.squares = self.squares + deviation * (judged - self.judged_means)

    def enough(self) -> bool:
        """Whether to stop here: a check is due, and every half-width is at most the wanted one."""
        if self.wanted is None or self.count < MIN_REPLICATIONS or self.count % CHECK_EVERY:
            return False
        return bool((self._half_widths() <= self.wanted * self._scales()).all())

    def precision(self) -> dict[str, float | None]:
        """The relative half-width of each figure, the widest of all scenarios; None where it is not defined."""
        if self.count < 2:
            return dict.fromkeys(self.names)
        halves, scales = self._half_widths(), self._scales()
        undefined = np.where(halves > 0, np.inf, 0.0)  # a figure that is always zero is known exactly
        widths = np.divide(halves, scales, out=undefined, where=scales > 0).max(axis=0)
        return {
            name: width if width < math.inf else None for name, width in zip(self.names, widths.tolist(), strict=True)
        }

    def _half_widths(self) -> Floats:
        """Half of each interval, in the unit of its figure, [scenario, figure]."""
        from scipy.special import stdtrit  # noqa: PLC0415  # not needed before results are there

        quantile = stdtrit(self.count - 1, 0.5 + CONFIDENCE / 2)
        half: Floats = quantile * np.sqrt(self.squares / (self.count - 1) / self.count)
        return half

    def _scales(self) -> Floats:
        """What half-widths are relative to, [scenario, figure]."""
        sizes = np.abs(self.figure_means)
        return np.where(sizes[0] > 0, sizes[0], sizes)
