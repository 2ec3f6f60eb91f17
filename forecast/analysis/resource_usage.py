"""Waits of deals for the vendor's people, and utilization, read from resources.parquet."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from forecast.analysis.statistics import quotient_statistics, statistics, statistics_at
from forecast.analysis.table_reader import row_groups
from forecast.model.metrics import RESOURCE_COLUMNS
from forecast.model.parameters import Parameters
from forecast.types import Floats


def resource_usage(path: Path, parameters: Parameters) -> dict[str, Any]:
    """Per resource, over the whole time: requests, reneged, mean wait in days, and busy over capacity days."""
    pools = len(parameters.resources)
    if not pools:
        return {}
    groups = [_resource_totals(rows, parameters) for rows in row_groups(path, RESOURCE_COLUMNS)]
    totals = np.concatenate([np.empty((len(RESOURCE_COLUMNS), 0, pools)), *groups], axis=1)
    sums = dict(zip(RESOURCE_COLUMNS, totals, strict=True))
    described = {
        "requests": statistics(sums["requests"]),
        "reneged": statistics(sums["reneged"]),
        "mean_wait_days": quotient_statistics(sums["wait_days"], sums["requests"]),
        "utilization": quotient_statistics(sums["busy_days"], sums["capacity_days"]),
    }
    return {
        name: {figure: statistics_at(of, place) for figure, of in described.items()}
        for place, name in enumerate(parameters.resources)
    }


def _resource_totals(rows: Any, parameters: Parameters) -> Floats:
    """Sums over the months of some replications, [column, replication, resource]."""
    shape = -1, parameters.months, len(parameters.resources)
    return np.stack([rows[name].to_numpy().reshape(shape).sum(axis=1).astype(float) for name in RESOURCE_COLUMNS])
