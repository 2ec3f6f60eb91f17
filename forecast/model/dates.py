"""Calendar arithmetic in whole days from the scenario's start (docs/model.md, 1).

Days are counted from `clock.start`; `origin` is the start's day number since 1970-01-01.  Months are calendar months:
the same day, clipped to the month's last.  Gregorian algorithms after Hinnant, "chrono-compatible low-level date
algorithms" (2013).  Knows no scenario; months as dates, for people, are forecast.months.
"""

from __future__ import annotations

from math import floor

from forecast.compiling.decorators import compiled

# Gates of a stage: it waits for the next start of a month, a fiscal quarter or a fiscal year.
NO_GATE, MONTH_GATE, QUARTER_GATE, YEAR_GATE = range(4)
GATES = ("none", "month", "fiscal_quarter", "fiscal_year")


@compiled
def civil(number: int) -> tuple[int, int, int]:
    """Year, month (1-12) and day of the month of a day number since 1970-01-01."""
    shifted = number + 719468
    era = shifted // 146097
    of_era = shifted - era * 146097
    year_of_era = (of_era - of_era // 1460 + of_era // 36524 - of_era // 146096) // 365
    of_year = of_era - (365 * year_of_era + year_of_era // 4 - year_of_era // 100)
    shifted_month = (5 * of_year + 2) // 153
    day = of_year - (153 * shifted_month + 2) // 5 + 1
    month = shifted_month + 3 if shifted_month < 10 else shifted_month - 9
    year = year_of_era + era * 400 + (1 if month <= 2 else 0)
    return year, month, day


@compiled
def day_number(year: int, month: int, day: int) -> int:
    """The day number since 1970-01-01 of a date.

    >>> day_number(2026, 1, 1)
    20454
    """
    shifted_year = year - 1 if month <= 2 else year
    era = shifted_year // 400
    year_of_era = shifted_year - era * 400
    shifted_month = month - 3 if month > 2 else month + 9
    of_year = (153 * shifted_month + 2) // 5 + day - 1
    return era * 146097 + year_of_era * 365 + year_of_era // 4 - year_of_era // 100 + of_year - 719468


@compiled
def add_months(origin: int, day: int, months: int) -> int:
    """The day `months` calendar months after `day` (before, where negative), clipped to the month's last day.

    From 31 January to 28 February:

    >>> add_months(day_number(2026, 1, 31), 0, 1)
    28
    """
    return add_anchored_months(origin, day, months, day_of_month(origin, day))


@compiled
def day_of_month(origin: int, day: int) -> int:
    """The day of the month, 1 to 31, of `day`: the anchor of a term that begins there."""
    _year, _month, of_month = civil(origin + day)
    return of_month


@compiled
def add_anchored_months(origin: int, day: int, months: int, anchor: int) -> int:
    """The day of the month `anchor`, `months` calendar months after the month of `day`, clipped to the month's last.

    Terms that follow each other keep the anchor of the first, so that a short month shortens its own date alone: from
    28 February, anchored on the 31st, to 31 March:

    >>> add_anchored_months(day_number(2026, 2, 28), 0, 1, 31)
    31
    """
    year, month, _of_month = civil(origin + day)
    counted = year * 12 + month - 1 + months
    year, month = counted // 12, counted % 12 + 1
    first = day_number(year, month, 1)
    next_first = day_number(year + (1 if month == 12 else 0), month + 1 if month < 12 else 1, 1)
    last = next_first - first
    return first + (anchor if anchor < last else last) - 1 - origin


@compiled
def gate_opens(origin: int, t: float, gate: int, fiscal_year_start: int) -> float:
    """The first start of a month, fiscal quarter or fiscal year at or after `t` (days).

    Two days after 1 January the next fiscal quarter of a calendar year is 88 days away:

    >>> gate_opens(day_number(2026, 1, 1), 2.0, QUARTER_GATE, 1)
    90.0
    """
    if gate == NO_GATE:
        return t
    day = int(floor(t))
    _year, month, of_month = civil(origin + day)
    at_start = t == day and of_month == 1
    every = 1 if gate == MONTH_GATE else 3 if gate == QUARTER_GATE else 12
    into = (month - fiscal_year_start) % every
    if at_start and into == 0:
        return t
    return float(add_months(origin, day - of_month + 1, every - into))


@compiled
def next_true_up(origin: int, term: tuple[int, int, int], every_months: int, after: float) -> int:
    """The first true-up day later than `after` in a term: its start, its months and its anchor; -1: there is none.

    `every_months` 0 is never, and the term's end is no true-up.  The k-th true-up is k intervals after the start, so
    clipping does not add up.
    """
    start, months, anchor = term
    if every_months == 0:
        return -1
    into = every_months
    while into < months:
        day = add_anchored_months(origin, start, into, anchor)
        if day > after:
            return day
        into += every_months
    return -1


@compiled
def running_months(origin: int, end: int, term: int) -> int:
    """The months of a contract that ends on day `end` and runs on day 0: as many whole terms as it takes."""
    months = term
    while add_months(origin, end, -months) > 0:
        months += term
    return months
