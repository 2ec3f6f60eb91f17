"""`forecast init`: a shipped scenario becomes a file to edit."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import click

from forecast.cli.streams import write_line
from forecast.errors import InputError, printable, unknown
from forecast.user_paths import check_unwritten, user_path

EXTENDS_LINE = re.compile(r"^extends: (\w+)\.yaml$", re.MULTILINE)  # beside the shipped file, by name anywhere else


@click.command("init", short_help="Write a commented scenario to start from.")
@click.argument("preset", default="bottom_up")
@click.option(
    "-o",
    "--output",
    "path",
    type=user_path,
    default=Path("scenario.yaml"),
    metavar="FILE",
    help="The file. [scenario.yaml]",
)
@click.option("--force", is_flag=True, help="Replace the file if it exists.")
def init_command(preset: str, path: Path, force: bool) -> None:  # noqa: FBT001
    """Write a commented scenario to start from.

    PRESET is one that comes with the package: bottom_up (the default), top_down_sales, product_led_growth,
    land_and_expand, ai_chat, collaboration, and small ones that change one thing.
    """
    _write_preset(preset, path, force=force)
    shown = printable(str(path))
    write_line(f"{shown} is yours to edit. Then: forecast run {shlex.quote(shown)}", err=True)


def _write_preset(preset: str, path: Path, *, force: bool) -> None:
    """Write a shipped scenario; raises InputError when there is none of that name, or the file exists already."""
    from forecast.files import write_text
    from forecast.scenario import shipped

    known = shipped()
    if preset not in known:
        raise InputError([unknown("preset", preset, known)])
    check_unwritten(path, force=force, another="another name with -o")
    write_text(path, EXTENDS_LINE.sub(r"extends: \1", known[preset].read_text(encoding="utf-8")))
