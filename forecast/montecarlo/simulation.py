"""In which order do results come?  In that of replications, whoever simulates them and whatever was finished before."""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Callable, Generator, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from forecast.errors import Interrupted
from forecast.montecarlo.batch_file import BatchStore
from forecast.montecarlo.batches import Batch, Job, split_into_batches
from forecast.montecarlo.executors.serial import Executor, ReportDone, SerialExecutor
from forecast.montecarlo.progress import NoProgress, Progress

if TYPE_CHECKING:
    from forecast.engines.result import ReplicationResult

BATCHES_AHEAD = 2  # batches for each in hand that may wait for an earlier one: memory does not grow with N


@dataclass(frozen=True)
class ExecutionOptions:
    """With what the work is done; nothing here changes a result."""

    workers: int = 1
    cluster: str | None = None  # the address of a Dask scheduler, or `local:N`
    progress: Progress | None = None
    store: BatchStore | None = None  # where finished batches are kept
    should_stop: Callable[[], bool] = lambda: False  # whether to finish what is in hand and no more


def simulate(
    job: Job, replications: int, size: int, means: ExecutionOptions | None = None
) -> Generator[ReplicationResult, None, None]:
    """The results of replications 0, 1, ..., in order; `size` is the batch's.

    Close the iterator to stop early: the worker processes end with it.  Raises RunError when a replication fails, and
    Interrupted when the work was halted; what was finished is in the store.
    """
    means = means or ExecutionOptions()
    listener = means.progress or NoProgress()
    if means.cluster is None:  # else the cluster sees to it, where it works
        job.prepare(listener.say)
    todo = list(split_into_batches(replications, size))
    listener.done(sum(batch.stop - batch.first for batch in todo if means.store and batch in means.store.batches))
    crew = _executor_for(job, len(todo), means, listener)
    yield from _OrderedResults(crew, iter(todo), means, listener.done).results()


def _executor_for(job: Job, batches: int, means: ExecutionOptions, progress: Progress) -> Executor:
    """Who is to do so many batches."""
    if means.cluster is not None:
        from forecast.montecarlo.executors.dask import DaskExecutor  # noqa: PLC0415  # an extra

        return DaskExecutor(job, means.cluster, progress)
    if min(means.workers, batches) <= 1:
        return SerialExecutor(job, progress.done)
    from forecast.montecarlo.executors.processes import ProcessExecutor  # noqa: PLC0415  # not needed by one process alone

    return ProcessExecutor(job, min(means.workers, batches), progress.done)


class _OrderedResults:
    """A crew, the batches that it is to do, and the order in which their results are handed on."""

    def __init__(self, crew: Executor, todo: Iterator[Batch], means: ExecutionOptions, done: ReportDone) -> None:
        self.executor, self.todo, self.options, self.done = crew, todo, means, done
        self.order: deque[Batch] = deque()  # taken up, not yet handed on
        self.waiting: dict[Batch, list[ReplicationResult]] = {}  # finished, an earlier batch is not
        self.complete = False  # whether all batches were taken up

    def results(self) -> Generator[ReplicationResult, None, None]:
        """The results in the order of replications."""
        try:
            self.fill_executor()
            while self.order:
                while self.order and self.order[0] in self.waiting:
                    yield from self.waiting.pop(self.order.popleft())
                    self.fill_executor()
                if self.executor.pending():
                    self.collect_finished()
                    self.fill_executor()
            if not self.complete:
                raise Interrupted("interrupted")
        finally:
            self.executor.shutdown()

    def fill_executor(self) -> None:
        """Nothing; the crew has what it can do at once, unless too much lies finished, or it is to stop."""
        most = BATCHES_AHEAD * self.executor.size()
        while (
            self.executor.pending() < self.executor.size() and len(self.order) < most and not self.options.should_stop()
        ):
            batch = next(self.todo, None)
            if batch is None:
                self.complete = True
                return
            self.order.append(batch)
            before = self.from_store(batch)
            if before is None:
                self.executor.submit(batch)
            else:
                self.waiting[batch] = before

    def from_store(self, batch: Batch) -> list[ReplicationResult] | None:
        """The results of a batch that was finished before; None where it is to be done, perhaps again."""
        store = self.options.store
        if store is None or batch not in store.batches:
            return None
        results = store.load(batch)
        if results is None:  # it was told as finished
            self.done(batch.first - batch.stop)
        return results

    def collect_finished(self) -> None:
        """Nothing; what is finished is in the store, and waits for its turn."""
        for batch, results in self.executor.finished():
            if self.options.store:
                self.options.store.save(batch, results)
            self.waiting[batch] = results


def cores() -> int:
    """The processors that this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1
