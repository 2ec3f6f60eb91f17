"""Counts behind the figures that are compared with published ranges, from a run's tables.

They are sums over replications, so those of two parts of a run add up: nothing here grows with the replications.
"""

from __future__ import annotations

from enum import IntEnum, auto
from functools import reduce
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from forecast.analysis.published_ranges import PUBLISHED_RANGES, SIZE_LIMITS_CENTS
from forecast.analysis.table_reader import row_groups
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
    CONVERSION = auto()  # users who pay by themselves, of all without a seat who ever tried
    NRR = auto()
    GRR = auto()
    LOGOS = auto()  # contracts that go on, of those of a year ago
    SEATED = auto()  # seats in use
    MARGIN = auto()
    COST = auto()  # selling cost over ARR of new customers
    PAYBACK = auto()  # selling cost over all ARR that was added
    OUTBOUND = auto()  # opportunities that sellers opened, of all
    ORGANIZATIONS = auto()
    SEATS = auto()  # seats over the eligible people of accounts under contract
    WON = auto()
    SLOW = auto()  # won deals that took longer than each of CYCLE_BOUNDS; this is the first of them


RATIOS = len(Ratio) - 1 + len(CYCLE_BOUNDS)
_LEVELS = ("in_trial", "free_users", "paid_users", "seated_users", "lapsed_users", "seats", "contracts")
_RETENTION = (
    *(f"contract_{name}_{part}_cents" for name in ("nrr", "grr") for part in ("numerator", "denominator")),
    *("logo_retention_numerator", "logo_retention_denominator"),
)
_FLOWS = (
    *("revenue_cents", "cogs_cents", "people_cost_cents", "acquisition_cost_cents"),
    *("new_arr_cents", "reactivation_arr_cents", "expansion_arr_cents"),
    *("opportunities_product", "opportunities_outbound"),
)
_ACCOUNTS = (
    *("eligible_users", "first_trial_day", "contract_day", "seats", "arr_cents"),
    *("started_active", "started_under_contract"),
)
_DEALS = ("replication", "segment", "opened_day", "closed_day", "outcome")


class FigureCounts(NamedTuple):
    """Sums over some replications; those of all of a run are the sums of its parts."""

    replications: int
    moments: Floats  # [ratio, segment and total, (sum of x, y, xx, xy, yy)], x and y the two counts of a replication
    contract_sizes: Integers  # [segment, size]: accounts under contract at the horizon
    won_days: Integers  # [segment, whole days from the opening to the signature]

    def __add__(self, other: FigureCounts) -> FigureCounts:  # type: ignore[override]
        """The counts of both parts."""
        return FigureCounts(
            self.replications + other.replications,
            self.moments + other.moments,
            self.contract_sizes + other.contract_sizes,
            self.won_days + other.won_days,
        )


def read_figure_counts(folder: Path, parameters: Parameters) -> FigureCounts:
    """The counts of the tables in a folder."""
    columns = (*_LEVELS, *_RETENTION, *_FLOWS)
    parts = [_count_months(rows, parameters) for rows in row_groups(folder / "monthly.parquet", columns)]
    if len(parameters.account_segment):
        parts += [_count_accounts(rows, parameters) for rows in row_groups(folder / "accounts.parquet", _ACCOUNTS)]
    parts += [_count_deals(rows, parameters) for rows in row_groups(folder / "opportunities.parquet", _DEALS)]
    return reduce(FigureCounts.__add__, parts, _none(parameters))


def _none(parameters: Parameters) -> FigureCounts:
    """The counts of no replication."""
    segments = len(parameters.segments)
    return FigureCounts(
        0,
        np.zeros((RATIOS, segments + 1, 5)),
        np.zeros((segments, len(SIZE_LIMITS_CENTS) + 1), np.int64),
        np.zeros((segments, int(parameters.month_days[-1]) + 1), np.int64),
    )


def _moments(above: Floats, below: Floats) -> Floats:
    """The sums of a ratio, [segment and total, 5], from its two counts, [replication, row]; the total is over rows."""
    x, y = (np.column_stack([each, each.sum(axis=1)]).astype(float) for each in (above, below))
    return np.stack([part.sum(axis=0) for part in (x, y, x * x, x * y, y * y)], axis=-1)


class _Collector:
    """The counts of one part of a table, ratio by ratio."""

    def __init__(self, parameters: Parameters) -> None:
        self.counts, self.segments = _none(parameters), len(parameters.segments)

    def put(self, ratio: int, above: Any, below: Any) -> None:
        """Add a ratio's two counts, [replication, row]; a row beyond the segments is the vendor's."""
        found = _moments(above, below)
        self.counts.moments[ratio] += found[[*range(self.segments), -1]]


def _count_months(rows: Any, parameters: Parameters) -> FigureCounts:
    """The ratios of a row group of monthly.parquet."""
    months, into = parameters.months, _Collector(parameters)
    shape = -1, months + 1, len(parameters.rows)
    table = {name: rows[name].to_numpy().reshape(shape) for name in rows.column_names}
    end = {name: table[name][:, -1] for name in (*_LEVELS, *_RETENTION)}
    year = {name: table[name][:, max(1, months + 1 - YEAR) :].sum(axis=1) for name in _FLOWS}
    active = table["free_users"] + table["paid_users"] + table["seated_users"]
    first, last = GROWTH_MONTHS[0], min(GROWTH_MONTHS[1], months)
    if last - first >= YEAR // 2:
        paying = table["paid_users"] + table["seated_users"]
        into.put(Ratio.ACTIVE, active[:, last], active[:, first])
        into.put(Ratio.PAYING, paying[:, last], paying[:, first])
    tried = end["paid_users"] + end["free_users"] + end["in_trial"] + end["lapsed_users"]
    into.put(Ratio.CONVERSION, end["paid_users"], tried)
    into.put(Ratio.NRR, *(end[name] for name in _RETENTION[0:2]))
    into.put(Ratio.GRR, *(end[name] for name in _RETENTION[2:4]))
    into.put(Ratio.LOGOS, *(end[name] for name in _RETENTION[4:6]))
    into.put(Ratio.SEATED, end["seated_users"], end["seats"])
    into.put(Ratio.MARGIN, year["revenue_cents"] - year["cogs_cents"], year["revenue_cents"])
    spent = year["people_cost_cents"] + year["acquisition_cost_cents"]
    new = year["new_arr_cents"] + year["reactivation_arr_cents"]
    into.put(Ratio.COST, spent, new)
    into.put(Ratio.PAYBACK, spent, new + year["expansion_arr_cents"])
    opened = year["opportunities_product"] + year["opportunities_outbound"]
    into.put(Ratio.OUTBOUND, year["opportunities_outbound"], opened)
    return into.counts._replace(replications=len(active))


def _count_accounts(rows: Any, parameters: Parameters) -> FigureCounts:
    """The ratios of a row group of accounts.parquet, and how large contracts are."""
    into, segments = _Collector(parameters), parameters.account_segment
    table = {name: rows[name].to_numpy().reshape(-1, len(segments)) for name in _ACCOUNTS}
    before = ~(table["contract_day"] < table["first_trial_day"]) & ~table["started_under_contract"]
    tried = before & (table["started_active"] | ~np.isnan(table["first_trial_day"]))
    pays, under = table["arr_cents"] > 0, table["seats"] > 0
    sums = _segment_sums(segments, into.segments)
    into.put(Ratio.ORGANIZATIONS, sums(tried & pays), sums(tried))
    into.put(Ratio.SEATS, sums(np.where(under, table["seats"], 0)), sums(np.where(under, table["eligible_users"], 0)))
    sizes = np.searchsorted(SIZE_LIMITS_CENTS, table["arr_cents"][under], side="right")
    code = np.broadcast_to(segments, under.shape)[under] * into.counts.contract_sizes.shape[1] + sizes
    shape = into.counts.contract_sizes.shape
    return into.counts._replace(contract_sizes=np.bincount(code, minlength=shape[0] * shape[1]).reshape(shape))


def _segment_sums(segments: Integers, count: int) -> Any:
    """A function of values, [replication, account]: their sums, [replication, segment]."""
    starts = np.searchsorted(segments, np.arange(count))  # the accounts of a segment stand together
    present = np.flatnonzero(np.bincount(segments, minlength=count))

    def sums(values: Integers | Flags) -> Integers:
        out = np.zeros((len(values), count), np.int64)
        out[:, present] = np.add.reduceat(values, starts[present], axis=1, dtype=np.int64)
        return out

    return sums


def _count_deals(rows: Any, parameters: Parameters) -> FigureCounts:
    """The ratios of a row group of opportunities.parquet, and how long won deals took."""
    into = _Collector(parameters)
    replication, segment, outcome = (_places(rows[name]) for name in ("replication", "segment", "outcome"))
    won = outcome == OUTCOMES.index("won")
    closed = won | (outcome == OUTCOMES.index("lost"))
    days = rows["closed_day"].to_numpy()[won] - rows["opened_day"].to_numpy()[won]
    cell = (replication - replication.min(initial=0)) * into.segments + segment
    cells = (int(cell.max(initial=0)) // into.segments + 1) * into.segments

    def count(which: Integers) -> Integers:
        return np.bincount(which, minlength=cells).reshape(-1, into.segments)

    wins = count(cell[won])
    into.put(Ratio.WON, wins, count(cell[closed]))
    for place, bound in enumerate(CYCLE_BOUNDS):
        into.put(Ratio.SLOW + place, count(cell[won][days > bound]), wins)
    shape = into.counts.won_days.shape
    code = segment[won] * shape[1] + np.minimum(days, shape[1] - 1).astype(np.int64)
    return into.counts._replace(won_days=np.bincount(code, minlength=shape[0] * shape[1]).reshape(shape))


def _places(column: Any) -> Integers:
    """The numbers of a column, or the places of its texts in their list."""
    whole = column.combine_chunks()
    numbers: Integers = (whole.indices if hasattr(whole, "indices") else whole).to_numpy().astype(np.int64)
    return numbers
