"""What can a formula ask for?  The words in which every line is written once, and read twice: as numbers, as Excel.

A formula is a function of a `Column`, one month (or period) of a sheet.  `Numbers` answers with arrays; the workbook's
`Cells` answers with the text of references; so a cell's formula and the value it carries cannot drift apart.
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
        """The simulation's own figure."""

    def line(self, code: str) -> Any:
        """Another line of the sheet."""

    def before(self, code: str) -> Any:
        """A line one month earlier."""

    def trailing(self, code: str, months: str) -> Any:
        """The sum of a line over so many months (a constant's name), or since the start where that is shorter."""

    def earlier(self, code: str, months: str) -> Any:
        """A line so many months ago; 0 before the start."""

    def constant(self, name: str) -> Any:
        """A constant."""

    def days(self) -> Any:
        """The days of the month."""

    def discount(self) -> Any:
        """What money in the middle of the month is worth at the start."""

    def at_opening(self, code: str) -> Any:
        """A line at the start."""

    def ratio(self, above: Any, below: Any, after: str = "") -> Any:
        """`above / below`; blank where nothing positive stands below, and up to the month that a constant names."""

    def least(self, first: Any, second: Any) -> Any:
        """The smaller of two."""

    def whole_cents(self, amount: Any) -> Any:
        """The same amount, where it is known to be whole cents: binary fractions do not add up from month to month."""


Formula: TypeAlias = Callable[[Any], Any]


class NumericColumn:
    """A month as arrays [...]: whatever is computed side by side (paths, segments, replications)."""

    def __init__(self, lines: dict[str, Floats], sources: Mapping[str, Floats], facts: DaysAndRates) -> None:
        """`lines` and `sources` are [month 0.., ...]; lines are filled while months go by."""
        self.lines, self.sources, self.days_and_rates = lines, sources, facts
        self.month = 0

    def metric(self, metric: str) -> Floats:
        """The simulation's own figure."""
        figure: Floats = self.sources[metric][self.month]
        return figure

    def line(self, code: str) -> Floats:
        """Another line of the sheet."""
        figure: Floats = self.lines[code][self.month]
        return figure

    def before(self, code: str) -> Floats:
        """A line one month earlier."""
        figure: Floats = self.lines[code][self.month - 1]
        return figure

    def trailing(self, code: str, months: str) -> Floats:
        """The sum of a line over the last months; the opening is no month."""
        first = max(1, self.month - int(self.constant(months)) + 1)
        total: Floats = self.lines[code][first : self.month + 1].sum(axis=0)
        return total

    def earlier(self, code: str, months: str) -> Floats:
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
        """What money in the middle of the month is worth at the start."""
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

    def least(self, first: Floats, second: Floats) -> Floats:
        """The smaller of two."""
        return np.minimum(first, second)

    def whole_cents(self, amount: Floats) -> Floats:
        """The same amount: in cents it is whole here."""
        return amount


class DaysAndRates:
    """What formulas know beside the tables: the days of each month [month 0..], and the discount rates [...]."""

    def __init__(self, days: list[int], rates: Floats) -> None:
        self.days, self.rates = days, rates


class FormulaDependencies:
    """What a formula looks at: metrics it takes, and lines it reads; answers with 1 whatever is asked."""

    def __init__(self) -> None:
        self.metrics: list[str] = []
        self.lines: list[str] = []

    def metric(self, metric: str) -> float:
        """Noted."""
        self.metrics.append(metric)
        return 1.0

    def line(self, code: str, *_: object) -> float:
        """Noted."""
        self.lines.append(code)
        return 1.0

    before = trailing = earlier = at_opening = line

    def constant(self, _: object) -> float:
        """Nothing to note."""
        return 1.0

    def days(self) -> float:
        """Nothing to note."""
        return 1.0

    discount = days

    def ratio(self, *_: object) -> float:
        """Nothing more to note."""
        return 1.0

    least = whole_cents = ratio
