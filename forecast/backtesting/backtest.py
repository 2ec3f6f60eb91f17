"""A backtest from its data file to its folder: origin after origin, each kept when it is done, then the scores of all.

An interrupted backtest goes on where it was: what an origin gave depends on the data, the options and the version
alone, and is kept under their hash.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.parquet as pq

from forecast.analysis.notebook import to_pandas
from forecast.backtesting.observed_months import observed_months
from forecast.backtesting.one_origin import OneOrigin, Score
from forecast.backtesting.origins import BacktestOptions, origins
from forecast.backtesting.score_table import backtest_document
from forecast.exports.data_file import read_data_file
from forecast.exports.data_records import DataFile
from forecast.exports.read_exports import read_exports
from forecast.files import replacing, scratch_folder, write_text
from forecast.fitting.fit import USUAL_SEED
from forecast.montecarlo import Progress, cores, default_progress
from forecast.study.folder import BACKTEST, CHECKPOINT_FOLDER, check_target, json_text, publish_files
from forecast.user_paths import user_path
from forecast.versions import software_versions

if TYPE_CHECKING:
    import pandas as pd

SCORES_FILE, DOCUMENT_FILE = "scores.parquet", "backtest.json"


@dataclass(frozen=True)
class Backtest:
    """A finished backtest.

    Attributes
    ----------
    folder : Path
        Where scores.parquet and backtest.json lie.
    scores : tuple of Score
        One for each origin, horizon, figure, account and model.
    document : dict
        What backtest.json says: losses first, then skills and mean scores.

    Examples
    --------
    >>> import forecast
    >>> forecast.backtest("data.yaml", every=6, horizons=[1], replications=50, folder="backtests/second")
    Backtest at 2 origins, ... losses, in backtests/second
    """

    folder: Path
    scores: tuple[Score, ...]
    document: dict[str, Any]

    def frame(self) -> pd.DataFrame:
        """The scores as a data frame, one a row; raises RunError where pandas is not installed."""
        return to_pandas(_table(self.scores))

    def __repr__(self) -> str:
        """One line."""
        return (
            f"Backtest at {self.document['origins']} origins, {len(self.document['losses'])} losses, in {self.folder}"
        )


def backtest(
    data: str | Path,
    *,
    since: date | None = None,
    every: int = 1,
    horizons: Sequence[int] = (1, 3, 6, 12),
    replications: int = 400,
    prior: str | None = None,
    seed: int = USUAL_SEED,
    workers: int | None = None,
    folder: str | Path | None = None,
    progress: Progress | None = None,
) -> Backtest:
    """Try forecasts on a company's own past, beside naive rules.

    Parameters
    ----------
    data : str or Path
        The data file of `forecast.fit`.
    since : datetime.date, optional
        The first origin, the first of a month; six months after the begin of the data when None.
    every : int
        Months from one origin to the next.
    horizons : sequence of int
        How far, in months.
    replications : int
        Simulated futures at each origin.
    prior : str, optional
        As for `forecast.fit`.
    seed : int
        Of all chance.
    workers : int, optional
        Local processes; as many as there are processors when None.
    folder : str or Path, optional
        Where to; `backtests/` and the data file's name when None.
    progress : Progress, optional
        Where it says what it is at.

    Returns
    -------
    Backtest
        The folder, the scores, and where a naive rule was better.

    Raises
    ------
    InputError
        With what is wrong with the data, and where there is too little of it.

    Examples
    --------
    >>> import forecast
    >>> tried = forecast.backtest("data.yaml", every=6, horizons=[1], replications=50, folder="backtests/first")
    >>> tried.document["origins"], {row["level"] for row in tried.document["scores"]} == {"account", "total"}
    (2, True)
    """
    options = BacktestOptions(since, every, tuple(sorted(set(horizons))), replications, prior, seed)
    path = user_path(data)
    target = user_path(folder) if folder is not None else Path("backtests") / path.stem
    with progress or default_progress(0) as shown:
        return run_backtest(path, options, target, workers or cores(), shown)


def run_backtest(data: Path, options: BacktestOptions, folder: Path, workers: int, progress: Progress) -> Backtest:
    """Try forecasts on the past.

    Parameters
    ----------
    data
        The data file.
    options
        Origins, horizons, futures.
    folder
        Where to; one with a backtest is replaced.
    workers
        Local processes.
    progress
        Where it says what it is at.

    Raises
    ------
    InputError
        Where the exports cannot be read, or hold too little.
    """
    check_target(folder, BACKTEST)
    plan = read_data_file(data)
    with read_exports(plan) as exports:
        observed = observed_months(exports)
    days = origins(observed.dates, options, str(data))
    kept = _Kept(folder / CHECKPOINT_FOLDER, _hash_of(plan, options))
    scores: list[Score] = []
    for number, day in enumerate(days, 1):
        progress.say(f"origin {number} of {len(days)}: {day}")
        found = kept.scores(str(day))
        if found is None:
            found = OneOrigin(data, day, observed, options, workers).scores(progress)
            kept.keep(str(day), found)
        scores += found
    document = backtest_document(scores, options)
    with scratch_folder() as prepared:
        pq.write_table(_table(scores), prepared / SCORES_FILE)
        write_text(prepared / DOCUMENT_FILE, json_text(document))
        publish_files(prepared, folder, BACKTEST)
    kept.remove()
    return Backtest(folder, tuple(scores), document)


@dataclass(frozen=True)
class _Kept:
    """The scores of finished origins, as long as others are missing."""

    folder: Path
    key: str

    def _path(self, day: str) -> Path:
        return self.folder / f"{self.key}-{day}.parquet"

    def scores(self, day: str) -> list[Score] | None:
        """The scores of an origin that is done; None: it is not."""
        if not self._path(day).is_file():
            return None
        return [Score(**row) for row in pq.read_table(self._path(day)).to_pylist()]

    def keep(self, day: str, scores: Sequence[Score]) -> None:
        """Keep the scores of an origin."""
        self.folder.mkdir(parents=True, exist_ok=True)
        with replacing(self._path(day)) as path:
            pq.write_table(_table(scores), path)

    def remove(self) -> None:
        """Forget what is now in the finished folder."""
        if self.folder.is_dir():
            for path in self.folder.glob("*.parquet"):
                path.unlink()
            if not any(self.folder.iterdir()):
                self.folder.rmdir()


def _table(scores: Sequence[Score]) -> pa.Table:
    """The scores as a table."""
    return pa.table({name: [getattr(score, name) for score in scores] for name in Score._fields})


def _hash_of(plan: DataFile, options: BacktestOptions) -> str:
    """What a backtest's result depends on: the data file, the exports that it names, the options, the version."""
    found = hashlib.sha256(plan.path.read_bytes())
    for block in (plan.monthly, *(each.table for each in (plan.accounts, plan.events, plan.opportunities) if each)):
        for path, _ in block.source.files if block else ():
            stat = Path(path).stat()
            found.update(f"{path} {stat.st_size} {stat.st_mtime_ns}".encode())
    described = asdict(options) | {"versions": software_versions()}
    found.update(json.dumps(described, sort_keys=True, default=str).encode())
    return found.hexdigest()[:16]
