"""How do months become fiscal quarters and years?  Two sheets with all lines: summed, first, last, computed anew."""

from __future__ import annotations

from datetime import datetime, time

from forecast.finance.calendar import Period
from forecast.finance.evaluate import by_period
from forecast.finance.lines import FLOW, OPENING, RATIO, Family, Line
from forecast.finance.workbook import layout as at
from forecast.finance.workbook.book import HEAD, WIDTHS, Book
from forecast.finance.workbook.cells import Cells, Sheet
from forecast.finance.workbook.statements import place_rows, sheet_of, write_head, write_heading

ON_A_PAGE, PAGE_SCALE = 12, 48  # columns of periods, and the per cent at which they fit
EPOCH = datetime(1899, 12, 30)  # noqa: DTZ001  # day 0 of a spreadsheet


def write_periods(book: Book, name: str, periods: tuple[Period, ...], labels: int) -> None:
    """Nothing; the sheet has all lines of these periods, whose labels stand in the row `labels` of every sheet."""
    sheet = book.title(name)
    book.shown(sheet, company=False)
    last = at.FIRST + len(periods) - 1
    write_axis(book, name, periods, labels)
    rows: dict[str, int] = {}
    body = at.BODY + 1
    for family in book.paths.families:
        own = place_rows(family, body)
        rows |= own
        view = sheet_of(book, own, last)
        months = by_period(family, book.values[family.name], periods)
        for section in family.sections:
            write_heading(book, name, section, own, last)
            for line in section.lines:
                write_head(book, name, line, own[line.code])
                values = months[line.code][:, 0, -1].tolist()
                write_line(book, (name, labels), (family, line), view, values)
        body = max(own.values()) + 2
    book.rows[name] = rows
    sheet.print_area(0, 0, body - 1, last)
    if len(periods) <= ON_A_PAGE:
        sheet.fit_to_pages(1, 0)
    else:
        sheet.set_print_scale(PAGE_SCALE)
        sheet.repeat_columns(at.LABEL, at.UNIT)
        sheet.set_v_pagebreaks(range(at.FIRST + ON_A_PAGE, last, ON_A_PAGE))


def write_line(book: Book, sheet: tuple[str, int], what: tuple[Family, Line], view: Sheet, values: list[float]) -> None:
    """Nothing; one line of all periods, from the months of its own sheet."""
    (name, labels), (family, line) = sheet, what
    row, source = view.rows[line.code], book.rows[family.name][line.code]
    months = at.span(source, at.FIRST, book.last, family.name, fixed="")
    axis = at.span(labels, at.FIRST, book.last, family.name)
    for place, value in enumerate(values):
        cells = Cells(view, row, at.FIRST + place)
        if line.kind == RATIO:
            text = line.formula(cells).text
        elif line.kind == FLOW:
            text = f"SUMIFS({months},{axis},{cells.name}${at.PERIOD + 1})"
        else:
            month = at.FIRST_MONTH if line.kind == OPENING else at.LAST_MONTH
            text = f"INDEX({months},{cells.name}${month + 1})"
        book.sheets[name].write_formula(row, at.FIRST + place, f"={text}", book.number(line), book.figure(line, value))


def write_axis(book: Book, name: str, periods: tuple[Period, ...], labels: int) -> None:
    """Nothing; label, first and last month and end of each period, and how many months it has here."""
    sheet = book.sheets[name]
    last = at.FIRST + len(periods) - 1
    axis, numbers = at.span(labels, at.FIRST, book.last, at.PATHS), at.span(at.MONTH, at.FIRST, book.last, at.PATHS)
    ends = at.span(at.ENDS, at.FIRST, book.last, at.PATHS)
    heads = ("First month", "Ends", "Last month", name.removesuffix("s"), "Months in it")
    for row, label in enumerate(heads, at.FIRST_MONTH):
        for column in range(last + 1):
            sheet.write_string(row, column, label if column == 0 else "", book.format(bg_color=HEAD))
    for place, period in enumerate(periods):
        column = at.FIRST + place
        letter = Cells(sheet_of(book, {}, last), 0, column).name
        label, through = f"{letter}${at.PERIOD + 1}", f"{letter}${at.LAST_MONTH + 1}"
        plain = book.format(align="right", bg_color=HEAD)
        end = (datetime.combine(period.end, time()) - EPOCH).days
        sheet.write_string(at.PERIOD, column, period.label, book.format(bold=True, align="right", bg_color=HEAD))
        first = f"=INDEX({numbers},MATCH({label},{axis},0))"
        sheet.write_formula(at.FIRST_MONTH, column, first, plain, period.first)
        until = f"=SUMPRODUCT(MAX(({axis}={label})*{numbers}))"
        sheet.write_formula(at.LAST_MONTH, column, until, plain, period.last)
        date = book.format(align="right", bg_color=HEAD, num_format="mmm yy")
        sheet.write_formula(at.ENDS, column, f"=INDEX({ends},{through})", date, end)
        count = period.last - period.first + 1
        sheet.write_formula(at.PERIOD + 1, column, f"=COUNTIF({axis},{label})", plain, count)
    for column, width in enumerate(WIDTHS):
        hidden = {"hidden": True} if column in {at.METRIC, at.PLACE, at.OPENING} else {}
        sheet.set_column(column, column, width, None, hidden)
    sheet.set_column(at.FIRST, last, 12.5)
    sheet.freeze_panes(at.BODY, at.HOW)
    sheet.repeat_rows(0, at.BODY - 1)
