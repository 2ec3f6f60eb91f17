"""A finished market as the arrays of forecast.engines.result."""

from __future__ import annotations

from typing import Any

import numpy as np

from forecast.engines.result import (
    CAPACITY,
    REQUIREMENT_FLAGS,
    STAGE_DAYS,
    AccountTable,
    OpportunityTable,
    ReplicationResult,
    entry_days,
    factors_by_row,
    finish_ledger,
)
from forecast.engines.simpy_engine.entities import Account
from forecast.engines.simpy_engine.market import Market
from forecast.model import kinds


def result_of(market: Market) -> ReplicationResult:
    """The replication's arrays."""
    vendor = market.inputs.vendor
    finish_ledger(market.ledger, vendor)
    market.resources[:, :, CAPACITY] = vendor.capacity_days
    return ReplicationResult(
        market.ledger,
        market.resources,
        account_table(market),
        opportunity_table(market),
        market.events,
        factors_by_row(market.inputs),
        market.books.history.run_rates,
    )


def account_table(market: Market) -> AccountTable:
    """What became of each account."""
    accounts = market.accounts
    last = market.parameters.months % len(market.books.history.arr)

    def column(of: str) -> np.ndarray:
        return np.array([account.days[of] for account in accounts], np.float64)

    def whole(values: list[int]) -> np.ndarray:
        return np.array(values, np.int64)

    started_under_contract = np.array([under_contract for _, under_contract in market.at_start], np.bool_)
    return AccountTable(
        whole([account.size for account in accounts]),
        column("first_trial_day"),
        column("aware_day"),
        column("opportunity_day"),
        np.where(started_under_contract, np.nan, column("contract_day")),
        column("ban_day"),
        column("team_plan_day"),
        whole([account.opportunities for account in accounts]),
        whole([seats(account) for account in accounts]),
        market.books.history.arr[last].copy(),
        np.array([active for active, _ in market.at_start], np.bool_),
        started_under_contract,
        entry_days(market.inputs.traits.entry, market.parameters),
    )


def seats(account: Account) -> int:
    """Seats under contract now."""
    return account.contract.seats if account.contract else 0


def opportunity_table(market: Market) -> OpportunityTable:
    """Every opportunity, also the open ones."""
    # Rows come when deals close; those that never do are added here, and all are put in order.
    still_open = [
        account.opportunity.row(kinds.OPEN, -1) for account in market.accounts if account.opportunity is not None
    ]
    rows = sorted([*market.opportunities, *still_open], key=lambda row: (row.account, row.ordinal))
    parameters, count = market.parameters, len(rows)
    whole, days = np.int64, np.float64
    types = (whole, whole, whole, days, days, whole, whole, days, np.bool_)
    columns = list(zip(*rows, strict=True)) if rows else [()] * len(types)
    arrays: list[Any] = [np.array(column, dtype) for column, dtype in zip(columns, types, strict=True)]
    arrays[-2] = arrays[-2].reshape(count, len(parameters.stages), len(STAGE_DAYS))
    arrays[-1] = arrays[-1].reshape(count, len(parameters.requirements), len(REQUIREMENT_FLAGS))
    return OpportunityTable(*arrays)
