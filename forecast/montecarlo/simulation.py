"""Simulation of a job's batches: the results in order, whoever simulates them and whatever the store has.

Must not know an engine, nor what becomes of the results.
"""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Callable, Generator, Iterator, Sequence
from dataclasses import dataclass

from forecast.errors import Interrupted
from forecast.montecarlo.batch_file import BatchStore
from forecast.montecarlo.batches import Batch, FinishedBatch, Job
from forecast.montecarlo.executors import Executor
from forecast.montecarlo.executors.serial import SerialExecutor
from forecast.montecarlo.progress import NoProgress, Progress

BATCHES_AHEAD = 2  # for each batch of the capacity, how many may wait for an earlier one: memory does not grow with N


@dataclass(frozen=True)
class ExecutionOptions:
    """How replications are executed; nothing here changes a result."""

    workers: int = 1
    cluster: str | None = None  # the address of a Dask scheduler, or `local:N`
    progress: Progress | None = None
    store: BatchStore | None = None  # where finished batches are kept
    should_stop: Callable[[], bool] = lambda: False  # whether to finish the pending batches and submit no more


def simulate(
    job: Job, batches: Sequence[Batch], options: ExecutionOptions | None = None
) -> Generator[FinishedBatch, None, None]:
    """Simulate batches, and yield what workers made of them, in order.

    Close the generator to stop early: the worker processes end with it.  Raises RunError when a replication fails, and
    Interrupted when `should_stop` ended it before the last one; finished batches are in the store.
    """
    options = options or ExecutionOptions()
    progress = options.progress or NoProgress()
    if options.cluster is None:  # a cluster's workers prepare themselves, where they work
        job.prepare(progress.say)
    if options.store:
        progress.done(sum(batch.stop - batch.first for batch in batches if batch in options.store.batches))
    executor = _executor_for(job, len(batches), options, progress)
    yield from _OrderedResults(executor, iter(batches), options, progress).results()


def _executor_for(job: Job, batches: int, options: ExecutionOptions, progress: Progress) -> Executor:
    """The executor for so many batches."""
    if options.cluster is not None:
        from forecast.montecarlo.executors.dask import DaskExecutor  # noqa: PLC0415  # an extra

        return DaskExecutor(job, options.cluster, progress)
    workers = min(options.workers, batches)
    if workers <= 1:
        return SerialExecutor(job, progress)
    from forecast.montecarlo.executors.processes import ProcessExecutor  # noqa: PLC0415  # one process does without

    return ProcessExecutor(job, workers, progress)


class _OrderedResults:
    """An executor, the batches to submit to it, and the results that wait for those of an earlier batch."""

    def __init__(
        self, executor: Executor, batches: Iterator[Batch], options: ExecutionOptions, progress: Progress
    ) -> None:
        self.executor, self.batches, self.options, self.progress = executor, batches, options, progress
        self.order: deque[Batch] = deque()  # submitted or loaded, not yet yielded
        self.waiting: dict[Batch, FinishedBatch] = {}  # finished, while an earlier batch is not
        self.complete = False  # whether no batch is left to submit

    def results(self) -> Generator[FinishedBatch, None, None]:
        """Yield the results in the order of batches."""
        try:
            self.fill_executor()
            while self.order:
                while self.order and self.order[0] in self.waiting:
                    yield self.waiting.pop(self.order.popleft())
                    self.fill_executor()
                if self.executor.pending():
                    self.collect_finished()
                    self.fill_executor()
            if not self.complete:
                raise Interrupted("interrupted")
        finally:
            self.executor.shutdown()

    def fill_executor(self) -> None:
        """Submit batches up to the executor's capacity, unless it is to stop or too many finished ones wait."""
        most = BATCHES_AHEAD * self.executor.capacity()
        while (
            self.executor.pending() < self.executor.capacity()
            and len(self.order) < most
            and not self.options.should_stop()
        ):
            batch = next(self.batches, None)
            if batch is None:
                self.complete = True
                return
            self.order.append(batch)
            stored = self.from_store(batch)
            if stored is None:
                self.executor.submit(batch)
            else:
                self.waiting[batch] = stored

    def from_store(self, batch: Batch) -> FinishedBatch | None:
        """The results of a batch that was finished before; None where it is to be simulated, perhaps again."""
        store = self.options.store
        if store is None or batch not in store.batches:
            return None
        finished = store.load(batch)
        if finished is None:  # damaged, and already reported as done
            self.progress.done(batch.first - batch.stop)
        return finished

    def collect_finished(self) -> None:
        """Save the batches that the executor has finished, and keep their results for their turn."""
        for finished in self.executor.collect():
            if self.options.store:
                self.options.store.save(finished)
            self.waiting[finished.batch] = finished


def cores() -> int:
    """The number of processors that this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1
