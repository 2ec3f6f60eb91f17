"""Jobs that do as they are told: count, fail, or die.  Not a test; worker processes import this file."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from forecast.montecarlo.progress import NoProgress


@dataclass(frozen=True)
class Told:
    """Replication r gives r * 10 (or other `times`), unless something else was ordered."""

    seed: int = 7
    failing: int = -1
    dying: int = -1
    deaths: int = 0  # how often the dying one dies
    folder: str = ""  # where deaths and processes are counted
    seconds: float = 0.0
    times: int = 10

    def prepare(self, say: Any) -> None:
        """Nothing; says so."""
        say("ready")

    def simulator(self) -> Any:
        """The function."""
        if self.folder:
            with (Path(self.folder) / f"process-{os.getpid()}").open("a") as readied:
                readied.write("+")
        return self.simulate

    def simulate(self, replication: int) -> int:
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


def pretend(sources: str) -> None:
    """Nothing; this process says that the package's sources have this hash."""
    from forecast import versions  # noqa: PLC0415  # those of the worker on which this is called

    versions.package_hash = lambda: sources  # type: ignore[assignment]


def forget() -> None:
    """Nothing; this process knows of no run, as if it had come a moment ago."""
    from forecast.montecarlo.executors import dask_worker  # noqa: PLC0415  # that of the worker on which this is called

    dask_worker.SERIALIZED_JOBS.clear()


class Listener(NoProgress):
    """Keeps what it is told."""

    def __init__(self) -> None:
        self.finished: list[int] = []
        self.said: list[str] = []

    def done(self, more: int) -> None:
        """Nothing."""
        self.finished.append(more)

    def say(self, text: str) -> None:
        """Nothing."""
        self.said.append(text)


def workers_of_a_killed_parent(folder: Path, means: str) -> list[int]:
    """The process numbers of two workers in the middle of a long replication, whose parent was just killed."""
    script = folder / "parent.py"
    script.write_text(
        f"import sys\nsys.path.insert(0, {str(Path(__file__).parent)!r})\nfrom jobs import Told\n"
        "from forecast.montecarlo import ExecutionOptions, simulate\n"
        f"if __name__ == '__main__':\n    job = Told(folder={str(folder)!r}, seconds=300)\n"
        f"    list(simulate(job, 1000, 1, ExecutionOptions({means})))\n",
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
    """Nothing; the condition holds, or a minute is over."""
    until = time.monotonic() + 60
    while not condition() and time.monotonic() < until:
        time.sleep(0.05)
