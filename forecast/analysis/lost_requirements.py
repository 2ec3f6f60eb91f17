"""What customers asked for that the vendor did not have: each requirement, and the deals that it cost.

Read off opportunities.parquet, one requirement's columns at a time.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq


class MissingRequirement(NamedTuple):
    """A requirement; deals a replication."""

    name: str
    missing: float  # that needed it when it was not there, in one stage or in several
    lost: float  # of these, lost over it: refused at once, or when patience with the wait for it ended


def read_missing_requirements(
    opportunities: Path, requirements: Sequence[str], replications: int
) -> list[MissingRequirement]:
    """Every requirement, the one that was missing most often first, from the file of a run's opportunities."""
    every = [
        _count_deals(pq.read_table(opportunities, columns=[f"{name}_missing", f"{name}_lost"]), name, replications)
        for name in requirements
    ]
    return sorted(every, key=lambda each: -each.missing)


def _count_deals(opportunities: pa.Table, name: str, replications: int) -> MissingRequirement:
    """How often a requirement was missing, and cost the deal."""
    missing, lost = (pc.sum(opportunities[f"{name}_{flag}"]).as_py() or 0 for flag in ("missing", "lost"))
    return MissingRequirement(name, missing / replications, lost / replications)
