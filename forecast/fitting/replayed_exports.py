"""What exports say, ready to be learned from: native tables replayed inside the window of a fit, or a panel of counts.

A fit ends where the month ends: a forecast begins on the first of a month, with the accounts as they stood then.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

import numpy as np

from forecast.errors import InputError, Problem
from forecast.exports.read_exports import ReadExports
from forecast.months import first_of_month
from forecast.observed.native import observed_tables
from forecast.observed.paths import Replay
from forecast.observed.replay import replay
from forecast.observed.tables import MICROSECONDS, ObservedTables, Window

SHORTEST = 28  # days of a window
HALF_A_DAY = timedelta(hours=14)


@dataclass(frozen=True)
class ReplayedExports:
    """The replayed tables of exports; `lapses_until` in microseconds since the window began."""

    tables: ObservedTables
    found: Replay
    lapses_until: int
    given: frozenset[str]  # the tables that the data file names
    start: date  # the first day of a forecast

    @property
    def segments(self) -> tuple[str, ...]:
        """The names of the segments."""
        return self.tables.accounts.segments

    @property
    def window(self) -> Window:
        """The time that is looked at."""
        return self.found.paths.window

    @property
    def sizes(self) -> Mapping[str, float]:
        """The median number of eligible people of each segment's accounts."""
        accounts = self.tables.accounts
        return {
            name: float(np.median(accounts.eligible_users[accounts.segment == place]))
            for place, name in enumerate(accounts.segments)
        }


def replay_exports(exports: ReadExports, since: date | None = None) -> ReplayedExports:
    """Replay the tables of exports from a day on, else from their begin; raises InputError with less than a month."""
    tables = observed_tables(exports.tables, labels={"accounts": exports.plan.path.name})
    begin = exports.begin or _first_instant(tables)
    end = exports.end
    if end is None:
        allowed = (
            "the last day that the exports hold completely, such as 2026-10-31: without events nothing else says it"
        )
        raise InputError([Problem(str(exports.plan.path), None, "until", "nothing", allowed)])
    if since is not None:
        begin = datetime(since.year, since.month, since.day, tzinfo=UTC)
    first, end = (each.replace(tzinfo=each.tzinfo or UTC) for each in (begin, end))
    start = first_of_month((end + HALF_A_DAY).date(), 0)  # midnight of a zone lies half a day away from ours at most
    until = datetime(start.year, start.month, 1, tzinfo=UTC)
    until = end if abs(end - until) <= HALF_A_DAY else until
    window = Window(_microseconds(first), _microseconds(until))
    if window.length < SHORTEST * MICROSECONDS:
        found = f"{max(window.length, 0) // MICROSECONDS} days up to {start}, the first of the month in which they end"
        allowed = f"{SHORTEST} days or more"
        raise InputError([Problem(str(exports.plan.path), None, "until", found, allowed)])
    seen = exports.lapses_until
    lapses_until = window.length
    if seen is not None:
        lapses_until = min(_microseconds(seen.replace(tzinfo=seen.tzinfo or UTC)) - window.since, window.length)
    return ReplayedExports(tables, replay(tables, window), lapses_until, frozenset(exports.tables), start)


def _first_instant(tables: ObservedTables) -> datetime:
    """When the first thing happened, where nothing else says when exports begin."""
    times = [column for column in (tables.events.time, tables.stages.entered, tables.contracts.start) if len(column)]
    first = min((int(column.min()) for column in times), default=0)
    return datetime.fromtimestamp(first // 1_000_000, UTC)


def _microseconds(time: datetime) -> int:
    """Microseconds since 1970."""
    return round(time.timestamp() * 1_000_000)
