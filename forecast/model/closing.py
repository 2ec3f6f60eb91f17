"""The balances of a month's end: stocks, the ARR bridge and retention, account by account.

`ledger` is int64[month, row, metric]; `positions` int64[account, POSITION] is where every account stands now.
ARR bridge and retention are defined in docs/model.md, 9.  Knows no engine.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from forecast.compiling.decorators import compiled, inlined
from forecast.model import arr_parts, metrics
from forecast.model.money import AMOUNTS, COST, REVENUE, TEAM_REVENUE
from forecast.types import Flags, Floats, Integers

# Columns of `positions`; the first are the user counts in the order of the metrics.
NOT_USING, TRIAL, FREE, PAID, TEAM, SEATED, LAPSED = range(len(metrics.USERS))
SEATS, PRICE, CONTRACTS, BANNED, OPEN, TO_START, TO_COME, ACTIVE_TEAMS, PAYING_TEAMS = range(7, 16)
# TO_START: the contract is signed and not live; TO_COME: its ARR in cents.  Of the month: ABSORBED and TEAM_ABSORBED,
# the ARR of paid users and of team plans that ended because a contract began; LANDED, that contract's ARR on its first
# day.
ABSORBED, TEAM_ABSORBED, LANDED = 16, 17, 18
IN_MARKET = 19  # of an account that is not in the market yet everything is 0
POSITION = 20
YEAR = 12  # months back for retention

_SEATS = metrics.INDEX["seats"]
_CONTRACTS = metrics.INDEX["contracts"]
_BANNED = metrics.INDEX["banned_accounts"]
_OPEN = metrics.INDEX["open_opportunities"]
_CARR = metrics.INDEX["carr_cents"]
_ACTIVE_TEAMS = metrics.INDEX["active_teams"]
_PAYING_TEAMS = metrics.INDEX["paying_teams"]
_SELF_SERVE = metrics.INDEX["self_serve_arr_cents"]
_TEAM = metrics.INDEX["team_arr_cents"]
_ENTERPRISE = metrics.INDEX["enterprise_arr_cents"]
_ARR = metrics.INDEX["arr_cents"]
_CONTRACT_RETENTION = metrics.INDEX["contract_nrr_numerator_cents"]
_BLENDED_RETENTION = metrics.INDEX["blended_nrr_numerator_cents"]
_LOGOS_KEPT = metrics.INDEX["logo_retention_numerator"]
_LOGOS_THEN = metrics.INDEX["logo_retention_denominator"]
# The first of a part's columns in the bridge; its other movements follow in their order.
_SELF_SERVE_BRIDGE = metrics.INDEX[arr_parts.movements_of(arr_parts.SELF_SERVE.name)[0].column]
_TEAM_BRIDGE = metrics.INDEX[arr_parts.movements_of(arr_parts.TEAM_PLANS.name)[0].column]
_CONTRACT_BRIDGE = metrics.INDEX[arr_parts.movements_of(arr_parts.CONTRACT.name)[0].column]
_CONVERSION_EXPANSION, _CONVERSION_CONTRACTION = (
    metrics.INDEX[movement.column] for movement in arr_parts.CONVERSION_MOVEMENTS
)
_REPLACED = metrics.INDEX[arr_parts.REPLACED_COLUMN]
_ABSORBED = metrics.INDEX[arr_parts.ABSORBED_COLUMN]
_TEAM_ABSORBED = metrics.INDEX[arr_parts.TEAM_ABSORBED_COLUMN]
_IN_MARKET = metrics.INDEX["accounts_in_market"]
_ELIGIBLE = metrics.INDEX["eligible_users"]
_SELF_SERVE_REVENUE = metrics.INDEX["self_serve_revenue_cents"]
_TEAM_REVENUE = metrics.INDEX["team_revenue_cents"]
_ENTERPRISE_REVENUE = metrics.INDEX["enterprise_revenue_cents"]
_USAGE_REVENUE = metrics.INDEX["usage_revenue_cents"]
_NRR_WITH_USAGE = metrics.INDEX["nrr_with_usage_numerator_cents"]
_CONTRACT_NRR_WITH_USAGE = metrics.INDEX["contract_nrr_with_usage_numerator_cents"]
_REVENUE = metrics.INDEX["revenue_cents"]
_BILLINGS = metrics.INDEX["billings_cents"]
_CASH = metrics.INDEX["cash_cents"]
_COGS = metrics.INDEX["cogs_cents"]
_DEFERRED = metrics.INDEX["deferred_revenue_cents"]
_RECEIVABLES = metrics.INDEX["receivables_cents"]


class History(NamedTuple):
    """Each account's ARR at the last 13 month ends, in a ring."""

    arr: Integers  # [month % 13, account], cents
    balances: Integers  # [part, account]: what of it is which part of forecast.model.arr_parts, at the last month end
    contract: Flags  # [month % 13, account]: under contract then
    earned: Flags  # [account]: has ever had ARR
    run_rates: Integers  # [month % months kept, account]: of use, cents; no accounts where nothing is metered


def empty_history(accounts: int, run_rates: tuple[int, int] = (0, 0)) -> History:
    """A history in which nobody has had ARR; run_rates: months kept, 13 at least, and accounts, all or none."""
    ring = YEAR + 1
    return History(
        np.zeros((ring, accounts), np.int64),
        np.zeros((len(arr_parts.ARR_PARTS), accounts), np.int64),
        np.zeros((ring, accounts), np.bool_),
        np.zeros(accounts, np.bool_),
        np.zeros((max(ring, run_rates[0]), run_rates[1]), np.int64),
    )


@inlined
def movement(before: int, now: int, earned: bool) -> int:  # noqa: FBT001 - a state of the account, no switch
    """How ARR moved from `before` to `now`, by place in MOVEMENTS; -1 for no change."""
    if now == before:
        return -1
    if before == 0:
        return arr_parts.REACTIVATION if earned else arr_parts.NEW
    if now == 0:
        return arr_parts.CHURNED
    return arr_parts.EXPANSION if now > before else arr_parts.CONTRACTION


@inlined
def _add_movement(row: Integers, first: int, before: int, now: int, earned: bool) -> None:  # noqa: FBT001 - the same
    """Add a part's change to the column of its movement; `first` is the first of its columns."""
    place = movement(before, now, earned)
    if place >= 0:
        row[first + place] += abs(now - before)


@inlined
def _add_self_serve(
    row: Integers,
    before: tuple[int, int],
    now: tuple[int, int],
    earned: bool,  # noqa: FBT001 - the same
) -> None:
    """Add the changes of (paid users, team plans); both are self-serve, so new and churn are of the two together."""
    together, left = before[0] + before[1], now[0] + now[1]
    for part, first in ((0, _SELF_SERVE_BRIDGE), (1, _TEAM_BRIDGE)):
        gap = now[part] - before[part]
        if gap == 0:
            continue
        if together == 0:
            place = arr_parts.REACTIVATION if earned else arr_parts.NEW
        elif left == 0:
            place = arr_parts.CHURNED
        else:
            place = arr_parts.EXPANSION if gap > 0 else arr_parts.CONTRACTION
        row[first + place] += abs(gap)


@inlined
def _add_bridge(
    position: Integers,
    before: Integers,
    now: tuple[int, int, int],
    earned: bool,  # noqa: FBT001 - the same
    row: Integers,
) -> None:
    """Add one account's movements of each part between month ends, from `before` to `now`, [part]."""
    self_serve, team, contract = now
    then = before[0], before[1]
    absorbed, landed = position[ABSORBED] + position[TEAM_ABSORBED], position[LANDED]
    if absorbed == 0 and landed == 0:
        _add_self_serve(row, then, (self_serve, team), earned)
        _add_movement(row, _CONTRACT_BRIDGE, before[2], contract, earned)
        return
    # A contract began in between, at most one a month because a term has whole months: what came before it, what it
    # brought, and what came after it are each a movement.
    _add_self_serve(row, then, (position[ABSORBED], position[TEAM_ABSORBED]), earned)
    _add_movement(row, _CONTRACT_BRIDGE, before[2], 0, earned)
    if absorbed == 0:
        _add_movement(row, _CONTRACT_BRIDGE, 0, landed, earned)
    else:
        row[_TEAM_ABSORBED] += position[TEAM_ABSORBED]
        row[_ABSORBED] += absorbed
        row[_REPLACED] += min(absorbed, landed)
        row[_CONVERSION_EXPANSION] += max(landed - absorbed, 0)
        row[_CONVERSION_CONTRACTION] += max(absorbed - landed, 0)
    _add_self_serve(row, (0, 0), (self_serve, team), True)
    _add_movement(row, _CONTRACT_BRIDGE, landed, contract, True)


@inlined
def _add_retention(row: Integers, first: int, then: int, now: int) -> None:
    """Add one account to the four columns from `first`: NRR and GRR, numerator and denominator each."""
    row[first] += now
    row[first + 1] += then
    row[first + 2] += min(then, now)
    row[first + 3] += then


@inlined
def _add_retention_with_usage(row: Integers, history: History, account: int, month: int, arr: int) -> None:
    """Add one account, whose ARR is now `arr`, to NRR with usage: of all, and of those under contract then."""
    before, after = history.arr[(month - YEAR) % (YEAR + 1), account], arr
    if history.run_rates.shape[1] > 0:
        before += history.run_rates[(month - YEAR) % len(history.run_rates), account]
        after += history.run_rates[month % len(history.run_rates), account]
    if before > 0:
        row[_NRR_WITH_USAGE] += after
        row[_NRR_WITH_USAGE + 1] += before
    if history.contract[(month - YEAR) % (YEAR + 1), account]:
        row[_CONTRACT_NRR_WITH_USAGE] += after
        row[_CONTRACT_NRR_WITH_USAGE + 1] += before


@inlined
def close_account(
    month: int, account: int, position: Integers, prices: Integers, history: History, row: Integers
) -> None:
    """Add one account's stocks, its change of ARR and its part in retention to a month's row."""
    for count in range(len(metrics.USERS)):
        row[count] += position[count]
        row[_ELIGIBLE] += position[count]
    row[_IN_MARKET] += position[IN_MARKET]
    row[_SEATS] += position[SEATS]
    row[_CONTRACTS] += position[CONTRACTS]
    row[_BANNED] += position[BANNED]
    row[_OPEN] += position[OPEN]
    row[_ACTIVE_TEAMS] += position[ACTIVE_TEAMS]
    row[_PAYING_TEAMS] += position[PAYING_TEAMS]
    self_serve = 12 * position[PAID] * prices[0]
    team = 12 * position[TEAM] * prices[1]
    enterprise = 12 * position[SEATS] * position[PRICE]
    arr = self_serve + team + enterprise
    row[_SELF_SERVE] += self_serve
    row[_TEAM] += team
    row[_ENTERPRISE] += enterprise
    row[_ARR] += arr
    row[_CARR] += arr + position[TO_COME]
    live = position[CONTRACTS] == 1 and position[TO_START] == 0
    now = month % (YEAR + 1)
    before = history.balances[:, account]
    if month > 0:
        _add_bridge(position, before, (self_serve, team, enterprise), history.earned[account], row)
    before[0], before[1], before[2] = self_serve, team, enterprise  # in the order of ARR_PARTS
    if month >= YEAR:
        then = (month - YEAR) % (YEAR + 1)
        if history.contract[then, account]:
            _add_retention(row, _CONTRACT_RETENTION, history.arr[then, account], arr)
            row[_LOGOS_THEN] += 1
            row[_LOGOS_KEPT] += live
        if history.arr[then, account] > 0:
            _add_retention(row, _BLENDED_RETENTION, history.arr[then, account], arr)
        _add_retention_with_usage(row, history, account, month, arr)
    history.arr[now, account] = arr
    history.contract[now, account] = live
    if arr > 0:
        history.earned[account] = True


@compiled
def close_month(
    month: int, positions: Integers, segment_of: Integers, prices: Integers, history: History, ledger: Integers
) -> None:
    """Write the stocks, the bridge and the retention of one month (0: the opening); prices: [segment, (paid, team)]."""
    for account in range(len(positions)):
        segment = segment_of[account]
        close_account(month, account, positions[account], prices[segment], history, ledger[month, segment])


@compiled
def close_amounts(month: int, amounts: Floats, ledger: Integers) -> None:
    """Round what user-days earned and cost, once per segment and month, and start over."""
    for segment in range(len(amounts)):
        revenue = int(np.floor(amounts[segment, REVENUE] + 0.5))
        ledger[month, segment, _SELF_SERVE_REVENUE] = revenue
        ledger[month, segment, _BILLINGS] += revenue
        ledger[month, segment, _CASH] += revenue
        ledger[month, segment, _COGS] = int(np.floor(amounts[segment, COST] + 0.5))
        ledger[month, segment, _TEAM_REVENUE] = int(np.floor(amounts[segment, TEAM_REVENUE] + 0.5))
        for amount in range(len(AMOUNTS)):
            amounts[segment, amount] = 0.0


def balance(ledger: Integers) -> None:
    """Fill in what follows from the flows: the bridge's totals, revenue, deferred revenue and receivables.

    Month 0 holds the opening deferred revenue already; receivables open at 0.
    """
    for name, column in arr_parts.TOTAL_COLUMNS.items():
        parts = [metrics.INDEX[each.column] for each in arr_parts.ARR_MOVEMENTS if each.movement == name]
        ledger[:, :, metrics.INDEX[column]] = ledger[:, :, parts].sum(axis=2)
    ledger[:, :, _REVENUE] = (
        ledger[:, :, _SELF_SERVE_REVENUE] + ledger[:, :, _ENTERPRISE_REVENUE] + ledger[:, :, _USAGE_REVENUE]
    )
    deferred = ledger[:, :, _BILLINGS] - ledger[:, :, _REVENUE]
    deferred[0] = ledger[0, :, _DEFERRED]
    ledger[:, :, _DEFERRED] = np.cumsum(deferred, axis=0)
    ledger[:, :, _RECEIVABLES] = np.cumsum(ledger[:, :, _BILLINGS] - ledger[:, :, _CASH], axis=0)
