"""Who does the batches?  This process, or several beside it; results always come in the order of replications."""

from __future__ import annotations

import math
import multiprocessing
import os
from collections.abc import Callable, Generator, Iterator
from typing import TYPE_CHECKING

from forecast.errors import RunError
from forecast.montecarlo.batches import Batch, batches
from forecast.montecarlo.job import Job, naming
from forecast.montecarlo.progress import Progress, Silence
from forecast.montecarlo.workers import Team

if TYPE_CHECKING:
    from forecast.engines.result import ReplicationResult

Done = Callable[[int], None]


def simulate(
    job: Job, replications: int, size: int, workers: int, progress: Progress | None = None
) -> Generator[ReplicationResult, None, None]:
    """The results of replications 0, 1, ..., in order; `progress` is told how many more are finished.

    `size` is the batch's.  Close the iterator to stop early: the worker processes end with it.
    """
    listener = progress or Silence()
    todo = batches(replications, size)
    team = min(workers, math.ceil(replications / size))
    job.prepare(listener.say)
    yield from alone(job, todo, listener.done) if team <= 1 else together(job, todo, listener.done, team)


def alone(job: Job, todo: Iterator[Batch], done: Done) -> Generator[ReplicationResult, None, None]:
    """The results, simulated here."""
    run = job.ready()
    for batch in todo:
        for replication in range(*batch):
            with naming(replication, job.seed):
                result = run(replication)
            done(1)
            yield result


def together(job: Job, todo: Iterator[Batch], done: Done, size: int) -> Generator[ReplicationResult, None, None]:
    """The results, simulated by processes of their own."""
    if multiprocessing.parent_process() is not None:
        raise RunError(
            "a worker process cannot have workers of its own: put the call under `if __name__ == '__main__':`, "
            "or say workers=1"
        )
    yield from Team(job, size, todo, done).results()


def cores() -> int:
    """The processors that this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1
