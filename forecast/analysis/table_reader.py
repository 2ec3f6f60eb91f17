"""Tables of a run read a row group at a time, so that memory does not grow with the replications."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from forecast.model.parameters import Parameters
from forecast.types import Integers


def row_groups(path: Path, columns: Sequence[str]) -> Iterator[pa.Table]:
    """The columns of a Parquet file, a row group at a time; each holds whole replications, in order."""
    file = pq.ParquetFile(path)
    for group in range(file.num_row_groups):
        yield file.read_row_group(group, columns=list(columns))


def metric_by_row(path: Path, parameters: Parameters, metric: str) -> Integers:
    """A metric of all replications, [replication, month 0.., row (segments, vendor, total)]."""
    shape = parameters.months + 1, len(parameters.rows)
    own = [rows[metric].to_numpy().reshape(-1, *shape) for rows in row_groups(path, [metric])]
    values = np.concatenate([np.empty((0, *shape), np.int64), *own])
    return np.concatenate([values, values.sum(axis=2, keepdims=True)], axis=2)
