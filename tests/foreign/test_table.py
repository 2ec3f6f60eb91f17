"""Is a table of another program read as it stands, or refused with what it is and the way out?"""

from __future__ import annotations

import io
import zipfile
from datetime import datetime
from typing import Any

import pytest
import xlsxwriter  # type: ignore[import-untyped]

from forecast.errors import Problem
from forecast.foreign import workbook
from forecast.foreign.table import FileForm, ForeignTable, read_table

TEXT = 'name,users,note\nNörth,20,"a, b"\nSouth,200,\n'
ROWS = [(2, ["Nörth", "20", "a, b"]), (3, ["South", "200", ""])]


def table_of(data: bytes, **form: str) -> tuple[ForeignTable | None, list[tuple[int, list[str]]], list[Problem]]:
    """The table of a file, its rows, and the problems."""
    problems: list[Problem] = []
    table = read_table(data, "a.csv", problems.append, FileForm(**form))
    return table, list(table.rows) if table else [], problems


def workbook_of(*sheets: list[list[Any]], names: tuple[str, ...] = ("one", "two", "three")) -> bytes:
    """The bytes of a workbook with these cells."""
    data = io.BytesIO()
    with xlsxwriter.Workbook(data, {"in_memory": True, "strings_to_formulas": False}) as book:
        day = book.add_format({"num_format": "yyyy-mm-dd"})
        for name, rows in zip(names, sheets, strict=False):
            sheet = book.add_worksheet(name)
            for number, row in enumerate(rows):
                for place, cell in enumerate(row):
                    if isinstance(cell, datetime):
                        sheet.write_datetime(number, place, cell, day)
                    elif isinstance(cell, tuple):
                        sheet.write_formula(number, place, *cell)
                    else:
                        sheet.write(number, place, cell)
    return data.getvalue()


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_encodings_delimiters_and_line_ends_of_spreadsheets_are_known(encoding: str, delimiter: str, end: str) -> None:
    text = TEXT if delimiter == "," else TEXT.replace(",", delimiter).replace(f"a{delimiter} b", "a, b")
    table, rows, problems = table_of(text.replace("\n", end).encode(encoding))
    assert problems == []
    assert rows == ROWS
    assert table is not None
    assert table.decimal_comma == (delimiter != ",")


def test_the_first_line_may_name_the_delimiter() -> None:
    table, rows, problems = table_of(b"sep=;\r\nname, in full;users\r\nNorth;20\r\n")
    assert (table and table.header, table and table.header_line, rows) == (
        ("name, in full", "users"),
        2,
        [(3, ["North", "20"])],
    )
    assert problems == []


def test_an_encoding_that_no_file_tells_may_be_given() -> None:
    data = TEXT.encode("cp1252")
    assert "not valid UTF-8 (save it as CSV UTF-8 or as .xlsx): byte 0xf6" in str(table_of(data)[2][0])
    assert table_of(data, encoding="cp1252")[1] == ROWS


@pytest.mark.parametrize(
    ("data", "fragment"),
    [
        (b"%PDF-1.7", "a PDF is not supported"),
        (b"PAR1....", "a Parquet file"),
        (b"\x1f\x8b\x08", "gzip"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1", "an Excel file that has a password or is of the old kind (.xls)"),
        (b"<html><table>", "a web page"),
        (b'\n[{"a": 1}]', "JSON"),
        (b"PK\x03\x04 but no workbook", "not valid as an Excel workbook"),
        (b"name|users|note\nA|1|x\n", "a header divided by vertical bars"),
        (b"", "an empty file"),
        (b",,,\n,,\n", "an empty file"),
        (b'a,b\n"x"y,1\n', "a.csv:2: not valid CSV"),
        (b'a,b\n1,2\n"x,1\n\n\n', "a.csv:3: not valid CSV"),
        (b"a,b\n1,2,3\n", "a.csv:2: found 3 cells; expected 2 cells"),
        (b"a,b\n1\n", "a.csv:2: found 1 cells"),
        (b"a,b,\n1,2,x\n", "a.csv:2: `x` in column 3 is not allowed here; give the column a name"),
        (b"a,b,\n1,2,,x\n", "a.csv:2: found 4 cells; expected 2 cells"),
        (b"a,,b\n1,x,2\n", "a.csv:2: `x` in column 2 is not allowed here; give the column a name"),
    ],
)
def test_what_is_no_table_is_described_with_the_way_out(data: bytes, fragment: str) -> None:
    _, _, problems = table_of(data)
    assert [problem for problem in problems if fragment in str(problem)]


def test_empty_columns_and_blank_lines_are_left_out() -> None:
    table, rows, problems = table_of(b"\n;;;\na;b;;\n1;2;;\n;;;\n3;4\n")
    assert (problems, table and table.header) == ([], ("a", "b"))
    assert rows == [(4, ["1", "2"]), (6, ["3", "4"])]


def test_a_row_has_the_line_on_which_it_begins() -> None:
    _, rows, _ = table_of(b'a,b\n"x\ny\n",1\n\n"z",2\n')
    assert [line for line, _ in rows] == [2, 6]


def test_a_workbook_is_read_as_the_csv_file_that_it_would_be() -> None:
    cells: list[list[Any]] = [
        ["name", "users", "end", "price", "live"],
        ["North", 200.0, datetime(2026, 6, 30), 39.5, True],  # noqa: DTZ001  a cell has no zone
    ]
    table, rows, problems = table_of(workbook_of([["x"][:0], *cells]))
    assert problems == []
    assert table is not None
    assert (table.header, table.header_line, table.decimal_comma) == (tuple(cells[0]), 2, False)
    assert rows == [(3, ["North", "200", "2026-06-30", "39.5", "TRUE"])]


def test_cells_that_a_workbook_has_no_value_for_are_seen() -> None:
    cells: list[list[Any]] = [
        ["a", "b", "c", "d"],
        [("=NA()", None, "#N/A"), ("=1/0", None, "#DIV/0!"), ("=1+1", None, ""), 7],
    ]
    _, rows, problems = table_of(workbook_of(cells))
    assert (problems, rows) == ([], [(2, ["#N/A", "#DIV/0!", "#NOT CALCULATED!", "7"])])


def test_of_several_sheets_one_is_named() -> None:
    book = workbook_of([["a"], [1]], [["b"], [2]], names=("Notes", "Data"))
    assert "2 sheets with cells: `Notes`, `Data`; expected one sheet" in str(table_of(book)[2][0])
    assert table_of(book, sheet="Data")[1] == [(2, ["2"])]
    assert "did you mean `Data`" in str(table_of(book, sheet="Date")[2][0])
    assert table_of(workbook_of([["a"], [1]], [["b"], [2]], names=("Notes", "Accounts")))[1] == [(2, ["2"])]
    assert table_of(workbook_of([["a"], [1]], [], names=("Data", "Empty")))[1] == [(2, ["1"])]


def test_a_workbook_that_would_fill_the_memory_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    far = io.BytesIO()
    with xlsxwriter.Workbook(far) as book:
        sheet = book.add_worksheet()
        sheet.write(0, 0, "a")
        sheet.write(1_048_575, 16_383, "z")
    assert "last cell is too far out; the limit is" in str(table_of(far.getvalue())[2][0])
    monkeypatch.setattr(workbook, "LARGEST_SHEET", 100)
    assert "a sheet that is too large" in str(table_of(workbook_of([["a"], [1]]))[2][0])


@pytest.mark.parametrize("cut", [60, 200, 1000])
def test_a_broken_workbook_is_a_problem_and_no_crash(cut: int) -> None:
    data = workbook_of([["a"], [1]])
    assert table_of(data[:-cut])[2]
    stored = io.BytesIO()
    with zipfile.ZipFile(stored, "w") as archive:
        archive.writestr("xl/workbook.xml", "<workbook>")
    assert table_of(stored.getvalue())[2]
