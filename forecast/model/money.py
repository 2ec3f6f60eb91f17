"""Invoices, revenue and cash by month (docs/model.md, 9), in whole cents.

What is split over time is split by cumulative rounding, so that the parts add up to the whole.  `ledger` is
int64[month, row, metric] (forecast.model.metrics names its columns); rows are segments.
"""

from __future__ import annotations

import numpy as np

from forecast.compiling.decorators import compiled
from forecast.model import metrics
from forecast.types import Floats, Integers

BILLED = metrics.INDEX["billings_cents"]
RECOGNIZED = metrics.INDEX["enterprise_revenue_cents"]
COLLECTED = metrics.INDEX["cash_cents"]

USE_DAYS = ("free", "paid", "seated", "team")  # the plans whose days of use are counted, in the order of their columns
FREE_DAYS, PAID_DAYS, SEATED_DAYS, TEAM_DAYS = range(len(USE_DAYS))
RATES = ("paid price", "free cost", "paid cost", "seated cost", "team price", "team cost")  # of a user and month
PAID_PRICE, FREE_COST, PAID_COST, SEATED_COST, TEAM_PRICE, TEAM_COST = range(len(RATES))
AMOUNTS = ("revenue", "cost", "revenue of team plans")  # of user-days; team plans are a part of the first
REVENUE, COST, TEAM_REVENUE = range(len(AMOUNTS))


@compiled
def part(whole: int, done: int, total: int) -> int:
    """The share `done / total` of `whole`, rounded half up; exact in integers.

    >>> part(10_000, 1, 3), part(10_000, 2, 3), part(10_000, 3, 3)
    (3333, 6667, 10000)
    """
    return (2 * whole * done + total) // (2 * total)


@compiled
def pro_rata(extra_seats: int, price: int, months: int, days_left: int, days: int) -> int:
    """What a true-up bills for the rest of a period of `months` months and `days` days."""
    return part(extra_seats * price * months, days_left, days)


@compiled
def month_of(month_days: Integers, t: float) -> int:
    """The month (1 is the first) that holds `t`: month_days[m - 1] <= t < month_days[m]; beyond the last: len."""
    return int(np.searchsorted(month_days, t, side="right"))


@compiled
def recognize(
    ledger: Integers, row: int, month_days: Integers, amount: int, period: tuple[int, int], from_day: int
) -> None:
    """Add the revenue of `amount`, ratable by whole days over `period`, for the days from `from_day` on."""
    start, end = period
    days = end - start
    before = part(amount, from_day - start, days)
    month = month_of(month_days, from_day)
    while month < len(month_days) and from_day < end:
        until = min(end, month_days[month])
        through = part(amount, until - start, days)
        ledger[month, row, RECOGNIZED] += through - before
        before = through
        from_day = until
        month += 1


@compiled
def post_invoice(
    ledger: Integers, row: int, month_days: Integers, amount: int, period: tuple[int, int], cash_time: float
) -> None:
    """Bill `amount` at the period's first day, recognize it over the period, and collect it at `cash_time`."""
    start = period[0]
    ledger[month_of(month_days, start), row, BILLED] += amount
    recognize(ledger, row, month_days, amount, period, start)
    paid = month_of(month_days, cash_time)
    if paid < len(month_days):
        ledger[paid, row, COLLECTED] += amount


@compiled
def accrue(days: Floats, segment_of: Integers, rates: Floats, month_length: int, amounts: Floats) -> None:
    """Add what the user-days of each account earned and cost to `amounts`, and set them to zero.

    days: [account, USE_DAYS]; rates: cents per user-month [segment, RATES]; amounts: [segment, AMOUNTS], rounded by the
    caller once a month.
    """
    sums = np.zeros((len(rates), len(USE_DAYS)))
    for account in range(len(days)):
        segment = segment_of[account]
        for plan in range(len(USE_DAYS)):
            sums[segment, plan] += days[account, plan]
            days[account, plan] = 0.0
    for segment in range(len(rates)):
        use, rate, amount = sums[segment], rates[segment], amounts[segment]
        amount[REVENUE] += rate[PAID_PRICE] * use[PAID_DAYS] / month_length
        by_team = rate[TEAM_PRICE] * use[TEAM_DAYS] / month_length
        amount[REVENUE] += by_team
        amount[TEAM_REVENUE] += by_team
        cost = (
            rate[FREE_COST] * use[FREE_DAYS] + rate[PAID_COST] * use[PAID_DAYS] + rate[SEATED_COST] * use[SEATED_DAYS]
        )
        amount[COST] += (cost + rate[TEAM_COST] * use[TEAM_DAYS]) / month_length
