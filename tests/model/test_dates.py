"""Is the calendar Python's own?  Dates, months, gates and true-ups against `datetime`, `calendar` and hand counts."""

from __future__ import annotations

import calendar
from datetime import date, timedelta
from math import floor

import pytest
from hypothesis import given
from hypothesis import strategies as st

from forecast.model import dates

EPOCH = date(1970, 1, 1)
DAYS = st.dates(date(1900, 1, 1), date(2400, 12, 31))
STARTS = DAYS.map(lambda day: day.replace(day=1))


def number(day: date) -> int:
    return (day - EPOCH).days


def shifted(day: date, months: int) -> date:
    """The same day of the month so many months later, clipped: written with `calendar`."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))


@given(DAYS)
def test_a_day_number_is_datetimes(day):
    assert dates.day_number(day.year, day.month, day.day) == number(day)
    assert tuple(dates.civil(number(day))) == (day.year, day.month, day.day)


@pytest.mark.parametrize("day", ["1900-02-28", "1900-03-01", "2000-02-29", "2100-02-28", "2100-03-01", "1969-12-31"])
def test_centuries_are_no_leap_years_but_every_fourth(day):
    found = date.fromisoformat(day)
    assert tuple(dates.civil(number(found))) == (found.year, found.month, found.day)
    assert dates.day_number(found.year, found.month, found.day) == number(found)


@given(STARTS, st.integers(-400, 4000), st.integers(-500, 500))
def test_months_later_is_the_same_day_or_the_months_last(start, days, months):
    day = start + timedelta(days)
    assert dates.add_months(number(start), days, months) == (shifted(day, months) - start).days


@given(STARTS, st.integers(-400, 4000), st.lists(st.integers(1, 24), max_size=30))
def test_dates_that_keep_their_anchor_are_those_counted_from_the_first(start, days, steps):
    first, day, total = start + timedelta(days), days, 0
    for months in steps:
        day, total = dates.add_anchored_months(number(start), day, months, first.day), total + months
        assert day == (shifted(first, total) - start).days


def test_february_shortens_its_own_date_alone():
    origin, day, found = number(date(2026, 1, 1)), 30, []
    for _ in range(4):
        day = dates.add_anchored_months(origin, day, 1, 31)
        found.append((date(2026, 1, 1) + timedelta(day)).isoformat())
    assert found == ["2026-02-28", "2026-03-31", "2026-04-30", "2026-05-31"]
    assert dates.next_true_up(origin, (58, 12, 31), 1, 58.0) == 89  # from Feb 28, anchored on the 31st, to Mar 31


@pytest.mark.parametrize(
    ("day", "months", "expected"),
    [
        ("2027-01-31", 1, "2027-02-28"),
        ("2028-01-31", 1, "2028-02-29"),
        ("2028-02-29", 12, "2029-02-28"),
        ("2028-02-29", 48, "2032-02-29"),
        ("2027-12-31", 2, "2028-02-29"),
        ("2027-03-31", -1, "2027-02-28"),
        ("2027-01-15", -13, "2025-12-15"),
        ("2027-11-30", 1, "2027-12-30"),
        ("2027-08-31", 0, "2027-08-31"),
    ],
)
def test_months_by_hand(day, months, expected):
    start = date(2026, 1, 1)
    found = dates.add_months(number(start), (date.fromisoformat(day) - start).days, months)
    assert start + timedelta(found) == date.fromisoformat(expected)


def first_start(start: date, t: float, gate: int, fiscal_year_start: int) -> float:
    """The first day at or after t that is a start, found by trying one day after the other."""
    every = {dates.MONTH_GATE: 1, dates.QUARTER_GATE: 3, dates.YEAR_GATE: 12}[gate]
    day = floor(t) if t == floor(t) else floor(t) + 1
    while (start + timedelta(day)).day != 1 or ((start + timedelta(day)).month - fiscal_year_start) % every:
        day += 1
    return float(day)


TIMES = st.one_of(st.floats(0, 2000), st.integers(0, 2000).map(float))


@given(STARTS, TIMES, st.sampled_from([dates.MONTH_GATE, dates.QUARTER_GATE, dates.YEAR_GATE]), st.integers(1, 12))
def test_a_gate_opens_at_the_next_start(start, t, gate, fiscal_year_start):
    opens = dates.gate_opens(number(start), t, gate, fiscal_year_start)
    assert opens == first_start(start, t, gate, fiscal_year_start)
    assert dates.gate_opens(number(start), opens, gate, fiscal_year_start) == opens


@given(STARTS, TIMES, st.integers(1, 12))
def test_no_gate_is_no_wait(start, t, fiscal_year_start):
    assert dates.gate_opens(number(start), t, dates.NO_GATE, fiscal_year_start) == t


@pytest.mark.parametrize(
    ("day", "gate", "fiscal_year_start", "expected"),
    [
        (0.0, "month", 1, 0),
        (0.001, "month", 1, 31),
        (31.0, "fiscal_quarter", 1, 90),  # Feb 1 -> Apr 1
        (31.0, "fiscal_quarter", 2, 31),  # Feb 1 begins a quarter of a year from February
        (31.5, "fiscal_quarter", 2, 120),  # -> May 1
        (90.0, "fiscal_year", 4, 90),
        (90.5, "fiscal_year", 4, 455),  # Apr 1, 2027
        (340.0, "fiscal_quarter", 12, 424),  # Dec 7, 2026 -> Mar 1, 2027
    ],
)
def test_gates_by_hand(day, gate, fiscal_year_start, expected):
    origin = number(date(2026, 1, 1))
    assert dates.gate_opens(origin, day, dates.GATES.index(gate), fiscal_year_start) == expected


@given(STARTS, st.integers(0, 1000), st.integers(1, 60), st.integers(1, 24), st.floats(0, 2500))
def test_true_ups_are_whole_intervals_after_the_start_and_before_the_end(start, begins, term, every, after):
    first = start + timedelta(begins)
    days = [(shifted(first, into) - start).days for into in range(every, term, every)]
    expected = next((day for day in days if day > after), -1)
    assert dates.next_true_up(number(start), (begins, term, first.day), every, after) == expected


def test_true_ups_by_hand():
    origin = number(date(2026, 1, 1))
    # From Jan 31, 2026 for a year, every three months: Apr 30 (119), Jul 31 (211), Oct 31 (303); the end is no true-up.
    assert dates.next_true_up(origin, (30, 12, 31), 3, 30.0) == 119
    assert dates.next_true_up(origin, (30, 12, 31), 3, 118.9) == 119
    assert dates.next_true_up(origin, (30, 12, 31), 3, 119.0) == 211
    assert dates.next_true_up(origin, (30, 12, 31), 3, 300.0) == 303
    assert dates.next_true_up(origin, (30, 12, 31), 3, 303.0) == -1
    assert dates.next_true_up(origin, (30, 12, 31), 12, 30.0) == -1
    assert dates.next_true_up(origin, (30, 12, 31), 0, 30.0) == -1


def test_a_contract_that_ends_beyond_one_term_has_as_many_as_it_takes():
    origin = number(date(2026, 1, 1))
    july = (date(2027, 7, 1) - date(2026, 1, 1)).days
    assert dates.running_months(origin, july, 12) == 24  # from July 1, 2025
    assert dates.running_months(origin, july, 18) == 18  # from the very start
    assert dates.running_months(origin, 30, 12) == 12
