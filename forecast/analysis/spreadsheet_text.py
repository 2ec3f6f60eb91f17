"""Text that is safe in a spreadsheet: names come from a scenario, and a cell must never become a formula.

Apart from `formatting`, since the list of prefixes comes with the reader of scenarios, which is slow to import.
"""

from __future__ import annotations

from forecast.scenario.checks.accounts import FORMULA_PREFIXES


def escape_formula(text: str) -> str:
    """The text, with an apostrophe in front where a spreadsheet would take it for a formula."""
    return f"'{text}" if text.startswith(FORMULA_PREFIXES) else text
