"""Of what is a report asked?  The folder of a run or of a comparison becomes one HTML file."""

from __future__ import annotations

from pathlib import Path

from forecast.files import write_text
from forecast.report.comparison_page import comparison_page
from forecast.report.page import html
from forecast.report.run_page import run_page
from forecast.results.comparing import open_comparison
from forecast.results.folder import COMPARISON, manifest_in
from forecast.results.opened import open_run

NAME = "report.html"


def report(folder: str | Path) -> str:
    """The report of a folder as HTML; raises InputError when it is no complete run and no complete comparison."""
    folder = Path(folder)
    if manifest_in(folder, COMPARISON) is not None:
        return html(comparison_page(open_comparison(folder), folder))
    return html(run_page(open_run(folder)))


def write_report(folder: Path, path: Path | None) -> Path:
    """Where the report lies now: in the folder, unless another file is asked for."""
    text = report(folder)
    target = path if path is not None else folder / NAME
    write_text(target, text)
    return target
