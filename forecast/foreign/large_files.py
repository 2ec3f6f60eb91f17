"""What an export file is and how DuckDB scans it: CSV, JSON lines, Parquet, Excel, a database; each with its columns.

A scan is text of SQL: nothing of the file is in memory before a table is made of it (`large_tables`).
"""

from __future__ import annotations

import codecs
import gzip
import json
import shutil
import zipfile
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import pyarrow as pa

from forecast.errors import Problem, ProblemKind, ReportProblem
from forecast.foreign.delimited import delimited_rows
from forecast.foreign.duckdb_session import DuckDBSession, identifier, literal
from forecast.foreign.encoding import BYTE_ORDER_MARKS, read_delimited_text
from forecast.foreign.table import AS_IT_IS, FileForm, ForeignTable, read_table
from forecast.foreign.workbook import SIGNATURE as ZIP

GZIP, PARQUET = b"\x1f\x8b", b"PAR1"
HEAD = 1 << 18  # bytes that tell what a file is and hold its header
LARGEST_OBJECT = 16 << 20
SAMPLED_OBJECTS = 1000  # of JSON lines, to know the keys
MOST_MEMBERS = 100_000  # files in a ZIP of exports
MEMBERS = (".json", ".json.gz", ".jsonl", ".jsonl.gz", ".ndjson", ".csv", ".csv.gz")
LARGEST_WORKBOOK = 256 << 20
OBJECT = "json"  # the column that DuckDB puts an object of JSON lines into


@dataclass(frozen=True)
class Scan:
    """A file as DuckDB reads it: SQL of its rows, its columns and how each is called there.

    `types` has the types of columns that are no text; `decimal_comma` as in ForeignTable.
    """

    label: str
    relation: str
    columns: Mapping[str, str]  # by name: SQL
    line: str = "row_number() OVER () + 1"
    types: Mapping[str, str] = field(default_factory=dict)
    header: tuple[str, ...] = ()  # with names that stand there twice
    header_line: int = 1
    decimal_comma: bool = False
    objects: bool = False  # rows are objects: each may have other keys

    def has(self, name: str) -> bool:
        """Whether there is such a column, or such a key inside one (`properties.time`)."""
        return name in self.columns or self.objects or self._outer(name) is not None

    def text(self, name: str) -> str:
        """SQL of a column's cells as texts without spaces around them, null where empty."""
        if name in self.columns:
            cell = self.columns[name]
            return f"nullif(trim(CAST({cell} AS VARCHAR)), '')"
        outer = None if self.objects else self._outer(name)
        if outer is None:
            direct, start = _json_text(OBJECT, name), name.partition(".")[0]
            if start != name:  # an object may also stand there as a text that holds one
                inner = _json_text(f"try_cast({_json_text(OBJECT, start)} AS JSON)", name.removeprefix(f"{start}."))
                direct = f"coalesce({direct}, {inner})"
            return f"nullif(trim({direct}), '')"
        nested = f"CAST(to_json({self.columns[outer]}) AS VARCHAR)" if outer in self.types else self.columns[outer]
        return f"nullif(trim({_json_text(f'try_cast({nested} AS JSON)', name.removeprefix(f'{outer}.'))}), '')"

    def report_missing(self, names: Iterable[str], report: ReportProblem) -> None:
        """Report each of these columns that is not there, or twice."""
        table = ForeignTable(self.label, self.header or tuple(self.columns), self.header_line, iter(()))
        for name in dict.fromkeys(names):
            if not self.has(name):
                table.report_missing(name, report)
        table.report_doubled(dict.fromkeys(names), report)

    def _outer(self, name: str) -> str | None:
        """The column that holds an object with the key: the longest part before a point that is a column."""
        parts = name.split(".")
        joined = (".".join(parts[:count]) for count in range(len(parts) - 1, 0, -1))
        return next((each for each in joined if each in self.columns), None)


def scans_of(
    path: Path, label: str, session: DuckDBSession, report: ReportProblem, form: FileForm = AS_IT_IS
) -> list[Scan]:
    """The scans of a file, several for a ZIP of exports; none after a problem."""
    head = _head(path, label, report)
    if head is None:
        return []
    if not head:
        _report_empty(label, report)
        return []
    if head.startswith(ZIP) and not _is_workbook(path):
        members = _unpacked(path, label, session, report)
        return [scan for name, member in members for scan in scans_of(member, name, session, report, form)]
    scan = _scan(path, label, head, session, report, form)
    return [scan] if scan else []


def _scan(
    path: Path, label: str, head: bytes, session: DuckDBSession, report: ReportProblem, form: FileForm
) -> Scan | None:
    """The scan of a file that is no archive."""
    if head.startswith(ZIP):
        return _workbook_scan(path, label, session, report, form)
    if head.startswith(PARQUET):
        return relation_scan(f"read_parquet({literal(str(path))})", label, session)
    packed = head.startswith(GZIP)
    if packed:
        unpacked = _unpacked_head(path, label, report)
        if not unpacked:
            if unpacked is not None:
                _report_empty(label, report)
            return None
        head = unpacked
    if _is_json(head):
        return _json_scan(path, label, session, "gzip" if packed else "none")
    mark = next((mark for mark in BYTE_ORDER_MARKS if head.startswith(mark)), b"")
    encoding = BYTE_ORDER_MARKS.get(mark) or form.encoding or "utf-8"
    if encoding != "utf-8":
        path, head, packed = _as_utf8(path, mark, encoding, session, packed=packed), b"", False
        with path.open("rb") as file:
            head = file.read(HEAD)
    return _csv_scan(path, label, head, report, "gzip" if packed else "none")


def _head(path: Path, label: str, report: ReportProblem) -> bytes | None:
    """The first bytes of a file; None after a problem."""
    try:
        with path.open("rb") as file:
            return file.read(HEAD)
    except IsADirectoryError:
        report(Problem(label, None, None, "a folder", "a file"))
    except FileNotFoundError:
        report(Problem(label, None, None, label, "give a file that exists", kind=ProblemKind.NOT_FOUND))
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or "no file can have this name"
        report(Problem(label, None, None, reason, "a file that can be read", kind=ProblemKind.CANNOT_READ))
    return None


def _report_empty(label: str, report: ReportProblem) -> None:
    report(Problem(label, None, None, "an empty file", "a line of column names, then a line for each row"))


def _unpacked_head(path: Path, label: str, report: ReportProblem) -> bytes | None:
    """The first bytes of what is compressed in a file; None after a problem."""
    try:
        with gzip.open(path) as file:
            return file.read(HEAD)
    except (OSError, EOFError) as error:
        report(Problem(label, None, None, str(error) or "a cut file", "", kind=ProblemKind.CANNOT_READ))
        return None


def _is_workbook(path: Path) -> bool:
    """Whether a ZIP is an Excel workbook."""
    try:
        with zipfile.ZipFile(path) as archive:
            return "[Content_Types].xml" in archive.namelist()
    except (zipfile.BadZipFile, OSError, ValueError):
        return True  # the reader of workbooks says what is wrong


def _unpacked(path: Path, label: str, session: DuckDBSession, report: ReportProblem) -> list[tuple[str, Path]]:
    """The exports in a ZIP, each as a file of the session's folder, in the order of their names."""
    found: list[tuple[str, Path]] = []
    folder = session.folder / session.new_name("zip")
    folder.mkdir()
    try:
        with zipfile.ZipFile(path) as archive:
            names = sorted(name for name in archive.namelist() if name.lower().endswith(MEMBERS))
            for number, name in enumerate(names[:MOST_MEMBERS]):
                member = folder / f"{number}"
                with archive.open(name) as source, member.open("wb") as target:
                    shutil.copyfileobj(source, target)
                found.append((f"{label}: {name}", member))
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError, RuntimeError) as error:
        report(Problem(label, None, None, str(error), "", kind=ProblemKind.CANNOT_READ))
        return []
    if not found or len(names) > MOST_MEMBERS:
        what = f"{len(names)} exports in a ZIP" if found else "a ZIP without an export"
        report(Problem(label, None, None, what, f"1 to {MOST_MEMBERS} files that end in {', '.join(MEMBERS)}"))
        return []
    return found


def _is_json(head: bytes) -> bool:
    """Whether a text is JSON lines: an object on each line."""
    return head.removeprefix(b"\xef\xbb\xbf").lstrip().startswith(b"{")


def _as_utf8(path: Path, mark: bytes, encoding: str, session: DuckDBSession, *, packed: bool) -> Path:
    """The text as a file in UTF-8 in the session's folder; what is no such text stands there as U+FFFD."""
    target = session.folder / session.new_name("text")
    with gzip.open(path) if packed else path.open("rb") as source:
        source.read(len(mark))
        reader = codecs.getreader(encoding)(source, "replace")
        with target.open("w", encoding="utf-8", newline="") as file:
            shutil.copyfileobj(reader, file)
    return target


def _csv_scan(path: Path, label: str, head: bytes, report: ReportProblem, compression: str) -> Scan | None:
    """The scan of a text whose header is found as in smaller tables."""
    whole = len(head) < HEAD
    text = read_delimited_text(head if whole else head[: head.rfind(b"\n") + 1], label, report)
    if text is None:
        return None
    ignored: list[Problem] = []
    delimiter, rows = delimited_rows(text, label, ignored.append)
    line, cells = next(rows, (1, []))
    header = tuple(cell.strip() for cell in cells)
    if not any(header):
        _report_empty(label, report)
        return None
    names = [f"c{place}" for place in range(len(header))]
    types = ", ".join(f"{literal(name)}: 'VARCHAR'" for name in names)
    form = f"delim = {literal(delimiter)}, quote = '\"', escape = '\"', compression = {literal(compression)}"
    start = f"header = true, skip = {line - 1}"
    relation = f"read_csv({literal(str(path))}, auto_detect = false, {start}, {form}, columns = {{{types}}})"
    columns = {name: place for name, place in zip(header, names, strict=True) if name}
    return Scan(
        label,
        relation,
        columns,
        f"row_number() OVER () + {line}",
        header=header,
        header_line=line,
        decimal_comma=delimiter in ";\t",
    )


def _json_scan(path: Path, label: str, session: DuckDBSession, compression: str) -> Scan:
    """The scan of JSON lines: one column with the object, and the keys of the first objects."""
    form = f"compression = {literal(compression)}, maximum_object_size = {LARGEST_OBJECT}"
    relation = f"read_ndjson_objects({literal(str(path))}, {form})"
    sample = f"(SELECT json FROM {relation} LIMIT {SAMPLED_OBJECTS})"
    session.run(
        f"CREATE OR REPLACE TEMP TABLE keys AS SELECT DISTINCT unnest(json_keys(json)) AS k FROM {sample}", label
    )
    keys = [key for (key,) in session.rows("SELECT k FROM keys ORDER BY k")]
    columns = {key: _json_text(OBJECT, key) for key in keys}
    return Scan(label, relation, columns, "row_number() OVER ()", header=tuple(keys), objects=True)


def _json_text(value: str, path: str) -> str:
    """SQL of the text at a path of keys in JSON."""
    steps = "".join(f".{json.dumps(key, ensure_ascii=False)}" for key in path.split("."))
    return f"json_extract_string({value}, {literal('$' + steps)})"


def relation_scan(relation: str, label: str, session: DuckDBSession) -> Scan:
    """The scan of what has columns with types; a row has its number, as it has no line."""
    session.run(f"CREATE OR REPLACE TEMP TABLE described AS SELECT * FROM {relation} LIMIT 0", label)
    described = session.rows("DESCRIBE described")
    columns = {name: identifier(name) for name, *_ in described}
    types = {name: kind for name, kind, *_ in described if kind != "VARCHAR"}
    return Scan(label, relation, columns, "row_number() OVER ()", types, tuple(columns))


def _workbook_scan(
    path: Path, label: str, session: DuckDBSession, report: ReportProblem, form: FileForm
) -> Scan | None:
    """The scan of a workbook's sheet, which is small enough to be read whole."""
    if path.stat().st_size > LARGEST_WORKBOOK:
        found, limit = "a workbook that is too large", f"{LARGEST_WORKBOOK} bytes; save it as CSV"
        report(Problem(label, None, None, found, limit, kind=ProblemKind.OVER_LIMIT))
        return None
    table = read_table(path.read_bytes(), label, report, form)
    if table is None:
        return None
    rows = list(table.rows)
    name = session.new_name("sheet")
    places = [f"c{place}" for place in range(len(table.header))]
    data = {"line": pa.array([line for line, _ in rows], pa.int64())}
    for place, column in enumerate(places):
        data[column] = pa.array([cells[place] for _, cells in rows], pa.string())
    session.connection.register(f"{name}_rows", pa.table(data))
    session.run(f"CREATE TABLE {name} AS SELECT * FROM {name}_rows", label)
    session.connection.unregister(f"{name}_rows")
    columns = {column: place for column, place in zip(table.header, places, strict=True) if column}
    return Scan(label, name, columns, "line", header=table.header, header_line=table.header_line)
