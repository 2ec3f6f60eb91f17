"""The native tables as files of a folder: CSV or Parquet, with columns by name (docs/fit.md, 1)."""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet as pq

from forecast.errors import InputError, Problem, ProblemKind
from forecast.files import parquet_writer
from forecast.observed.native import TABLE_NAMES, observed_tables
from forecast.observed.tables import ObservedTables

FILE_FORMATS = ("csv", "parquet")


def read_folder(folder: Path, *, time_zone: str | None = None) -> ObservedTables:
    """The tables in a folder: `events.csv` or `events.parquet`, and so on; `teams` may be left out.

    Raises InputError with all that cannot be read.
    """
    paths = {name: _path_of(folder, name) for name in TABLE_NAMES}
    missing = [str(folder / f"{name}.csv") for name in TABLE_NAMES[:-1] if paths[name] is None]
    if missing:
        allowed, kind = "give each table as CSV or Parquet", ProblemKind.NOT_FOUND
        raise InputError([Problem(path, None, None, path, allowed, kind=kind) for path in missing])
    there = {name: path for name, path in paths.items() if path is not None}
    labels = {name: str(path) for name, path in there.items()}
    return observed_tables({name: _read(path) for name, path in there.items()}, labels=labels, time_zone=time_zone)


def table_bytes(table: pa.Table, file_format: str) -> bytes:
    """The bytes of a table as CSV or Parquet: the same for the same rows."""
    sink = pa.BufferOutputStream()
    if file_format == "csv":
        sink.write((",".join(table.column_names) + "\n").encode())  # of pyarrow it would be in quotation marks
        pyarrow.csv.write_csv(table, sink, pyarrow.csv.WriteOptions(include_header=False, quoting_style="needed"))
    else:
        texts = [field.name for field in table.schema if pa.types.is_string(field.type)]
        with parquet_writer(sink, table.schema, texts) as writer:
            writer.write_table(table)
    data: bytes = sink.getvalue().to_pybytes()
    return data


def _path_of(folder: Path, name: str) -> Path | None:
    """The file of a table, as CSV where there are both."""
    paths = (folder / f"{name}.{file_format}" for file_format in FILE_FORMATS)
    return next((path for path in paths if path.is_file()), None)


def _read(path: Path) -> pa.Table:
    """The columns of a file; those of CSV are texts."""
    try:
        if path.suffix == ".parquet":
            return pq.read_table(path)
        with pyarrow.csv.open_csv(path) as reader:
            names = reader.schema.names
        options = pyarrow.csv.ConvertOptions(column_types=dict.fromkeys(names, pa.string()), null_values=[])
        return pyarrow.csv.read_csv(path, convert_options=options)
    except (pa.ArrowInvalid, OSError) as error:
        raise InputError([Problem(str(path), None, None, str(error), "", kind=ProblemKind.CANNOT_READ)]) from None
