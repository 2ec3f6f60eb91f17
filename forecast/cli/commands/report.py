"""How does `forecast report` go?  The folder of a run or of a comparison becomes one HTML file."""

from __future__ import annotations

from pathlib import Path

import click

from forecast.errors import printable
from forecast.html_report.report import write_report


def report_folder(folder: Path, path: Path | None) -> None:
    """Nothing; the report is written, and told where."""
    target = write_report(folder, path)
    click.echo(f"The report is in {printable(str(target))}", err=True)
