"""Are numbers and dates read as they were written, and what is ambiguous not at all?"""

from __future__ import annotations

from datetime import date

import pytest

from forecast.foreign import cells

JUNE = date(2026, 6, 3)


@pytest.mark.parametrize(("text", "number"), [("200", 200), ("200.0", 200), ("200.00", 200), ("0", 0), ("007", 7)])
def test_counts_are_whole_numbers_also_as_programs_write_them(text: str, number: int) -> None:
    assert cells.whole_number(text) == number


@pytest.mark.parametrize("text", ["2.000", "200.5", "1,200", "1e3", "-3", "", "NA", "٣", "200.", "12 "])
def test_what_is_no_count_or_may_be_another_is_none(text: str) -> None:
    assert cells.whole_number(text) is None


@pytest.mark.parametrize(
    "text", ["1,200", "1.200", "1.200.000", "1 200", "1\u00a0200", "1\u202f200,50", "1.200,50", "1'200"]
)
def test_marks_between_thousands_are_seen(text: str) -> None:
    assert cells.has_groups(text)


@pytest.mark.parametrize("text", ["1200", "39.50", "39,50", "200.0", "1.2000", "12,34", "x", "1,2,3"])
def test_other_numbers_have_no_marks_between_thousands(text: str) -> None:
    assert not cells.has_groups(text)


@pytest.mark.parametrize(("text", "number"), [("39,50", "39.50"), ("1.200,50", "1.200,50"), ("1,2,3", "1,2,3")])
def test_a_decimal_comma_is_one_comma_alone(text: str, number: str) -> None:
    assert cells.point_for_comma(text) == number


@pytest.mark.parametrize(
    ("text", "date_format", "day"),
    [
        ("2026-06-03", cells.ISO, JUNE),
        ("2026-06-03 00:00:00", cells.ISO, JUNE),
        ("2026-06-03T00:00:00.000Z", cells.ISO, JUNE),
        ("2026-06-03", cells.DAY_FIRST, JUNE),
        ("03/06/2026", cells.DAY_FIRST, JUNE),
        ("3.6.2026", cells.DAY_FIRST, JUNE),
        ("6/3/2026", cells.MONTH_FIRST, JUNE),
        ("6/3/2026 0:00", cells.MONTH_FIRST, None),
        ("06/03/2026 00:00", cells.MONTH_FIRST, JUNE),
        ("06/03/2026", cells.ISO, None),
        ("6/3/26", cells.MONTH_FIRST, None),
        ("6/3.2026", cells.MONTH_FIRST, None),
        ("31/12/2026", cells.MONTH_FIRST, None),
        ("2026-02-30", cells.ISO, None),
        ("03-Jun-2026", cells.ISO, JUNE),
        ("3 June 2026", cells.MONTH_FIRST, JUNE),
        ("03-Jun-2026 00:00", cells.DAY_FIRST, JUNE),
        ("31-Jun-2026", cells.ISO, None),
        ("03-Juin-2026", cells.ISO, None),
        ("03-Jun-26", cells.ISO, None),
        ("2026-06-03 14:22", cells.ISO, None),
        ("20260603", cells.ISO, None),
        ("", cells.ISO, None),
    ],
)
def test_dates_are_read_only_where_day_and_month_are_certain(text: str, date_format: str, day: date | None) -> None:
    assert cells.date_in(text, date_format) == day


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("2026-06-03 14:22", "2026-06-03"),
        ("2026-06-03T14:22:05.000+0000", "2026-06-03"),
        ("2026-06-03T14:22:05Z", "2026-06-03"),
        ("6/3/2026, 2:22 PM", "6/3/2026"),
        ("6/3/2026 14:22", "6/3/2026"),
        ("2026-06-03", "2026-06-03"),
        ("soon", "soon"),
    ],
)
def test_an_instant_is_cut_to_its_day(text: str, day: str) -> None:
    assert cells.without_time(text) == day
