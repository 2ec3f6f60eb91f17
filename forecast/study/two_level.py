"""The share of parameter uncertainty measured by simulating again.

Replication r once more with the same parameters and other random numbers: what the two have in common is what the
parameters do, one by one and together.  The share is the intraclass correlation of such pairs (a balanced two-level
design; Saltelli et al. 2010, doi:10.1016/j.cpc.2009.09.018, call it pick and freeze).
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager, closing
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from forecast.analysis.key_metrics import key_metric_values
from forecast.analysis.sensitivity import MIN_SHARE_REPLICATIONS, VarianceShare, two_level_share
from forecast.errors import InputError, Problem
from forecast.files import scratch_folder
from forecast.model.parameters import Parameters, ReplicationInputs
from forecast.model.uncertainty import draw_parameters
from forecast.montecarlo import EngineJob, ExecutionOptions, Progress, batch_size, cores, default_progress, simulate
from forecast.scenario import Scenario
from forecast.study.run_part import PartsJob, decode_part
from forecast.study.run_writer import RunWriter
from forecast.types import Floats

if TYPE_CHECKING:
    from forecast.montecarlo.batches import Simulator
    from forecast.study.finished_run import Run


class CrossedParameters(Parameters):
    """A scenario whose replication `offset + r` has the parameters of replication r."""

    def __init__(self, scenario: Scenario, offset: int) -> None:
        super().__init__(scenario)
        self.offset = offset

    def inputs(self, seed: int, replication: int) -> ReplicationInputs:
        """The inputs of a replication: parameters of one, random numbers of another."""
        uniforms = draw_parameters(self.uncertain, self.scenario.correlations, seed, replication - self.offset)
        return self.inputs_from(uniforms, seed, replication)


@dataclass(frozen=True)
class _CrossedReplications:
    """The replications of a scenario with random numbers from beyond the run."""

    scenario: Scenario
    seed: int
    engine: str
    offset: int

    def prepare(self, say: Callable[[str], None]) -> None:
        """Compile the engine, if it has to be."""
        EngineJob(self.scenario, self.seed, self.engine).prepare(say)

    def simulator(self) -> Simulator:
        """A function that simulates the replication of a number."""
        from forecast.engines import engine  # noqa: PLC0415  # compiled engines are imported where they work

        parameters, chosen = CrossedParameters(self.scenario, self.offset), engine(self.engine)
        return lambda replication: chosen.run(parameters, self.seed, self.offset + replication)


def _resimulate(
    run: Run, replications: int, workers: int | None = None, progress: AbstractContextManager[Progress] | None = None
) -> Floats:
    """The key figures of the first so many replications with other random numbers, [replication, headline]."""
    count, parameters = run.manifest["replications"], run.parameters
    if not MIN_SHARE_REPLICATIONS <= replications <= count:
        allowed = (
            f"{MIN_SHARE_REPLICATIONS} to {count}, the replications of the run"
            if count >= MIN_SHARE_REPLICATIONS
            else f"a run of {MIN_SHARE_REPLICATIONS} or more"
        )
        raise InputError([Problem(str(run.folder), None, "pairs", f"`{replications}`", allowed)])
    engine, seed = run.manifest["engine"], run.manifest["seed"]
    size = batch_size(len(parameters.account_segment), parameters.months, engine)
    job = PartsJob((_CrossedReplications(run.scenario, seed, engine, count),), size)
    with scratch_folder() as folder, progress or default_progress(replications) as shown:
        writer = RunWriter(folder, parameters)
        execution = ExecutionOptions(workers or cores(), progress=shown)
        with closing(simulate(job, job.batches(replications), execution)) as batches:
            for batch in batches:
                for part in batch.parts:
                    writer.add(decode_part(part))
        writer.close()
        return key_metric_values(folder, parameters, seed)


def epistemic_shares(
    run: Run, replications: int, workers: int | None = None, progress: AbstractContextManager[Progress] | None = None
) -> dict[str, VarianceShare | None]:
    """The share that is parameter uncertainty, by headline, from so many replications simulated again."""
    run.check_repeatable()
    other = _resimulate(run, replications, workers, progress)
    own = run.headline_values[:replications]
    return {
        headline.code: two_level_share(*both[:, ~np.isnan(both).any(axis=0)])
        for headline, both in zip(run.headlines, np.stack([own, other]).transpose(2, 0, 1), strict=True)
    }
