"""Counts behind the figures that are compared with published ranges, from a run's tables or a part of them."""

from __future__ import annotations

from collections.abc import Mapping
from enum import IntEnum, auto
from functools import partial
from typing import Any, NamedTuple

import numpy as np

from forecast.analysis.published_ranges import PUBLISHED_RANGES, SIZE_LIMITS_CENTS
from forecast.model.kinds import OUTCOMES
from forecast.model.parameters import Parameters
from forecast.months import YEAR
from forecast.types import Flags, Floats, Integers

GROWTH_MONTHS = (6, 18)  # before, everybody begins with nobody
CYCLE_BOUNDS = tuple(
    sorted({bound for row in PUBLISHED_RANGES if row.figure == "cycle" for bound in (row.low, row.high) if bound})
)


class Ratio(IntEnum):
    """A quotient of two counts of each replication."""

    ACTIVE = 0  # users at the end of the second of GROWTH_MONTHS, of those at the end of the first
    PAYING = auto()  # the same of users who pay or have a seat
    CONVERSION = auto()  # users who pay by themselves or with their team, of all without a seat who ever tried
    NRR = auto()
    NRR_WITH_USAGE = auto()  # of accounts under contract a year ago: ARR and usage run rate
    GRR = auto()
    LOGOS = auto()  # contracts that go on, of those of a year ago
    TEAM_PLANS = auto()  # plans that ended in the last 12 months, of those at each month's beginning
    TEAM_USERS = auto()  # users on team plans, of the teams that pay
    SEATED = auto()  # seats in use
    MARGIN = auto()
    COST_OF_USE = auto()
    BILLED_USE = auto()  # what is billed for use, of revenue
    COST = auto()  # selling cost over ARR of new customers
    PAYBACK = auto()  # selling cost over all ARR that was added
    OUTBOUND = auto()  # opportunities that sellers opened, of all
    ORGANIZATIONS = auto()
    SEATS = auto()  # seats over the eligible people of accounts under contract
    WON = auto()
    SLOW = auto()  # won deals that took longer than each of CYCLE_BOUNDS; this is the first of them


RATIOS = len(Ratio) - 1 + len(CYCLE_BOUNDS)
_LEVELS = (
    *("in_trial", "free_users", "paid_users", "team_users", "seated_users", "lapsed_users"),
    *("seats", "contracts", "paying_teams"),
)
_RETENTION = (
    *(f"contract_{name}_{part}_cents" for name in ("nrr", "grr") for part in ("numerator", "denominator")),
    *("logo_retention_numerator", "logo_retention_denominator"),
    *(f"contract_nrr_with_usage_{part}_cents" for part in ("numerator", "denominator")),
)
_FLOWS = (
    *("revenue_cents", "cogs_cents", "people_cost_cents", "acquisition_cost_cents", "event_cost_cents"),
    *("new_arr_cents", "reactivation_arr_cents", "expansion_arr_cents"),
    *("opportunities_product", "opportunities_outbound"),
    *("team_plans_ended", "usage_cost_cents", "usage_revenue_cents"),
)
_ACCOUNTS = (
    *("eligible_users", "first_trial_day", "contract_day", "seats", "arr_cents"),
    *("started_active", "started_under_contract"),
)


class FigureCounts(NamedTuple):
    """Counts of a run."""

    replications: int
    moments: Floats  # [ratio, segment and total, (sum of x, y, xx, xy, yy)], x and y the two counts of a replication
    contract_sizes: Integers  # [segment, size]: accounts under contract at the horizon
    won_days: Integers  # [segment, whole days from the opening to the signature]


class PartCounts(NamedTuple):
    """Counts of some replications; the ratios of all of a run stand one after the other, the rest are sums."""

    ratios: Floats  # [replication, ratio, segment and total, (x, y)]: the two counts of each
    contract_sizes: Integers
    won_days: Integers


def contract_sizes_shape(parameters: Parameters) -> tuple[int, int]:
    """The shape of the counts of contracts by size."""
    return len(parameters.segments), len(SIZE_LIMITS_CENTS) + 1


def won_days_shape(parameters: Parameters) -> tuple[int, int]:
    """The shape of the counts of won deals by their days."""
    return len(parameters.segments), int(parameters.month_days[-1]) + 1


def run_counts(parts: PartCounts) -> FigureCounts:
    """The counts of a run from those of all of its replications; sums go in the order of replications."""
    x, y = parts.ratios[..., 0], parts.ratios[..., 1]
    moments = np.stack([part.sum(axis=0) for part in (x, y, x * x, x * y, y * y)], axis=-1)
    return FigureCounts(len(parts.ratios), moments, parts.contract_sizes, parts.won_days)


def count_figures(tables: Mapping[str, Any], parameters: Parameters, replications: range) -> PartCounts:
    """The counts of these replications, from tables that hold no others."""
    ratios = np.zeros((len(replications), RATIOS, len(parameters.segments) + 1, 2))
    _count_months(tables["monthly"], parameters, ratios)
    sizes = np.zeros(contract_sizes_shape(parameters), np.int64)
    if len(parameters.account_segment):
        sizes = _count_accounts(tables["accounts"], parameters, ratios)
    return PartCounts(ratios, sizes, _count_deals(tables["opportunities"], parameters, replications, ratios))


def _put(ratios: Floats, ratio: int, above: Any, below: Any) -> None:
    """Write a ratio's two counts, [replication, row]; a row beyond the segments is the vendor's, the total over all."""
    for place, counts in enumerate((above, below)):
        ratios[:, ratio, :-1, place] = counts[:, : ratios.shape[2] - 1]
        ratios[:, ratio, -1, place] = counts.sum(axis=1)


def _count_months(rows: Any, parameters: Parameters, ratios: Floats) -> None:
    """Write the ratios of a part of monthly.parquet."""
    months, put = parameters.months, partial(_put, ratios)
    shape = -1, months + 1, len(parameters.rows)
    table = {name: rows[name].to_numpy().reshape(shape) for name in (*_LEVELS, *_RETENTION, *_FLOWS)}
    end = {name: table[name][:, -1] for name in (*_LEVELS, *_RETENTION)}
    year = {name: table[name][:, max(1, months + 1 - YEAR) :].sum(axis=1) for name in _FLOWS}
    paying = table["paid_users"] + table["team_users"] + table["seated_users"]
    active = table["free_users"] + paying
    first, last = GROWTH_MONTHS[0], min(GROWTH_MONTHS[1], months)
    if last - first >= YEAR // 2:
        put(Ratio.ACTIVE, active[:, last], active[:, first])
        put(Ratio.PAYING, paying[:, last], paying[:, first])
    self_serve = end["paid_users"] + end["team_users"]
    put(Ratio.CONVERSION, self_serve, self_serve + end["free_users"] + end["in_trial"] + end["lapsed_users"])
    put(Ratio.NRR, *(end[name] for name in _RETENTION[0:2]))
    put(Ratio.GRR, *(end[name] for name in _RETENTION[2:4]))
    put(Ratio.LOGOS, *(end[name] for name in _RETENTION[4:6]))
    put(Ratio.NRR_WITH_USAGE, *(end[name] for name in _RETENTION[6:8]))
    put(Ratio.TEAM_PLANS, year["team_plans_ended"], table["paying_teams"][:, max(0, months - YEAR) : -1].sum(axis=1))
    put(Ratio.TEAM_USERS, end["team_users"], end["paying_teams"])
    put(Ratio.SEATED, end["seated_users"], end["seats"])
    put(Ratio.MARGIN, year["revenue_cents"] - year["cogs_cents"], year["revenue_cents"])
    put(Ratio.COST_OF_USE, year["usage_cost_cents"], year["revenue_cents"])
    put(Ratio.BILLED_USE, year["usage_revenue_cents"], year["revenue_cents"])
    spent = year["people_cost_cents"] + year["acquisition_cost_cents"] + year["event_cost_cents"]
    new = year["new_arr_cents"] + year["reactivation_arr_cents"]
    put(Ratio.COST, spent, new)
    put(Ratio.PAYBACK, spent, new + year["expansion_arr_cents"])
    opened = year["opportunities_product"] + year["opportunities_outbound"]
    put(Ratio.OUTBOUND, year["opportunities_outbound"], opened)


def _count_accounts(rows: Any, parameters: Parameters, ratios: Floats) -> Integers:
    """Write the ratios of a part of accounts.parquet, and return how large contracts are."""
    put, segments = partial(_put, ratios), parameters.account_segment
    table = {name: rows[name].to_numpy().reshape(-1, len(segments)) for name in _ACCOUNTS}
    before = ~(table["contract_day"] < table["first_trial_day"]) & ~table["started_under_contract"]
    tried = before & (table["started_active"] | ~np.isnan(table["first_trial_day"]))
    pays, under = table["arr_cents"] > 0, table["seats"] > 0
    sums = _segment_sums(segments, len(parameters.segments))
    put(Ratio.ORGANIZATIONS, sums(tried & pays), sums(tried))
    put(Ratio.SEATS, sums(np.where(under, table["seats"], 0)), sums(np.where(under, table["eligible_users"], 0)))
    sizes = np.searchsorted(SIZE_LIMITS_CENTS, table["arr_cents"][under], side="right")
    shape = contract_sizes_shape(parameters)
    code = np.broadcast_to(segments, under.shape)[under] * shape[1] + sizes
    return np.bincount(code, minlength=shape[0] * shape[1]).reshape(shape)


def _segment_sums(segments: Integers, count: int) -> Any:
    """A function of values, [replication, account]: their sums, [replication, segment]."""
    starts = np.searchsorted(segments, np.arange(count))  # the accounts of a segment stand together
    present = np.flatnonzero(np.bincount(segments, minlength=count))

    def sums(values: Integers | Flags) -> Integers:
        out = np.zeros((len(values), count), np.int64)
        out[:, present] = np.add.reduceat(values, starts[present], axis=1, dtype=np.int64)
        return out

    return sums


def _count_deals(rows: Any, parameters: Parameters, replications: range, ratios: Floats) -> Integers:
    """Write the ratios of a part of opportunities.parquet, and return how long won deals took."""
    replication, segment, outcome = (_places(rows[name]) for name in ("replication", "segment", "outcome"))
    won = outcome == OUTCOMES.index("won")
    closed = won | (outcome == OUTCOMES.index("lost"))
    days = rows["closed_day"].to_numpy()[won] - rows["opened_day"].to_numpy()[won]
    shape = won_days_shape(parameters)
    cell = (replication - replications.start) * shape[0] + segment

    def count(which: Integers) -> Integers:
        return np.bincount(which, minlength=len(replications) * shape[0]).reshape(-1, shape[0])

    wins = count(cell[won])
    _put(ratios, Ratio.WON, wins, count(cell[closed]))
    for place, bound in enumerate(CYCLE_BOUNDS):
        _put(ratios, Ratio.SLOW + place, count(cell[won][days > bound]), wins)
    code = segment[won] * shape[1] + np.minimum(days, shape[1] - 1).astype(np.int64)
    return np.bincount(code, minlength=shape[0] * shape[1]).reshape(shape)


def _places(column: Any) -> Integers:
    """The numbers of a column, or the places of its texts in their list."""
    whole = column.combine_chunks()
    numbers: Integers = (whole.indices if hasattr(whole, "indices") else whole).to_numpy().astype(np.int64)
    return numbers
