"""Jobs that do as they are told: count, fail, or die.  Not a test; worker processes import this file."""

from __future__ import annotations

import os
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any


@dataclass(frozen=True)
class Told:
    """Replication r gives r * 10, unless something else was ordered."""

    seed: int = 7
    failing: int = -1
    dying: int = -1
    deaths: int = 0  # how often the dying one dies
    folder: str = ""  # where deaths and processes are counted
    seconds: float = 0.0

    def prepare(self, say: Any) -> None:
        """Nothing; says so."""
        say("ready")

    def ready(self) -> Any:
        """The function."""
        if self.folder:
            (Path(self.folder) / f"process-{os.getpid()}").touch()
        return self.simulate

    def simulate(self, replication: int) -> int:
        """Ten times the replication's number."""
        time.sleep(self.seconds)
        if replication == self.failing:
            raise ZeroDivisionError("no seats\nat all")
        if replication == self.dying:
            tombs = list(Path(self.folder).glob("death-*"))
            if len(tombs) < self.deaths:
                (Path(self.folder) / f"death-{len(tombs)}").touch()
                os._exit(9)
        return replication * 10
