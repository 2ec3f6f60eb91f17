"""Where an account stands before its first event, and who goes on for free when what they were on ends."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from forecast.engines import KeptFreeRow


class Opening(NamedTuple):
    """Where the account stands at the start; counts of people."""

    size: int
    free: int = 0
    paid: int = 0
    seated: int = 0
    seats: int = 0
    lapsed: int = 0
    teams: tuple[int, ...] = ()  # how large each is; none where the account is one team


def keepers(rows: Iterable[KeptFreeRow], account: int) -> dict[float, set[int]]:
    """The users of an account who go on for free after a contract or a team plan, by the time of its end."""
    kept: dict[float, set[int]] = {}
    for time, of, user in rows:
        if of == account:
            kept.setdefault(time, set()).add(user)
    return kept
