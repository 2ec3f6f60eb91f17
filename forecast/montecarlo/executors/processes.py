"""How do several processes share the work?  Each is given a batch at a time.

A worker that dies is replaced and its batch done again, three times at most; a worker whose parent is gone ends.
Knows batches and jobs; nothing of what a replication is.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
import warnings
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from multiprocessing import resource_tracker
from multiprocessing.connection import Connection, wait
from typing import TYPE_CHECKING, Any

from forecast.errors import ForecastError, RunError
from forecast.montecarlo.batches import Batch, Job, naming_replication
from forecast.montecarlo.executors.serial import ReportDone

if TYPE_CHECKING:
    from forecast.engines.result import ReplicationResult
    from forecast.montecarlo.executors.serial import FinishedBatch

MOST_DEATHS = 3
BEGAN, DONE, FAILED = range(3)


def _worker_main(connection: Connection, job: Job) -> None:
    """Nothing; a worker's life: batches in, results out, until there is no more or no parent."""
    warnings.simplefilter("ignore")  # the parent says it once
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # where it could not be deaf from the start
    threading.Thread(target=_end_with_parent, daemon=True).start()
    try:
        simulate = job.simulator()
        while (batch := connection.recv()) is not None:
            connection.send((DONE, batch, list(_simulate_batch_reporting(simulate, job, batch, connection))))
    except ForecastError as error:
        connection.send((FAILED, error, None))
    except (EOFError, ConnectionError):
        return


def _simulate_batch_reporting(
    simulate: Callable[[int], ReplicationResult], job: Job, batch: Batch, connection: Connection
) -> Iterator[ReplicationResult]:
    """The results of a batch; each beginning is told, so that a sudden death has a name."""
    for replication in range(*batch):
        connection.send((BEGAN, replication, None))
        with naming_replication(replication, job.seed):
            yield simulate(replication)


def _end_with_parent() -> None:
    """Never returns: ends this process when its parent has ended."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        wait([parent.sentinel])
        os._exit(1)


@contextmanager
def sigint_blocked() -> Iterator[None]:
    """A block whose new processes do not hear Ctrl-C, not even while they start: the parent sees to it."""
    if not hasattr(signal, "pthread_sigmask"):
        yield
        return
    resource_tracker.ensure_running()  # it would undo the mask
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


class WorkerProcess:
    """A process, what it was given, and the replication it is at."""

    def __init__(self, job: Job) -> None:
        context = multiprocessing.get_context("spawn")
        self.connection, theirs = context.Pipe()
        self.process = context.Process(target=_worker_main, args=(theirs, job), daemon=True)
        with sigint_blocked():
            self.process.start()
        theirs.close()
        self.batch: Batch | None = None
        self.replication: int | None = None
        self.finished = 0  # replications of the batch that are told as done

    def submit(self, batch: Batch) -> None:
        """Nothing; the batch is the worker's now.  A worker that died meanwhile is found dead by the next message."""
        self.batch, self.replication, self.finished = batch, None, 0
        try:
            self.connection.send(batch)
        except OSError:
            return

    def message(self) -> tuple[int, Any, Any] | None:
        """What the worker says next; None when it has died."""
        try:
            kind, first, second = self.connection.recv()
        except (EOFError, OSError):
            return None
        return kind, first, second

    def shutdown(self) -> None:
        """Nothing; the process is gone, whatever it did."""
        self.connection.close()
        self.process.terminate()
        self.process.join(2)
        if self.process.is_alive():
            self.process.kill()
            self.process.join()


class ProcessExecutor:
    """A few workers beside this process, begun when there is something for them to do."""

    def __init__(self, job: Job, size: int, done: ReportDone) -> None:
        if multiprocessing.parent_process() is not None:
            raise RunError(
                "a worker process cannot have workers of its own: put the call under `if __name__ == '__main__':`, "
                "or say workers=1"
            )
        self.job, self.most, self.done = job, size, done
        self.deaths: dict[Batch, int] = {}
        self.workers: list[WorkerProcess] = []

    def size(self) -> int:
        """A batch for each worker."""
        return self.most

    def pending(self) -> int:
        """The workers that have a batch."""
        return sum(worker.batch is not None for worker in self.workers)

    def submit(self, batch: Batch) -> None:
        """Nothing; a worker that is free has the batch, a new one if need be."""
        free = next((worker for worker in self.workers if worker.batch is None), None)
        if free is None:
            assert len(self.workers) < self.most
            free = WorkerProcess(self.job)
            self.workers.append(free)
        free.submit(batch)

    def finished(self) -> Sequence[FinishedBatch]:
        """What the next messages say is finished."""
        ready = wait([worker.connection for worker in self.workers if worker.batch is not None])
        told: list[FinishedBatch] = []
        for place, worker in enumerate(self.workers):
            if worker.connection in ready:
                message = worker.message()
                if message is None:
                    self.workers[place] = self.replaced(worker)
                elif message[0] == FAILED:
                    raise message[1]
                elif message[0] == BEGAN:
                    self.report(worker, worker.finished + (worker.replication is not None))
                    worker.replication = message[1]
                else:
                    self.report(worker, len(message[2]))
                    worker.batch = None
                    told.append((message[1], message[2]))
        return told

    def shutdown(self) -> None:
        """Nothing; no worker is left."""
        for worker in self.workers:
            worker.process.terminate()
        for worker in self.workers:
            worker.shutdown()

    def report(self, worker: WorkerProcess, finished: int) -> None:
        """Nothing; so many of the worker's replications are told as done: fewer than before when it has died."""
        self.done(finished - worker.finished)
        worker.finished = finished

    def replaced(self, worker: WorkerProcess) -> WorkerProcess:
        """A new worker with the dead one's batch; raises RunError after too many deaths over one batch."""
        batch = worker.batch
        assert batch is not None
        self.deaths[batch] = self.deaths.get(batch, 0) + 1
        self.report(worker, 0)
        worker.shutdown()
        if self.deaths[batch] == MOST_DEATHS:
            if worker.replication is None:
                at = "before its first replication; in a script, the call must stand under `if __name__ == '__main__':`"
            else:
                at = f"at replication {worker.replication} of seed {self.job.seed}; fewer workers need less memory"
            raise RunError(f"a worker process ended {MOST_DEATHS} times (exit code {worker.process.exitcode}), {at}")
        successor = WorkerProcess(self.job)
        successor.submit(batch)
        return successor
