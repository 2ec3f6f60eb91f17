"""What a Dask worker runs: it keeps the jobs of runs, and simulates batches where its build is that of the client.

Runs on other machines, on threads of Dask's.  Must print nothing and raise nothing that Dask would print: whatever
happens is in the answer.  Results travel as a batch file's bytes, without a pickle.
"""

from __future__ import annotations

import pickle
import threading
import warnings
from contextlib import suppress
from functools import cache, lru_cache
from typing import NamedTuple

from forecast import versions
from forecast.errors import ForecastError
from forecast.montecarlo.batch_file import encode_batch
from forecast.montecarlo.batches import Batch, BatchSimulator, Job

MOST_RUNS, MOST_PREPARED_JOBS = 8, 2  # whose jobs a worker process keeps serialized, and prepared
NANNY_SECONDS = 60.0  # in which a nanny must answer
SERIALIZED_JOBS: dict[str, bytes] = {}  # pickled jobs by the id of their run
REPLICATION_LOCK = threading.Lock()  # a worker may have several threads; a batch wants the process for itself


class _Build(NamedTuple):
    """The package's version, the hash of its sources, and the version of what encodes the tables' rows."""

    version: str
    sources: str
    pyarrow: str

    def __str__(self) -> str:
        """All of it, for a sentence."""
        return f"forecast {self.version} ({self.sources}) with pyarrow {self.pyarrow}"


class BatchFailure(NamedTuple):
    """Why there are no results: a sentence, since Dask would print an exception on the worker's terminal."""

    sentence: str


class JobNotRegistered(NamedTuple):
    """The answer of a worker that joined later, and has not got the job of the run."""


def this_build() -> _Build:
    """The build of this process."""
    return _Build(versions.version_of(), versions.package_hash(), versions.version_of("pyarrow"))


def describe_build_mismatch(worker: str, theirs: _Build, ours: _Build) -> str:
    """A sentence on a worker whose results could differ."""
    return f"the worker {worker} has {theirs}, and here is {ours}: the same must be installed on both"


def register_job(run_id: str, serialized_job: bytes) -> _Build:
    """Keep the job of a run for all its batches, and return the worker's build.  Waits for no lock."""
    _keep_job(run_id, serialized_job)
    return this_build()


def _keep_job(run_id: str, serialized_job: bytes) -> None:
    """Keep the job of a run, and drop those of the oldest runs."""
    SERIALIZED_JOBS[run_id] = serialized_job
    while len(SERIALIZED_JOBS) > MOST_RUNS:
        SERIALIZED_JOBS.pop(next(iter(SERIALIZED_JOBS)))


def run_batch(
    run_id: str, batch: Batch, ours: _Build, serialized_job: bytes | None
) -> bytes | BatchFailure | JobNotRegistered:
    """Simulate a batch of a run and return its results as a batch file's bytes.

    `ours` is the client's build.  The job comes along only where a worker was asked before that had not got it.
    """
    from distributed import get_worker  # noqa: PLC0415  # an extra, and there where this runs

    theirs = this_build()
    if theirs != ours:
        return BatchFailure(describe_build_mismatch(get_worker().address, theirs, ours))
    if serialized_job is None:
        serialized_job = SERIALIZED_JOBS.get(run_id)
    else:
        _keep_job(run_id, serialized_job)
    if serialized_job is None:
        return JobNotRegistered()
    with REPLICATION_LOCK, warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the client shows each warning once
        _wait_for_nanny()
        try:
            return encode_batch([_prepared_job(serialized_job)(batch, lambda _: None)])
        except ForecastError as error:
            return BatchFailure(str(error))


@cache
def _wait_for_nanny() -> None:
    """Wait until the nanny of this process knows that it has started.

    Batches come before that, and a nanny gives up for good when its process dies before
    (test_dask_executor.py::test_a_worker_that_dies_as_soon_as_it_has_started_is_started_again).
    """
    from distributed import get_worker  # noqa: PLC0415  # as above
    from distributed.utils import sync  # noqa: PLC0415  # the same

    worker = get_worker()
    if worker.nanny is not None:
        with suppress(Exception):  # a nanny that cannot be asked: all is as without
            sync(worker.loop, worker.rpc(worker.nanny).instantiate, callback_timeout=NANNY_SECONDS)


@lru_cache(maxsize=MOST_PREPARED_JOBS)
def _prepared_job(serialized_job: bytes) -> BatchSimulator:
    """What simulates a job's batches; a machine on which the engine was never used compiles it here."""
    job: Job = pickle.loads(serialized_job)  # noqa: S301  # from a client, which may run any code on this worker
    job.prepare(lambda _: None)
    return job.batch_simulator()
