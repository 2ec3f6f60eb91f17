"""The executor without workers: this process simulates one batch after the other."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from forecast.montecarlo.batches import Batch, FinishedBatch, Job, simulate_batch
from forecast.montecarlo.progress import Progress

if TYPE_CHECKING:
    from forecast.montecarlo.batches import Simulator


class SerialExecutor:
    """Simulates in this process, when the results are collected."""

    def __init__(self, job: Job, progress: Progress) -> None:
        self.job, self.progress = job, progress
        self.simulator: Simulator | None = None
        self.batch: Batch | None = None

    def capacity(self) -> int:
        """One batch."""
        return 1

    def pending(self) -> int:
        """One batch or none."""
        return int(self.batch is not None)

    def submit(self, batch: Batch) -> None:
        """Submit a batch; it is simulated by `collect`."""
        self.batch = batch

    def collect(self) -> Sequence[FinishedBatch]:
        """Simulate the pending batch."""
        assert self.batch is not None
        batch, self.batch = self.batch, None
        self.simulator = self.simulator or self.job.simulator()
        results = []
        for result in simulate_batch(self.simulator, batch, self.job.seed):
            results.append(result)
            self.progress.done(1)
        return [FinishedBatch(batch, results)]

    def shutdown(self) -> None:
        """Do nothing: no process was started."""
