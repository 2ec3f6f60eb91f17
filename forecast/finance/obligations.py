"""Remaining performance obligations (RPO): their opening, and how they follow from bookings and revenue.

The tables carry the opening deferred revenue; the later invoices of the terms running at the start follow from the
accounts file and the rules of the first day, as the engines read them.  Knows no sheet.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from forecast.model.contract import seat_price
from forecast.model.dates import add_anchored_months, day_of_month, running_months
from forecast.model.parameters import Parameters
from forecast.scenario import PresentAccount
from forecast.types import Floats, Integers

DERIVED_METRICS = ("rpo_cents", "unbilled_cents")  # computed here; the tables need not have them
SOURCES = ("bookings_cents", "enterprise_revenue_cents", "deferred_revenue_cents")  # what they follow from

Metrics = dict[str, Integers | Floats]


def with_obligation_sources(metrics: tuple[str, ...]) -> tuple[str, ...]:
    """The metrics, and those that the remaining obligations among them follow from."""
    if not set(DERIVED_METRICS) & set(metrics):
        return metrics
    return tuple(dict.fromkeys((*metrics, *SOURCES, *DERIVED_METRICS)))


def with_remaining_obligations(metrics: Metrics, opening: Integers) -> Metrics:
    """The metrics of some replications [replication, month, row], RPO and its unbilled part added.

    `opening` is what is not yet invoiced at the start, [replication, row].
    """
    deferred = metrics["deferred_revenue_cents"]
    net_bookings = metrics["bookings_cents"] - metrics["enterprise_revenue_cents"]
    remaining = opening[:, None] + deferred[:, :1] + np.cumsum(net_bookings, axis=1)
    return {**metrics, "rpo_cents": remaining, "unbilled_cents": remaining - deferred}


def opening_unbilled(parameters: Parameters, seed: int, replication: int) -> Integers:
    """Cents of running terms that are not invoiced on day 0, by row of the tables (segments, vendor)."""
    amounts = np.zeros(len(parameters.rows), np.int64)
    present = {
        (each.segment, each.account): each for each in parameters.scenario.present if each.contract_end is not None
    }
    if not present:
        return amounts
    inputs = parameters.inputs(seed, replication)
    rules: Any = inputs.tables.rules  # annotated as the numbers of one period and segment
    for place, (segment, name) in enumerate(
        zip(parameters.account_segment.tolist(), parameters.account_names, strict=True)
    ):
        row = present.get((parameters.segments[segment], name))
        if row is None:
            continue
        price = row.price_cents
        if price is None:
            price = seat_price(int(rules.pricing.enterprise[0, segment]), float(inputs.traits.discount[place]))
        term, billing = int(rules.contract.term[0, segment]), int(rules.contract.billing[0, segment])
        amounts[segment] += row.seats * price * _months_to_invoice(parameters, row, term, billing)
    return amounts


def _months_to_invoice(parameters: Parameters, row: PresentAccount, term: int, billing: int) -> int:
    """The months of a running term whose billing periods begin after day 0."""
    origin, end = parameters.shape.origin, row.contract_end
    assert end is not None
    months = running_months(origin, end, term)
    anchor = day_of_month(origin, end)
    start, invoiced = add_anchored_months(origin, end, -months, anchor), billing
    while invoiced < months and add_anchored_months(origin, start, invoiced, anchor) <= 0:
        invoiced += billing
    return max(months - invoiced, 0)


def same_in_all_replications(parameters: Parameters) -> bool:
    """Whether the opening depends on no draw, so that one replication stands for all."""
    priced = all(each.price_cents is not None for each in parameters.scenario.present if each.contract_end is not None)
    return priced and not parameters.uncertain
