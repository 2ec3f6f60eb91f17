"""Simulated futures, counted: of each the active people of every account at some months, and contracts signed."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from forecast.engines import choose_engine
from forecast.history.played_log import PlayedLog
from forecast.model.parameters import Parameters
from forecast.montecarlo import EngineJob, ExecutionOptions, Progress, simulate, split_into_batches
from forecast.montecarlo.batches import Batch, BatchSimulator
from forecast.scenario import Scenario
from forecast.types import Integers

BATCH = 25  # replications


class CountedFutures(NamedTuple):
    """Active people [draw, account, month]; first contracts signed up to each month [draw, month]; the accounts."""

    active: Integers
    signed: Integers
    accounts: tuple[str, ...]


@dataclass(frozen=True)
class _CountingJob:
    """Replications of a scenario of which accounts are counted at some months."""

    scenario: Scenario
    months: tuple[int, ...]

    @property
    def seed(self) -> int:
        """The scenario's."""
        return self.scenario.seed

    def prepare(self, say: Callable[[str], None]) -> None:
        """Compile the engine, if it has to be."""
        EngineJob(self.scenario, self.seed, choose_engine(None)).prepare(say)

    def batch_simulator(self) -> BatchSimulator:
        """A function that simulates a batch into the bytes of its counts."""
        parameters = Parameters(self.scenario)

        def simulated(batch: Batch, begins: Callable[[int], None]) -> bytes:
            counts = []
            for replication in range(*batch):
                begins(replication)
                counts.append(_counts(parameters, replication, self.months))
            return np.stack(counts).tobytes()

        return simulated


def counted_futures(
    scenario: Scenario, months: Sequence[int], replications: int, workers: int, progress: Progress
) -> CountedFutures:
    """Simulate and count, at the ends of these months after the start."""
    job = _CountingJob(scenario, tuple(months))
    batches = [*split_into_batches(replications, BATCH)]
    options = ExecutionOptions(workers=workers, progress=progress)
    names = tuple(Parameters(scenario).account_names)
    rows = [
        np.frombuffer(part, np.int64).reshape(-1, len(names) + 1, len(months))
        for done in simulate(job, batches, options)
        for part in done.parts
    ]
    found = np.concatenate(rows)
    return CountedFutures(found[:, :-1], found[:, -1], names)


def _counts(parameters: Parameters, replication: int, months: Sequence[int]) -> Integers:
    """Of one replication: a row for each account, and one for the contracts signed; [row, month]."""
    played = PlayedLog(parameters, replication, choose_engine(None))
    users = played.users_of()
    days = [float(parameters.month_days[month]) for month in months]
    found = np.empty((len(users) + 1, len(months)), np.int64)
    events = iter(played.events())
    event = next(events, None)
    for place, day in enumerate(days):
        while event is not None and event[1][0] < day:
            time, _, account, kind, who, value = event[1]
            users[account].apply(time, kind, who, value)
            event = next(events, None)
        found[:-1, place] = [each.active for each in users]
    won = played.result.monthly[:, :, parameters.metrics.index("won")].sum(axis=1)
    cumulative = np.cumsum(won)
    found[-1] = [cumulative[month] - cumulative[0] for month in months]
    return found
