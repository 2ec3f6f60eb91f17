"""Waits of deals for the vendor's people, and utilization."""

from __future__ import annotations

from typing import Any

import numpy as np

from forecast.analysis.statistics import quotient_statistics, statistics, statistics_at
from forecast.model.metrics import RESOURCE_COLUMNS
from forecast.model.parameters import Parameters
from forecast.types import Floats


def resource_usage(totals: Floats, parameters: Parameters) -> dict[str, Any]:
    """Per resource, over the whole time: requests, reneged, mean wait in days, and busy over capacity days."""
    sums = dict(zip(RESOURCE_COLUMNS, np.moveaxis(totals, 1, 0), strict=True))
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


def resource_totals(rows: Any, parameters: Parameters, replications: int) -> Floats:
    """Sums over the months of a part of resources.parquet, [replication, column, resource]."""
    shape = replications, parameters.months, len(parameters.resources)
    return np.stack(
        [rows[name].to_numpy().reshape(shape).sum(axis=1).astype(float) for name in RESOURCE_COLUMNS], axis=1
    )
