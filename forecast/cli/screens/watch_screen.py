"""A watch on a terminal: each part since the fit, the most surely changed ones first."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from forecast.cli.screens.terminal import Screen, add_row, figure_table, plain_line
from forecast.cli.streams import write_line

if TYPE_CHECKING:
    from forecast.watching.watch import Watch

NOTE = (
    "expected: by the fit, of the people, deals and contracts that were really there. odds: that the pace changed, "
    "against that it did not; a part is called changed above {limit:,.0f} : 1. They may be looked at every week. "
    "What the market's level does from month to month is no change."
)


def show_watch(found: Watch, *, as_json: bool) -> None:
    """Write a watch on stdout."""
    if as_json:
        write_line(json.dumps(found.document(), indent=2, ensure_ascii=False))
        return
    screen = Screen()
    several = len({part.segment for part in found.parts}) > 1
    changed = [f"{part.what}, {part.segment}" if several else part.what for part in found.changed]
    summary = f"Changed: {'; '.join(changed)}." if changed else "Nothing has changed that could not be chance."
    screen.print(plain_line(f"Since {found.since}, until {found.until}. {summary}"))
    table = figure_table("", "happened", "expected", "times as fast (80 %)", "odds that it changed", "", texts=("",))
    for part in found.parts:
        each = part.change
        name = f"{part.what}, {part.segment}" if several else part.what
        pace = f"{each.pace:.2f} ({each.low:.2f} to {each.high:.2f})"
        add_row(table, name, f"{each.happened:,}", f"{each.expected:,.1f}", pace, _odds(each.odds), part.verdict)
    screen.print(table)
    screen.print(plain_line(NOTE.format(limit=found.limit)))


def _odds(odds: float) -> str:
    """`22 : 1`, or `1 : 4` where it speaks against a change."""
    if odds > 1e6:
        return "over 1,000,000 : 1"
    return f"{odds:,.0f} : 1" if odds >= 1 else f"1 : {1 / odds:,.0f}"
