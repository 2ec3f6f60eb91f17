"""What the days in each stage of a purchase are spent on: waits for a date, a capability, people; and work.

Read off opportunities.parquet, one stage's columns at a time.  Knows no rule of the model: the table has every day.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from forecast.types import Floats

DAYS = ("entered", "opened", "requirements", "queued", "served", "left")


class StageTimes(NamedTuple):
    """Mean days of those who left a stage, by going on or by being lost."""

    name: str
    passed: float  # a replication
    days: tuple[float, float, float, float]  # for a date, a capability, people; and work


def read_stage_times(opportunities: Path, stages: Sequence[str], replications: int) -> list[StageTimes]:
    """Every stage, in the order given, from the file of a run's opportunities."""
    return [
        _times_of_stage(
            pq.read_table(opportunities, columns=[f"{stage}_{day}_day" for day in DAYS]), stage, replications
        )
        for stage in stages
    ]


def _times_of_stage(opportunities: pa.Table, stage: str, replications: int) -> StageTimes:
    """One stage's passages that came to an end."""
    columns = [opportunities[f"{stage}_{day}_day"].to_numpy() for day in DAYS]
    ended = ~np.isnan(columns[-1])
    if not ended.any():
        return StageTimes(stage, 0.0, (0.0, 0.0, 0.0, 0.0))
    entered, opened, met, queued, served, left = (column[ended] for column in columns)
    # A deal that was lost while it waited has no day on which the wait was over: it waited until it left.
    opened, met = _or_until(opened, left), _or_until(met, left)
    taken = np.where(np.isnan(queued), met, _or_until(served, left))  # who asked for nobody began to work at once
    parts = (opened - entered, met - opened, taken - met, left - taken)
    date, capability, people, work = (float(part.mean()) for part in parts)
    return StageTimes(stage, len(left) / replications, (date, capability, people, work))


def _or_until(day: Floats, left: Floats) -> Floats:
    """The day, or that of leaving where it did not come."""
    return np.where(np.isnan(day), left, day)
