"""The names of a data's segments as a scenario may have them, in small letters; what they were is their label."""

from __future__ import annotations

import re
from collections.abc import Sequence

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
