"""The export of one replication as a company's own exports would say it: what `forecast export --events` writes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import pyarrow as pa

from forecast.engines import choose_engine
from forecast.errors import NOTHING, InputError, Problem, unknown
from forecast.history.event_tables import event_tables
from forecast.history.explain import check_replication
from forecast.history.export_quirks import QUIRKS, with_quirks
from forecast.history.played_log import microseconds
from forecast.observed.table_files import FILE_FORMATS, table_bytes
from forecast.study.export_folder import ExportedFile, FileContent, export_target, write_export
from forecast.study.finished_run import Run
from forecast.study.folder import EVENTS_FOLDER

DESCRIPTIONS = {
    "events": "what each user did and what happened to each account, one event a row",
    "opportunities": "one row for each stage that an opportunity entered",
    "contracts": "one row for each term of a contract",
    "accounts": "every account of the market, also those that nobody uses",
    "teams": "the teams of accounts, and how large they are",
}


def export_events(
    run: Run,
    replication: int = 0,
    *,
    quirks: Sequence[str] = (),
    to: Sequence[str] = ("csv",),
    folder: str | Path | None = None,
) -> list[ExportedFile]:
    """Write one replication of a run as the tables that a company would have of it, to try a fit on a known truth.

    Parameters
    ----------
    run : Run
        A finished run; the replication is simulated again.
    replication : int
        Which of the simulated futures; the first is 0.
    quirks : sequence of {"duplicates", "late", "missing", "time_zone"}
        What is to be wrong with the files.
    to : sequence of {"csv", "parquet"}
        The formats.
    folder : str or Path, optional
        Where to; `events` in the run's folder when None.

    Returns
    -------
    list of ExportedFile
        Each with its `path` and a `description`.

    Raises
    ------
    InputError
        For names that are not known and a replication that the run has not, before anything is written.

    Examples
    --------
    >>> import forecast
    >>> from forecast.history.event_export import export_events
    >>> run = forecast.open_run("runs/first")
    >>> [file.path.name for file in export_events(run, folder="exported")]
    ['events.csv', 'opportunities.csv', 'contracts.csv', 'accounts.csv', 'teams.csv']
    """
    _check_names(quirks, to)
    check_replication(run, replication, "--replication")
    target = export_target(folder, run.folder, EVENTS_FOLDER)
    parameters = run.parameters
    tables = event_tables(parameters, replication, choose_engine(None))
    end = microseconds(parameters.shape.origin + float(parameters.month_days[-1]))
    tables = with_quirks(tables, quirks, (parameters.scenario.seed, replication), end)
    return write_export(_file_contents(tables, to), target)


def _check_names(quirks: Sequence[str], to: Sequence[str]) -> None:
    """Raise InputError with all unknown quirks and formats."""
    problems = [unknown("quirk", name, QUIRKS, "--quirks") for name in quirks if name not in QUIRKS]
    problems += [unknown("format of events", name, FILE_FORMATS, "--to") for name in to if name not in FILE_FORMATS]
    if not to:
        problems.append(Problem(None, None, "--to", NOTHING, ", ".join(FILE_FORMATS)))
    if problems:
        raise InputError(problems)


def _file_contents(tables: dict[str, pa.Table], to: Sequence[str]) -> Iterator[FileContent]:
    """The files in their order."""
    for name, table in tables.items():
        for file_format in to:
            yield FileContent(f"{name}.{file_format}", table_bytes(table, file_format), DESCRIPTIONS[name])
