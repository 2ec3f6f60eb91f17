"""How do several processes share the work?  Each is given a batch at a time; results come back in the order of batches.

A worker that dies is replaced and its batch done again, three times at most; a worker whose parent is gone ends.
Knows batches and jobs; nothing of what a replication is.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
import warnings
from collections.abc import Callable, Generator, Iterator
from multiprocessing.connection import Connection, wait
from typing import TYPE_CHECKING, Any

from forecast.errors import ForecastError, RunError
from forecast.montecarlo.batches import Batch
from forecast.montecarlo.job import Job, naming

if TYPE_CHECKING:
    from forecast.engines.result import ReplicationResult

MOST_DEATHS = 3
AHEAD = 2  # batches per worker that may be in hand or waiting for an earlier one: memory does not grow with N
BEGAN, DONE, FAILED = range(3)


def work(connection: Connection, job: Job) -> None:
    """Nothing; a worker's life: batches in, results out, until there is no more or no parent."""
    warnings.simplefilter("ignore")  # the parent says it once
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches the whole group; the parent sees to it
    threading.Thread(target=end_with_parent, daemon=True).start()
    try:
        simulate = job.ready()
        while (batch := connection.recv()) is not None:
            connection.send((DONE, batch, list(simulated(simulate, job, batch, connection))))
    except ForecastError as error:
        connection.send((FAILED, error, None))
    except (EOFError, ConnectionError):
        return


def simulated(
    simulate: Callable[[int], ReplicationResult], job: Job, batch: Batch, connection: Connection
) -> Iterator[ReplicationResult]:
    """The results of a batch; each beginning is told, so that a sudden death has a name."""
    for replication in range(*batch):
        connection.send((BEGAN, replication, None))
        with naming(replication, job.seed):
            yield simulate(replication)


def end_with_parent() -> None:
    """Never returns: ends this process when its parent has ended."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        wait([parent.sentinel])
        os._exit(1)


class Worker:
    """A process, what it was given, and the replication it is at."""

    def __init__(self, job: Job) -> None:
        context = multiprocessing.get_context("spawn")
        self.connection, theirs = context.Pipe()
        self.process = context.Process(target=work, args=(theirs, job), daemon=True)
        self.process.start()
        theirs.close()
        self.batch: Batch | None = None
        self.replication: int | None = None
        self.finished = 0  # replications of the batch that are told as done

    def give(self, batch: Batch) -> None:
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

    def end(self) -> None:
        """Nothing; the process is gone, whatever it did."""
        self.connection.close()
        self.process.terminate()
        self.process.join(2)
        if self.process.is_alive():
            self.process.kill()
            self.process.join()


class Team:
    """A few workers and the batches between them."""

    def __init__(self, job: Job, size: int, todo: Iterator[Batch], done: Callable[[int], None]) -> None:
        self.job, self.todo, self.done = job, todo, done
        self.window = AHEAD * size
        self.kept: dict[int, list[ReplicationResult]] = {}  # finished, by first replication: an earlier batch is not
        self.order: list[Batch] = []  # given out, not yet handed on
        self.deaths: dict[Batch, int] = {}
        self.workers: list[Worker] = []
        self.size = size

    def results(self) -> Generator[ReplicationResult, None, None]:
        """The results in the order of replications."""
        try:
            for _ in range(self.size):
                self.workers.append(Worker(self.job))
            self.hand_out()
            while self.order:
                self.listen()
                self.hand_out()
                while self.order and self.order[0].first in self.kept:
                    batch = self.order.pop(0)
                    yield from self.kept.pop(batch.first)
                    self.hand_out()
        finally:
            for worker in self.workers:
                worker.end()

    def hand_out(self) -> None:
        """Nothing; whoever is free has a batch, unless too much lies finished or there is none left."""
        for worker in self.workers:
            if worker.batch is None and len(self.order) < self.window:
                batch = next(self.todo, None)
                if batch is None:
                    return
                self.order.append(batch)
                worker.give(batch)

    def listen(self) -> None:
        """Nothing; waits for the next messages and takes them in."""
        ready = wait([worker.connection for worker in self.workers if worker.batch is not None])
        for place, worker in enumerate(self.workers):
            if worker.connection in ready:
                message = worker.message()
                if message is None:
                    self.workers[place] = self.replaced(worker)
                elif message[0] == FAILED:
                    raise message[1]
                elif message[0] == BEGAN:
                    self.tell(worker, worker.finished + (worker.replication is not None))
                    worker.replication = message[1]
                else:
                    self.kept[message[1].first] = message[2]
                    self.tell(worker, len(message[2]))
                    worker.batch = None

    def tell(self, worker: Worker, finished: int) -> None:
        """Nothing; so many of the worker's replications are told as done: fewer than before when it has died."""
        self.done(finished - worker.finished)
        worker.finished = finished

    def replaced(self, worker: Worker) -> Worker:
        """A new worker with the dead one's batch; raises RunError after too many deaths over one batch."""
        batch = worker.batch
        assert batch is not None
        self.deaths[batch] = self.deaths.get(batch, 0) + 1
        self.tell(worker, 0)
        worker.end()
        if self.deaths[batch] == MOST_DEATHS:
            if worker.replication is None:
                at = "before its first replication; in a script, the call must stand under `if __name__ == '__main__':`"
            else:
                at = f"at replication {worker.replication} of seed {self.job.seed}; fewer workers need less memory"
            raise RunError(f"a worker process ended {MOST_DEATHS} times (exit code {worker.process.exitcode}), {at}")
        successor = Worker(self.job)
        successor.give(batch)
        return successor
