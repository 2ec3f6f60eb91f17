"""What does a worker of a cluster do?  The replications of a batch, if it plays by the same rules as whoever asks.

Runs on other machines, on threads of Dask's: nothing here but what comes back tells what happened.
"""

from __future__ import annotations

import pickle
import threading
import warnings
from functools import lru_cache
from typing import TYPE_CHECKING, Any, NamedTuple

from forecast import versions
from forecast.errors import ForecastError
from forecast.montecarlo.batches import Batch, Job, naming_replication

if TYPE_CHECKING:
    from forecast.montecarlo.batches import Simulator

MOST_RUNS, MOST_PREPARED_JOBS = 8, 2  # whose orders a worker process remembers, and that it keeps ready
SERIALIZED_JOBS: dict[str, bytes] = {}  # pickled jobs by their run
COMPRESSION_LEVEL = 1  # of zstd
REPLICATION_LOCK = threading.Lock()  # a worker may have several threads; a replication wants the process for itself


class _Build(NamedTuple):
    """By which rules somebody plays: the package's version and the state of its sources."""

    version: str
    sources: str

    def __str__(self) -> str:
        """Both, as one says them."""
        return f"forecast {self.version} ({self.sources})"


class _CompressedResults(NamedTuple):
    """Results on their way: compressed, and how long they are without that."""

    size: int
    data: bytes


class BatchFailure(NamedTuple):
    """Why there are no results; a sentence, not an exception, which Dask would print on the worker's terminal."""

    sentence: str


class JobNotRegistered(NamedTuple):
    """A worker that came later, and was told nothing yet."""


def this_build() -> _Build:
    """Those of this process."""
    return _Build(versions.version_of(), versions.package_hash())


def describe_build_mismatch(worker: str, theirs: _Build, ours: _Build) -> str:
    """The sentence that the worker's results would not be those of here."""
    return f"the worker {worker} has {theirs}, and here is {ours}: the same must be installed on both"


def register_job(run: str, order: bytes) -> _Build:
    """The worker's rules; it knows the run's job from now on, once for all batches. Waits for nobody."""
    _keep_job(run, order)
    return this_build()


def _keep_job(run: str, order: bytes) -> None:
    """Nothing; the order is known to this process, and those of long ago are not."""
    SERIALIZED_JOBS[run] = order
    while len(SERIALIZED_JOBS) > MOST_RUNS:
        SERIALIZED_JOBS.pop(next(iter(SERIALIZED_JOBS)))


def run_batch(
    run: str, batch: Batch, ours: _Build, order: bytes | None
) -> _CompressedResults | BatchFailure | JobNotRegistered:
    """The results of a batch of a run; its order comes along when a worker was asked that did not know it."""
    from distributed import get_worker  # noqa: PLC0415  # an extra, and there where this runs

    theirs = this_build()
    if theirs != ours:
        return BatchFailure(describe_build_mismatch(get_worker().address, theirs, ours))
    if order is None:
        order = SERIALIZED_JOBS.get(run)
    else:
        _keep_job(run, order)
    if order is None:
        return JobNotRegistered()
    with REPLICATION_LOCK, warnings.catch_warnings():
        warnings.simplefilter("ignore")  # nobody reads them here
        try:
            job, simulate = _prepared_job(order)
            return _compress_results(
                [_simulate_replication(simulate, replication, job.seed) for replication in range(*batch)]
            )
        except ForecastError as error:
            return BatchFailure(str(error))


@lru_cache(maxsize=MOST_PREPARED_JOBS)
def _prepared_job(order: bytes) -> tuple[Job, Simulator]:
    """The job and its function; a machine that meets the engine for the first time compiles it here."""
    job: Job = pickle.loads(order)  # noqa: S301  # from whoever may give this worker any order
    job.prepare(lambda _: None)
    return job, job.simulator()


def _simulate_replication(simulate: Simulator, replication: int, seed: int) -> Any:
    """The result of a replication."""
    with naming_replication(replication, seed):
        return simulate(replication)


def _compress_results(results: list[Any]) -> _CompressedResults:
    """The results, for the way."""
    import pyarrow as pa  # noqa: PLC0415  # slow

    data = pickle.dumps(results, protocol=pickle.HIGHEST_PROTOCOL)
    return _CompressedResults(len(data), pa.Codec("zstd", COMPRESSION_LEVEL).compress(data, asbytes=True))


def decompress_results(packed: _CompressedResults) -> list[Any]:
    """The results, come back."""
    import pyarrow as pa  # noqa: PLC0415

    data = pa.Codec("zstd").decompress(packed.data, packed.size, asbytes=True)
    results: list[Any] = pickle.loads(data)  # noqa: S301  # Dask unpickles all that a cluster sends anyway
    return results
