"""Where do figures wait for the last replication?  On disk, so that memory does not grow with their number."""

from __future__ import annotations

import tempfile
import weakref
from collections.abc import Iterator
from typing import Any

import numpy as np

from forecast.results.statistics import Statistics, streamed
from forecast.types import Floats

CHUNK = 1_000_000  # figures that are read at a time


class Waiting:
    """Figures of one shape, a row for each replication, in a file that is gone with the object."""

    def __init__(self, shape: tuple[int, ...]) -> None:
        self.shape, self.count = shape, 0
        self.file: Any = tempfile.TemporaryFile()  # noqa: SIM115  # it lives as long as the object
        weakref.finalize(self, self.file.close)

    def add(self, row: Floats) -> None:
        """Nothing; the figures of the next replication wait."""
        assert row.shape == self.shape
        self.file.write(np.ascontiguousarray(row, np.float64).tobytes())
        self.count += 1

    def chunks(self) -> Iterator[Floats]:
        """All figures, some replications at a time, [replication, ...]."""
        width = max(1, int(np.prod(self.shape)))
        size = max(1, CHUNK // width)
        for first in range(0, self.count, size):
            number = min(size, self.count - first)
            self.file.seek(first * width * 8)
            yield np.frombuffer(self.file.read(number * width * 8)).reshape(number, *self.shape)
        self.file.seek(0, 2)

    def statistics(self) -> Statistics:
        """The statistics over the replications, each of the shape."""
        return streamed(self.chunks, self.count, self.shape)

    def all(self) -> Floats:
        """All figures at once, [replication, ...]."""
        return np.concatenate([np.empty((0, *self.shape)), *self.chunks()])
