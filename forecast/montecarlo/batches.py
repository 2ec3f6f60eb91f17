"""Jobs, the batches into which their replications are split, and the simulation of one replication.

A batch is the unit of work: what an executor is given and what the disk keeps.  Its size depends on the scenario and
the engine alone, not on the number of replications or workers.  Must not know where or in which order batches are
simulated.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple, Protocol, TypeAlias

from forecast.errors import ForecastError, RunError, printable
from forecast.scenario import Scenario

if TYPE_CHECKING:
    from forecast.engines.result import ReplicationResult
    from forecast.engines.simpy_engine import CustomProcess

    Simulator: TypeAlias = Callable[[int], ReplicationResult]

Buffer: TypeAlias = bytes | memoryview

# Account-months in about a second (benchmarks/); an engine that is not named here does one replication at a time.
ACCOUNT_MONTHS_PER_BATCH = {"compiled": 400_000, "simpy": 3_000}
LARGEST_BATCH = 200


class Batch(NamedTuple):
    """The replications from `first` up to and without `stop`."""

    first: int
    stop: int


class FinishedBatch(NamedTuple):
    """A batch and what a worker made of it, in the order of replications."""

    batch: Batch
    parts: Sequence[Buffer]  # one of each `BatchSimulator` call: one, but for a batch that was simulated in pieces
    file: bytes  # the same as a batch file


def batch_size(accounts: int, months: int, engine: str) -> int:
    """The replications of a batch, about a second of work; at least 1."""
    return max(1, min(LARGEST_BATCH, ACCOUNT_MONTHS_PER_BATCH.get(engine, 0) // max(1, accounts * months)))


def split_into_batches(replications: int, size: int) -> Iterator[Batch]:
    """All batches in order; the last may be smaller."""
    for first in range(0, replications, size):
        yield Batch(first, min(first + size, replications))


BatchSimulator: TypeAlias = Callable[[Batch, Callable[[int], None]], bytes]


class Job(Protocol):
    """Replications to simulate; it can be pickled, so that workers can have it."""

    @property
    def seed(self) -> int:
        """The seed, to be named when a replication fails."""

    def prepare(self, say: Callable[[str], None]) -> None:
        """Do once, before any worker starts, what all of them need; `say` reports what takes long."""

    def batch_simulator(self) -> BatchSimulator:
        """A function that simulates a batch into bytes, and says of each replication that it begins."""


@dataclass(frozen=True)
class EngineJob:
    """The replications of a scenario on an engine."""

    scenario: Scenario
    seed: int
    engine: str
    processes: tuple[CustomProcess, ...] = ()  # custom ones; they run on the SimPy engine, whatever `engine` says

    def prepare(self, say: Callable[[str], None]) -> None:
        """Compile the engine, if it has to be."""
        from forecast.engines import prepare  # noqa: PLC0415  # compiled engines are imported where they work

        prepare(self.engine, self.scenario, say)

    def simulator(self) -> Simulator:
        """A function that simulates a replication, given its number."""
        from forecast.engines import engine  # noqa: PLC0415  # compiled engines are imported where they work
        from forecast.model.parameters import Parameters  # noqa: PLC0415

        parameters = Parameters(self.scenario)
        if self.processes:
            from forecast.engines import simpy_engine  # noqa: PLC0415  # the same

            return partial(simpy_engine.run, parameters, self.seed, processes=self.processes)
        chosen = engine(self.engine)
        return lambda replication: chosen.run(parameters, self.seed, replication)


def simulate_replication(simulator: Simulator, replication: int, seed: int) -> ReplicationResult:
    """Simulate one replication; raise RunError that names it where it fails, since none may be left out."""
    try:
        return simulator(replication)
    except ForecastError:
        raise
    except Exception as error:
        raise RunError(
            f"replication {replication} of seed {seed} failed: {_describe_error(error)}; "
            "none may be left out, so there is no result"
        ) from error


def _describe_error(error: Exception) -> str:
    """The error and where it was raised, in one line."""
    at = error.__traceback__
    while at is not None and at.tb_next is not None:
        at = at.tb_next
    where = f" ({Path(at.tb_frame.f_code.co_filename).name}, line {at.tb_lineno})" if at is not None else ""
    return f"{type(error).__name__}: {printable(str(error).split(chr(10), maxsplit=1)[0])}{where}"
