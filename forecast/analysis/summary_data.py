"""The figures and counts of a run's replications, put together from those of its parts, in a file while they are many.

The figures of a part are kept compressed, as the part brings them, some hundred figures together: so a few can be read
of all replications without the others.
"""

from __future__ import annotations

import math
import os
import tempfile
import weakref
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from threading import Lock
from typing import Any, NamedTuple, TypeAlias

import numpy as np
import pyarrow as pa

from forecast.analysis.statistics import Statistics, streamed_statistics
from forecast.analysis.summary_figures import PartSummary, count_shapes, figure_shapes, split_counts
from forecast.model.parameters import Parameters
from forecast.types import Floats, Integers

FIGURES_TOGETHER = 512
_CODEC = "lz4_raw"  # what is compressed is read in a sixth of the time that zstd needs
_SIZE_BYTES = 8
MOST_THREADS = 4  # that describe figures at once; NumPy works without Python's lock
Buffer: TypeAlias = bytes | memoryview


class EncodedSummary(NamedTuple):
    """The figures and counts of a part as bytes."""

    figures: Sequence[Buffer]  # of each group of figures its pieces, one after the other
    places: Buffer  # of counts that are not zero
    counts: Buffer


def encode_summary(part: PartSummary) -> EncodedSummary:
    """The figures and counts of a part as bytes."""
    pieces = []
    for figures in part.figures.values():
        flat = figures.reshape(len(figures), -1)
        pieces += [_pack(_smallest(flat[:, columns])) for columns in _pieces(flat.shape[1])]
    places = np.flatnonzero(part.counts)
    return EncodedSummary(pieces, _pack(places), _pack(part.counts[places]))


def _pieces(figures: int) -> list[slice]:
    """The columns of each piece of so many figures."""
    return [slice(first, min(first + FIGURES_TOGETHER, figures)) for first in range(0, figures, FIGURES_TOGETHER)]


def _smallest(values: Floats) -> Any:
    """The values in half of the bytes, where that is exact."""
    with np.errstate(invalid="ignore"):  # NaN is no integer
        small = values.astype(np.int32)
    return small if np.array_equal(small, values) else values


def _pack(values: Floats | Integers) -> bytes:
    """Values as bytes: their type, their size, and they themselves, compressed."""
    data = np.ascontiguousarray(values).tobytes()
    packed: bytes = pa.Codec(_CODEC).compress(data, asbytes=True)
    return values.dtype.str.encode() + len(data).to_bytes(_SIZE_BYTES, "little") + packed


def _unpack(data: Buffer) -> Floats | Integers:
    """The values of such bytes, one after the other."""
    kind = np.dtype(bytes(data[:3]).decode())
    size = int.from_bytes(data[3 : 3 + _SIZE_BYTES], "little")
    values: Floats | Integers = np.frombuffer(pa.Codec(_CODEC).decompress(data[3 + _SIZE_BYTES :], size), kind)
    return values


class SummaryData:
    """The figures and counts of a run, which grows part by part."""

    def __init__(self, parameters: Parameters, folder: Path) -> None:
        """Start it; what is too much for memory lies in a nameless file in the folder, gone with the object."""
        self.parameters, self.replications = parameters, 0
        self.shapes = figure_shapes(parameters)
        self.first_piece, pieces = {}, 0
        for name, shape in self.shapes.items():
            self.first_piece[name] = pieces
            pieces += len(_pieces(math.prod(shape)))
        self._counts = np.zeros(sum(map(math.prod, count_shapes(parameters).values())), np.int64)
        self._parts: list[tuple[int, Integers]] = []  # replications, and where each piece starts and ends
        self._file: Any = tempfile.TemporaryFile(dir=folder)  # noqa: SIM115  # it lives as long as the object
        self._size, self._lock = 0, Lock()
        weakref.finalize(self, self._file.close)

    def add(self, replications: int, part: EncodedSummary) -> None:
        """Add the next part."""
        ends = np.cumsum([self._size, *map(len, part.figures)])
        for piece in part.figures:
            self._file.write(piece)
        self._size = int(ends[-1])
        self._parts.append((replications, ends))
        self.replications += replications
        self._counts[_unpack(part.places)] += _unpack(part.counts)

    def counts(self) -> dict[str, Integers]:
        """The counts over all replications, by name."""
        return split_counts(self._counts, self.parameters)

    def statistics(self, name: str) -> Statistics:
        """The statistics of a group of figures over the replications, each of the group's shape."""
        with ThreadPoolExecutor(min(MOST_THREADS, os.cpu_count() or 1)) as pool:
            pieces = list(pool.map(self._piece_statistics, self._widths(name)))
        joined = np.concatenate([np.empty((len(Statistics._fields), 0)), *pieces], axis=1)
        return Statistics(*(row.reshape(self.shapes[name]) for row in joined))

    def values(self, name: str) -> Floats:
        """A group of figures of all replications, [replication, ...]."""
        columns = [np.concatenate([*self._piece(piece, width)]) for piece, width in self._widths(name)]
        joined = np.concatenate([np.empty((self.replications, 0)), *columns], axis=1)
        return joined.reshape(self.replications, *self.shapes[name])

    def _piece_statistics(self, of: tuple[int, int]) -> Floats:
        """The statistics of a piece of so many figures, [statistic, figure]."""
        return np.stack(streamed_statistics(partial(self._piece, *of), self.replications, of[1:]))

    def _widths(self, name: str) -> list[tuple[int, int]]:
        """The pieces of a group, and how many figures each has."""
        pieces = _pieces(math.prod(self.shapes[name]))
        return [(self.first_piece[name] + place, each.stop - each.start) for place, each in enumerate(pieces)]

    def _piece(self, piece: int, width: int) -> Iterator[Floats | Integers]:
        """A piece of each part, [replication, figure]."""
        for replications, ends in self._parts:
            with self._lock:
                self._file.seek(ends[piece])
                data = self._file.read(ends[piece + 1] - ends[piece])
            yield _unpack(data).reshape(replications, width)
