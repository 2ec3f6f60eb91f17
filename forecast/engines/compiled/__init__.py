"""The compiled engine, the default: the events of the SimPy engine, bit for bit, from one loop over arrays.

The same rules, another WHEN: each account is carried forward alone, in cache (see `loop`).  Its files have the names of
those of the SimPy engine: adoption, leadership, procurement, contracts, clocks, pools, market, initial_state,
result_tables.
"""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from typing import Any

from forecast.compiling.cache import is_cached
from forecast.compiling.decorators import COMPILES
from forecast.engines.compiled import loop
from forecast.engines.compiled.buffers import release_buffers
from forecast.engines.compiled.replication import Replication, compile_entry_points
from forecast.engines.compiled.result_tables import kept_free_rows, log_rows, result_of
from forecast.engines.result import ReplicationResult
from forecast.model.parameters import Parameters
from forecast.scenario import Scenario

if COMPILES:
    import_module("forecast.engines.compiled.state_type")  # before anything is compiled


def prepare(scenario: Scenario, notify: Callable[[str], None]) -> None:
    """Compile the engine and keep it for the next process, unless that is done; call `notify` before."""
    if COMPILES and not is_cached(loop.run_until):
        notify("compiling the engine, once on this machine: about 20 s")
        compile_entry_points(Replication(Parameters(scenario), scenario.seed, 0, logging=False))


def run(
    parameters: Parameters,
    seed: int,
    replication: int,
    log: list[Any] | None = None,
    kept_free: list[Any] | None = None,
) -> ReplicationResult:
    """One replication; its events are appended to `log`, who goes on for free after a contract to `kept_free`."""
    played = Replication(parameters, seed, replication, log is not None or kept_free is not None)
    played.set_initial_state()
    played.walk_dates()
    if log is not None:
        log.extend(log_rows(played))
    if kept_free is not None:
        kept_free.extend(kept_free_rows(played))
    result = result_of(played)
    release_buffers(parameters, played.buffers)
    return result
