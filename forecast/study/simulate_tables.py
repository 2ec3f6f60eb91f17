"""Scenarios simulated side by side into tables: what a run (of one scenario) and a comparison have in common.

Replication 0 of every scenario comes first, then replication 1 of every scenario: so a comparison can stop as soon as
the differences are known, and what is kept in memory grows by a few numbers a replication.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from forecast.analysis.key_metrics import DECISIVE
from forecast.analysis.summary import RunInfo
from forecast.errors import ForecastError, RunError
from forecast.model.parameters import Parameters
from forecast.montecarlo import EngineJob, ExecutionOptions, Job, StoppingRule, simulate
from forecast.montecarlo.batches import simulate_replication
from forecast.study.checkpoint import Checkpoint
from forecast.study.run_options import RunOptions
from forecast.study.table_writer import TableWriter
from forecast.types import Floats

if TYPE_CHECKING:
    from forecast.engines.result import ReplicationResult
    from forecast.montecarlo.batches import Simulator


def simulate_tables(checkpoint: Checkpoint, folders: Sequence[Path], options: RunOptions) -> list[RunInfo]:
    """Write the tables of the checkpoint's scenarios, each into its folder; what is known of each beside them."""
    parameters = [Parameters(scenario) for scenario in checkpoint.scenarios]
    writers = [TableWriter(folder, each) for folder, each in zip(folders, parameters, strict=True)]
    precisions = [StoppingRule(DECISIVE) for _ in writers]  # of each scenario by itself
    rule = StoppingRule(DECISIVE, options.precision)
    row: list[Floats] = []  # one replication of the scenarios up to this one
    with ExitStack() as stack:
        for writer in writers:
            stack.callback(writer.abandon)
        for number, result in enumerate(stack.enter_context(_simulated_results(checkpoint, options))):
            place = number % len(writers)
            writers[place].add(result)
            row.append(_decisive_figures(result, parameters[place]))
            precisions[place].add(row[-1][np.newaxis])
            if len(row) < len(writers):
                continue
            rule.add(np.stack(row))
            row.clear()
            if rule.enough():
                break
        for writer in writers:
            writer.close()
    return [
        RunInfo(scenario.seed, checkpoint.engine, writer.replications, writer.events, precision.precision())
        for scenario, writer, precision in zip(checkpoint.scenarios, writers, precisions, strict=True)
    ]


def _decisive_figures(result: ReplicationResult, parameters: Parameters) -> Floats:
    """The figures of a replication that `--precision` watches, in the order of DECISIVE; money in cents."""
    candidates = ~result.accounts.started_under_contract
    signed = ~np.isnan(result.accounts.contract_day[candidates])
    arr, revenue = (parameters.metrics.index(name) for name in ("arr_cents", "revenue_cents"))
    total = result.monthly.sum(axis=1)
    return np.array([signed.sum() / max(1, len(signed)), total[-1, arr], total[1:, revenue].sum()], float)


@contextmanager
def _simulated_results(checkpoint: Checkpoint, options: RunOptions) -> Iterator[Iterator[ReplicationResult]]:
    """The results of all replications, in order, from the store as far as they are there."""
    job, count = _job_of(checkpoint, options), checkpoint.replications * len(checkpoint.scenarios)
    with ExitStack() as stack:
        progress = stack.enter_context(options.progress(count))
        should_stop = stack.enter_context(options.halt()) if options.halt else lambda: False
        resumed = checkpoint.resume_message()
        if resumed:
            progress.write(resumed)
        # Nothing on the disk could tell one custom process from another of its name.
        store = None if options.processes else checkpoint.store
        execution = ExecutionOptions(options.process_count, options.cluster, progress, store, should_stop)
        yield stack.enter_context(closing(simulate(job, count, checkpoint.batch_size, execution)))


def _job_of(checkpoint: Checkpoint, options: RunOptions) -> Job:
    """The work on all scenarios."""
    custom = tuple(options.processes)
    jobs = [EngineJob(scenario, scenario.seed, checkpoint.engine, custom) for scenario in checkpoint.scenarios]
    return jobs[0] if len(jobs) == 1 else _PairedJob(tuple(jobs))


@dataclass(frozen=True)
class _PairedJob:
    """Replication 0 of every scenario, then replication 1 of every scenario ...: numbers count through both."""

    jobs: tuple[EngineJob, ...]

    @property
    def seed(self) -> int:
        """The seed of all of them."""
        return self.jobs[0].seed

    def prepare(self, say: Callable[[str], None]) -> None:
        """Compile the engine, if it has to be."""
        self.jobs[0].prepare(say)

    def simulator(self) -> Simulator:
        """A function that simulates the scenario and replication of a number."""
        simulators = [job.simulator() for job in self.jobs]

        def run(number: int) -> ReplicationResult:
            replication, place = divmod(number, len(simulators))
            try:
                return simulate_replication(simulators[place], replication, self.seed)
            except ForecastError as error:
                raise RunError(f"{self.jobs[place].scenario.name}: {error}") from error

        return run
