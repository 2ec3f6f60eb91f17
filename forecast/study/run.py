"""A scenario becomes a run's folder: simulated into tables, summarized, and published when it is complete."""

from __future__ import annotations

import shlex
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from forecast.analysis.summary import RunInfo, summarize
from forecast.analysis.summary_table import summary_csv
from forecast.files import write_bytes, write_text
from forecast.model.parameters import Parameters
from forecast.montecarlo.progress import status_if_slow
from forecast.scenario import Scenario, load
from forecast.study.checkpoint import Checkpoint, open_checkpoint
from forecast.study.finished_run import Run, open_run
from forecast.study.folder import RUN, check_target, default_folder, file_hashes, json_text, publish
from forecast.study.run_options import RunOptions
from forecast.study.simulate_tables import simulate_tables
from forecast.versions import software_versions


def run(
    source: Scenario | str | Path,
    overrides: Sequence[str] = (),
    *,
    replications: int | None = None,
    seed: int | None = None,
    **options: Any,
) -> Run:
    """Simulate a scenario into its folder; options are those of forecast.study.run_options.RunOptions.

    Raises InputError when an option or the scenario is wrong, before anything is simulated; RunError when a
    replication fails.
    """
    return execute_run(load(source, overrides, seed=seed, replications=replications), RunOptions(**options))


def execute_run(scenario: Scenario, options: RunOptions) -> Run:
    """Simulate a scenario as it is, and write its folder."""
    options.check()
    folder = Path(options.folder) if options.folder is not None else default_folder(scenario.name)
    checkpoint = Checkpoint(folder, RUN, (scenario,), options.engine_name(), options.command)
    check_target(folder)
    with open_checkpoint(checkpoint, force=options.force):
        [info] = simulate_tables(checkpoint, [checkpoint.prepared], options)
        finish_run(checkpoint, "", scenario, info, options)
    return open_run(folder)


def finish_run(checkpoint: Checkpoint, name: str, scenario: Scenario, info: RunInfo, options: RunOptions) -> None:
    """Publish the run whose tables are prepared: add the scenario, the summary and the manifest.

    `name` is that of its folder in the checkpoint's own, empty where they are the same.
    """
    prepared, folder = checkpoint.prepared / name, checkpoint.folder / name
    scenario = scenario.replace(replications=info.replications)  # fewer, where precision ended it early
    _write_scenario(prepared, scenario)
    _write_summary(prepared, scenario, info, options)
    publish(prepared, folder, _run_manifest(checkpoint, prepared, scenario, info, options))


def _write_scenario(prepared: Path, scenario: Scenario) -> None:
    """Write scenario.yaml, and the files that the scenario names."""
    write_text(prepared / "scenario.yaml", scenario.resolved)
    for name, data in scenario.files.items():
        write_bytes(prepared / name, data)


def _write_summary(prepared: Path, scenario: Scenario, info: RunInfo, options: RunOptions) -> None:
    """Write summary.json and summary.csv, both from the tables."""
    parameters = Parameters(scenario)
    with options.progress(0) as progress, status_if_slow(progress, f"summarizing {info.replications:,} replications"):
        summary = summarize(prepared, parameters, info)
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
        "versions": software_versions(),
        "files": files,
        "complete": True,
    }
