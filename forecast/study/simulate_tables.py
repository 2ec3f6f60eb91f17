"""Scenarios simulated side by side into tables: what a run (of one scenario) and a comparison have in common.

Some replications of every scenario come first, then the next of every scenario: so a comparison can stop as soon as
the differences are known, and what is kept in memory does not grow with the replications.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path
from typing import NamedTuple

import numpy as np

from forecast.analysis.key_metrics import DECISIVE
from forecast.analysis.summary import RunInfo
from forecast.analysis.summary_data import SummaryData
from forecast.model.parameters import Parameters
from forecast.montecarlo import EngineJob, ExecutionOptions, StoppingRule, simulate
from forecast.study.checkpoint import Checkpoint
from forecast.study.run_options import RunOptions
from forecast.study.run_part import PartsJob, RunPart, decode_part
from forecast.study.run_writer import RunWriter
from forecast.types import Floats


class SimulatedRun(NamedTuple):
    """What is known of a run beside its tables."""

    info: RunInfo
    data: SummaryData


def simulate_tables(checkpoint: Checkpoint, folders: Sequence[Path], options: RunOptions) -> list[SimulatedRun]:
    """Write the tables of the checkpoint's scenarios, each into its folder; what is known of each beside them."""
    with ExitStack() as stack:
        writers = []
        for folder, scenario in zip(folders, checkpoint.scenarios, strict=True):
            writers.append(RunWriter(folder, Parameters(scenario)))
            stack.callback(writers[-1].abandon)
        runs = _ParallelRuns(writers, options.precision)
        for part in stack.enter_context(_simulated_parts(checkpoint, options)):
            if runs.add(part):
                break
        for writer in writers:
            writer.close()
    return [
        SimulatedRun(
            RunInfo(scenario.seed, checkpoint.engine, writer.replications, writer.events, precision.precision()),
            writer.data,
        )
        for scenario, writer, precision in zip(checkpoint.scenarios, writers, runs.precisions, strict=True)
    ]


class _ParallelRuns:
    """Runs that are written side by side, until all are known well enough."""

    def __init__(self, writers: Sequence[RunWriter], precision: float | None) -> None:
        self.writers = writers
        self.rule = StoppingRule(DECISIVE, precision)
        # Of each scenario by itself; one alone is what the rule looks at.
        self.precisions = [StoppingRule(DECISIVE) for _ in writers] if len(writers) > 1 else [self.rule]
        self.waiting: list[deque[RunPart]] = [deque() for _ in writers]  # parts that may be too many

    def add(self, part: RunPart) -> bool:
        """Add the next part of its scenario; whether that was the last one."""
        self.waiting[part.scenario].append(part)
        stop = min(parts[-1].replications.stop if parts else 0 for parts in self.waiting)
        enough = self._count_until(stop)
        for writer, parts in zip(self.writers, self.waiting, strict=True):
            while parts and parts[0].replications.stop <= self.rule.count:
                writer.add(parts.popleft())
            if enough and parts and parts[0].replications.start < self.rule.count:
                writer.add(writer.maker.start_of(parts[0], self.rule.count - parts[0].replications.start))
        return enough

    def _count_until(self, stop: int) -> bool:
        """Count the replications in front of this one, of all scenarios; whether it is enough before."""
        while self.rule.count < stop:
            rows = np.stack([_decisive_of(parts, self.rule.count) for parts in self.waiting])
            self.rule.add(rows)
            for precision, row in zip(self.precisions, rows, strict=True):
                if precision is not self.rule:
                    precision.add(row[np.newaxis])
            if self.rule.enough():
                return True
        return False


def _decisive_of(parts: Iterable[RunPart], replication: int) -> Floats:
    """The decisive figures of a replication, from the part that has it."""
    part = next(each for each in parts if replication in each.replications)
    figures: Floats = part.decisive[replication - part.replications.start]
    return figures


@contextmanager
def _simulated_parts(checkpoint: Checkpoint, options: RunOptions) -> Iterator[Iterator[RunPart]]:
    """The parts of all replications, in order, from the store as far as they are there."""
    custom = tuple(options.processes)
    jobs = (EngineJob(scenario, scenario.seed, checkpoint.engine, custom) for scenario in checkpoint.scenarios)
    job = PartsJob(tuple(jobs), checkpoint.batch_size)
    with ExitStack() as stack:
        progress = stack.enter_context(options.progress(checkpoint.replications * len(checkpoint.scenarios)))
        should_stop = stack.enter_context(options.halt()) if options.halt else lambda: False
        resumed = checkpoint.resume_message()
        if resumed:
            progress.write(resumed)
        # Nothing on the disk could tell one custom process from another of its name.
        store = None if options.processes else checkpoint.store
        execution = ExecutionOptions(options.process_count, options.cluster, progress, store, should_stop)
        finished = stack.enter_context(closing(simulate(job, job.batches(checkpoint.replications), execution)))
        yield (decode_part(part) for batch in finished for part in batch.parts)
