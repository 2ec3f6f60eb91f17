"""Who simulates the batches?  One interface, and three executors: this process, worker processes, a Dask cluster.

This file must not import any of them: each is imported where it is chosen (`simulation`).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from forecast.montecarlo.batches import Batch, FinishedBatch

__all__ = ["MOST_DEATHS", "Executor"]

MOST_DEATHS = 3  # workers that one batch may cost before the run ends


class Executor(Protocol):
    """Simulates batches and returns their results in any order."""

    def capacity(self) -> int:
        """How many batches may be pending at once."""

    def pending(self) -> int:
        """How many batches are submitted and not yet collected."""

    def submit(self, batch: Batch) -> None:
        """Submit a batch; only while fewer than `capacity` are pending."""

    def collect(self) -> Sequence[FinishedBatch]:
        """Wait until something happens, and return the batches that are finished; perhaps none."""

    def shutdown(self) -> None:
        """Drop what is pending and end every process that was started."""
