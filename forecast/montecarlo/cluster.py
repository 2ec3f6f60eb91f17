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
from forecast.montecarlo import away
from forecast.montecarlo.address import address_of
from forecast.montecarlo.batches import Batch
from forecast.montecarlo.connection import Connection, reason
from forecast.montecarlo.job import Job
from forecast.montecarlo.progress import Progress

if TYPE_CHECKING:
    from forecast.montecarlo.crew import Finished

LISTEN = 1.0  # seconds between looks at who is there, while nothing is finished
PATIENCE = 300.0  # seconds without any worker


class Cluster:
    """The workers of a Dask scheduler, connected with when somebody asks how many there are."""

    def __init__(self, job: Job, cluster: str, progress: Progress) -> None:
        address = address_of(cluster)
        assert address is not None
        self.job, self.progress = job, progress
        self.connection = Connection(address)
        self.run = secrets.token_hex(8)  # Dask gives the result of one key once: no two runs may share any
        self.order = pickle.dumps(job, protocol=pickle.HIGHEST_PROTOCOL)
        self.numbers = count()
        self.given: dict[str, tuple[Any, Batch]] = {}  # futures by their key
        self.ended: SimpleQueue[str] = SimpleQueue()  # keys
        self.suspects: list[Batch] = []  # killed their workers
        self.begun, self.threads, self.looked = False, 0, 0.0
        self.alone_since: float | None = None

    def size(self) -> int:
        """A batch for each thread, and some more, so that nobody waits while results travel; none while one is sought.

        Raises RunError when there is no such cluster or a worker plays by other rules.
        """
        if not self.begun:
            self.begin()
        if time.monotonic() > self.looked + LISTEN:
            self.look()
        return 0 if self.suspects else self.threads + max(2, self.threads // 4)

    def in_hand(self) -> int:
        """What was given, and what is to be done again."""
        return len(self.given) + len(self.suspects)

    def give(self, batch: Batch) -> None:
        """Nothing; the cluster has it."""
        self.submit(batch, None)

    def finished(self) -> Sequence[Finished]:
        """A batch that is finished; after a while without any, none."""
        if self.suspects and not self.given:
            return [self.told(self.suspects[0], self.one_by_one(self.suspects.pop(0)))]
        ended = self.next_ended()
        if ended is None:
            return []
        future, batch = ended
        if self.connection.killed(future):
            self.suspects.append(batch)
            return []
        results = self.taken(future, batch)
        return [self.told(batch, results)] if results is not None else []

    def end(self) -> None:
        """Nothing; the scheduler forgets what it was given, and what was started here is gone."""
        self.given.clear()
        self.connection.close()

    def begin(self) -> None:
        """Nothing; the connection stands, and the workers that are there play by our rules."""
        if self.connection.address.workers is not None:  # else each machine sees to it for itself
            self.job.prepare(self.progress.say)
        self.connection.open(self.progress.say)
        self.meet()
        self.begun = True

    def meet(self) -> None:
        """Nothing; all workers that are there have the job. Raises RunError where one has other rules."""
        ours = away.rules()
        for worker, theirs in self.connection.everybody(away.met, self.run, self.order).items():
            if isinstance(theirs, OSError):  # it has gone meanwhile
                continue
            if isinstance(theirs, Exception):
                raise RunError(f"the worker {worker} cannot do this work: {reason(theirs)}; it needs {ours}")
            if theirs != ours:
                raise RunError(away.refusal(worker, theirs, ours))

    def submit(self, batch: Batch, order: bytes | None) -> None:
        """Nothing; its key will be among those that have ended.

        With the order no worker is a stranger to it: so one key, for which Dask counts deaths, stays to the end.
        """
        key = f"forecast-{self.run}-{next(self.numbers)}"
        future = self.connection.submit(key, away.done, self.run, batch, away.rules(), order)
        self.given[key] = future, batch
        future.add_done_callback(lambda each: self.ended.put(each.key))

    def next_ended(self) -> tuple[Any, Batch] | None:
        """The future that ended next, and its batch; None after a while."""
        try:
            return self.given.pop(self.ended.get(timeout=LISTEN))
        except Empty:
            self.look()
            return None

    def look(self) -> None:
        """Nothing; it is known who is there. Raises RunError after a long time without anybody."""
        self.threads, self.looked = self.connection.threads(), time.monotonic()
        if self.threads:
            self.alone_since = None
            return
        if self.alone_since is None:
            self.alone_since = self.looked
            self.progress.say(f"waiting for workers at {self.connection.address.text}")
        if self.looked > self.alone_since + PATIENCE:
            raise RunError(f"no worker came to {self.connection.address.text} for {PATIENCE:.0f} s")

    def taken(self, future: Any, batch: Batch) -> list[Any] | None:
        """The results of a batch that has ended; None when it went to a worker that did not know of it, and goes again.

        The cluster keeps nothing of it. Raises RunError where a replication failed.
        """
        answer = self.connection.answer(future)
        if isinstance(answer, away.Failed):
            raise RunError(answer.sentence)
        if isinstance(answer, away.Stranger):
            self.submit(batch, self.order)
            return None
        return away.unpacked(answer)

    def told(self, batch: Batch, results: list[Any]) -> Finished:
        """The results of a batch, and somebody is told of them."""
        self.progress.done(len(results))
        return batch, results

    def one_by_one(self, batch: Batch) -> list[Any]:
        """The results of a batch that killed its workers, nothing else in hand: what kills now is to blame."""
        return [result for replication in range(*batch) for result in self.alone(replication)]

    def alone(self, replication: int) -> list[Any]:
        """The result of a replication, when nothing else is in hand."""
        results = None
        self.submit(Batch(replication, replication + 1), self.order)
        while results is None:
            ended = self.next_ended()
            if ended is None:
                continue
            if deaths := self.connection.killed(ended[0]):
                raise RunError(
                    f"a worker of the cluster ended {deaths} times at replication {replication} of seed "
                    f"{self.job.seed}; fewer workers on a machine need less memory"
                )
            results = self.taken(*ended)
        return results
