"""How does a flat table become a file?  CSV that no spreadsheet takes for formulas, or Parquet with types."""

from __future__ import annotations

import csv
import io
import math
from datetime import date

from forecast.finance.facts import Sheet, Value
from forecast.results.tidy import safe

CENTS = 2  # decimals of money; everything else has as many as it needs


def csv_bytes(sheet: Sheet) -> bytes:
    """The table as UTF-8 CSV; dates as 2026-01-31, an apostrophe before a text that looks like a formula."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(sheet.header)
    unit = sheet.header.index("unit") if sheet.header[-1] == "value" else -1
    for row in sheet.rows:
        money = unit >= 0 and row[unit] == "money"
        writer.writerow([*map(written, row[:-1]), written_money(row[-1]) if money else written(row[-1])])
    return text.getvalue().encode()


def written(value: Value) -> str:
    """A value as text."""
    if isinstance(value, str):
        return safe(value.replace("\0", " "))
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, float):
        assert math.isfinite(value)
        return str(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value)
    return str(value)


def written_money(value: Value) -> str:
    """Money in cents where it is whole cents, as it is where a quotient is finer."""
    assert isinstance(value, float)
    assert math.isfinite(value)
    short = f"{value:.{CENTS}f}"
    return short if float(short) == value else repr(value)


def parquet_bytes(sheet: Sheet) -> bytes:
    """The table as Parquet; dates are dates, the same bytes for the same rows."""
    import pyarrow as pa  # noqa: PLC0415  # the workbook needs none of it
    import pyarrow.parquet as pq  # noqa: PLC0415

    columns = {name: pa.array(column_of(sheet, place)) for place, name in enumerate(sheet.header)}
    sink = pa.BufferOutputStream()
    pq.write_table(pa.table(columns), sink, version="2.6", compression="zstd", compression_level=3)
    data: bytes = sink.getvalue().to_pybytes()
    return data


def column_of(sheet: Sheet, place: int) -> list[Value | None]:
    """One column; an empty text among numbers is null."""
    values = [row[place] for row in sheet.rows]
    numbers = any(not isinstance(value, str) for value in values)
    return [None if numbers and value == "" else value for value in values]
