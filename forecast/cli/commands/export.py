"""`forecast export`: a run becomes files, for finance or as a company's own exports, each listed in a line."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from forecast.cli.options import LARGEST_COUNT, WholeNumber
from forecast.cli.streams import write_line
from forecast.errors import InputError, Problem, printable, quoted
from forecast.user_paths import user_path

if TYPE_CHECKING:
    from forecast.study.export_folder import ExportedFile
    from forecast.study.finished_run import Run

NAME_WIDTH = 20


@click.command("export", short_help="Write a run for finance, or its events as exports.")
@click.argument("folder", metavar="DIR", type=user_path)
@click.option(
    "--to",
    multiple=True,
    metavar="FORMAT",
    help="xlsx, csv or parquet; may be repeated. [xlsx and csv; csv with --events]",
)
@click.option("--headline", metavar="METRIC", help="The line by which the paths P10, P50 and P90 are chosen. [arr]")
@click.option("--events", is_flag=True, help="Not for finance: the events of one simulated future, to try a fit on.")
@click.option(
    "--replication", type=WholeNumber(0, LARGEST_COUNT - 1), metavar="R", help="Which one, with --events. [0]"
)
@click.option(
    "--quirks", metavar="NAMES", help="What is wrong with the events: duplicates,late,missing,time_zone. [nothing]"
)
@click.option(
    "-o",
    "--output",
    "target",
    type=user_path,
    metavar="DIR",
    help="The folder of the files. [finance in DIR; events in DIR with --events]",
)
def export_command(
    folder: Path,
    to: tuple[str, ...],
    headline: str | None,
    *,
    events: bool,
    replication: int | None,
    quirks: str | None,
    target: Path | None,
) -> None:
    """Write a run for finance: a workbook that ties to the cent, and flat files for planning tools.

    plan.xlsx has ARR bridge, revenue and deferred, cash, unit economics and headcount as live formulas, for the mean
    and for one simulated future each at P10, P50 and P90. The flat files hold the same, one value a row.

    With --events it writes one simulated future as a company would have seen it: events of users, opportunities by
    stage, contracts by term, the list of accounts and their teams, in the events folder of DIR.
    """
    from forecast.study.finished_run import open_run

    _check_together({"--headline": headline}, {"--replication": replication, "--quirks": quirks}, events=events)
    run = open_run(folder)
    if not events:
        _list_files(_export_run(run, to, headline, target))
        return
    from forecast.history.event_export import export_events

    formats = tuple(dict.fromkeys(to)) or ("csv",)
    _list_files(export_events(run, replication or 0, quirks=_split_names(quirks), to=formats, folder=target))


def _check_together(for_finance: Mapping[str, object], for_events: Mapping[str, object], *, events: bool) -> None:
    """Raise InputError where an option is given that belongs to the other kind of export; None: it is not given."""
    given, allowed = (for_finance, "without --events") if events else (for_events, "with --events")
    problems = [
        Problem(None, None, name, quoted(str(value)), f"this option only {allowed}")
        for name, value in given.items()
        if value is not None
    ]
    if problems:
        raise InputError(problems)


def _split_names(text: str | None) -> tuple[str, ...]:
    """The names in a list with commas, each once."""
    names = (name.strip() for name in (text or "").split(","))
    return tuple(dict.fromkeys(name for name in names if name))


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
