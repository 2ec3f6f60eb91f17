"""How long do deals wait for the vendor's people, and how busy are they?  Read off resources.parquet."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pyarrow.parquet as pq

from forecast.analysis.statistics import statistics, statistics_at
from forecast.model.parameters import Parameters
from forecast.types import Floats

COLUMNS = ["requests", "wait_days", "busy_days", "capacity_days", "reneged"]


def resource_usage(path: Path, parameters: Parameters) -> dict[str, Any]:
    """Per resource, over the whole time: requests, reneged, mean wait in days, and busy over capacity days."""
    pools = len(parameters.resources)
    if not pools:
        return {}
    file = pq.ParquetFile(path)
    groups = [
        _resource_totals(file.read_row_group(group, columns=COLUMNS), parameters)
        for group in range(file.num_row_groups)
    ]
    sums = dict(zip(COLUMNS, np.concatenate([np.empty((len(COLUMNS), 0, pools)), *groups], axis=1), strict=True))
    figures = {
        "requests": sums["requests"],
        "reneged": sums["reneged"],
        "mean_wait_days": _ratio(sums["wait_days"], sums["requests"]),
        "utilization": _ratio(sums["busy_days"], sums["capacity_days"]),
    }
    described = {name: statistics(values) for name, values in figures.items()}
    return {
        name: {figure: statistics_at(of, place) for figure, of in described.items()}
        for place, name in enumerate(parameters.resources)
    }


def _resource_totals(rows: Any, parameters: Parameters) -> Floats:
    """Sums over the months of some replications, [column, replication, resource]."""
    shape = -1, parameters.months, len(parameters.resources)
    return np.stack([rows[name].to_numpy().reshape(shape).sum(axis=1).astype(float) for name in COLUMNS])


def _ratio(above: Floats, below: Floats) -> Floats:
    """The quotient; NaN where nothing stands below."""
    quotient: Floats = np.divide(above, below, out=np.full(above.shape, np.nan), where=below > 0)
    return quotient
