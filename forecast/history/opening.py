"""Where an account stands before its first event, and who goes on for free when what they were on ends."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from forecast.engines import KeptFreeRow


class Opening(NamedTuple):
    """Where the account stands at the start: counts of people; days counted from the start, so those before are < 0."""

    size: int
    free: int = 0
    paid: int = 0
    seated: int = 0
    seats: int = 0
    lapsed: int = 0
    teams: tuple[int, ...] = ()  # how large each is; none where the account is one team
    in_trial: int = 0
    team: int = 0
    stage: int = -1  # of an open purchase, where it is known since when it is there
    stage_since: float = 0.0
    banned_since: float | None = None


def keepers(rows: Iterable[KeptFreeRow], account: int) -> dict[float, set[int]]:
    """The users of an account who go on for free after a contract or a team plan, by the time of its end."""
    kept: dict[float, set[int]] = {}
    for time, of, user in rows:
        if of == account:
            kept.setdefault(time, set()).add(user)
    return kept
