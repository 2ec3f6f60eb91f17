"""The cost of a cluster: an empty batch through Dask and processes, and two Dask workers against one process."""

from __future__ import annotations

import statistics
import sys
import tempfile
from pathlib import Path

from measured import Measured, printed

TURNS, EMPTY, REPLICATIONS = 3, 500, 900
COUNTED = """
import json, sys, time
from contextlib import closing
from dataclasses import dataclass
from forecast.model.parameters import Parameters
from forecast.montecarlo import EngineJob, ExecutionOptions, batch_size, simulate, split_into_batches
from forecast.scenario import load
from forecast.study.run_part import PartsJob


@dataclass(frozen=True)
class Empty:
    seed: int = 1

    def prepare(self, say):
        pass

    def batch_simulator(self):
        return lambda batch, begins: b""


def options_for(where):
    return ExecutionOptions(cluster=where) if ":" in where else ExecutionOptions(int(where))


def seconds_each(job, count, size, where):
    with closing(simulate(job, [*split_into_batches(count, size)], options_for(where))) as batches:
        began = None
        for finished in batches:
            if began is None and finished.batch.stop >= count // 5:
                began, rest = time.perf_counter(), count - finished.batch.stop
        return (time.perf_counter() - began) / rest


if __name__ == "__main__":
    what, where, count = sys.argv[1], sys.argv[2], int(sys.argv[3])
    if what == "empty":
        print(json.dumps(seconds_each(Empty(), count, 1, where)))
    else:
        scenario = load("bottom_up")
        parameters = Parameters(scenario)
        size = batch_size(len(parameters.account_segment), parameters.months, "compiled")
        print(json.dumps(seconds_each(PartsJob((EngineJob(scenario, 1, "compiled"),), size), count, size, where)))
"""


def seconds_each(what: str, where: str, count: int) -> float:
    """Seconds for a replication, once all workers are busy; started processes need a script in a file."""
    with tempfile.TemporaryDirectory() as folder:
        script = Path(folder) / "count.py"
        script.write_text(COUNTED, encoding="utf-8")
        return float(printed([script, what, where, count]))


def measure() -> list[Measured]:
    """Milliseconds for an empty batch, and the replications a second of two workers against those of one process."""
    dask, processes, ratios = [], [], []
    for _ in range(TURNS):
        dask.append(1000 * seconds_each("empty", "local:2", EMPTY))
        processes.append(1000 * seconds_each("empty", "2", EMPTY))
        one, two = (seconds_each("bottom_up", where, REPLICATIONS) for where in ("1", "local:2"))
        ratios.append(one / two)
    beside = f"{statistics.median(processes):.2g} ms with processes"
    return [
        Measured("an empty batch through local:2", statistics.median(dask), -20, beside, " ms"),
        Measured("local:2 against one process", statistics.median(ratios), 1.7, f"from {min(ratios):.2f} up"),
    ]


if __name__ == "__main__":
    rows = measure()
    print(*(row.row() for row in rows), sep="\n")
    sys.exit(not all(row.reached for row in rows))
