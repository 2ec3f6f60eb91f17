"""Text that is safe in a spreadsheet: a name that comes from a scenario must never become a formula."""

from __future__ import annotations

# What spreadsheets take for the start of a formula, the wide forms of = + - @ too.
FORMULA_PREFIXES = (*"=+-@\t\r\n", *"\uff1d\uff0b\uff0d\uff20")


def escape_formula(text: str) -> str:
    """The text, with an apostrophe in front where a spreadsheet would take it for a formula."""
    return f"'{text}" if text.startswith(FORMULA_PREFIXES) else text
