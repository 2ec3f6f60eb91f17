"""Between which values does each figure lie?  The sheet Percentiles: values only, no totals, and said so in red."""

from __future__ import annotations

from forecast.finance.paths import RANKS
from forecast.finance.workbook import layout as at
from forecast.finance.workbook.book import BAD, QUIET, Book

WARNING = (
    "NOT ADDITIVE: each figure by itself, over all replications. Do not add up months, lines or segments of this sheet."
)


def write_percentiles(book: Book) -> None:
    """Nothing; the sheet is filled."""
    sheet = book.title(at.PERCENTILES, f"percentiles of {book.paths.replications} replications, all segments")
    sheet.write_string(at.PATH_SHOWN, 0, WARNING, book.format(bold=True, font_color=BAD))
    few = " Fewer than 30 replications: these are rough." if book.paths.replications < 30 else ""
    told = f"Blank: a ratio that has no denominator in some replication. A path that ties is on the other sheets.{few}"
    sheet.write_string(at.SEGMENT_SHOWN, 0, told, book.format(font_color=QUIET))
    book.status(sheet, at.CHECKED)
    book.axis(at.PERCENTILES, linked=True)
    row = at.BODY
    for each in book.percentiles:
        look = book.format(num_format=book.pattern(each.line))
        for name, values in zip(RANKS, each.values.tolist(), strict=True):
            texts = (each.line.label, book.unit(each.line.unit), f"{name} of the replications, not additive")
            for column, text in enumerate(texts):
                sheet.write_string(row, column, text, book.format(font_color=QUIET) if column else book.format())
            for column, value in enumerate(values, at.FIRST):
                figure = book.figure(each.line, value)
                if isinstance(figure, str):
                    sheet.write_blank(row, column, None, look)
                else:
                    sheet.write_number(row, column, figure, look)
            row += 1
        row += 1
    sheet.print_area(0, 0, row, book.last)
