"""Row groups as pieces: a file put together from them is the file that pyarrow writes, byte for byte."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from forecast.files import ParquetSink
from forecast.parquet_groups import RowGroupSink, encode_row_group, read_row_group

ENCODED = ["name", "month"]


def rows_of(seed: int, count: int) -> pa.Table:
    """Rows of every kind of column; with many rows they take several pages."""
    random = np.random.default_rng(seed)
    places = random.integers(-1, 3, count)
    return pa.table(
        {
            "name": pa.DictionaryArray.from_arrays(
                pa.array(places.astype(np.int32), mask=places < 0), pa.array(["a", "b", "none has it"])
            ),
            "month": pa.array(np.arange(count, dtype=np.int32) % 36),
            "cents": pa.array(random.integers(-(10**12), 10**12, count)),
            "day": pa.array(np.where(random.random(count) < 0.5, np.nan, random.random(count))),
            "flag": pa.array(random.random(count) < 0.5),
        }
    )


@pytest.mark.parametrize("counts", [[], [1], [3, 500, 1], [200_000, 7], [2] * 40])
def test_a_file_of_pieces_is_the_file_that_pyarrow_writes(tmp_path: Path, counts: list[int]) -> None:
    tables = [rows_of(seed, count) for seed, count in enumerate(counts)]
    schema = rows_of(0, 1).schema
    ours, theirs = (
        RowGroupSink(tmp_path / "ours", schema, ENCODED),
        ParquetSink(tmp_path / "theirs", schema, ENCODED),
    )
    for rows in tables:
        ours.append(encode_row_group(rows, ENCODED))
        theirs.write(rows)
    assert not (tmp_path / "ours").exists()
    ours.close()
    theirs.close()
    assert (tmp_path / "ours").read_bytes() == (tmp_path / "theirs").read_bytes()
    assert pq.ParquetFile(tmp_path / "ours").num_row_groups == len(counts)


def test_the_rows_of_a_piece_are_read_again() -> None:
    rows = rows_of(1, 5000).drop_columns(["day"])  # NaN is equal to nothing
    assert read_row_group(encode_row_group(rows, ENCODED), rows.schema, ENCODED).equals(rows)


def test_an_abandoned_file_leaves_nothing(tmp_path: Path) -> None:
    sink = RowGroupSink(tmp_path / "t.parquet", rows_of(0, 1).schema, ENCODED)
    sink.append(encode_row_group(rows_of(0, 9), ENCODED))
    sink.abandon()
    assert list(tmp_path.iterdir()) == []
