"""Columns of a run's tables as arrays over replications, read one at a time so that memory stays small."""

from __future__ import annotations

import pyarrow.parquet as pq

from forecast.analysis.formatting import count_futures
from forecast.analysis.table_reader import metric_by_row
from forecast.errors import InputError, Problem, nearest, quoted
from forecast.model.parameters import Parameters
from forecast.study.finished_run import Run
from forecast.types import Floats, Integers


def means_note(count: int) -> str:
    """The beginning of a note that says over what the means are taken."""
    return f"Means of {count_futures(count)}" if count > 1 else "A single simulated future (replication)"


def metric_total(run: Run, parameters: Parameters, name: str) -> Integers:
    """A metric summed over segments and vendor, [replication, month 0..]; raises InputError when there is none."""
    if name not in parameters.metrics:
        allowed = "a column of monthly.parquet, such as arr_cents"
        raise InputError([Problem(None, None, "metric", quoted(name), allowed, nearest(name, parameters.metrics))])
    total: Integers = metric_by_row(run.folder / "monthly.parquet", parameters, name)[:, :, -1]
    return total


def event_day(run: Run, parameters: Parameters, name: str) -> Floats:
    """A day of accounts.parquet, [replication, account]; NaN where the event did not happen."""
    column = pq.read_table(run.folder / "accounts.parquet", columns=[name])[name].to_numpy()
    days: Floats = column.reshape(run.manifest["replications"], len(parameters.account_segment)).astype(
        float, copy=False
    )
    return days
