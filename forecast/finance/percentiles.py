"""Between which values does each single figure lie?  Percentiles over the replications, by line and month.

They belong to no common future: the P90 of two lines need not happen together, so nothing here may be added up.  A
quotient that is blank in some replication has none.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from forecast.finance.calendar import calendar_of
from forecast.finance.column import Facts
from forecast.finance.evaluate import evaluated, in_order
from forecast.finance.families import families
from forecast.finance.lines import Family, Line
from forecast.finance.paths import RANKS, days_of, discount_rates, positions, with_companions
from forecast.finance.tables import Tables
from forecast.results.opened import Run
from forecast.types import Floats

SHOWN = (
    *("arr", "self_serve_arr", "enterprise_arr", "carr", "contracts", "seats", "paid_users", "free_users"),
    *("bookings", "billings", "revenue", "deferred_revenue", "rpo", "gross_margin", "gross_margin_share"),
    *("receivables", "contribution", "cash_collected", "net_cash_flow", "cash_balance", "cash_trough", "npv"),
    *("contract_nrr", "contract_grr", "logo_retention", "cac", "payback", "magic_number", "ltv"),
)
AT_ONCE = 1 << 28  # bytes of figures of all replications held together


class Percentiles(NamedTuple):
    """One line over all segments: [percentile, month 1..], in the order of RANKS; NaN: blank."""

    line: Line
    values: Floats


def percentiles(run: Run) -> list[Percentiles]:
    """The percentiles of the shown lines (linear interpolation of order statistics, type 7, as in summary.json)."""
    tables = Tables(run)
    scenario = tables.parameters.scenario
    days = days_of(calendar_of(scenario.start, scenario.months, scenario.fiscal_year_start))
    rates = discount_rates(tables)
    kinds = families(tables.pools)
    wanted = [(family, line) for family in kinds for line in family.lines if line.code in SHOWN and not line.repeats]
    size = max(1, AT_ONCE // (8 * tables.replications * tables.shape[0]))
    found: list[Percentiles] = []
    for first in range(0, len(wanted), size):
        part = wanted[first : first + size]
        values = of_replications(tables, part, Facts(days, rates))
        found += [Percentiles(line, at_ranks(each)) for (_, line), each in zip(part, values, strict=True)]
    return found


def at_ranks(values: Floats) -> Floats:
    """The percentiles of [replication, month]; NaN where a replication has none."""
    undefined = np.isnan(values).any(axis=0)
    ranks: Floats = np.quantile(np.where(np.isnan(values), 0.0, values), list(RANKS.values()), axis=0)
    ranks[:, undefined] = np.nan
    return ranks


def of_replications(tables: Tables, wanted: Sequence[tuple[Family, Line]], facts: Facts) -> list[Floats]:
    """These lines over all segments, each [replication, month 1..]."""
    lines = in_order(wanted)
    names = with_companions(tuple(dict.fromkeys(name for each in lines for name in each.needs.metrics)))
    values = [np.empty((tables.replications, tables.shape[0] - 1)) for _ in wanted]
    for group in tables.groups(names):
        derived = positions(group.metrics)
        totals = {name: each.sum(axis=2).T.astype(float) for name, each in derived.items()}
        span = slice(group.first, group.first + next(iter(totals.values())).shape[1])
        months = evaluated(lines, totals, Facts(facts.days, facts.rates[span]))
        for array, (_, line) in zip(values, wanted, strict=True):
            array[span] = months[line.code][1:].T
    return values
