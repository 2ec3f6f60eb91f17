"""One statement of one path and segment, by month, quarter or year, for notebooks."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from forecast.analysis.formatting import format_number, format_value
from forecast.errors import InputError, unknown
from forecast.finance.evaluate import monthly_values, period_values
from forecast.finance.formulas import CONSTANTS
from forecast.finance.sample_paths import DEFAULT_HEADLINE, MEAN, TOTAL, choose_sample_paths
from forecast.finance.statements.lines import MONEY, SHARE, StatementLine
from forecast.study.finished_run import Run
from forecast.types import Floats

if TYPE_CHECKING:
    import pandas as pd

AXES = ("month", "quarter", "year")


@dataclass(frozen=True)
class Statement:
    """A statement of one path and segment, from `forecast.statement`.

    Attributes
    ----------
    name, path, segment, currency : str
        What it is of.
    lines : tuple of StatementLine
        The lines, with `code`, `label`, `unit` and `how` each is computed.
    periods : tuple of str
        The labels of the months, quarters or years.
    values : numpy.ndarray
        [line, period]; money in units of currency, NaN where a ratio has no denominator.

    Examples
    --------
    >>> import forecast
    >>> bridge = forecast.statement(forecast.open_run("runs/first"), "ARR bridge", by="year")
    >>> bridge["arr"].shape
    (3,)
    """

    name: str
    path: str
    segment: str
    currency: str
    lines: tuple[StatementLine, ...]
    periods: tuple[str, ...]
    values: Floats

    def __getitem__(self, code: str) -> Floats:
        """One line by its code; raises InputError when there is none."""
        codes = [line.code for line in self.lines]
        if code not in codes:
            raise _unknown_name_error("line", code, codes)
        line: Floats = self.values[codes.index(code)]
        return line

    def frame(self) -> pd.DataFrame:
        """A data frame with a row per line: label, unit, a column per period, and how it is computed.  Needs pandas."""
        import pyarrow as pa  # noqa: PLC0415  # only for this

        from forecast.analysis.notebook import to_pandas  # noqa: PLC0415  # the same

        facts = ("code", "label", "unit")
        columns: dict[str, Any] = {name: [getattr(line, name) for line in self.lines] for name in facts}
        columns |= {period: self.values[:, place] for place, period in enumerate(self.periods)}
        return to_pandas(pa.table({**columns, "how": [line.how for line in self.lines]})).set_index("code")

    def __repr__(self) -> str:
        """Name, segment, path and periods in one line."""
        return f"Statement {self.name}: {self.segment}, {self.path} path, {self.periods[0]} to {self.periods[-1]}"

    def _repr_html_(self) -> str:
        """An HTML table with a row per line, money in a few digits."""
        from forecast.analysis.notebook import html_table  # noqa: PLC0415  # only for this

        rows = [
            [line.label, *(_format_figure(value, line.unit) for value in values)]
            for line, values in zip(self.lines, self.values.tolist(), strict=True)
        ]
        caption = f"{self.name}, {self.segment}, {self.path} path; money in {self.currency}"
        return html_table(caption, ["", *self.periods], rows)


def statement(
    run: Run,
    name: str = "ARR bridge",
    *,
    by: str = "year",
    path: str = MEAN,
    segment: str = TOTAL,
    headline: str = DEFAULT_HEADLINE,
) -> Statement:
    """A financial statement of a run.

    Parameters
    ----------
    run : Run
        A finished run.
    name : str
        The statement, as its sheet in the workbook is called.
    by : {"year", "quarter", "month"}
        The periods; quarters and years are fiscal.
    path : {"mean", "P10", "P50", "P90"}
        The mean of all simulated futures, or the one at that rank of `headline`.
    segment : str
        A segment, or "total".  Statements that count people have the total only: people belong to no segment.
    headline : str
        The line by which paths are ranked.

    Returns
    -------
    Statement
        Its lines by period; `frame` turns it into a data frame.

    Raises
    ------
    InputError
        With the first unknown name.

    Examples
    --------
    >>> import forecast
    >>> run = forecast.open_run("runs/first")
    >>> forecast.statement(run, "Cash", by="quarter").periods[:2]
    ('FY2026 Q1', 'FY2026 Q2')
    """
    paths = choose_sample_paths(run, headline)
    definition = paths.statements[_index_of("statement", name, [each.name for each in paths.statements])]
    where = _index_of("path", path, [each.name for each in paths.paths])
    rows = [TOTAL] if definition.company else [*paths.segments]
    row = paths.rows.index(rows[_index_of("segment", segment, rows)])
    spans = {"month": paths.calendar.months, "quarter": paths.calendar.quarters, "year": paths.calendar.years}
    periods = spans[AXES[_index_of("period", by, AXES)]]
    table = period_values(definition, monthly_values(definition, paths.metrics, paths.days_and_rates), periods)
    values = np.stack([table[line.code][:, where, row] / _divisor(line) for line in definition.lines])
    labels = tuple(period.label for period in periods)
    return Statement(definition.name, path, segment, paths.scenario.currency, definition.lines, labels, values)


def _format_figure(value: float, unit: str) -> str:
    """A figure of a line in a few digits; a dash where a ratio has no denominator."""
    if math.isnan(value):
        return "–"
    if unit == MONEY:
        return format_value(value * CONSTANTS["cents"][0], "cents")
    return format_value(value, "share") if unit == SHARE else format_number(value)


def _divisor(line: StatementLine) -> float:
    """What a line's figures are divided by."""
    return CONSTANTS["cents"][0] if line.unit == MONEY else 1.0


def _index_of(what: str, name: str, known: tuple[str, ...] | list[str]) -> int:
    """The place of a name; raises InputError when there is none."""
    if name not in known:
        raise _unknown_name_error(what, name, known)
    return list(known).index(name)


def _unknown_name_error(what: str, name: str, known: tuple[str, ...] | list[str]) -> InputError:
    """An error for an unknown name, with the known ones."""
    return InputError([unknown(what, name, known)])
