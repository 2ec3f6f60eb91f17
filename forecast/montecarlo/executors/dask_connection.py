"""The connection to a Dask scheduler: without output of Dask's, with a limit to every wait, and all of it closed.

The only file of the package that knows Dask's own names.  Must not know what a batch is.
"""

from __future__ import annotations

import asyncio
import concurrent.futures
import logging
import multiprocessing
import tempfile
import warnings
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from typing import Any, NamedTuple

from forecast.errors import RunError, printable
from forecast.montecarlo.executors import MOST_DEATHS
from forecast.montecarlo.executors.cluster_address import DEFAULT_PORT, ClusterAddress, need_distributed
from forecast.montecarlo.executors.processes import sigint_blocked

ANSWER_SECONDS = 10.0  # in which a scheduler must answer
CONNECT_SECONDS = 5  # in which a worker on this machine must answer: Dask asks a dead one for its results, too
LOGGERS = ("distributed", "distributed.client", "distributed.gc", "tornado", "tornado.application", "asyncio")
QUIET_ENVIRONMENT = {"DASK_LOGGING": str(dict.fromkeys(LOGGERS, "critical"))}  # of processes that are started
LOST_WORKER_SECONDS = 10 * 365 * 86_400  # after which a LocalCluster would end a nanny that is starting a worker again
CONNECTION_ERRORS = (OSError, TimeoutError, asyncio.CancelledError, concurrent.futures.CancelledError)


class WorkerDeaths(NamedTuple):
    """That a call has no answer because so many workers died of it."""

    deaths: int


class DaskConnection:
    """A connection to a scheduler, which `open` starts here, with its workers, for an address `local:N`."""

    def __init__(self, address: ClusterAddress) -> None:
        self.address, self.workers = address, 0
        self.client: Any = None
        self.cluster: Any = None  # the LocalCluster that was started here
        self.stack = ExitStack()

    def open(self, say: Callable[[str], None]) -> None:
        """Connect; raises RunError when no scheduler answers."""
        need_distributed()
        self.stack.enter_context(dask_silenced())
        scheduler = self.address.text
        if self.address.workers is not None:
            say(f"starting {self.address.workers} workers")
            scheduler = self.start_local_cluster(self.address.workers)
        from distributed import Client, Security  # noqa: PLC0415  # an extra, and slow

        if scheduler.startswith("tls:") and Security().get_connection_args("client").get("ssl_context") is None:
            raise RunError(
                f"{scheduler} needs certificates: ca-file, and cert and key of client, under distributed.comm.tls in "
                "Dask's configuration"
            )
        try:
            self.client = Client(scheduler, timeout=ANSWER_SECONDS, set_as_default=False)
        except (OSError, TimeoutError, ImportError) as error:
            raise RunError(
                f"no Dask scheduler answers at {self.address.text} within {ANSWER_SECONDS:.0f} s "
                f"({error_line(error)}); "
                f"`dask scheduler --port {DEFAULT_PORT}` starts one, and local:2 two workers here"
            ) from error
        self.stack.callback(_close_quietly, self.client)

    def start_local_cluster(self, workers: int) -> str:
        """Start a scheduler in this process with so many worker processes, which end with it; return its address."""
        if multiprocessing.parent_process() is not None:
            raise RunError("a worker process cannot start a cluster: put the call under `if __name__ == '__main__':`")
        import dask  # noqa: PLC0415  # an extra
        from distributed import LocalCluster  # noqa: PLC0415  # the same

        place = self.stack.enter_context(tempfile.TemporaryDirectory(prefix="forecast-", ignore_cleanup_errors=True))
        environment = "distributed.nanny.pre-spawn-environ"
        settings = {
            environment: {**dask.config.get(environment), **QUIET_ENVIRONMENT},
            "distributed.comm.timeouts.connect": f"{CONNECT_SECONDS}s",
            "distributed.deploy.lost-worker-timeout": f"{LOST_WORKER_SECONDS}s",
        }
        self.stack.enter_context(dask.config.set(settings))
        with sigint_blocked():
            try:
                self.cluster = LocalCluster(
                    n_workers=workers,
                    threads_per_worker=1,
                    host="127.0.0.1",
                    memory_limit=None,  # as for worker processes without Dask
                    local_directory=place,
                    dashboard_address=None,
                    scheduler_kwargs={"dashboard_address": "127.0.0.1:0", "allowed_failures": MOST_DEATHS - 1},
                    silence_logs=logging.CRITICAL,
                )
            except (OSError, RuntimeError) as error:
                raise RunError(
                    f"a cluster of {workers} workers could not be started here ({error_line(error)}); in a script, the "
                    "call must stand under `if __name__ == '__main__':`"
                ) from error
        self.stack.callback(_close_quietly, self.cluster)
        self.workers = workers
        address: str = self.cluster.scheduler_address
        return address

    def refill(self) -> None:
        """Start again the workers here whose nanny gave up, as Dask's does when a worker cannot start."""
        if self.cluster is None:
            return
        nannies = self.cluster.workers
        ended = [name for name, nanny in list(nannies.items()) if nanny.status.name in ("closed", "failed")]
        for name in ended:
            nannies.pop(name, None)
        if ended:
            self.cluster.scale(self.workers)

    def close(self) -> None:
        """Close the connection, and end the scheduler and workers that were started here."""
        self.stack.close()

    def submit(self, key: str, function: Callable[..., Any], *arguments: Any) -> Any:
        """Submit a call to some worker; returns the future of its answer."""
        return self.client.submit(function, *arguments, key=key, pure=False)

    def run_on_all_workers(self, function: Callable[..., Any], *arguments: Any) -> dict[str, Any]:
        """Call a function on each worker, beside its work; returns its answer or the exception, by worker."""
        try:
            answers: dict[str, Any] = self.client.run(function, *arguments, on_error="return")
        except CONNECTION_ERRORS as error:
            raise self._gone(error) from error
        return answers

    def threads(self) -> int:
        """The number of threads of all workers, each of which can do a batch."""
        self.refill()
        try:
            return sum(self.client.nthreads().values())
        except CONNECTION_ERRORS as error:
            raise self._gone(error) from error

    def answer(self, future: Any) -> Any:
        """The answer to a call, which the cluster then drops, or the WorkerDeaths that it cost.

        Raises RunError where there is no answer.  Until it is fetched the answer may be lost with its worker and worked
        out again, which may fail: only what `result` itself raises tells what became of it.
        """
        from distributed import KilledWorker  # noqa: PLC0415  # an extra

        try:
            return future.result()
        except KilledWorker as error:
            return WorkerDeaths(error.allowed_failures + 1)
        except (Exception, *CONNECTION_ERRORS) as error:
            if future.status != "error":
                raise self._gone(error) from error
            raise RunError(
                f"a worker at {self.address.text} cannot do this work: {error_line(error.__cause__ or error)}"
            ) from error
        finally:
            future.release()

    def _gone(self, error: BaseException) -> RunError:
        """The error of a scheduler that answers no more."""
        return RunError(f"the Dask scheduler at {self.address.text} is gone ({error_line(error)})")


@contextmanager
def dask_silenced() -> Iterator[None]:
    """Keep Dask from writing on the terminal: what matters is in the sentence of an error."""
    loggers = [logging.getLogger(name) for name in LOGGERS]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import distributed  # noqa: F401, PLC0415  # it sets up its loggers

        before = [logger.level for logger in loggers]
        for logger in loggers:
            logger.setLevel(logging.CRITICAL + 1)
        try:
            yield
        finally:
            for logger, level in zip(loggers, before, strict=True):
                logger.setLevel(level)


def _close_quietly(something: Any) -> None:
    """Close a client or a cluster, even where the connection is lost."""
    with suppress(*CONNECTION_ERRORS):
        something.close(timeout=ANSWER_SECONDS)


def error_line(error: BaseException) -> str:
    """The error's type and the first line of its text."""
    text = printable(str(error).strip().split("\n", maxsplit=1)[0])
    return f"{type(error).__name__}: {text}" if text else type(error).__name__
