"""In which order do results come?  In that of replications, whoever simulates them and whatever was finished before."""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Callable, Generator, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from forecast.errors import Interrupted
from forecast.montecarlo.batches import Batch, batches
from forecast.montecarlo.crew import Alone, Crew, Done
from forecast.montecarlo.job import Job
from forecast.montecarlo.progress import Progress, Silence
from forecast.montecarlo.store import Store

if TYPE_CHECKING:
    from forecast.engines.result import ReplicationResult

AHEAD = 2  # batches for each in hand that may wait for an earlier one: memory does not grow with N


@dataclass(frozen=True)
class Means:
    """With what the work is done; nothing here changes a result."""

    workers: int = 1
    cluster: str | None = None  # the address of a Dask scheduler, or `local:N`
    progress: Progress | None = None
    store: Store | None = None  # where finished batches are kept
    halted: Callable[[], bool] = lambda: False  # whether to finish what is in hand and no more


def simulate(
    job: Job, replications: int, size: int, means: Means | None = None
) -> Generator[ReplicationResult, None, None]:
    """The results of replications 0, 1, ..., in order; `size` is the batch's.

    Close the iterator to stop early: the worker processes end with it.  Raises RunError when a replication fails, and
    Interrupted when the work was halted; what was finished is in the store.
    """
    means = means or Means()
    listener = means.progress or Silence()
    if means.cluster is None:  # else the cluster sees to it, where it works
        job.prepare(listener.say)
    todo = list(batches(replications, size))
    listener.done(sum(batch.stop - batch.first for batch in todo if means.store and batch in means.store.batches))
    crew = crew_for(job, len(todo), means, listener)
    yield from Ordered(crew, iter(todo), means, listener.done).results()


def crew_for(job: Job, batches: int, means: Means, progress: Progress) -> Crew:
    """Who is to do so many batches."""
    if means.cluster is not None:
        from forecast.montecarlo.cluster import Cluster  # noqa: PLC0415  # an extra

        return Cluster(job, means.cluster, progress)
    if min(means.workers, batches) <= 1:
        return Alone(job, progress.done)
    from forecast.montecarlo.processes import Processes  # noqa: PLC0415  # not needed by one process alone

    return Processes(job, min(means.workers, batches), progress.done)


class Ordered:
    """A crew, the batches that it is to do, and the order in which their results are handed on."""

    def __init__(self, crew: Crew, todo: Iterator[Batch], means: Means, done: Done) -> None:
        self.crew, self.todo, self.means, self.done = crew, todo, means, done
        self.order: deque[Batch] = deque()  # taken up, not yet handed on
        self.waiting: dict[Batch, list[ReplicationResult]] = {}  # finished, an earlier batch is not
        self.complete = False  # whether all batches were taken up

    def results(self) -> Generator[ReplicationResult, None, None]:
        """The results in the order of replications."""
        try:
            self.hand_out()
            while self.order:
                while self.order and self.order[0] in self.waiting:
                    yield from self.waiting.pop(self.order.popleft())
                    self.hand_out()
                if self.crew.in_hand():
                    self.take_in()
                    self.hand_out()
            if not self.complete:
                raise Interrupted("interrupted")
        finally:
            self.crew.end()

    def hand_out(self) -> None:
        """Nothing; the crew has what it can do at once, unless too much lies finished, or it is to stop."""
        most = AHEAD * self.crew.size()
        while self.crew.in_hand() < self.crew.size() and len(self.order) < most and not self.means.halted():
            batch = next(self.todo, None)
            if batch is None:
                self.complete = True
                return
            self.order.append(batch)
            before = self.from_store(batch)
            if before is None:
                self.crew.give(batch)
            else:
                self.waiting[batch] = before

    def from_store(self, batch: Batch) -> list[ReplicationResult] | None:
        """The results of a batch that was finished before; None where it is to be done, perhaps again."""
        store = self.means.store
        if store is None or batch not in store.batches:
            return None
        results = store.take(batch)
        if results is None:  # it was told as finished
            self.done(batch.first - batch.stop)
        return results

    def take_in(self) -> None:
        """Nothing; what is finished is in the store, and waits for its turn."""
        for batch, results in self.crew.finished():
            if self.means.store:
                self.means.store.keep(batch, results)
            self.waiting[batch] = results


def cores() -> int:
    """The processors that this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1
