"""Means over replications in whole cents that still tie.

The mean of whole cents is a fraction.  Rounding every figure by itself breaks the roll-forwards by cents.  So the
cumulative sum of a flow is rounded (half up), and the flow of a month is the difference of two rounded sums; a balance
between two flows, such as deferred revenue, is the difference of their rounded sums.  Every identity then holds to the
cent, nothing that is 0 in all replications becomes a cent, and no figure is further than two cents from the exact mean.
Of a single replication everything comes back as it was (tests/finance/test_whole_cents.py).
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from forecast.model.metrics import STOCKS
from forecast.types import Floats, Integers

Sums = Mapping[str, Integers]  # by metric, [month 0.., row], summed over the replications
ARR_MOVEMENTS = (
    "new_arr_cents",
    "reactivation_arr_cents",
    "expansion_arr_cents",
    "contraction_arr_cents",
    "churned_arr_cents",
)


def _rounded_mean(total: Integers, count: int) -> Integers:
    """The mean in whole cents, half up; exact in integers."""
    return (2 * total + count) // (2 * count)


def _monthly_flows(position: Integers) -> Integers:
    """The change of a cumulative sum in each month; 0 in month 0."""
    return np.diff(position, axis=0, prepend=position[:1])


def means_in_whole_cents(sums: Sums, count: int) -> dict[str, Integers | Floats]:
    """The mean of every metric: money in whole cents that tie, everything else as a fraction."""
    tied = _contract_means(sums, count) | _arr_bridge_means(sums, count)
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

    def position(flow: Integers, before: Integers | int = 0) -> Integers:
        return _rounded_mean(np.cumsum(flow, axis=0) + before, count)

    booked = position(sums["bookings_cents"], deferred + unbilled)
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
        "revenue_cents": _monthly_flows(earned + self_serve_earned),
        "deferred_revenue_cents": billed - earned,
        "receivables_cents": billed - collected,
        "rpo_cents": booked - earned,
        "unbilled_cents": booked - billed,
    }


def _opening_stock(stock: Integers) -> Integers:
    """A stock at the start, [1, row]."""
    return stock[:1]


def _arr_bridge_means(sums: Sums, count: int) -> dict[str, Integers]:
    """The ARR bridge, its two sources, and CARR."""
    new, reactivation, expansion, contraction, churned = (np.cumsum(sums[name], axis=0) for name in ARR_MOVEMENTS)
    height = _opening_stock(sums["arr_cents"])
    steps, ins = [_rounded_mean(np.broadcast_to(height, new.shape), count)], []
    for more in (new, reactivation, expansion):
        height = height + more
        steps.append(_rounded_mean(height, count))
        ins.append(_monthly_flows(steps[-1] - steps[-2]))
    outs = [_rounded_mean(contraction, count), _rounded_mean(contraction + churned, count)]
    arr = steps[-1] - outs[-1]
    enterprise, self_serve = sums["enterprise_arr_cents"], sums["self_serve_arr_cents"]
    contracted = np.where(enterprise == 0, 0, np.where(self_serve == 0, arr, _rounded_mean(enterprise, count)))
    return {
        **dict(zip(ARR_MOVEMENTS, [*ins, _monthly_flows(outs[0]), _monthly_flows(outs[1] - outs[0])], strict=True)),
        "arr_cents": arr,
        "enterprise_arr_cents": contracted,
        "self_serve_arr_cents": arr - contracted,
        "carr_cents": arr + _rounded_mean(sums["carr_cents"] - sums["arr_cents"], count),
    }
