"""The sheet Paths: each simulated metric of each path and segment as values, money in cents.

All other sheets read from here.  Behind each total stands the difference from the sum of its segments.
"""

from __future__ import annotations

from forecast.finance.sample_paths import TOTAL
from forecast.finance.workbook import layout as at
from forecast.finance.workbook.book import MUTED_COLOR, Book
from forecast.finance.workbook.cell_formulas import FormulaText

VENDOR_METRICS = ("people_cost_cents", "capability_cost_cents", "event_cost_cents")
KEY_COLUMN = at.HOW  # the column with path|segment|metric


def _rows_of_metric(book: Book, metric: str) -> tuple[str, ...]:
    """The rows in which a metric can be other than 0, the total last."""
    if ":" in metric:
        return (TOTAL,)
    return ("vendor", TOTAL) if metric in VENDOR_METRICS else book.paths.segments


def write_paths(book: Book) -> None:
    """Fill the sheet, and record where each key stands."""
    sheet = book.start_sheet(at.PATHS, "values from the simulation, money in whole cents; do not edit")
    book.write_status(sheet, at.STATUS)
    book.write_time_axis(at.PATHS, linked=False)
    sheet.set_column(at.LABEL, at.LABEL, 34)
    sheet.set_column(at.METRIC, at.METRIC, 32)
    sheet.set_column(at.PLACE, at.PLACE, 18)
    sheet.write_string(at.STATUS, at.METRIC, "metric", book.format(font_color=MUTED_COLOR))
    sheet.write_string(at.STATUS, at.PLACE, "segment", book.format(font_color=MUTED_COLOR))
    sheet.set_column(book.last + 2, book.last + 2, 16)
    sheet.write_string(at.YEAR, book.last + 2, "segments - total", book.format(font_color=MUTED_COLOR, align="right"))
    row = at.BODY
    for number, path in enumerate(book.paths.paths):
        for metric in book.paths.metrics:
            rows = _rows_of_metric(book, metric)
            for name in rows:
                _write_metric_row(book, row, (path.name, number), (metric, name))
                row += 1
            if len(rows) > 1:
                _write_difference(book, row, len(rows) - 1)
    sheet.autofilter(at.BODY - 1, 0, row - 1, at.PLACE)
    sheet.print_area(0, 0, row - 1, book.last + 2)


def _write_metric_row(book: Book, row: int, path: tuple[str, int], what: tuple[str, str]) -> None:
    """Write the months of one metric of one path and segment into a row."""
    sheet, (metric, name) = book.sheets[at.PATHS], what
    cents = metric.endswith("_cents")
    unit = f"{book.paths.scenario.currency} cents" if cents else "count" if ":" not in metric else "days or requests"
    key = f"{path[0]}|{book.labels[name]}|{metric}"
    for column, text in enumerate((path[0], unit, key, metric, book.labels[name])):
        sheet.write_string(row, column, text, book.format())
    style = book.format(num_format='#,##0;-#,##0;"–"' if cents else '#,##0.00;-#,##0.00;"–"')
    values = book.paths.metrics[metric][:, path[1], book.paths.rows.index(name)].tolist()
    for column, value in enumerate(values, at.OPENING):
        sheet.write_number(row, column, int(value) if value.is_integer() else value, style)
    book.keys[key] = row - at.BODY + 1


def _write_difference(book: Book, below: int, parts: int) -> None:
    """Write the difference of the total just above row `below` from its segments, summed over months."""
    total = below - 1
    difference = FormulaText(at.row_reference(total, at.OPENING, book.last, fixed=""))
    for part in range(total - parts, total):
        difference -= FormulaText(at.row_reference(part, at.OPENING, book.last, fixed=""))
    digits = at.cell_reference(at.INPUTS, book.constants["digits"], 1)
    formula = f"=ROUND(SUMPRODUCT(ABS({difference.text})),{digits})"
    book.sheets[at.PATHS].write_formula(total, book.last + 2, formula, book.format(num_format="0.00"), 0)
