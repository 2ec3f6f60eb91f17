"""The life of a user: a trial's end, stays on a plan, who upgrades (docs/model.md, 5).  Pure rules of numbers."""

from __future__ import annotations

from forecast.compiling.decorators import compiled, inlined
from forecast.model.kinds import FREE, GONE, PAID, SEATED, TEAM


@inlined
def trial_outcome(
    activation: float, to_paid: float, keep_free: float, u_activation: float, u_paid: float, u_free: float
) -> int:
    """PAID, FREE or GONE at a trial's end outside a contract; three draws, so that no lever moves another's."""
    if u_activation >= activation:
        return GONE
    if u_paid < to_paid:
        return PAID
    return FREE if u_free < keep_free else GONE


@compiled
def trial_outcome_under_contract(activation: float, u_activation: float) -> int:
    """SEATED or GONE at a trial's end under a contract."""
    return SEATED if u_activation < activation else GONE


@inlined
def tenure_distribution(free: int, paid: int, team: int, seated: int, plan: int) -> int:
    """The number of the distribution of stays on a plan, of those on each."""
    if plan == FREE:
        return free
    if plan == PAID:
        return paid
    return team if plan == TEAM else seated


@inlined
def upgrade_place(u: float, free: int) -> int:
    """Whose turn it is to upgrade: a place in the account's list of `free` users."""
    place = int(u * free)
    return place if place < free else free - 1
