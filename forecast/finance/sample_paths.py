"""Sample paths of a plan: the mean, and one real replication each at P10, P50 and P90 of a headline.

Each is the replication in the middle of its rank window, so all of its lines belong together and tie.
Percentiles of single figures do not: they are in `percentiles`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import chain
from typing import Any, NamedTuple

import numpy as np

from forecast.analysis.key_metrics import discount_rate
from forecast.errors import InputError, RunError, unknown
from forecast.finance.evaluate import evaluate_lines, line_with_dependencies
from forecast.finance.fiscal_calendar import FiscalCalendar, build_fiscal_calendar
from forecast.finance.formulas import DaysAndRates
from forecast.finance.obligations import DERIVED_METRICS
from forecast.finance.run_tables import ReplicationGroup, RunTables
from forecast.finance.statements import HEADCOUNT, UNIT_ECONOMICS, statement_definitions
from forecast.finance.statements.lines import FLOW, MULTIPLE, STOCK, StatementDefinition, StatementLine
from forecast.finance.whole_cents import means_in_whole_cents
from forecast.scenario import Scenario
from forecast.study.finished_run import Run
from forecast.types import Floats, Integers

MEAN = "mean"
PERCENTILE_RANKS = {"P10": 0.1, "P50": 0.5, "P90": 0.9}
DEFAULT_HEADLINE = "arr"
NOT_RANKED = (UNIT_ECONOMICS.name, HEADCOUNT)  # their lines follow from those of the other sheets
TOTAL = "total"


class _SamplePath(NamedTuple):
    """One future: a replication, or the mean of all (replication None)."""

    name: str
    replication: int | None
    headline: float  # its value of the headline
    discount_rate: float


@dataclass(frozen=True)
class SamplePaths:
    """The chosen futures of a run: each metric as [month 0.., path, row]; rows are segments, vendor, total."""

    scenario: Scenario
    calendar: FiscalCalendar
    replications: int
    headline: StatementLine
    paths: tuple[_SamplePath, ...]
    rows: tuple[str, ...]
    statements: tuple[StatementDefinition, ...]
    metrics: Mapping[str, Floats]

    @property
    def days_and_rates(self) -> DaysAndRates:
        """What formulas need beside the metrics, for [path, row]."""
        return DaysAndRates(self.calendar.month_lengths, np.array([[path.discount_rate] for path in self.paths]))

    @property
    def segments(self) -> tuple[str, ...]:
        """The rows that a statement by segment can show: segments, and their total."""
        return tuple(row for row in self.rows if row != "vendor")


def choose_sample_paths(run: Run, headline: str = DEFAULT_HEADLINE) -> SamplePaths:
    """The paths of a run; raises InputError when there is no such headline."""
    tables = RunTables(run)
    scenario = tables.parameters.scenario
    calendar = build_fiscal_calendar(scenario.start, scenario.months, scenario.fiscal_year_start)
    definitions = statement_definitions(tables.pools, tables.parameters.revenue_sources)
    definition, line = _find_headline_line(definitions, headline)
    rates = discount_rates(tables)
    values = _headline_by_replication(tables, definition, line, DaysAndRates(calendar.month_lengths, rates))
    metrics = tuple(dict.fromkeys(name for each in definitions for name in each.metrics))
    chosen = {name: replication_at_rank(values, share) for name, share in PERCENTILE_RANKS.items()}
    sums, singles = _collect_metrics(tables, metrics, tuple(chosen.values()))
    totals = [
        means_in_whole_cents(sums, tables.replications),
        *(means_in_whole_cents(singles[number], 1) for number in chosen.values()),
    ]
    for number, tied in zip(chosen.values(), totals[1:], strict=True):
        check_against_simulation(singles[number], tied, f"{tables.path}, replication {number}")
    paths = [_SamplePath(MEAN, None, float(values.mean()), _mean_rate(rates))]
    paths += [_SamplePath(name, number, float(values[number]), float(rates[number])) for name, number in chosen.items()]
    stacked = {name: _with_total_row(np.stack([each[name] for each in totals], axis=1)) for name in metrics}
    rows = (*tables.parameters.rows, TOTAL)
    return SamplePaths(scenario, calendar, tables.replications, line, tuple(paths), rows, definitions, stacked)


def check_against_simulation(
    simulated: Mapping[str, Integers], tied: Mapping[str, Integers | Floats], where: str
) -> None:
    """Raise RunError unless the balances of a replication, recomputed from its flows, are those simulated."""
    for name, values in simulated.items():
        if name not in DERIVED_METRICS and not np.array_equal(values, tied[name]):
            raise RunError(f"{where}: {name} does not follow from the flows beside it: run the scenario again")


def _with_total_row(values: np.ndarray[Any, Any]) -> Floats:
    """The rows, followed by their sum; whole cents stay whole."""
    total = np.add.reduce(values, axis=-1, keepdims=True)
    return np.concatenate([values, total], axis=-1).astype(float)


def _find_headline_line(
    definitions: tuple[StatementDefinition, ...], code: str
) -> tuple[StatementDefinition, StatementLine]:
    """The line to choose paths by; raises InputError when there is none, or it cannot be ranked."""
    known = {
        line.code: (definition, line)
        for definition in definitions
        if definition.name not in NOT_RANKED
        for line in definition.lines
        if line.kind in {STOCK, FLOW} and not line.repeats and not line.quotient and line.unit != MULTIPLE
    }
    if code not in known:
        raise InputError([unknown("headline", code, known, "--headline")])
    return known[code]


def _headline_by_replication(
    tables: RunTables, definition: StatementDefinition, line: StatementLine, days_and_rates: DaysAndRates
) -> Floats:
    """The headline of each replication, over all segments: at the horizon, or summed up to it if it is a flow."""
    lines = line_with_dependencies(definition, line.code)
    names = tuple(dict.fromkeys(name for each in lines for name in each.dependencies.metrics))
    values = []
    for group in tables.groups(names):
        months = evaluate_lines(lines, *company_totals(group, days_and_rates))[line.code]
        values.append(months[1:].sum(axis=0) if line.kind == FLOW else months[-1])
    return np.concatenate(values)


def company_totals(group: ReplicationGroup, days_and_rates: DaysAndRates) -> tuple[dict[str, Floats], DaysAndRates]:
    """The metrics of some replications over all segments, [month 0.., replication], and their days and rates."""
    totals = {name: values.sum(axis=2).T.astype(float) for name, values in group.metrics.items()}
    count = next(iter(totals.values())).shape[1]
    return totals, DaysAndRates(days_and_rates.days, days_and_rates.rates[group.first : group.first + count])


def replication_at_rank(values: Floats, share: float) -> int:
    """The replication in the middle of the rank window of a percentile; of equal ones the first."""
    order = np.argsort(values, kind="stable")
    return int(order[int(share * (len(values) - 1) + 0.5)])


def discount_rates(tables: RunTables) -> Floats:
    """The yearly discount rate of each replication: the same in all, unless it is uncertain."""
    return np.array([discount_rate(tables.parameters, tables.seed, number) for number in range(tables.replications)])


def _mean_rate(rates: Floats) -> float:
    """The discount rate of the mean path: the mean over replications."""
    return float(rates[0] if np.all(rates == rates[0]) else rates.mean())


def _collect_metrics(
    tables: RunTables, metrics: tuple[str, ...], chosen: tuple[int, ...]
) -> tuple[dict[str, Integers], dict[int, dict[str, Integers]]]:
    """The sums of the metrics over all replications, [month 0.., row], and the metrics of the chosen replications."""
    sums: dict[str, Integers] = {}
    singles: dict[int, dict[str, Integers]] = {number: {} for number in chosen}
    for group in chain(tables.groups(metrics), tables.pool_groups()):
        for name, values in group.metrics.items():
            total = np.add.reduce(values, axis=0)
            sums[name] = sums[name] + total if name in sums else total
            for number, single in singles.items():
                if group.first <= number < group.first + len(values):
                    single[name] = values[number - group.first].copy()
    return sums, singles
