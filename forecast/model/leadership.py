"""What leaders do when they notice: ban, sponsor a purchase, or nothing (docs/model.md, 6).  Pure rules."""

from __future__ import annotations

from forecast.compiling.decorators import compiled
from forecast.types import Flags, Floats

NOTHING, BAN, SPONSOR = range(3)


@compiled
def ban_probability(base: float, reductions: Floats, available: Flags) -> float:
    """`base` times (1 - reduction) of every available capability; both are [capability]."""
    probability = base
    for capability in range(len(reductions)):
        if available[capability]:
            probability *= 1.0 - reductions[capability]
    return probability


@compiled
def awareness_outcome(ban: float, sponsor: float, u_ban: float, u_sponsor: float) -> int:
    """BAN with probability `ban`; of the rest SPONSOR with probability `sponsor`; else NOTHING."""
    if u_ban < ban:
        return BAN
    return SPONSOR if u_sponsor < sponsor else NOTHING
