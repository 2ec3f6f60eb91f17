"""Is a file there whole or not at all, whatever happens?"""

from __future__ import annotations

import hashlib
from contextlib import suppress
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from forecast.files import (
    ParquetSink,
    is_temporary,
    lock,
    remove_temporaries,
    replacing,
    sha256_of,
    staging,
    temporary_path,
    write_bytes,
    write_text,
)

ROWS = pa.table({"name": ["a", "a"], "value": [1.0, float("nan")]})


def test_text_is_written_as_it_is(tmp_path: Path) -> None:
    write_text(tmp_path / "a.txt", "ä\n")
    assert (tmp_path / "a.txt").read_bytes() == "ä\n".encode()
    assert sha256_of(tmp_path / "a.txt") == hashlib.sha256("ä\n".encode()).hexdigest()
    assert [path.name for path in tmp_path.iterdir()] == ["a.txt"]


def test_a_failed_writing_leaves_the_old_file_and_nothing_else(tmp_path: Path) -> None:
    write_bytes(tmp_path / "a", b"old")
    with suppress(ZeroDivisionError), replacing(tmp_path / "a") as temporary:
        temporary.write_bytes(b"half")
        raise ZeroDivisionError
    assert (tmp_path / "a").read_bytes() == b"old"
    assert len(list(tmp_path.iterdir())) == 1


def test_a_staging_folder_disappears_with_what_is_left_in_it(tmp_path: Path) -> None:
    with suppress(ZeroDivisionError), staging(tmp_path / "run") as folder:
        (folder / "deep").mkdir()
        (folder / "deep" / "file").touch()
        raise ZeroDivisionError
    assert list(tmp_path.iterdir()) == []


def test_files_are_prepared_on_the_disk_of_a_folder_that_is_there(tmp_path: Path) -> None:
    """A mounted folder is another disk than the one around it: nothing can be renamed from there into it."""
    with staging(tmp_path) as folder:
        assert folder.parent == tmp_path
        assert is_temporary(folder)
    assert list(tmp_path.iterdir()) == []


def test_a_table_has_its_name_only_when_it_is_complete(tmp_path: Path) -> None:
    sink = ParquetSink(tmp_path / "t.parquet", ROWS.schema, ["name"])
    sink.write(ROWS)
    assert not (tmp_path / "t.parquet").exists()
    sink.write(ROWS)
    sink.close()
    sink.abandon()
    assert [path.name for path in tmp_path.iterdir()] == ["t.parquet"]
    file = pq.ParquetFile(tmp_path / "t.parquet")
    assert (file.num_row_groups, file.metadata.num_rows) == (2, 4)
    assert "RLE_DICTIONARY" in file.metadata.row_group(0).column(0).encodings
    assert "RLE_DICTIONARY" not in file.metadata.row_group(0).column(1).encodings


def test_an_abandoned_table_leaves_nothing(tmp_path: Path) -> None:
    sink = ParquetSink(tmp_path / "t.parquet", ROWS.schema, [])
    sink.write(ROWS)
    sink.abandon()
    assert list(tmp_path.iterdir()) == []


def test_the_same_rows_give_the_same_bytes(tmp_path: Path) -> None:
    for name in ("a", "b"):
        sink = ParquetSink(tmp_path / name, ROWS.schema, ["name"])
        sink.write(ROWS)
        sink.close()
    assert (tmp_path / "a").read_bytes() == (tmp_path / "b").read_bytes()


def test_a_lock_is_one_process_s_and_goes_with_it(tmp_path: Path) -> None:
    with lock(tmp_path / "lock") as first, lock(tmp_path / "lock") as second:
        assert (first, second) == (True, False)
    with lock(tmp_path / "lock") as again:
        assert again


def test_only_what_a_killed_process_left_of_a_name_is_swept(tmp_path: Path) -> None:
    temporary_path(tmp_path / "a.json").touch()
    (temporary_path(tmp_path / "b") / "deep").mkdir(parents=True)
    kept = {"a.json", "b", ".a.json.partial", ".a.json.0a1b2c.partial", ".aXjson.0123456789ab.partial"}
    kept.add(temporary_path(tmp_path / "other").name)
    for name in kept:
        (tmp_path / name).touch()
    remove_temporaries(tmp_path, ("a.json", "b"))
    assert {path.name for path in tmp_path.iterdir()} == kept


def test_whoever_reads_the_old_file_goes_on_reading_it(tmp_path: Path) -> None:
    """The new file takes the old one's name, not its place: at no moment is there half of it."""
    write_bytes(tmp_path / "a", b"old")
    with (tmp_path / "a").open("rb") as reader:
        write_bytes(tmp_path / "a", b"new")
        assert reader.read() == b"old"
    assert (tmp_path / "a").read_bytes() == b"new"
