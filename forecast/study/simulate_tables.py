"""Scenarios simulated side by side into tables: what a run (of one scenario) and a comparison have in common.

Replication 0 of every scenario comes first, then replication 1 of every scenario: so a comparison can stop as soon as
the differences are known, and what is kept in memory grows by a few numbers a replication.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from forecast.analysis.summary import RunInfo
from forecast.errors import ForecastError, RunError
from forecast.model.parameters import Parameters
from forecast.montecarlo import EngineJob, ExecutionOptions, Job, RunPrecision, simulate
from forecast.montecarlo.batches import naming_replication
from forecast.study.checkpoint import Checkpoint
from forecast.study.run_options import RunOptions
from forecast.study.stopping import DifferenceStoppingRule
from forecast.study.table_writer import TableWriter

if TYPE_CHECKING:
    from forecast.engines.result import ReplicationResult
    from forecast.montecarlo.batches import Simulator


def simulate_tables(checkpoint: Checkpoint, folders: Sequence[Path], options: RunOptions) -> list[RunInfo]:
    """Write the tables of the checkpoint's scenarios, each into its folder; what is known of each beside them."""
    parameters = [Parameters(scenario) for scenario in checkpoint.scenarios]
    writers = [TableWriter(folder, each) for folder, each in zip(folders, parameters, strict=True)]
    precisions = [RunPrecision(each) for each in parameters]
    differences = DifferenceStoppingRule(parameters, options.precision)
    with ExitStack() as stack:
        for writer in writers:
            stack.callback(writer.abandon)
        for number, result in enumerate(stack.enter_context(_simulated_results(checkpoint, options))):
            place = number % len(writers)
            writers[place].add(result)
            precisions[place].add(result)
            differences.add(place, result)
            if precisions[0].enough(options.precision) if len(writers) == 1 else differences.enough():
                break
        for writer in writers:
            writer.close()
    return [
        RunInfo(scenario.seed, checkpoint.engine, writer.replications, writer.events, precision.precision())
        for scenario, writer, precision in zip(checkpoint.scenarios, writers, precisions, strict=True)
    ]


@contextmanager
def _simulated_results(checkpoint: Checkpoint, options: RunOptions) -> Iterator[Iterator[ReplicationResult]]:
    """The results of all replications, in order, from the store as far as they are there."""
    job, count = _job_of(checkpoint, options), checkpoint.replications * len(checkpoint.scenarios)
    with ExitStack() as stack:
        progress = stack.enter_context(options.progress(count)) if options.progress else None
        should_stop = stack.enter_context(options.halt()) if options.halt else lambda: False
        resumed = checkpoint.resume_message()
        if resumed and progress:
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
        ready = [job.simulator() for job in self.jobs]

        def run(number: int) -> Any:
            replication, place = divmod(number, len(ready))
            try:
                with naming_replication(replication, self.seed):
                    return ready[place](replication)
            except ForecastError as error:
                raise RunError(f"{self.jobs[place].scenario.name}: {error}") from error

        return run
