"""A team's path in the summary of a run: shares of accounts, months to a paying team and from there to a contract."""

from __future__ import annotations

from typing import Any

import numpy as np

from forecast.analysis import survival
from forecast.analysis.key_metrics import reported_months
from forecast.analysis.statistics import Statistics, statistics_at
from forecast.analysis.summary_data import SummaryData
from forecast.analysis.survival import TRIAL_MONTHS, TRIAL_QUANTILES, Curve, share_by_month, with_total
from forecast.analysis.team_path import PLAN_FIRST, PLAN_TO_CONTRACT, TRIAL_TO_PLAN, WITH_PLAN
from forecast.model.parameters import Parameters
from forecast.types import Integers

STEP_NAMES = {TRIAL_TO_PLAN: "first_trial_to_team_plan", PLAN_TO_CONTRACT: "team_plan_to_contract"}


def team_path_document(
    data: SummaryData, counts: dict[str, Integers], parameters: Parameters, replications: int
) -> dict[str, Any]:
    """The block `team_path` of a summary, by segment and in total; empty where no team can take a plan."""
    if not parameters.sells_team_plans:
        return {}
    bands, horizon = data.statistics("team_path"), int(parameters.month_days[-1])
    first = survival.aalen_johansen(with_total(counts["team_path_first"]))[:, PLAN_FIRST]
    curves = {
        TRIAL_TO_PLAN: Curve(first, horizon),
        PLAN_TO_CONTRACT: Curve(survival.kaplan_meier(with_total(counts["team_path_contract"])), horizon),
    }
    months = reported_months(parameters.months)
    return {
        "team_path": {
            name: {
                "team_plan_incidence": {str(month): statistics_at(bands, WITH_PLAN, place, month) for month in months},
                **{
                    step_name: _step_block(curves[step], _step(bands, step), place, observed[step - 1] / replications)
                    for step, step_name in STEP_NAMES.items()
                },
            }
            for place, name in enumerate((*parameters.segments, "total"))
            for observed in [counts["team_path_counts"][place].tolist()]
        }
    }


def _step(bands: Statistics, step: int) -> Statistics:
    """The statistics of a step, [segment and total, month 0..]."""
    return Statistics(*(figure[step] for figure in bands))


def _step_block(curve: Curve, bands: Statistics, place: int, accounts: float) -> dict[str, Any]:
    """Shares some months after the step before; the mean is the estimate over the accounts of all replications."""
    block: dict[str, Any] = {}
    for month in TRIAL_MONTHS:
        known = month < bands.mean.shape[1]
        cell = statistics_at(bands, place, month) if known else dict.fromkeys(Statistics._fields)
        mean = float(share_by_month(curve.share, month)[place])
        block[str(month)] = {**cell, "mean": None if np.isnan(mean) else mean}
    quantiles = {name: curve.quantile_days(place, q) for name, q in TRIAL_QUANTILES.items()}
    return {**block, "quantile_days": quantiles, "accounts": accounts}
