"""The sheets of statements, by month, fiscal quarter and fiscal year: one row a line, one formula a row."""

from __future__ import annotations

from datetime import datetime, time

from forecast.finance.evaluate import period_values
from forecast.finance.fiscal_calendar import Period
from forecast.finance.sample_paths import TOTAL
from forecast.finance.statements.lines import FLOW, OPENING, RATIO, StatementDefinition, StatementLine, StatementSection
from forecast.finance.workbook import layout as at
from forecast.finance.workbook.book import COLUMN_WIDTHS, HEADER_FILL, MUTED_COLOR, RULE_COLOR, Book
from forecast.finance.workbook.cell_formulas import ExcelColumn, SheetLayout

EXPLANATION_WIDTH, TWO_LINE_HEIGHT = (
    66,
    23,
)  # characters of small print in a line of the column, and the height of two lines


def _line_rows(definition: StatementDefinition, body: int = at.BODY) -> dict[str, int]:
    """The row of each line; a section has a heading above, and an empty row below."""
    rows, row = {}, body
    for section in definition.sections:
        row += 1
        for line in section.lines:
            rows[line.code] = row
            row += 1
        row += 1
    return rows


def sheet_layout(book: Book, rows: dict[str, int], last: int) -> SheetLayout:
    """The places that the formulas of a sheet may point to."""
    return SheetLayout(rows, last, at.BODY, book.last_path, book.constants, len(book.paths.paths))


def write_statement(book: Book, definition: StatementDefinition) -> None:
    """Fill the sheet of a statement, by month."""
    sheet = book.start_sheet(definition.name)
    book.write_selection(sheet, company=definition.company)
    book.write_time_axis(definition.name, linked=True)
    rows = book.rows[definition.name] = _line_rows(definition)
    view = sheet_layout(book, rows, book.last)
    for section in definition.sections:
        _write_section_heading(book, definition.name, section, rows, book.last)
        for line in section.lines:
            _write_line_head(book, definition.name, line, rows[line.code])
            _write_metric_reference(book, definition, line, rows[line.code])
            _write_months(book, definition, line, view)
    sheet.print_area(0, 0, max(rows.values()) + 1, book.last)


def _write_section_heading(book: Book, name: str, section: StatementSection, rows: dict[str, int], last: int) -> None:
    """Write the title of a section above its lines."""
    row = rows[section.lines[0].code] - 1
    rule = book.format(bottom=1, bottom_color=RULE_COLOR)
    for column in range(last + 1):
        book.sheets[name].write_blank(row, column, None, rule)
    book.sheets[name].write_string(
        row, at.LABEL, section.title, book.format(bold=True, bottom=1, bottom_color=RULE_COLOR)
    )


def _write_line_head(book: Book, name: str, line: StatementLine, row: int) -> None:
    """Write label, unit and explanation of a line."""
    sheet, rule = book.sheets[name], {"top": 1, "top_color": RULE_COLOR} if line.strong else {}
    bold = {**rule, "bold": True} if line.strong else {}
    sheet.write_string(row, at.LABEL, line.label, book.format(indent=1, **bold))
    sheet.write_string(row, at.UNIT, book.unit(line.unit), book.format(font_color=MUTED_COLOR, **bold))
    long = len(line.how) > EXPLANATION_WIDTH
    style = book.format(font_color=MUTED_COLOR, font_size=8, text_wrap=long, **rule)
    sheet.write_string(row, at.HOW, line.how, style)
    if long:
        sheet.set_row(row, TWO_LINE_HEIGHT)


def _write_metric_reference(book: Book, definition: StatementDefinition, line: StatementLine, row: int) -> None:
    """Write the metric that the line reads, and its row on Paths for the path and segment shown."""
    metrics = line.dependencies.metrics
    if not metrics:
        return
    sheet = book.sheets[definition.name]
    sheet.write_string(row, at.METRIC, metrics[0], book.format(font_color=MUTED_COLOR, font_size=8))
    path, segment = at.SHOWN_PATH, at.COMPANY if definition.company else at.SHOWN_SEGMENT
    key = f'{at.cell_reference(at.INPUTS, path, 1)}&"|"&{at.cell_reference(at.INPUTS, segment, 1)}&"|"&$D{row + 1}'
    keys = at.column_reference(at.HOW, at.BODY, book.last_path, at.PATHS)
    place = book.keys[f"{book.paths.paths[0].name}|{TOTAL}|{metrics[0]}"]
    sheet.write_formula(
        row, at.PLACE, f"=MATCH({key},{keys},0)", book.format(font_color=MUTED_COLOR, font_size=8), place
    )


def _write_months(book: Book, definition: StatementDefinition, line: StatementLine, view: SheetLayout) -> None:
    """Write the opening, where there is one, and every month."""
    sheet, row, style = book.sheets[definition.name], view.rows[line.code], book.line_format(line)
    values = book.values[definition.name][line.code][:, 0, -1].tolist()
    for month, value in enumerate(values):
        formula = line.formula if month else line.opening
        column = at.OPENING + month
        if formula is None:
            sheet.write_blank(row, column, None, style)
        else:
            text = formula(ExcelColumn(view, row, column)).text
            sheet.write_formula(row, column, f"={text}", style, book.cell_value(line, value))


PERIODS_PER_PAGE, PAGE_SCALE = 12, 48  # columns of periods, and the scale in percent at which they fit
EPOCH = datetime(1899, 12, 30)  # noqa: DTZ001  # day 0 of a spreadsheet


def write_periods(book: Book, name: str, periods: tuple[Period, ...], labels: int) -> None:
    """Fill a sheet with all lines of these periods, whose labels stand in the row `labels` of every sheet."""
    sheet = book.start_sheet(name)
    book.write_selection(sheet, company=False)
    last = at.FIRST_PERIOD + len(periods) - 1
    _write_period_axis(book, name, periods, labels)
    rows: dict[str, int] = {}
    body = at.BODY + 1
    for definition in book.paths.statements:
        statement_rows = _line_rows(definition, body)
        rows |= statement_rows
        view = sheet_layout(book, statement_rows, last)
        months = period_values(definition, book.values[definition.name], periods)
        for section in definition.sections:
            _write_section_heading(book, name, section, statement_rows, last)
            for line in section.lines:
                _write_line_head(book, name, line, statement_rows[line.code])
                values = months[line.code][:, 0, -1].tolist()
                _write_period_values(book, (name, labels), (definition, line), view, values)
        body = max(statement_rows.values()) + 2
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
    """Write one line of all periods, from the months of the statement's sheet."""
    (name, labels), (definition, line) = sheet, what
    row, source = view.rows[line.code], book.rows[definition.name][line.code]
    months = at.row_reference(source, at.FIRST_PERIOD, book.last, definition.name, fixed="")
    axis = at.row_reference(labels, at.FIRST_PERIOD, book.last, definition.name)
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
            row, at.FIRST_PERIOD + place, f"={text}", book.line_format(line), book.cell_value(line, value)
        )


def _write_period_axis(book: Book, name: str, periods: tuple[Period, ...], labels: int) -> None:
    """Write label, first and last month, end and number of months of each period."""
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
        until = f"={letter}${at.FIRST_MONTH + 1}+{letter}${at.PERIOD + 2}-1"
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
