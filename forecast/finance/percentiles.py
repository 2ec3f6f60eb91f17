"""Percentiles of single figures over the replications, by line and month.

The P90 of two lines need not occur in the same replication, so nothing here may be added up.  A quotient that is blank
in some replication has no percentiles.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from forecast.finance.evaluate import evaluate_lines, lines_with_dependencies
from forecast.finance.fiscal_calendar import build_fiscal_calendar
from forecast.finance.formulas import DaysAndRates
from forecast.finance.run_tables import RunTables
from forecast.finance.sample_paths import PERCENTILE_RANKS, company_totals, discount_rates
from forecast.finance.statements import statement_definitions
from forecast.finance.statements.lines import StatementDefinition, StatementLine
from forecast.study.finished_run import Run
from forecast.types import Floats

SHOWN_LINES = (
    *("arr", "self_serve_arr", "team_arr", "enterprise_arr", "carr", "contracts", "seats"),
    *("paid_users", "team_users", "free_users", "paying_teams"),
    *("bookings", "billings", "revenue", "deferred_revenue", "rpo", "gross_margin", "gross_margin_share"),
    *("receivables", "contribution", "cash_collected", "net_cash_flow", "cash_balance", "cash_trough", "npv"),
    *("usage_revenue", "usage_run_rate", "cost_of_usage", "nrr_with_usage", "contract_nrr_with_usage"),
    *("contract_nrr", "contract_grr", "logo_retention", "cac", "payback", "magic_number", "ltv"),
)
MAX_BYTES_HELD = 1 << 28  # bytes of figures of all replications held together


class LinePercentiles(NamedTuple):
    """One line over all segments: [percentile, month 1..], in the order of PERCENTILE_RANKS; NaN is blank."""

    line: StatementLine
    values: Floats


def line_percentiles(run: Run) -> list[LinePercentiles]:
    """The percentiles of the shown lines (linear interpolation of order statistics, type 7, as in summary.json)."""
    tables = RunTables(run)
    scenario = tables.parameters.scenario
    calendar = build_fiscal_calendar(scenario.start, scenario.months, scenario.fiscal_year_start)
    days_and_rates = DaysAndRates(calendar.month_lengths, discount_rates(tables))
    definitions = statement_definitions(tables.pools, tables.parameters.revenue_sources)
    wanted = [
        (definition, line)
        for definition in definitions
        for line in definition.lines
        if line.code in SHOWN_LINES and not line.repeats
    ]
    size = max(1, MAX_BYTES_HELD // (8 * tables.replications * tables.shape[0]))
    found: list[LinePercentiles] = []
    for first in range(0, len(wanted), size):
        part = wanted[first : first + size]
        values = _values_by_replication(tables, part, days_and_rates)
        found += [
            LinePercentiles(line, percentiles_by_month(each)) for (_, line), each in zip(part, values, strict=True)
        ]
    return found


def percentiles_by_month(values: Floats) -> Floats:
    """The percentiles of [replication, month]; NaN where a replication has none."""
    undefined = np.isnan(values).any(axis=0)
    ranks: Floats = np.quantile(np.where(np.isnan(values), 0.0, values), list(PERCENTILE_RANKS.values()), axis=0)
    ranks[:, undefined] = np.nan
    return ranks


def _values_by_replication(
    tables: RunTables, wanted: Sequence[tuple[StatementDefinition, StatementLine]], days_and_rates: DaysAndRates
) -> list[Floats]:
    """These lines over all segments, each [replication, month 1..]."""
    lines = lines_with_dependencies(wanted)
    names = tuple(dict.fromkeys(name for each in lines for name in each.dependencies.metrics))
    values = [np.empty((tables.replications, tables.shape[0] - 1)) for _ in wanted]
    for group in tables.groups(names):
        months = evaluate_lines(lines, *company_totals(group, days_and_rates))
        span = slice(group.first, group.first + next(iter(months.values())).shape[1])
        for array, (_, line) in zip(values, wanted, strict=True):
            array[span] = months[line.code][1:].T
    return values
