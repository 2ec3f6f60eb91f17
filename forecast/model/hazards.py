"""The hazards of an account's clocks, per day (docs/model.md, 3 and 4).  Pure rules of numbers.

A clock is a unit-rate Poisson process on a time that runs at the present hazard (Anderson 2007,
doi:10.1063/1.2799998): `remaining` is the Exp(1) amount still to be consumed.  Knows no account and no engine.
"""

from __future__ import annotations

from forecast.compiling.decorators import compiled, inlined
from forecast.elementary import log1p, power


@inlined
def hill(x: float, half: float, exponent: float) -> float:
    """The S-curve x^n / (x^n + half^n): 0 at x = 0, one half at `half`.

    >>> hill(0.2, half=0.2, exponent=3.0)
    0.5
    """
    if x <= 0.0:
        return 0.0
    ratio = x / half
    if exponent == 1.0:
        odds = ratio
    elif exponent == 2.0:
        odds = ratio * ratio
    elif exponent == 3.0:
        odds = ratio * ratio * ratio
    else:
        odds = power(ratio, exponent)
    # Beyond 1e300 the curve is 1 to the last bit; the quotient would be inf / inf.
    return odds / (1.0 + odds) if odds < 1e300 else 1.0


@inlined
def reinforcement(share: float, exponent: float, threshold: float) -> float:
    """How much an active share convinces: 1 for simple contagion (exponent 0), else a Hill curve.

    Complex contagion: Centola & Macy 2007, doi:10.1086/521848.
    """
    return 1.0 if exponent == 0.0 else hill(share, threshold, exponent)


@inlined
def organic(rate: float, frailty: float, season: float, spillover: float, active_share: float, not_using: int) -> float:
    """Trials that those who do not use it start on their own; `active_share` is the market's at the last month end."""
    return rate * frailty * season * (1.0 + spillover * active_share) * not_using


@inlined
def imitation(
    rate: float, frailty: float, active: int, not_using: int, users: int, exponent: float, threshold: float
) -> float:
    """Trials started because colleagues use the product."""
    if active == 0 or not_using == 0:
        return 0.0
    return rate * frailty * active * (not_using / users) * reinforcement(active / users, exponent, threshold)


@inlined
def imitation_in_teams(rate: float, frailty: float, reach: float) -> float:
    """The same where people work in teams; `reach` is the word of mouth of the whole account (forecast.model.teams)."""
    return rate * frailty * reach


@inlined
def proportional(rate: float, heads: int) -> float:
    """Each of `heads` at the same rate: rollout, upgrade, win-back."""
    return rate * heads


@compiled
def awareness(
    base: float, peak: float, visibility: float, half_share: float, sharpness: float, active: int, users: int
) -> float:
    """How fast leadership notices; it sees a part, `visibility`, of the active share."""
    return base + peak * hill(visibility * (active / users), half_share, sharpness)


@inlined
def exponential_amount(u: float) -> float:
    """The Exp(1) amount that a clock holds after a firing."""
    return -log1p(-u)


@inlined
def remaining_amount(remaining: float, hazard: float, gap_days: float) -> float:
    """What is left of a clock's amount after `gap_days` at `hazard`; rounding never takes it below 0."""
    left = remaining - hazard * gap_days
    return left if left > 0.0 else 0.0
