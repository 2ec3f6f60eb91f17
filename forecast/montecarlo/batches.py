"""Which replications are simulated together?  Batches of a size that neither N nor the number of workers changes.

A batch is the unit of work: what a worker is given, and what the disk keeps.  Knows no engine.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

# Account-months in about a second (benchmarks/); engines that are not named here do one replication at a time.
WORK = {"compiled": 400_000, "simpy": 3_000}
MOST = 200


class Batch(NamedTuple):
    """The replications from `first` up to and without `stop`."""

    first: int
    stop: int


def batch_size(accounts: int, months: int, engine: str) -> int:
    """The replications of a batch, about a second of work; at least 1."""
    return max(1, min(MOST, WORK.get(engine, 0) // max(1, accounts * months)))


def batches(replications: int, size: int) -> Iterator[Batch]:
    """All batches in order; the last may be smaller."""
    for first in range(0, replications, size):
        yield Batch(first, min(first + size, replications))
