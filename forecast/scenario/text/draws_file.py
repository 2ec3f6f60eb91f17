"""The file of joint draws: a column a path, a row a draw; read from CSV, Excel or Parquet, written as CSV.

Knows no path of the format and no unit: a cell is a number, or a text as a scenario file has it.
"""

from __future__ import annotations

import csv
import io
import math
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeAlias

from forecast.errors import NOTHING, Problem, ProblemKind, ReportProblem, quoted
from forecast.foreign.cells import point_for_comma
from forecast.foreign.table import read_table

if TYPE_CHECKING:
    import pyarrow as pa

DRAWS_FILE = "draws.csv"  # beside a resolved scenario
LARGEST_DRAWS_FILE = 64 << 20
MOST_COLUMNS, MOST_CELLS = 2_000, 4_000_000
COLUMNS_SHOWN = 5  # of those that cannot be used
_PARQUET = b"PAR1"
_NUMBER = re.compile(r"[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d{1,3})?", re.ASCII)
_RATE_SIGN = re.compile(r"%|/|\bper\b")
_FORM = "a column for each path, and a row for each draw"

Cells: TypeAlias = "tuple[float, ...] | tuple[str, ...]"


@dataclass(eq=False)
class _DrawsTable:
    """The file that columns come from: what messages call it, where its header stands, and which columns were wrong."""

    label: str
    header_line: int
    report: ReportProblem
    wrong: set[str] = field(default_factory=set)
    last_line: int = 0  # of what was reported

    def reject(self, path: str, problems: Iterable[Problem]) -> None:
        """Report what is wrong with a column; of very many only the first, and that there are more."""
        if path in self.wrong:
            return
        self.wrong.add(path)
        if len(self.wrong) <= COLUMNS_SHOWN:
            for problem in problems:
                self.last_line = max(self.last_line, problem.line or 0)
                self.report(problem)
        elif len(self.wrong) == COLUMNS_SHOWN + 1:
            self.report(
                Problem(self.label, self.last_line, None, "more columns that cannot be used", "mend these first")
            )


@dataclass(eq=False)
class DrawnColumn:
    """A column: its path, its cells in the order of the rows, and on which line (in Parquet: row) each stands.

    `readings` are its values by the kind that they were read as, None where they cannot be.
    """

    path: str
    cells: Cells
    lines: Sequence[int]
    table: _DrawsTable
    readings: dict[Any, Any] = field(default_factory=dict)

    @property
    def is_rate(self) -> bool:
        """Whether its first cell is written as a rate."""
        first = self.cells[0]
        return isinstance(first, str) and _RATE_SIGN.search(first) is not None


def number_or_text(text: str) -> float | str:
    """The number of a cell, or the text that is none."""
    return float(text) if _NUMBER.fullmatch(text) else text


def read_draws(data: bytes, label: str, report: ReportProblem) -> tuple[DrawnColumn, ...]:
    """The columns of a file; none after a problem."""
    found: list[Problem] = []
    columns = _read_parquet(data, label, found) if data.startswith(_PARQUET) else _read_rows(data, label, found)
    if not found and not columns:
        found.append(Problem(label, None, None, "no draw", f"{_FORM}, of which there is at least one"))
    for problem in found:
        report(problem)
    if found:
        return ()
    table = _DrawsTable(label, columns[0].table.header_line, report)
    for column in columns:
        column.table = table
    return columns


def _cells(texts: Sequence[str]) -> Cells:
    """The numbers of a column in which there is nothing else, else its texts."""
    if not all(map(_NUMBER.fullmatch, texts)):
        return tuple(texts)
    numbers = tuple(map(float, texts))
    return numbers if all(map(math.isfinite, numbers)) else tuple(texts)


def _is_too_large(rows: int, columns: int, label: str, problems: list[Problem]) -> bool:
    """Whether there are more columns or cells than are read."""
    too_large = columns > MOST_COLUMNS or rows * columns > MOST_CELLS
    if too_large:
        found, most = f"{rows:,} rows of {columns:,} columns", f"{MOST_COLUMNS:,} columns and {MOST_CELLS:,} cells"
        problems.append(Problem(label, None, None, found, most, kind=ProblemKind.OVER_LIMIT))
    return too_large


def _read_rows(data: bytes, label: str, problems: list[Problem]) -> tuple[DrawnColumn, ...]:
    """The columns of a CSV file or a workbook."""
    read = read_table(data, label, problems.append)
    if read is None or read.report_doubled(sorted({name for name in read.header if name}), problems.append):
        return ()
    lines: list[int] = []
    rows: list[list[str]] = []
    for line, row in read.rows:
        lines.append(line)
        rows.append(row)
        if len(rows) * len(read.header) > MOST_CELLS:
            break
    if not rows or _is_too_large(len(rows), len(read.header), label, problems):
        return ()
    table = _DrawsTable(label, read.header_line, problems.append)
    columns = []
    for path, cells in zip(read.header, zip(*rows, strict=False), strict=False):
        texts = [point_for_comma(cell.strip()) if read.decimal_comma else cell.strip() for cell in cells]
        columns.append(DrawnColumn(path, _cells(texts), lines, table))
    return tuple(column for column in columns if column.path)


def _read_parquet(data: bytes, label: str, problems: list[Problem]) -> tuple[DrawnColumn, ...]:
    """The columns of a Parquet file."""
    import pyarrow as pa  # noqa: PLC0415  # takes a quarter of a second, and few scenarios have draws
    import pyarrow.parquet as pq  # noqa: PLC0415

    try:
        metadata = pq.read_metadata(io.BytesIO(data))
        if _is_too_large(metadata.num_rows, metadata.num_columns, label, problems):
            return ()
        schema = pq.read_schema(io.BytesIO(data))
        texts = [each.name for each in schema if pa.types.is_string(each.type) or pa.types.is_large_string(each.type)]
        read = pq.read_table(io.BytesIO(data), read_dictionary=texts)
    except (pa.ArrowException, OSError, ValueError) as error:
        reason = " ".join(str(error).split())[:120]
        problems.append(Problem(label, None, None, reason, "Parquet", kind=ProblemKind.INVALID_TEXT))
        return ()
    doubled = sorted({name for name in read.column_names if read.column_names.count(name) > 1})
    for name in doubled:
        found = f"column {quoted(name)}"
        problems.append(Problem(label, None, None, found, "write each path once", kind=ProblemKind.DUPLICATE))
    if doubled or not read.num_rows:
        return ()
    table, lines = _DrawsTable(label, 0, problems.append), range(1, read.num_rows + 1)
    cells = {name: _parquet_cells(name, read[name], label, problems) for name in read.column_names}
    return tuple(DrawnColumn(path, each, lines, table) for path, each in cells.items() if each)


def _parquet_cells(name: str, column: pa.ChunkedArray, label: str, problems: list[Problem]) -> Cells:
    """The numbers or texts of a column; none after a problem."""
    import pyarrow as pa  # noqa: PLC0415

    kind = column.type
    numeric = pa.types.is_floating(kind) or pa.types.is_integer(kind) or pa.types.is_decimal(kind)
    if not numeric and not pa.types.is_dictionary(kind):
        problems.append(Problem(label, None, name, f"a column of type {kind}", "a column of numbers or of texts"))
        return ()
    cells = column.to_pylist()
    found: Cells = tuple(math.nan if cell is None else float(cell) for cell in cells) if numeric else ()
    found = found or tuple("" if cell is None else cell.strip() for cell in cells)
    for row, cell in enumerate(found, 1):
        if cells[row - 1] is None or (isinstance(cell, float) and not math.isfinite(cell)):
            what = NOTHING if cells[row - 1] is None else quoted(str(cell))
            problems.append(Problem(label, row, name, what, "a value in every row"))
            return ()
    return found


def draws_text(columns: Mapping[str, Cells]) -> str:
    """The columns as CSV, from which the same cells are read."""
    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow(columns)
    texts = [map(str, cells) if isinstance(cells[0], str) else map(repr, cells) for cells in columns.values()]
    writer.writerows(zip(*texts, strict=True))
    return stream.getvalue()
