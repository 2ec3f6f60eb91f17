"""A finished replication as the arrays of forecast.engines.result."""

from __future__ import annotations

from typing import Any

import numpy as np

from forecast.engines.compiled.replication import Replication
from forecast.engines.result import (
    CAPACITY,
    AccountTable,
    OpportunityTable,
    ReplicationResult,
    entry_days,
    factors_by_row,
    finish_ledger,
)
from forecast.model import kinds


def result_of(replication: Replication) -> ReplicationResult:
    """The replication's arrays."""
    world, vendor = replication.world, replication.inputs.vendor
    finish_ledger(world.ledger, vendor)
    replication.resources[:, :, CAPACITY] = vendor.capacity_days
    accounts, opportunities = account_table(replication), opportunity_table(replication)
    return ReplicationResult(
        world.ledger,
        replication.resources,
        accounts,
        opportunities,
        int(replication.progress.events),
        factors_by_row(replication.inputs),
        replication.books.history.run_rates,
    )


def account_table(replication: Replication) -> AccountTable:
    """What became of each account."""
    accounts, arr = replication.world.accounts, replication.books.history.arr
    active, under_contract = replication.at_start
    return AccountTable(
        accounts.headcount.astype(np.int64),
        accounts.first_trial_day.copy(),
        accounts.aware_day.copy(),
        accounts.opportunity_day.copy(),
        np.where(under_contract, np.nan, accounts.contract_day),
        accounts.ban_day.copy(),
        accounts.team_plan_day.copy(),
        accounts.opportunities.copy(),
        accounts.seats.copy(),
        arr[replication.parameters.months % len(arr)].copy(),
        active,
        under_contract,
        entry_days(replication.inputs.traits.entry, replication.parameters),
    )


def opportunity_table(replication: Replication) -> OpportunityTable:
    """Every opportunity, also the open ones."""
    world = replication.world
    count = int(replication.progress.opportunities)
    rows, stages = world.opportunities[:count], world.stages[:count]
    # Rows stand in the order of opening, the table in that of (account, ordinal); replications must not differ in it.
    order = np.lexsort((rows.ordinal, rows.account))
    names = ("account", "ordinal", "source", "opened", "closed", "outcome", "reason")
    columns: list[Any] = [*(rows[name][order] for name in names), stages["days"][order]]
    bits = np.arange(len(replication.parameters.requirements))
    masks = (world.accounts.needs[rows.account], rows.missing, rows.lost_over)  # in the order of REQUIREMENT_FLAGS
    columns.append(np.stack([(mask[order, None] >> bits & 1).astype(np.bool_) for mask in masks], -1))
    return OpportunityTable(*columns)


def log_rows(replication: Replication) -> list[tuple[Any, ...]]:
    """The event log in the order of (time, account)."""
    rows = replication.world.log[: int(replication.progress.logged)]
    rows = rows[rows.kind != kinds.KEPT_FREE]
    # A stable sort: events of an account at the same instant stay as they came, in the order of model.kinds.
    order = np.lexsort((rows.account, rows.time))
    columns = [rows[name][order].tolist() for name in ("time", "segment", "account", "kind", "who", "value")]
    return list(zip(*columns, strict=True))


def kept_free_rows(replication: Replication) -> list[tuple[Any, ...]]:
    """Who goes on for free after a contract, in the order of (time, account)."""
    rows = replication.world.log[: int(replication.progress.logged)]
    rows = rows[rows.kind == kinds.KEPT_FREE]
    order = np.lexsort((rows.account, rows.time))
    return list(zip(*(rows[name][order].tolist() for name in ("time", "account", "who")), strict=True))
