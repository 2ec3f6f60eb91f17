"""Rows of a delimited text: commas, semicolons or tabs, whichever its header has; each with the line it begins on."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator

from forecast.errors import Problem, ProblemKind, ReportProblem

DELIMITERS = {",": "commas", ";": "semicolons", "\t": "tabs"}
UNREAD_DELIMITERS = {"|": "vertical bars", ":": "colons"}
DECLARATION = re.compile(r"sep=(.)\r?\n")  # Excel's first line that names the delimiter


def delimited_rows(text: str, label: str, report: ReportProblem) -> tuple[str, Iterator[tuple[int, list[str]]]]:
    """The delimiter of a text, and its rows that are not blank, each with the line on which it begins.

    A problem of the quoting ends the rows.
    """
    declared = DECLARATION.match(text)
    if declared:
        delimiter, text, first = declared[1], text[declared.end() :], 2
    else:
        delimiter, first = _delimiter_of(text), 1
    return delimiter, _rows(text, delimiter, first, label, report)


def _delimiter_of(text: str) -> str:
    """The delimiter that divides the header into the most cells; a comma where none does."""
    header = next((line for line in io.StringIO(text[: 1 << 16]) if line.strip(",;\t \r\n")), "")
    return max(DELIMITERS, key=lambda delimiter: _cells_in(header, delimiter))


def _cells_in(line: str, delimiter: str) -> int:
    """Into how many cells the delimiter divides a line."""
    try:
        return len(next(csv.reader([line], delimiter=delimiter), []))
    except csv.Error:
        return line.count(delimiter) + 1


def undivided(header: str) -> str | None:
    """What divides a header that no delimiter divides, in words; None when nothing known does."""
    return next((words for mark, words in UNREAD_DELIMITERS.items() if header.count(mark) > 1), None)


def _rows(text: str, delimiter: str, first: int, label: str, report: ReportProblem) -> Iterator[tuple[int, list[str]]]:
    """The rows of a text whose first line has the number `first`."""
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    line = first
    try:
        for cells in reader:
            if any(cells) and any(cell.strip() for cell in cells):
                yield line, cells
            line = first + reader.line_num
    except csv.Error as error:
        report(Problem(label, line, None, str(error), "CSV", kind=ProblemKind.INVALID_TEXT))
