"""How does the whole workbook come about?  Sheet by sheet, those first that others point to."""

from __future__ import annotations

from forecast.finance.paths import Paths
from forecast.finance.percentiles import Percentiles
from forecast.finance.workbook import layout as at
from forecast.finance.workbook.book import Book
from forecast.finance.workbook.charts import write_charts
from forecast.finance.workbook.checks import write_checks
from forecast.finance.workbook.inputs import place_constants, write_inputs
from forecast.finance.workbook.path_values import write_paths
from forecast.finance.workbook.periods import write_periods
from forecast.finance.workbook.ranges import write_percentiles
from forecast.finance.workbook.statements import write_family
from forecast.finance.workbook.texts import write_manifest, write_readme
from forecast.results.opened import Run


def workbook_bytes(run: Run, paths: Paths, percentiles: list[Percentiles]) -> bytes:
    """The bytes of plan.xlsx."""
    book = Book(run, paths, percentiles)
    place_constants(book)
    write_paths(book)
    for family in paths.families:
        write_family(book, family)
    write_periods(book, at.QUARTERS, paths.calendar.quarters, at.QUARTER)
    write_periods(book, at.YEARS, paths.calendar.years, at.YEAR)
    write_inputs(book)
    write_percentiles(book)
    write_charts(book)
    write_checks(book)
    write_readme(book)
    write_manifest(book)
    return book.close()
