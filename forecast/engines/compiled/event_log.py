"""What happens is written down: the log, and the flows of the month.  Counterpart of `Account.note` and `add`."""

from __future__ import annotations

from typing import Any

from forecast.compiling.decorators import inlined
from forecast.engines.compiled.world import World


@inlined
def note(world: World, segment: int, account: int, kind: int, who: int, value: float) -> None:
    """Count an event, and write it to the log if there is one; the driver has seen to the room."""
    progress = world.progress[0]
    progress.events += 1
    if progress.logging:
        row = world.log[progress.logged]
        row.time, row.segment, row.account = progress.now, segment, account
        row.kind, row.who, row.value = kind, who, value
        progress.logged += 1


@inlined
def add(world: World, account: Any, metric: int, amount: int) -> None:
    """Add to a flow of this month."""
    world.ledger[world.progress[0].month + 1, account.segment, metric] += amount
