"""What do the lines of a statement come to?  Month by month in their order, as a spreadsheet would.

Money stays in cents: whole numbers, exact in a float up to 2^53 cents (`paths` refuses more).  NaN stands for a blank.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from forecast.finance.calendar import Period
from forecast.finance.column import Facts, Numbers
from forecast.finance.lines import FLOW, OPENING, RATIO, Family, Line
from forecast.types import Floats

Lines = dict[str, Floats]


def monthly(family: Family, sources: Mapping[str, Floats], facts: Facts) -> Lines:
    """Every line of a family, [month 0.., ...], from metrics of that shape; 0 in month 0 without an opening."""
    return evaluated(family.lines, sources, facts)


def evaluated(lines: Sequence[Line], sources: Mapping[str, Floats], facts: Facts) -> Lines:
    """These lines, each after those that it reads in the same month."""
    shape = next(iter(sources.values())).shape
    values: Lines = {line.code: np.zeros(shape) for line in lines}
    column = Numbers(values, sources, facts)
    for month in range(shape[0]):
        column.month = month
        for line in lines:
            formula = line.formula if month else line.opening
            if formula is not None:
                values[line.code][month] = formula(column) + 0.0  # no -0
    return values


def by_period(family: Family, months: Lines, periods: Sequence[Period]) -> Lines:
    """The lines of longer periods, [period, ...]: summed, first, last, or computed anew from those."""
    values: Lines = {}
    for line in family.lines:
        if line.kind == RATIO:
            values[line.code] = recomputed(line, values, len(periods))
        else:
            values[line.code] = np.stack([of_period(line, months[line.code], period) for period in periods])
    return values


def of_period(line: Line, months: Floats, period: Period) -> Floats:
    """One line of one period."""
    if line.kind == FLOW:
        total: Floats = months[period.first : period.last + 1].sum(axis=0)
        return total
    figure: Floats = months[period.first if line.kind == OPENING else period.last]
    return figure


def recomputed(line: Line, values: Lines, periods: int) -> Floats:
    """A ratio from the lines of the same period."""
    shape = next(iter(values.values())).shape
    ratios = np.full(shape, np.nan)
    column = Numbers(values, {}, Facts([], np.zeros(())))
    for period in range(periods):
        column.month = period
        ratios[period] = line.formula(column)
    return ratios


def needed(family: Family, code: str) -> tuple[Line, ...]:
    """A line and all that it depends on, in their order."""
    by_code = {line.code: line for line in family.lines}
    wanted, waiting = {code}, [code]
    while waiting:
        for other in by_code[waiting.pop()].needs.lines:
            if other not in wanted:
                wanted.add(other)
                waiting.append(other)
    return tuple(line for line in family.lines if line.code in wanted)


def in_order(wanted: Sequence[tuple[Family, Line]]) -> tuple[Line, ...]:
    """Several lines and all that they depend on, family by family."""
    codes: dict[str, set[str]] = {}
    of = {family.name: family for family, _ in wanted}
    for family, line in wanted:
        codes.setdefault(family.name, set()).update(each.code for each in needed(family, line.code))
    return tuple(line for name, family in of.items() for line in family.lines if line.code in codes[name])
