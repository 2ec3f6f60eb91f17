"""What was finished before?  A file for each finished batch, behind its hash, so that a killed run can go on.

A file that is not what was written counts as not there: its batch is simulated again.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from forecast.files import write_bytes
from forecast.montecarlo.batches import Batch
from forecast.montecarlo.packing import packed, unpacked

if TYPE_CHECKING:
    from forecast.engines.result import ReplicationResult

NAME = re.compile(r"(\d{10})-(\d{10})\.batch")


class Store:
    """The finished batches of one piece of work, in a folder of their own."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.batches: set[Batch] = set()
        self.look()

    def look(self) -> None:
        """Nothing; what lies in the folder is known."""
        found = (NAME.fullmatch(path.name) for path in self.folder.glob("*.batch"))
        self.batches = {Batch(int(name[1]), int(name[2])) for name in found if name}

    def path(self, batch: Batch) -> Path:
        """Where a batch lies."""
        return self.folder / f"{batch.first:010}-{batch.stop:010}.batch"

    def keep(self, batch: Batch, results: Sequence[ReplicationResult]) -> None:
        """Nothing; the batch is on the disk."""
        write_bytes(self.path(batch), packed(results))
        self.batches.add(batch)

    def take(self, batch: Batch) -> list[ReplicationResult] | None:
        """The results of a batch; None where there are none, or not as they were written."""
        if batch not in self.batches:
            return None
        results = unpacked(self.path(batch).read_bytes())
        if results is None:
            self.batches.remove(batch)
        return results

    def replications(self) -> int:
        """How many replications are there."""
        return sum(batch.stop - batch.first for batch in self.batches)
