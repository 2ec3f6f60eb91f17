"""The monthly metrics of a run as people ask for them: by name, date and segment, in units of currency.

Reads monthly.parquet a column at a time; knows no run and no folder beyond that file.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from forecast.analysis.intervals import mean_of
from forecast.analysis.notebook import to_pandas
from forecast.analysis.table_reader import metric_by_row
from forecast.errors import InputError, Problem, quoted, unknown
from forecast.model.metrics import STOCKS
from forecast.model.parameters import Parameters
from forecast.types import Floats

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow as pa

VENDOR = "vendor"  # in the column `segment`: what the vendor spends for all segments together
CENTS = "_cents"


class _MonthlyMetric(NamedTuple):
    """A metric of a run, `amounts` [replication, month 0..]: money in units of currency."""

    name: str
    amounts: Floats
    is_level: bool  # a level at the month's end, not an amount of the month


def _month_end_dates(parameters: Parameters) -> tuple[date, ...]:
    """The last day of month 0, 1, ...: of month 0 the day before the start."""
    start = parameters.scenario.start
    return tuple(start + timedelta(days=int(day) - 1) for day in parameters.month_days)


def monthly_metric(path: Path, parameters: Parameters, name: str, segment: str | None = None) -> _MonthlyMetric:
    """Read a metric, of one segment or of all together; `arr` is `arr_cents` in units of currency."""
    known = {metric.removesuffix(CENTS): metric for metric in parameters.metrics}
    column = known.get(name.removesuffix(CENTS))
    if column is None:
        raise InputError([unknown("metric", name, known)])
    if segment is not None and segment not in parameters.segments:
        raise InputError([unknown("segment", segment, parameters.segments)])
    row = -1 if segment is None else parameters.segments.index(segment)
    values = metric_by_row(path, parameters, column)[:, :, row].astype(float)
    return _MonthlyMetric(name, values / 100 if column.endswith(CENTS) else values, column in STOCKS)


def values_by(metric: _MonthlyMetric, parameters: Parameters, by: str | date | None) -> Floats:
    """The metric at the end of a month, [replication]: a level then, or what has come together since the start.

    `by` is a month such as `2027-12` or a day in it; None is the horizon.
    """
    ends = [day.isoformat()[:7] for day in _month_end_dates(parameters)]
    wanted = ends[-1] if by is None else str(by)[:7]
    if wanted not in ends[1:]:
        allowed = f"a month from {ends[1]} to {ends[-1]}"
        raise InputError([Problem(None, None, "by", quoted(str(by)), allowed)])
    month = ends.index(wanted, 1)
    values: Floats = metric.amounts[:, month] if metric.is_level else metric.amounts[:, 1 : month + 1].sum(axis=1)
    return values


def quantile_frame(metric: _MonthlyMetric, parameters: Parameters, q: Sequence[float]) -> pd.DataFrame:
    """A row a month, by its last day: the mean and the quantiles (type 7) over the replications."""
    import pyarrow as pa  # noqa: PLC0415  # only for this

    columns = {
        "date": pa.array(_month_end_dates(parameters), pa.date32()),
        "month": np.arange(metric.amounts.shape[1]),
        "mean": [mean_of(values) for values in metric.amounts.T],
        **{f"p{100 * each:g}": np.quantile(metric.amounts, each, axis=0) for each in q},
    }
    return to_pandas(pa.table(columns)).set_index("date")


def dated_rows(table: pa.Table, parameters: Parameters, *, vendor: bool) -> pa.Table:
    """The rows of monthly.parquet of the segments, or of the vendor, with the last day of each month."""
    import pyarrow as pa  # noqa: PLC0415  # only for this
    import pyarrow.compute as pc  # noqa: PLC0415  # the same

    of_vendor = pc.equal(table["segment"].cast(pa.string()), VENDOR)
    rows = table.filter(of_vendor if vendor else pc.invert(of_vendor))
    ends = pa.array(_month_end_dates(parameters), pa.date32())
    return rows.add_column(rows.column_names.index("month") + 1, "date", ends.take(rows["month"]))
