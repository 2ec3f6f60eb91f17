"""The event log and the flows of the month, as they are written.  Counterpart of `Account.note` and `add`."""

from __future__ import annotations

from typing import Any

from forecast.compiling.decorators import inlined
from forecast.engines.compiled.world import World


@inlined
def note(world: World, segment: int, account: int, kind: int, who: int, value: float) -> None:
    """Count an event, and write it to the log if there is one."""
    progress = world.progress[0]
    progress.events += 1
    if progress.logging:
        write_row(world, progress, segment, account, kind, who, value)


@inlined
def note_beside(world: World, segment: int, account: int, kind: int, who: int, value: float) -> None:
    """Write what belongs to another event, who goes on for free or joins which team; so it is not counted."""
    progress = world.progress[0]
    if progress.logging:
        write_row(world, progress, segment, account, kind, who, value)


@inlined
def write_row(world: World, progress: Any, segment: int, account: int, kind: int, who: int, value: float) -> None:
    """Write a row of the log; `loop.log_has_room` has seen to the room."""
    row = world.log[progress.logged]
    row.time, row.segment, row.account = progress.now, segment, account
    row.kind, row.who, row.value = kind, who, value
    progress.logged += 1


@inlined
def add(world: World, account: Any, metric: int, amount: int) -> None:
    """Add to a flow of this month."""
    # Flows go straight into the row of the month in progress; row 0 holds the opening stocks.
    world.ledger[world.progress[0].month + 1, account.segment, metric] += amount
