"""Which compiled functions does Python call?  All are compiled together, before the first event."""

from __future__ import annotations

from importlib import import_module
from typing import Any

import numpy as np

from forecast.engines.compiled import loop, market, opening
from forecast.engines.compiled.replication import Replication


def compile_entries(replication: Replication) -> None:
    """Nothing; every way in is compiled for the arrays of a replication, the loop last: it tells that all are kept."""
    numba = import_module("numba")
    world, amounts = replication.world, replication.amounts
    calls: list[tuple[Any, ...]] = [
        (opening.start_clocks, world),
        (market.close_books, world, 0, replication.history, amounts, replication.resources),
        (market.accrue_all, world, amounts),
        (market.end_month, world, 0, replication.history, amounts, replication.resources),
        (market.change_period, world, 0, np.zeros(1, np.int64)),
        (market.change_capability, world, 0, 0),
        (market.resize_pool, world, 0, 0),
        (loop.shortage, world),
        (loop.run_until, world, 0.0),
    ]
    for entry, *arguments in calls:
        entry.compile(tuple(numba.typeof(argument) for argument in arguments))
