"""The executor that hands batches to the workers of a Dask scheduler, on this machine or others.

A worker that dies costs time only: Dask does its batch again elsewhere.  A batch that keeps killing its workers is
simulated replication by replication, so that the one to blame has a name.  Must not know Dask's own names, which stay
in `dask_connection`.
"""

from __future__ import annotations

import pickle
import secrets
import time
from collections.abc import Sequence
from itertools import count
from queue import Empty, SimpleQueue
from typing import Any

from forecast.errors import RunError
from forecast.montecarlo.batch_file import decode_batch, encode_batch
from forecast.montecarlo.batches import Batch, Buffer, FinishedBatch, Job
from forecast.montecarlo.executors import dask_worker
from forecast.montecarlo.executors.cluster_address import parse_cluster_address
from forecast.montecarlo.executors.dask_connection import DaskConnection, WorkerDeaths, error_line
from forecast.montecarlo.progress import Progress

POLL_SECONDS = 1.0  # between two checks of the workers, while nothing is finished
WORKER_TIMEOUT = 300.0  # seconds without any worker


class DaskExecutor:
    """Simulates on the workers of a Dask scheduler; connects when its capacity is first asked for."""

    def __init__(self, job: Job, cluster: str, progress: Progress) -> None:
        address = parse_cluster_address(cluster)
        assert address is not None
        self.job, self.progress = job, progress
        self.connection = DaskConnection(address)
        self.run_id = secrets.token_hex(8)  # Dask gives the result of one key once: no two runs may share any
        self.serialized_job = pickle.dumps(job, protocol=pickle.HIGHEST_PROTOCOL)
        self.numbers = count()
        self.futures: dict[str, tuple[Any, Batch]] = {}  # by their key
        self.ended_keys: SimpleQueue[str] = SimpleQueue()  # of futures that ended
        self.suspects: list[Batch] = []  # batches that killed their workers
        self.connected, self.threads, self.checked_at = False, 0, 0.0
        self.empty_since: float | None = None  # when the last worker was gone

    def capacity(self) -> int:
        """A batch for each thread and some more, so that no worker waits while results travel; 0 during a retry.

        Raises RunError when no scheduler answers or a worker has another build.
        """
        if not self.connected:
            self._connect()
        if time.monotonic() > self.checked_at + POLL_SECONDS:
            self._check_workers()
        return 0 if self.suspects else self.threads + max(2, self.threads // 4)

    def pending(self) -> int:
        """The number of batches on the cluster, and of those to be retried."""
        return len(self.futures) + len(self.suspects)

    def submit(self, batch: Batch) -> None:
        """Submit a batch to the cluster."""
        self._send(batch, None)

    def collect(self) -> Sequence[FinishedBatch]:
        """Wait for a batch to be finished, and return it; none after a while or when its workers were killed."""
        if self.suspects and not self.futures:
            return [self._retry_one_by_one(self.suspects.pop(0))]
        ended = self._next_ended()
        if ended is None:
            return []
        answer, batch = ended
        if isinstance(answer, WorkerDeaths):
            self.suspects.append(batch)
            return []
        finished = self._finished(answer, batch)
        if finished is None:
            return []
        self.progress.done(batch.stop - batch.first)
        return [finished]

    def shutdown(self) -> None:
        """Close the connection, which makes the scheduler forget the batches, and end what was started here."""
        self.futures.clear()
        self.connection.close()

    def _connect(self) -> None:
        """Open the connection and register the job with the workers that are there."""
        if self.connection.address.workers is not None:  # on a cluster elsewhere, each worker prepares itself
            self.job.prepare(self.progress.say)
        self.connection.open(self.progress.say)
        self._register_with_workers()
        self.connected = True

    def _register_with_workers(self) -> None:
        """Send the job to all workers that are there; raises RunError where one has another build."""
        ours = dask_worker.this_build()
        builds = self.connection.run_on_all_workers(dask_worker.register_job, self.run_id, self.serialized_job)
        for worker, theirs in builds.items():
            if isinstance(theirs, OSError):  # the worker has gone meanwhile
                continue
            if isinstance(theirs, Exception):
                raise RunError(f"the worker {worker} cannot do this work: {error_line(theirs)}; it needs {ours}")
            if theirs != ours:
                raise RunError(dask_worker.describe_build_mismatch(worker, theirs, ours))

    def _send(self, batch: Batch, serialized_job: bytes | None) -> None:
        """Submit a batch under a new key, which is queued when its future has ended.

        With the job no worker can answer that it has not got it: so one key, for which Dask counts deaths, stays.
        """
        key = f"forecast-{self.run_id}-{next(self.numbers)}"
        build = dask_worker.this_build()
        future = self.connection.submit(key, dask_worker.run_batch, self.run_id, batch, build, serialized_job)
        self.futures[key] = future, batch
        future.add_done_callback(lambda each: self.ended_keys.put(each.key))

    def _next_ended(self) -> tuple[Any, Batch] | None:
        """The answer that comes next, and its batch; None after a while."""
        try:
            future, batch = self.futures.pop(self.ended_keys.get(timeout=POLL_SECONDS))
        except Empty:
            self._check_workers()
            return None
        return self.connection.answer(future), batch

    def _check_workers(self) -> None:
        """Count the threads of the workers; raises RunError after a long time without any worker."""
        self.threads, self.checked_at = self.connection.threads(), time.monotonic()
        if self.threads:
            self.empty_since = None
            return
        if self.empty_since is None:
            self.empty_since = self.checked_at
            self.progress.say(f"waiting for workers at {self.connection.address.text}")
        if self.checked_at > self.empty_since + WORKER_TIMEOUT:
            raise RunError(f"no worker came to {self.connection.address.text} for {WORKER_TIMEOUT:.0f} s")

    def _finished(self, answer: Any, batch: Batch) -> FinishedBatch | None:
        """The batch of an answer; None when the worker did not have the job, and it was sent again.

        Raises RunError where a replication failed.
        """
        if isinstance(answer, dask_worker.BatchFailure):
            raise RunError(answer.sentence)
        if isinstance(answer, dask_worker.JobNotRegistered):
            self._send(batch, self.serialized_job)
            return None
        finished = decode_batch(batch, answer)
        if finished is None:
            raise RunError(f"the results of replications {batch.first} to {batch.stop - 1} were damaged on their way")
        return finished

    def _retry_one_by_one(self, batch: Batch) -> FinishedBatch:
        """A batch that killed its workers, with nothing else running: the replication that kills now is to blame."""
        parts: list[Buffer] = []
        for replication in range(*batch):
            parts += self._retry_alone(replication).parts
        self.progress.done(len(parts))
        return FinishedBatch(batch, parts, encode_batch(parts))

    def _retry_alone(self, replication: int) -> FinishedBatch:
        """One replication, simulated while nothing else is running; raises RunError when it kills its workers."""
        finished = None
        self._send(Batch(replication, replication + 1), self.serialized_job)
        while finished is None:
            ended = self._next_ended()
            if ended is None:
                continue
            if isinstance(ended[0], WorkerDeaths):
                raise RunError(
                    f"a worker of the cluster ended {ended[0].deaths} times at replication {replication} of seed "
                    f"{self.job.seed}; fewer workers on a machine need less memory"
                )
            finished = self._finished(*ended)
        return finished
