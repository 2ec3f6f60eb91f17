"""The whole workbook, sheet by sheet: those first that others point to."""

from __future__ import annotations

from forecast.finance.percentiles import LinePercentiles
from forecast.finance.sample_paths import SamplePaths
from forecast.finance.workbook import layout as at
from forecast.finance.workbook.book import Book
from forecast.finance.workbook.charts_sheet import write_charts
from forecast.finance.workbook.checks_sheet import write_checks
from forecast.finance.workbook.inputs_sheet import place_constants, write_inputs
from forecast.finance.workbook.manifest_sheet import write_manifest
from forecast.finance.workbook.paths_sheet import write_paths
from forecast.finance.workbook.percentiles_sheet import write_percentiles
from forecast.finance.workbook.readme_sheet import write_readme
from forecast.finance.workbook.statement_sheets import write_periods, write_statement
from forecast.study.finished_run import Run


def workbook_bytes(run: Run, paths: SamplePaths, percentiles: list[LinePercentiles]) -> bytes:
    """The bytes of plan.xlsx."""
    book = Book(run, paths, percentiles)
    place_constants(book)
    write_paths(book)
    for definition in paths.statements:
        write_statement(book, definition)
    write_periods(book, at.QUARTERS, paths.calendar.quarters, at.QUARTER)
    write_periods(book, at.YEARS, paths.calendar.years, at.YEAR)
    write_inputs(book)
    write_percentiles(book)
    write_charts(book)
    write_checks(book)
    write_readme(book)
    write_manifest(book)
    return book.close()
