"""`forecast report`: a run or a comparison becomes one HTML file."""

from __future__ import annotations

from pathlib import Path

import click

from forecast.cli.streams import write_line
from forecast.errors import printable
from forecast.user_paths import user_path


@click.command("report", short_help="Write a report of a run or a comparison: one HTML file.")
@click.argument("folder", metavar="DIR", type=user_path)
@click.option("-o", "--output", "path", type=user_path, metavar="FILE", help="The file. [report.html in DIR]")
def report_command(folder: Path, path: Path | None) -> None:
    """Write a report of a run or a comparison: one HTML file.

    The answer in plain sentences, charts with their figures, the assumptions with their grades, and how to repeat
    it. It needs no network and no script: send it, print it, put it beside the plan.
    """
    from forecast.html_report.report import report

    write_line(f"The report is in {printable(str(report(folder, path)))}", err=True)
