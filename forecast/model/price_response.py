"""What a price does to demand (docs/model.md, 9): a constant elasticity around a reference.  Pure rules of numbers."""

from __future__ import annotations

from forecast.compiling.decorators import compiled
from forecast.elementary import power

MOST = 1e9  # times as much demand, or as little: beyond the reach of any estimate, and short of what overflows


@compiled
def demand_factor(price: float, reference: float, elasticity: float) -> float:
    """By how much a price moves demand: (price / reference)^(-elasticity), exactly 1 without elasticity.

    Prices are cents a month; one below a cent counts as one, where the power has no value.

    >>> round(demand_factor(2500.0, 2000.0, 0.8), 4)
    0.8365
    """
    if elasticity == 0.0:
        return 1.0
    factor = power(max(price, 1.0) / max(reference, 1.0), -elasticity)
    return min(max(factor, 1.0 / MOST), MOST)


@compiled
def shifted_odds(probability: float, factor: float) -> float:
    """The probability whose odds are `factor` times as high; 0 and 1 stay, and a factor of 1 changes no bit.

    >>> round(shifted_odds(0.2, 2.0), 4)
    0.3333
    """
    if factor == 1.0 or probability <= 0.0 or probability >= 1.0:
        return probability
    return probability / (probability + (1.0 - probability) / factor)
