"""The processor time of the client for each batch of a run: finished batches, stored and made into a run."""

from __future__ import annotations

import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from contextlib import closing
from pathlib import Path

from measured import Measured

from forecast.model.parameters import Parameters
from forecast.montecarlo import BatchStore, EngineJob, ExecutionOptions, batch_size, cores, simulate
from forecast.montecarlo.batches import FinishedBatch
from forecast.montecarlo.progress import NoProgress
from forecast.scenario import load
from forecast.study.checkpoint import Checkpoint, open_checkpoint
from forecast.study.folder import RUN
from forecast.study.run import finish_run
from forecast.study.run_options import RunOptions
from forecast.study.run_part import PartsJob
from forecast.study.simulate_tables import simulate_tables

TURNS, SHORT, LONG = 3, 330, 990  # replications of `bottom_up`
WANTED_MS = 2.5  # of the 328 in which a worker simulates a batch: 130 workers


def seconds(work: Callable[[], object]) -> float:
    """The processor time of some work, all threads together."""
    began = time.process_time()
    work()
    return time.process_time() - began


def make(folder: Path, replications: int, batches: Sequence[FinishedBatch]) -> float:
    """The seconds in which the stored batches of so many replications become a run, after they are stored."""
    scenario = load("bottom_up", replications=replications)
    checkpoint = Checkpoint(folder, RUN, (scenario,), "compiled", ())
    options = RunOptions(engine="compiled", workers=1, progress=lambda _: NoProgress())
    with open_checkpoint(checkpoint, force=True):
        for finished in batches:
            checkpoint.store.save(finished)

        def finish() -> None:
            [simulated] = simulate_tables(checkpoint, [checkpoint.prepared], options)
            finish_run(checkpoint, "", scenario, simulated, options)

        return seconds(finish)


def measure() -> list[Measured]:
    """Milliseconds for each batch: what a longer run takes more than a shorter one; and the rest, once a run."""
    scenario = load("bottom_up", replications=LONG)
    parameters = Parameters(scenario)
    size = batch_size(len(parameters.account_segment), parameters.months, "compiled")
    job = PartsJob((EngineJob(scenario, scenario.seed, "compiled"),), size)
    with closing(simulate(job, job.batches(LONG), ExecutionOptions(cores()))) as results:
        batches = list(results)
    few = SHORT // size
    save, more, once = [], [], []
    with tempfile.TemporaryDirectory() as name:
        store = BatchStore(Path(name))
        for _ in range(TURNS):
            save.append(1000 * seconds(lambda: [store.save(each) for each in batches]) / len(batches))
            short, long = make(Path(name) / "a", SHORT, batches[:few]), make(Path(name) / "b", LONG, batches)
            more.append(1000 * (long - short) / (len(batches) - few))
            once.append(short - more[-1] * few / 1000)
    figure = statistics.median(save) + statistics.median(more)
    note = f"storing {statistics.median(save):.2g} ms; once a run {statistics.median(once):.2g} s"
    return [Measured("the client, for each batch", figure, -WANTED_MS, note, " ms")]


if __name__ == "__main__":
    rows = measure()
    print(*(row.row() for row in rows), sep="\n")
    sys.exit(not all(row.reached for row in rows))
