"""How a stage of a purchase goes on, waits or is lost (docs/model.md, 7).  Pure rules of numbers."""

from __future__ import annotations

from forecast.compiling.decorators import compiled
from forecast.elementary import log, logistic

WAIT, WAIVE, LOSE = range(3)


@compiled
def missing_requirement(lose: float, waive: float, u: float) -> int:
    """What a customer does about a requirement that the vendor can't meet now: LOSE, WAIVE or WAIT."""
    if u < lose:
        return LOSE
    return WAIVE if u < lose + waive else WAIT


@compiled
def loss_with_prior_use(loss: float, log_odds: float, full_share: float, active_share: float) -> float:
    """The stage's loss when colleagues already use the product: its logit falls by up to `log_odds`.

    A loss of 0 or 1 stays.
    """
    if loss <= 0.0 or loss >= 1.0:
        return loss
    use = active_share / full_share
    if use > 1.0:
        use = 1.0
    return logistic(log(loss / (1.0 - loss)) - log_odds * use)
