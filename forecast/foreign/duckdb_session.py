"""A DuckDB database in a temporary folder: it reads exports of any size within a bounded memory, and nothing else.

DuckDB is an extra (`pip install "forecast[fit]"`), imported when a session is opened.  What a file holds is a value or
an identifier in quotes here, never a part of SQL.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from forecast.errors import ForecastError, InputError, Problem, ProblemKind

if TYPE_CHECKING:
    import pyarrow as pa

MEMORY = "2GiB"  # of DuckDB; what is more goes to the temporary folder
NO_DUCKDB = 'this needs DuckDB, which is not installed: pip install "forecast[fit]"'
LONGEST_REASON = 160


class NoDuckDBError(ForecastError):
    """The extra with DuckDB is not installed."""

    exit_status = 2


@dataclass(frozen=True)
class DuckDBSession:
    """An open database: its connection, and the folder for what does not fit into memory."""

    connection: Any
    folder: Path

    def run(self, sql: str, label: str, values: Sequence[object] = ()) -> None:
        """Execute SQL; raises InputError, with the file's label, where a file turns out not to be readable."""
        import duckdb  # noqa: PLC0415  # an extra

        try:
            self.connection.execute(sql, list(values))
        except (duckdb.ParserException, duckdb.BinderException, duckdb.CatalogException):
            raise  # the SQL is wrong, and not the file
        except duckdb.Error as error:
            raise InputError([_unreadable(label, error)]) from None

    def rows(self, sql: str, values: Sequence[object] = ()) -> list[tuple[Any, ...]]:
        """The rows of a query on tables of the session."""
        found: list[tuple[Any, ...]] = self.connection.execute(sql, list(values)).fetchall()
        return found

    def value(self, sql: str, values: Sequence[object] = ()) -> Any:
        """The one value of a query on tables of the session."""
        return self.rows(sql, values)[0][0]

    def table(self, name: str, columns: Mapping[str, Sequence[object]]) -> None:
        """Make a table of columns of Python's values."""
        import pyarrow as pa  # noqa: PLC0415  # slow, and only here

        self.connection.register("values_of_python", pa.table({key: list(cells) for key, cells in columns.items()}))
        self.connection.execute(f"CREATE OR REPLACE TABLE {name} AS SELECT * FROM values_of_python")
        self.connection.unregister("values_of_python")

    def new_name(self, start: str) -> str:
        """A name that no table and no file of the session has."""
        return f"{start}_{self.value('SELECT nextval($$numbers$$)')}"

    def arrow(self, sql: str) -> pa.Table:
        """The rows of a query on tables of the session, as an Arrow table."""
        return self.connection.sql(sql).to_arrow_table()


@contextmanager
def duckdb_session(memory: str = MEMORY) -> Iterator[DuckDBSession]:
    """Open a database in a temporary folder that is gone afterwards; raises NoDuckDBError without DuckDB."""
    try:
        import duckdb  # noqa: PLC0415  # an extra
    except ImportError:
        raise NoDuckDBError(NO_DUCKDB) from None
    with tempfile.TemporaryDirectory(prefix="forecast-") as name:
        folder = Path(name)
        settings = {
            "memory_limit": memory,
            "temp_directory": str(folder / "spill"),
            "autoinstall_known_extensions": "false",
            "autoload_known_extensions": "false",
        }
        connection = duckdb.connect(str(folder / "exports.duckdb"), config=settings)
        try:
            connection.execute("SET TimeZone = 'UTC'")
            connection.execute("SET enable_progress_bar = false")
            connection.execute("CREATE SEQUENCE numbers")
            yield DuckDBSession(connection, folder)
        finally:
            connection.close()


def identifier(name: str) -> str:
    """A name as SQL.

    >>> identifier('a "b"')
    '"a ""b""\"'
    """
    return '"' + name.replace('"', '""') + '"'


def literal(text: str) -> str:
    """A text as SQL.

    >>> literal("O'Hara")
    "'O''Hara'"
    """
    return "'" + text.replace("'", "''") + "'"


def _unreadable(label: str, error: Exception) -> Problem:
    """What DuckDB says of a file, in a sentence without the row that it quotes: exports hold personal data."""
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    kept = [line for line in lines if not line.startswith(("Original Line", "Possible", "*", "LINE", "^", "file ="))]
    said = " ".join(kept[:3]).removeprefix("Invalid Input Error: ").removeprefix("IO Error: ")
    number = next((word.rstrip(".") for word in said.split() if word.rstrip(".").isdigit()), "")
    line = int(number) if said.startswith("CSV Error on Line") and number else None
    return Problem(label, line, None, said[:LONGEST_REASON], "", kind=ProblemKind.CANNOT_READ)
