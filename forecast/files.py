"""Writing files whole or not at all: a temporary file beside, fsync, rename.

The one place of the package that writes.  Knows bytes, texts and tables; not what they mean.
"""

from __future__ import annotations

import hashlib
import os
import re
import secrets
import shutil
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

if sys.platform != "win32":
    import fcntl

if TYPE_CHECKING:
    import pyarrow as pa

PARTIAL = ".partial"  # the end of every temporary name
CHUNK = 1 << 20


def temporary_path(path: Path) -> Path:
    """A new hidden name in the folder of `path`, for what is to become `path`."""
    return path.parent / f".{path.name}.{secrets.token_hex(6)}{PARTIAL}"


def is_temporary(path: Path) -> bool:
    """Whether it has a name from `beside`: something that is not finished, or never was."""
    return path.name.startswith(".") and path.name.endswith(PARTIAL)


def remove_temporaries(folder: Path, names: Iterable[str]) -> None:
    """Remove what a killed process left of these names in a folder."""
    of_names = re.compile(rf"\.(?:{'|'.join(map(re.escape, names))})\.[0-9a-f]{{12}}{re.escape(PARTIAL)}")
    for path in folder.iterdir():
        if of_names.fullmatch(path.name):
            shutil.rmtree(path) if path.is_dir() else path.unlink()


@contextmanager
def lock(path: Path) -> Iterator[bool]:
    """A block in which no other process has the lock; False when one has it.

    Where a system or a disk knows no locks, nobody has it.
    """
    if sys.platform == "win32":
        yield True
        return
    with path.open("ab") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield False
            return
        except OSError:
            pass
        yield True


@contextmanager
def replacing(path: Path) -> Iterator[Path]:
    """A temporary name beside `path`: the file there becomes `path` if the block ends well, else it is removed."""
    temporary = temporary_path(path)
    try:
        yield temporary
        flush(temporary)
        temporary.replace(path)
        flush(path.parent)
    finally:
        temporary.unlink(missing_ok=True)


def write_bytes(path: Path, data: bytes) -> None:
    """Write a file of exactly these bytes."""
    with replacing(path) as temporary:
        temporary.write_bytes(data)


def write_text(path: Path, text: str) -> None:
    """Write a file of this text as UTF-8, its line ends as they are."""
    write_bytes(path, text.encode())


def flush(path: Path) -> None:
    """Wait until the file or folder has reached the disk, where the system can promise that."""
    if os.name == "nt":  # folders cannot be opened there, and files need a writable handle
        return
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def sha256_of(path: Path) -> str:
    """The SHA-256 of a file, in hexadecimal digits."""
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while chunk := file.read(CHUNK):
            digest.update(chunk)
    return digest.hexdigest()


@contextmanager
def staging(target: Path) -> Iterator[Path]:
    """A new folder to prepare the files of `target` in; whatever is left in it at the end is removed.

    It lies beside `target`, or in it where `target` is there: that may be a disk of its own, onto which nothing can be
    renamed from outside.
    """
    if target.is_dir():
        folder = temporary_path(target / "new")
    else:
        target.parent.mkdir(parents=True, exist_ok=True)
        folder = temporary_path(target)
    folder.mkdir()
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


class ParquetSink:
    """A Parquet file that grows by row groups; it has its name only when `close` was reached."""

    def __init__(self, path: Path, schema: pa.Schema, encoded: list[str]) -> None:
        """Open it; the columns `encoded` are dictionary-encoded, the others plain."""
        import pyarrow.parquet as pq  # noqa: PLC0415  # half of the time of `--help`

        self.path = path
        self.temporary = temporary_path(path)
        self.writer: Any = pq.ParquetWriter(
            self.temporary,
            schema,
            version="2.6",
            compression="zstd",
            compression_level=3,
            use_dictionary=encoded,
            write_statistics=True,
            data_page_version="1.0",
        )

    def write(self, table: pa.Table) -> None:
        """Write the table as one row group."""
        self.writer.write_table(table, row_group_size=max(1, table.num_rows))

    def close(self) -> None:
        """Complete the file and give it its name."""
        self.writer.close()
        flush(self.temporary)
        self.temporary.replace(self.path)

    def abandon(self) -> None:
        """Remove the file and all that is left of it."""
        with suppress(OSError):
            self.writer.close()
        self.temporary.unlink(missing_ok=True)
