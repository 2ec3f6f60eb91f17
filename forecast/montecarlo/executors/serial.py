"""Who does the batches?  A crew takes batches and gives results back, in whatever order they are finished.

Here are what all crews have in common and the smallest of them, this process alone; `processes` are several beside it,
`cluster` are other machines.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Protocol, TypeAlias

from forecast.montecarlo.batches import Batch, Job, naming_replication

if TYPE_CHECKING:
    from forecast.engines.result import ReplicationResult
    from forecast.montecarlo.batches import Simulator

    FinishedBatch: TypeAlias = tuple[Batch, list[ReplicationResult]]

ReportDone: TypeAlias = Callable[[int], None]  # is told how many more replications are finished


class Executor(Protocol):
    """Somebody who simulates batches."""

    def size(self) -> int:
        """How many batches can be in hand at once."""

    def pending(self) -> int:
        """How many batches are in hand: given, and not yet given back."""

    def submit(self, batch: Batch) -> None:
        """Nothing; the batch is in hand.  Only while there is room."""

    def finished(self) -> Sequence[FinishedBatch]:
        """Batches that are finished, in any order, after waiting for something to happen; perhaps none."""

    def shutdown(self) -> None:
        """Nothing; whatever is in hand is dropped, and no process is left."""


class SerialExecutor:
    """This process: one batch after the other."""

    def __init__(self, job: Job, done: ReportDone) -> None:
        self.job, self.done = job, done
        self.run: Simulator | None = None
        self.batch: Batch | None = None

    def size(self) -> int:
        """One batch."""
        return 1

    def pending(self) -> int:
        """One batch or none."""
        return int(self.batch is not None)

    def submit(self, batch: Batch) -> None:
        """Nothing; it is simulated when somebody asks for it."""
        self.batch = batch

    def finished(self) -> Sequence[FinishedBatch]:
        """The batch in hand, simulated."""
        assert self.batch is not None
        batch, self.batch = self.batch, None
        run = self.run = self.run or self.job.simulator()
        results = []
        for replication in range(*batch):
            with naming_replication(replication, self.job.seed):
                results.append(run(replication))
            self.done(1)
        return [(batch, results)]

    def shutdown(self) -> None:
        """Nothing."""
