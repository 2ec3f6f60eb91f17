"""Which lines does a statement have?  One kind of record; the families of lines are in `families`.

Knows neither values nor sheets: a line says what it is called, counted in and computed from.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

from forecast.finance.column import Formula, Needs

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
class Line:
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
    def needs(self) -> Needs:
        """The metrics and lines it looks at."""
        needs = Needs()
        for formula in (self.formula, self.opening):
            if formula is not None:
                formula(needs)
        return needs


class Section(NamedTuple):
    """Lines under a heading."""

    title: str
    lines: tuple[Line, ...]


class Family(NamedTuple):
    """The sections of one sheet; `company` where people and capabilities belong in: there are no segments of it."""

    name: str
    company: bool
    sections: tuple[Section, ...]

    @property
    def lines(self) -> tuple[Line, ...]:
        """All lines in order."""
        return tuple(line for section in self.sections for line in section.lines)

    @property
    def metrics(self) -> tuple[str, ...]:
        """The metrics that its lines take, each once."""
        return tuple(dict.fromkeys(metric for line in self.lines for metric in line.needs.metrics))


def taken(code: str, label: str, unit: str, kind: str, metric: str, how: str = "", **more: bool) -> Line:
    """A line that is a figure of the simulation; a stock has its opening too."""
    how = how or "as simulated"
    opening = (lambda column: column.taken(metric)) if kind == STOCK else None
    return Line(code, label, unit, kind, lambda column: column.taken(metric), how, opening, **more)


def less(code: str, label: str, metric: str, how: str = "", *, repeats: bool = False) -> Line:
    """A flow of money that is shown negative, as it enters the sum below it."""
    return Line(
        code, label, MONEY, FLOW, lambda column: -column.taken(metric), how or "as simulated", sign=-1, repeats=repeats
    )


def opening_of(code: str, label: str, closing: str, unit: str = MONEY) -> Line:
    """The first line of a roll-forward: what the month before closed with."""
    return Line(
        code, label, unit, OPENING, lambda column: column.before(closing), "closing of the month before", repeats=True
    )


def closing_of(code: str, label: str, parts: tuple[str, ...], metric: str, unit: str = MONEY) -> Line:
    """The last line of a roll-forward: the sum of its parts; month 0 is the simulation's."""
    whole = total_in_cents if unit == MONEY else total
    return Line(
        code,
        label,
        unit,
        STOCK,
        lambda column: whole(column, parts),
        "sum of the lines above",
        lambda column: column.taken(metric),
        strong=True,
    )


def summed(
    code: str, label: str, parts: tuple[str, ...], how: str, unit: str = MONEY, *, repeats: bool = False
) -> Line:
    """A flow that is the sum of other lines."""
    return Line(code, label, unit, FLOW, lambda column: total(column, parts), how, strong=True, repeats=repeats)


def trailing(code: str, label: str, of: str, unit: str = MONEY) -> Line:
    """A line summed over the last twelve months."""
    how = "sum of the last 12 months, or since the start where that is shorter"
    return Line(code, label, unit, STOCK, lambda column: column.trailing(of, "year"), how)


def running(code: str, label: str, of: str, how: str, unit: str = MONEY) -> Line:
    """A line summed since the start."""
    return Line(
        code,
        label,
        unit,
        STOCK,
        lambda column: column.before(code) + column.line(of),
        how,
    )


def total(column: object, parts: tuple[str, ...]) -> object:
    """The sum of lines."""
    first, *others = (column.line(part) for part in parts)  # type: ignore[attr-defined]
    for other in others:
        first = first + other
    return first


def total_in_cents(column: object, parts: tuple[str, ...]) -> object:
    """The sum of lines that are in whole cents."""
    return column.whole_cents(total(column, parts))  # type: ignore[attr-defined]
