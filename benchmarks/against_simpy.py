"""How much faster is the compiled engine than the SimPy engine, event for event, on one core?"""

from __future__ import annotations

import statistics
import time
from pathlib import Path
from typing import Any

from measured import Measured

from forecast.engines import compiled, simpy_engine
from forecast.model.parameters import Parameters
from forecast.scenario import load

HERE = Path(__file__).parent
REPLICATIONS = 3
TURNS = 10  # replications of the compiled engine beside each of the SimPy engine


def timed(engine: Any, parameters: Parameters, replication: int) -> tuple[int, float]:
    """Events of a replication and the seconds of this process's time that it took."""
    began = time.process_time()
    events = engine.run(parameters, 1, replication).events
    return events, time.process_time() - began


def measure() -> list[Measured]:
    """The ratios, over whole replications: drawing the traits, books and tables included."""
    scenarios = {"bottom_up": "bottom_up", "users only": HERE / "users.yaml"}
    return [measured(name, Parameters(load(source))) for name, source in scenarios.items()]


def measured(name: str, parameters: Parameters) -> Measured:
    """The ratio for a scenario."""
    compiled.run(parameters, 1, 0)
    ratios, rates = [], []
    for replication in range(REPLICATIONS):
        before = [timed(compiled, parameters, replication) for _ in range(TURNS)]
        events, slow = timed(simpy_engine, parameters, replication)
        after = [timed(compiled, parameters, replication) for _ in range(TURNS)]
        assert {count for count, _ in before + after} == {events}
        fast = statistics.median(seconds for _, seconds in before + after)
        ratios.append(slow / fast)
        rates.append((events / fast / 1e6, events / slow))
    million, plain = (statistics.median(column) for column in zip(*rates, strict=True))
    note = f"{million:.1f} million against {plain:,.0f} events a second"
    what = f"compiled engine against the SimPy engine, per core, {name}"
    return Measured(what, statistics.median(ratios), 300, note)
