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

sys.path.insert(0, str(Path(__file__).parent))

from factories import LEVER_SCENARIO, SMALL_SCENARIO, UNCERTAIN_SCENARIO

from forecast.analysis.comparison import Comparison
from forecast.study.compare import compare
from forecast.study.finished_run import Run
from forecast.study.run import run

TESTS = Path(__file__).parent
ELSEWHERE = """
import sys
from forecast.montecarlo.executors.cluster_address import ClusterAddress
from forecast.montecarlo.executors.dask_connection import DaskConnection, dask_silenced
if __name__ == "__main__":
    connection = DaskConnection(ClusterAddress("", None))
    with dask_silenced():
        print(connection.start_local_cluster(int(sys.argv[1])), flush=True)
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


@pytest.fixture(scope="session")
def small_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The scenario of the small run."""
    path: Path = tmp_path_factory.mktemp("scenario") / "small.yaml"
    path.write_text(SMALL_SCENARIO, encoding="utf-8")
    return path


@pytest.fixture(scope="session")
def small_run(tmp_path_factory: pytest.TempPathFactory, small_file: Path) -> Run:
    """Four replications of it, one after the other."""
    return run(small_file, folder=tmp_path_factory.mktemp("runs") / "small", workers=1, engine="simpy")


@pytest.fixture(scope="session")
def uncertain_run(tmp_path_factory: pytest.TempPathFactory, small_file: Path) -> Run:
    """Sixty replications of a scenario in which two parameters are not known."""
    path = small_file.parent / "uncertain.yaml"
    path.write_text(UNCERTAIN_SCENARIO, encoding="utf-8")
    return run(path, replications=60, folder=tmp_path_factory.mktemp("runs") / "uncertain", workers=1)


@pytest.fixture(scope="session")
def lever_file(small_file: Path) -> Path:
    """The small scenario with one lever pulled, and a name that wants to be a tag."""
    path = small_file.parent / "lever.yaml"
    path.write_text(LEVER_SCENARIO, encoding="utf-8")
    return path


@pytest.fixture(scope="session")
def both(tmp_path_factory: pytest.TempPathFactory, small_file: Path, lever_file: Path) -> Comparison:
    """The small scenario and the lever compared, four replications each."""
    folder = tmp_path_factory.mktemp("compared") / "both"
    return compare(small_file, lever_file, folder=folder, workers=1, engine="simpy")
