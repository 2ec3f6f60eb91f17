"""What all sheets share: the file, its formats, the head of a sheet with its time axis, and page setup."""

from __future__ import annotations

import io
import math
import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, time
from functools import cached_property
from itertools import count
from typing import Any

import xlsxwriter  # type: ignore[import-untyped]

from forecast.finance.evaluate import LineValues, monthly_values
from forecast.finance.formulas import CONSTANTS
from forecast.finance.percentiles import LinePercentiles
from forecast.finance.sample_paths import TOTAL, SamplePaths
from forecast.finance.statements.lines import (
    CONTRACTS,
    DAYS,
    MONEY,
    MONTHS,
    MULTIPLE,
    PEOPLE,
    REQUESTS,
    SEATS,
    SHARE,
    TEAMS,
    UNITS,
    USERS,
    StatementLine,
)
from forecast.finance.workbook import layout as at
from forecast.study.finished_run import Run

WILDCARDS = re.compile(r"[~*?]")
LONGEST_LABEL = 100  # characters; MATCH looks for keys of at most 255
CREATED = datetime(2000, 1, 1)  # noqa: DTZ001  # fixed, so that the same run gives the same bytes
FONT = {"font_name": "Calibri", "font_size": 10, "valign": "vcenter"}
TEXT_COLOR, MUTED_COLOR, INPUT_COLOR, RULE_COLOR, HEADER_FILL, OK_COLOR, ERROR_COLOR = (
    "#1F2933",
    "#6B7785",
    "#0B5CAD",
    "#9AA5B1",
    "#E9EEF3",
    "#1B7F4B",
    "#B42318",
)
NUMBER_FORMATS = {
    MONEY: '#,##0;-#,##0;"–"',
    SHARE: "0.0%",
    MULTIPLE: "0.00",
    MONTHS: "#,##0.0",
    **dict.fromkeys((CONTRACTS, SEATS, USERS, TEAMS, REQUESTS), '#,##0.0;-#,##0.0;"–"'),
    UNITS: '#,##0;-#,##0;"–"',
    **dict.fromkeys((DAYS, PEOPLE), '#,##0.0;-#,##0.0;"–"'),
}
MONEY_WITH_CENTS = '#,##0.00;-#,##0.00;"–"'
COLUMN_WIDTHS = (34, 11, 46, 26, 8, 12)  # the columns before the time axis
MONTH_WIDTH = 11.3
PAPER_WIDTH = 118.0  # characters across a landscape A4 page at full size, margins off
A4 = 9


@dataclass
class Book:
    """The workbook being written: its figures, and where lines, keys and constants stand so far."""

    run: Run
    paths: SamplePaths
    percentiles: list[LinePercentiles]
    rows: dict[str, dict[str, int]] = field(default_factory=dict)  # the row of each line, by sheet
    keys: dict[str, int] = field(default_factory=dict)  # the place of each key on Paths, from 1
    constants: dict[str, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Open an empty workbook in memory, with all its sheets in order."""
        self.data = io.BytesIO()
        options = {
            "in_memory": True,
            "strings_to_formulas": False,
            "strings_to_urls": False,
            "strings_to_numbers": False,
            "default_format_properties": FONT,
        }
        self.file: Any = xlsxwriter.Workbook(self.data, options)
        self.file.set_properties({"title": self.paths.scenario.name[:200], "created": CREATED})
        self.file.set_calc_mode("auto")
        statements = [definition.name for definition in self.paths.statements]
        first = (at.README, at.INPUTS, at.PATHS)
        last = (at.QUARTERS, at.YEARS, at.PERCENTILES, at.CHECKS, at.MANIFEST)
        self.names = (*first, statements[0], at.CHARTS, *statements[1:], *last)
        self.sheets = {name: self.file.add_worksheet(name) for name in self.names}
        self._formats: dict[tuple[tuple[str, Any], ...], Any] = {}

    @cached_property
    def values(self) -> dict[str, LineValues]:
        """Every line of every statement, [month 0.., path, row], money in cents."""
        return {
            definition.name: monthly_values(definition, self.paths.metrics, self.paths.days_and_rates)
            for definition in self.paths.statements
        }

    @cached_property
    def labels(self) -> dict[str, str]:
        """The label of each row, unique also to a spreadsheet, which does not distinguish upper and lower case."""
        labels: dict[str, str] = {}
        for name in (TOTAL, *(name for name in self.paths.rows if name != TOTAL)):  # formulas name the total
            text = self.paths.scenario.labels.segment(name) if name in self.paths.scenario.segments else name
            labels[name] = _unique_label(_literal_label(text), labels.values())
        return labels

    @property
    def months(self) -> int:
        """The number of months of the horizon."""
        return len(self.paths.calendar.months)

    @property
    def last(self) -> int:
        """The last column of the time axis."""
        return at.FIRST_PERIOD + self.months - 1

    @property
    def last_path(self) -> int:
        """The last row of Paths."""
        return at.BODY + len(self.keys) - 1

    def format(self, **properties: Any) -> Any:
        """A cell format; the same object for the same properties."""
        key = tuple(sorted(properties.items()))
        if key not in self._formats:
            self._formats[key] = self.file.add_format({**FONT, "font_color": TEXT_COLOR, **properties})
        return self._formats[key]

    def line_format(self, line: StatementLine) -> Any:
        """The cell format of a line's figures."""
        return self.format(
            num_format=self.number_format(line),
            **({"bold": True, "top": 1, "top_color": RULE_COLOR} if line.strong else {}),
        )

    def number_format(self, line: StatementLine) -> str:
        """The number format of a line's figures; ratios of money have cents."""
        return MONEY_WITH_CENTS if line.unit == MONEY and not line.adds_up else NUMBER_FORMATS[line.unit]

    def unit(self, unit: str) -> str:
        """The name of a unit; of money, the currency."""
        return self.paths.scenario.currency if unit == MONEY else unit

    def cell_value(self, line: StatementLine, value: float) -> float | str:
        """A value as its cell shows it: money in units of currency, blank where undefined."""
        if not math.isfinite(value):
            return ""
        return value / CONSTANTS["cents"][0] if line.unit == MONEY else value

    def start_sheet(self, name: str, subtitle: str = "") -> Any:
        """Write the title of a sheet and set up its pages; returns the sheet."""
        sheet = self.sheets[name]
        sheet.hide_gridlines(2)
        sheet.write_string(at.TITLE, 0, name, self.format(bold=True, font_size=15))
        text = subtitle or self.paths.scenario.name[:200]
        sheet.write_string(at.TITLE, at.HOW, text, self.format(font_color=MUTED_COLOR))
        sheet.set_landscape()
        sheet.set_paper(A4)
        sheet.set_margins(left=0.4, right=0.4, top=0.5, bottom=0.6)
        sheet.set_footer("&L&8&A&C&8Page &P of &N&R&8Plan")
        return sheet

    def write_status(self, sheet: Any, row: int, label: str = "All checks") -> None:
        """Write the result of all checks into a row."""
        sheet.write_string(row, 0, label, self.format())
        source = at.cell_reference(at.CHECKS, at.MASTER_CHECK, 1)
        sheet.write_formula(row, 1, f"={source}", self.format(bold=True, font_color=OK_COLOR), "ok")
        self.mark_failures(sheet, row, 1, row, 1)

    def mark_failures(self, sheet: Any, *area: int) -> None:
        """Show every check of an area in red that is not ok."""
        rule = {
            "type": "cell",
            "criteria": "!=",
            "value": '"ok"',
            "format": self.file.add_format({"font_color": ERROR_COLOR}),
        }
        sheet.conditional_format(*area, rule)

    def write_selection(self, sheet: Any, *, company: bool) -> None:
        """Write which path and segment are shown into the rows below the title."""
        muted = self.format(font_color=MUTED_COLOR)
        sheet.write_string(at.PATH_SHOWN, 0, "Path shown", self.format())
        path = self.paths.paths[0].name
        sheet.write_formula(
            at.PATH_SHOWN, 1, f"={at.cell_reference(at.INPUTS, at.SHOWN_PATH, 1)}", self.format(bold=True), path
        )
        sheet.write_url(at.PATH_SHOWN, at.HOW, "internal:Inputs!B4", muted, "select it on Inputs")
        sheet.write_string(at.SEGMENT_SHOWN, 0, "Segment shown", self.format())
        row = at.COMPANY if company else at.SHOWN_SEGMENT
        sheet.write_formula(
            at.SEGMENT_SHOWN, 1, f"={at.cell_reference(at.INPUTS, row, 1)}", self.format(bold=True), TOTAL
        )
        if company:
            sheet.write_string(
                at.SEGMENT_SHOWN, at.HOW, "always the whole company: people are not split by segment", muted
            )
        self.write_status(sheet, at.STATUS)

    def write_time_axis(self, name: str, *, linked: bool) -> None:
        """Write the rows of the time axis: as values on Paths, elsewhere as links to it."""
        sheet, months = self.sheets[name], self.paths.calendar.months
        quarters, years = self.paths.calendar.quarters, self.paths.calendar.years
        opening = datetime.combine(self.paths.calendar.opening, time())
        dates = [opening, *(datetime.combine(each.end, time()) for each in months)]
        texts: list[tuple[int, str, list[Any], dict[str, str]]] = [
            (at.MONTH, "Month", [0, *(month.first for month in months)], {"num_format": "0"}),
            (at.ENDS, "Ends", dates, {"num_format": "mmm yy"}),
            (at.QUARTER, "Fiscal quarter", ["opening", *_period_labels(quarters, self.months)], {}),
            (at.YEAR, "Fiscal year", ["opening", *_period_labels(years, self.months)], {}),
        ]
        for row, label, values, properties in texts:
            style = self.format(bold=row == at.ENDS, align="right", bg_color=HEADER_FILL, **properties)
            for column in range(at.OPENING):
                sheet.write_string(row, column, label if column == 0 else "", self.format(bg_color=HEADER_FILL))
            for column, value in enumerate(values, at.OPENING):
                if linked:
                    source = at.row_reference(row, column, column, at.PATHS).split(":")[0].replace("$", "", 1)
                    shown = (value - datetime(1899, 12, 30)).days if isinstance(value, datetime) else value  # noqa: DTZ001
                    sheet.write_formula(row, column, f"={source}", style, shown)
                elif isinstance(value, datetime):
                    sheet.write_datetime(row, column, value, style)
                else:
                    sheet.write(row, column, value, style)
        self.set_columns(sheet)

    def set_columns(self, sheet: Any) -> None:
        """Set widths, frozen panes and page breaks of a sheet with a time axis: twelve months a page."""
        for column, width in enumerate(COLUMN_WIDTHS):
            hidden = {"level": 1, "hidden": True} if column in {at.METRIC, at.PLACE} else {}
            sheet.set_column(column, column, width, None, hidden)
        sheet.set_column(at.FIRST_PERIOD, self.last, MONTH_WIDTH)
        sheet.freeze_panes(at.BODY - 1, at.HOW)
        sheet.repeat_rows(0, at.BODY - 2)
        sheet.repeat_columns(at.LABEL, at.UNIT)
        shown = sum(width for column, width in enumerate(COLUMN_WIDTHS) if column not in {at.METRIC, at.PLACE})
        sheet.set_print_scale(int(100 * PAPER_WIDTH / (shown + 12 * MONTH_WIDTH)))
        ends = [year.last for year in self.paths.calendar.years[:-1]]
        sheet.set_v_pagebreaks([at.FIRST_PERIOD + month for month in ends])

    def close(self) -> bytes:
        """The bytes of the file."""
        self.file.close()
        return self.data.getvalue()


def _period_labels(periods: tuple[Any, ...], months: int) -> list[str]:
    """The label of the period that each month lies in."""
    return [next(each.label for each in periods if each.first <= month <= each.last) for month in range(1, months + 1)]


def _literal_label(text: str) -> str:
    """A text that a spreadsheet's MATCH takes literally: without wildcards, and short enough for a key."""
    return WILDCARDS.sub("_", text)[:LONGEST_LABEL]


def _unique_label(text: str, labels: Iterable[str]) -> str:
    """The text, numbered where a label already reads the same in upper or lower case."""
    known = {label.casefold() for label in labels}
    candidates = (text if number == 1 else f"{text} ({number})" for number in count(1))
    return next(label for label in candidates if label.casefold() not in known)
