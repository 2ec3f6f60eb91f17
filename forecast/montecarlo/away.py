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
from forecast.montecarlo.batches import Batch
from forecast.montecarlo.job import Job, naming

if TYPE_CHECKING:
    from forecast.montecarlo.job import Simulate

RUNS, JOBS = 8, 2  # whose orders a worker process remembers, and that it keeps ready
ORDERS: dict[str, bytes] = {}  # pickled jobs by their run
LEVEL = 1  # of zstd
ALONE = threading.Lock()  # a worker may have several threads; a replication wants the process for itself


class Rules(NamedTuple):
    """By which rules somebody plays: the package's version and the state of its sources."""

    version: str
    sources: str

    def __str__(self) -> str:
        """Both, as one says them."""
        return f"forecast {self.version} ({self.sources})"


class Packed(NamedTuple):
    """Results on their way: compressed, and how long they are without that."""

    size: int
    data: bytes


class Failed(NamedTuple):
    """Why there are no results; a sentence, not an exception, which Dask would print on the worker's terminal."""

    sentence: str


class Stranger(NamedTuple):
    """A worker that came later, and was told nothing yet."""


def rules() -> Rules:
    """Those of this process."""
    return Rules(versions.version_of(), versions.sources())


def refusal(worker: str, theirs: Rules, ours: Rules) -> str:
    """The sentence that the worker's results would not be those of here."""
    return f"the worker {worker} has {theirs}, and here is {ours}: the same must be installed on both"


def met(run: str, order: bytes) -> Rules:
    """The worker's rules; it knows the run's job from now on, once for all batches. Waits for nobody."""
    remember(run, order)
    return rules()


def remember(run: str, order: bytes) -> None:
    """Nothing; the order is known to this process, and those of long ago are not."""
    ORDERS[run] = order
    while len(ORDERS) > RUNS:
        ORDERS.pop(next(iter(ORDERS)))


def done(run: str, batch: Batch, ours: Rules, order: bytes | None) -> Packed | Failed | Stranger:
    """The results of a batch of a run; its order comes along when a worker was asked that did not know it."""
    from distributed import get_worker  # noqa: PLC0415  # an extra, and there where this runs

    theirs = rules()
    if theirs != ours:
        return Failed(refusal(get_worker().address, theirs, ours))
    if order is None:
        order = ORDERS.get(run)
    else:
        remember(run, order)
    if order is None:
        return Stranger()
    with ALONE, warnings.catch_warnings():
        warnings.simplefilter("ignore")  # nobody reads them here
        try:
            job, simulate = readied(order)
            return packed([simulated(simulate, replication, job.seed) for replication in range(*batch)])
        except ForecastError as error:
            return Failed(str(error))


@lru_cache(maxsize=JOBS)
def readied(order: bytes) -> tuple[Job, Simulate]:
    """The job and its function; a machine that meets the engine for the first time compiles it here."""
    job: Job = pickle.loads(order)  # noqa: S301  # from whoever may give this worker any order
    job.prepare(lambda _: None)
    return job, job.ready()


def simulated(simulate: Simulate, replication: int, seed: int) -> Any:
    """The result of a replication."""
    with naming(replication, seed):
        return simulate(replication)


def packed(results: list[Any]) -> Packed:
    """The results, for the way."""
    import pyarrow as pa  # noqa: PLC0415  # slow

    data = pickle.dumps(results, protocol=pickle.HIGHEST_PROTOCOL)
    return Packed(len(data), pa.Codec("zstd", LEVEL).compress(data, asbytes=True))


def unpacked(packed: Packed) -> list[Any]:
    """The results, come back."""
    import pyarrow as pa  # noqa: PLC0415

    data = pa.Codec("zstd").decompress(packed.data, packed.size, asbytes=True)
    results: list[Any] = pickle.loads(data)  # noqa: S301  # Dask unpickles all that a cluster sends anyway
    return results
