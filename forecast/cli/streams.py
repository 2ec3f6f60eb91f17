"""stdout and stderr as every command finds them: there, able to take any text, and not ended by a reader that left.

A stream that was closed before the start discards what it is given. A pipe whose reader has enough (`| head`) discards
the rest, and the command goes on: its files are wanted all the same. Characters that the encoding of a stream lacks
are replaced, and a JSON document writes them as escapes. Knows no command.
"""

from __future__ import annotations

import codecs
import io
import json
import os
import sys
import unicodedata
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Any, TextIO

if TYPE_CHECKING:
    from _typeshed import ReadableBuffer

REPLACE_ERRORS = "forecast.replace"  # the name of the codec error handler
_WINDOWS_PIPE_CLOSED = 22  # EINVAL: how Windows reports a pipe that nobody reads
_PLAIN = {"–": "-", "—": "-", "−": "-", "→": "->", "×": "x", "±": "+-", "…": "...", "’": "'", "‘": "'", "·": "-"}


class _OutlivingWriter(io.RawIOBase):
    """A raw stream that discards what is written after its reader has left."""

    def __init__(self, raw: Any) -> None:
        self.raw, self.left = raw, False

    def writable(self) -> bool:
        """Always."""
        return True

    def fileno(self) -> int:
        """The descriptor of the stream below."""
        return int(self.raw.fileno())

    def isatty(self) -> bool:
        """Whether it is a terminal."""
        return bool(self.raw.isatty())

    def write(self, data: ReadableBuffer, /) -> int | None:
        """Write the bytes, or count them as written where nobody reads any more."""
        if not self.left:
            try:
                return int(self.raw.write(data))
            except OSError as error:
                closed_pipe = os.name == "nt" and error.errno == _WINDOWS_PIPE_CLOSED
                if not closed_pipe and not isinstance(error, ConnectionError):
                    raise
                self.left = True
        return memoryview(data).nbytes


@contextmanager
def safe_streams() -> Iterator[None]:
    """A block in which stdout and stderr are safe to write to; a stream that somebody else put there stays as it is."""
    for name in ("stdout", "stderr"):
        if getattr(sys, name) is None:  # the number of a closed stream must not become that of a file of results
            setattr(sys, name, open(os.devnull, "w", encoding="utf-8"))  # noqa: PTH123, SIM115
    earlier = sys.stdout, sys.stderr
    sys.stdout, sys.stderr = (
        _safe_stream(stream, original)
        for stream, original in zip(earlier, (sys.__stdout__, sys.__stderr__), strict=True)
    )
    try:
        yield
    finally:
        for stream, before in zip((sys.stdout, sys.stderr), earlier, strict=True):
            if stream is not before:
                with suppress(OSError, ValueError):  # of a full disk, which was reported already
                    stream.flush()
        sys.stdout, sys.stderr = earlier


def _safe_stream(stream: TextIO, original: TextIO | None) -> TextIO:
    """The process's own stream made safe; any other as it is."""
    if stream is not original or not isinstance(stream, io.TextIOWrapper):
        return stream
    stream.flush()
    raw = _OutlivingWriter(getattr(stream.buffer, "raw", stream.buffer))
    return io.TextIOWrapper(
        io.BufferedWriter(raw),
        encoding=stream.encoding,
        errors=REPLACE_ERRORS,
        line_buffering=stream.line_buffering or stream.write_through,
    )


def _replaced(error: UnicodeError) -> tuple[str, int]:
    """A plain text in place of the characters that an encoding lacks: `-` for a dash, `u` for ü, else `?`."""
    if not isinstance(error, UnicodeEncodeError):
        raise error
    letters = error.object[error.start : error.end]
    return "".join(map(_plain_letter, letters)), error.end


def _plain_letter(letter: str) -> str:
    """ASCII in place of a character."""
    if letter in _PLAIN:
        return _PLAIN[letter]
    base = unicodedata.normalize("NFKD", letter)[:1]
    return base if base.isascii() and base.isprintable() and base else "?"


codecs.register_error(REPLACE_ERRORS, _replaced)


def as_shown(text: str) -> str:
    """The text as stdout will show it, so that a table is laid out for the characters that are written."""
    codec = getattr(sys.stdout, "encoding", None) or "utf-8"
    return text.encode(codec, REPLACE_ERRORS).decode(codec, "replace")


def write_line(text: str, *, err: bool = False) -> None:
    """Write a line on stdout, or on stderr."""
    stream = sys.stderr if err else sys.stdout
    if stream is not None:
        stream.write(f"{text}\n")
        stream.flush()


def write_json(document: Any) -> None:
    """Write a JSON document on stdout, in ASCII where the encoding is not UTF-8, which readers of JSON expect."""
    codec = getattr(sys.stdout, "encoding", None) or "utf-8"
    ascii_only = codecs.lookup(codec).name != "utf-8"
    write_line(json.dumps(document, indent=2, ensure_ascii=ascii_only, allow_nan=False))
