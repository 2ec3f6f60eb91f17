"""How does `forecast export` go?  From a run's folder to files, each told in a line."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import click

from forecast.errors import printable
from forecast.finance.export import DEFAULT_FORMATS, ExportedFile, export
from forecast.finance.sample_paths import DEFAULT_HEADLINE
from forecast.study.finished_run import Run, open_run

NAME_WIDTH = 20


def export_folder(folder: Path, to: Sequence[str], headline: str | None, target: Path | None) -> None:
    """Nothing; the files of a run are written, and told on stdout."""
    _list_files(_export_run(open_run(folder), to, headline, target))


def _export_run(
    run: Run, to: Sequence[str] = (), headline: str | None = None, target: Path | None = None
) -> list[ExportedFile]:
    """The files of a run, written; what is not asked for is the default."""
    asked = DEFAULT_HEADLINE if headline is None else headline
    return export(run, tuple(dict.fromkeys(to)) or DEFAULT_FORMATS, asked, target)


def _list_files(files: Sequence[ExportedFile], *, on_stderr: bool = False) -> None:
    """Nothing; a line for each file: its name and what is in it, and where they are."""
    for each in files:
        click.echo(f"{each.path.name:{NAME_WIDTH}} {each.description}", err=on_stderr)
    click.echo(f"Everything is in {printable(str(files[0].path.parent))}", err=True)


def export_each(runs: Sequence[Run], target: Path | None = None) -> None:
    """Nothing; each run is exported beside what it was asked for: into its own folder, or into one of `target` each.

    Told on stderr: stdout has the answer already.
    """
    for run in runs:
        own = target / run.folder.name if target is not None else None
        _list_files(_export_run(run, target=own), on_stderr=True)
