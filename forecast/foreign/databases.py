"""Tables of databases as DuckDB scans them, read-only: a DuckDB file, an SQLite file, a Postgres address.

Who may read a Postgres database is said by the environment (PGUSER, PGPASSWORD, PGPASSFILE), as for psql; an address
with a password is refused, so that none comes into a file or a message.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Collection, Sequence
from itertools import islice
from pathlib import Path
from urllib.parse import SplitResult, urlsplit

import pyarrow as pa

from forecast.errors import InputError, Problem, ProblemKind, ReportProblem, listed, nearest, quoted
from forecast.foreign.duckdb_session import DuckDBSession, identifier, literal
from forecast.foreign.large_files import Scan, relation_scan

POSTGRES = ("postgres", "postgresql")
SQLITE_SIGNATURE = b"SQLite format 3\0"
DUCKDB_SIGNATURE, DUCKDB_PLACE = b"DUCK", 8
ROWS_AT_ONCE = 50_000
PASSWORD_ELSEWHERE = "put the password into the environment: PGPASSWORD=... (and PGUSER)"  # noqa: S105  # says where


def is_address(text: str) -> bool:
    """Whether a text is the address of something on a network, such as `postgres://host/database`."""
    return "://" in text


def database_kind(path: Path) -> str | None:
    """`duckdb` or `sqlite` for the file of such a database; None for another one, or where there is none."""
    try:
        with path.open("rb") as file:
            head = file.read(16)
    except (OSError, ValueError):
        return None
    if head == SQLITE_SIGNATURE:
        return "sqlite"
    return "duckdb" if head[DUCKDB_PLACE:].startswith(DUCKDB_SIGNATURE) else None


def database_scan(
    path: Path, label: str, table: str | None, session: DuckDBSession, report: ReportProblem
) -> Scan | None:
    """The scan of a table in the file of a database; None after a problem."""
    if database_kind(path) == "sqlite":
        return _sqlite_scan(path, label, table, session, report)
    name = session.new_name("file")
    session.run(f"ATTACH {literal(str(path))} AS {name} (READ_ONLY)", label)
    return _attached_scan(name, label, table, session, report)


def postgres_scan(address: str, table: str | None, session: DuckDBSession, report: ReportProblem) -> Scan | None:
    """The scan of a table of a Postgres database; None after a problem."""
    parts = urlsplit(address)
    label = _without_secrets(parts)
    if parts.scheme not in POSTGRES:
        allowed = "a file, or an address such as `postgres://host:5432/database`"
        report(Problem(None, None, None, f"the address {quoted(label)}", allowed, kind=ProblemKind.NOT_SUPPORTED))
        return None
    if parts.password is not None or "password" in parts.query:
        report(Problem(label, None, None, "a password in an address", PASSWORD_ELSEWHERE, kind=ProblemKind.NOT_ALLOWED))
        return None
    try:
        session.run("INSTALL postgres", label)
        session.run("LOAD postgres", label)
    except InputError:
        found = "DuckDB's extension for Postgres cannot be loaded here"
        advice = "export the table as CSV or Parquet, or run `INSTALL postgres` in DuckDB where it may be downloaded"
        report(Problem(label, None, None, found, advice, kind=ProblemKind.NOT_SUPPORTED))
        return None
    name = session.new_name("server")
    session.run(f"ATTACH {literal(_connection_words(parts))} AS {name} (TYPE postgres, READ_ONLY)", label)
    return _attached_scan(name, label, table, session, report)


def _without_secrets(parts: SplitResult) -> str:
    """An address as messages show it: host and database."""
    return f"{parts.scheme}://{parts.hostname or ''}{parts.path}"


def _connection_words(parts: SplitResult) -> str:
    """The words of a connection that an address has; the others come from the environment."""
    words = {"host": parts.hostname, "port": parts.port, "dbname": parts.path.strip("/"), "user": parts.username}
    quotes = {name: str(word).replace("\\", "\\\\").replace("'", "\\'") for name, word in words.items() if word}
    return " ".join(f"{name}='{word}'" for name, word in quotes.items())


def _attached_scan(
    name: str, label: str, table: str | None, session: DuckDBSession, report: ReportProblem
) -> Scan | None:
    """The scan of a table of an attached database."""
    sql = "SELECT table_schema, table_name FROM information_schema.tables WHERE table_catalog = ? ORDER BY ALL"
    found = session.rows(sql, [name])
    names = {each: (schema, each) for schema, each in found} | {
        f"{schema}.{each}": (schema, each) for schema, each in found
    }
    place = names.get(_chosen(label, table, [each for _, each in found], names, report) or "")
    if place is None:
        return None
    relation = ".".join(map(identifier, (name, *place)))
    return relation_scan(relation, f"{label}: {place[1]}", session)


def _chosen(
    label: str,
    table: str | None,
    tables: Sequence[str],
    names: Collection[str],
    report: ReportProblem,
) -> str | None:
    """The name of the table to read: the one that is asked for, or the only one."""
    if table is None and len(tables) == 1:
        return tables[0]
    if table in names:
        return table
    what = f"table {quoted(table)}" if table else f"{len(tables)} tables and no `table`"
    kind = ProblemKind.UNKNOWN if table else ProblemKind.WRONG_VALUE
    near = nearest(table, tables) if table else None
    allowed = listed(tables) if table else f"`table: NAME`, one of {listed(tables)}"
    report(Problem(label, None, "table", what, allowed, near, kind))
    return None


def _sqlite_scan(
    path: Path, label: str, table: str | None, session: DuckDBSession, report: ReportProblem
) -> Scan | None:
    """The scan of a table of an SQLite file, copied into the session as texts."""
    try:
        connection = sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)
        try:
            listing = connection.execute("SELECT name FROM sqlite_master WHERE type IN ('table', 'view')")
            tables = [name for (name,) in listing]
            chosen = _chosen(label, table, tables, tables, report)
            return None if chosen is None else _copied(connection, chosen, label, session)
        finally:
            connection.close()
    except sqlite3.Error as error:
        report(Problem(label, None, None, str(error), "", kind=ProblemKind.CANNOT_READ))
        return None


def _copied(connection: sqlite3.Connection, table: str, label: str, session: DuckDBSession) -> Scan:
    """A table of SQLite as a table of the session."""
    connection.text_factory = lambda data: data.decode("utf-8", "replace")
    rows = connection.execute(f"SELECT * FROM {identifier(table)}")
    columns = [name for name, *_ in rows.description]
    target = session.new_name("sqlite")
    places = [f"c{place}" for place in range(len(columns))]
    session.run(f"CREATE TABLE {target} ({', '.join(f'{place} VARCHAR' for place in places)})", label)
    while batch := list(islice(rows, ROWS_AT_ONCE)):
        texts = [[None if cell is None else str(cell) for cell in column] for column in zip(*batch, strict=True)]
        data = pa.table({place: pa.array(column, pa.string()) for place, column in zip(places, texts, strict=True)})
        session.connection.register("batch", data)
        session.run(f"INSERT INTO {target} SELECT * FROM batch", label)
        session.connection.unregister("batch")
    header = dict(zip(columns, places, strict=True))
    return Scan(f"{label}: {table}", target, header, "row_number() OVER ()", header=tuple(columns))
