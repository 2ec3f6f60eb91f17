"""The values of a statement's lines, month by month in their order, as a spreadsheet computes them.

Money stays in cents: whole numbers, exact in a float up to 2^53 cents (`run_tables` refuses more).  NaN stands for a
blank.  Knows neither run folders nor sheets.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from forecast.finance.fiscal_calendar import Period
from forecast.finance.formulas import DaysAndRates, NumericColumn
from forecast.finance.statements.lines import FLOW, OPENING, RATIO, StatementDefinition, StatementLine
from forecast.types import Floats

LineValues = dict[str, Floats]


def monthly_values(
    definition: StatementDefinition, sources: Mapping[str, Floats], days_and_rates: DaysAndRates
) -> LineValues:
    """Every line of a statement, [month 0.., ...], from metrics of that shape; 0 in month 0 without an opening."""
    return evaluate_lines(definition.lines, sources, days_and_rates)


def evaluate_lines(
    lines: Sequence[StatementLine], sources: Mapping[str, Floats], days_and_rates: DaysAndRates
) -> LineValues:
    """The values of these lines; each must follow the lines that it reads in the same month."""
    shape = next(iter(sources.values())).shape
    values: LineValues = {line.code: np.zeros(shape) for line in lines}
    column = NumericColumn(values, sources, days_and_rates)
    for month in range(shape[0]):
        column.month = month
        for line in lines:
            formula = line.formula if month else line.opening
            if formula is not None:
                values[line.code][month] = formula(column) + 0.0  # no -0
    return values


def period_values(definition: StatementDefinition, months: LineValues, periods: Sequence[Period]) -> LineValues:
    """The lines of longer periods, [period, ...]: summed, first, last, or recomputed from the sums."""
    values: LineValues = {}
    for line in definition.lines:
        if line.kind == RATIO:
            values[line.code] = _recomputed_ratio(line, values, len(periods))
        else:
            values[line.code] = np.stack([_period_value(line, months[line.code], period) for period in periods])
    return values


def _period_value(line: StatementLine, months: Floats, period: Period) -> Floats:
    """One line of one period."""
    if line.kind == FLOW:
        total: Floats = months[period.first : period.last + 1].sum(axis=0)
        return total
    figure: Floats = months[period.first if line.kind == OPENING else period.last]
    return figure


def _recomputed_ratio(line: StatementLine, values: LineValues, periods: int) -> Floats:
    """A ratio from the lines of the same period."""
    shape = next(iter(values.values())).shape
    ratios = np.full(shape, np.nan)
    column = NumericColumn(values, {}, DaysAndRates([], np.zeros(())))
    for period in range(periods):
        column.month = period
        ratios[period] = line.formula(column)
    return ratios


def line_with_dependencies(definition: StatementDefinition, code: str) -> tuple[StatementLine, ...]:
    """A line and all that it depends on, in the order of the statement."""
    by_code = {line.code: line for line in definition.lines}
    wanted, waiting = {code}, [code]
    while waiting:
        for other in by_code[waiting.pop()].dependencies.lines:
            if other not in wanted:
                wanted.add(other)
                waiting.append(other)
    return tuple(line for line in definition.lines if line.code in wanted)


def lines_with_dependencies(wanted: Sequence[tuple[StatementDefinition, StatementLine]]) -> tuple[StatementLine, ...]:
    """Several lines and all that they depend on, statement by statement."""
    codes: dict[str, set[str]] = {}
    definitions = {definition.name: definition for definition, _ in wanted}
    for definition, line in wanted:
        codes.setdefault(definition.name, set()).update(
            each.code for each in line_with_dependencies(definition, line.code)
        )
    return tuple(
        line for name, definition in definitions.items() for line in definition.lines if line.code in codes[name]
    )
