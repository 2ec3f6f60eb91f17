"""The speed of two workers against one: the same run with each, in turns."""

from __future__ import annotations

import statistics
import tempfile
from pathlib import Path

from measured import Measured, printed

TURNS, REPLICATIONS = 3, 200
RUN = """
import json, sys, time
from contextlib import closing
from forecast.model.parameters import Parameters
from forecast.montecarlo import EngineJob, ExecutionOptions, batch_size, simulate
from forecast.scenario import load
from forecast.study.run_part import PartsJob
if __name__ == "__main__":
    scenario, workers, count = load("bottom_up"), int(sys.argv[1]), int(sys.argv[2])
    parameters = Parameters(scenario)
    size = batch_size(len(parameters.account_segment), parameters.months, "compiled")
    job, began = PartsJob((EngineJob(scenario, 1, "compiled"),), size), None
    with closing(simulate(job, job.batches(count), ExecutionOptions(workers))) as batches:
        for finished in batches:
            if began is None and finished.batch.stop >= count // 5:
                began, rest = time.perf_counter(), count - finished.batch.stop
    print(json.dumps(rest / (time.perf_counter() - began)))
"""


def rate(workers: int) -> float:
    """Replications a second; spawned workers need a script in a file."""
    with tempfile.TemporaryDirectory() as folder:
        script = Path(folder) / "run.py"
        script.write_text(RUN, encoding="utf-8")
        return float(printed([script, workers, REPLICATIONS]))


def measure() -> list[Measured]:
    """The ratio of replications a second, once all workers are busy."""
    ratios = []
    for _ in range(TURNS):
        one, two = (rate(workers) for workers in (1, 2))
        ratios.append(two / one)
    return [Measured("two workers against one", statistics.median(ratios), 1.8, f"{two:.0f} replications a second")]
