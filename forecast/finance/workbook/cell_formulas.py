"""Formulas as Excel text: `ExcelColumn` answers what a line asks for with the text of references.

The numbers of the same formulas are in forecast.finance.formulas; formulas contain no constant but 0 and 1.
"""

from __future__ import annotations

from dataclasses import dataclass

from xlsxwriter.utility import xl_col_to_name  # type: ignore[import-untyped]

from forecast.finance.formulas import CONSTANTS
from forecast.finance.workbook.layout import (
    ENDS,
    FIRST_PERIOD,
    INPUTS,
    MONTH,
    OPENING,
    PATH_LIST,
    PATHS,
    PLACE,
    SHOWN_PATH,
    cell_reference,
    column_reference,
    row_reference,
)

SUM, PRODUCT, ATOM = range(3)  # operator precedence of a text


@dataclass(frozen=True)
class FormulaText:
    """A piece of a formula; Python operators build larger ones, with brackets where they are needed."""

    text: str
    precedence: int = ATOM

    def within(self, precedence: int) -> str:
        """The text, in brackets if its precedence is lower than that of its surroundings."""
        return self.text if self.precedence >= precedence else f"({self.text})"

    def __add__(self, other: FormulaText) -> FormulaText:
        """A sum; adding a negated text subtracts it."""
        if other.text.startswith("-") and other.precedence != SUM:
            return FormulaText(self.text + other.text, SUM)
        return FormulaText(f"{self.text}+{other.text}", SUM)

    def __sub__(self, other: FormulaText) -> FormulaText:
        """A difference."""
        return FormulaText(f"{self.text}-{other.within(PRODUCT)}", SUM)

    def __mul__(self, other: FormulaText) -> FormulaText:
        """A product."""
        return FormulaText(f"{self.within(PRODUCT)}*{other.within(PRODUCT)}", PRODUCT)

    def __truediv__(self, other: FormulaText) -> FormulaText:
        """A quotient."""
        return FormulaText(f"{self.within(PRODUCT)}/{other.within(ATOM)}", PRODUCT)

    def __neg__(self) -> FormulaText:
        """The negative."""
        return FormulaText(f"-{self.within(PRODUCT)}", PRODUCT)


@dataclass(frozen=True)
class SheetLayout:
    """What formulas of a sheet may point to: rows of lines, the ends of the time axis and of Paths."""

    rows: dict[str, int]
    last: int  # the last column of the axis
    first_path: int
    last_path: int
    constants: dict[str, int]  # rows on Inputs
    paths: int  # how many paths there are


class ExcelColumn:
    """One cell as a formula sees its sheet; answers with the text of references."""

    def __init__(self, sheet: SheetLayout, row: int, column: int) -> None:
        self.sheet, self.row, self.at = sheet, row, column
        self.name = xl_col_to_name(column)

    def metric(self, metric: str) -> FormulaText:
        """The simulated metric, from Paths; cents become units of currency."""
        values = column_reference(self.at, self.sheet.first_path, self.sheet.last_path, PATHS, fixed="")
        figure = FormulaText(f"INDEX({values},${xl_col_to_name(PLACE)}{self.row + 1})")
        return figure / self.constant("cents") if metric.endswith("_cents") else figure

    def line(self, code: str) -> FormulaText:
        """Another line of the same column."""
        return FormulaText(f"{self.name}{self.sheet.rows[code] + 1}")

    def previous_month(self, code: str) -> FormulaText:
        """A line one column to the left."""
        return FormulaText(f"{xl_col_to_name(self.at - 1)}{self.sheet.rows[code] + 1}")

    def at_opening(self, code: str) -> FormulaText:
        """A line at the start."""
        return FormulaText(f"${xl_col_to_name(OPENING)}{self.sheet.rows[code] + 1}")

    def month(self) -> str:
        """The number of the month."""
        return f"{self.name}${MONTH + 1}"

    def trailing(self, code: str, months: str) -> FormulaText:
        """The sum of a line over the last months."""
        line = row_reference(self.sheet.rows[code], FIRST_PERIOD, self.sheet.last, fixed="")
        numbers, now = row_reference(MONTH, FIRST_PERIOD, self.sheet.last), self.month()
        window = self.constant(months).text
        return FormulaText(f'SUMIFS({line},{numbers},">"&{now}-{window},{numbers},"<="&{now})')

    def months_ago(self, code: str, months: str) -> FormulaText:
        """A line so many months ago; 0 before the start."""
        line = row_reference(self.sheet.rows[code], OPENING, self.sheet.last, fixed="")
        numbers, now, back = row_reference(MONTH, OPENING, self.sheet.last), self.month(), self.constant(months).text
        return FormulaText(f"IF({now}<{back},0,INDEX({line},MATCH({now}-{back},{numbers},0)))")

    def constant(self, name: str) -> FormulaText:
        """A constant of Inputs."""
        assert name in CONSTANTS
        return FormulaText(cell_reference(INPUTS, self.sheet.constants[name], 1))

    def days(self) -> FormulaText:
        """The days of the month."""
        return FormulaText(f"DAY({self.name}${ENDS + 1})")

    def discount(self) -> FormulaText:
        """The discount factor of the middle of the month, at the rate of the path shown."""
        last = PATH_LIST + self.sheet.paths - 1
        names, rates = column_reference(0, PATH_LIST, last, INPUTS), column_reference(3, PATH_LIST, last, INPUTS)
        rate = f"INDEX({rates},MATCH({cell_reference(INPUTS, SHOWN_PATH, 1)},{names},0))"
        half, year = self.constant("half").text, self.constant("year").text
        return FormulaText(f"1/(1+{rate})^(({self.month()}-{half})/{year})", PRODUCT)

    def ratio(self, above: FormulaText, below: FormulaText, after: str = "") -> FormulaText:
        """The quotient, or a blank."""
        text = f'IF({below.text}<=0,"",{(above / below).text})'
        return FormulaText(f'IF({self.month()}<={self.constant(after).text},"",{text})' if after else text)

    def minimum(self, first: FormulaText, second: FormulaText) -> FormulaText:
        """The smaller of two."""
        # Not MIN, which skips a reference to an empty cell: the line has no opening, and that is 0.
        return FormulaText(f"IF({first.text}<{second.text},{first.text},{second.text})")

    def whole_cents(self, amount: FormulaText) -> FormulaText:
        """The amount to the cent."""
        return FormulaText(f"ROUND({amount.text},{self.constant('decimals').text})")
