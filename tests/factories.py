"""Scenarios and results that tests make by hand.  Not a test."""

from __future__ import annotations

from typing import Any

import numpy as np
import pyarrow.parquet as pq

from forecast.analysis.figure_counts import FigureCounts, count_figures, run_counts
from forecast.engines.result import AccountTable, OpportunityTable, ReplicationResult
from forecast.model.parameters import Parameters
from forecast.study.finished_run import Run
from forecast.study.table_columns import TABLE_COLUMNS

SMALL_SCENARIO = """
schema: 1
name: "small, [and] odd"
clock: {start: 2026-01-01, horizon: 14 months}
run: {replications: 4, seed: 3}
market:
  segments:
    smb: {accounts: 8, eligible_users: 10}
    enterprise: {accounts: 3, eligible_users: 60}
adoption: {organic: 10% per month, imitation: 0.5 per month}
trial: {length: 10 days, activation: 60%, to_paid: 30%, keep_free: 60%}
churn: {free: {hazard: 9% per month, heterogeneity_cv: 0}, paid: {hazard: 5% per month, heterogeneity_cv: 0}}
awareness: {base: 10% per month, sponsor: 80%, ban: 10%}
ban: {lift: 20% per month}
procurement:
  cool_down: 60 days
  requirements: {sso: {needed: 50%, if_missing: {wait: 50%, waive: 50%}}}
  stages:
    review: {requirements: true, resource: engineer, touch: 20 days, duration: 5 days, loss: 20%, patience: 60 days}
    signature: {after: [review], duration: 3 days}
contract: {min_seats: 5, land_multiple: 1.5, rollout: 10% per month, true_up: 3 months, champion_leaves: 5% per month}
renewal: {base: 70%, champion_left: 50%}
pricing: {paid: 10 USD, enterprise: 30 USD, discount: 10%}
vendor:
  capabilities: {sso: 2026-09-01}
  resources: {engineer: {count: 1, cost: 100000 USD per year}}
costs: {paid_user: 2 USD per month, organic_trial: 3 USD}
timeline: [{at: 2026-07-01, set: {pricing.paid: 12 USD}}]
"""
LEVER_SCENARIO = "extends: small.yaml\nname: '[b] <b>&'\ncontract: {land_multiple: 2}\n"
UNCERTAIN_SCENARIO = """
extends: small.yaml
name: two unknowns
adoption:
  imitation: {uncertain: {uniform: {low: 0.1 per month, high: 0.9 per month}}}   # guessed [V3] C
pricing: {enterprise: {uncertain: {uniform: {low: 20 USD, high: 40 USD}}}}
"""


def empty_result(parameters: Parameters, **columns: list[float]) -> ReplicationResult:
    """A replication in which nothing happened, but for the columns given of its accounts."""
    count = len(parameters.account_segment)
    never, zero, no = np.full(count, np.nan), np.zeros(count, np.int64), np.zeros(count, np.bool_)
    table = AccountTable(
        np.full(count, 10), never, never, never, never, never, never, zero, zero, zero, no, no, np.zeros(count)
    )
    changed = {name: np.array(values, getattr(table, name).dtype) for name, values in columns.items()}
    nobody = np.zeros(0, np.int64)
    deals = OpportunityTable(
        nobody,
        nobody,
        nobody,
        np.zeros(0),
        np.zeros(0),
        nobody,
        nobody,
        np.zeros((0, 2, 6)),
        np.zeros((0, 1, 3), np.bool_),
    )
    return ReplicationResult(
        np.zeros((parameters.months + 1, len(parameters.rows), len(parameters.metrics)), np.int64),
        np.zeros((parameters.months, len(parameters.resources), 5)),
        table._replace(**changed),
        deals,
        1,
        np.ones((parameters.months + 1, 2)),
    )


def tables_of(run: Run) -> dict[str, Any]:
    """The tables of a run."""
    return {name: pq.read_table(run.folder / f"{name}.parquet") for name in TABLE_COLUMNS}


def run_figure_counts(run: Run) -> FigureCounts:
    """The counts behind the figures of a run that are compared with published ranges."""
    return run_counts(count_figures(tables_of(run), run.parameters, range(run.manifest["replications"])))
