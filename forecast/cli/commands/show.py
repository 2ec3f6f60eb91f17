"""`forecast show`: the forecast of a finished run, or a finished comparison, once more."""

from __future__ import annotations

from itertools import chain
from pathlib import Path

import click

from forecast.cli.commands.run import run_document
from forecast.cli.exit_status import show_warnings
from forecast.cli.options import json_option
from forecast.cli.streams import write_json
from forecast.user_paths import user_path


@click.command("show", short_help="Show the forecast of a run, or a comparison, again.")
@click.argument("folder", metavar="DIR", type=user_path)
@json_option
def show_command(folder: Path, as_json: bool) -> None:  # noqa: FBT001
    """Show the forecast of a run, or a comparison, again."""
    from forecast.cli.screens.comparison_screen import show_comparison
    from forecast.cli.screens.run_screen import show_run
    from forecast.study.comparison_folder import open_comparison
    from forecast.study.finished_run import open_run
    from forecast.study.folder import COMPARISON, read_manifest

    if read_manifest(folder, COMPARISON) is not None:
        comparison = open_comparison(folder)
        show_warnings(chain.from_iterable(comparison.warnings.values()))
        if as_json:
            write_json(comparison.document())
        else:
            show_comparison(comparison)
        return
    run = open_run(folder)
    show_warnings(run.warnings)
    if as_json:
        write_json(run_document(run))
    else:
        show_run(run)
