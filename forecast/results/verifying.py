"""Is a run still what was simulated?  Every file against its hash, and some replications simulated again.

The same engine, or the other one, must give the same rows in all four tables, bit for bit.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager
from pathlib import Path
from random import SystemRandom
from typing import NamedTuple

import pyarrow as pa
import pyarrow.parquet as pq

from forecast.engines import engine
from forecast.errors import InputError, Problem, RunError
from forecast.files import sha256_of
from forecast.montecarlo import Progress
from forecast.montecarlo.job import naming
from forecast.montecarlo.progress import Silence
from forecast.results.comparing import open_comparison
from forecast.results.folder import COMPARISON, MANIFEST, complete_manifest, manifest_in
from forecast.results.opened import Run, open_run
from forecast.results.pairing import of_this_version
from forecast.results.running import chosen_engine
from forecast.results.tables import TABLES, Texts, table

AGAIN = 3  # replications that are simulated again where nobody says how many


class Verified(NamedTuple):
    """What was looked at in one folder, and what is wrong there, a sentence each."""

    folder: Path
    files: int
    replications: tuple[int, ...]  # those that were simulated again
    wrong: tuple[str, ...]


def folders(folder: Path) -> list[Path]:
    """What is to be verified: a run, or a comparison and its runs; raises InputError for anything else."""
    if manifest_in(folder, COMPARISON) is None:
        return [open_run(folder).folder]
    return [folder, *open_comparison(folder).runs.values()]


def verify(
    folder: str | Path,
    again: int = AGAIN,
    engine_name: str | None = None,
    shown: AbstractContextManager[Progress] | None = None,
) -> Verified:
    """What is wrong with a run, of which so many replications, picked by chance, are simulated again.

    Of a comparison only the files are looked at: its runs are folders of their own.  Raises InputError when there is
    no complete run or comparison, or replications are to be simulated again that another version made.
    """
    folder = Path(folder)
    if manifest_in(folder, COMPARISON) is not None:
        files = complete_manifest(folder, COMPARISON)["files"]
        return Verified(folder, len(files), (), tuple(changed(folder, files)))
    run = open_run(folder)
    files = run.manifest["files"]
    wrong = list(changed(folder, files)) or list(misnamed(run))
    picked = () if wrong else some_of(run, again)
    if picked:
        run.check_repeatable()
        name = chosen_engine(run.manifest["engine"] if engine_name is None else engine_name)
        with shown or Silence() as progress:
            wrong += differing(of_this_version(run), picked, name, progress)
    return Verified(folder, len(files), picked, tuple(wrong))


def changed(folder: Path, files: dict[str, str]) -> Iterator[str]:
    """The files that are not as they were written."""
    for name, digest in files.items():
        if sha256_of(folder / name) != digest:
            yield f"{folder / name} is not as it was written: its SHA-256 is another"


def misnamed(run: Run) -> Iterator[str]:
    """What the manifest says otherwise than the scenario beside it."""
    ours = {
        "scenario_sha256": run.scenario.sha256,
        "seed": run.scenario.seed,
        "replications": run.scenario.replications,
    }
    for name, value in ours.items():
        if run.manifest.get(name) != value:
            yield f"{run.folder / MANIFEST}: {name} is not that of the scenario beside it"


def some_of(run: Run, count: int) -> tuple[int, ...]:
    """So many of the run's replications, by chance; all of them where there are no more."""
    there = int(run.manifest["replications"])
    if count < 0:
        raise InputError([Problem(None, None, "replications", f"`{count}`", "a whole number from 0")])
    return tuple(sorted(SystemRandom().sample(range(there), min(count, there))))


def differing(run: Run, picked: Sequence[int], engine_name: str, progress: Progress) -> Iterator[str]:
    """The tables whose rows of a replication are not what it gives when it is simulated again."""
    parameters, seed = run.parameters, run.manifest["seed"]
    texts = Texts(parameters)
    for replication in picked:
        with naming(replication, seed):
            result = engine(engine_name).run(parameters, seed, replication)
        progress.done(1)
        for name, columns_of in TABLES.items():
            ours = table(columns_of(parameters, texts, [(replication, result)]))
            path = run.folder / f"{name}.parquet"
            columns = unlike(ours, rows_of(path, replication))
            if columns:
                yield (
                    f"{path}: replication {replication} of seed {seed}, simulated again with the {engine_name} engine, "
                    f"gives another {', '.join(columns[:3])}"
                )


def rows_of(path: Path, replication: int) -> pa.Table:
    """The rows of a replication; raises RunError when the table cannot be read."""
    try:
        return pq.read_table(path, filters=[("replication", "=", replication)])
    except pa.ArrowInvalid as error:
        raise RunError(f"{path} cannot be read ({error})") from error


def unlike(ours: pa.Table, theirs: pa.Table) -> list[str]:
    """The columns that differ in a bit."""
    if ours.column_names != theirs.column_names or ours.num_rows != theirs.num_rows:
        return ["number of rows or columns"]
    return [name for name in ours.column_names if not bits(ours[name]).equals(bits(theirs[name]))]


def bits(column: pa.ChunkedArray) -> pa.Array:
    """The column as something that is equal only when every bit is: a float's bits, a dictionary's texts."""
    whole = column.cast(column.type.value_type) if pa.types.is_dictionary(column.type) else column
    whole = whole.combine_chunks()
    return whole.view(pa.int64()) if pa.types.is_floating(whole.type) else whole
