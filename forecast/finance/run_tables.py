"""How are the tables of a run read for finance?  Column by column and a row group at a time, so that memory is bounded.

Metrics are int64 [replication, month 0.., row] (rows are segments, then the vendor); pools of people are floats
[replication, month 0.., row] of which only the last row is used.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import accumulate
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from forecast.errors import RunError
from forecast.finance.obligations import opening_unbilled, same_in_all_replications
from forecast.finance.statements.headcount import pool_metric
from forecast.model.parameters import Parameters
from forecast.study.finished_run import Run
from forecast.study.table_writer import RESOURCE_COLUMNS
from forecast.types import Floats, Integers

DERIVED_METRICS = ("rpo_cents", "unbilled_cents")  # finance makes them; the tables need not have them
LARGEST_AMOUNT = 2**45  # 350 billion units of currency in one figure: sums of months and rows stay whole in a float
LARGEST_SUM = 2**61  # and in the integers that the mean is made of


class _ReplicationGroup(NamedTuple):
    """Consecutive replications."""

    first: int
    metrics: dict[str, Integers | Floats]


class RunTables:
    """The monthly table and the resources of a run."""

    def __init__(self, run: Run) -> None:
        self.parameters: Parameters = run.parameters
        self.seed = int(run.manifest["seed"])
        self.replications = int(run.manifest["replications"])
        self.shape = (self.parameters.months + 1, len(self.parameters.rows))
        self.path = run.folder / "monthly.parquet"
        self.monthly = self.opened(self.path)
        self.resources = self.opened(run.folder / "resources.parquet")
        names = [name for name in self.monthly.schema_arrow.names if name not in {"replication", "month", "segment"}]
        self.names = tuple(names)
        self.pools = self.parameters.resources
        if self.monthly.metadata.num_rows != self.replications * self.shape[0] * self.shape[1]:
            raise RunError(
                f"{self.path} has not the months of {self.replications} replications: run the scenario again"
            )

    @staticmethod
    def opened(path: Any) -> Any:
        """A Parquet file; raises RunError when it cannot be read."""
        try:
            return pq.ParquetFile(path)
        except (pa.ArrowInvalid, OSError) as error:
            raise RunError(f"{path} cannot be read ({error}): run the scenario again") from error

    @property
    def available(self) -> tuple[str, ...]:
        """The metrics that a line may take; of CARR the tables of older runs know nothing, and it is ARR."""
        pools = tuple(pool_metric(pool, column) for pool in self.pools for column in RESOURCE_COLUMNS)
        return tuple(dict.fromkeys((*self.names, "carr_cents", *DERIVED_METRICS, *pools)))

    def groups(self, metrics: Iterable[str]) -> Iterator[_ReplicationGroup]:
        """These metrics of all replications, in order."""
        wanted = [name for name in metrics if ":" not in name]
        first = 0
        for place in range(self.monthly.num_row_groups):
            group = self.group(place, wanted, first)
            yield group
            first += len(next(iter(group.metrics.values())))

    def group(self, place: int, wanted: list[str], first: int) -> _ReplicationGroup:
        """The metrics of one row group, whose replications begin with `first`."""
        columns = [self.column(name) for name in wanted]
        columns += ["arr_cents"] if not columns or set(DERIVED_METRICS) & set(wanted) else []
        try:
            rows = self.monthly.read_row_group(place, columns=list(dict.fromkeys(columns)))
        except (pa.ArrowInvalid, OSError) as error:
            raise RunError(f"{self.path} cannot be read ({error}): run the scenario again") from error
        arrays = {name: rows[name].to_numpy().reshape(-1, *self.shape) for name in rows.column_names}
        metrics: dict[str, Integers | Floats] = {
            name: arrays[self.column(name)] for name in wanted if name not in DERIVED_METRICS
        }
        for name in set(DERIVED_METRICS) & set(wanted):
            metrics[name] = np.zeros_like(next(iter(arrays.values())))
            metrics[name][:, 0] = self.unbilled(first, len(metrics[name]))
        for name, values in (metrics or arrays).items():
            self.check_size(name, values)
        return _ReplicationGroup(first, metrics or arrays)

    def check_size(self, name: str, values: Integers | Floats) -> None:
        """Nothing; raises RunError when the sums of a metric could not be exact."""
        largest = max(abs(int(values.min(initial=0))), int(values.max(initial=0)))
        if largest > LARGEST_AMOUNT or largest * self.replications * self.shape[0] > LARGEST_SUM:
            raise RunError(
                f"{name} reaches {largest}: too large to be added up exactly; allowed: up to {LARGEST_AMOUNT}"
            )

    def column(self, name: str) -> str:
        """The column of the file that holds a metric, or stands for it."""
        return name if name in self.names else "arr_cents"

    def unbilled(self, first: int, count: int) -> Integers:
        """What is not yet invoiced at the start, [replication, row]."""
        if same_in_all_replications(self.parameters):
            return np.tile(opening_unbilled(self.parameters, self.seed, 0), (count, 1))
        return np.stack([opening_unbilled(self.parameters, self.seed, first + place) for place in range(count)])

    def pool_groups(self) -> Iterator[_ReplicationGroup]:
        """The pools of all replications, one group of the file at a time; month 0 is empty."""
        pools, first = len(self.pools), 0
        for place in range(self.resources.num_row_groups if pools else 0):
            rows = self.resources.read_row_group(place, columns=list(RESOURCE_COLUMNS))
            group: dict[str, Integers | Floats] = {}
            for column in RESOURCE_COLUMNS:
                values = rows[column].to_numpy().astype(float).reshape(-1, self.shape[0] - 1, pools)
                for number, pool in enumerate(self.pools):
                    full = np.zeros((len(values), *self.shape))
                    full[:, 1:, -1] = values[:, :, number]
                    group[pool_metric(pool, column)] = full
            yield _ReplicationGroup(first, group)
            first += len(next(iter(group.values())))

    def starts(self) -> list[int]:
        """The first replication of each row group, and the number of all."""
        size = self.shape[0] * self.shape[1]
        counts = [
            self.monthly.metadata.row_group(place).num_rows // size for place in range(self.monthly.num_row_groups)
        ]
        return list(accumulate(counts, initial=0))
