"""`forecast watch`: what happened since a fit against what it expected; status 3 where something changed."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import click

from forecast.cli.options import Day, json_option
from forecast.user_paths import user_path

CHANGED_STATUS = 3


@click.command("watch", short_help="Notice when the world leaves a fitted forecast.")
@click.argument("folder", metavar="FIT", type=user_path)
@click.argument("data", metavar="DATA", type=user_path)
@click.option("--until", metavar="DATE", type=Day("--until"), help="Look at nothing after this day. [all]")
@json_option
def watch_command(folder: Path, data: Path, until: date | None, *, as_json: bool) -> int:
    """Notice when the world leaves a forecast.

    FIT is the folder of a fit, DATA the data file of today, whose exports go on after the fit's end. Each part of the
    model is judged by itself: how often something happened, against how often the fit expected it, given what was
    really there. The odds that its pace changed may be looked at every week.

    The exit status is 3 where a part changed, for a job that runs by itself.
    """
    from forecast.cli.screens.watch_screen import show_watch
    from forecast.watching.watch import watch

    found = watch(folder, data, until=until)
    show_watch(found, as_json=as_json)
    return CHANGED_STATUS if found.changed else 0
