"""The names of a data's segments as a scenario may have them, in small letters; what they were is their label."""

from __future__ import annotations

import re
from collections.abc import Sequence

from forecast.scenario.format.field_types import LONGEST_LABEL

RESERVED = ("other", "all", "none")


def segment_codes(names: Sequence[str]) -> list[str]:
    """A code for each name, each its own.

    >>> segment_codes(["SMB", "Mid-Market (50+)", "smb"])
    ['smb', 'mid_market_50', 'smb_2']
    """
    codes: list[str] = []
    for name in names:
        plain = re.sub(r"[^a-z0-9]+", "_", name.casefold()).strip("_")[:40] or "segment"
        code = f"segment_{plain}" if plain in RESERVED or not plain[0].isalpha() else plain
        number = 2
        while code in codes:
            code, number = f"{plain}_{number}", number + 1
        codes.append(code)
    return codes


def segment_labels(names: Sequence[str]) -> dict[str, str]:
    """The names by code, those left out that are their own code or that no screen could show or tell apart."""
    if len({name.casefold() for name in names}) < len(names):
        return {}
    codes = segment_codes(names)
    return {
        code: name
        for code, name in zip(codes, names, strict=True)
        if name != code and name.isprintable() and name.strip() == name and 0 < len(name) <= LONGEST_LABEL
    }
