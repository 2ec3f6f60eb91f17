"""Which months make a fiscal quarter, and which a fiscal year?  Periods of a scenario's horizon; knows no money.

A fiscal year has the number of the calendar year in which it ends, as most filers count.
"""

from __future__ import annotations

from datetime import date, timedelta
from itertools import groupby
from typing import NamedTuple

YEAR, QUARTER = 12, 3


class Period(NamedTuple):
    """A span of whole months, numbered from 1; `whole` is False where the horizon cuts it."""

    label: str
    first: int
    last: int
    end: date
    whole: bool


class Calendar(NamedTuple):
    """A horizon in months, fiscal quarters and fiscal years."""

    opening: date  # the day before the first month
    months: tuple[Period, ...]
    quarters: tuple[Period, ...]
    years: tuple[Period, ...]


def calendar_of(start: date, months: int, fiscal_year_start: int) -> Calendar:
    """The periods of so many months from `start`, the first of a month; the fiscal year starts in month 1 to 12."""
    named = [fiscal(start, number, fiscal_year_start) for number in range(1, months + 1)]
    singles = tuple(
        Period(f"{first_of(start, number):%b %Y}", number, number, last_of(start, number), whole=True)
        for number in range(1, months + 1)
    )
    quarters = spans([f"FY{year} Q{quarter}" for year, quarter in named], QUARTER, start)
    years = spans([f"FY{year}" for year, _ in named], YEAR, start)
    return Calendar(start - timedelta(days=1), singles, quarters, years)


def fiscal(start: date, number: int, fiscal_year_start: int) -> tuple[int, int]:
    """The fiscal year and quarter (1 to 4) of a month by its number."""
    month = first_of(start, number)
    into = (month.month - fiscal_year_start) % YEAR
    ends = month.year * YEAR + month.month - 1 + YEAR - 1 - into
    return ends // YEAR, into // QUARTER + 1


def spans(labels: list[str], length: int, start: date) -> tuple[Period, ...]:
    """The runs of equal labels; `length` months make a whole one."""
    periods = []
    numbered = enumerate(labels, 1)
    for label, group in groupby(numbered, key=lambda pair: pair[1]):
        numbers = [number for number, _ in group]
        end = last_of(start, numbers[-1])
        periods.append(Period(label, numbers[0], numbers[-1], end, whole=len(numbers) == length))
    return tuple(periods)


def first_of(start: date, number: int) -> date:
    """The first day of a month by its number."""
    months = start.year * YEAR + start.month - 1 + number - 1
    return date(months // YEAR, months % YEAR + 1, 1)


def last_of(start: date, number: int) -> date:
    """The last day of a month by its number."""
    return first_of(start, number + 1) - timedelta(days=1)
