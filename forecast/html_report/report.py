"""The report of a run, of a comparison or of a fit as one HTML file."""

from __future__ import annotations

from pathlib import Path

from forecast.analysis.comparison import Comparison
from forecast.files import write_bytes
from forecast.html_report.comparison_page import comparison_page
from forecast.html_report.fit_page import fit_page
from forecast.html_report.page import render_page
from forecast.html_report.run_page import run_page
from forecast.study.comparison_folder import open_comparison
from forecast.study.finished_run import Run, open_run
from forecast.study.folder import COMPARISON, FIT, REPORT_FILE, read_fit_document, read_manifest
from forecast.user_paths import check_new_file, user_path


def report_html(folder: str | Path) -> str:
    """The report of a folder as HTML; raises InputError when it is no complete run and no complete comparison."""
    folder = user_path(folder)
    if read_manifest(folder, FIT) is not None:
        return render_page(fit_page(read_fit_document(folder)))
    if read_manifest(folder, COMPARISON) is not None:
        return render_page(comparison_page(open_comparison(folder), folder))
    return render_page(run_page(open_run(folder)))


def report(source: Run | Comparison | str | Path, output: str | Path | None = None) -> Path:
    """Write the report of a run or of a comparison: one HTML file to send and to print.

    Parameters
    ----------
    source : Run, Comparison, str or Path
        A finished run or comparison, or its folder.
    output : str or Path, optional
        The file; `report.html` in the folder when None.

    Returns
    -------
    Path
        The file written.

    Raises
    ------
    InputError
        When the folder holds no complete run and no complete comparison.

    Examples
    --------
    >>> import forecast
    >>> run = forecast.open_run("runs/first")
    >>> forecast.report(run).as_posix()
    'runs/first/report.html'
    """
    folder = user_path(source) if isinstance(source, str | Path) else source.folder
    target = user_path(output) if output is not None else folder / REPORT_FILE
    if output is not None or folder.is_dir():  # else there is nothing to report
        check_new_file(target)
    # Half of a letter may stand in a document that somebody changed: it is shown as a question mark.
    write_bytes(target, report_html(folder).encode("utf-8", "replace"))
    return target
