"""Which lines does a statement have?  One kind of record; the families of lines are in `families`.

Knows neither values nor sheets: a line says what it is called, counted in and computed from.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

from forecast.finance.formulas import Formula, FormulaDependencies

# How a line becomes a quarter or a year: summed, its last month's, its first month's, or computed anew from those.
FLOW, STOCK, OPENING, RATIO = "flow", "stock", "opening", "ratio"
MONEY, SHARE, MULTIPLE, MONTHS, CONTRACTS, SEATS, USERS, PEOPLE, DAYS, REQUESTS = (
    "money",
    "share",
    "multiple",
    "months",
    "contracts",
    "seats",
    "users",
    "people",
    "days",
    "requests",
)


@dataclass(frozen=True)
class StatementLine:
    """A line of a statement.

    `formula` holds from month 1; `opening` gives month 0, where the line has one.  `how` says it in words, for a ratio
    with the reason of a blank.  `sign` is -1 where the statement shows the simulation's figure negative.  A line that
    `repeats` stands elsewhere already, and is no fact of its own; a `quotient` may be blank, and can't be added up.
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
        """The metrics and lines it looks at."""
        needs = FormulaDependencies()
        for formula in (self.formula, self.opening):
            if formula is not None:
                formula(needs)
        return needs


class StatementSection(NamedTuple):
    """Lines under a heading."""

    title: str
    lines: tuple[StatementLine, ...]


class StatementDefinition(NamedTuple):
    """The sections of one sheet; `company` where people and capabilities belong in: there are no segments of it."""

    name: str
    company: bool
    sections: tuple[StatementSection, ...]

    @property
    def lines(self) -> tuple[StatementLine, ...]:
        """All lines in order."""
        return tuple(line for section in self.sections for line in section.lines)

    @property
    def metrics(self) -> tuple[str, ...]:
        """The metrics that its lines take, each once."""
        return tuple(dict.fromkeys(metric for line in self.lines for metric in line.dependencies.metrics))


def metric_line(code: str, label: str, unit: str, kind: str, metric: str, how: str = "", **more: bool) -> StatementLine:
    """A line that is a figure of the simulation; a stock has its opening too."""
    how = how or "as simulated"
    opening = (lambda column: column.metric(metric)) if kind == STOCK else None
    return StatementLine(code, label, unit, kind, lambda column: column.metric(metric), how, opening, **more)


def deduction_line(code: str, label: str, metric: str, how: str = "", *, repeats: bool = False) -> StatementLine:
    """A flow of money that is shown negative, as it enters the sum below it."""
    return StatementLine(
        code, label, MONEY, FLOW, lambda column: -column.metric(metric), how or "as simulated", sign=-1, repeats=repeats
    )


def opening_line(code: str, label: str, closing: str, unit: str = MONEY) -> StatementLine:
    """The first line of a roll-forward: what the month before closed with."""
    return StatementLine(
        code, label, unit, OPENING, lambda column: column.before(closing), "closing of the month before", repeats=True
    )


def closing_line(code: str, label: str, parts: tuple[str, ...], metric: str, unit: str = MONEY) -> StatementLine:
    """The last line of a roll-forward: the sum of its parts; month 0 is the simulation's."""
    whole = _sum_in_whole_cents if unit == MONEY else _sum_of_lines
    return StatementLine(
        code,
        label,
        unit,
        STOCK,
        lambda column: whole(column, parts),
        "sum of the lines above",
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


def cumulative_line(code: str, label: str, of: str, how: str, unit: str = MONEY) -> StatementLine:
    """A line summed since the start."""
    return StatementLine(
        code,
        label,
        unit,
        STOCK,
        lambda column: column.before(code) + column.line(of),
        how,
    )


def _sum_of_lines(column: object, parts: tuple[str, ...]) -> object:
    """The sum of lines."""
    first, *others = (column.line(part) for part in parts)  # type: ignore[attr-defined]
    for other in others:
        first = first + other
    return first


def _sum_in_whole_cents(column: object, parts: tuple[str, ...]) -> object:
    """The sum of lines that are in whole cents."""
    return column.whole_cents(_sum_of_lines(column, parts))  # type: ignore[attr-defined]
