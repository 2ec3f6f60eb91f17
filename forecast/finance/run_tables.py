"""The tables of a run as finance reads them: column by column, a row group at a time, so that memory is bounded.

Metrics are int64 [replication, month 0.., row] (rows are segments, then the vendor); pools of people are floats
[replication, month 0.., row] of which only the last row is used.  Knows no statement.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from forecast.errors import RunError
from forecast.finance.obligations import (
    DERIVED_METRICS,
    Metrics,
    opening_unbilled,
    same_in_all_replications,
    with_obligation_sources,
    with_remaining_obligations,
)
from forecast.finance.statements.headcount import pool_metric
from forecast.model.metrics import RESOURCE_COLUMNS
from forecast.model.parameters import Parameters
from forecast.study.finished_run import Run
from forecast.types import Floats, Integers

LARGEST_AMOUNT = 2**45  # 350 billion units of currency in one figure: sums of months and rows stay whole in a float
LARGEST_SUM = 2**61  # and in the integers that the mean is made of


class ReplicationGroup(NamedTuple):
    """Consecutive replications: the first, and metrics [replication, month 0.., row]."""

    first: int
    metrics: Metrics


class RunTables:
    """The monthly table and the resource table of a run."""

    def __init__(self, run: Run) -> None:
        self.parameters: Parameters = run.parameters
        self.seed = int(run.manifest["seed"])
        self.replications = int(run.manifest["replications"])
        self.shape = (self.parameters.months + 1, len(self.parameters.rows))
        self.path = run.folder / "monthly.parquet"
        self.monthly = _open_parquet(self.path)
        self.resources = _open_parquet(run.folder / "resources.parquet")
        names = [name for name in self.monthly.schema_arrow.names if name not in {"replication", "month", "segment"}]
        self.names = tuple(names)
        self.pools = {name: self.parameters.labels.resource(name) for name in self.parameters.resources}
        if self.monthly.metadata.num_rows != self.replications * self.shape[0] * self.shape[1]:
            raise RunError(
                f"{self.path} does not hold the months of {self.replications} replications: run the scenario again"
            )

    def groups(self, metrics: Iterable[str]) -> Iterator[ReplicationGroup]:
        """These metrics of all replications, in order; metrics of pools are left out.

        Remaining obligations come with the metrics that they follow from.
        """
        wanted = with_obligation_sources(tuple(name for name in metrics if ":" not in name))
        first = 0
        for place in range(self.monthly.num_row_groups):
            read = self._read_group(place, [name for name in wanted if name not in DERIVED_METRICS] or ["arr_cents"])
            count = len(next(iter(read.values())))
            if set(DERIVED_METRICS) & set(wanted):
                read = with_remaining_obligations(read, self._opening_unbilled(first, count))
            yield ReplicationGroup(first, read)
            first += count

    def _read_group(self, place: int, wanted: list[str]) -> Metrics:
        """The metrics of one row group, as the file has them."""
        columns = {name: name if name in self.names else "arr_cents" for name in wanted}  # old tables: CARR is ARR
        try:
            rows = self.monthly.read_row_group(place, columns=list(dict.fromkeys(columns.values())))
        except (pa.ArrowInvalid, OSError) as error:
            raise RunError(f"{self.path} cannot be read ({error}): run the scenario again") from error
        arrays = {name: rows[name].to_numpy().reshape(-1, *self.shape) for name in rows.column_names}
        for name, values in arrays.items():
            self._check_size(name, values)
        return {name: arrays[column] for name, column in columns.items()}

    def _check_size(self, name: str, values: Integers | Floats) -> None:
        """Raise RunError when the sums of a metric could not be exact."""
        largest = max(abs(int(values.min(initial=0))), int(values.max(initial=0)))
        if largest > LARGEST_AMOUNT or largest * self.replications * self.shape[0] > LARGEST_SUM:
            raise RunError(f"{name} reaches {largest}: too large to be added up exactly; the limit is {LARGEST_AMOUNT}")

    def _opening_unbilled(self, first: int, count: int) -> Integers:
        """What is not yet invoiced at the start, [replication, row]."""
        if same_in_all_replications(self.parameters):
            return np.tile(opening_unbilled(self.parameters, self.seed, 0), (count, 1))
        return np.stack([opening_unbilled(self.parameters, self.seed, first + place) for place in range(count)])

    def pool_groups(self) -> Iterator[ReplicationGroup]:
        """The metrics of pools of all replications, a row group at a time; month 0 is 0."""
        pools, first = len(self.pools), 0
        for place in range(self.resources.num_row_groups if pools else 0):
            rows = self.resources.read_row_group(place, columns=list(RESOURCE_COLUMNS))
            group: Metrics = {}
            for column in RESOURCE_COLUMNS:
                values = rows[column].to_numpy().astype(float).reshape(-1, self.shape[0] - 1, pools)
                for number, pool in enumerate(self.pools):
                    full = np.zeros((len(values), *self.shape))
                    full[:, 1:, -1] = values[:, :, number]
                    group[pool_metric(pool, column)] = full
            yield ReplicationGroup(first, group)
            first += len(next(iter(group.values())))


def _open_parquet(path: Path) -> Any:
    """A Parquet file, its rows not read yet; raises RunError when it cannot be read."""
    try:
        return pq.ParquetFile(path)
    except (pa.ArrowInvalid, OSError) as error:
        raise RunError(f"{path} cannot be read ({error}): run the scenario again") from error
