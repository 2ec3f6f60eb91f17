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
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

if sys.platform != "win32":
    import fcntl

if TYPE_CHECKING:
    import pyarrow as pa

SCRATCH = "forecast"  # the name of temporary folders outside of any run
PARTIAL = ".partial"  # the end of every temporary name
CHUNK = 1 << 20


def temporary_path(path: Path) -> Path:
    """A new hidden name in the folder of `path`, for what is to become `path`."""
    return path.parent / f".{path.name}.{secrets.token_hex(6)}{PARTIAL}"


def is_temporary(path: Path) -> bool:
    """Whether it has a name from `temporary_path`: something that is not finished, or never was."""
    return path.name.startswith(".") and path.name.endswith(PARTIAL)


def remove_temporaries(folder: Path, names: Iterable[str]) -> None:
    """Remove what a killed process left of these names in a folder."""
    for path in _temporaries(folder, names):
        shutil.rmtree(path) if path.is_dir() else path.unlink()


def _temporaries(folder: Path, names: Iterable[str]) -> list[Path]:
    """What has a temporary name for one of these names in a folder."""
    of_names = re.compile(rf"\.(?:{'|'.join(map(re.escape, names))})\.[0-9a-f]{{12}}{re.escape(PARTIAL)}")
    return [path for path in folder.iterdir() if of_names.fullmatch(path.name)]


def remove_orphans(folder: Path, names: Iterable[str]) -> None:
    """Remove the temporary folders of these names that belong to no living process.

    Where a system knows no locks nobody can tell, and they stay.
    """
    if sys.platform == "win32":
        return
    for path in _temporaries(folder, names):
        try:
            handle = os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
        except OSError:  # no folder, or gone meanwhile, or another user's
            continue
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            shutil.rmtree(path, ignore_errors=True)
        except OSError:  # its owner lives, or the disk knows no locks
            pass
        finally:
            os.close(handle)


@contextmanager
def _owned_folder(path: Path) -> Iterator[Path]:
    """A new folder, gone at the end, that this process has locked: so another can tell when its owner is dead."""
    handle = None
    path.mkdir()
    if sys.platform != "win32":
        handle = os.open(path, os.O_RDONLY)
        with suppress(OSError):  # a disk without locks
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        path.mkdir(exist_ok=True)  # somebody may have taken it for an orphan before it was locked
    try:
        yield path
    finally:
        if handle is not None:
            os.close(handle)
        shutil.rmtree(path, ignore_errors=True)


@contextmanager
def scratch_folder() -> Iterator[Path]:
    """A new folder where the system keeps temporary files; those that killed processes left there go first."""
    place = Path(tempfile.gettempdir())
    remove_orphans(place, [SCRATCH])
    with _owned_folder(temporary_path(place / SCRATCH)) as folder:
        yield folder


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
    target.parent.mkdir(parents=True, exist_ok=True)
    remove_orphans(target.parent, [target.name])
    final = target / "new" if target.is_dir() else target
    if target.is_dir():
        remove_orphans(target, ["new"])
    with _owned_folder(temporary_path(final)) as folder:
        yield folder


def parquet_writer(file: Any, schema: pa.Schema, encoded: list[str]) -> Any:
    """What writes a Parquet file as all of the package's are; the columns `encoded` get dictionaries."""
    import pyarrow.parquet as pq  # noqa: PLC0415  # half of the time of `--help`

    return pq.ParquetWriter(
        file,
        schema,
        version="2.6",
        compression="zstd",
        compression_level=3,
        use_dictionary=encoded,
        write_statistics=True,
        data_page_version="1.0",
    )


class ParquetSink:
    """A Parquet file that grows by row groups; it has its name only when `close` was reached."""

    def __init__(self, path: Path, schema: pa.Schema, encoded: list[str]) -> None:
        """Open it; the columns `encoded` are dictionary-encoded, the others plain."""
        self.path = path
        self.temporary = temporary_path(path)
        self.writer = parquet_writer(self.temporary, schema, encoded)

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
