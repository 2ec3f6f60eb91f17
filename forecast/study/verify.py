"""Verification of a run: every file against its hash, and some replications simulated again.

The same engine, or the other one, must give the same rows in all four tables, bit for bit.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager
from functools import partial
from pathlib import Path
from random import SystemRandom
from typing import NamedTuple

import pyarrow as pa
import pyarrow.parquet as pq

from forecast.analysis.comparison import Comparison
from forecast.engines import choose_engine
from forecast.engines import engine as engine_named
from forecast.errors import InputError, Problem, RunError
from forecast.files import sha256_of
from forecast.montecarlo import Progress, default_progress
from forecast.montecarlo.batches import simulate_replication
from forecast.study.comparison_folder import open_comparison
from forecast.study.finished_run import Run, open_run
from forecast.study.folder import COMPARISON, MANIFEST, read_complete_manifest, read_manifest
from forecast.study.table_columns import TABLE_COLUMNS, TextDictionaries, arrow_table
from forecast.user_paths import user_path

REPLICATIONS_CHECKED = 3  # replications that are simulated again by default


class Verification(NamedTuple):
    """What was checked in one folder, and what is wrong there, a sentence each."""

    folder: Path
    files: int
    replications: tuple[int, ...]  # those that were simulated again
    wrong: tuple[str, ...]


def folders_to_verify(folder: Path) -> list[Path]:
    """What is to be verified: a run, or a comparison and its runs; raises InputError for anything else."""
    if read_manifest(folder, COMPARISON) is None:
        return [open_run(folder).folder]
    return [folder, *open_comparison(folder).runs.values()]


def verify(
    source: Run | Comparison | str | Path,
    *,
    replications: int = REPLICATIONS_CHECKED,
    engine: str | None = None,
    progress: AbstractContextManager[Progress] | None = None,
) -> Verification:
    """Check that a run is still what was simulated: its files, and some replications, simulated again.

    Parameters
    ----------
    source : Run, Comparison, str or Path
        A run, a comparison (only its files are looked at: its runs are folders of their own), or a folder.
    replications : int
        How many, picked at random, are simulated again and compared bit for bit.
    engine : {"compiled", "simpy"}, optional
        The engine to simulate with; the run's own when None.
    progress : context manager, optional
        Updated for each replication that is done.

    Returns
    -------
    Verification
        `wrong` has a sentence for each thing that is wrong.

    Raises
    ------
    InputError
        When there is no complete run or comparison, or another version made it.

    Examples
    --------
    >>> import forecast
    >>> forecast.verify("runs/first", replications=1).wrong
    ()
    """
    folder = user_path(source) if isinstance(source, str | Path) else source.folder
    if read_manifest(folder, COMPARISON) is not None:
        files = read_complete_manifest(folder, COMPARISON)["files"]
        return Verification(folder, len(files), (), tuple(_changed_files(folder, files)))
    run = open_run(folder)
    files = run.manifest["files"]
    wrong = list(_changed_files(folder, files)) or list(_manifest_mismatches(run))
    picked = () if wrong else _sample_replications(run, replications)
    if picked:
        run.check_repeatable()
        name = choose_engine(run.manifest["engine"] if engine is None else engine)
        with progress or default_progress(len(picked)) as shown:
            wrong += _table_mismatches(run.require_same_version(), picked, name, shown)
    return Verification(folder, len(files), picked, tuple(wrong))


def _changed_files(folder: Path, files: dict[str, str]) -> Iterator[str]:
    """The files that have changed since they were written."""
    for name, digest in files.items():
        if sha256_of(folder / name) != digest:
            yield f"{folder / name} has changed since it was written: its SHA-256 differs"


def _manifest_mismatches(run: Run) -> Iterator[str]:
    """The values of the manifest that differ from the scenario beside it."""
    ours = {
        "scenario_sha256": run.scenario.sha256,
        "seed": run.scenario.seed,
        "replications": run.scenario.replications,
    }
    for name, value in ours.items():
        if run.manifest.get(name) != value:
            yield f"{run.folder / MANIFEST}: {name} differs from the scenario beside it"


def _sample_replications(run: Run, count: int) -> tuple[int, ...]:
    """So many of the run's replications, picked at random; all of them where there are no more."""
    there = int(run.manifest["replications"])
    if count < 0:
        raise InputError([Problem(None, None, "replications", f"`{count}`", "a whole number from 0")])
    return tuple(sorted(SystemRandom().sample(range(there), min(count, there))))


def _table_mismatches(run: Run, picked: Sequence[int], engine_name: str, progress: Progress) -> Iterator[str]:
    """The tables whose rows of a replication are not what it gives when it is simulated again."""
    parameters, seed = run.parameters, run.manifest["seed"]
    texts, chosen = TextDictionaries(parameters), engine_named(engine_name)
    for replication in picked:
        result = simulate_replication(partial(chosen.run, parameters, seed), replication, seed)
        progress.done(1)
        for name, columns_of in TABLE_COLUMNS.items():
            ours = arrow_table(columns_of(parameters, texts, [(replication, result)]))
            path = run.folder / f"{name}.parquet"
            columns = _differing_columns(ours, _rows_of(path, replication))
            if columns:
                yield (
                    f"{path}: replication {replication} of seed {seed}, simulated again with the {engine_name} engine, "
                    f"differs in {', '.join(columns[:3])}"
                )


def _rows_of(path: Path, replication: int) -> pa.Table:
    """The rows of a replication; raises RunError when the table cannot be read."""
    try:
        return pq.read_table(path, filters=[("replication", "=", replication)])
    except pa.ArrowInvalid as error:
        raise RunError(f"{path} cannot be read ({error})") from error


def _differing_columns(ours: pa.Table, theirs: pa.Table) -> list[str]:
    """The columns that differ in a bit."""
    if ours.column_names != theirs.column_names or ours.num_rows != theirs.num_rows:
        return ["number of rows or columns"]
    return [name for name in ours.column_names if not _bits(ours[name]).equals(_bits(theirs[name]))]


def _bits(column: pa.ChunkedArray) -> pa.Array:
    """The column so that equal is equal to the bit: a float's bits, a dictionary's texts."""
    whole = column.cast(column.type.value_type) if pa.types.is_dictionary(column.type) else column
    whole = whole.combine_chunks()
    return whole.view(pa.int64()) if pa.types.is_floating(whole.type) else whole
