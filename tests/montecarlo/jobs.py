"""Jobs that do as they are told: count, fail, or die.  Not a test; worker processes import this file."""

from __future__ import annotations

import os
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any


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

    def ready(self) -> Any:
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

    versions.sources = lambda: sources  # type: ignore[assignment]


def forget() -> None:
    """Nothing; this process knows of no run, as if it had come a moment ago."""
    from forecast.montecarlo import away  # noqa: PLC0415  # that of the worker on which this is called

    away.ORDERS.clear()
