"""A table of another program: its columns by name and its rows, whatever kind of file it comes from."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from forecast.errors import Problem, ProblemKind, ReportProblem, listed, nearest, quoted
from forecast.foreign.delimited import delimited_rows, undivided
from forecast.foreign.encoding import WAY_OUT, read_delimited_text
from forecast.foreign.workbook import SIGNATURE, workbook_rows


@dataclass(frozen=True)
class ForeignTable:
    """The columns of a table, in the file's order, and its rows, each with the line on which it begins.

    `decimal_comma`: whether a number may have a comma before its decimals, as where semicolons divide the cells.
    """

    label: str
    header: tuple[str, ...]
    header_line: int
    rows: Iterator[tuple[int, list[str]]]
    decimal_comma: bool = False

    def report_doubled(self, names: Iterable[str], report: ReportProblem) -> bool:
        """Report each of these columns that stands in the header twice; whether there was one."""
        doubled = False
        for name in names:
            places = [str(place) for place, column in enumerate(self.header, 1) if column == name]
            if len(places) > 1:
                doubled = True
                found, allowed = f"column {quoted(name)}", f"it is column {' and '.join(places)}: leave one of them"
                report(Problem(self.label, self.header_line, None, found, allowed, kind=ProblemKind.DUPLICATE))
        return doubled

    def report_missing(self, name: str, report: ReportProblem) -> None:
        """Report a column that is not in the header."""
        known = [each for each in self.header if each]
        found, near = f"column {quoted(name)}", nearest(name, known, 0.75)
        report(Problem(self.label, self.header_line, None, found, listed(known), near, ProblemKind.UNKNOWN))


@dataclass(frozen=True)
class FileForm:
    """What a file does not say of itself: its encoding where it is no Unicode, and which of its sheets to read."""

    encoding: str | None = None
    sheet: str | None = None


AS_IT_IS = FileForm()


def read_table(data: bytes, label: str, report: ReportProblem, form: FileForm = AS_IT_IS) -> ForeignTable | None:
    """The table in the bytes of a CSV file or a workbook; None after a problem.

    Columns without a name and without a cell are left out; a row that has more or fewer cells than there are columns is
    reported and left out.
    """
    decimal_comma = False
    if data.startswith(SIGNATURE):
        rows = workbook_rows(data, label, report, form.sheet)
        if rows is None:
            return None
    else:
        text = read_delimited_text(data, label, report, form.encoding)
        if text is None:
            return None
        delimiter, rows = delimited_rows(text, label, report)
        decimal_comma = delimiter in ";\t"
    line, cells = next(rows, (1, []))
    header, width = [cell.strip() for cell in cells], len(cells)
    if not _header_is_right(header, line, label, report):
        return None
    return ForeignTable(label, tuple(header), line, _even_rows(rows, header, width, (label, report)), decimal_comma)


def _header_is_right(header: list[str], line: int, label: str, report: ReportProblem) -> bool:
    """Whether there is a header, divided as it should be; drops the nameless columns at its end."""
    while header and not header[-1]:
        header.pop()
    other = undivided(header[0]) if len(header) == 1 else None
    if other:
        report(Problem(label, line, None, f"a header divided by {other}", WAY_OUT, kind=ProblemKind.NOT_SUPPORTED))
    elif not header:
        report(Problem(label, None, None, "an empty file", "a line of column names, then a line for each row"))
    return bool(header) and not other


def _even_rows(
    rows: Iterator[tuple[int, list[str]]], header: list[str], given: int, reader: tuple[str, ReportProblem]
) -> Iterator[tuple[int, list[str]]]:
    """The rows that have a cell for each column; empty cells behind the last column are left out.

    `given` is how many cells the header has with the nameless ones at its end.
    """
    (label, report), width = reader, len(header)
    nameless = [place for place in range(max(width, given)) if place >= width or not header[place]]
    for line, cells in rows:
        if len(cells) > width and not any(cell.strip() for cell in cells[width:]):
            del cells[width:]
        if not width <= len(cells) <= given:
            report(Problem(label, line, None, f"{len(cells)} cells", f"{width} cells, as in the header"))
            continue
        lost = next((place for place in nameless if place < len(cells) and cells[place].strip()), None)
        if lost is not None:
            found, allowed = f"{quoted(cells[lost])} in column {lost + 1}", "give the column a name, or empty its cells"
            report(Problem(label, line, None, found, allowed, kind=ProblemKind.NOT_ALLOWED))
            continue
        yield line, cells
