"""How does one speak with Dask?  Quietly, with an end to every wait, and with whatever was started gone at the end.

The one place of the package that knows the library's names.
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
from typing import Any

from forecast.errors import RunError, printable
from forecast.montecarlo.executors.cluster_address import DEFAULT_PORT, ClusterAddress, need_distributed
from forecast.montecarlo.executors.processes import MOST_DEATHS, sigint_blocked

ANSWER_SECONDS = 10.0  # seconds in which a scheduler must answer
CONNECT_SECONDS = (
    5  # seconds in which a worker on this machine must answer: a dead one is asked for its results in vain
)
LOGGERS = ("distributed", "distributed.client", "distributed.gc", "tornado", "tornado.application", "asyncio")
QUIET_ENVIRONMENT = {
    "DASK_LOGGING": str(dict.fromkeys(LOGGERS, "critical"))
}  # the environment of processes that are started
CONNECTION_ERRORS = (OSError, TimeoutError, asyncio.CancelledError, concurrent.futures.CancelledError)


class DaskConnection:
    """A scheduler, also one that is started here with its workers."""

    def __init__(self, address: ClusterAddress) -> None:
        self.address, self.workers = address, 0
        self.client: Any = None
        self.cluster: Any = None  # the one that was started here
        self.stack = ExitStack()

    def open(self, say: Callable[[str], None]) -> None:
        """Nothing; raises RunError when nobody answers."""
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
        """The address of a scheduler in this process, with so many worker processes that end with this one."""
        if multiprocessing.parent_process() is not None:
            raise RunError("a worker process cannot start a cluster: put the call under `if __name__ == '__main__':`")
        import dask  # noqa: PLC0415  # an extra
        from distributed import LocalCluster  # noqa: PLC0415  # the same

        place = self.stack.enter_context(tempfile.TemporaryDirectory(prefix="forecast-", ignore_cleanup_errors=True))
        environment = "distributed.nanny.pre-spawn-environ"
        settings = {
            environment: {**dask.config.get(environment), **QUIET_ENVIRONMENT},
            "distributed.comm.timeouts.connect": f"{CONNECT_SECONDS}s",
        }
        self.stack.enter_context(dask.config.set(settings))
        with sigint_blocked():
            try:
                self.cluster = LocalCluster(
                    n_workers=workers,
                    threads_per_worker=1,
                    host="127.0.0.1",
                    memory_limit=None,  # as much as processes beside this one may have
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
        """Nothing; as many workers as were started here are there soon.

        A worker that dies while it starts is given up by Dask's nanny; the cluster forgets the nanny after 15 s.
        """
        if self.cluster is not None and len(self.cluster.scheduler_info["workers"]) < self.workers:
            self.cluster.scale(self.workers)

    def close(self) -> None:
        """Nothing; the scheduler knows nothing of us, and what was started is gone."""
        self.stack.close()

    def submit(self, key: str, function: Callable[..., Any], *arguments: Any) -> Any:
        """The future of the function's answer on some worker."""
        return self.client.submit(function, *arguments, key=key, pure=False)

    def run_on_all_workers(self, function: Callable[..., Any], *arguments: Any) -> dict[str, Any]:
        """The function's answer, or the exception, on each worker; it runs beside their work, so it must be quick."""
        try:
            answers: dict[str, Any] = self.client.run(function, *arguments, on_error="return")
        except CONNECTION_ERRORS as error:
            raise self.gone(error) from error
        return answers

    def threads(self) -> int:
        """How many batches the workers can do at once."""
        self.refill()
        try:
            return sum(self.client.nthreads().values())
        except CONNECTION_ERRORS as error:
            raise self.gone(error) from error

    def killed(self, future: Any) -> int:
        """How many workers it killed, when that is why it failed."""
        from distributed import KilledWorker  # noqa: PLC0415  # an extra

        error = future.exception()
        return error.allowed_failures + 1 if isinstance(error, KilledWorker) else 0

    def answer(self, future: Any) -> Any:
        """What the function answered; the cluster keeps nothing of it. Raises RunError where there is no answer."""
        error = future.exception()
        if error is not None:
            raise RunError(
                f"a worker at {self.address.text} cannot do this work: {error_line(error.__cause__ or error)}"
            )
        try:
            return future.result()
        except CONNECTION_ERRORS as lost:
            raise self.gone(lost) from lost
        finally:
            future.release()

    def gone(self, error: BaseException) -> RunError:
        """The error that nobody is there any more."""
        return RunError(f"the Dask scheduler at {self.address.text} is gone ({error_line(error)})")


@contextmanager
def dask_silenced() -> Iterator[None]:
    """A block in which Dask writes nothing on anybody's terminal: what matters is said in sentences."""
    loggers = [logging.getLogger(name) for name in LOGGERS]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import distributed  # noqa: F401, PLC0415  # it sets its loggers up

        before = [logger.level for logger in loggers]
        for logger in loggers:
            logger.setLevel(logging.CRITICAL + 1)
        try:
            yield
        finally:
            for logger, level in zip(loggers, before, strict=True):
                logger.setLevel(level)


def _close_quietly(something: Any) -> None:
    """Nothing; a client or a cluster is closed."""
    with suppress(*CONNECTION_ERRORS):
        something.close(timeout=ANSWER_SECONDS)


def error_line(error: BaseException) -> str:
    """The error in one line."""
    text = printable(str(error).strip().split("\n", maxsplit=1)[0])
    return f"{type(error).__name__}: {text}" if text else type(error).__name__
