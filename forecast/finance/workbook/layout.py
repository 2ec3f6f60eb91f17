"""Rows and columns of the workbook by name; one time axis in the same columns on every sheet.

Rows and columns are counted from 0, as in xlsxwriter; the functions give references as formulas write them.
"""

from __future__ import annotations

from xlsxwriter.utility import xl_col_to_name, xl_rowcol_to_cell  # type: ignore[import-untyped]

README, INPUTS, PATHS, CHARTS, QUARTERS, YEARS, PERCENTILES, CHECKS, MANIFEST = (
    "README",
    "Inputs",
    "Paths",
    "Charts",
    "Fiscal quarters",
    "Fiscal years",
    "Percentiles",
    "Checks",
    "Manifest",
)
LABEL, UNIT, HOW, METRIC, PLACE, OPENING, FIRST_PERIOD = range(7)  # columns; months follow from FIRST_PERIOD
TITLE, PATH_SHOWN, SEGMENT_SHOWN, STATUS, MONTH, ENDS, QUARTER, YEAR = range(8)  # rows of a sheet's head
FIRST_MONTH, LAST_MONTH, PERIOD = MONTH, QUARTER, YEAR  # the same rows where columns are longer periods
BODY = 9

# Inputs
SHOWN_PATH, SHOWN_SEGMENT, COMPANY, ALL_CHECKS = 3, 4, 5, 6
PATH_LIST = 10
MASTER_CHECK = 3  # the row of Checks whose second cell says whether everything ties
CHECK_LIST = 7


def _quoted_sheet_name(sheet: str) -> str:
    """The sheet's name as a formula has it."""
    return f"'{sheet}'" if " " in sheet else sheet


def cell_reference(sheet: str, row: int, column: int) -> str:
    """`Inputs!$B$4`."""
    return f"{_quoted_sheet_name(sheet)}!{xl_rowcol_to_cell(row, column, row_abs=True, col_abs=True)}"


def row_reference(row: int, first: int, last: int, sheet: str = "", *, fixed: str = "$") -> str:
    """`Paths!$G$12:$AP$12`: a part of a row; the row moves with a copy where `fixed` is empty."""
    left, right = xl_col_to_name(first), xl_col_to_name(last)
    where = f"{_quoted_sheet_name(sheet)}!" if sheet else ""
    return f"{where}${left}{fixed}{row + 1}:${right}{fixed}{row + 1}"


def column_reference(column: int, first: int, last: int, sheet: str = "", *, fixed: str = "$") -> str:
    """`Paths!G$12:G$90`: a part of a column; the column moves with a copy where `fixed` is empty."""
    name = xl_col_to_name(column)
    where = f"{_quoted_sheet_name(sheet)}!" if sheet else ""
    return f"{where}{fixed}{name}${first + 1}:{fixed}{name}${last + 1}"


def range_reference(top: int, left: int, bottom: int, right: int, sheet: str) -> str:
    """`Paths!$F$10:$AP$90`: a rectangle."""
    corner = xl_rowcol_to_cell(bottom, right, row_abs=True, col_abs=True)
    return f"{cell_reference(sheet, top, left)}:{corner}"
