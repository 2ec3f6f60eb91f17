"""The columns of a native table as arrays of numbers; what cannot be read is reported, a few rows of each column.

Columns may be texts, as in a CSV file, or have their types, as in a Parquet file.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from forecast.errors import Problem, ProblemKind, ReportProblem, nearest, quoted
from forecast.observed.tables import MICROSECONDS, NO_TIME, NOBODY
from forecast.types import Flags, Floats, Integers

FEW = 3  # rows of a column whose problems are reported one by one
_WITH_ZONE = r"(Z|[+-][0-9]{2}:?[0-9]{2})$"
DAY_LENGTH = 10  # of 2026-01-31
NOON = MICROSECONDS // 2


class Cells:
    """A table's columns; `label` names it in messages, `time_zone` is that of times without one."""

    def __init__(self, table: pa.Table, label: str, time_zone: str | None, report: ReportProblem) -> None:
        self.table, self.label, self.time_zone, self.report = table, label, time_zone, report

    def __len__(self) -> int:
        """Rows."""
        return int(self.table.num_rows)

    def has(self, name: str) -> bool:
        """Whether there is such a column."""
        return name in self.table.column_names

    def texts(self, name: str) -> pa.Array:
        """A column of texts; an empty cell is null."""
        column = self._column(name)
        text = pc.utf8_trim_whitespace(column.cast(pa.string()))
        return pc.if_else(pc.equal(text, ""), pa.scalar(None, pa.string()), text)

    def places(self, name: str, known: Sequence[str], what: str, *, required: bool = True) -> Integers:
        """The places of a column's texts among known ones; NOBODY for an empty cell."""
        text = self.texts(name)
        found = pc.index_in(text, value_set=pa.array(known, pa.string()))
        empty = pc.is_null(text)
        wrong = pc.and_(pc.is_null(found), pc.invert(empty))
        for word in pc.unique(text.filter(wrong)).to_pylist()[:FEW]:
            row = pc.index(text, word).as_py()
            kind, allowed = ProblemKind.UNKNOWN, ", ".join(known[:FEW]) + (", ..." if len(known) > FEW else "")
            guess = nearest(word, known) if len(known) < 1000 else None
            self._report(name, row, f"{what} {quoted(word)}", allowed, kind, guess)
        if required:
            self._report_empty(name, empty.to_numpy(zero_copy_only=False))
        return self._integers(found, NOBODY)

    def codes(self, name: str, *, required: bool = False) -> tuple[Integers, tuple[str, ...]]:
        """The texts of a column as numbers in the order of their first rows, and the texts; NOBODY where empty."""
        text = self.texts(name)
        encoded = pc.dictionary_encode(text)
        if required:
            self._report_empty(name, pc.is_null(text).to_numpy(zero_copy_only=False))
        return self._integers(encoded.indices, NOBODY), tuple(encoded.dictionary.to_pylist())

    def whole_numbers(self, name: str, *, least: int) -> Integers:
        """A column of whole numbers of at least so much."""
        numbers = self.numbers(name)
        wrong = ~(numbers >= least) | (numbers != np.floor(numbers)) | ~np.isfinite(numbers)
        self._report_rows(name, wrong, f"a whole number of at least {least}")
        return np.where(wrong, least, numbers).astype(np.int64)

    def numbers(self, name: str) -> Floats:
        """A column of numbers; NaN where empty."""
        column = self._column(name)
        if pa.types.is_integer(column.type) or pa.types.is_floating(column.type):
            return np.array(column.cast(pa.float64()).to_numpy(zero_copy_only=False), np.float64)
        text = self.texts(name)
        good = pc.fill_null(pc.match_substring_regex(text, r"^[+-]?[0-9]+(\.[0-9]*)?([eE][+-]?[0-9]+)?$"), True)
        self._report_rows(name, ~good.to_numpy(zero_copy_only=False), "a number")
        kept = pc.if_else(good, text, pa.scalar(None, pa.string()))
        return np.array(kept.cast(pa.float64()).to_numpy(zero_copy_only=False), np.float64)

    def times(self, name: str, *, day_at: int = NOON, required: bool = True) -> Integers:
        """A column of times as microseconds since 1970, NO_TIME where empty; a date is `day_at` after its 00:00 UTC."""
        column = self._column(name)
        if pa.types.is_date(column.type):
            days = self._integers(column.cast(pa.timestamp("us")).cast(pa.int64()), NO_TIME)
            found = np.where(days == NO_TIME, NO_TIME, days + day_at)
        elif pa.types.is_timestamp(column.type):
            found = self._instants(name, column)
        else:
            found = self._times_in_text(name, self.texts(name), day_at)
        if required:
            self._report_empty(name, found == NO_TIME)
        return found

    def _times_in_text(self, name: str, text: pa.Array, day_at: int) -> Integers:
        """Times that are written out: dates, times with a zone, and times without."""
        found = np.full(len(text), NO_TIME, np.int64)
        length = pc.fill_null(pc.utf8_length(text), 0).to_numpy(zero_copy_only=False)
        zoned = pc.fill_null(pc.match_substring_regex(text, _WITH_ZONE), False).to_numpy(zero_copy_only=False)
        day = (length == DAY_LENGTH) & ~zoned
        kinds = (
            (day, pa.timestamp("us")),
            ((length > 0) & zoned, pa.timestamp("us", "UTC")),
            ((length > 0) & ~day & ~zoned, pa.timestamp("us")),
        )
        for number, (rows, type_) in enumerate(kinds):
            if rows.any():
                some = text.filter(pa.array(rows))
                try:
                    times = some.cast(type_)
                except pa.ArrowInvalid:
                    self._report_times(name, text, rows)
                    continue
                plain = times.cast(pa.int64()).to_numpy(zero_copy_only=False)
                found[rows] = plain + day_at if number == 0 else self._instants(name, times)
        return found

    def flags(self, name: str) -> Flags:
        """Whether a cell says yes; never, where there is no such column."""
        if not self.has(name):
            return np.zeros(len(self), bool)
        column = self.table[name].combine_chunks()
        found = column if pa.types.is_boolean(column.type) else pc.is_in(column, value_set=pa.array(["yes", "true"]))
        return np.asarray(pc.fill_null(found, False).to_numpy(zero_copy_only=False), dtype=np.bool_)

    def _instants(self, name: str, times: pa.Array) -> Integers:
        """Microseconds since 1970 of times; those without a zone are in the time zone."""
        times = times.cast(pa.timestamp("us", times.type.tz))
        if times.type.tz is None:
            if self.time_zone is None:
                allowed = "times with a zone, such as 2026-01-31 09:30:00Z, or the time zone of those without"
                first = next((each for each in times.to_pylist() if each is not None), None)
                if first is not None:
                    self._report(name, 0, quoted(str(first)), allowed)
                return np.full(len(times), NO_TIME, np.int64)
            times = pc.assume_timezone(times, self.time_zone, ambiguous="earliest", nonexistent="latest")
        return self._integers(times.cast(pa.int64()), NO_TIME)

    def _column(self, name: str) -> pa.Array:
        """A column; of nulls where there is none, which is reported."""
        if not self.has(name):
            found = f"the columns {', '.join(self.table.column_names)}"
            self.report(Problem(self.label, None, None, found, f"a column {quoted(name)}"))
            return pa.nulls(len(self), pa.string())
        return self.table[name].combine_chunks()

    def _report_times(self, name: str, text: pa.Array, rows: np.ndarray) -> None:
        """Report the first texts that are no times."""
        wrong = np.zeros(len(rows), bool)
        for row in np.flatnonzero(rows).tolist():
            try:
                datetime.fromisoformat(text[row].as_py())
            except ValueError:
                wrong[row] = True
                if wrong.sum() == FEW:
                    break
        self._report_rows(name, wrong if wrong.any() else rows, "a time such as 2026-01-31 09:30:00Z")

    def _report_empty(self, name: str, empty: np.ndarray) -> None:
        """Report the first empty cells of a column that exists."""
        if self.has(name):
            for row in np.flatnonzero(empty).tolist()[:FEW]:
                self._report(name, row, "nothing", "a value in each row")

    def _report_rows(self, name: str, wrong: np.ndarray, allowed: str) -> None:
        """Report the first wrong cells of a column."""
        for row in np.flatnonzero(wrong).tolist()[:FEW] if self.has(name) else ():
            found = self.table[name][row].as_py()
            self._report(name, row, "nothing" if found is None else quoted(str(found)), allowed)

    def _report(
        self,
        name: str,
        row: int,
        found: str,
        allowed: str,
        kind: ProblemKind = ProblemKind.WRONG_VALUE,
        guess: str | None = None,
    ) -> None:
        """Report a cell; a table's first row is line 2 of its file."""
        self.report(Problem(self.label, row + 2, name, found, allowed, guess, kind=kind))

    @staticmethod
    def _integers(column: pa.Array, empty: int) -> Integers:
        """Whole numbers, with another one where the column is null."""
        return np.array(pc.fill_null(column.cast(pa.int64()), empty).to_numpy(zero_copy_only=False), np.int64)
