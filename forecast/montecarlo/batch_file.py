"""How does a batch of results become bytes, and come back?  Arrays as they are, compressed, behind their own hash.

No pickle: reading bytes that somebody else made runs nothing.  Knows results; not where the bytes lie.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from forecast.engines.result import AccountTable, OpportunityTable, ReplicationResult
from forecast.files import write_bytes
from forecast.montecarlo.batches import Batch

if TYPE_CHECKING:
    from forecast.engines.result import ReplicationResult


MAGIC = b"forecast batch 1 "
COMPRESSION_LEVEL = 1  # of zstd: one or two per cent of a batch's time
ACCOUNTS, OPPORTUNITIES = len(AccountTable._fields), len(OpportunityTable._fields)
ARRAYS = 2 + ACCOUNTS + OPPORTUNITIES  # of a replication


def encode_batch(results: Sequence[ReplicationResult]) -> bytes:
    """The results as bytes: a line with the hash of all that follows, a line that says what is there, the arrays."""
    import pyarrow as pa  # noqa: PLC0415  # slow, and not needed by whoever only simulates

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
    """The results; None where the bytes are not what was written."""
    import pyarrow as pa  # noqa: PLC0415

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
    accounts, opportunities = AccountTable(*rest[:ACCOUNTS]), OpportunityTable(*rest[ACCOUNTS:])
    return ReplicationResult(monthly, resources, accounts, opportunities, events)


FILE_NAME = re.compile(r"(\d{10})-(\d{10})\.batch")


class BatchStore:
    """The finished batches of one piece of work, in a folder of their own."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.batches: set[Batch] = set()
        self.scan()

    def scan(self) -> None:
        """Nothing; what lies in the folder is known."""
        found = (FILE_NAME.fullmatch(path.name) for path in self.folder.glob("*.batch"))
        self.batches = {Batch(int(name[1]), int(name[2])) for name in found if name}

    def path(self, batch: Batch) -> Path:
        """Where a batch lies."""
        return self.folder / f"{batch.first:010}-{batch.stop:010}.batch"

    def save(self, batch: Batch, results: Sequence[ReplicationResult]) -> None:
        """Nothing; the batch is on the disk."""
        write_bytes(self.path(batch), encode_batch(results))
        self.batches.add(batch)

    def load(self, batch: Batch) -> list[ReplicationResult] | None:
        """The results of a batch; None where there are none, or not as they were written."""
        if batch not in self.batches:
            return None
        results = decode_batch(self.path(batch).read_bytes())
        if results is None:
            self.batches.remove(batch)
        return results

    def replications(self) -> int:
        """How many replications are there."""
        return sum(batch.stop - batch.first for batch in self.batches)
