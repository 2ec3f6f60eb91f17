"""What a panel of monthly counts says: how people start, and how many stop; nothing of plans, leaders and contracts.

Active people of a panel are those who count as users there, so a trial has no length and ends well, and whoever has
stopped may start again at once: the rates are those of becoming a user.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np

from forecast.exports.read_monthly import Panel
from forecast.fitting.prior_values import PriorValues
from forecast.fitting.user_nodes import Chance, StartNode, start_prior, starts_of
from forecast.learning.counted_months import counted_rows
from forecast.learning.learned import Learned, Seen, record
from forecast.learning.start_fit import StartPrior
from forecast.observed.start_exposure import StartExposure

WIN_BACK = "30 per month"  # whoever has stopped is soon among those who could start
VALUES = {
    "adoption.win_back": (WIN_BACK, "a panel counts who starts again as a start"),
    "trial.length": ("0 days", "a panel counts users, not trials"),
    "trial.activation": ("100%", ""),
    "trial.keep_free": ("100%", ""),
    "churn.free.heterogeneity_cv": ("0", "a panel says nothing of ages"),
    "churn.paid.heterogeneity_cv": ("0", ""),
}


def panel_sizes(panel: Panel) -> Mapping[str, float]:
    """The median number of eligible people of each segment's accounts, as they stand at the end."""
    eligible = np.array([state.eligible for state in panel.states])
    segment = np.array([panel.segment[state.account] for state in panel.states])
    return {
        name: float(np.median(eligible[segment == place])) if (segment == place).any() else 1.0
        for place, name in enumerate(panel.segments)
    }


def learn_panel(panel: Panel, prior: PriorValues, chance: Chance) -> StartNode:
    """Rates of starts and stops, how different accounts are, and the market's level."""
    data = counted_rows(panel.rows, panel.segment, panel.months, chance.seed)
    beforehand = _becoming_users(prior)
    node = starts_of(data, beforehand, chance)
    return node._replace(learned=(*node.learned, *_stops(data, beforehand, node)))


def _becoming_users(prior: PriorValues) -> StartPrior:
    """The prior of rates at which people become users: of those who start, the share that stays."""
    activation, to_paid, keep_free = (prior.medians(f"trial.{name}") for name in ("activation", "to_paid", "keep_free"))
    staying = np.maximum(activation * (to_paid + (1.0 - to_paid) * keep_free), 0.01)
    stop = prior.rate("churn.free", "hazard")
    organic, imitation, _ = start_prior(prior, stop)
    return StartPrior(
        replace(organic, median=organic.median * staying), replace(imitation, median=imitation.median * staying), stop
    )


def _stops(data: StartExposure, beforehand: StartPrior, node: StartNode) -> list[Learned]:
    """The hazard of all users, whatever they pay: a panel does not tell them apart."""
    segments = len(beforehand.stop.median)
    segment = data.segment[data.account]
    stops = np.bincount(segment, data.stops, segments).astype(np.int64)
    months = np.bincount(segment[data.row], data.active_time, segments).astype(np.float64)
    seen = Seen(stops, months, ("stop", "stops"))
    found = record(beforehand.stop, seen, np.log(node.posterior.stop), node.posterior.effective)
    return [found, replace(found, path="churn.paid.hazard")]
