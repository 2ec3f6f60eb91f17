"""Jobs whose replications count, fail or die as a test asks.  Not a test; worker processes import this file."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Generator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from forecast.montecarlo import Batch, ExecutionOptions, simulate, split_into_batches
from forecast.montecarlo.batches import BatchSimulator, simulate_replication
from forecast.montecarlo.progress import NoProgress


@dataclass(frozen=True)
class ScriptedJob:
    """Replication r gives the number r * 10 (or other `times`), unless it is to fail or die."""

    seed: int = 7
    failing: int = -1
    dying: int = -1
    deaths: int = 0  # how often the dying one dies
    folder: str = ""  # where deaths and processes are counted
    seconds: float = 0.0
    times: int = 10

    def prepare(self, say: Any) -> None:
        """Say so."""
        say("ready")

    def batch_simulator(self) -> BatchSimulator:
        """The function; notes that this process has asked for it."""
        if self.folder:
            with (Path(self.folder) / f"process-{os.getpid()}").open("a") as readied:
                readied.write("+")
        return self.simulate_batch

    def simulate_batch(self, batch: Batch, begins: Callable[[int], None]) -> bytes:
        """The numbers as JSON."""
        numbers = []
        for replication in range(*batch):
            begins(replication)
            numbers.append(simulate_replication(self.simulate, replication, self.seed))
        return json.dumps(numbers).encode()

    def simulate(self, replication: int) -> Any:
        """The replication's number, so many times."""
        time.sleep(self.seconds)
        if replication == self.failing:
            raise ZeroDivisionError("no seats\nat all")
        if replication == self.dying:
            tombs = list(Path(self.folder).glob("death-*"))
            if len(tombs) < self.deaths:
                (Path(self.folder) / f"death-{len(tombs)}").touch()
                os._exit(9)
        return replication * self.times


def begun(job: Any, replications: int, size: int, options: ExecutionOptions | None = None) -> Generator[int]:
    """The numbers of a job's replications, one by one; closing this closes what it comes from."""
    with closing(simulate(job, [*split_into_batches(replications, size)], options)) as batches:
        for batch in batches:
            for part in batch.parts:
                yield from json.loads(bytes(part))


def pretend_build(sources: str) -> None:
    """Make this process say that the package's sources have this hash."""
    from forecast import versions  # noqa: PLC0415  # those of the worker on which this is called

    versions.package_hash = lambda: sources  # type: ignore[assignment]


def forget_jobs() -> None:
    """Make this process forget all jobs, as if it had joined a moment ago."""
    from forecast.montecarlo.executors import dask_worker  # noqa: PLC0415  # that of the worker on which this is called

    dask_worker.SERIALIZED_JOBS.clear()


class RecordedProgress(NoProgress):
    """Keeps what is reported."""

    def __init__(self) -> None:
        self.finished: list[int] = []
        self.said: list[str] = []

    def done(self, more: int) -> None:
        """Keep the number."""
        self.finished.append(more)

    def say(self, text: str) -> None:
        """Keep the text."""
        self.said.append(text)


def workers_of_a_killed_parent(folder: Path, options: str) -> list[int]:
    """The process numbers of two workers in the middle of a long replication, whose parent was just killed."""
    script = folder / "parent.py"
    script.write_text(
        f"import sys\nsys.path.insert(0, {str(Path(__file__).parent)!r})\nfrom jobs import ScriptedJob, begun\n"
        "from forecast.montecarlo import ExecutionOptions\n"
        f"if __name__ == '__main__':\n    job = ScriptedJob(folder={str(folder)!r}, seconds=300)\n"
        f"    list(begun(job, 1000, 1, ExecutionOptions({options})))\n",
        encoding="utf-8",
    )
    root = str(Path(__file__).parents[2])
    parent = subprocess.Popen([sys.executable, str(script)], env={**os.environ, "PYTHONPATH": root})
    try:
        wait_for(lambda: len(list(folder.glob("process-*"))) == 2)
    finally:
        parent.send_signal(signal.SIGKILL)
        parent.wait()
    return [int(path.name.split("-")[1]) for path in folder.glob("process-*")]


def alive(process: int) -> bool:
    """Whether there is a process of that number."""
    return Path(f"/proc/{process}").exists()


def wait_for(condition: Callable[[], bool]) -> None:
    """Wait until the condition holds; ten minutes count as never, however busy the machine is."""
    until = time.monotonic() + 600
    while not condition() and time.monotonic() < until:
        time.sleep(0.05)
