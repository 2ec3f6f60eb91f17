"""`forecast export`: a run becomes files for finance, each listed in a line."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from forecast.cli.streams import write_line
from forecast.errors import printable
from forecast.user_paths import user_path

if TYPE_CHECKING:
    from forecast.finance.export import ExportedFile
    from forecast.study.finished_run import Run

NAME_WIDTH = 20


@click.command("export", short_help="Write a run for finance: a workbook and flat files.")
@click.argument("folder", metavar="DIR", type=user_path)
@click.option("--to", multiple=True, metavar="FORMAT", help="xlsx, csv or parquet; may be repeated. [xlsx and csv]")
@click.option("--headline", metavar="METRIC", help="The line by which the paths P10, P50 and P90 are chosen. [arr]")
@click.option(
    "-o", "--output", "target", type=user_path, metavar="DIR", help="The folder of the files. [finance in DIR]"
)
def export_command(folder: Path, to: tuple[str, ...], headline: str | None, target: Path | None) -> None:
    """Write a run for finance: a workbook that ties to the cent, and flat files for planning tools.

    plan.xlsx has ARR bridge, revenue and deferred, cash, unit economics and headcount as live formulas, for the mean
    and for one simulated future each at P10, P50 and P90. The flat files hold the same, one value a row.
    """
    from forecast.study.finished_run import open_run

    _list_files(_export_run(open_run(folder), to, headline, target))


def export_runs(runs: Sequence[Run]) -> None:
    """Export each run into its own folder, listed on stderr: stdout has the forecast already."""
    for run in runs:
        _list_files(_export_run(run), on_stderr=True)


def _export_run(
    run: Run, to: Sequence[str] = (), headline: str | None = None, target: Path | None = None
) -> list[ExportedFile]:
    """Write the files of a run and return them; an option that was not given has its default."""
    from forecast.finance.export import DEFAULT_FORMATS, export
    from forecast.finance.sample_paths import DEFAULT_HEADLINE

    return export(
        run, tuple(dict.fromkeys(to)) or DEFAULT_FORMATS, DEFAULT_HEADLINE if headline is None else headline, target
    )


def _list_files(files: Sequence[ExportedFile], *, on_stderr: bool = False) -> None:
    """Write a line for each file, its name and what is in it, and where they all are."""
    from forecast.cli.screens.terminal import print_lines

    lines = [f"{each.path.name:{NAME_WIDTH}} {each.description}" for each in files]
    if on_stderr:
        write_line("\n".join(lines), err=True)
    else:
        print_lines(lines, NAME_WIDTH + 1)
    write_line(f"Everything is in {printable(str(files[0].path.parent))}", err=True)
