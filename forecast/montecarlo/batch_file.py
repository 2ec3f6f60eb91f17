"""The batch file: what a worker made of a batch, on the disk and between machines, and the folder that keeps them.

Bytes behind a hash of all that follows.  No pickle: reading bytes that came from somewhere else runs no code.  Must
not know who simulates, nor what the bytes mean.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from forecast.files import write_bytes
from forecast.montecarlo.batches import Batch, Buffer, FinishedBatch

MAGIC = b"forecast batch 3 "
FILE_NAME = re.compile(r"(\d{10})-(\d{10})\.batch")


def join_pieces(head: Mapping[str, Any], pieces: Sequence[Buffer]) -> bytes:
    """A line of JSON, which says what `head` does and how long each piece is, and the pieces."""
    line = json.dumps({**head, "sizes": [len(piece) for piece in pieces]})
    return b"".join([line.encode(), b"\n", *pieces])


def split_pieces(data: Buffer) -> tuple[dict[str, Any], list[memoryview]]:
    """The head and the pieces of `join_pieces`; these are not copied."""
    view = memoryview(data)
    line = bytes(view[: _line_end(view)])
    head, at = json.loads(line), len(line) + 1
    pieces = []
    for size in head.pop("sizes"):
        pieces.append(view[at : at + size])
        at += size
    return head, pieces


def _line_end(view: memoryview, step: int = 1 << 12) -> int:
    """Where the first line ends."""
    start = 0
    while (found := bytes(view[start : start + step]).find(b"\n")) < 0:
        start += step
    return start + found


def encode_batch(parts: Sequence[Buffer]) -> bytes:
    """A batch file of these parts: a line with the hash of what follows, a line with their lengths, the parts."""
    rest = join_pieces({}, parts)
    return b"".join([MAGIC, hashlib.sha256(rest).hexdigest().encode(), b"\n", rest])


def decode_batch(batch: Batch, file: bytes) -> FinishedBatch | None:
    """The batch of a batch file; None where the bytes are not those that were written."""
    line = len(MAGIC) + 2 * hashlib.sha256().digest_size
    rest = memoryview(file)[line + 1 :]
    if file[: line + 1] != MAGIC + hashlib.sha256(rest).hexdigest().encode() + b"\n":
        return None
    return FinishedBatch(batch, split_pieces(rest)[1], file)


class BatchStore:
    """The finished batches of a run, a file each, in one folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.batches: set[Batch] = set()
        self.scan()

    def scan(self) -> None:
        """Read from the folder which batches are there."""
        found = (FILE_NAME.fullmatch(path.name) for path in self.folder.glob("*.batch"))
        self.batches = {Batch(int(name[1]), int(name[2])) for name in found if name}

    def path(self, batch: Batch) -> Path:
        """The file of a batch."""
        return self.folder / f"{batch.first:010}-{batch.stop:010}.batch"

    def save(self, finished: FinishedBatch) -> None:
        """Write a batch to the disk."""
        write_bytes(self.path(finished.batch), finished.file)
        self.batches.add(finished.batch)

    def load(self, batch: Batch) -> FinishedBatch | None:
        """A batch that was saved; None where there is none, or where the file is damaged."""
        if batch not in self.batches:
            return None
        finished = decode_batch(batch, self.path(batch).read_bytes())
        if finished is None:
            self.batches.remove(batch)
        return finished

    def replications(self) -> int:
        """The number of replications in the store."""
        return sum(batch.stop - batch.first for batch in self.batches)
