"""What holds for every test: the same examples on every machine, and no place that one test could leave to another."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings

TESTS = Path(__file__).parent
ELSEWHERE = """
import sys, threading, time
from forecast.montecarlo.executors.cluster_address import ClusterAddress
from forecast.montecarlo.executors.dask_connection import DaskConnection, dask_silenced
def refilled(connection):
    while True:
        time.sleep(1)
        connection.refill()
if __name__ == "__main__":
    connection = DaskConnection(ClusterAddress("", None))
    with dask_silenced():
        print(connection.start_local_cluster(int(sys.argv[1])), flush=True)
        threading.Thread(target=refilled, args=(connection,), daemon=True).start()
        sys.stdin.read()
        connection.close()
"""

# A deadline would make a slow machine look like a broken rule, and a database one run differ from the next.
settings.register_profile(
    "forecast",
    database=None,
    deadline=None,
    derandomize=True,
    print_blob=True,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.load_profile("forecast")


@contextmanager
def elsewhere(folder: Path, workers: int) -> Iterator[tuple[str, Any]]:
    """The address of a Dask scheduler with so many workers, and the process that it lives in."""
    script = folder / "elsewhere.py"
    script.write_text(ELSEWHERE, encoding="utf-8")
    places = os.pathsep.join(map(str, (TESTS.parent, TESTS / "montecarlo")))
    command, environment = [sys.executable, str(script), str(workers)], {**os.environ, "PYTHONPATH": places}
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.DEVNULL}
    with subprocess.Popen(command, env=environment, text=True, **pipes) as process:  # type: ignore[call-overload]
        try:
            yield process.stdout.readline().strip(), process
        finally:
            process.stdin.close()
            process.wait(60)


@pytest.fixture(scope="session")
def schedulers() -> Any:
    """Starts clusters."""
    return elsewhere


@pytest.fixture(scope="session")
def scheduler(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a Dask scheduler with two workers that lives through many runs."""
    with elsewhere(tmp_path_factory.mktemp("elsewhere"), 2) as (address, _):
        yield address
