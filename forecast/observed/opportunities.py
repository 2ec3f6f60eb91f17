"""Opportunities of the stages table: when each opened and closed, and how."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

from forecast.observed.tables import LOST, NOT_HERE, STILL_OPEN, WON, StageRows


class Deal(NamedTuple):
    """An opportunity; `closed` says nothing where it is open."""

    opportunity: int
    account: int
    source: int
    opened: int
    closed: int
    outcome: int  # tables.WON, LOST or STILL_OPEN
    rows: tuple[int, ...]  # of the stages table


def deals(stages: StageRows) -> Iterator[Deal]:
    """The opportunities, in the order of their numbers.

    The outcome stands in the row of the stage in which an opportunity ended; without one it is open.
    """
    order = np.lexsort((np.arange(len(stages.entered)), stages.opportunity))
    numbers = stages.opportunity[order]
    cuts = np.flatnonzero(np.diff(numbers)) + 1
    for rows in np.split(order, cuts) if len(order) else ():
        ends = rows[np.isin(stages.outcome[rows], (WON, LOST))]
        last = int(ends[-1]) if len(ends) else int(rows[-1])
        outcome = int(stages.outcome[last])
        yield Deal(
            int(stages.opportunity[last]),
            int(stages.account[last]),
            int(stages.source[last]),
            int(stages.entered[rows].min()),
            int(stages.left[last]),
            STILL_OPEN if outcome == NOT_HERE else outcome,
            tuple(rows.tolist()),
        )
