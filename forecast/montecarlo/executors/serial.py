"""The executor without workers: this process simulates one batch after the other."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import count

from forecast.montecarlo.batch_file import encode_batch
from forecast.montecarlo.batches import Batch, BatchSimulator, FinishedBatch, Job
from forecast.montecarlo.progress import Progress


class SerialExecutor:
    """Simulates in this process, when the results are collected."""

    def __init__(self, job: Job, progress: Progress) -> None:
        self.job, self.progress = job, progress
        self.simulate: BatchSimulator | None = None
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
        self.simulate = self.simulate or self.job.batch_simulator()
        begun = count()
        part = self.simulate(batch, lambda _: self.progress.done(int(next(begun) > 0)))
        self.progress.done(1)
        return [FinishedBatch(batch, [part], encode_batch([part]))]

    def shutdown(self) -> None:
        """Do nothing: no process was started."""
