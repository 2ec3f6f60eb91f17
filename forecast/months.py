"""Calendar months as dates: the month so many months after another, where months begin, and fiscal years.

Standard library only, for all rooms.  Rules count days from the start; what they need of the calendar is
forecast.model.dates.
"""

from __future__ import annotations

from datetime import date, timedelta

YEAR, QUARTER = 12, 3  # months
MONTH_NAMES = (  # those of `calendar` follow the locale
    *("january", "february", "march", "april", "may", "june"),
    *("july", "august", "september", "october", "november", "december"),
)


def first_of_month(start: date, months: int) -> date:
    """The first day of the month so many months after that of `start`.

    >>> first_of_month(date(2026, 10, 1), 3)
    datetime.date(2027, 1, 1)
    """
    place = start.year * YEAR + start.month - 1 + months
    return date(place // YEAR, place % YEAR + 1, 1)


def months_between(first: date, later: date) -> int:
    """The calendar months from the month of one day to that of another.

    >>> months_between(date(2025, 11, 1), date(2026, 2, 1))
    3
    """
    return YEAR * (later.year - first.year) + later.month - first.month


def same_day_later(day: date, months: int) -> date:
    """The same day of the month so many months later, clipped to that month's last day.

    >>> same_day_later(date(2026, 8, 31), 6)
    datetime.date(2027, 2, 28)
    """
    return first_of_month(day, months).replace(day=min(day.day, last_of_month(day, months).day))


def last_of_month(start: date, months: int) -> date:
    """The last day of the month so many months after that of `start`."""
    return first_of_month(start, months + 1) - timedelta(days=1)


def month_start_days(start: date, months: int) -> list[int]:
    """The day, counted from `start`, on which each month begins; the last is the horizon: [months + 1]."""
    return [(first_of_month(start, month) - start).days for month in range(months + 1)]


def month_name(start: date, months: int) -> str:
    """`March 2027`: the month so many months after that of `start`."""
    return f"{first_of_month(start, months):%B %Y}"


def month_end_label(start: date, months: int) -> str:
    """`December 2028`: the month that ends so many months after the start; the start itself for 0."""
    return f"{start.day} {start:%B %Y}" if months == 0 else month_name(start, months - 1)


def months_into_fiscal_year(day: date, fiscal_year_start: int) -> int:
    """How many months of the fiscal year are over when the month of `day` begins; it starts in month 1 to 12."""
    return (day.month - fiscal_year_start) % YEAR


def fiscal_year(day: date, fiscal_year_start: int) -> int:
    """The fiscal year of a day; it has the number of the calendar year in which it ends, as most filers count.

    >>> fiscal_year(date(2026, 10, 1), 10), fiscal_year(date(2026, 9, 30), 10)
    (2027, 2026)
    """
    return first_of_month(day, YEAR - 1 - months_into_fiscal_year(day, fiscal_year_start)).year
