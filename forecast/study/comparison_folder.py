"""A comparison's folder: its figures, its tables and its manifest, written and opened."""

from __future__ import annotations

import os
import shlex
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from forecast.analysis.comparison import Comparison
from forecast.analysis.comparison_table import comparison_csv
from forecast.analysis.key_metrics import key_metrics
from forecast.analysis.scenario_diff import ScenarioDifference
from forecast.errors import RunError, listed, quoted
from forecast.files import ParquetSink, write_text
from forecast.scenario import recorded_warnings
from forecast.study.checkpoint import Checkpoint
from forecast.study.documents import read_comparison
from forecast.study.folder import (
    COMPARISON,
    MANIFEST,
    file_hashes,
    folder_error,
    json_text,
    publish,
    read_complete_manifest,
)
from forecast.study.run_options import RunOptions
from forecast.types import Floats
from forecast.user_paths import user_path
from forecast.versions import software_versions


def write_comparison(comparison: Comparison, checkpoint: Checkpoint, options: RunOptions) -> None:
    """Publish the comparison in the checkpoint's folder, beside its runs."""
    prepared, folder = checkpoint.prepared, checkpoint.folder
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
        "seconds": checkpoint.seconds(),
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
    """Open a finished comparison.

    Parameters
    ----------
    folder : str or Path
        The comparison's folder.

    Returns
    -------
    Comparison
        Its figures, with the folders of its runs.

    Raises
    ------
    InputError
        When there is no comparison, or it is not complete, or of another schema.
    RunError
        When its files are damaged.

    Examples
    --------
    >>> import forecast
    >>> forecast.open_comparison("runs/soc2").replications
    20
    """
    folder = user_path(folder)
    manifest = read_complete_manifest(folder, COMPARISON)
    document = read_comparison(folder / "comparison.json", COMPARISON.remedy)
    names = tuple(document["scenarios"])
    if {*manifest["runs"]} != {*names}:
        found = f"runs of {listed(map(quoted, manifest['runs'])) or 'no scenario'}"
        raise folder_error(folder / MANIFEST, found, f"those of {listed(map(quoted, names))}: {COMPARISON.remedy}")
    return Comparison(
        names=names,
        headlines=key_metrics(document["months"]),
        values=_read_values(folder / "headlines.parquet", document),
        start=document["start"],
        months=document["months"],
        currency=document["currency"],
        seed=document["seed"],
        zone=document["indifference"],
        changes={
            name: tuple(
                ScenarioDifference(**{key: change[key] for key in ScenarioDifference._fields if key in change})
                for change in changes
            )
            for name, changes in document["changes"].items()
        },
        warnings={name: recorded_warnings(found) for name, found in document.get("warnings", {}).items()},
        runs={name: folder / run for name, run in manifest["runs"].items()},
        folder=folder,
    )


def _read_values(path: Path, document: dict[str, Any]) -> Floats:
    """The figures of a comparison, [replication, scenario, headline]; raises RunError where they are of another."""
    names, codes = document["scenarios"], [metric.code for metric in key_metrics(document["months"])]
    count = document["replications"]
    try:
        table = pq.read_table(path, columns=codes)
        rows = np.stack([table[code].cast(pa.float64()).to_numpy() for code in codes], axis=-1)
    except (pa.ArrowException, KeyError, OSError) as error:
        raise RunError(f"{path} cannot be read ({error}): {COMPARISON.remedy}") from error
    if len(rows) != count * len(names):
        raise RunError(f"{path} does not hold {count} replications of each scenario: {COMPARISON.remedy}")
    return rows.reshape(len(names), count, len(codes)).transpose(1, 0, 2)
