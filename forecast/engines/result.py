"""The arrays of one replication, the same from every engine, value for value.

Names of accounts, segments, stages and metrics are in `Parameters`; here are places and numbers.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from forecast.model import metrics
from forecast.model.closing import balance
from forecast.model.metrics import RESOURCE_COLUMNS
from forecast.model.parameters import Parameters, ReplicationInputs
from forecast.model.vendor import Vendor
from forecast.types import Flags, Floats, Integers

REQUESTS, WAIT, BUSY, CAPACITY, RENEGED = range(len(RESOURCE_COLUMNS))
STAGE_DAYS = ("entered", "opened", "requirements", "queued", "served", "left")  # in the order in which they come
ENTERED, OPENED, REQUIREMENTS, QUEUED, SERVED, LEFT = range(len(STAGE_DAYS))
REQUIREMENT_FLAGS = ("needed", "missing", "lost")  # each implies the one before
NEEDED, MISSING, LOST_OVER = range(len(REQUIREMENT_FLAGS))


class AccountTable(NamedTuple):
    """What became of each account by the horizon, [account]; days are NaN where it did not happen."""

    eligible_users: Integers
    first_trial_day: Floats
    aware_day: Floats
    opportunity_day: Floats
    contract_day: Floats  # first signing; NaN too where the account started under contract
    ban_day: Floats
    team_plan_day: Floats
    opportunities: Integers
    seats: Integers
    arr_cents: Integers
    started_active: Flags
    started_under_contract: Flags
    entry_day: Floats  # 0 where it was in the market from the start


FIRST_DAYS = AccountTable._fields[1:7]  # the first day of each thing that happens to an account


class OpportunityTable(NamedTuple):
    """Every opportunity in the order of (account, ordinal), [opportunity]."""

    account: Integers
    ordinal: Integers
    source: Integers  # kinds.SOURCES
    opened_day: Floats
    closed_day: Floats
    outcome: Integers  # kinds.OUTCOMES
    reason: Integers  # Parameters.reasons; -1 where it was not lost
    stages: Floats  # [opportunity, stage, STAGE_DAYS]; opened: its gate; requirements: all are there or waived
    # [opportunity, requirement, REQUIREMENT_FLAGS]: the account needs it; a stage asked for it when it was not there;
    # the deal was lost because of that, refused at once or when patience with the wait for it ended.
    requirements: Flags


class ReplicationResult(NamedTuple):
    """One replication: its months, people, accounts and opportunities, and how many events it took."""

    monthly: Integers  # [month 0.., row (segments, vendor), metric]
    resources: Floats  # [month 1.., resource, (requests, wait days, busy days, capacity days, reneged)]
    accounts: AccountTable
    opportunities: OpportunityTable
    events: int
    factors: Floats  # [month 0.., metrics.FACTOR_COLUMNS]: what all accounts shared in the month
    # [month 0.., account] where a log was asked for, else of the last 13 months in a ring: 12 times the month's bill
    # for use; no accounts where nothing is metered.
    usage_run_rates: Integers = np.zeros((0, 0), np.int64)


def entry_days(entry: Floats, parameters: Parameters) -> Floats:
    """When accounts came into the market; NaN for those that would after the horizon."""
    return np.where(entry < float(parameters.month_days[-1]), entry, np.nan)


def empty_ledger(parameters: Parameters) -> Integers:
    """The months of a replication before anything happened."""
    return np.zeros((parameters.months + 1, len(parameters.rows), len(parameters.metrics)), np.int64)


def factors_by_row(inputs: ReplicationInputs) -> Floats:
    """The common factors in force in each month of the tables, [month 0.., factor]: month 0 has today's."""
    by_month = np.stack([inputs.level, inputs.pace], axis=1)
    return np.concatenate([by_month[:1], by_month])


def finish_ledger(ledger: Integers, vendor: Vendor) -> None:
    """Fill in what the vendor costs and what follows from the flows."""
    ledger[:, -1, metrics.INDEX["people_cost_cents"]] = vendor.costs[:, 0]
    ledger[:, -1, metrics.INDEX["capability_cost_cents"]] = vendor.costs[:, 1]
    ledger[:, -1, metrics.INDEX["event_cost_cents"]] = vendor.costs[:, 2]
    balance(ledger)
