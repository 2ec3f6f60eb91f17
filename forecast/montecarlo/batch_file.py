"""The batch file: a batch's results as bytes, on the disk and between machines, and the folder that keeps them.

Arrays as they are, compressed, behind a hash of all that follows.  No pickle: reading bytes that came from somewhere
else runs no code.  Must not know who simulates, nor what becomes of the results.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from forecast.engines.result import AccountTable, OpportunityTable, ReplicationResult
from forecast.files import write_bytes
from forecast.montecarlo.batches import Batch, FinishedBatch

MAGIC = b"forecast batch 2 "
COMPRESSION_LEVEL = 1  # of zstd: one or two per cent of the time in which a batch is simulated
ACCOUNT_ARRAYS, OPPORTUNITY_ARRAYS = len(AccountTable._fields), len(OpportunityTable._fields)
ARRAYS = 2 + ACCOUNT_ARRAYS + OPPORTUNITY_ARRAYS  # of a replication
FILE_NAME = re.compile(r"(\d{10})-(\d{10})\.batch")


def encode_batch(results: Sequence[ReplicationResult]) -> bytes:
    """The results as bytes: a line with the hash of what follows, a line of JSON with types and shapes, the arrays."""
    import pyarrow as pa  # noqa: PLC0415  # slow, and not needed where results are only simulated

    arrays = [np.ascontiguousarray(each) for result in results for each in arrays_of(result)]
    body = b"".join(each.tobytes() for each in arrays)
    head = {
        "events": [result.events for result in results],
        "arrays": [[each.dtype.str, *each.shape] for each in arrays],
        "size": len(body),
    }
    rest: bytes = json.dumps(head).encode() + b"\n" + pa.Codec("zstd", COMPRESSION_LEVEL).compress(body, asbytes=True)
    return MAGIC + hashlib.sha256(rest).hexdigest().encode() + b"\n" + rest


def decode_batch(data: bytes) -> list[ReplicationResult] | None:
    """The results, whose arrays are read-only; None where the bytes are not those that were written."""
    import pyarrow as pa  # noqa: PLC0415  # as above

    first, _, rest = data.partition(b"\n")
    if first != MAGIC + hashlib.sha256(rest).hexdigest().encode():
        return None
    line, _, body = rest.partition(b"\n")
    head = json.loads(line)
    arrays = _arrays_in(pa.Codec("zstd").decompress(body, head["size"], asbytes=True), head["arrays"])
    return [_result_of([next(arrays) for _ in range(ARRAYS)], events) for events in head["events"]]


def arrays_of(result: ReplicationResult) -> tuple[Any, ...]:
    """All arrays of a replication, in the order in which they are written."""
    return result.monthly, result.resources, *result.accounts, *result.opportunities


def _arrays_in(body: bytes, forms: Sequence[Sequence[Any]]) -> Iterator[Any]:
    """The arrays one after the other; each form is a type and a shape."""
    start = 0
    for name, *shape in forms:
        kind = np.dtype(name)
        count = int(np.prod(shape, dtype=np.int64))
        yield np.frombuffer(body, kind, count, start).reshape(shape)
        start += count * kind.itemsize


def _result_of(arrays: Sequence[Any], events: int) -> ReplicationResult:
    """The replication that has these arrays."""
    monthly, resources, *rest = arrays
    accounts, opportunities = AccountTable(*rest[:ACCOUNT_ARRAYS]), OpportunityTable(*rest[ACCOUNT_ARRAYS:])
    return ReplicationResult(monthly, resources, accounts, opportunities, events)


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
        write_bytes(self.path(finished.batch), finished.encoded or encode_batch(finished.results))
        self.batches.add(finished.batch)

    def load(self, batch: Batch) -> list[ReplicationResult] | None:
        """The results of a batch; None where there are none, or where the file is damaged."""
        if batch not in self.batches:
            return None
        results = decode_batch(self.path(batch).read_bytes())
        if results is None:
            self.batches.remove(batch)
        return results

    def replications(self) -> int:
        """The number of replications in the store."""
        return sum(batch.stop - batch.first for batch in self.batches)
