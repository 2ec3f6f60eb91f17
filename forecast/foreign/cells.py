"""Numbers and dates in the cells of foreign tables, as people and programs write them; None: it is no such thing."""

from __future__ import annotations

import re
from datetime import date

from forecast.months import MONTH_NAMES

ISO_DATE = re.compile(r"([0-9]{4})-([0-9]{2})-([0-9]{2})")
# A time of day behind a date: what Excel and pandas write for a day, and what exports write for an instant.
MIDNIGHT = re.compile(r"[T ]00:00(:00(\.0+)?)?Z?")
TIME_OF_DAY = re.compile(
    r"[T ,]+[0-9]{1,2}:[0-9]{2}(:[0-9]{2}(\.[0-9]+)?)?( ?[AaPp][Mm])?( ?(Z|UTC|[+-][0-9]{2}:?[0-9]{2}))?"
)
PARTS = re.compile(r"([0-9]{1,2})([/.-])([0-9]{1,2})\2([0-9]{4})")
NAMED_MONTH = re.compile(r"([0-9]{1,2})([- ])([A-Za-z]{3,9})\2([0-9]{4})")  # 05-Jan-2026: no format is needed
DATE_FORMATS = ("year-month-day", "day/month/year", "month/day/year")
ISO, DAY_FIRST, MONTH_FIRST = DATE_FORMATS
WHOLE = re.compile(r"([0-9]{1,15})(?:\.0{1,2})?")
GROUPED = re.compile(r"[0-9]{1,3}([., '\u00a0\u202f\u2009])[0-9]{3}(\1[0-9]{3})*([.,][0-9]*)?")
NO_GROUPS = "without marks between thousands"


def point_for_comma(text: str) -> str:
    """The number with a point before its decimals, where one comma and no point stands in it."""
    return text.replace(",", ".") if text.count(",") == 1 and "." not in text else text


def has_groups(text: str) -> bool:
    """Whether a number seems to have marks between its thousands, as `1,200`, `1.200` and `1 200 000`."""
    return GROUPED.fullmatch(text) is not None


def whole_number(text: str) -> int | None:
    """The whole number; `200.0`, as programs write counts, is 200, and `2.000`, which may be two thousand, is none."""
    found = WHOLE.fullmatch(text)
    return int(found[1]) if found else None


def date_in(text: str, date_format: str = ISO) -> date | None:
    """The day of a cell (at midnight, where there is a time); day and month in figures as `date_format` says.

    ISO dates and those with the month's English name are read with any format.
    """
    found = ISO_DATE.match(text)
    rest = text[10:]
    if found:
        return _day(*found.groups()) if not rest or MIDNIGHT.fullmatch(rest) else None
    named = NAMED_MONTH.match(text)
    if named is not None:
        return _day(named[4], _month_number(named[3]), named[1]) if _ends_a_day(text, named) else None
    parts = PARTS.match(text)
    if parts is None or date_format == ISO or not _ends_a_day(text, parts):
        return None
    first, _, second, year = parts.groups()
    return _day(year, second, first) if date_format == DAY_FIRST else _day(year, first, second)


def without_time(text: str) -> str:
    """The date of an instant, as it is written: what stands before the time of day."""
    found = TIME_OF_DAY.search(text)
    return text[: found.start()] if found and found.end() == len(text) else text


def is_day_and_month(text: str) -> bool:
    """Whether it is a date whose day and month only a date format tells apart."""
    parts = PARTS.match(text)
    return parts is not None and _ends_a_day(text, parts)


def _ends_a_day(text: str, found: re.Match[str]) -> bool:
    """Whether nothing but midnight stands behind a date."""
    return found.end() == len(text) or MIDNIGHT.fullmatch(text[found.end() :]) is not None


def _month_number(name: str) -> str:
    """The number of a month by its English name or the beginning of it; 0 for no month."""
    return str(next((number for number, month in enumerate(MONTH_NAMES, 1) if month.startswith(name.lower())), 0))


def _day(year: str, month: str, day: str) -> date | None:
    try:
        return date(int(year), int(month), int(day))
    except ValueError:
        return None
