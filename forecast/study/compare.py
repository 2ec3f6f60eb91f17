"""How are scenarios compared?  Simulated side by side, replication by replication, and written into one folder.

One team of workers does replication 0 of every scenario, then replication 1 ...: so a comparison can stop as soon as
the differences are known, and what is kept in memory grows by a few numbers a replication.
"""

from __future__ import annotations

import json
import os
import shlex
import time
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, ExitStack
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from forecast.analysis.comparison import INDIFFERENCE_ZONE, Comparison
from forecast.analysis.comparison_table import comparison_csv
from forecast.analysis.key_metrics import key_metric_values, key_metrics
from forecast.analysis.scenario_diff import ScenarioDifference, diff_scenarios
from forecast.analysis.summary import RunInfo
from forecast.errors import ForecastError, InputError, Problem, RunError
from forecast.files import ParquetSink, write_text
from forecast.model.parameters import Parameters
from forecast.montecarlo import EngineJob, RunPrecision, batch_size
from forecast.montecarlo.batches import naming_replication
from forecast.scenario import Scenario
from forecast.study.checkpoint import Checkpoint, RunSpec, open_checkpoint
from forecast.study.compare_sources import ComparedScenario, compared_scenarios
from forecast.study.finished_run import Run
from forecast.study.folder import (
    COMPARISON,
    check_target,
    default_folder,
    file_hashes,
    folder_error,
    json_text,
    mark_incomplete,
    publish,
    read_complete_manifest,
)
from forecast.study.run import (
    RecordedRun,
    RunOptions,
    check_options,
    engine_for,
    finish_run,
    simulated_results,
    software_versions,
)
from forecast.study.stopping import DifferenceStoppingRule
from forecast.study.table_writer import TableWriter

if TYPE_CHECKING:
    from forecast.montecarlo.batches import Simulator


def compare(
    *sources: Scenario | Run | str | Path,
    replications: int | None = None,
    seed: int | None = None,
    indifference: float = INDIFFERENCE_ZONE,
    **options: Any,
) -> Comparison:
    """The comparison of scenarios or finished runs, the first the base, its folder written.

    Differences up to `indifference`, a share of the base's mean, do not matter; options are those of a run
    (forecast.study.run.RunOptions).  Raises InputError when anything asked for is wrong or they can't be paired,
    before anything is simulated; RunError when a replication fails.
    """
    return execute_comparison(sources, RunOptions(**options), (replications, seed), indifference)[0]


def execute_comparison(
    sources: Sequence[Scenario | Run | str | Path],
    options: RunOptions,
    asked: tuple[int | None, int | None],
    indifference: float,
) -> tuple[Comparison, Path]:
    """The comparison and its folder; `asked` are the replications and the seed."""
    began = time.monotonic()
    check_options(options)
    if not 0 <= indifference < 1:
        raise InputError([Problem(None, None, "indifference", f"`{indifference}`", "a share from 0 to below 1")])
    engine = engine_for(options)
    found = compared_scenarios(sources, *asked, options.precision)
    folder = Path(options.folder) if options.folder is not None else _default_comparison_folder(found)
    _check_folders(folder, found)
    told = [each for each in found if each.run is None]
    with _comparison_checkpoint(folder, [each.scenario for each in told], engine, options) as place:
        recorded = _record_comparison(place, options, [place.prepared / each.slug for each in told]) if told else []
        mark_incomplete(folder, COMPARISON)
        for each, one in zip(told, recorded, strict=True):
            finish_run(place.prepared / each.slug, folder / each.slug, one, options, began)
            (place.prepared / each.slug).rmdir()
        _write_comparison(_build_comparison(folder, found, indifference), place.prepared, folder, options, began)
    return open_comparison(folder), folder


def _comparison_checkpoint(
    folder: Path, scenarios: Sequence[Scenario], engine: str, options: RunOptions
) -> AbstractContextManager[Checkpoint]:
    """The block that makes the comparison; a batch is about a second of work on the largest scenario."""
    parameters = [Parameters(scenario) for scenario in scenarios]
    accounts = max((len(each.account_segment) for each in parameters), default=1)
    size = batch_size(accounts, parameters[0].months if parameters else 1, engine)
    return open_checkpoint(
        folder, RunSpec(COMPARISON, tuple(scenarios), engine, size, options.command), force=options.force
    )


def _default_comparison_folder(found: Sequence[ComparedScenario]) -> Path:
    """`runs/` and what is compared."""
    more = f" and {len(found) - 2} more" if len(found) > 2 else ""
    return default_folder(f"{found[0].slug[:24]} vs {found[1].slug[:24]}{more}")


def _check_folders(folder: Path, found: Sequence[ComparedScenario]) -> None:
    """Nothing; raises InputError unless the comparison and its runs may be written there."""
    check_target(folder, COMPARISON)
    used = {each.run.folder.resolve() for each in found if each.run}
    for each in found:
        if each.run is None:
            check_target(folder / each.slug)
            if (folder / each.slug).is_symlink():
                raise folder_error(
                    folder / each.slug, "a link out of the comparison's folder", "another folder with -o"
                )
            if (folder / each.slug).resolve() in used:
                told = "a run that is compared as it is, and would be replaced"
                raise InputError([Problem(str(folder / each.slug), None, None, told, "another folder with -o")])


@dataclass(frozen=True)
class _PairedJob:
    """Replication 0 of every scenario, then replication 1 of every scenario ...: numbers count through both."""

    jobs: tuple[EngineJob, ...]

    @property
    def seed(self) -> int:
        """The seed of all of them."""
        return self.jobs[0].seed

    def prepare(self, say: Callable[[str], None]) -> None:
        """Nothing; the engine is compiled, if it has to be."""
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


def _record_comparison(place: Checkpoint, options: RunOptions, folders: Sequence[Path]) -> list[RecordedRun]:
    """What was simulated of each scenario; the tables are in the folders."""
    scenarios, engine = place.work.scenarios, place.work.engine
    for folder in folders:
        folder.mkdir()
    parameters = [Parameters(scenario) for scenario in scenarios]
    recorders = [TableWriter(folder, each) for folder, each in zip(folders, parameters, strict=True)]
    single = [RunPrecision(each) for each in parameters]
    watch = DifferenceStoppingRule(parameters, options.precision)
    own = tuple(options.processes)
    job = _PairedJob(tuple(EngineJob(scenario, scenario.seed, engine, own) for scenario in scenarios))
    with ExitStack() as stack:
        for recorder in recorders:
            stack.callback(recorder.abandon)
        count = place.work.replications * len(scenarios)
        for number, result in enumerate(stack.enter_context(simulated_results(job, count, options, place))):
            at = number % len(scenarios)
            recorders[at].add(result)
            single[at].add(result)
            watch.add(at, result)
            if watch.enough():
                break
        for recorder in recorders:
            recorder.close()
    seen = zip(scenarios, recorders, single, strict=True)
    return [
        RecordedRun(scenario, RunInfo(scenario.seed, engine, recorder.replications, recorder.events), one.precision())
        for scenario, recorder, one in seen
    ]


def _build_comparison(folder: Path, found: Sequence[ComparedScenario], indifference: float) -> Comparison:
    """The comparison of runs that are all finished: as many replications as the shortest has."""
    base = found[0].scenario
    runs = [each.run.folder if each.run else folder / each.slug for each in found]
    values = [
        key_metric_values(run, Parameters(each.scenario), base.seed) for run, each in zip(runs, found, strict=True)
    ]
    count = min(map(len, values))
    return Comparison(
        names=tuple(each.name for each in found),
        headlines=key_metrics(base.months),
        values=np.stack([figures[:count] for figures in values], axis=1),
        start=base.start.isoformat(),
        months=base.months,
        currency=base.currency,
        seed=base.seed,
        zone=indifference,
        changes={each.name: diff_scenarios(base, each.scenario) for each in found[1:]},
        runs={each.name: run for each, run in zip(found, runs, strict=True)},
        folder=folder,
    )


def _write_comparison(comparison: Comparison, prepared: Path, folder: Path, options: RunOptions, began: float) -> None:
    """Nothing; the comparison is in the folder, beside its runs."""
    import pyarrow as pa  # noqa: PLC0415  # not before there is something to write

    table = pa.table(comparison.columns())
    sink = ParquetSink(prepared / "headlines.parquet", table.schema, ["scenario", "replication"])
    sink.write(table)
    sink.close()
    write_text(prepared / "comparison.csv", comparison_csv(comparison))
    write_text(prepared / "comparison.json", json_text(comparison.document()))
    manifest = {
        "kind": COMPARISON.name,
        "schema": COMPARISON.schema,
        "scenarios": list(comparison.names),
        "runs": {name: _relative_path(run, folder) for name, run in comparison.runs.items()},
        "command": shlex.join(options.command),
        "seed": comparison.seed,
        "replications": comparison.replications,
        "seconds": round(time.monotonic() - began, 3),
        "ended": datetime.now(UTC).isoformat(timespec="seconds"),
        "precision_wanted": options.precision,
        "versions": software_versions(),
        "files": file_hashes(prepared),
        "complete": True,
    }
    publish(prepared, folder, manifest)


def _relative_path(run: Path, folder: Path) -> str:
    """Where a run lies as seen from the comparison's folder, so that both can move together."""
    try:
        return Path(os.path.relpath(run.resolve(), folder.resolve())).as_posix()
    except ValueError:  # another drive
        return run.resolve().as_posix()


def open_comparison(folder: str | Path) -> Comparison:
    """The comparison in a folder; raises InputError when there is none, or it is not complete, or of another schema."""
    import pyarrow as pa  # noqa: PLC0415
    import pyarrow.parquet as pq  # noqa: PLC0415

    folder = Path(folder)
    manifest = read_complete_manifest(folder, COMPARISON)
    try:
        document = json.loads((folder / "comparison.json").read_text(encoding="utf-8"))
        table = pq.read_table(folder / "headlines.parquet")
    except (ValueError, pa.ArrowInvalid) as error:
        raise RunError(f"{folder} cannot be read ({error}): compare the scenarios again") from error
    names, known = tuple(document["scenarios"]), key_metrics(document["months"])
    rows = np.stack([table[headline.code].to_numpy() for headline in known], axis=-1)
    return Comparison(
        names=names,
        headlines=known,
        values=rows.reshape(len(names), -1, len(known)).transpose(1, 0, 2),
        start=document["start"],
        months=document["months"],
        currency=document["currency"],
        seed=document["seed"],
        zone=document["indifference"],
        changes={
            name: tuple(ScenarioDifference(**change) for change in told) for name, told in document["changes"].items()
        },
        runs={name: folder / run for name, run in manifest["runs"].items()},
        folder=folder,
    )
