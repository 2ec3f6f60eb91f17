"""The sheet Percentiles: P10, P50 and P90 of single figures as values; they are not additive."""

from __future__ import annotations

from forecast.analysis.formatting import FEW_REPLICATIONS, pluralize
from forecast.finance.sample_paths import PERCENTILE_RANKS
from forecast.finance.workbook import layout as at
from forecast.finance.workbook.book import ERROR_COLOR, MUTED_COLOR, Book

WARNING = (
    "NOT ADDITIVE: each figure by itself, over all simulated futures. "
    "Do not add up months, lines or segments of this sheet."
)


def write_percentiles(book: Book) -> None:
    """Fill the sheet."""
    sheet = book.start_sheet(
        at.PERCENTILES, f"percentiles of {pluralize(book.paths.replications, 'simulated future')}, all segments"
    )
    sheet.write_string(at.PATH_SHOWN, 0, WARNING, book.format(bold=True, font_color=ERROR_COLOR))
    few = " Fewer than 30 simulated futures: these are rough." if book.paths.replications < FEW_REPLICATIONS else ""
    text = f"Blank: a ratio without denominator in some simulated future. Paths that tie are on other sheets.{few}"
    sheet.write_string(at.SEGMENT_SHOWN, 0, text, book.format(font_color=MUTED_COLOR))
    book.write_status(sheet, at.STATUS)
    book.write_time_axis(at.PERCENTILES, linked=True)
    row = at.BODY
    for each in book.percentiles:
        style = book.format(num_format=book.number_format(each.line))
        for name, values in zip(PERCENTILE_RANKS, each.values.tolist(), strict=True):
            texts = (each.line.label, book.unit(each.line.unit), f"{name} of the simulated futures, not additive")
            for column, text in enumerate(texts):
                sheet.write_string(row, column, text, book.format(font_color=MUTED_COLOR) if column else book.format())
            for column, value in enumerate(values, at.FIRST_PERIOD):
                figure = book.cell_value(each.line, value)
                if isinstance(figure, str):
                    sheet.write_blank(row, column, None, style)
                else:
                    sheet.write_number(row, column, figure, style)
            row += 1
        row += 1
    sheet.print_area(0, 0, row, book.last)
