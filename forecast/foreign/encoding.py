"""Text of bytes: UTF-8 or UTF-16 as programs write them; what a file is instead, and the way out."""

from __future__ import annotations

import codecs

from forecast.errors import Problem, ProblemKind, ReportProblem

WAY_OUT = "save it as CSV UTF-8 or as .xlsx"
SIGNATURES = {  # how files begin that are no text
    b"%PDF": "a PDF",
    b"PAR1": "a Parquet file",
    b"\x1f\x8b": "a compressed file (gzip)",
    b"\x28\xb5\x2f\xfd": "a compressed file (zstd)",
    b"\xd0\xcf\x11\xe0": "an Excel file that has a password or is of the old kind (.xls)",
    b"\x89PNG": "a picture (PNG)",
}
MARKUP = {"<": "a web page (HTML or XML; some programs call it .xls)", "{": "JSON", "[": "JSON"}
BYTE_ORDER_MARKS = {codecs.BOM_UTF8: "utf-8", codecs.BOM_UTF16_LE: "utf-16-le", codecs.BOM_UTF16_BE: "utf-16-be"}
NAMES = {"utf-8": "UTF-8", "utf-16-le": "UTF-16", "utf-16-be": "UTF-16"}


def read_delimited_text(data: bytes, label: str, report: ReportProblem, encoding: str | None = None) -> str | None:
    """The text of a file's bytes, its byte order mark dropped; None after a problem.

    Without an `encoding` it is UTF-8 or UTF-16, whichever the bytes are.
    """
    kind = next((kind for signature, kind in SIGNATURES.items() if data.startswith(signature)), None)
    if kind:
        report(Problem(label, None, None, kind, WAY_OUT, kind=ProblemKind.NOT_SUPPORTED))
        return None
    mark = next((mark for mark in BYTE_ORDER_MARKS if data.startswith(mark)), b"")
    name = BYTE_ORDER_MARKS[mark] if mark else encoding or _unmarked_encoding(data)
    try:
        text = data[len(mark) :].decode(name)
    except UnicodeDecodeError as error:
        start = len(mark) + error.start
        found, line = f"byte 0x{data[start]:02x}", data.count(b"\n", 0, start) + 1
        allowed = f"{NAMES.get(name, name)} ({WAY_OUT})"
        report(Problem(label, line, None, found, allowed, kind=ProblemKind.INVALID_TEXT))
        return None
    markup = MARKUP.get(text.lstrip()[:1])
    if markup:
        report(Problem(label, None, None, markup, WAY_OUT, kind=ProblemKind.NOT_SUPPORTED))
        return None
    return text


def _unmarked_encoding(data: bytes) -> str:
    """UTF-8, or UTF-16 where every other one of the first bytes is zero, as it is in Latin text."""
    start = data[:400]
    pairs = len(start) // 2
    if pairs and start[1::2].count(0) > 0.8 * pairs:
        return "utf-16-le"
    if pairs and start[0::2].count(0) > 0.8 * pairs:
        return "utf-16-be"
    return "utf-8"


def is_plain_text(data: bytes) -> bool:
    """Whether the bytes are UTF-8, as this package writes its files."""
    try:
        data.decode()
    except UnicodeDecodeError:
        return False
    return True
