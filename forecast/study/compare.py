"""Scenarios become a comparison's folder: simulated side by side with common random numbers, then compared."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from forecast.analysis.comparison import INDIFFERENCE_ZONE, Comparison
from forecast.analysis.key_metrics import key_metric_values, key_metrics
from forecast.analysis.price_response_text import price_notes
from forecast.analysis.scenario_diff import diff_scenarios
from forecast.errors import InputError, Problem
from forecast.model.parameters import Parameters
from forecast.montecarlo import default_progress
from forecast.scenario import Scenario, ScenarioWarning
from forecast.study.checkpoint import Checkpoint, open_checkpoint
from forecast.study.compare_sources import ComparedScenario, compared_scenarios
from forecast.study.comparison_folder import open_comparison, write_comparison
from forecast.study.finished_run import Run
from forecast.study.folder import COMPARISON, check_target, default_folder, folder_error, mark_incomplete
from forecast.study.load_check import check_load
from forecast.study.run import finish_run
from forecast.study.run_options import ProgressFactory, RunOptions
from forecast.study.simulate_tables import simulate_tables
from forecast.user_paths import user_path

if TYPE_CHECKING:
    from forecast.engines.simpy_engine import CustomProcess


def compare(
    *sources: Scenario | Run | str | Path,
    replications: int | None = None,
    seed: int | None = None,
    indifference: float = INDIFFERENCE_ZONE,
    engine: str | None = None,
    workers: int | None = None,
    folder: str | Path | None = None,
    precision: float | None = None,
    cluster: str | None = None,
    processes: Sequence[CustomProcess] = (),
    force: bool = False,
    progress: ProgressFactory = default_progress,
) -> Comparison:
    """Simulate scenarios side by side with common random numbers, and say which is better, how surely, by how much.

    Parameters
    ----------
    *sources : Scenario, Run, str or Path
        Scenarios, or finished runs, which are not simulated again; the first is the base.
    replications, seed : int, optional
        In place of the first scenario's.
    indifference : float
        The share of the base's mean up to which a difference does not matter.
    engine : {"compiled", "simpy"}, optional
        Both give the same events, bit for bit; "simpy" is slower, and the one that takes `processes`.
    workers : int, optional
        Local processes; as many as there are processors when None.
    folder : str or Path, optional
        Where the results go; `runs/` and the scenarios' names when None.
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
    Comparison
        Figures, differences and sentences.

    Raises
    ------
    InputError
        When anything asked for is wrong, or the scenarios cannot be paired, before anything is simulated.
    RunError
        When a replication fails; its number and seed are named.

    Examples
    --------
    >>> import forecast
    >>> base = forecast.load("bottom_up", replications=10)
    >>> dearer = base.replace({"name": "dearer", "pricing.paid": "25 USD"})
    >>> forecast.compare(base, dearer, folder="runs/price")
    Comparison of AI coding assistant, bottom-up, dearer: 10 replications, seed ...
    """
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
    compared = compared_scenarios(sources, replications, seed, options.precision)
    return execute_comparison(compared, options, indifference)[0]


def execute_comparison(
    compared: Sequence[ComparedScenario], options: RunOptions, indifference: float
) -> tuple[Comparison, Path]:
    """Compare and write the folder, both returned."""
    options.check()
    if not 0 <= indifference < 1:
        raise InputError([Problem(None, None, "indifference", f"`{indifference}`", "a share from 0 to below 1")])
    engine = options.engine_name()
    folder = user_path(options.folder) if options.folder is not None else _default_comparison_folder(compared)
    _check_folders(folder, compared)
    new = [each for each in compared if each.run is None]
    check_load([each.scenario for each in new], engine, options.workers, options.cluster)
    checkpoint = Checkpoint(folder, COMPARISON, tuple(each.scenario for each in new), engine, options.command)
    with open_checkpoint(checkpoint, force=options.force):
        _simulate_runs(checkpoint, new, options)
        write_comparison(_build_comparison(folder, compared, indifference), checkpoint, options)
    return open_comparison(folder), folder


def _simulate_runs(checkpoint: Checkpoint, new: Sequence[ComparedScenario], options: RunOptions) -> None:
    """Simulate the scenarios that have no run yet; each becomes a run in a folder of the comparison's."""
    folders = [checkpoint.prepared / each.slug for each in new]
    for prepared in folders:
        prepared.mkdir()
    runs = simulate_tables(checkpoint, folders, options) if new else []
    mark_incomplete(checkpoint.folder, COMPARISON)
    for each, simulated, prepared in zip(new, runs, folders, strict=True):
        finish_run(checkpoint, each.slug, each.scenario, simulated, options)
        prepared.rmdir()


def _default_comparison_folder(compared: Sequence[ComparedScenario]) -> Path:
    """`runs/` and what is compared."""
    more = f" and {len(compared) - 2} more" if len(compared) > 2 else ""
    return default_folder(f"{compared[0].slug[:24]} vs {compared[1].slug[:24]}{more}")


def _check_folders(folder: Path, compared: Sequence[ComparedScenario]) -> None:
    """Raise InputError unless the comparison and its runs may be written there."""
    check_target(folder, COMPARISON)
    used = {each.run.folder.resolve() for each in compared if each.run}
    for each in compared:
        if each.run is None:
            check_target(folder / each.slug)
            if (folder / each.slug).is_symlink():
                raise folder_error(
                    folder / each.slug, "a link out of the comparison's folder", "another folder with -o"
                )
            if (folder / each.slug).resolve() in used:
                found = "a run that is compared as it is, and would be replaced"
                raise folder_error(folder / each.slug, found, "another folder with -o")


def _build_comparison(folder: Path, compared: Sequence[ComparedScenario], indifference: float) -> Comparison:
    """The comparison of runs that are all finished: as many replications as the shortest has."""
    base = compared[0].scenario
    runs = [each.run.folder if each.run else folder / each.slug for each in compared]
    values = [
        key_metric_values(run, Parameters(each.scenario), base.seed) for run, each in zip(runs, compared, strict=True)
    ]
    count = min(map(len, values))
    return Comparison(
        names=tuple(each.name for each in compared),
        headlines=key_metrics(base.months),
        values=np.stack([figures[:count] for figures in values], axis=1),
        start=base.start.isoformat(),
        months=base.months,
        currency=base.currency,
        seed=base.seed,
        zone=indifference,
        changes={each.name: diff_scenarios(base, each.scenario) for each in compared[1:]},
        warnings=_warnings_by_name(compared),
        runs={each.name: run for each, run in zip(compared, runs, strict=True)},
        folder=folder,
    )


def _warnings_by_name(compared: Sequence[ComparedScenario]) -> dict[str, tuple[ScenarioWarning, ...]]:
    """What each scenario was warned of, and its prices that differ from the base's and move money only."""
    base = compared[0].scenario
    warnings = {each.name: (*each.scenario.warnings, *price_notes(base, each.scenario)) for each in compared}
    return {name: found for name, found in warnings.items() if found}
