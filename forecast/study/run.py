"""A scenario becomes a run's folder: simulated into tables, summarized, and published when it is complete."""

from __future__ import annotations

import shlex
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from forecast.analysis.summary import RunInfo, summarize
from forecast.analysis.summary_table import summary_csv
from forecast.files import write_bytes, write_text
from forecast.model.parameters import Parameters
from forecast.montecarlo import default_progress
from forecast.montecarlo.progress import status_if_slow
from forecast.scenario import Overrides, Raw, Scenario, load
from forecast.study.checkpoint import Checkpoint, open_checkpoint
from forecast.study.finished_run import Run, open_run
from forecast.study.folder import RUN, check_target, default_folder, file_hashes, json_text, publish
from forecast.study.load_check import check_load
from forecast.study.run_options import ProgressFactory, RunOptions
from forecast.study.simulate_tables import SimulatedRun, simulate_tables
from forecast.user_paths import user_path
from forecast.versions import software_versions

if TYPE_CHECKING:
    from forecast.engines.simpy_engine import CustomProcess


def run(
    source: Scenario | str | Path | Mapping[str, Raw],
    overrides: Overrides = (),
    *,
    replications: int | None = None,
    seed: int | None = None,
    engine: str | None = None,
    workers: int | None = None,
    folder: str | Path | None = None,
    precision: float | None = None,
    cluster: str | None = None,
    processes: Sequence[CustomProcess] = (),
    force: bool = False,
    progress: ProgressFactory = default_progress,
) -> Run:
    """Simulate a scenario many times, and keep the results in a folder.

    The same scenario and seed give the same bytes, on any number of workers, with either engine, resumed or not.

    Parameters
    ----------
    source : Scenario, str, Path or mapping
        A scenario, or what `forecast.load` takes.
    overrides : mapping of str to value, or sequence of str
        As for `forecast.load`.
    replications : int, optional
        How many simulated futures, in place of the file's.
    seed : int, optional
        The random seed, in place of the file's.
    engine : {"compiled", "simpy"}, optional
        Both give the same events, bit for bit; "simpy" is slower, and the one that takes `processes`.
    workers : int, optional
        Local processes; as many as there are processors when None.
    folder : str or Path, optional
        Where the results go; `runs/` and the scenario's name when None.
    precision : float, optional
        Stop when every key figure is known so well (0.02: the 95 % interval is within 2 % of the mean); the number of
        replications is then the most.
    cluster : str, optional
        A Dask scheduler (`"tcp://host:8786"`) or `"local:4"`, in place of `workers`.
    processes : sequence of custom SimPy processes, optional
        Functions `process(market)` (docs/extending.md).
    force : bool
        Discard an unfinished run in the folder and start over; without it the same call resumes.
    progress : callable, optional
        Given the number of replications, a context manager that is updated as they finish.

    Returns
    -------
    Run
        The finished run, read from its folder.

    Raises
    ------
    InputError
        When anything asked for is wrong, before anything is simulated.
    RunError
        When a replication fails; its number and seed are named.

    Examples
    --------
    >>> import forecast
    >>> forecast.run("bottom_up", {"pricing.paid": "25 USD"}, replications=10, folder="runs/dearer")
    Run of AI coding assistant, bottom-up: 10 replications, seed ...
    """
    scenario = load(source, overrides, seed=seed, replications=replications)
    options = RunOptions(
        engine=engine,
        workers=workers,
        folder=folder,
        precision=precision,
        cluster=cluster,
        processes=processes,
        force=force,
        progress=progress,
    )
    return execute_run(scenario, options)


def execute_run(scenario: Scenario, options: RunOptions) -> Run:
    """Simulate a scenario as it is, and write its folder."""
    options.check()
    folder = user_path(options.folder) if options.folder is not None else default_folder(scenario.name)
    checkpoint = Checkpoint(folder, RUN, (scenario,), options.engine_name(), options.command)
    check_target(folder)
    check_load([scenario], options.engine_name(), options.workers, options.cluster)
    with open_checkpoint(checkpoint, force=options.force):
        [simulated] = simulate_tables(checkpoint, [checkpoint.prepared], options)
        finish_run(checkpoint, "", scenario, simulated, options)
    return open_run(folder)


def finish_run(
    checkpoint: Checkpoint, name: str, scenario: Scenario, simulated: SimulatedRun, options: RunOptions
) -> None:
    """Publish the run whose tables are prepared: add the scenario, the summary and the manifest.

    `name` is that of its folder in the checkpoint's own, empty where they are the same.
    """
    prepared, folder, info = checkpoint.prepared / name, checkpoint.folder / name, simulated.info
    scenario = scenario.replace(replications=info.replications)  # fewer, where precision ended it early
    _write_scenario(prepared, scenario)
    _write_summary(prepared, scenario, simulated, options)
    publish(prepared, folder, _run_manifest(checkpoint, prepared, scenario, info, options))


def _write_scenario(prepared: Path, scenario: Scenario) -> None:
    """Write scenario.yaml, and the files that the scenario names."""
    write_text(prepared / "scenario.yaml", scenario.resolved)
    for name, data in scenario.files.items():
        write_bytes(prepared / name, data)


def _write_summary(prepared: Path, scenario: Scenario, simulated: SimulatedRun, options: RunOptions) -> None:
    """Write summary.json and summary.csv."""
    parameters, info = Parameters(scenario), simulated.info
    with options.progress(0) as progress, status_if_slow(progress, f"summarizing {info.replications:,} replications"):
        summary = summarize(simulated.data, parameters, info)
    document = {**summary.document, "precision": info.precision}
    write_text(prepared / "summary.json", json_text(document))
    write_text(prepared / "summary.csv", summary_csv(summary, parameters))


def _run_manifest(
    checkpoint: Checkpoint, prepared: Path, scenario: Scenario, info: RunInfo, options: RunOptions
) -> dict[str, Any]:
    """What the run's folder says of itself; `complete` last."""
    files = file_hashes(prepared)
    return {
        "kind": RUN.name,
        "schema": RUN.schema,
        "scenario": scenario.name,
        "scenario_sha256": scenario.sha256,
        "command": shlex.join(options.command),
        "seed": info.seed,
        "replications": info.replications,
        "engine": info.engine,
        "processes": [getattr(custom, "__name__", type(custom).__name__) for custom in options.processes],
        "events": info.events,
        "seconds": checkpoint.seconds(),
        "ended": datetime.now(UTC).isoformat(timespec="seconds"),
        "precision_wanted": options.precision,
        "warnings": [each.document() for each in scenario.warnings],
        "versions": software_versions(),
        "files": files,
        "complete": True,
    }
