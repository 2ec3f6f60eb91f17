"""Rules of a contract: seats, prices and renewal (docs/model.md, 8).  Pure rules; money in whole cents."""

from __future__ import annotations

from math import ceil, floor
from typing import NamedTuple

from forecast.compiling.decorators import compiled
from forecast.elementary import power
from forecast.types import Floats


class SeatPrice(NamedTuple):
    """What a seat costs a month, in cents, and before the discount of its tier: at a renewal that goes on."""

    cents: int
    before_tiers: int


@compiled
def whole_seats(x: float) -> int:
    """Seats rounded up; 1e-9 forgives what multiplication adds to a whole number.

    >>> whole_seats(12.1), whole_seats(1.1 * 10)
    (13, 11)
    """
    return int(ceil(x - 1e-9))


@compiled
def _rounded_cents(x: float) -> int:
    """Whole cents, half up."""
    return int(floor(x + 0.5))


@compiled
def landing_seats(active: int, users: int, land_multiple: float, min_seats: int) -> int:
    """Seats of a first term: a multiple of the active users, between the minimum and everyone.

    >>> landing_seats(active=40, users=200, land_multiple=1.5, min_seats=25)
    60
    """
    seats = max(min_seats, whole_seats(land_multiple * active))
    return min(seats, max(users, min_seats))


@compiled
def tier_discount(seats: int, tiers: Floats) -> float:
    """The discount of the last tier that begins at so many seats or fewer; tiers: [tier, (from seats, discount)]."""
    discount = 0.0
    for tier in range(len(tiers)):
        if seats >= tiers[tier, 0]:
            discount = tiers[tier, 1]
    return discount


@compiled
def seat_price(list_price: int, discount: float) -> int:
    """Cents per seat and month after the account's discount.

    >>> seat_price(3900, 0.15)
    3315
    """
    return _rounded_cents(list_price * (1.0 - discount))


@compiled
def price_of_seats(price: int, discount: float, seats: int, tiers: Floats) -> SeatPrice:
    """What so many seats cost each, after the account's discount; tiers: [tier, (from seats, discount)].

    Rounded once: the discount of the tier applies to the price before it is rounded.

    >>> import numpy as np
    >>> price_of_seats(3900, 0.15, seats=60, tiers=np.array([[50.0, 0.1]]))
    SeatPrice(cents=2984, before_tiers=3315)
    """
    cents = _rounded_cents(price * (1.0 - discount) * (1.0 - tier_discount(seats, tiers)))
    return SeatPrice(cents, seat_price(price, discount))


@compiled
def price_before_tiers(price: int, tier: float) -> int:
    """What a price was before the discount of its tier; where that was 100 %, the price itself.

    >>> price_before_tiers(2700, tier=0.1)
    3000
    """
    return _rounded_cents(price / (1.0 - tier)) if tier < 1.0 else price


@compiled
def uplifted_price(price: int, uplift: float) -> int:
    """Cents per seat and month in the next term.

    >>> uplifted_price(3315, 0.05)
    3481
    """
    return _rounded_cents(price * (1.0 + uplift))


@compiled
def renewal_probability(
    base: float, champion_factor: float, seated: int, seats: int, healthy_use: float, elasticity: float
) -> float:
    """P(renew); `champion_factor` is 1 while the champion is there.

    A contract over no seats counts as fully used, and 0^0 = 1.

    >>> renewal_probability(0.9, 1.0, seated=80, seats=100, healthy_use=0.8, elasticity=0.5)
    0.9
    """
    use = seated / seats if seats > 0 else 1.0
    health = use / healthy_use
    if health > 1.0:
        health = 1.0
    return base * champion_factor * power(health, elasticity)


@compiled
def renewed_seats(seated: int, seats: int, headroom: float, min_seats: int) -> int:
    """Seats of the next term: all who are seated if they fill it, else what is used plus headroom, never more.

    >>> renewed_seats(seated=60, seats=100, headroom=1.1, min_seats=25)
    66
    """
    if seated >= seats:
        return seated
    return max(min_seats, min(seats, whole_seats(seated * headroom)))
