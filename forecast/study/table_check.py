"""Whether the tables of a folder are those of its scenario: columns, types, rows, and no cell without a value.

Reads what a Parquet file says of itself at its end, and nothing else: the same time for any number of replications.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from forecast.errors import RunError, quoted
from forecast.model.parameters import Parameters
from forecast.study.folder import RUN
from forecast.study.table_columns import TextDictionaries, table_schemas

MAY_BE_NULL = ("source", "outcome", "reason", "lost_over")  # texts that some rows have not


def check_tables(folder: Path, parameters: Parameters, replications: int) -> None:
    """Raise RunError, with a sentence for each table that is not one of a run of so many replications."""
    schemas = table_schemas(parameters, TextDictionaries(parameters))
    months, pools = parameters.months, len(parameters.resources)
    rows = {
        "monthly": (months + 1) * len(parameters.rows),
        "accounts": len(parameters.account_segment),
        "resources": months * pools,
    }
    wrong = []
    for name, expected in schemas.items():
        path, of_each = folder / f"{name}.parquet", rows.get(name)
        found = next(_differences(path, expected, None if of_each is None else of_each * replications), None)
        if found is not None:
            wrong.append(f"{path} {found}: {RUN.remedy}")
    if wrong:
        raise RunError("\n".join(wrong))


def _differences(path: Path, expected: pa.Schema, rows: int | None) -> Iterator[str]:
    """In what a file differs from a table with these columns and rows (any number of rows for None)."""
    try:
        file = pq.ParquetFile(path)
    except (pa.ArrowException, OSError) as error:
        yield f"cannot be read ({error})"
        return
    there = {field.name: _plain(field.type) for field in file.schema_arrow}
    for field in expected:
        if there.get(field.name) != _plain(field.type):
            yield f"has no column {quoted(field.name)} of {_plain(field.type)}"
    if [*there] != expected.names:
        yield "has columns that no run writes, or in another order"
    if rows is not None and file.metadata.num_rows != rows:
        yield f"has {file.metadata.num_rows} rows, not {rows}"
    for name in _columns_with_gaps(file.metadata):
        if name not in MAY_BE_NULL:
            yield f"has rows without a value in {quoted(name)}"


def _plain(kind: Any) -> Any:
    """The type of a column's values, whether or not a dictionary holds them."""
    return kind.value_type if pa.types.is_dictionary(kind) else kind


def _columns_with_gaps(metadata: Any) -> Iterator[str]:
    """The columns of which a row group says that some cell has no value."""
    for group in range(metadata.num_row_groups):
        for place in range(metadata.num_columns):
            column = metadata.row_group(group).column(place)
            if column.statistics is not None and column.statistics.null_count:
                yield column.path_in_schema
