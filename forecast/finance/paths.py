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
from forecast.finance.calendar import Calendar, calendar_of
from forecast.finance.column import Facts
from forecast.finance.evaluate import evaluated, needed
from forecast.finance.families import families
from forecast.finance.lines import FLOW, MULTIPLE, STOCK, Family, Line
from forecast.finance.tables import DERIVED, Tables
from forecast.finance.whole_cents import means
from forecast.model.uncertainty import draw, settled
from forecast.results.opened import Run
from forecast.scenario import Scenario
from forecast.types import Floats, Integers

MEAN = "mean"
RANKS = {"P10": 0.1, "P50": 0.5, "P90": 0.9}
DEFAULT_HEADLINE = "arr"
OBLIGATIONS = ("bookings_cents", "enterprise_revenue_cents", "deferred_revenue_cents", "unbilled_cents", "rpo_cents")
NOT_RANKED = ("Unit economics", "Headcount")  # what their lines rest on stands on the other sheets
TOTAL = "total"


class Path(NamedTuple):
    """One future: a replication, or the mean of all (replication None)."""

    name: str
    replication: int | None
    headline: float  # its value of the headline
    discount_rate: float


@dataclass(frozen=True)
class Paths:
    """The chosen futures of a run: each metric as [month 0.., path, row]; rows are segments, vendor, total."""

    scenario: Scenario
    calendar: Calendar
    replications: int
    headline: Line
    paths: tuple[Path, ...]
    rows: tuple[str, ...]
    families: tuple[Family, ...]
    metrics: Mapping[str, Floats]

    @property
    def facts(self) -> Facts:
        """What formulas need beside the metrics, for [path, row]."""
        return Facts(days_of(self.calendar), np.array([[path.discount_rate] for path in self.paths]))

    @property
    def segments(self) -> tuple[str, ...]:
        """The rows that a statement of segments can be shown for: segments, and their total."""
        return tuple(row for row in self.rows if row != "vendor")


def days_of(calendar: Calendar) -> list[int]:
    """The days of each month; month 0 has none."""
    ends = [calendar.opening, *(month.end for month in calendar.months)]
    return [0, *((later - before).days for before, later in pairwise(ends))]


def choose_paths(run: Run, headline: str = DEFAULT_HEADLINE) -> Paths:
    """The paths of a run; raises InputError when there is no such headline."""
    tables = Tables(run)
    scenario = tables.parameters.scenario
    calendar = calendar_of(scenario.start, scenario.months, scenario.fiscal_year_start)
    kinds = families(tables.pools)
    family, line = headline_line(kinds, headline)
    rates = discount_rates(tables)
    values = headline_values(tables, family, line, Facts(days_of(calendar), rates))
    metrics = tuple(dict.fromkeys(name for each in kinds for name in each.metrics))
    chosen = {name: at_rank(values, share) for name, share in RANKS.items()}
    sums, singles = collected(tables, with_companions(metrics), tuple(chosen.values()))
    totals = [means(sums, tables.replications), *(means(singles[number], 1) for number in chosen.values())]
    for number, own in zip(chosen.values(), totals[1:], strict=True):
        the_same(singles[number], own, f"{tables.path}, replication {number}")
    paths = [Path(MEAN, None, float(values.mean()), mean_rate(rates))]
    paths += [Path(name, number, float(values[number]), float(rates[number])) for name, number in chosen.items()]
    stacked = {name: with_total(np.stack([each[name] for each in totals], axis=1)) for name in metrics}
    rows = (*tables.parameters.rows, TOTAL)
    return Paths(scenario, calendar, tables.replications, line, tuple(paths), rows, kinds, stacked)


def with_companions(metrics: tuple[str, ...]) -> tuple[str, ...]:
    """The metrics, and those that the remaining obligations follow from."""
    return tuple(dict.fromkeys((*metrics, *OBLIGATIONS)))


def the_same(simulated: Mapping[str, Integers], own: Mapping[str, Integers | Floats], where: str) -> None:
    """Nothing; raises RunError unless the books of a replication, made up anew from its flows, are the simulation's."""
    for name, values in simulated.items():
        if name not in DERIVED and not np.array_equal(values, own[name]):
            raise RunError(f"{where}: {name} does not follow from the flows beside it: run the scenario again")


def with_total(values: np.ndarray[Any, Any]) -> Floats:
    """The rows with their sum behind them; whole cents stay whole."""
    total = np.add.reduce(values, axis=-1, keepdims=True)
    return np.concatenate([values, total], axis=-1).astype(float)


def headline_line(kinds: tuple[Family, ...], code: str) -> tuple[Family, Line]:
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


def headline_values(tables: Tables, family: Family, line: Line, facts: Facts) -> Floats:
    """The headline of each replication, over all segments: at the horizon, or summed up to it if it is a flow."""
    lines = needed(family, line.code)
    names = tuple(dict.fromkeys(name for each in lines for name in each.needs.metrics))
    values = []
    for group in tables.groups(with_companions(names)):
        derived = positions(group.metrics)
        totals = {name: derived[name].sum(axis=2).T.astype(float) for name in names}
        count = next(iter(totals.values())).shape[1]
        rates = facts.rates[group.first : group.first + count]
        months = evaluated(lines, totals, Facts(facts.days, rates))[line.code]
        values.append(months[1:].sum(axis=0) if line.kind == FLOW else months[-1])
    return np.concatenate(values)


def positions(metrics: dict[str, Integers | Floats]) -> dict[str, Integers | Floats]:
    """The metrics of replications [replication, month, row], with the remaining obligations that follow from them."""
    if not {"unbilled_cents", "bookings_cents"} <= set(metrics):
        return metrics
    earned, booked = metrics["enterprise_revenue_cents"], metrics["bookings_cents"]
    opening = metrics["unbilled_cents"][:, :1] + metrics["deferred_revenue_cents"][:, :1]
    remaining = opening + np.cumsum(booked - earned, axis=1)
    unbilled = remaining - metrics["deferred_revenue_cents"]
    return {**metrics, "rpo_cents": remaining, "unbilled_cents": unbilled}


def at_rank(values: Floats, share: float) -> int:
    """The replication in the middle of the rank window of a percentile; of equal ones the first."""
    order = np.argsort(values, kind="stable")
    return int(order[int(share * (len(values) - 1) + 0.5)])


def discount_rates(tables: Tables) -> Floats:
    """The yearly rate of each replication: one, unless it is uncertain."""
    parameters = tables.parameters
    rate = parameters.scenario.parameters["costs.discount_rate"][0]
    if not isinstance(rate, (int, float)):
        draws = (
            draw(parameters.uncertain, parameters.scenario.correlations, tables.seed, number)
            for number in range(tables.replications)
        )
        return np.array([settled(rate, each) for each in draws])
    return np.full(tables.replications, float(rate))


def mean_rate(rates: Floats) -> float:
    """The rate of the mean path: the mean of the drawn ones."""
    return float(rates[0] if np.all(rates == rates[0]) else rates.mean())


def collected(
    tables: Tables, metrics: tuple[str, ...], chosen: tuple[int, ...]
) -> tuple[dict[str, Integers], dict[int, dict[str, Integers]]]:
    """The sums of the metrics over all replications, [month 0.., row], and the chosen replications by themselves."""
    sums: dict[str, Integers] = {}
    singles: dict[int, dict[str, Integers]] = {number: {} for number in chosen}
    for group in chain(tables.groups(metrics), tables.people()):
        for name, values in group.metrics.items():
            total = np.add.reduce(values, axis=0)
            sums[name] = sums[name] + total if name in sums else total
            for number, single in singles.items():
                if group.first <= number < group.first + len(values):
                    single[name] = values[number - group.first].copy()
    return sums, singles
