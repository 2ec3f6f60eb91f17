"""Does a month lie in the fiscal quarter and year that a calendar says?"""

from __future__ import annotations

from datetime import date

import pytest

from forecast.finance.fiscal_calendar import build_fiscal_calendar


def test_calendar_years_are_fiscal_years_when_they_start_in_january():
    calendar = build_fiscal_calendar(date(2026, 1, 1), 36, 1)
    assert [year.label for year in calendar.years] == ["FY2026", "FY2027", "FY2028"]
    assert [(each.first, each.last) for each in calendar.quarters][:3] == [(1, 3), (4, 6), (7, 9)]
    assert all(each.whole for each in (*calendar.years, *calendar.quarters))
    assert calendar.months[1].end == date(2026, 2, 28)
    assert calendar.opening == date(2025, 12, 31)


def test_a_fiscal_year_has_the_number_of_the_year_it_ends_in_and_the_horizon_cuts_it():
    calendar = build_fiscal_calendar(date(2026, 2, 1), 17, 4)
    assert [(year.label, year.first, year.last, year.whole) for year in calendar.years] == [
        ("FY2026", 1, 2, False),  # February and March 2026
        ("FY2027", 3, 14, True),
        ("FY2028", 15, 17, False),
    ]
    assert calendar.quarters[0].label == "FY2026 Q4"
    assert calendar.quarters[0].end == date(2026, 3, 31)
    assert calendar.quarters[1].label == "FY2027 Q1"


@pytest.mark.parametrize("start", range(1, 13))
@pytest.mark.parametrize("fiscal", range(1, 13))
def test_every_month_lies_in_one_quarter_of_one_year(start, fiscal):
    calendar = build_fiscal_calendar(date(2027, start, 1), 29, fiscal)
    for periods in (calendar.months, calendar.quarters, calendar.years):
        covered = [month for each in periods for month in range(each.first, each.last + 1)]
        assert covered == list(range(1, 30))
    for quarter in calendar.quarters:
        assert quarter.label.startswith(next(y.label for y in calendar.years if y.first <= quarter.first <= y.last))
        assert (quarter.end.month - fiscal) % 3 == 2 or quarter is calendar.quarters[-1]
