"""Rows of a sheet of an Excel workbook (.xlsx), its cells as the texts that a CSV file would have."""

from __future__ import annotations

import html
import io
import re
import zipfile
from collections.abc import Iterator, Mapping
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from forecast.errors import Problem, ProblemKind, ReportProblem, listed, nearest, quoted

if TYPE_CHECKING:
    from python_calamine import CalamineWorkbook

SIGNATURE = b"PK\x03\x04"
RELATIONSHIPS = "xl/_rels/workbook.xml.rels"
USUAL_SHEET = "accounts"  # the one to read where several have cells
LARGEST_SHEET = 512 << 20  # bytes of XML
MOST_CELLS = 20_000_000  # in the rectangle that holds all cells of a sheet: the reader keeps all of it
REFERENCE = re.compile(rb"""\br\s*=\s*["']([A-Z]{1,3})([0-9]{1,7})["']""")
CELL = rb"""<c\b[^>]*?\br="([A-Z]{1,3})([0-9]{1,7})"[^>]*"""
ERROR = re.compile(CELL + rb"""\bt="e"[^>]*>(?:<f\b[^<]*(?:</f>|(?<=/)>)|<f/>)?<v>([^<]*)</v>""")
NOT_CALCULATED = re.compile(CELL + rb""">\s*<f\b[^<]*(?:</f>|(?<=/)>)\s*(?:<v\s*/>|<v></v>)?\s*</c>""")
ATTRIBUTE = re.compile(r"""([\w:]+)\s*=\s*(?:"([^"]*)"|'([^']*)')""")


def workbook_rows(
    data: bytes, label: str, report: ReportProblem, sheet: str | None = None
) -> Iterator[tuple[int, list[str]]] | None:
    """The rows of a workbook's sheet that are not blank, each with its number; None after a problem."""
    from python_calamine import CalamineError, CalamineWorkbook  # noqa: PLC0415  # only who has such a file needs it

    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            if not _fits(archive, label, report):
                return None
            book = CalamineWorkbook.from_filelike(io.BytesIO(data))
            name = _sheet_name(book, label, report, sheet)
            if name is None:
                return None
            lost = _lost_cells(_sheet_text(archive, name))
        return _texts(book.get_sheet_by_name(name).to_python(skip_empty_area=False), lost)
    except (CalamineError, zipfile.BadZipFile, OSError, ValueError, NotImplementedError, RuntimeError) as error:
        what = " ".join(str(error).split())[:120] or type(error).__name__
        report(Problem(label, None, None, what, "as an Excel workbook (.xlsx)", kind=ProblemKind.INVALID_TEXT))
        return None


def _texts(rows: list[list[Any]], lost: Mapping[tuple[int, int], str]) -> Iterator[tuple[int, list[str]]]:
    """The cells of all rows that are not blank as texts; `lost` has those that the reader takes for empty."""
    for (row, column), text in lost.items():
        if row <= len(rows) and column <= len(rows[row - 1]):
            rows[row - 1][column - 1] = text
    for number, cells in enumerate(rows, 1):
        texts = [_text(cell) for cell in cells]
        if any(text.strip() for text in texts):
            yield number, texts


def _text(cell: Any) -> str:
    """What a CSV file would have for a cell: whole numbers without a point, days without a time."""
    if isinstance(cell, float):
        return str(int(cell)) if cell.is_integer() and abs(cell) < 1e15 else repr(cell)
    if isinstance(cell, bool):
        return str(cell).upper()
    if isinstance(cell, datetime):
        whole_day = not (cell.hour or cell.minute or cell.second or cell.microsecond)
        return cell.date().isoformat() if whole_day else cell.isoformat(" ")
    return cell.isoformat() if isinstance(cell, date) else str(cell)


def _sheet_name(book: CalamineWorkbook, label: str, report: ReportProblem, wanted: str | None) -> str | None:
    """The sheet to read: the one that is asked for, the only one with cells, or the one with the usual name."""
    names = book.sheet_names
    if wanted is not None:
        if wanted not in names:
            found, near = f"sheet {quoted(wanted)}", nearest(wanted, names)
            report(Problem(label, None, "sheet", found, listed(names), near, ProblemKind.UNKNOWN))
            return None
        return wanted
    if len(names) == 1:
        return names[0]
    filled = [name for name in names if book.get_sheet_by_name(name).height]
    usual = [name for name in filled if name.strip().casefold() == USUAL_SHEET]
    if len(filled) == 1 or usual:
        return (usual or filled)[0]
    found = f"{len(filled)} sheets with cells{': ' if filled else ''}{listed(map(quoted, filled))}"
    allowed = f"one sheet with cells, or one with the name `{USUAL_SHEET}`"
    report(Problem(label, None, None, found, allowed))
    return None


def _fits(archive: zipfile.ZipFile, label: str, report: ReportProblem) -> bool:
    """Whether no sheet is larger than it may be."""
    excesses: list[tuple[str, str]] = []
    for member in archive.infolist():
        if not member.filename.startswith("xl/worksheets/") or not member.filename.endswith(".xml"):
            continue
        with archive.open(member) as file:
            text = file.read(LARGEST_SHEET + 1)
        if len(text) > LARGEST_SHEET:
            excesses.append(("a sheet that is too large", f"{LARGEST_SHEET} bytes"))
        elif _rectangle(text) > MOST_CELLS:
            excesses.append(("a sheet whose last cell is too far out", f"{MOST_CELLS} cells from A1 to there"))
    for found, limit in excesses:
        report(Problem(label, None, None, found, limit, kind=ProblemKind.OVER_LIMIT))
    return not excesses


def _rectangle(text: bytes) -> int:
    """The cells of the rectangle from A1 to the last row and the last column of a sheet."""
    columns, rows = set(), 0
    for match in REFERENCE.finditer(text):
        columns.add(match[1])
        rows = max(rows, int(match[2]))
    return rows * max(map(_column_number, columns), default=0)


def _column_number(letters: bytes) -> int:
    """The number of a column: 1 for A, 27 for AA."""
    number = 0
    for letter in letters:
        number = number * 26 + letter - ord("A") + 1
    return number


def _sheet_text(archive: zipfile.ZipFile, sheet: str) -> bytes:
    """The XML of the sheet of that name; empty where the workbook's parts do not say which it is."""
    sheets = {each.get("name"): each.get("r:id") for each in _tags(archive, "xl/workbook.xml", "sheet")}
    parts = {each.get("Id"): each.get("Target", "") for each in _tags(archive, RELATIONSHIPS, "Relationship")}
    target = parts.get(sheets.get(sheet), "")
    name = target.removeprefix("/") if target.startswith("/") else f"xl/{target}"
    return archive.read(name) if name in archive.namelist() else b""


def _tags(archive: zipfile.ZipFile, member: str, tag: str) -> list[dict[str, str]]:
    """The attributes of each tag of a kind in a small part of a workbook."""
    if member not in archive.namelist():
        return []
    with archive.open(member) as file:
        text = file.read(1 << 22).decode("utf-8", "replace")
    return [
        {name: html.unescape(double or single) for name, double, single in ATTRIBUTE.findall(found)}
        for found in re.findall(rf"<{tag}\s([^>]*)>", text)
    ]


def _lost_cells(text: bytes) -> dict[tuple[int, int], str]:
    """The cells, by row and column, that the reader takes for empty: errors, and formulas that have no result."""
    lost: dict[tuple[int, int], str] = {}
    if b't="e"' in text:
        for match in ERROR.finditer(text):
            lost[int(match[2]), _column_number(match[1])] = match[3].decode("utf-8", "replace")
    if b"</f>" in text or b"<f" in text:
        for match in NOT_CALCULATED.finditer(text):
            lost[int(match[2]), _column_number(match[1])] = "#NOT CALCULATED!"
    return lost
