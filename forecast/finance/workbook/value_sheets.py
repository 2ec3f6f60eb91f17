"""What did the simulation say?  The sheet Paths: each metric of each path and segment as values, money in cents.

All other sheets look here.  At the end of each total stands how far its segments are from it.
"""

from __future__ import annotations

from forecast.finance.sample_paths import PERCENTILE_RANKS, TOTAL
from forecast.finance.workbook import layout as at
from forecast.finance.workbook.book import ERROR_COLOR, MUTED_COLOR, Book
from forecast.finance.workbook.cell_formulas import FormulaText

VENDOR_METRICS = ("people_cost_cents", "capability_cost_cents")
KEY_COLUMN = at.HOW  # the column with path|segment|metric


def _rows_of_metric(book: Book, metric: str) -> tuple[str, ...]:
    """The rows that a metric can have anything in, the total last."""
    if ":" in metric:
        return (TOTAL,)
    return ("vendor", TOTAL) if metric in VENDOR_METRICS else book.paths.segments


def write_paths(book: Book) -> None:
    """Nothing; the sheet is filled, and where each key stands is known."""
    sheet = book.title(at.PATHS, "values of the simulation, money in whole cents; change nothing here")
    book.status(sheet, at.STATUS)
    book.axis(at.PATHS, linked=False)
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
    """Nothing; the months of one metric of one path and segment are in the row."""
    sheet, (metric, name) = book.sheets[at.PATHS], what
    cents = metric.endswith("_cents")
    unit = f"{book.paths.scenario.currency} cents" if cents else "count" if ":" not in metric else "days or requests"
    key = f"{path[0]}|{book.labels[name]}|{metric}"
    for column, text in enumerate((path[0], unit, key, metric, book.labels[name])):
        sheet.write_string(row, column, text, book.format())
    look = book.format(num_format='#,##0;-#,##0;"–"' if cents else '#,##0.00;-#,##0.00;"–"')
    values = book.paths.metrics[metric][:, path[1], book.paths.rows.index(name)].tolist()
    for column, value in enumerate(values, at.OPENING):
        sheet.write_number(row, column, int(value) if value.is_integer() else value, look)
    book.keys[key] = row - at.BODY + 1


def _write_difference(book: Book, below: int, parts: int) -> None:
    """Nothing; behind the total just above stands the sum of what its segments differ from it, month by month."""
    total = below - 1
    difference = FormulaText(at.row_reference(total, at.OPENING, book.last, fixed=""))
    for part in range(total - parts, total):
        difference -= FormulaText(at.row_reference(part, at.OPENING, book.last, fixed=""))
    digits = at.cell_reference(at.INPUTS, book.constants["digits"], 1)
    formula = f"=ROUND(SUMPRODUCT(ABS({difference.text})),{digits})"
    book.sheets[at.PATHS].write_formula(total, book.last + 2, formula, book.format(num_format="0.00"), 0)


WARNING = (
    "NOT ADDITIVE: each figure by itself, over all replications. Do not add up months, lines or segments of this sheet."
)


def write_percentiles(book: Book) -> None:
    """Nothing; the sheet is filled."""
    sheet = book.title(at.PERCENTILES, f"percentiles of {book.paths.replications} replications, all segments")
    sheet.write_string(at.PATH_SHOWN, 0, WARNING, book.format(bold=True, font_color=ERROR_COLOR))
    few = " Fewer than 30 replications: these are rough." if book.paths.replications < 30 else ""
    told = f"Blank: a ratio that has no denominator in some replication. A path that ties is on the other sheets.{few}"
    sheet.write_string(at.SEGMENT_SHOWN, 0, told, book.format(font_color=MUTED_COLOR))
    book.status(sheet, at.STATUS)
    book.axis(at.PERCENTILES, linked=True)
    row = at.BODY
    for each in book.percentiles:
        look = book.format(num_format=book.pattern(each.line))
        for name, values in zip(PERCENTILE_RANKS, each.values.tolist(), strict=True):
            texts = (each.line.label, book.unit(each.line.unit), f"{name} of the replications, not additive")
            for column, text in enumerate(texts):
                sheet.write_string(row, column, text, book.format(font_color=MUTED_COLOR) if column else book.format())
            for column, value in enumerate(values, at.FIRST_PERIOD):
                figure = book.figure(each.line, value)
                if isinstance(figure, str):
                    sheet.write_blank(row, column, None, look)
                else:
                    sheet.write_number(row, column, figure, look)
            row += 1
        row += 1
    sheet.print_area(0, 0, row, book.last)
