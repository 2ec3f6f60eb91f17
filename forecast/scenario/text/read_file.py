"""The bytes and the text of a file that a user names, or a sentence that says what it is instead."""

from __future__ import annotations

import codecs
import os
from pathlib import Path
from typing import cast

from forecast.errors import Problem, ProblemKind, ReportProblem
from forecast.foreign.encoding import SIGNATURES

LARGEST_FILE = 1 << 20
OTHER_FILES = {**SIGNATURES, b"PK\x03\x04": "an Excel workbook (.xlsx), or another ZIP file,"}
UTF_16_MARKS = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)


def read_bytes(path: Path, label: str, report: ReportProblem, largest: int = LARGEST_FILE) -> bytes | None:
    """The file's content, or None after a problem: missing, a folder, not readable, too large."""

    def wrong(kind: ProblemKind, found: str, allowed: str) -> None:
        report(Problem(label, None, None, found, allowed, kind=kind))

    data: bytes | None = None
    try:
        with open(path, "rb", opener=lambda name, flags: os.open(name, flags | getattr(os, "O_NONBLOCK", 0))) as stream:
            data = cast("bytes | None", stream.read(largest + 1))
        if data is None:  # a pipe that is open and empty
            wrong(ProblemKind.CANNOT_READ, "an open pipe that is empty", "a file that can be read")
    except IsADirectoryError:
        wrong(ProblemKind.WRONG_VALUE, "a folder", "a file")
    except FileNotFoundError:
        wrong(ProblemKind.NOT_FOUND, label, "give a file that exists")
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or "no file can have this name"
        wrong(ProblemKind.CANNOT_READ, reason, "a file that can be read")
    if data is not None and len(data) > largest:
        wrong(ProblemKind.OVER_LIMIT, "a file that is too large", f"{largest} bytes")
        data = None
    return data


def read_text(data: bytes, label: str, report: ReportProblem) -> str | None:
    """The bytes as UTF-8 (a byte order mark is dropped), or None after a problem that says what they are instead."""
    other = next((kind for signature, kind in OTHER_FILES.items() if data.startswith(signature)), None)
    if other:
        report(Problem(label, None, None, other, "give a text file in UTF-8", kind=ProblemKind.NOT_SUPPORTED))
        return None
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        found = "UTF-16" if data.startswith(UTF_16_MARKS) else f"byte 0x{data[error.start]:02x}"
        report(Problem(label, line, None, f"{found}; save it as UTF-8", "UTF-8", kind=ProblemKind.INVALID_TEXT))
        return None
