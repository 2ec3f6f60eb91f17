"""How much of the spread would be left if we knew every parameter?  Measured, by simulating again.

Replication r once more with the same parameters and other chance: what the two have in common is what the parameters
do, one by one and together.  The share is the intraclass correlation of such pairs (a balanced two-level design;
Saltelli et al. 2010, doi:10.1016/j.cpc.2009.09.018, call it pick and freeze).
"""

from __future__ import annotations

import math
import tempfile
from collections.abc import Callable
from contextlib import AbstractContextManager, closing, nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from scipy.special import ndtri

from forecast.errors import InputError, Problem
from forecast.model.parameters import Parameters, Setting
from forecast.model.uncertainty import draw
from forecast.montecarlo import EngineJob, Means, Progress, batch_size, cores, simulate
from forecast.results.headlines import headline_values
from forecast.results.intervals import TAIL
from forecast.results.recorder import Recorder
from forecast.results.sensitivity import LEAST, Share
from forecast.scenario import Scenario
from forecast.types import Floats

if TYPE_CHECKING:
    from forecast.montecarlo.job import Simulate
    from forecast.results.opened import Run

METHOD = "{} replications simulated again with the same parameters and other chance"


class Crossed(Parameters):
    """A scenario whose replication `offset + r` has the parameters of replication r."""

    def __init__(self, scenario: Scenario, offset: int) -> None:
        super().__init__(scenario)
        self.offset = offset

    def setting(self, seed: int, replication: int) -> Setting:
        """All that is known before the first event: parameters of one replication, chance of another."""
        draws = draw(self.uncertain, self.scenario.correlations, seed, replication - self.offset)
        return self.setting_of(draws, seed, replication)


@dataclass(frozen=True)
class CrossedJob:
    """The replications of a scenario with chance from beyond the run."""

    scenario: Scenario
    seed: int
    engine: str
    offset: int

    def prepare(self, say: Callable[[str], None]) -> None:
        """Nothing; the engine is compiled, if it has to be."""
        EngineJob(self.scenario, self.seed, self.engine).prepare(say)

    def ready(self) -> Simulate:
        """A function that simulates the replication of a number."""
        from forecast.engines import engine  # noqa: PLC0415  # compiled engines are imported where they work

        parameters, chosen = Crossed(self.scenario, self.offset), engine(self.engine)
        return lambda replication: chosen.run(parameters, self.seed, self.offset + replication)


def again(
    run: Run, pairs: int, workers: int | None = None, shown: AbstractContextManager[Progress] | None = None
) -> Floats:
    """The headlines of the first so many replications with other chance, [replication, headline]."""
    count, parameters = run.manifest["replications"], run.parameters
    if not LEAST <= pairs <= count:
        allowed = f"{LEAST} to {count}, the replications of the run" if count >= LEAST else f"a run of {LEAST} or more"
        raise InputError([Problem(str(run.folder), None, "pairs", f"`{pairs}`", allowed)])
    engine, seed = run.manifest["engine"], run.manifest["seed"]
    job = CrossedJob(run.scenario, seed, engine, count)
    size = batch_size(len(parameters.account_segment), parameters.months, engine)
    with tempfile.TemporaryDirectory() as folder, shown or nullcontext() as progress:
        recorder = Recorder(Path(folder), parameters)
        with closing(simulate(job, pairs, size, Means(workers or cores(), progress=progress))) as results:
            for result in results:
                recorder.add(result)
        recorder.close()
        return headline_values(Path(folder), parameters, seed)


def two_level(first: Floats, second: Floats) -> Share | None:
    """The share of the variance that pairs with the same parameters, [replication] each, have in common.

    The interval is Fisher's (1925, Statistical Methods for Research Workers, 7); None: too few, or they never vary.
    """
    count = len(first)
    if count < LEAST:
        return None
    middle = (first + second) / 2
    between = 2 * float(((middle - middle.mean()) ** 2).sum()) / (count - 1)
    within = float(((first - second) ** 2).sum()) / 2 / count
    if between + within == 0:
        return None
    share = (between - within) / (between + within)
    se = (1 - share**2) / math.sqrt(count - 1)
    z, half = math.atanh(max(-1 + 1e-12, min(1 - 1e-12, share))), float(ndtri(1 - TAIL)) / math.sqrt(count - 1.5)
    value, low, high = (min(1.0, max(0.0, each)) for each in (share, math.tanh(z - half), math.tanh(z + half)))
    return Share(value, se, low, high, METHOD.format(count))


def pairs_of(
    run: Run, pairs: int, workers: int | None = None, shown: AbstractContextManager[Progress] | None = None
) -> dict[str, Share | None]:
    """The share that is parameter uncertainty, by headline, from so many replications simulated again."""
    run.check_repeatable()
    other = again(run, pairs, workers, shown)
    own = run.headline_values[:pairs]
    return {
        headline.code: two_level(*both[:, ~np.isnan(both).any(axis=0)])
        for headline, both in zip(run.headlines, np.stack([own, other]).transpose(2, 0, 1), strict=True)
    }
