"""Means over replications in whole cents that still tie.

The mean of whole cents is a fraction.  Rounding every figure by itself breaks the roll-forwards by cents.  So the
cumulative sum of a flow is rounded (half up), and the flow of a month is the difference of two rounded sums; a balance
between two flows, such as deferred revenue, is the difference of their rounded sums.  Every identity then holds to the
cent, nothing that is 0 in all replications becomes a cent, and no figure is further than four cents from the exact
mean.  Of a single replication everything comes back as it was (tests/finance/test_whole_cents.py).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from forecast.model.arr_parts import (
    ABSORBED_COLUMN,
    ARR_PARTS,
    CONTRACT,
    CONVERSION_MOVEMENTS,
    REPLACED_COLUMN,
    SELF_SERVE,
    TEAM_ABSORBED_COLUMN,
    TEAM_PLANS,
    ArrPart,
    balance_columns,
)
from forecast.model.metrics import STOCKS
from forecast.types import Floats, Integers

Sums = Mapping[str, Integers]  # by metric, [month 0.., row], summed over the replications


def _rounded_mean(total: Integers, count: int) -> Integers:
    """The mean in whole cents, half up; exact in integers."""
    return (2 * total + count) // (2 * count)


def _monthly_flows(position: Integers) -> Integers:
    """The change of a cumulative sum in each month; 0 in month 0."""
    return np.diff(position, axis=0, prepend=position[:1])


def means_in_whole_cents(sums: Sums, count: int) -> dict[str, Integers | Floats]:
    """The mean of every metric: money in whole cents that tie, everything else as a fraction."""
    tied = _contract_means(sums, count) | _arr_bridge_means(sums, count) | _cost_means(sums, count)
    return {name: tied.get(name, _plain_mean(name, total, count)) for name, total in (dict(sums) | tied).items()}


def _plain_mean(name: str, total: Integers | Floats, count: int) -> Integers | Floats:
    """The mean of a metric that ties with no other."""
    if not name.endswith("_cents"):
        fraction: Floats = total / count
        return fraction
    whole = np.asarray(total, np.int64)
    stock = name in STOCKS or name == "carr_cents"
    return _rounded_mean(whole, count) if stock else _monthly_flows(_rounded_mean(np.cumsum(whole, axis=0), count))


def _contract_means(sums: Sums, count: int) -> dict[str, Integers]:
    """Bookings, billings, revenue and cash, with deferred revenue, receivables and RPO between them."""
    deferred, unbilled = (_opening_stock(sums[name]) for name in ("deferred_revenue_cents", "unbilled_cents"))
    self_serve = sums["self_serve_revenue_cents"]
    use = sums.get("usage_revenue_cents", np.zeros_like(self_serve))  # not read where nobody uses what is counted

    def position(flow: Integers, before: Integers | int = 0) -> Integers:
        return _rounded_mean(np.cumsum(flow, axis=0) + before, count)

    booked = position(sums["bookings_cents"], deferred + unbilled)
    # Of what is billed use lies on top of seats, so that deferred revenue, between two heights of seats, and
    # receivables, between two of all, are 0 where they are 0 in every replication.
    seats = position(sums["billings_cents"] - self_serve - use, deferred)
    billed = position(sums["billings_cents"] - self_serve, deferred)
    collected = position(sums["cash_cents"] - self_serve, deferred)
    earned = position(sums["enterprise_revenue_cents"])
    self_serve_earned = position(self_serve)
    return {
        "bookings_cents": _monthly_flows(booked),
        "billings_cents": _monthly_flows(billed + self_serve_earned),
        "cash_cents": _monthly_flows(collected + self_serve_earned),
        "self_serve_revenue_cents": _monthly_flows(self_serve_earned),
        "enterprise_revenue_cents": _monthly_flows(earned),
        "usage_revenue_cents": _monthly_flows(billed - seats),
        "revenue_cents": _monthly_flows(earned + self_serve_earned + billed - seats),
        "deferred_revenue_cents": seats - earned,
        "receivables_cents": billed - collected,
        "rpo_cents": booked - earned,
        "unbilled_cents": booked - seats,
    }


def _cost_means(sums: Sums, count: int) -> dict[str, Integers]:
    """Cost of revenue, and what of it is for use: that lies below the rest, so that both parts only grow."""
    if "usage_cost_cents" not in sums:
        return {}
    of_use = _rounded_mean(np.cumsum(sums["usage_cost_cents"], axis=0), count)
    of_users = _rounded_mean(np.cumsum(sums["cogs_cents"] - sums["usage_cost_cents"], axis=0), count)
    return {"usage_cost_cents": _monthly_flows(of_use), "cogs_cents": _monthly_flows(of_use + of_users)}


def _opening_stock(stock: Integers) -> Integers:
    """A stock at the start, [1, row]."""
    return stock[:1]


def _arr_bridge_means(sums: Sums, count: int) -> dict[str, Integers]:
    """The ARR bridge, part by part, and CARR."""
    replaced = np.cumsum(sums[REPLACED_COLUMN], axis=0)
    tied: dict[str, Integers] = {REPLACED_COLUMN: _monthly_flows(_rounded_mean(replaced, count))}
    for part in ARR_PARTS:
        tied |= _roll_forward(sums, part, replaced, count)
    arr = np.add.reduce([tied[part.balance] for part in ARR_PARTS])
    return {
        **tied,
        ABSORBED_COLUMN: tied[REPLACED_COLUMN] + tied[CONVERSION_MOVEMENTS[-1].column],
        "arr_cents": arr,
        "carr_cents": arr + _rounded_mean(sums["carr_cents"] - sums["arr_cents"], count),
    }


def _roll_forward(sums: Sums, part: ArrPart, replaced: Integers, count: int) -> dict[str, Integers]:
    """The movements of one part and its balance; `replaced` is what conversions have moved since the start."""
    # What has come is rounded as a stack, and what has left as another: a balance, the difference of their heights, is
    # then 0 where it is 0 in every replication, and never negative.  What was replaced lies at the bottom of both the
    # stack that it leaves and the one that it comes to, so that it is the same whole number in both.
    opening, nothing = _opening_stock(sums[part.balance]), np.zeros_like(replaced)
    more: dict[int, list[str]] = {1: [], -1: []}
    if part is TEAM_PLANS:
        # What contracts absorb of team plans lies on the opening of self-serve in both parts, again the same number.
        beside = _opening_stock(sums[SELF_SERVE.balance])
        whole, below, under, more[-1] = nothing, beside + opening, beside + nothing, [TEAM_ABSORBED_COLUMN]
    elif part is CONTRACT:
        # Then the opening cannot lie there: it is rounded by itself, half down, and what it lacks lies under what left.
        whole = -_rounded_mean(-opening, count)
        below, under = replaced, whole * count - opening
    else:
        whole, below, under, more[1] = nothing, opening, replaced, [TEAM_ABSORBED_COLUMN]
    came, height = _stack(sums, more[1] + balance_columns(part, 1), below, count)
    left, depth = _stack(sums, more[-1] + balance_columns(part, -1), under, count)
    return {**came, **left, part.balance: whole + height - depth}


def _stack(sums: Sums, flows: Sequence[str], base: Integers, count: int) -> tuple[dict[str, Integers], Integers]:
    """Flows, each on top of the one before, summed from the start: what each is in a month, and the height of all."""
    height = np.broadcast_to(base, sums[flows[0]].shape)
    below, monthly = _rounded_mean(height, count), {}
    for name in flows:
        height = height + np.cumsum(sums[name], axis=0)
        above = _rounded_mean(height, count)
        monthly[name] = _monthly_flows(above - below)
        below = above
    return monthly, below
