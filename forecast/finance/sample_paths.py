"""Which few futures does a plan show?  The mean path, and one real replication each at P10, P50 and P90 of a headline.

A replication is taken from the middle of its rank window, so that all of its lines belong together and tie.
Percentiles of single figures do not: they are in `percentiles`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import chain, pairwise
from typing import Any, NamedTuple

import numpy as np

from forecast.errors import InputError, Problem, RunError, nearest, quoted
from forecast.finance.evaluate import evaluate_lines, line_with_dependencies
from forecast.finance.fiscal_calendar import FiscalCalendar, build_fiscal_calendar
from forecast.finance.formulas import DaysAndRates
from forecast.finance.run_tables import DERIVED_METRICS, RunTables
from forecast.finance.statements import statement_definitions
from forecast.finance.statements.lines import FLOW, MULTIPLE, STOCK, StatementDefinition, StatementLine
from forecast.finance.whole_cents import means_in_whole_cents
from forecast.model.uncertainty import draw_parameters, realized
from forecast.scenario import Scenario
from forecast.study.finished_run import Run
from forecast.types import Floats, Integers

MEAN = "mean"
PERCENTILE_RANKS = {"P10": 0.1, "P50": 0.5, "P90": 0.9}
DEFAULT_HEADLINE = "arr"
OBLIGATIONS = ("bookings_cents", "enterprise_revenue_cents", "deferred_revenue_cents", "unbilled_cents", "rpo_cents")
NOT_RANKED = ("Unit economics", "Headcount")  # what their lines rest on stands on the other sheets
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
        return DaysAndRates(days_per_month(self.calendar), np.array([[path.discount_rate] for path in self.paths]))

    @property
    def segments(self) -> tuple[str, ...]:
        """The rows that a statement of segments can be shown for: segments, and their total."""
        return tuple(row for row in self.rows if row != "vendor")


def days_per_month(calendar: FiscalCalendar) -> list[int]:
    """The days of each month; month 0 has none."""
    ends = [calendar.opening, *(month.end for month in calendar.months)]
    return [0, *((later - before).days for before, later in pairwise(ends))]


def choose_sample_paths(run: Run, headline: str = DEFAULT_HEADLINE) -> SamplePaths:
    """The paths of a run; raises InputError when there is no such headline."""
    tables = RunTables(run)
    scenario = tables.parameters.scenario
    calendar = build_fiscal_calendar(scenario.start, scenario.months, scenario.fiscal_year_start)
    kinds = statement_definitions(tables.pools)
    family, line = _find_headline_line(kinds, headline)
    rates = discount_rates(tables)
    values = _headline_by_replication(tables, family, line, DaysAndRates(days_per_month(calendar), rates))
    metrics = tuple(dict.fromkeys(name for each in kinds for name in each.metrics))
    chosen = {name: replication_at_rank(values, share) for name, share in PERCENTILE_RANKS.items()}
    sums, singles = _collect_metrics(tables, with_obligation_metrics(metrics), tuple(chosen.values()))
    totals = [
        means_in_whole_cents(sums, tables.replications),
        *(means_in_whole_cents(singles[number], 1) for number in chosen.values()),
    ]
    for number, own in zip(chosen.values(), totals[1:], strict=True):
        check_against_simulation(singles[number], own, f"{tables.path}, replication {number}")
    paths = [_SamplePath(MEAN, None, float(values.mean()), _mean_rate(rates))]
    paths += [_SamplePath(name, number, float(values[number]), float(rates[number])) for name, number in chosen.items()]
    stacked = {name: _with_total_row(np.stack([each[name] for each in totals], axis=1)) for name in metrics}
    rows = (*tables.parameters.rows, TOTAL)
    return SamplePaths(scenario, calendar, tables.replications, line, tuple(paths), rows, kinds, stacked)


def with_obligation_metrics(metrics: tuple[str, ...]) -> tuple[str, ...]:
    """The metrics, and those that the remaining obligations follow from."""
    return tuple(dict.fromkeys((*metrics, *OBLIGATIONS)))


def check_against_simulation(
    simulated: Mapping[str, Integers], own: Mapping[str, Integers | Floats], where: str
) -> None:
    """Nothing; raises RunError unless the books of a replication, made up anew from its flows, are the simulation's."""
    for name, values in simulated.items():
        if name not in DERIVED_METRICS and not np.array_equal(values, own[name]):
            raise RunError(f"{where}: {name} does not follow from the flows beside it: run the scenario again")


def _with_total_row(values: np.ndarray[Any, Any]) -> Floats:
    """The rows with their sum behind them; whole cents stay whole."""
    total = np.add.reduce(values, axis=-1, keepdims=True)
    return np.concatenate([values, total], axis=-1).astype(float)


def _find_headline_line(kinds: tuple[StatementDefinition, ...], code: str) -> tuple[StatementDefinition, StatementLine]:
    """The line to choose by; raises InputError when there is none, or it cannot be ranked."""
    known = {
        line.code: (family, line)
        for family in kinds
        if family.name not in NOT_RANKED
        for line in family.lines
        if line.kind in {STOCK, FLOW} and not line.repeats and not line.quotient and line.unit != MULTIPLE
    }
    if code not in known:
        problem = Problem(None, None, "--headline", quoted(code), ", ".join(known), nearest(code, known))
        raise InputError([problem])
    return known[code]


def _headline_by_replication(
    tables: RunTables, family: StatementDefinition, line: StatementLine, facts: DaysAndRates
) -> Floats:
    """The headline of each replication, over all segments: at the horizon, or summed up to it if it is a flow."""
    lines = line_with_dependencies(family, line.code)
    names = tuple(dict.fromkeys(name for each in lines for name in each.dependencies.metrics))
    values = []
    for group in tables.groups(with_obligation_metrics(names)):
        derived = with_remaining_obligations(group.metrics)
        totals = {name: derived[name].sum(axis=2).T.astype(float) for name in names}
        count = next(iter(totals.values())).shape[1]
        rates = facts.rates[group.first : group.first + count]
        months = evaluate_lines(lines, totals, DaysAndRates(facts.days, rates))[line.code]
        values.append(months[1:].sum(axis=0) if line.kind == FLOW else months[-1])
    return np.concatenate(values)


def with_remaining_obligations(metrics: dict[str, Integers | Floats]) -> dict[str, Integers | Floats]:
    """The metrics of replications [replication, month, row], with the remaining obligations that follow from them."""
    if not {"unbilled_cents", "bookings_cents"} <= set(metrics):
        return metrics
    earned, booked = metrics["enterprise_revenue_cents"], metrics["bookings_cents"]
    opening = metrics["unbilled_cents"][:, :1] + metrics["deferred_revenue_cents"][:, :1]
    remaining = opening + np.cumsum(booked - earned, axis=1)
    unbilled = remaining - metrics["deferred_revenue_cents"]
    return {**metrics, "rpo_cents": remaining, "unbilled_cents": unbilled}


def replication_at_rank(values: Floats, share: float) -> int:
    """The replication in the middle of the rank window of a percentile; of equal ones the first."""
    order = np.argsort(values, kind="stable")
    return int(order[int(share * (len(values) - 1) + 0.5)])


def discount_rates(tables: RunTables) -> Floats:
    """The yearly rate of each replication: one, unless it is uncertain."""
    parameters = tables.parameters
    rate = parameters.scenario.parameters["costs.discount_rate"][0]
    if not isinstance(rate, (int, float)):
        draws = (
            draw_parameters(parameters.uncertain, parameters.scenario.correlations, tables.seed, number)
            for number in range(tables.replications)
        )
        return np.array([realized(rate, each) for each in draws])
    return np.full(tables.replications, float(rate))


def _mean_rate(rates: Floats) -> float:
    """The rate of the mean path: the mean of the drawn ones."""
    return float(rates[0] if np.all(rates == rates[0]) else rates.mean())


def _collect_metrics(
    tables: RunTables, metrics: tuple[str, ...], chosen: tuple[int, ...]
) -> tuple[dict[str, Integers], dict[int, dict[str, Integers]]]:
    """The sums of the metrics over all replications, [month 0.., row], and the chosen replications by themselves."""
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
