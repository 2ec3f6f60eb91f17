"""How does a scenario become a run's folder?  Simulated, recorded, summarized, and given its name at the end."""

from __future__ import annotations

import platform
import shlex
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, ExitStack, closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from forecast.engines import names
from forecast.errors import InputError, Problem, nearest, quoted
from forecast.files import write_bytes, write_text
from forecast.model.parameters import Parameters
from forecast.montecarlo import EngineJob, Headlines, Job, Means, Progress, batch_size, cores, simulate
from forecast.montecarlo.address import cluster_problems, need_distributed
from forecast.montecarlo.progress import Silence, said_if_long
from forecast.results.folder import RUN, check_target, default_folder, hashes, json_text, publish
from forecast.results.opened import Run, open_run
from forecast.results.recorder import Recorder
from forecast.results.summary import Facts, summarize
from forecast.results.tidy import summary_csv
from forecast.results.unfinished import Work, Workplace, at_work
from forecast.scenario import Scenario, load
from forecast.versions import version_of

if TYPE_CHECKING:
    from forecast.engines.result import ReplicationResult
    from forecast.engines.simpy_engine import OwnProcess

EXTENDED = "simpy"  # the engine that takes processes of one's own
PACKAGES = ("numpy", "scipy", "numba", "simpy", "pyarrow")


@dataclass(frozen=True)
class Options:
    """How a run is done; nothing here but `precision` and `processes` changes its tables."""

    engine: str | None = None  # the default one
    workers: int | None = None  # as many as there are processors
    folder: str | Path | None = None  # runs/<name of the scenario>
    precision: float | None = None  # stop when every headline figure is known so well; replications are then the most
    command: Sequence[str] = ()
    progress: Callable[[int], AbstractContextManager[Progress]] | None = None
    force: bool = False  # start anew where other work lies unfinished
    cluster: str | None = None  # the address of a Dask scheduler, or `local:N`, in place of workers
    halt: Callable[[], AbstractContextManager[Callable[[], bool]]] | None = None  # gives: whether to stop soon
    processes: Sequence[OwnProcess] = ()  # of one's own (docs/extending.md): SimPy's engine, in this process alone

    @property
    def team(self) -> int:
        """How many processes share the work; a function written in a notebook can't be sent to another one."""
        return 1 if self.processes else self.workers or cores()


def run(
    source: Scenario | str | Path,
    overrides: Sequence[str] = (),
    *,
    replications: int | None = None,
    seed: int | None = None,
    **options: Any,
) -> Run:
    """The run of a scenario, its folder written; options are those of forecast.results.running.Options.

    Raises InputError when anything asked for is wrong, before anything is simulated; RunError when a replication fails.
    """
    if isinstance(source, Scenario):
        scenario = settled(source, overrides, replications, seed)
    else:
        scenario = load(source, overrides, seed=seed, replications=replications)
    return perform(scenario, Options(**options))


def perform(scenario: Scenario, options: Options) -> Run:
    """The run of a scenario that is settled."""
    began = time.monotonic()
    check_options(options)
    engine = engine_of(options)
    folder = Path(options.folder) if options.folder is not None else default_folder(scenario.name)
    check_target(folder)
    parameters = Parameters(scenario)
    size = batch_size(len(parameters.account_segment), parameters.months, engine)
    with at_work(folder, Work(RUN, (scenario,), engine, size, options.command), force=options.force) as place:
        recorded = record(scenario, parameters, options, place)
        complete(place.prepared, folder, recorded, options, began)
    return open_run(folder)


class Recorded(NamedTuple):
    """What is known of a run whose tables are written."""

    scenario: Scenario
    facts: Facts
    precision: dict[str, float | None]


def complete(prepared: Path, folder: Path, recorded: Recorded, options: Options, began: float) -> None:
    """Nothing; the tables in `prepared` have become the run in `folder`, with its summary and its manifest."""
    scenario, facts, precision = recorded
    if facts.replications < scenario.replications:
        scenario = settled(scenario, (), facts.replications, None)
    parameters = Parameters(scenario)
    write_text(prepared / "scenario.yaml", scenario.resolved)
    for name, data in scenario.files.items():
        write_bytes(prepared / name, data)
    shown = options.progress(0) if options.progress else Silence()
    with shown as progress, said_if_long(progress, f"summarizing {facts.replications:,} replications"):
        summary = summarize(prepared, parameters, facts)
    document = {**summary.document, "precision": precision}
    write_text(prepared / "summary.json", json_text(document))
    write_text(prepared / "summary.csv", summary_csv(summary, parameters))
    publish(prepared, folder, manifest_of(scenario, facts, options, (hashes(prepared), time.monotonic() - began)))


def check_options(options: Options) -> None:
    """Nothing; raises InputError with all that is wrong with them, RunError where something is not installed."""
    problems = []
    if options.workers is not None and options.workers < 1:
        problems.append(Problem(None, None, "workers", f"`{options.workers}`", "a whole number from 1"))
    if options.precision is not None and not 0 < options.precision < 1:
        problems.append(Problem(None, None, "precision", f"`{options.precision}`", "a share between 0 and 1"))
    problems += cluster_problems(options.cluster, options.workers)
    if problems:
        raise InputError(problems)
    if options.cluster is not None:
        need_distributed()


def check_cluster(cluster: str | None, workers: int | None, dashes: str = "") -> None:
    """Nothing; raises InputError with all that is wrong with the wish for a cluster."""
    if problems := cluster_problems(cluster, workers, dashes):
        raise InputError(problems)


def record(scenario: Scenario, parameters: Parameters, options: Options, place: Workplace) -> Recorded:
    """What was simulated, and how precise it is; the tables are prepared."""
    recorder, headlines = Recorder(place.prepared, parameters), Headlines(parameters)
    engine = place.work.engine
    job = EngineJob(scenario, scenario.seed, engine, tuple(options.processes))
    with results_of(job, scenario.replications, options, place) as results:
        try:
            for result in results:
                recorder.add(result)
                headlines.add(result)
                if headlines.enough(options.precision):
                    break
            recorder.close()
        finally:
            recorder.abandon()
    facts = Facts(scenario.seed, engine, recorder.replications, recorder.events)
    return Recorded(scenario, facts, headlines.precision())


@contextmanager
def results_of(job: Job, count: int, options: Options, place: Workplace) -> Iterator[Iterator[ReplicationResult]]:
    """The results of so many replications, in order, from the store as far as they are there."""
    with ExitStack() as stack:
        progress = stack.enter_context(options.progress(count)) if options.progress else None
        halted = stack.enter_context(options.halt()) if options.halt else lambda: False
        before = place.before()
        if before and progress:
            progress.tell(before)
        store = None if options.processes else place.store  # nothing tells one's own process from another of its name
        means = Means(options.team, options.cluster, progress, store, halted)
        yield stack.enter_context(closing(simulate(job, count, place.work.batch, means)))


def manifest_of(
    scenario: Scenario, facts: Facts, options: Options, ended: tuple[dict[str, str], float]
) -> dict[str, Any]:
    """What the run's folder says of itself; `complete` last."""
    files, seconds = ended
    return {
        "kind": RUN.name,
        "schema": RUN.schema,
        "scenario": scenario.name,
        "scenario_sha256": scenario.sha256,
        "command": shlex.join(options.command),
        "seed": facts.seed,
        "replications": facts.replications,
        "engine": facts.engine,
        "processes": [getattr(own, "__name__", type(own).__name__) for own in options.processes],
        "events": facts.events,
        "seconds": round(seconds, 3),
        "ended": datetime.now(UTC).isoformat(timespec="seconds"),
        "precision_wanted": options.precision,
        "versions": versions(),
        "files": files,
        "complete": True,
    }


def versions() -> dict[str, str]:
    """The versions of the package and of what it computes with."""
    found = {"forecast": version_of("forecast"), "python": platform.python_version()}
    return {**found, **{name: version_of(name) for name in PACKAGES}, "platform": platform.platform()}


def chosen_engine(name: str | None) -> str:
    """The engine's name, the default one for None; raises InputError when there is none of that name."""
    known = names()
    if name is None:
        return "compiled" if "compiled" in known else known[0]
    if name not in known:
        raise InputError([Problem(None, None, "engine", quoted(name), " or ".join(known), nearest(name, known))])
    return name


def engine_of(options: Options) -> str:
    """The name of the engine that is asked for; raises InputError where processes of one's own can't run on it."""
    if not options.processes:
        return chosen_engine(options.engine)
    name = chosen_engine(options.engine or EXTENDED)
    if name != EXTENDED:
        allowed = f"{EXTENDED}: processes of one's own run on no other"
        raise InputError([Problem(None, None, "engine", quoted(name), allowed)])
    if options.cluster is not None:
        allowed = "none: processes of one's own run in this process alone"
        raise InputError([Problem(None, None, "cluster", quoted(options.cluster), allowed)])
    return name


def settled(scenario: Scenario, overrides: Sequence[str], replications: int | None, seed: int | None) -> Scenario:
    """The scenario with something overridden, read again from its resolved text."""
    if not overrides and replications in {None, scenario.replications} and seed in {None, scenario.seed}:
        return scenario
    import tempfile  # noqa: PLC0415

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "scenario.yaml"
        write_text(path, scenario.resolved)
        for name, data in scenario.files.items():
            write_bytes(path.parent / name, data)
        return load(path, overrides, seed=seed, replications=replications)
