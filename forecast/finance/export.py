"""The export of a run for FP&A: a workbook and flat files, written all together or not at all."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from forecast.errors import NOTHING, InputError, Problem, unknown
from forecast.finance.flat_files import csv_bytes, flat_tables, parquet_bytes
from forecast.finance.percentiles import LinePercentiles, line_percentiles
from forecast.finance.sample_paths import DEFAULT_HEADLINE, SamplePaths, choose_sample_paths
from forecast.study.export_folder import ExportedFile, FileContent, export_target, write_export
from forecast.study.finished_run import Run
from forecast.study.folder import FINANCE_FOLDER

WORKBOOK = "plan.xlsx"
FORMATS = ("xlsx", "csv", "parquet")
DEFAULT_FORMATS = ("xlsx", "csv")
FILE_DESCRIPTIONS = {
    "facts": "one value a row: every line of every path, segment and month; sums count nothing twice",
    "totals": "the same over all segments, to check sums with: not to be added to facts",
    "percentiles": "P10, P50 and P90 of single figures: not additive",
    "metrics": "the statement lines: units, signs, how they add up, formulas",
    "periods": "months, fiscal quarters and fiscal years",
    "segments": "segments and their total",
    "versions": "the paths: mean, P10, P50, P90, and which replication each is",
    "scenarios": "the scenario",
}


def export(
    run: Run, to: Sequence[str] = DEFAULT_FORMATS, headline: str = DEFAULT_HEADLINE, folder: str | Path | None = None
) -> list[ExportedFile]:
    """Write a run for finance: a workbook whose formulas tie to the cent, and flat files for planning tools.

    Parameters
    ----------
    run : Run
        A finished run.
    to : sequence of {"xlsx", "csv", "parquet"}
        The workbook, and the flat files as CSV or Parquet.
    headline : str
        The line by which the simulated futures P10, P50 and P90 are chosen.
    folder : str or Path, optional
        Where to; `finance` in the run's folder when None.

    Returns
    -------
    list of ExportedFile
        Each with its `path` and a `description`.

    Raises
    ------
    InputError
        For names that are not known, before anything is written.

    Examples
    --------
    >>> import forecast
    >>> run = forecast.open_run("runs/first")
    >>> [file.path.name for file in forecast.export(run, to=["csv"])][:2]
    ['facts.csv', 'totals.csv']
    """
    _check_formats(to)
    target = export_target(folder, run.folder, FINANCE_FOLDER)
    paths = choose_sample_paths(run, headline)
    percentiles = line_percentiles(run)
    return write_export(_file_contents(run, paths, percentiles, to), target)


def _check_formats(to: Sequence[str]) -> None:
    """Raise InputError with all unknown formats."""
    if not to:
        raise InputError([Problem(None, None, "--to", NOTHING, ", ".join(FORMATS))])
    problems = [unknown("format", name, FORMATS, "--to") for name in to if name not in FORMATS]
    if problems:
        raise InputError(problems)


def _file_contents(
    run: Run, paths: SamplePaths, percentiles: list[LinePercentiles], to: Sequence[str]
) -> Iterator[FileContent]:
    """The files in their order."""
    if "xlsx" in to:
        from forecast.finance.workbook.plan import workbook_bytes  # noqa: PLC0415  # half a second of imports

        data = workbook_bytes(run, paths, percentiles)
        yield FileContent(WORKBOOK, data, "workbook: statements with live formulas, Checks, Inputs; start at README")
    flat = [name for name in ("csv", "parquet") if name in to]
    if flat:
        for table in flat_tables(paths, percentiles):
            for name in flat:
                data = csv_bytes(table) if name == "csv" else parquet_bytes(table)
                yield FileContent(f"{table.name}.{name}", data, FILE_DESCRIPTIONS[table.name])
