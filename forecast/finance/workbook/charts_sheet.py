"""The sheet Charts: the ARR bridge by fiscal quarter and ARR on every path, drawn from cells of the workbook."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import cycle
from typing import Any

from forecast.finance.formulas import CONSTANTS
from forecast.finance.sample_paths import TOTAL
from forecast.finance.statements.arr import MOVEMENT_LINES
from forecast.finance.statements.lines import MONEY, StatementLine
from forecast.finance.workbook import layout as at
from forecast.finance.workbook.book import NUMBER_FORMATS, Book
from forecast.finance.workbook.cell_formulas import ExcelColumn
from forecast.finance.workbook.statement_sheets import sheet_layout
from forecast.model.arr_parts import CONVERSION_MOVEMENTS

# Colour-blind safe: what comes in blues and greens, what goes out oranges and reds; conversions purple and pink.
COLORS_IN = ("#0072B2", "#56B4E9", "#1B4F72", "#8FC7E8", "#009E73", "#7FCDB3")
COLORS_OUT = ("#E69F00", "#F3CF80", "#D55E00", "#8A3B00")
CONVERSION_COLORS = {1: "#7B4FA3", -1: "#C9A0DC"}
PATH_COLORS = ("#000000", "#E69F00", "#0072B2", "#009E73")
SIZE, HEIGHT = {"width": 1000, "height": 340}, 18  # pixels, and rows that they cover
GRID_COLOR = "#DDE3EA"
CHART_FONT = {"name": "Calibri", "size": 9}


def write_charts(book: Book) -> None:
    """Fill the sheet: ARR on every path as formulas, and both charts below."""
    sheet = book.start_sheet(at.CHARTS)
    book.write_selection(sheet, company=False)
    book.write_time_axis(at.CHARTS, linked=True)
    _write_arr_rows(book)
    below = max(book.rows[at.CHARTS].values()) + 2
    sheet.insert_chart(below, 0, _arr_bridge_chart(book), {"object_position": 2})
    sheet.insert_chart(below + HEIGHT, 0, _arr_chart(book), {"object_position": 2})
    sheet.print_area(0, 0, below + 2 * HEIGHT, at.FIRST_PERIOD + 5)
    sheet.fit_to_pages(1, 1)


def _write_arr_rows(book: Book) -> None:
    """Write a row of ARR for each path, whichever is selected."""
    sheet = book.sheets[at.CHARTS]
    rows = book.rows[at.CHARTS] = {path.name: at.BODY + place for place, path in enumerate(book.paths.paths)}
    view, style = sheet_layout(book, rows, book.last), book.format(num_format=NUMBER_FORMATS[MONEY])
    keys = at.column_reference(at.HOW, at.BODY, book.last_path, at.PATHS)
    for place, path in enumerate(book.paths.paths):
        row, key = rows[path.name], f"{path.name}|{TOTAL}|arr_cents"
        what = "mean path" if path.replication is None else f"replication {path.replication}"
        texts = (f"ARR, all segments, {path.name}", book.unit(MONEY), f"closing ARR of the {what}", key)
        for column, text in enumerate(texts):
            sheet.write_string(row, column, text, book.format())
        sheet.write_formula(row, at.PLACE, f"=MATCH($D{row + 1},{keys},0)", book.format(), book.keys[key])
        for column, value in enumerate(book.paths.metrics["arr_cents"][:, place, -1].tolist(), at.OPENING):
            text = ExcelColumn(view, row, column).metric("arr_cents").text
            sheet.write_formula(row, column, f"={text}", style, value / CONSTANTS["cents"][0])


def _style_chart(chart: Any, title: str) -> Any:
    """Set title, axes and size of a chart; returns it."""
    chart.set_title({"name": title, "name_font": {**CHART_FONT, "size": 11, "bold": True}, "overlay": False})
    chart.set_size(SIZE)
    chart.set_legend({"position": "bottom", "font": CHART_FONT})
    grid = {"visible": True, "line": {"color": GRID_COLOR, "width": 0.5}}
    chart.set_y_axis({"num_format": "#,##0", "num_font": CHART_FONT, "major_gridlines": grid, "line": {"none": True}})
    return chart


def _movement_colors() -> Iterator[tuple[StatementLine, str]]:
    """The lines of the bridge, and the colour of each."""
    others = {1: cycle(COLORS_IN), -1: cycle(COLORS_OUT)}
    conversions = {movement.column.removesuffix("_cents") for movement in CONVERSION_MOVEMENTS}
    for line in MOVEMENT_LINES:
        yield line, CONVERSION_COLORS[line.sign] if line.code in conversions else next(others[line.sign])


def _arr_bridge_chart(book: Book) -> Any:
    """A column chart of the ARR movements of each fiscal quarter, of the path and segment shown."""
    chart = book.file.add_chart({"type": "column", "subtype": "stacked"})
    last = at.FIRST_PERIOD + len(book.paths.calendar.quarters) - 1
    for line, colour in _movement_colors():
        row = book.rows[at.QUARTERS][line.code]
        chart.add_series(
            {
                "name": line.label,
                "categories": [at.QUARTERS, at.PERIOD, at.FIRST_PERIOD, at.PERIOD, last],
                "values": [at.QUARTERS, row, at.FIRST_PERIOD, row, last],
                "fill": {"color": colour},
                "gap": 60,
            }
        )
    chart.set_x_axis({"num_font": CHART_FONT, "label_position": "low"})
    return _style_chart(chart, f"ARR bridge by fiscal quarter, {book.paths.scenario.currency}: path and segment shown")


def _arr_chart(book: Book) -> Any:
    """A line chart of ARR on each path, over all segments."""
    chart = book.file.add_chart({"type": "line"})
    for path, colour in zip(book.paths.paths, PATH_COLORS, strict=True):
        row = book.rows[at.CHARTS][path.name]
        chart.add_series(
            {
                "name": f"{path.name}" if path.replication is None else f"{path.name}: replication {path.replication}",
                "categories": [at.CHARTS, at.ENDS, at.OPENING, at.ENDS, book.last],
                "values": [at.CHARTS, row, at.OPENING, row, book.last],
                "line": {"color": colour, "width": 2.25 if path.replication is None else 1.5},
            }
        )
    months = {
        "date_axis": True,
        "major_unit": 6,
        "major_unit_type": "months",
        "num_format": "mmm yy",
        "num_font": CHART_FONT,
    }
    chart.set_x_axis(months)
    return _style_chart(chart, f"ARR on each path, all segments, {book.paths.scenario.currency}")
