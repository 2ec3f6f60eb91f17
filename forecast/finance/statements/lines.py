"""Lines, sections and definitions of statements, and the kinds of lines they are built from.

A line knows its name, unit and formula; neither values nor sheets.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

from forecast.finance.formulas import Formula, FormulaDependencies

# How a line becomes a quarter or a year: summed, its last month's, its first month's, or computed anew from those.
FLOW, STOCK, OPENING, RATIO = "flow", "stock", "opening", "ratio"
MONEY, SHARE, MULTIPLE, MONTHS, CONTRACTS, SEATS, USERS, TEAMS, PEOPLE, DAYS, REQUESTS, UNITS = (
    "money",
    "share",
    "multiple",
    "months",
    "contracts",
    "seats",
    "users",
    "teams",
    "people",
    "days",
    "requests",
    "units",
)


@dataclass(frozen=True)
class StatementLine:
    """A line of a statement.

    `formula` holds from month 1; `opening` gives month 0, where the line has one.  `how` says it in words, for a ratio
    with the reason of a blank.  `sign` is -1 where the statement shows the simulation's figure negative.  A line that
    `repeats` shows a line of another section again, and is not exported twice; a `quotient` may be blank, and can't be
    added up.
    """

    code: str
    label: str
    unit: str
    kind: str
    formula: Formula
    how: str
    opening: Formula | None = None
    sign: int = 1
    repeats: bool = False
    quotient: bool = False
    strong: bool = False

    @property
    def adds_up(self) -> bool:
        """Whether it may be summed over segments, and is never blank."""
        return not self.quotient and self.kind != RATIO

    @property
    def dependencies(self) -> FormulaDependencies:
        """The metrics and lines that its formulas read."""
        needs = FormulaDependencies()
        for formula in (self.formula, self.opening):
            if formula is not None:
                formula(needs)
        return needs


class StatementSection(NamedTuple):
    """A heading and its lines."""

    title: str
    lines: tuple[StatementLine, ...]


class StatementDefinition(NamedTuple):
    """The sections of one sheet; `company` where costs of people and capabilities enter: these have no segments."""

    name: str
    company: bool
    sections: tuple[StatementSection, ...]

    @property
    def lines(self) -> tuple[StatementLine, ...]:
        """All lines in order."""
        return tuple(line for section in self.sections for line in section.lines)

    @property
    def metrics(self) -> tuple[str, ...]:
        """The metrics that its lines read, each once."""
        return tuple(dict.fromkeys(metric for line in self.lines for metric in line.dependencies.metrics))


def metric_line(code: str, label: str, unit: str, kind: str, metric: str, how: str = "", **more: bool) -> StatementLine:
    """A line that shows a simulated metric; a stock has an opening too."""
    how = how or "as simulated"
    opening = (lambda column: column.metric(metric)) if kind == STOCK else None
    return StatementLine(code, label, unit, kind, lambda column: column.metric(metric), how, opening, **more)


def deduction_line(
    code: str, label: str, metric: str, how: str = "as simulated", *, unit: str = MONEY, repeats: bool = False
) -> StatementLine:
    """A flow that is shown negative, as it enters the sum below it."""
    return StatementLine(code, label, unit, FLOW, lambda column: -column.metric(metric), how, sign=-1, repeats=repeats)


def opening_line(code: str, label: str, closing: str, unit: str = MONEY) -> StatementLine:
    """The first line of a roll-forward: the closing of the month before."""
    return StatementLine(
        code,
        label,
        unit,
        OPENING,
        lambda column: column.previous_month(closing),
        "closing of the month before",
        repeats=True,
    )


def closing_line(
    code: str,
    label: str,
    parts: tuple[str, ...],
    metric: str,
    unit: str = MONEY,
    *,
    how: str = "sum of the lines above",
) -> StatementLine:
    """The last line of a roll-forward: the sum of its parts; month 0 is the simulated opening."""
    whole = _sum_in_whole_cents if unit == MONEY else _sum_of_lines
    return StatementLine(
        code,
        label,
        unit,
        STOCK,
        lambda column: whole(column, parts),
        how,
        lambda column: column.metric(metric),
        strong=True,
    )


def sum_line(
    code: str, label: str, parts: tuple[str, ...], how: str, unit: str = MONEY, *, repeats: bool = False
) -> StatementLine:
    """A flow that is the sum of other lines."""
    return StatementLine(
        code, label, unit, FLOW, lambda column: _sum_of_lines(column, parts), how, strong=True, repeats=repeats
    )


def trailing_line(code: str, label: str, of: str, unit: str = MONEY) -> StatementLine:
    """A line summed over the last twelve months."""
    how = "sum of the last 12 months, or since the start where that is shorter"
    return StatementLine(code, label, unit, STOCK, lambda column: column.trailing(of, "year"), how)


def quarterly_line(code: str, label: str, of: str) -> StatementLine:
    """A line of money summed over the last three months."""
    how = "sum of the last 3 months"
    return StatementLine(code, label, MONEY, STOCK, lambda column: column.trailing(of, "quarter"), how)


def cumulative_line(code: str, label: str, of: str, how: str, unit: str = MONEY) -> StatementLine:
    """A line summed since the start."""
    return StatementLine(
        code,
        label,
        unit,
        STOCK,
        lambda column: column.previous_month(code) + column.line(of),
        how,
    )


def ratio_line(code: str, label: str, formula: Formula, how: str, unit: str) -> StatementLine:
    """A ratio whose value for a longer period is that of its last month."""
    return StatementLine(code, label, unit, STOCK, formula, how, quotient=True, strong=True)


def quotient_line(code: str, label: str, above: str, below: str, how: str, unit: str = SHARE) -> StatementLine:
    """A ratio of two lines of stocks."""
    return ratio_line(code, label, lambda column: column.ratio(column.line(above), column.line(below)), how, unit)


def _sum_of_lines(column: object, parts: tuple[str, ...]) -> object:
    """The sum of lines."""
    first, *others = (column.line(part) for part in parts)  # type: ignore[attr-defined]
    for other in others:
        first = first + other
    return first


def _sum_in_whole_cents(column: object, parts: tuple[str, ...]) -> object:
    """The sum of lines that are in whole cents."""
    return column.whole_cents(_sum_of_lines(column, parts))  # type: ignore[attr-defined]
