"""How does a statement become a sheet?  One row a line, one formula a row, the same in every month."""

from __future__ import annotations

from forecast.finance.lines import Family, Line, Section
from forecast.finance.paths import TOTAL
from forecast.finance.workbook import layout as at
from forecast.finance.workbook.book import QUIET, RULE, Book
from forecast.finance.workbook.cells import Cells, Sheet

LINE, TWO_LINES = 66, 23  # letters of small print in a line of the column, and the height of two


def place_rows(family: Family, body: int = at.BODY) -> dict[str, int]:
    """The row of each line: a section has a heading, and an empty row behind it."""
    rows, row = {}, body
    for section in family.sections:
        row += 1
        for line in section.lines:
            rows[line.code] = row
            row += 1
        row += 1
    return rows


def sheet_of(book: Book, rows: dict[str, int], last: int) -> Sheet:
    """What the formulas of a sheet may point to."""
    return Sheet(rows, last, at.BODY, book.last_path, book.constants, len(book.paths.paths))


def write_family(book: Book, family: Family) -> None:
    """Nothing; the sheet of a family is filled."""
    sheet = book.title(family.name)
    book.shown(sheet, company=family.company)
    book.axis(family.name, linked=True)
    rows = book.rows[family.name] = place_rows(family)
    view = sheet_of(book, rows, book.last)
    for section in family.sections:
        write_heading(book, family.name, section, rows, book.last)
        for line in section.lines:
            write_head(book, family.name, line, rows[line.code])
            write_place(book, family, line, rows[line.code])
            write_months(book, family, line, view)
    sheet.print_area(0, 0, max(rows.values()) + 1, book.last)


def write_heading(book: Book, name: str, section: Section, rows: dict[str, int], last: int) -> None:
    """Nothing; the section's title is above its lines."""
    row = rows[section.lines[0].code] - 1
    rule = book.format(bottom=1, bottom_color=RULE)
    for column in range(last + 1):
        book.sheets[name].write_blank(row, column, None, rule)
    book.sheets[name].write_string(row, at.LABEL, section.title, book.format(bold=True, bottom=1, bottom_color=RULE))


def write_head(book: Book, name: str, line: Line, row: int) -> None:
    """Nothing; what the line is called, counted in and computed from."""
    sheet, rule = book.sheets[name], {"top": 1, "top_color": RULE} if line.strong else {}
    bold = {**rule, "bold": True} if line.strong else {}
    sheet.write_string(row, at.LABEL, line.label, book.format(indent=1, **bold))
    sheet.write_string(row, at.UNIT, book.unit(line.unit), book.format(font_color=QUIET, **bold))
    long = len(line.how) > LINE
    look = book.format(font_color=QUIET, font_size=8, text_wrap=long, **rule)
    sheet.write_string(row, at.HOW, line.how, look)
    if long:
        sheet.set_row(row, TWO_LINES)


def write_place(book: Book, family: Family, line: Line, row: int) -> None:
    """Nothing; the metric that the line takes, and where it stands on Paths for the path and segment shown."""
    metrics = line.needs.metrics
    if not metrics:
        return
    sheet = book.sheets[family.name]
    sheet.write_string(row, at.METRIC, metrics[0], book.format(font_color=QUIET, font_size=8))
    path, segment = at.SHOWN_PATH, at.COMPANY if family.company else at.SHOWN_SEGMENT
    key = f'{at.cell(at.INPUTS, path, 1)}&"|"&{at.cell(at.INPUTS, segment, 1)}&"|"&$D{row + 1}'
    keys = at.down(at.HOW, at.BODY, book.last_path, at.PATHS)
    place = book.keys[f"{book.paths.paths[0].name}|{TOTAL}|{metrics[0]}"]
    sheet.write_formula(row, at.PLACE, f"=MATCH({key},{keys},0)", book.format(font_color=QUIET, font_size=8), place)


def write_months(book: Book, family: Family, line: Line, view: Sheet) -> None:
    """Nothing; the opening, where there is one, and every month."""
    sheet, row, look = book.sheets[family.name], view.rows[line.code], book.number(line)
    values = book.values[family.name][line.code][:, 0, -1].tolist()
    for month, value in enumerate(values):
        formula = line.formula if month else line.opening
        column = at.OPENING + month
        if formula is None:
            sheet.write_blank(row, column, None, look)
        else:
            text = formula(Cells(view, row, column)).text
            sheet.write_formula(row, column, f"={text}", look, book.figure(line, value))
