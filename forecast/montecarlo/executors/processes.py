"""The executor with worker processes on this machine: each simulates a batch at a time.

A worker that dies is replaced and its batch done again, until one batch has cost three workers; a worker whose parent
is gone ends by itself.  Must not know what the results contain.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from multiprocessing import resource_tracker
from multiprocessing.connection import Connection, wait
from typing import Any

from forecast.errors import ForecastError, RunError
from forecast.montecarlo.batch_file import decode_batch, encode_batch
from forecast.montecarlo.batches import Batch, FinishedBatch, Job
from forecast.montecarlo.executors import MOST_DEATHS
from forecast.montecarlo.progress import Progress

BEGAN, DONE, FAILED = range(3)  # what a worker reports: (kind, replication | batch | error, batch file | None)


def _worker_main(connection: Connection, job: Job) -> None:
    """Receive batches and send their results, until there are no more or the parent is gone."""
    warnings.simplefilter("ignore")  # the parent shows each warning once
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # where `sigint_blocked` can do nothing
    threading.Thread(target=_end_with_parent, daemon=True).start()

    def begins(replication: int) -> None:  # sent before the replication, so that a sudden death has a name
        connection.send((BEGAN, replication, None))

    try:
        simulate = job.batch_simulator()
        while (batch := connection.recv()) is not None:
            connection.send((DONE, batch, encode_batch([simulate(batch, begins)])))
    except ForecastError as error:
        connection.send((FAILED, error, None))
    except (EOFError, ConnectionError):
        return


def _end_with_parent() -> None:
    """Wait for the parent to end, then end this process."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        wait([parent.sentinel])
        os._exit(1)


@contextmanager
def sigint_blocked() -> Iterator[None]:
    """Start processes with SIGINT blocked: Ctrl-C reaches the parent alone, even while they start."""
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
    """A worker process, its batch, and the replication that it is at."""

    def __init__(self, job: Job) -> None:
        context = multiprocessing.get_context("spawn")
        self.connection, theirs = context.Pipe()
        self.process = context.Process(target=_worker_main, args=(theirs, job), daemon=True)
        with sigint_blocked():
            self.process.start()
        theirs.close()
        self.batch: Batch | None = None
        self.replication: int | None = None
        self.reported = 0  # replications of the batch that were reported as done

    def submit(self, batch: Batch) -> None:
        """Send a batch; that the worker died meanwhile shows when its next message is read."""
        self.batch, self.replication, self.reported = batch, None, 0
        try:
            self.connection.send(batch)
        except OSError:
            return

    def message(self) -> tuple[int, Any, Any] | None:
        """The worker's next message; None when it has died."""
        try:
            kind, first, second = self.connection.recv()
        except (EOFError, OSError):
            return None
        return kind, first, second

    def shutdown(self) -> None:
        """End the process, whatever it is doing."""
        self.connection.close()
        self.process.terminate()
        self.process.join(2)
        if self.process.is_alive():
            self.process.kill()
            self.process.join()


class ProcessExecutor:
    """Simulates in a few worker processes, each started when there is a batch for it."""

    def __init__(self, job: Job, workers: int, progress: Progress) -> None:
        if multiprocessing.parent_process() is not None:
            raise RunError(
                "a worker process cannot start workers itself: put the call under `if __name__ == '__main__':`, "
                "or set workers=1"
            )
        self.job, self.most, self.progress = job, workers, progress
        self.deaths: dict[Batch, int] = {}
        self.workers: list[WorkerProcess] = []

    def capacity(self) -> int:
        """A batch for each worker."""
        return self.most

    def pending(self) -> int:
        """The number of workers that have a batch."""
        return sum(worker.batch is not None for worker in self.workers)

    def submit(self, batch: Batch) -> None:
        """Give a batch to a worker that has none, a new one if need be."""
        free = next((worker for worker in self.workers if worker.batch is None), None)
        if free is None:
            assert len(self.workers) < self.most
            free = WorkerProcess(self.job)
            self.workers.append(free)
        free.submit(batch)

    def collect(self) -> Sequence[FinishedBatch]:
        """Wait for messages of workers, and return the batches that they finish; perhaps none."""
        readable = wait([worker.connection for worker in self.workers if worker.batch is not None])
        finished: list[FinishedBatch] = []
        for place, worker in enumerate(self.workers):
            if worker.connection in readable:
                message = worker.message()
                if message is None:
                    self.workers[place] = self._replaced(worker)
                elif message[0] == FAILED:
                    raise message[1]
                elif message[0] == BEGAN:
                    self._report(worker, worker.reported + (worker.replication is not None))
                    worker.replication = message[1]
                else:
                    done = decode_batch(message[1], message[2])
                    assert done is not None  # a pipe loses nothing
                    self._report(worker, done.batch.stop - done.batch.first)
                    worker.batch = None
                    finished.append(done)
        return finished

    def shutdown(self) -> None:
        """End all workers."""
        for worker in self.workers:
            worker.process.terminate()
        for worker in self.workers:
            worker.shutdown()

    def _report(self, worker: WorkerProcess, done: int) -> None:
        """Report how many replications of a worker's batch are done: fewer than before when it has died."""
        self.progress.done(done - worker.reported)
        worker.reported = done

    def _replaced(self, worker: WorkerProcess) -> WorkerProcess:
        """A new worker with the batch of one that died; raises RunError after too many deaths over one batch."""
        batch = worker.batch
        assert batch is not None
        self.deaths[batch] = self.deaths.get(batch, 0) + 1
        self._report(worker, 0)
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
