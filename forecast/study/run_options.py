"""The options of a run or a comparison: engine, workers, folder, precision, and how progress is shown.

Nothing here but `precision` and `processes` changes a table.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

from forecast.engines import choose_engine
from forecast.errors import InputError, Problem, quoted
from forecast.montecarlo import Progress, cores, default_progress
from forecast.montecarlo.executors.cluster_address import cluster_problems, need_distributed

if TYPE_CHECKING:
    from forecast.engines.simpy_engine import CustomProcess

ProgressFactory: TypeAlias = Callable[[int], AbstractContextManager[Progress]]  # of so many replications
CUSTOM_PROCESS_ENGINE = "simpy"  # the only engine that takes custom processes


@dataclass(frozen=True)
class RunOptions:
    """How scenarios are simulated, and where the results go."""

    engine: str | None = None  # None: the default one
    workers: int | None = None  # None: as many as there are processors
    folder: str | Path | None = None  # None: runs/<name of the scenario>
    precision: float | None = None  # stop when every key figure is known so well; replications are then the most
    command: Sequence[str] = ()  # as typed, for the manifest and for messages that say how to resume
    progress: ProgressFactory = default_progress
    force: bool = False  # discard other unfinished work in the folder
    cluster: str | None = None  # the address of a Dask scheduler, or `local:N`, in place of workers
    halt: Callable[[], AbstractContextManager[Callable[[], bool]]] | None = None  # gives: whether to stop soon
    processes: Sequence[CustomProcess] = ()  # custom ones (docs/extending.md): SimPy's engine, in this process alone

    @property
    def process_count(self) -> int:
        """How many processes share the work; a function written in a notebook cannot be sent to another one."""
        return 1 if self.processes else self.workers or cores()

    def check(self) -> None:
        """Raise InputError with all that is wrong with the options, RunError where something is not installed."""
        problems = []
        if self.workers is not None and self.workers < 1:
            problems.append(Problem(None, None, "workers", f"`{self.workers}`", "a whole number from 1"))
        if self.precision is not None and not 0 < self.precision < 1:
            problems.append(Problem(None, None, "precision", f"`{self.precision}`", "a share between 0 and 1"))
        problems += cluster_problems(self.cluster, self.workers)
        if problems:
            raise InputError(problems)
        if self.cluster is not None:
            need_distributed()

    def engine_name(self) -> str:
        """The name of the chosen engine; raises InputError where custom processes cannot run on it."""
        if not self.processes:
            return choose_engine(self.engine)
        name = choose_engine(self.engine or CUSTOM_PROCESS_ENGINE)
        if name != CUSTOM_PROCESS_ENGINE:
            allowed = f"{CUSTOM_PROCESS_ENGINE}: custom processes run on no other"
            raise InputError([Problem(None, None, "engine", quoted(name), allowed)])
        if self.cluster is not None:
            allowed = "none: custom processes run in this process alone"
            raise InputError([Problem(None, None, "cluster", quoted(self.cluster), allowed)])
        return name


def check_cluster(cluster: str | None, workers: int | None, dashes: str = "") -> None:
    """Raise InputError with all that is wrong with a cluster's address; `dashes` stand before names of options."""
    if problems := cluster_problems(cluster, workers, dashes):
        raise InputError(problems)
