"""How do workers on other machines share the work?  Dask has them, and gives each its batches.

A worker that dies costs time only: Dask does its batch again elsewhere.  A batch that goes on killing its workers is
done replication by replication, so that the one to blame has a name.  Knows batches and jobs; not where workers are.
"""

from __future__ import annotations

import pickle
import secrets
import time
from collections.abc import Sequence
from itertools import count
from queue import Empty, SimpleQueue
from typing import TYPE_CHECKING, Any

from forecast.errors import RunError
from forecast.montecarlo.batches import Batch, Job
from forecast.montecarlo.executors import dask_worker
from forecast.montecarlo.executors.cluster_address import parse_cluster_address
from forecast.montecarlo.executors.dask_connection import DaskConnection, error_line
from forecast.montecarlo.progress import Progress

if TYPE_CHECKING:
    from forecast.montecarlo.executors.serial import FinishedBatch

POLL_SECONDS = 1.0  # seconds between looks at who is there, while nothing is finished
WORKER_TIMEOUT = 300.0  # seconds without any worker


class DaskExecutor:
    """The workers of a Dask scheduler, connected with when somebody asks how many there are."""

    def __init__(self, job: Job, cluster: str, progress: Progress) -> None:
        address = parse_cluster_address(cluster)
        assert address is not None
        self.job, self.progress = job, progress
        self.connection = DaskConnection(address)
        self.run_id = secrets.token_hex(8)  # Dask gives the result of one key once: no two runs may share any
        self.serialized_job = pickle.dumps(job, protocol=pickle.HIGHEST_PROTOCOL)
        self.numbers = count()
        self.futures: dict[str, tuple[Any, Batch]] = {}  # futures by their key
        self.ended_keys: SimpleQueue[str] = SimpleQueue()  # keys
        self.suspects: list[Batch] = []  # killed their workers
        self.connected, self.threads, self.checked_at = False, 0, 0.0
        self.empty_since: float | None = None

    def size(self) -> int:
        """A batch for each thread, and some more, so that nobody waits while results travel; none while one is sought.

        Raises RunError when there is no such cluster or a worker plays by other rules.
        """
        if not self.connected:
            self.connect()
        if time.monotonic() > self.checked_at + POLL_SECONDS:
            self.check_workers()
        return 0 if self.suspects else self.threads + max(2, self.threads // 4)

    def pending(self) -> int:
        """What was given, and what is to be done again."""
        return len(self.futures) + len(self.suspects)

    def submit(self, batch: Batch) -> None:
        """Nothing; the cluster has it."""
        self.send(batch, None)

    def finished(self) -> Sequence[FinishedBatch]:
        """A batch that is finished; after a while without any, none."""
        if self.suspects and not self.futures:
            return [self.report(self.suspects[0], self.retry_one_by_one(self.suspects.pop(0)))]
        ended = self.next_ended()
        if ended is None:
            return []
        future, batch = ended
        if self.connection.killed(future):
            self.suspects.append(batch)
            return []
        results = self.results_of(future, batch)
        return [self.report(batch, results)] if results is not None else []

    def shutdown(self) -> None:
        """Nothing; the scheduler forgets what it was given, and what was started here is gone."""
        self.futures.clear()
        self.connection.close()

    def connect(self) -> None:
        """Nothing; the connection stands, and the workers that are there play by our rules."""
        if self.connection.address.workers is not None:  # else each machine sees to it for itself
            self.job.prepare(self.progress.say)
        self.connection.open(self.progress.say)
        self.register_with_workers()
        self.connected = True

    def register_with_workers(self) -> None:
        """Nothing; all workers that are there have the job. Raises RunError where one has other rules."""
        ours = dask_worker.this_build()
        for worker, theirs in self.connection.run_on_all_workers(
            dask_worker.register_job, self.run_id, self.serialized_job
        ).items():
            if isinstance(theirs, OSError):  # it has gone meanwhile
                continue
            if isinstance(theirs, Exception):
                raise RunError(f"the worker {worker} cannot do this work: {error_line(theirs)}; it needs {ours}")
            if theirs != ours:
                raise RunError(dask_worker.describe_build_mismatch(worker, theirs, ours))

    def send(self, batch: Batch, order: bytes | None) -> None:
        """Nothing; its key will be among those that have ended.

        With the order no worker is a stranger to it: so one key, for which Dask counts deaths, stays to the end.
        """
        key = f"forecast-{self.run_id}-{next(self.numbers)}"
        future = self.connection.submit(key, dask_worker.run_batch, self.run_id, batch, dask_worker.this_build(), order)
        self.futures[key] = future, batch
        future.add_done_callback(lambda each: self.ended_keys.put(each.key))

    def next_ended(self) -> tuple[Any, Batch] | None:
        """The future that ended next, and its batch; None after a while."""
        try:
            return self.futures.pop(self.ended_keys.get(timeout=POLL_SECONDS))
        except Empty:
            self.check_workers()
            return None

    def check_workers(self) -> None:
        """Nothing; it is known who is there. Raises RunError after a long time without anybody."""
        self.threads, self.checked_at = self.connection.threads(), time.monotonic()
        if self.threads:
            self.empty_since = None
            return
        if self.empty_since is None:
            self.empty_since = self.checked_at
            self.progress.say(f"waiting for workers at {self.connection.address.text}")
        if self.checked_at > self.empty_since + WORKER_TIMEOUT:
            raise RunError(f"no worker came to {self.connection.address.text} for {WORKER_TIMEOUT:.0f} s")

    def results_of(self, future: Any, batch: Batch) -> list[Any] | None:
        """The results of a batch that has ended; None when it went to a worker that did not know of it, and goes again.

        The cluster keeps nothing of it. Raises RunError where a replication failed.
        """
        answer = self.connection.answer(future)
        if isinstance(answer, dask_worker.BatchFailure):
            raise RunError(answer.sentence)
        if isinstance(answer, dask_worker.JobNotRegistered):
            self.send(batch, self.serialized_job)
            return None
        return dask_worker.decompress_results(answer)

    def report(self, batch: Batch, results: list[Any]) -> FinishedBatch:
        """The results of a batch, and somebody is told of them."""
        self.progress.done(len(results))
        return batch, results

    def retry_one_by_one(self, batch: Batch) -> list[Any]:
        """The results of a batch that killed its workers, nothing else in hand: what kills now is to blame."""
        return [result for replication in range(*batch) for result in self.retry_alone(replication)]

    def retry_alone(self, replication: int) -> list[Any]:
        """The result of a replication, when nothing else is in hand."""
        results = None
        self.send(Batch(replication, replication + 1), self.serialized_job)
        while results is None:
            ended = self.next_ended()
            if ended is None:
                continue
            if deaths := self.connection.killed(ended[0]):
                raise RunError(
                    f"a worker of the cluster ended {deaths} times at replication {replication} of seed "
                    f"{self.job.seed}; fewer workers on a machine need less memory"
                )
            results = self.results_of(*ended)
        return results
