"""Months, fiscal quarters and fiscal years of a scenario's horizon; knows no money.

A fiscal year has the number of the calendar year in which it ends, as most filers count.
"""

from __future__ import annotations

from datetime import date, timedelta
from itertools import groupby, pairwise
from typing import NamedTuple

from forecast.months import (
    QUARTER,
    YEAR,
    first_of_month,
    fiscal_year,
    last_of_month,
    months_into_fiscal_year,
)


class Period(NamedTuple):
    """A span of whole months, numbered from 1; `whole` is False where the horizon cuts it."""

    label: str
    first: int
    last: int
    end: date
    whole: bool


class FiscalCalendar(NamedTuple):
    """A horizon in months, fiscal quarters and fiscal years."""

    opening: date  # the day before the first month
    months: tuple[Period, ...]
    quarters: tuple[Period, ...]
    years: tuple[Period, ...]

    @property
    def month_lengths(self) -> list[int]:
        """The days of each month, [month 0..]; month 0 is the opening and has none."""
        ends = [self.opening, *(month.end for month in self.months)]
        return [0, *((later - earlier).days for earlier, later in pairwise(ends))]


def build_fiscal_calendar(start: date, months: int, fiscal_year_start: int) -> FiscalCalendar:
    """The periods of so many months from `start`, the first of a month; the fiscal year starts in month 1 to 12."""
    named = [_fiscal_year_and_quarter(start, number, fiscal_year_start) for number in range(1, months + 1)]
    singles = tuple(
        Period(
            f"{first_of_month(start, number - 1):%b %Y}", number, number, last_of_month(start, number - 1), whole=True
        )
        for number in range(1, months + 1)
    )
    quarters = _group_periods([f"FY{year} Q{quarter}" for year, quarter in named], QUARTER, start)
    years = _group_periods([f"FY{year}" for year, _ in named], YEAR, start)
    return FiscalCalendar(start - timedelta(days=1), singles, quarters, years)


def _fiscal_year_and_quarter(start: date, number: int, fiscal_year_start: int) -> tuple[int, int]:
    """The fiscal year and quarter (1 to 4) of a month by its number."""
    month = first_of_month(start, number - 1)
    return fiscal_year(month, fiscal_year_start), months_into_fiscal_year(month, fiscal_year_start) // QUARTER + 1


def _group_periods(labels: list[str], length: int, start: date) -> tuple[Period, ...]:
    """Group months of equal labels into periods; `length` months make a whole one."""
    periods = []
    numbered = enumerate(labels, 1)
    for label, group in groupby(numbered, key=lambda pair: pair[1]):
        numbers = [number for number, _ in group]
        end = last_of_month(start, numbers[-1] - 1)
        periods.append(Period(label, numbers[0], numbers[-1], end, whole=len(numbers) == length))
    return tuple(periods)
