"""Where does each cent fall?  Splitting, invoices, revenue and user-days against fractions and hand arithmetic."""

from __future__ import annotations

from fractions import Fraction
from itertools import pairwise
from math import floor

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from forecast.model import metrics, money
from forecast.types import Integers

MONTH_DAYS = np.array([0, 31, 59, 90, 120, 151, 181], np.int64)  # January to June 2026


def empty() -> Integers:
    return np.zeros((len(MONTH_DAYS), 1, len(metrics.FIXED)), np.int64)


def column(ledger: Integers, place: int) -> list[int]:
    return [int(value) for value in ledger[:, 0, place]]


@given(st.integers(0, 10**15), st.integers(1, 366), st.data())
def test_a_part_is_the_exact_share_half_up(whole, total, data):
    done = data.draw(st.integers(0, total))
    assert money.part(whole, done, total) == floor(Fraction(whole * done, total) + Fraction(1, 2))


@given(st.integers(0, 10**12), st.lists(st.integers(1, 40), min_size=1, max_size=30))
def test_the_parts_add_up_to_the_whole(whole, lengths):
    total = sum(lengths)
    edges = [sum(lengths[:place]) for place in range(len(lengths) + 1)]
    parts = [money.part(whole, after, total) - money.part(whole, before, total) for before, after in pairwise(edges)]
    assert sum(parts) == whole
    assert all(abs(part - Fraction(whole * length, total)) <= 1 for part, length in zip(parts, lengths, strict=True))


def test_parts_by_hand():
    assert money.part(1, 1, 2) == 1  # half up
    assert money.part(3, 1, 2) == 2
    assert money.part(100, 1, 3) == 33
    assert money.pro_rata(6, 1000, 12, 275, 365) == 54247  # 54,246.58
    assert money.pro_rata(2, 999, 3, 1, 92) == 65  # 65.15


@given(st.floats(0, 180.999))
def test_a_time_belongs_to_the_month_that_holds_it(t):
    month = money.month_of(MONTH_DAYS, t)
    assert MONTH_DAYS[month - 1] <= t < MONTH_DAYS[month]


def test_a_months_start_belongs_to_the_new_month():
    assert [money.month_of(MONTH_DAYS, t) for t in (0, 30.999, 31, 59.0, 180)] == [1, 1, 2, 3, 6]
    assert money.month_of(MONTH_DAYS, 181) == len(MONTH_DAYS)
    assert money.month_of(MONTH_DAYS, 1e9) == len(MONTH_DAYS)


@given(st.integers(0, 10**10), st.integers(-400, 200), st.integers(1, 400))
def test_revenue_is_earned_by_whole_days(amount, start, days):
    end, ledger = start + days, empty()
    since = max(start, 0)
    if since >= min(end, 181):
        return
    money.recognize(ledger, 0, MONTH_DAYS, amount, (start, end), since)

    def earned(day: int) -> int:
        return floor(Fraction(amount * (min(day, end) - start), days) + Fraction(1, 2))

    for month in range(1, 7):
        low, high = max(int(MONTH_DAYS[month - 1]), since), max(int(MONTH_DAYS[month]), since)
        expected = earned(high) - earned(low) if low < end else 0
        assert ledger[month, 0, money.RECOGNIZED] == expected
    assert ledger[0, 0, money.RECOGNIZED] == 0


def test_an_invoice_by_hand():
    # 30,000 for Feb 15 to May 15 (45 to 134: 89 days), paid 30.4375 days later, on Mar 17.
    ledger = empty()
    money.post_invoice(ledger, 0, MONTH_DAYS, 30000, (45, 134), 45 + 30.4375)
    assert column(ledger, money.BILLED) == [0, 0, 30000, 0, 0, 0, 0]
    assert column(ledger, money.COLLECTED) == [0, 0, 0, 30000, 0, 0, 0]
    # 14 days 4719.10; 45 days 15,168.54; 75 days 25,280.90; 89 days.
    assert column(ledger, money.RECOGNIZED) == [0, 0, 4719, 10450, 10112, 4719, 0]


def test_cash_after_the_horizon_is_not_counted():
    ledger = empty()
    money.post_invoice(ledger, 0, MONTH_DAYS, 1000, (170, 200), 181.0)
    assert column(ledger, money.COLLECTED) == [0] * 7
    assert column(ledger, money.BILLED) == [0, 0, 0, 0, 0, 0, 1000]
    assert column(ledger, money.RECOGNIZED) == [0, 0, 0, 0, 0, 0, 367]  # 11 of 30 days


def test_user_days_earn_and_cost_by_segment_and_start_anew():
    days = np.array([[10.0, 31.0, 0.0, 0.0], [0.0, 15.5, 62.0, 0.0], [31.0, 0.0, 3.1, 15.5]])
    rates = np.array([[2000.0, 100.0, 500.0, 700.0, 0.0, 0.0], [0.0, 200.0, 0.0, 1000.0, 3000.0, 400.0]])
    amounts = np.array([[1.0, 0.0, 0.0], [0.0, 0.0, 2.0]])
    money.accrue(days, np.array([0, 0, 1]), rates, 31, amounts)
    # Segment 0: 46.5 paid days of 31 at 2000 = 3000; cost (10 * 100 + 46.5 * 500 + 62 * 700) / 31 = 2182.26.
    # Segment 1: half a month on a team plan at 3000; cost 200 + 100 + half of 400.
    assert amounts == pytest.approx(np.array([[3001.0, 67650 / 31, 0.0], [1500.0, 500.0, 1502.0]]), rel=1e-14)
    assert not days.any()
