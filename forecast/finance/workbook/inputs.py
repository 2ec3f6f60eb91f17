"""What can be chosen, and what was assumed?  The sheet Inputs: the path and segment shown, constants, the scenario."""

from __future__ import annotations

from typing import Any

from forecast.finance.column import CONSTANTS
from forecast.finance.inputs import inputs_of
from forecast.finance.lines import MONEY
from forecast.finance.paths import TOTAL
from forecast.finance.workbook import layout as at
from forecast.finance.workbook.book import HEAD, INPUT, NUMBERS, QUIET, Book

WIDE = 44  # letters that fit into the column of values


def place_constants(book: Book) -> None:
    """Nothing; the row of each constant is known."""
    first = at.PATH_LIST + len(book.paths.paths) + 3
    book.constants |= {name: first + place for place, name in enumerate(CONSTANTS)}


def write_inputs(book: Book) -> None:
    """Nothing; the sheet is filled."""
    sheet = book.title(at.INPUTS)
    for column, width in enumerate((56, 44, 26, 26, 8)):
        sheet.set_column(column, column, width)
    write_choice(book)
    write_path_list(book)
    for name, (value, unit, told) in CONSTANTS.items():
        row = book.constants[name]
        sheet.write_string(row, 0, told, book.format())
        sheet.write_number(row, 1, value, book.format(align="right"))
        sheet.write_string(row, 2, unit, book.format(font_color=QUIET, indent=1))
    write_heading(book, book.constants["cents"] - 1, "Constants of the formulas", "value", "unit")
    row = write_segments(book, max(book.constants.values()) + 2)
    last = write_scenario(book, row + 1)
    sheet.freeze_panes(at.SHOWN_PATH, 0)
    sheet.print_area(0, 0, last, 4)
    sheet.fit_to_pages(1, 0)
    sheet.set_portrait()


def write_heading(book: Book, row: int, *texts: str) -> None:
    """Nothing; the heading of a list."""
    for column in range(5):
        text = texts[column] if column < len(texts) else ""
        align: dict[str, Any] = {"align": "right"} if column == 1 else {"indent": 1} if column else {}
        book.sheets[at.INPUTS].write_string(row, column, text, book.format(bold=True, bg_color=HEAD, **align))


def write_choice(book: Book) -> None:
    """Nothing; the two cells that the reader sets."""
    sheet, box = book.sheets[at.INPUTS], {"font_color": INPUT, "bold": True, "border": 1, "bg_color": "#FFF8E1"}
    note = book.format(font_color=QUIET, indent=1)
    sheet.write_string(at.SHOWN_PATH, 0, "Path shown on all sheets: choose", book.format(bold=True))
    sheet.write_string(at.SHOWN_PATH, 1, book.paths.paths[0].name, book.format(**box))
    sheet.write_string(at.SHOWN_PATH, 2, "mean, or one real replication", note)
    last = at.PATH_LIST + len(book.paths.paths) - 1
    choice = {"validate": "list", "error_title": "Path", "error_message": "Choose one of the list."}
    sheet.data_validation(
        at.SHOWN_PATH, 1, at.SHOWN_PATH, 1, {**choice, "source": f"={at.down(0, at.PATH_LIST, last)}"}
    )
    sheet.write_string(at.SHOWN_SEGMENT, 0, "Segment shown on ARR bridge and Revenue: choose", book.format(bold=True))
    sheet.write_string(at.SHOWN_SEGMENT, 1, TOTAL, book.format(**box))
    first = max(book.constants.values()) + 3
    last = first + len(book.paths.segments) - 1
    source = f"={at.down(0, first, last)}"
    sheet.data_validation(
        at.SHOWN_SEGMENT, 1, at.SHOWN_SEGMENT, 1, {**choice, "error_title": "Segment", "source": source}
    )
    sheet.write_string(at.COMPANY, 0, "Segment shown on all other sheets", book.format())
    sheet.write_string(at.COMPANY, 1, TOTAL, book.format())
    book.status(sheet, at.ALL_CHECKS)


def write_path_list(book: Book) -> None:
    """Nothing; the paths, which replication each is, its headline and its discount rate."""
    sheet, headline = book.sheets[at.INPUTS], book.paths.headline
    money = headline.unit == MONEY
    told = f"{headline.label}{f', {book.paths.scenario.currency}' if money else ''}"
    write_heading(book, at.PATH_LIST - 1, "Paths", "replication", told, "discount rate, yearly")
    look = book.format(num_format='#,##0;-#,##0;"–"' if money else NUMBERS[headline.unit], align="left", indent=1)
    for row, path in enumerate(book.paths.paths, at.PATH_LIST):
        sheet.write_string(row, 0, path.name, book.format())
        if path.replication is None:
            sheet.write_string(row, 1, f"mean of {book.paths.replications}", book.format(align="right"))
        else:
            sheet.write_number(row, 1, path.replication, book.format(align="right"))
        sheet.write_number(row, 2, path.headline / 100 if money else path.headline, look)
        sheet.write_number(row, 3, path.discount_rate, book.format(num_format="0.00%", align="left", indent=1))


def write_segments(book: Book, row: int) -> int:
    """The row behind the list of segments."""
    write_heading(book, row, "Segments")
    for name in book.paths.segments:
        row += 1
        book.sheets[at.INPUTS].write_string(row, 0, book.labels[name], book.format())
    return row + 1


def write_scenario(book: Book, row: int) -> int:
    """The last row of the scenario's values."""
    sheet, quiet = book.sheets[at.INPUTS], book.format(font_color=QUIET, indent=1)
    write_heading(book, row, "The scenario, all defaults filled in", "value", "unit", "sources", "grade")
    for each in inputs_of(book.paths.scenario):
        row += 1
        sheet.write_string(row, 0, each.path[:500], book.format())
        if isinstance(each.value, str):
            sheet.write_string(row, 1, each.value[:2000], book.format(font_color=INPUT, align="right", text_wrap=True))
            sheet.set_row(row, 14 * (1 + min(len(each.value), 1000) // WIDE))
        else:
            pattern = {"num_format": "0.0###%"} if each.share else {}
            sheet.write_number(row, 1, each.value, book.format(font_color=INPUT, align="right", **pattern))
        for column, text in enumerate((each.unit, each.sources, each.grade), 2):
            sheet.write_string(row, column, text, quiet)
    return row
