"""The accounts of the accounts file at the start, and the price of a contract that runs; for both engines.

Knows no engine: an engine puts the accounts where they are.
"""

from __future__ import annotations

from forecast.model.contract import SeatPrice, price_before_tiers, seat_price, tier_discount, tiered_price
from forecast.model.parameters import Parameters
from forecast.scenario import PresentAccount
from forecast.types import Floats


def accounts_at_start(parameters: Parameters) -> list[tuple[int, PresentAccount]]:
    """The accounts of the accounts file and their places among all, in the order of the places."""
    present = {(each.segment, each.account): each for each in parameters.scenario.present}
    if not present:
        return []
    segments = (parameters.segments[segment] for segment in parameters.account_segment.tolist())
    rows = (present.get(address) for address in zip(segments, parameters.account_names, strict=True))
    return [(index, row) for index, row in enumerate(rows) if row is not None]


def present_price(row: PresentAccount, list_price: int, discount: float, tiers: Floats) -> SeatPrice:
    """The price of a seat of a present contract: the file's, with its tier in it, or today's with the discounts."""
    tier = tier_discount(row.seats, tiers)
    if row.price_cents is None:
        return SeatPrice(tiered_price(list_price, discount, tier), seat_price(list_price, discount))
    return SeatPrice(row.price_cents, price_before_tiers(row.price_cents, tier))
