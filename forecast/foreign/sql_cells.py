"""SQL that reads numbers from texts, as people and programs write them (in Python: `cells`)."""

from __future__ import annotations


def number_sql(text: str, *, decimal_comma: bool = False) -> str:
    """SQL of the number of a text; null where it is none."""
    if decimal_comma:
        comma = f"contains({text}, ',') AND NOT contains({text}, '.')"
        text = f"CASE WHEN {comma} THEN replace({text}, ',', '.') ELSE {text} END"
    return f"try_cast({text} AS DOUBLE)"
