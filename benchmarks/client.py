"""The time of the client for each batch of a run: finished batches replayed through all that it does with them."""

from __future__ import annotations

import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

from measured import Measured

from forecast.montecarlo import EngineJob, ExecutionOptions, cores, simulate
from forecast.montecarlo.batch_file import decode_batch
from forecast.montecarlo.progress import NoProgress
from forecast.scenario import load
from forecast.study.checkpoint import Checkpoint, open_checkpoint
from forecast.study.folder import RUN
from forecast.study.run import finish_run
from forecast.study.run_options import RunOptions
from forecast.study.run_part import PartsJob
from forecast.study.simulate_tables import simulate_tables

TURNS, REPLICATIONS, WANTED_MS = 3, 990, 2.5


def milliseconds(work: Callable[[], object], batches: int) -> float:
    """The processor time of some work, all threads together, for each batch."""
    began = time.process_time()
    work()
    return 1000 * (time.process_time() - began) / batches


def measure() -> list[Measured]:
    """Milliseconds of processor time for each batch: storing it, and making the run of what is stored."""
    scenario = load("bottom_up", replications=REPLICATIONS)
    stored, made = [], []
    with tempfile.TemporaryDirectory() as name:
        checkpoint = Checkpoint(Path(name) / "run", RUN, (scenario,), "compiled", ())
        options = RunOptions(engine="compiled", workers=1, progress=lambda _: NoProgress())
        job = PartsJob((EngineJob(scenario, scenario.seed, "compiled"),), checkpoint.batch_size)
        batches = job.batches(REPLICATIONS)
        with open_checkpoint(checkpoint, force=True):
            execution = ExecutionOptions(cores(), store=checkpoint.store)
            with closing(simulate(job, batches, execution)) as results:
                files = [(each.batch, bytes(each.file)) for each in results]

            def store() -> None:
                for batch, file in files:
                    finished = decode_batch(batch, file)
                    assert finished is not None
                    checkpoint.store.save(finished)

            def make() -> None:
                [simulated] = simulate_tables(checkpoint, [checkpoint.prepared], options)
                finish_run(checkpoint, "", scenario, simulated, options)

            for _ in range(TURNS):
                stored.append(milliseconds(store, len(batches)))
                made.append(milliseconds(make, len(batches)))
    both = [sum(pair) for pair in zip(stored, made, strict=True)]
    parts = f"storing {statistics.median(stored):.2g}, tables and summary {statistics.median(made):.2g}"
    return [Measured("the client, for each batch", statistics.median(both), -WANTED_MS, parts, " ms")]


if __name__ == "__main__":
    rows = measure()
    print(*(row.row() for row in rows), sep="\n")
    sys.exit(not all(row.reached for row in rows))
