"""Are exports of every kind the same table in DuckDB, and is what cannot be read told in a sentence?"""

from __future__ import annotations

import gzip
import io
import sqlite3
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import xlsxwriter  # type: ignore[import-untyped]

from forecast.errors import InputError, Problem
from forecast.foreign.duckdb_session import DuckDBSession, NoDuckDBError, duckdb_session
from forecast.foreign.large_tables import ExportSource, fill_table, open_source

duckdb = pytest.importorskip("duckdb")

TEXT = 'name,users,note\nNörth,20,"a, b"\n\nSouth,200,\n'
ROWS = [("Nörth", "20", "a, b"), ("South", "200", None)]


@pytest.fixture
def session() -> Iterator[DuckDBSession]:
    with duckdb_session("200MiB") as opened:
        yield opened


def rows_of(
    session: DuckDBSession,
    path: Path | str,
    names: tuple[str, ...] = ("name", "users", "note"),
    table: str | None = None,
) -> tuple[list[tuple[object, ...]], list[Problem]]:
    """The cells of columns of an export, and the problems."""
    problems: list[Problem] = []
    scans = open_source(ExportSource.at(str(path), table=table), session, problems.append)
    try:
        good = fill_table(
            "t",
            scans,
            lambda scan: {f"c{place}": scan.text(name) for place, name in enumerate(names)},
            session,
            needed=names,
            report=problems.append,
        )
    except InputError as error:
        return [], [*problems, *error.problems]
    columns = ", ".join(f"c{place}" for place in range(len(names)))
    return session.rows(f"SELECT {columns} FROM t ORDER BY file, line") if good else [], problems


@pytest.mark.parametrize("packed", [False, True])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_texts_of_every_kind(session, tmp_path, delimiter, encoding, packed):
    if encoding == "utf-16-le":
        encoding, mark = "utf-16-le", "\ufeff"
    else:
        mark = ""
    text = TEXT if delimiter == "," else TEXT.replace(",", delimiter).replace(f"a{delimiter} b", "a, b")
    data = (mark + text).encode(encoding)
    path = tmp_path / "a.csv"
    path.write_bytes(gzip.compress(data) if packed else data)
    assert rows_of(session, path) == (ROWS, [])


def test_the_first_line_may_name_the_delimiter_and_lines_are_those_of_the_file(session, tmp_path):
    path = tmp_path / "a.csv"
    path.write_text("sep=;\nname;users;note\nNörth;20;a, b\nSouth;200;\n")
    assert rows_of(session, path) == (ROWS, [])
    assert session.rows("SELECT line FROM t ORDER BY line") == [(3,), (4,)]


def test_parquet_keeps_its_types_and_gives_texts(session, tmp_path):
    table = pa.table({"name": ["Nörth", "South"], "users": [20, 200], "note": ["a, b", ""]})
    pq.write_table(table, tmp_path / "a.parquet")
    assert rows_of(session, tmp_path / "a.parquet") == (ROWS, [])


def test_json_lines_and_keys_inside_objects_also_those_that_come_late(session, tmp_path):
    path = tmp_path / "a.jsonl"
    path.write_text(
        '{"event": "A", "properties": {"time": 1, "$id": "x"}}\n{"event": "B", "properties": {"late": true}}\n'
    )
    names = ("event", "properties.time", "properties.$id", "properties.late")
    assert rows_of(session, path, names) == ([("A", "1", "x", None), ("B", None, None, "true")], [])


def test_a_key_inside_a_column_with_json(session, tmp_path):
    path = tmp_path / "a.csv"
    path.write_text('id,properties\n1,"{""$group_0"": ""acme""}"\n2,nothing\n')
    assert rows_of(session, path, ("id", "properties.$group_0")) == ([("1", "acme"), ("2", None)], [])


def test_a_zip_of_compressed_json_lines(session, tmp_path):
    path = tmp_path / "export.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("1/b.json.gz", gzip.compress(b'{"name": "South", "users": 200}\n'))
        archive.writestr("1/a.json.gz", gzip.compress('{"name": "Nörth", "users": 20, "note": "a, b"}\n'.encode()))
    assert rows_of(session, path) == (ROWS, [])


def test_a_workbook(session, tmp_path):
    path = tmp_path / "a.xlsx"
    with xlsxwriter.Workbook(str(path)) as book:
        sheet = book.add_worksheet()
        for number, cells in enumerate([("name", "users", "note"), ("Nörth", 20, "a, b"), ("South", 200, "")]):
            sheet.write_row(number, 0, cells)
    assert rows_of(session, path) == (ROWS, [])


def test_files_of_duckdb_and_sqlite(session, tmp_path):
    with duckdb.connect(str(tmp_path / "a.duckdb")) as connection:
        connection.execute(
            "CREATE TABLE t AS SELECT * FROM (VALUES ('Nörth', 20, 'a, b'), ('South', 200, '')) v(name, users, note)"
        )
    connection = sqlite3.connect(tmp_path / "a.db")
    connection.execute("CREATE TABLE t (name, users, note)")
    connection.executemany("INSERT INTO t VALUES (?, ?, ?)", [("Nörth", 20, "a, b"), ("South", 200, None)])
    connection.execute("CREATE TABLE other (name)")
    connection.commit()
    connection.close()
    assert rows_of(session, tmp_path / "a.duckdb") == (ROWS, [])
    assert rows_of(session, tmp_path / "a.db", table="t") == (ROWS, [])
    assert str(rows_of(session, tmp_path / "a.db")[1][0]) == (
        f"{tmp_path}/a.db: table: found 2 tables and no `table`; expected `table: NAME`, one of t, other"
    )
    assert "unknown table `tt`; did you mean `t`?" in str(rows_of(session, tmp_path / "a.db", table="tt")[1][0])


def test_nothing_is_written_into_a_database(session, tmp_path):
    path = tmp_path / "a.duckdb"
    with duckdb.connect(str(path)) as connection:
        connection.execute("CREATE TABLE t AS SELECT 1 AS name")
    before = path.read_bytes()
    assert rows_of(session, path, ("name",)) == ([("1",)], [])
    assert path.read_bytes() == before


def test_columns_that_are_missing_or_twice_are_named_all_at_once(session, tmp_path):
    path = tmp_path / "a.csv"
    path.write_text("name,user,name\nNorth,20,x\n")
    said = [str(problem) for problem in rows_of(session, path)[1]]
    assert [text.removeprefix(f"{path}:1: ") for text in said] == [
        "unknown column `users`; did you mean `user`? (known: name, user, name)",
        "unknown column `note` (known: name, user, name)",
        "duplicate column `name`; it is column 1 and 3: leave one of them",
    ]


def truncated_parquet() -> bytes:
    sink = io.BytesIO()
    pq.write_table(pa.table({"name": ["x"] * 1000, "users": ["x"] * 1000, "note": ["x"] * 1000}), sink)
    return sink.getvalue()[:-100]


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "found an empty file"),
        (b"\n\n", "found an empty file"),
        (gzip.compress(b"", mtime=0), "found an empty file"),
        (truncated_parquet(), "cannot read the file"),
        (gzip.compress(b"name,users,note\n" + b"1,2,3\n" * 90_000)[:-50], "cannot read the file"),
        (b'name,users,note\n"secret@person.example,2\n', "cannot read the file: CSV Error on Line: 2"),
        (b"name,users,note\nsecret@person.example,2\n", "CSV Error on Line: 2 Expected Number of Columns: 3 Found: 2"),
        (b'{"name": 1}\n{"name": \n', "cannot read the file: Malformed JSON"),
        (b"name,users,note\nN\xff,2,3\n", "UTF-8"),
        (b"%PDF-1.7\n", "a PDF is not supported"),
        (b"PK\x03\x04 no archive", "not valid as an Excel workbook"),
        (b"<html>", "a web page"),
    ],
)
def test_what_cannot_be_read_is_a_sentence_without_the_row(session, tmp_path, data, said):
    path = tmp_path / "a.csv"
    path.write_bytes(data)
    rows, problems = rows_of(session, path)
    assert rows == []
    text = " ".join(map(str, problems))
    assert said in text
    assert "secret" not in text
    assert "\n" not in text


def test_a_file_that_is_not_there_and_a_folder(session, tmp_path):
    assert "file not found" in str(rows_of(session, tmp_path / "none.csv")[1][0])
    assert "found a folder; expected a file" in str(rows_of(session, tmp_path)[1][0])


@pytest.mark.parametrize("name", ["a'b.csv", "a*[1].csv", 'a"; DROP TABLE t;.csv'])
def test_the_name_of_a_file_is_no_sql(session, tmp_path, name):
    (tmp_path / name).write_text(TEXT)
    assert rows_of(session, tmp_path / name) == (ROWS, [])


def test_the_name_of_a_column_is_no_sql(session, tmp_path):
    name = "a'); DROP TABLE t; --"
    pq.write_table(pa.table({name: ["x"], 'b"': ["y"]}), tmp_path / "a.parquet")
    assert rows_of(session, tmp_path / "a.parquet", (name, 'b"')) == ([("x", "y")], [])
    (tmp_path / "a.jsonl").write_text('{"a\'b": 1, "c": {"d\\"e": 2}}\n')
    assert rows_of(session, tmp_path / "a.jsonl", ("a'b", 'c.d"e')) == ([("1", "2")], [])


@pytest.mark.parametrize(
    ("address", "said"),
    [
        ("postgres://ada:secret@localhost/shop", "a password in an address is not allowed here"),
        ("postgres://localhost/shop?password=secret", "a password in an address is not allowed here"),
        ("mysql://ada:secret@localhost/shop", "the address `mysql://localhost/shop` is not supported"),
    ],
)
def test_addresses_with_passwords_and_of_other_kinds_are_refused(session, address, said):
    text = str(rows_of(session, address)[1][0])
    assert said in text
    assert "secret" not in text


def test_a_server_that_is_away_or_an_extension_that_is_not_there_is_a_sentence(session, monkeypatch):
    def run(self, sql, label, values=()):
        raise InputError([Problem(label, None, None, "no route to the host", "")])

    monkeypatch.setattr(DuckDBSession, "run", run)
    said = str(rows_of(session, "postgres://localhost:1/shop", table="events")[1][0])
    assert "DuckDB's extension for Postgres cannot be loaded here is not supported; export the table as CSV" in said


def test_without_duckdb_it_is_said_how_to_install_it(monkeypatch):
    monkeypatch.setitem(sys.modules, "duckdb", None)
    with pytest.raises(NoDuckDBError, match=r'pip install "forecast\[fit\]"') as caught, duckdb_session():
        pass
    assert caught.value.exit_status == 2
