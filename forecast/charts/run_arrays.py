"""What do a run's tables say?  One column at a time, as arrays over replications, so that memory stays small."""

from __future__ import annotations

import pyarrow.parquet as pq

from forecast.analysis.table_reader import metric_by_row
from forecast.errors import InputError, Problem, nearest, quoted
from forecast.model.parameters import Parameters
from forecast.study.finished_run import Run
from forecast.types import Floats, Integers


def replications_note(count: int) -> str:
    """How a note begins that speaks of so many replications."""
    return "A single replication" if count == 1 else f"Means of {count:,} replications"


def metric_array(run: Run, parameters: Parameters, name: str) -> Integers:
    """A metric as [replication, month 0.., row (segments, vendor, total)]; raises InputError when there is none."""
    if name not in parameters.metrics:
        allowed = "a column of monthly.parquet, such as arr_cents"
        raise InputError([Problem(None, None, "metric", quoted(name), allowed, nearest(name, parameters.metrics))])
    return metric_by_row(run.folder / "monthly.parquet", parameters, name)


def metric_total(run: Run, parameters: Parameters, name: str) -> Integers:
    """A metric summed over segments and vendor, [replication, month 0..]."""
    every: Integers = metric_array(run, parameters, name)[:, :, -1]
    return every


def event_day(run: Run, parameters: Parameters, name: str) -> Floats:
    """A day of accounts.parquet, [replication, account]; NaN where it did not come."""
    column = pq.read_table(run.folder / "accounts.parquet", columns=[name])[name].to_numpy()
    days: Floats = column.reshape(run.manifest["replications"], len(parameters.account_segment)).astype(
        float, copy=False
    )
    return days
