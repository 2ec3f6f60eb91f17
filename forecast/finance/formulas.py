"""Formulas of statement lines, each written once and read twice: as numbers, and as Excel text.

A formula is a function of a `column`, one month (or period) of a sheet.  `NumericColumn` answers with arrays; the
workbook's `ExcelColumn` answers with the text of references; so a cell's formula and the value it carries cannot drift
apart.  Knows no statement.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Protocol, TypeAlias

import numpy as np

from forecast.types import Floats

CONSTANTS: Mapping[str, tuple[float, str, str]] = {  # value, unit, what it is for
    "cents": (100, "cents", "cents in one unit of currency"),
    "year": (12, "months", "months of a year, and of every trailing window"),
    "quarter": (3, "months", "months of a quarter"),
    "quarters": (4, "quarters", "quarters of a year: makes a quarter's figure yearly"),
    "two quarters": (5, "months", "the magic number needs two whole quarters"),
    "half": (0.5, "months", "cash falls in the middle of its month"),
    "decimals": (2, "digits", "decimal places of money that is in whole cents"),
    "digits": (6, "digits", "decimal places that a check looks at"),
}


class _FormulaColumn(Protocol):
    """One month of a sheet, as a formula sees it."""

    def metric(self, metric: str) -> Any:
        """The metric as simulated."""

    def line(self, code: str) -> Any:
        """Another line of the sheet."""

    def previous_month(self, code: str) -> Any:
        """A line one month earlier."""

    def trailing(self, code: str, months: str) -> Any:
        """The sum of a line over so many months (a constant's name), or since the start where that is shorter."""

    def months_ago(self, code: str, months: str) -> Any:
        """A line `months` (a constant's name) ago; 0 before the start."""

    def constant(self, name: str) -> Any:
        """A constant."""

    def days(self) -> Any:
        """The days of the month."""

    def discount(self) -> Any:
        """The discount factor of the middle of the month."""

    def at_opening(self, code: str) -> Any:
        """A line at the start."""

    def ratio(self, above: Any, below: Any, after: str = "") -> Any:
        """`above / below`; blank where nothing positive stands below, and up to the month that a constant names."""

    def minimum(self, first: Any, second: Any) -> Any:
        """The smaller of two."""

    def whole_cents(self, amount: Any) -> Any:
        """The same amount, where it is known to be whole cents: binary fractions do not add up from month to month."""


Formula: TypeAlias = Callable[[Any], Any]


class NumericColumn:
    """A month as arrays [...]: whatever is computed side by side (paths, segments, replications)."""

    def __init__(self, lines: dict[str, Floats], sources: Mapping[str, Floats], days_and_rates: DaysAndRates) -> None:
        """`lines` and `sources` are [month 0.., ...]; the caller fills `lines` month by month."""
        self.lines, self.sources, self.days_and_rates = lines, sources, days_and_rates
        self.month = 0

    def metric(self, metric: str) -> Floats:
        """The metric as simulated."""
        figure: Floats = self.sources[metric][self.month]
        return figure

    def line(self, code: str) -> Floats:
        """Another line of the sheet."""
        figure: Floats = self.lines[code][self.month]
        return figure

    def previous_month(self, code: str) -> Floats:
        """A line one month earlier."""
        figure: Floats = self.lines[code][self.month - 1]
        return figure

    def trailing(self, code: str, months: str) -> Floats:
        """The sum of a line over the last months; the opening does not count."""
        first = max(1, self.month - int(self.constant(months)) + 1)
        total: Floats = self.lines[code][first : self.month + 1].sum(axis=0)
        return total

    def months_ago(self, code: str, months: str) -> Floats:
        """A line so many months ago; 0 before the opening."""
        month = self.month - int(self.constant(months))
        figure: Floats = self.lines[code][month] if month >= 0 else np.zeros_like(self.lines[code][0])
        return figure

    def constant(self, name: str) -> float:
        """A constant."""
        return CONSTANTS[name][0]

    def days(self) -> float:
        """The days of the month."""
        return float(self.days_and_rates.days[self.month])

    def discount(self) -> Floats:
        """The discount factor of the middle of the month."""
        worth: Floats = 1 / (1 + self.days_and_rates.rates) ** (
            (self.month - self.constant("half")) / self.constant("year")
        )
        return worth

    def at_opening(self, code: str) -> Floats:
        """A line at the start."""
        figure: Floats = self.lines[code][0]
        return figure

    def ratio(self, above: Floats, below: Floats, after: str = "") -> Floats:
        """The quotient; NaN stands for a blank."""
        above, below = np.broadcast_arrays(np.asarray(above, float), np.asarray(below, float))
        defined = (below > 0) & np.isfinite(above) & (not after or self.month > self.constant(after))
        quotient: Floats = np.divide(above, below, out=np.full(below.shape, np.nan), where=defined)
        return quotient

    def minimum(self, first: Floats, second: Floats) -> Floats:
        """The smaller of two."""
        return np.minimum(first, second)

    def whole_cents(self, amount: Floats) -> Floats:
        """The same amount: cents are whole here already."""
        return amount


class DaysAndRates:
    """The inputs of formulas besides metrics: days of each month [month 0..], yearly discount rates [...]."""

    def __init__(self, days: list[int], rates: Floats) -> None:
        self.days, self.rates = days, rates


class FormulaDependencies:
    """Records the metrics and lines that a formula reads; answers 1 to every question."""

    def __init__(self) -> None:
        self.metrics: list[str] = []
        self.lines: list[str] = []

    def metric(self, metric: str) -> float:
        """Record a metric."""
        self.metrics.append(metric)
        return 1.0

    def line(self, code: str, *_: object) -> float:
        """Record a line."""
        self.lines.append(code)
        return 1.0

    previous_month = trailing = months_ago = at_opening = line

    def constant(self, _: object) -> float:
        """Answer 1; nothing to record."""
        return 1.0

    def days(self) -> float:
        """Answer 1; nothing to record."""
        return 1.0

    discount = days

    def ratio(self, *_: object) -> float:
        """Answer 1; nothing to record."""
        return 1.0

    minimum = whole_cents = ratio
