"""Of what is a report asked?  The folder of a run or of a comparison becomes one HTML file."""

from __future__ import annotations

from pathlib import Path

from forecast.files import write_text
from forecast.html_report.comparison_page import comparison_page
from forecast.html_report.page import render_page
from forecast.html_report.run_page import run_page
from forecast.study.compare import open_comparison
from forecast.study.finished_run import open_run
from forecast.study.folder import COMPARISON, read_manifest

REPORT_FILE = "report.html"


def report_html(folder: str | Path) -> str:
    """The report of a folder as HTML; raises InputError when it is no complete run and no complete comparison."""
    folder = Path(folder)
    if read_manifest(folder, COMPARISON) is not None:
        return render_page(comparison_page(open_comparison(folder), folder))
    return render_page(run_page(open_run(folder)))


def write_report(folder: Path, path: Path | None) -> Path:
    """Where the report lies now: in the folder, unless another file is asked for."""
    text = report_html(folder)
    target = path if path is not None else folder / REPORT_FILE
    write_text(target, text)
    return target
