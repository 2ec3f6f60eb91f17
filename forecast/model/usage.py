"""Revenue from use: what each account uses, what of it is billed, and what it costs (docs/model.md, 9).

A month's use of an account is pooled over its users of a plan, so the rule works on user-days: `accrue_usage` at every
date that closes user-days, `close_usage` once at the month's end.  Both engines call the same two.  A book without
accounts means that nothing is metered, and then neither is called.
"""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np

from forecast.compiling.decorators import compiled, inlined
from forecast.model import closing, metrics
from forecast.model.money import FREE_DAYS, PAID_DAYS, SEATED_DAYS, TEAM_DAYS, USE_DAYS, month_of
from forecast.model.tables import SegmentRules
from forecast.types import Floats, Integers

PLAN_COUNT: Final = len(USE_DAYS)
# Columns of `rates`: units and what is included, each by plan, then the rest.
UNITS, INCLUDED = 0, PLAN_COUNT
PRICE, COST, GROWTH = range(2 * PLAN_COUNT, 2 * PLAN_COUNT + 3)
# Columns of `totals`, an account's running totals before rounding.
TOTAL_COUNT: Final = 4
USED, SPENT, BY_CARD, BY_CONTRACT = range(TOTAL_COUNT)
MOST_GROWTH: Final = 1e6  # how many times the use of the start a user's may grow to: no total leaves 64 bits for it

_REVENUE = metrics.INDEX["usage_revenue_cents"]
_UNITS = metrics.INDEX["usage_units"]
_COST = metrics.INDEX["usage_cost_cents"]
_RUN_RATE = metrics.INDEX["usage_run_rate_cents"]
_BILLED = metrics.INDEX["billings_cents"]
_COLLECTED = metrics.INDEX["cash_cents"]
_COGS = metrics.INDEX["cogs_cents"]


class UsageBook(NamedTuple):
    """What the accounts of one replication use; no accounts where nothing is metered."""

    segment_of: Integers  # [account]
    intensity: Floats  # [account]: the trait
    payment_terms: Floats  # [account]: days, of the contract that was agreed last; filled in at each month's end
    used: Floats  # [account, plan]: units that the month's users want, up to now
    included: Floats  # [account, plan]: units that their plans include, up to now
    totals: Floats  # [account, (units, cost, by card, by contract)] since the start, not rounded
    growth: Floats  # [segment]: how many times the use of the start a user's is in this month
    rates: Floats  # [segment, rate], of the present period
    rates_by_period: Floats  # [period, segment, rate]
    month_days: Integers  # [month + 1]


def usage_rates(rules: SegmentRules) -> Floats:
    """The rates of each period, [period, segment, rate]; prices in cents a unit."""
    units = [getattr(rules.usage, f"units_{plan}") for plan in USE_DAYS]
    included = [getattr(rules.pricing, f"usage_included_{plan}") for plan in USE_DAYS]
    columns = [*units, *included, rules.pricing.usage_price, rules.costs.usage, rules.usage.growth]
    return np.stack([np.asarray(column, np.float64) for column in columns], axis=-1)


def _is_metered(rates: Floats) -> bool:
    """Whether anybody uses any units at any time; `rates` are those of all periods."""
    return bool((rates[..., UNITS : UNITS + PLAN_COUNT] > 0.0).any())


def open_usage_book(rates: Floats, intensity: Floats, segment_of: Integers, month_days: Integers) -> UsageBook:
    """The book of a replication before its first day; rates: [period, segment, rate]."""
    accounts = len(segment_of) if _is_metered(rates) else 0
    return UsageBook(
        np.ascontiguousarray(segment_of[:accounts]),
        np.ascontiguousarray(intensity[:accounts]),
        np.zeros(accounts),
        np.zeros((accounts, PLAN_COUNT)),
        np.zeros((accounts, PLAN_COUNT)),
        np.zeros((accounts, TOTAL_COUNT)),
        np.ones(rates.shape[1]),
        rates[0].copy(),
        rates,
        month_days,
    )


def take_period(book: UsageBook, period: int) -> None:
    """Use the rates of a period from now on."""
    book.rates[:] = book.rates_by_period[period]


@inlined
def whole_part(totals: Floats, place: int, amount: float) -> int:
    """Add to a running total; by how much its rounding, half up, has risen.

    So what is billed over the months never drifts from what is used, whatever the fractions of a cent.
    """
    before = int(np.floor(totals[place] + 0.5))
    totals[place] += amount
    return int(np.floor(totals[place] + 0.5)) - before


@inlined
def overage(plan: int, used: float, included: float) -> tuple[float, float]:
    """What is used in the end, and what of it is billed: above what is included, free users are refused."""
    if used <= included:
        return used, 0.0
    return (included, 0.0) if plan == FREE_DAYS else (used, used - included)


@compiled
def accrue_usage(book: UsageBook, days: Floats, month_length: int) -> None:
    """Add what the user-days of each account use, and what their plans include, at the present parameters.

    days: [account, plan], in the order of USE_DAYS.
    """
    for account in range(len(days)):
        segment = book.segment_of[account]
        eagerness = book.intensity[account] * book.growth[segment]
        for plan in range(days.shape[1]):
            user_months = days[account, plan] / month_length
            book.used[account, plan] += eagerness * book.rates[segment, UNITS + plan] * user_months
            book.included[account, plan] += book.rates[segment, INCLUDED + plan] * user_months


@inlined
def _bill(book: UsageBook, account: int) -> tuple[float, float, float]:
    """The units of an account's month, and what is billed for them in cents, by card and by contract; starts over."""
    price = book.rates[book.segment_of[account], PRICE]
    units, by_card, by_contract = 0.0, 0.0, 0.0
    for plan in range(PLAN_COUNT):
        used, billed = overage(plan, book.used[account, plan], book.included[account, plan])
        units += used
        if plan == SEATED_DAYS:
            by_contract += billed * price
        else:
            by_card += billed * price
        book.used[account, plan] = 0.0
        book.included[account, plan] = 0.0
    return units, by_card, by_contract


@compiled
def close_usage(month: int, book: UsageBook, run_rates: Integers, ledger: Integers) -> None:
    """Bill and cost a month's use, account by account, and let use grow for the next month.

    run_rates: gets twelve times the month's revenue, [month % months kept, account].
    """
    last_day = book.month_days[month] - 1
    for account in range(len(book.used)):
        segment, totals = book.segment_of[account], book.totals[account]
        row = ledger[month, segment]
        units, by_card, by_contract = _bill(book, account)
        cost = whole_part(totals, SPENT, units * book.rates[segment, COST])
        card, invoice = whole_part(totals, BY_CARD, by_card), whole_part(totals, BY_CONTRACT, by_contract)
        row[_UNITS] += whole_part(totals, USED, units)
        row[_COST] += cost
        row[_COGS] += cost
        row[_REVENUE] += card + invoice
        row[_BILLED] += card + invoice
        row[_COLLECTED] += card
        # The invoice is dated on the month's last day, so that terms of 0 days are paid within the month.
        paid = month_of(book.month_days, last_day + book.payment_terms[account])
        if paid < len(book.month_days):
            ledger[paid, segment, _COLLECTED] += invoice
        run_rates[month % len(run_rates), account] = 12 * (card + invoice)
        row[_RUN_RATE] += 12 * (card + invoice)
    for segment in range(len(book.growth)):
        # Month by month, and not a power: what the timeline changes holds from then on.
        book.growth[segment] = min(book.growth[segment] * (1.0 + book.rates[segment, GROWTH]), MOST_GROWTH)


@compiled
def open_run_rates(book: UsageBook, positions: Integers, run_rates: Integers, row: Integers) -> None:
    """The run rate of the accounts that are there at the start: twelve months of today's users, nothing billed.

    positions: [account, POSITION]; row: [segment, metric], of month 0.
    """
    days = np.zeros((len(book.used), PLAN_COUNT))
    for account in range(len(days)):
        days[account, FREE_DAYS] = positions[account, closing.FREE]
        days[account, PAID_DAYS] = positions[account, closing.PAID]
        days[account, SEATED_DAYS] = positions[account, closing.SEATED]
        days[account, TEAM_DAYS] = positions[account, closing.TEAM]
    accrue_usage(book, days, 1)
    for account in range(len(days)):
        _, by_card, by_contract = _bill(book, account)
        run_rates[0, account] = 12 * int(np.floor(by_card + by_contract + 0.5))
        row[book.segment_of[account], _RUN_RATE] += run_rates[0, account]
