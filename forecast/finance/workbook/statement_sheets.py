"""How does a statement become a sheet?  One row a line, one formula a row, the same in every month."""

from __future__ import annotations

from datetime import datetime, time

from forecast.finance.evaluate import period_values
from forecast.finance.fiscal_calendar import Period
from forecast.finance.sample_paths import TOTAL
from forecast.finance.statements.lines import FLOW, OPENING, RATIO, StatementDefinition, StatementLine, StatementSection
from forecast.finance.workbook import layout as at
from forecast.finance.workbook.book import COLUMN_WIDTHS, HEADER_FILL, MUTED_COLOR, RULE_COLOR, Book
from forecast.finance.workbook.cell_formulas import ExcelColumn, SheetLayout

EXPLANATION_WIDTH, TWO_LINE_HEIGHT = 66, 23  # letters of small print in a line of the column, and the height of two


def line_rows(family: StatementDefinition, body: int = at.BODY) -> dict[str, int]:
    """The row of each line: a section has a heading, and an empty row behind it."""
    rows, row = {}, body
    for section in family.sections:
        row += 1
        for line in section.lines:
            rows[line.code] = row
            row += 1
        row += 1
    return rows


def sheet_layout(book: Book, rows: dict[str, int], last: int) -> SheetLayout:
    """What the formulas of a sheet may point to."""
    return SheetLayout(rows, last, at.BODY, book.last_path, book.constants, len(book.paths.paths))


def write_statement(book: Book, family: StatementDefinition) -> None:
    """Nothing; the sheet of a family is filled."""
    sheet = book.title(family.name)
    book.shown(sheet, company=family.company)
    book.axis(family.name, linked=True)
    rows = book.rows[family.name] = line_rows(family)
    view = sheet_layout(book, rows, book.last)
    for section in family.sections:
        write_section_heading(book, family.name, section, rows, book.last)
        for line in section.lines:
            write_line_head(book, family.name, line, rows[line.code])
            _write_metric_reference(book, family, line, rows[line.code])
            _write_months(book, family, line, view)
    sheet.print_area(0, 0, max(rows.values()) + 1, book.last)


def write_section_heading(book: Book, name: str, section: StatementSection, rows: dict[str, int], last: int) -> None:
    """Nothing; the section's title is above its lines."""
    row = rows[section.lines[0].code] - 1
    rule = book.format(bottom=1, bottom_color=RULE_COLOR)
    for column in range(last + 1):
        book.sheets[name].write_blank(row, column, None, rule)
    book.sheets[name].write_string(
        row, at.LABEL, section.title, book.format(bold=True, bottom=1, bottom_color=RULE_COLOR)
    )


def write_line_head(book: Book, name: str, line: StatementLine, row: int) -> None:
    """Nothing; what the line is called, counted in and computed from."""
    sheet, rule = book.sheets[name], {"top": 1, "top_color": RULE_COLOR} if line.strong else {}
    bold = {**rule, "bold": True} if line.strong else {}
    sheet.write_string(row, at.LABEL, line.label, book.format(indent=1, **bold))
    sheet.write_string(row, at.UNIT, book.unit(line.unit), book.format(font_color=MUTED_COLOR, **bold))
    long = len(line.how) > EXPLANATION_WIDTH
    look = book.format(font_color=MUTED_COLOR, font_size=8, text_wrap=long, **rule)
    sheet.write_string(row, at.HOW, line.how, look)
    if long:
        sheet.set_row(row, TWO_LINE_HEIGHT)


def _write_metric_reference(book: Book, family: StatementDefinition, line: StatementLine, row: int) -> None:
    """Nothing; the metric that the line takes, and where it stands on Paths for the path and segment shown."""
    metrics = line.dependencies.metrics
    if not metrics:
        return
    sheet = book.sheets[family.name]
    sheet.write_string(row, at.METRIC, metrics[0], book.format(font_color=MUTED_COLOR, font_size=8))
    path, segment = at.SHOWN_PATH, at.COMPANY if family.company else at.SHOWN_SEGMENT
    key = f'{at.cell_reference(at.INPUTS, path, 1)}&"|"&{at.cell_reference(at.INPUTS, segment, 1)}&"|"&$D{row + 1}'
    keys = at.column_reference(at.HOW, at.BODY, book.last_path, at.PATHS)
    place = book.keys[f"{book.paths.paths[0].name}|{TOTAL}|{metrics[0]}"]
    sheet.write_formula(
        row, at.PLACE, f"=MATCH({key},{keys},0)", book.format(font_color=MUTED_COLOR, font_size=8), place
    )


def _write_months(book: Book, family: StatementDefinition, line: StatementLine, view: SheetLayout) -> None:
    """Nothing; the opening, where there is one, and every month."""
    sheet, row, look = book.sheets[family.name], view.rows[line.code], book.number(line)
    values = book.values[family.name][line.code][:, 0, -1].tolist()
    for month, value in enumerate(values):
        formula = line.formula if month else line.opening
        column = at.OPENING + month
        if formula is None:
            sheet.write_blank(row, column, None, look)
        else:
            text = formula(ExcelColumn(view, row, column)).text
            sheet.write_formula(row, column, f"={text}", look, book.figure(line, value))


PERIODS_PER_PAGE, PAGE_SCALE = 12, 48  # columns of periods, and the per cent at which they fit
EPOCH = datetime(1899, 12, 30)  # noqa: DTZ001  # day 0 of a spreadsheet


def write_periods(book: Book, name: str, periods: tuple[Period, ...], labels: int) -> None:
    """Nothing; the sheet has all lines of these periods, whose labels stand in the row `labels` of every sheet."""
    sheet = book.title(name)
    book.shown(sheet, company=False)
    last = at.FIRST_PERIOD + len(periods) - 1
    _write_period_axis(book, name, periods, labels)
    rows: dict[str, int] = {}
    body = at.BODY + 1
    for family in book.paths.statements:
        own = line_rows(family, body)
        rows |= own
        view = sheet_layout(book, own, last)
        months = period_values(family, book.values[family.name], periods)
        for section in family.sections:
            write_section_heading(book, name, section, own, last)
            for line in section.lines:
                write_line_head(book, name, line, own[line.code])
                values = months[line.code][:, 0, -1].tolist()
                _write_period_values(book, (name, labels), (family, line), view, values)
        body = max(own.values()) + 2
    book.rows[name] = rows
    sheet.print_area(0, 0, body - 1, last)
    if len(periods) <= PERIODS_PER_PAGE:
        sheet.fit_to_pages(1, 0)
    else:
        sheet.set_print_scale(PAGE_SCALE)
        sheet.repeat_columns(at.LABEL, at.UNIT)
        sheet.set_v_pagebreaks(range(at.FIRST_PERIOD + PERIODS_PER_PAGE, last, PERIODS_PER_PAGE))


def _write_period_values(
    book: Book,
    sheet: tuple[str, int],
    what: tuple[StatementDefinition, StatementLine],
    view: SheetLayout,
    values: list[float],
) -> None:
    """Nothing; one line of all periods, from the months of its own sheet."""
    (name, labels), (family, line) = sheet, what
    row, source = view.rows[line.code], book.rows[family.name][line.code]
    months = at.row_reference(source, at.FIRST_PERIOD, book.last, family.name, fixed="")
    axis = at.row_reference(labels, at.FIRST_PERIOD, book.last, family.name)
    for place, value in enumerate(values):
        cells = ExcelColumn(view, row, at.FIRST_PERIOD + place)
        if line.kind == RATIO:
            text = line.formula(cells).text
        elif line.kind == FLOW:
            text = f"SUMIFS({months},{axis},{cells.name}${at.PERIOD + 1})"
        else:
            month = at.FIRST_MONTH if line.kind == OPENING else at.LAST_MONTH
            text = f"INDEX({months},{cells.name}${month + 1})"
        book.sheets[name].write_formula(
            row, at.FIRST_PERIOD + place, f"={text}", book.number(line), book.figure(line, value)
        )


def _write_period_axis(book: Book, name: str, periods: tuple[Period, ...], labels: int) -> None:
    """Nothing; label, first and last month and end of each period, and how many months it has here."""
    sheet = book.sheets[name]
    last = at.FIRST_PERIOD + len(periods) - 1
    axis, numbers = (
        at.row_reference(labels, at.FIRST_PERIOD, book.last, at.PATHS),
        at.row_reference(at.MONTH, at.FIRST_PERIOD, book.last, at.PATHS),
    )
    ends = at.row_reference(at.ENDS, at.FIRST_PERIOD, book.last, at.PATHS)
    heads = ("First month", "Ends", "Last month", name.removesuffix("s"), "Months in it")
    for row, label in enumerate(heads, at.FIRST_MONTH):
        for column in range(last + 1):
            sheet.write_string(row, column, label if column == 0 else "", book.format(bg_color=HEADER_FILL))
    for place, period in enumerate(periods):
        column = at.FIRST_PERIOD + place
        letter = ExcelColumn(sheet_layout(book, {}, last), 0, column).name
        label, through = f"{letter}${at.PERIOD + 1}", f"{letter}${at.LAST_MONTH + 1}"
        plain = book.format(align="right", bg_color=HEADER_FILL)
        end = (datetime.combine(period.end, time()) - EPOCH).days
        sheet.write_string(at.PERIOD, column, period.label, book.format(bold=True, align="right", bg_color=HEADER_FILL))
        first = f"=INDEX({numbers},MATCH({label},{axis},0))"
        sheet.write_formula(at.FIRST_MONTH, column, first, plain, period.first)
        until = f"=SUMPRODUCT(MAX(({axis}={label})*{numbers}))"
        sheet.write_formula(at.LAST_MONTH, column, until, plain, period.last)
        date = book.format(align="right", bg_color=HEADER_FILL, num_format="mmm yy")
        sheet.write_formula(at.ENDS, column, f"=INDEX({ends},{through})", date, end)
        count = period.last - period.first + 1
        sheet.write_formula(at.PERIOD + 1, column, f"=COUNTIF({axis},{label})", plain, count)
    for column, width in enumerate(COLUMN_WIDTHS):
        hidden = {"hidden": True} if column in {at.METRIC, at.PLACE, at.OPENING} else {}
        sheet.set_column(column, column, width, None, hidden)
    sheet.set_column(at.FIRST_PERIOD, last, 12.5)
    sheet.freeze_panes(at.BODY, at.HOW)
    sheet.repeat_rows(0, at.BODY - 1)
