"""The memory of a replication: that of the one before, because what has grown once need not grow again."""

from __future__ import annotations

from typing import Any
from weakref import WeakKeyDictionary

import numpy as np

from forecast.engines.compiled.records import ACCOUNT, ARRAYS, blank
from forecast.model.parameters import Parameters

FIRST_SLOTS, FIRST_OPPORTUNITIES, FIRST_LOG = 4, 64, 1 << 14  # slots are per account
GROWING = ("timers", "users", "teams", "nodes", "opportunities", "stages", "requests", "agenda", "log")

Buffers = dict[str, Any]
_idle: WeakKeyDictionary[Parameters, Buffers] = WeakKeyDictionary()


def acquire_buffers(parameters: Parameters) -> Buffers:
    """Buffers that no other replication is using; their contents are undefined."""
    # Taken out, so that nobody else can get them while they are in use.
    return _idle.pop(parameters, None) or initial_buffers(parameters)


def release_buffers(parameters: Parameters, buffers: Buffers) -> None:
    """Keep the buffers of a replication that has ended for the next one."""
    # Weak: they go with the Parameters they were sized for.  A second replication at the same time gets its own.
    _idle[parameters] = buffers


def initial_buffers(parameters: Parameters) -> Buffers:
    """Small buffers."""
    accounts, stages, pools = len(parameters.account_segment), len(parameters.stages), len(parameters.resources)
    slots = FIRST_SLOTS * accounts + 64
    shapes: dict[str, Any] = {
        "timers": slots,
        "users": slots,
        "teams": 0,
        "nodes": 0,
        "opportunities": FIRST_OPPORTUNITIES,
        "stages": (FIRST_OPPORTUNITIES, stages),
        "requests": (pools, max(64, 2 * stages)),
        "agenda": accounts + 64 + pools,
        "log": 0,
    }
    return {"accounts": blank(accounts, ACCOUNT), **{name: blank(shapes[name], ARRAYS[name][0]) for name in GROWING}}


def doubled(buffer: Any, axis: int) -> Any:
    """The same records in a buffer twice as long."""
    shape = list(buffer.shape)
    length = shape[axis]
    shape[axis] = 2 * length + 64
    out = np.empty(tuple(shape), buffer.dtype).view(np.recarray)
    if axis:
        out[:, :length] = buffer
    else:
        out[:length] = buffer
    return out
