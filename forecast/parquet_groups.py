"""Row groups of Parquet files as pieces: encoded by one process, and put into a file of another without decoding them.

A row group is the bytes of its pages, and an entry in the file's footer.  Of the entry only some numbers depend on
where in the file the pages stand; they are found here once, and set again where the group is placed.  (The footer is a
Thrift struct in the compact protocol: https://parquet.apache.org/docs/file-format/,
https://github.com/apache/thrift/blob/master/doc/specs/thrift-compact-protocol.md)
"""

from __future__ import annotations

import io
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from forecast.files import flush, parquet_writer, temporary_path
from forecast.types import Integers

_MAGIC = b"PAR1"
_LENGTH_BYTES = 4  # of the footer's length, behind it
_TRUE, _FALSE, _BYTE, _DOUBLE, _BINARY, _LIST, _SET, _STRUCT = 1, 2, 3, 7, 8, 9, 10, 12  # the rest are varints
_NUM_ROWS, _ROW_GROUPS = 3, 4  # fields of the footer
_COLUMNS, _GROUP_OFFSET, _ORDINAL = 1, 5, 7  # fields of a row group
_CHUNK_OFFSET, _CHUNK_DATA = 2, 3  # fields of one of its columns
_SHIFTS = 7 * np.arange(9)
_PAGE_OFFSETS = (9, 10, 11)  # fields of such a column's data: its data, index and dictionary pages


class RowGroup(NamedTuple):
    """Rows as they stand in a Parquet file, and their entry in its footer, for any place in a file."""

    rows: int
    pages: bytes | memoryview
    entry: bytes
    places: Integers  # [number, (start, end, value)]: numbers of the entry to be moved, the value -1 for the ordinal

    def placed(self, offset: int, ordinal: int) -> bytes:
        """The entry of this row group where its pages start so many bytes later, and so many groups come before it."""
        values = self.places[:, 2]
        pieces, done = [], 0
        numbers = _numbers_bytes(np.where(values < 0, ordinal, values + offset))
        for (start, end), number in zip(self.places[:, :2].tolist(), numbers, strict=True):
            pieces += [self.entry[done:start], number]
            done = end
        return b"".join([*pieces, self.entry[done:]])


def encode_row_group(rows: pa.Table, encoded: list[str]) -> RowGroup:
    """The table as one row group, the columns `encoded` with dictionaries."""
    file = _file_bytes(rows.schema, encoded, rows)
    footer_start = _footer_start(file)
    footer = _Struct(file[footer_start : -len(_MAGIC) - _LENGTH_BYTES])
    for field, kind in footer.fields():
        if field == _ROW_GROUPS:
            [_] = footer.elements()  # stops in front of the only group
            start = footer.at
            places = np.array([*_group_places(footer)], np.int64).reshape(-1, 3)
            places[:, :2] -= start
            return RowGroup(rows.num_rows, file[len(_MAGIC) : footer_start], footer.data[start : footer.at], places)
        footer.skip(kind)
    raise AssertionError("a footer without row groups")


def read_row_group(group: RowGroup, schema: pa.Schema, encoded: list[str]) -> pa.Table:
    """The rows of a row group; those of text columns may come in another dictionary than they had."""
    start, end = _footer_parts(schema, encoded)
    footer = _footer(start, end, group.rows, [group.placed(0, 0)])
    return pq.read_table(pa.BufferReader(b"".join([_MAGIC, group.pages, footer])))


class RowGroupSink:
    """A Parquet file that grows by row groups; it has its name only when `close` was reached."""

    def __init__(self, path: Path, schema: pa.Schema, encoded: list[str]) -> None:
        self.path, self.temporary = path, temporary_path(path)
        self.start, self.end = _footer_parts(schema, encoded)
        self.rows, self.size = 0, len(_MAGIC)
        self.entries: list[bytes] = []
        self.file = self.temporary.open("wb")
        self.file.write(_MAGIC)

    def append(self, group: RowGroup) -> None:
        """Add a row group."""
        self.file.write(group.pages)
        self.entries.append(group.placed(self.size - len(_MAGIC), len(self.entries)))
        self.size += len(group.pages)
        self.rows += group.rows

    def close(self) -> None:
        """Complete the file and give it its name."""
        self.file.write(_footer(self.start, self.end, self.rows, self.entries))
        self.file.close()
        flush(self.temporary)
        self.temporary.replace(self.path)

    def abandon(self) -> None:
        """Remove the file and all that is left of it."""
        self.file.close()
        self.temporary.unlink(missing_ok=True)


class _Struct:
    """A Thrift struct in the compact protocol, read from the front."""

    def __init__(self, data: bytes) -> None:
        self.data, self.at = data, 0

    def number(self) -> int:
        """The next varint, as it is."""
        value = shift = 0
        while True:
            byte = self.data[self.at]
            self.at += 1
            value |= (byte & 0x7F) << shift
            if byte < 0x80:
                return value
            shift += 7

    def fields(self) -> Iterator[tuple[int, int]]:
        """The fields of the struct that comes next, and their types; the caller reads or skips each value."""
        field = 0
        while (head := self.data[self.at]) != 0:
            self.at += 1
            field = field + (head >> 4) if head >> 4 else self.number() >> 1
            yield field, head & 0xF
        self.at += 1

    def elements(self) -> Iterator[int]:
        """The types of the elements of the list that comes next; the caller reads or skips each."""
        head = self.data[self.at]
        self.at += 1
        count = head >> 4 if head >> 4 < 0xF else self.number()
        return iter([head & 0xF] * count)

    def skip(self, kind: int, *, element: bool = False) -> None:
        """Skip a value of a type; a truth value takes a byte only as the element of a list."""
        if kind in {_LIST, _SET}:
            for each in self.elements():
                self.skip(each, element=True)
        elif kind == _STRUCT:
            for _, each in self.fields():
                self.skip(each)
        elif kind == _BINARY:
            length = self.number()
            self.at += length
        elif kind == _DOUBLE:
            self.at += 8
        elif kind == _BYTE or (element and kind in {_TRUE, _FALSE}):
            self.at += 1
        elif kind not in {_TRUE, _FALSE}:
            while self.data[self.at] & 0x80:
                self.at += 1
            self.at += 1


def _group_places(footer: _Struct) -> Iterator[tuple[int, int, int]]:
    """The numbers of a row group's entry that depend on its place: (start, end, value), and -1 for the ordinal."""
    for field, kind in footer.fields():
        if field == _COLUMNS:
            for _ in footer.elements():
                yield from _column_places(footer)
        elif field == _GROUP_OFFSET:
            yield from _offset_place(footer)
        elif field == _ORDINAL:
            start = footer.at
            footer.number()
            yield start, footer.at, -1
        else:
            footer.skip(kind)


def _column_places(footer: _Struct) -> Iterator[tuple[int, int, int]]:
    """The same of one column."""
    for field, kind in footer.fields():
        if field == _CHUNK_OFFSET:
            yield from _offset_place(footer)
        elif field == _CHUNK_DATA:
            for inner, inner_kind in footer.fields():
                if inner in _PAGE_OFFSETS:
                    yield from _offset_place(footer)
                else:
                    footer.skip(inner_kind)
        else:
            footer.skip(kind)


def _offset_place(footer: _Struct) -> Iterator[tuple[int, int, int]]:
    """An offset; zero says that there is none."""
    start = footer.at
    value = footer.number() >> 1  # never negative
    if value:
        yield start, footer.at, value


def _numbers_bytes(values: Integers) -> list[bytes]:
    """Numbers that are not negative as Thrift writes integers: each doubled, as a length."""
    return _lengths_bytes(values << 1)


def _lengths_bytes(values: Integers) -> list[bytes]:
    """Lengths as Thrift writes them: seven bits a byte, the lowest first; the last of each is below 128."""
    rest = values[:, None] >> _SHIFTS  # [number, byte]
    used = np.maximum(1, (rest > 0).sum(axis=1))
    more = np.arange(len(_SHIFTS)) < used[:, None] - 1
    data = (rest & 0x7F | more * 0x80).astype(np.uint8).tobytes()
    starts = range(0, len(data), len(_SHIFTS))
    return [data[start : start + length] for start, length in zip(starts, used.tolist(), strict=True)]


def _file_bytes(schema: pa.Schema, encoded: list[str], rows: pa.Table | None = None) -> bytes:
    """A Parquet file with these rows as its one row group, or without any."""
    file = io.BytesIO()
    with parquet_writer(file, schema, encoded) as writer:
        if rows is not None:
            writer.write_table(rows, row_group_size=max(1, rows.num_rows))
    return file.getvalue()


def _footer_start(file: bytes) -> int:
    """Where the footer of a Parquet file starts."""
    length_start = len(file) - len(_MAGIC) - _LENGTH_BYTES
    return length_start - int.from_bytes(file[length_start : length_start + _LENGTH_BYTES], "little")


def _footer_parts(schema: pa.Schema, encoded: list[str]) -> tuple[bytes, bytes]:
    """What stands in a footer in front of the number of rows, and behind the row groups."""
    file = _file_bytes(schema, encoded)
    footer = _Struct(file[_footer_start(file) : -len(_MAGIC) - _LENGTH_BYTES])
    start = 0
    for field, kind in footer.fields():
        if field == _NUM_ROWS:
            start = footer.at - 1  # in front of the field's head
        footer.skip(kind)
        if field == _ROW_GROUPS:
            return footer.data[:start], footer.data[footer.at :]
    raise AssertionError("a footer without row groups")


def _footer(start: bytes, end: bytes, rows: int, entries: Sequence[bytes]) -> bytes:
    """The footer of a file with these row groups, its length and the file's last word."""
    [rows_bytes], [length] = _numbers_bytes(np.array([rows])), _lengths_bytes(np.array([len(entries)]))
    few = len(entries) < 0xF  # then the length stands in the list's head
    head = bytes([len(entries) << 4 | _STRUCT]) if few else bytes([0xF0 | _STRUCT]) + length
    # Each is one field further than the one before: an integer, and a list.
    footer = b"".join([start, b"\x16", rows_bytes, b"\x19", head, *entries, end])
    return footer + len(footer).to_bytes(_LENGTH_BYTES, "little") + _MAGIC
