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

from forecast.analysis.summary import RunInfo, summarize
from forecast.analysis.summary_table import summary_csv
from forecast.engines import engine_names
from forecast.errors import InputError, Problem, nearest, quoted
from forecast.files import write_bytes, write_text
from forecast.model.parameters import Parameters
from forecast.montecarlo import EngineJob, ExecutionOptions, Job, Progress, RunPrecision, batch_size, cores, simulate
from forecast.montecarlo.executors.cluster_address import cluster_problems, need_distributed
from forecast.montecarlo.progress import NoProgress, status_if_slow
from forecast.scenario import Scenario, load
from forecast.study.checkpoint import Checkpoint, RunSpec, open_checkpoint
from forecast.study.finished_run import Run, open_run
from forecast.study.folder import RUN, check_target, default_folder, file_hashes, json_text, publish
from forecast.study.table_writer import TableWriter
from forecast.versions import version_of

if TYPE_CHECKING:
    from forecast.engines.result import ReplicationResult
    from forecast.engines.simpy_engine import CustomProcess

CUSTOM_PROCESS_ENGINE = "simpy"  # the engine that takes processes of one's own
PACKAGES = ("numpy", "scipy", "numba", "simpy", "pyarrow")


@dataclass(frozen=True)
class RunOptions:
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
    processes: Sequence[CustomProcess] = ()  # of one's own (docs/extending.md): SimPy's engine, in this process alone

    @property
    def process_count(self) -> int:
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
    """The run of a scenario, its folder written; options are those of forecast.study.run.RunOptions.

    Raises InputError when anything asked for is wrong, before anything is simulated; RunError when a replication fails.
    """
    if isinstance(source, Scenario):
        scenario = with_overrides(source, overrides, replications, seed)
    else:
        scenario = load(source, overrides, seed=seed, replications=replications)
    return execute_run(scenario, RunOptions(**options))


def execute_run(scenario: Scenario, options: RunOptions) -> Run:
    """The run of a scenario that is settled."""
    began = time.monotonic()
    check_options(options)
    engine = engine_for(options)
    folder = Path(options.folder) if options.folder is not None else default_folder(scenario.name)
    check_target(folder)
    parameters = Parameters(scenario)
    size = batch_size(len(parameters.account_segment), parameters.months, engine)
    with open_checkpoint(
        folder, RunSpec(RUN, (scenario,), engine, size, options.command), force=options.force
    ) as place:
        recorded = _record_run(scenario, parameters, options, place)
        finish_run(place.prepared, folder, recorded, options, began)
    return open_run(folder)


class RecordedRun(NamedTuple):
    """What is known of a run whose tables are written."""

    scenario: Scenario
    facts: RunInfo
    precision: dict[str, float | None]


def finish_run(prepared: Path, folder: Path, recorded: RecordedRun, options: RunOptions, began: float) -> None:
    """Nothing; the tables in `prepared` have become the run in `folder`, with its summary and its manifest."""
    scenario, facts, precision = recorded
    if facts.replications < scenario.replications:
        scenario = with_overrides(scenario, (), facts.replications, None)
    parameters = Parameters(scenario)
    write_text(prepared / "scenario.yaml", scenario.resolved)
    for name, data in scenario.files.items():
        write_bytes(prepared / name, data)
    shown = options.progress(0) if options.progress else NoProgress()
    with shown as progress, status_if_slow(progress, f"summarizing {facts.replications:,} replications"):
        summary = summarize(prepared, parameters, facts)
    document = {**summary.document, "precision": precision}
    write_text(prepared / "summary.json", json_text(document))
    write_text(prepared / "summary.csv", summary_csv(summary, parameters))
    publish(
        prepared, folder, _run_manifest(scenario, facts, options, (file_hashes(prepared), time.monotonic() - began))
    )


def check_options(options: RunOptions) -> None:
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


def _record_run(scenario: Scenario, parameters: Parameters, options: RunOptions, place: Checkpoint) -> RecordedRun:
    """What was simulated, and how precise it is; the tables are prepared."""
    recorder, headlines = TableWriter(place.prepared, parameters), RunPrecision(parameters)
    engine = place.work.engine
    job = EngineJob(scenario, scenario.seed, engine, tuple(options.processes))
    with simulated_results(job, scenario.replications, options, place) as results:
        try:
            for result in results:
                recorder.add(result)
                headlines.add(result)
                if headlines.enough(options.precision):
                    break
            recorder.close()
        finally:
            recorder.abandon()
    facts = RunInfo(scenario.seed, engine, recorder.replications, recorder.events)
    return RecordedRun(scenario, facts, headlines.precision())


@contextmanager
def simulated_results(
    job: Job, count: int, options: RunOptions, place: Checkpoint
) -> Iterator[Iterator[ReplicationResult]]:
    """The results of so many replications, in order, from the store as far as they are there."""
    with ExitStack() as stack:
        progress = stack.enter_context(options.progress(count)) if options.progress else None
        halted = stack.enter_context(options.halt()) if options.halt else lambda: False
        before = place.resume_message()
        if before and progress:
            progress.write(before)
        store = None if options.processes else place.store  # nothing tells one's own process from another of its name
        means = ExecutionOptions(options.process_count, options.cluster, progress, store, halted)
        yield stack.enter_context(closing(simulate(job, count, place.work.batch, means)))


def _run_manifest(
    scenario: Scenario, facts: RunInfo, options: RunOptions, ended: tuple[dict[str, str], float]
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
        "versions": software_versions(),
        "files": files,
        "complete": True,
    }


def software_versions() -> dict[str, str]:
    """The versions of the package and of what it computes with."""
    found = {"forecast": version_of("forecast"), "python": platform.python_version()}
    return {**found, **{name: version_of(name) for name in PACKAGES}, "platform": platform.platform()}


def choose_engine(name: str | None) -> str:
    """The engine's name, the default one for None; raises InputError when there is none of that name."""
    known = engine_names()
    if name is None:
        return "compiled" if "compiled" in known else known[0]
    if name not in known:
        raise InputError([Problem(None, None, "engine", quoted(name), " or ".join(known), nearest(name, known))])
    return name


def engine_for(options: RunOptions) -> str:
    """The name of the engine that is asked for; raises InputError where processes of one's own can't run on it."""
    if not options.processes:
        return choose_engine(options.engine)
    name = choose_engine(options.engine or CUSTOM_PROCESS_ENGINE)
    if name != CUSTOM_PROCESS_ENGINE:
        allowed = f"{CUSTOM_PROCESS_ENGINE}: processes of one's own run on no other"
        raise InputError([Problem(None, None, "engine", quoted(name), allowed)])
    if options.cluster is not None:
        allowed = "none: processes of one's own run in this process alone"
        raise InputError([Problem(None, None, "cluster", quoted(options.cluster), allowed)])
    return name


def with_overrides(
    scenario: Scenario, overrides: Sequence[str], replications: int | None, seed: int | None
) -> Scenario:
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
