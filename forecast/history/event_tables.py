"""A replication as the native tables of an export: what a company would have seen of it (docs/fit.md, 1)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import pyarrow as pa

from forecast.history.logged_contracts import LoggedContracts, TermRow
from forecast.history.logged_deals import LoggedDeals, StageEntry
from forecast.history.logged_events import EventRow, LoggedEvents
from forecast.history.played_log import PlayedLog, microseconds
from forecast.model.parameters import Parameters

CENTS = 100
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def event_tables(parameters: Parameters, replication: int, engine_name: str) -> dict[str, pa.Table]:
    """Play a replication, and return what a company would have seen of it.

    Parameters
    ----------
    parameters
        The scenario.
    replication
        Which of the simulated futures; the first is 0.
    engine_name
        "compiled" or "simpy": the same tables.

    Returns
    -------
    dict
        By name: `events`, `opportunities`, `contracts`, `accounts`, `teams`.  Times are whole microseconds in UTC, the
        start being 00:00 there.
    """
    return tables_of(PlayedLog(parameters, replication, engine_name))


def tables_of(log: PlayedLog) -> dict[str, pa.Table]:
    """The same of a replication that has been played."""
    events, opportunities, contracts = LoggedEvents(log), LoggedDeals(log), LoggedContracts(log)
    for period, row in log.events():
        events.apply(period, row)
        opportunities.apply(row)
        contracts.apply(period, row)
    opportunities.finish()
    write = _TableWriter(log)
    return {
        "events": write.events(events.rows),
        "opportunities": write.opportunities(opportunities.rows),
        "contracts": write.contracts(contracts.rows),
        "accounts": write.accounts(),
        "teams": write.teams(),
    }


class _TableWriter:
    """Rows with places and days become tables with names and dates."""

    def __init__(self, log: PlayedLog) -> None:
        self.log, self.start = log, log.parameters.scenario.start
        self.origin = log.parameters.shape.origin
        self.there = log.inputs.traits.entry < float(log.parameters.month_days[-1])

    def events(self, rows: Sequence[EventRow]) -> pa.Table:
        """The events, in the order of time."""
        rows = sorted(rows, key=lambda row: row.time)  # of one instant as they stand
        return pa.table(
            {
                "time": self._times(row.time for row in rows),
                "account": self._accounts(row.account for row in rows),
                "user": _texts(row.user for row in rows),
                "event": _texts(row.event for row in rows),
                "by": _texts(row.by for row in rows),
                "team": _texts(None if row.team is None else f"{row.team + 1}" for row in rows),
            }
        )

    def opportunities(self, rows: Sequence[StageEntry]) -> pa.Table:
        """The opportunities, a row for each stage entered."""
        return pa.table(
            {
                "opportunity": _texts(row.opportunity for row in rows),
                "account": self._accounts(row.account for row in rows),
                "source": _texts(row.source for row in rows),
                "stage": _texts(row.stage for row in rows),
                "entered": self._times(row.entered for row in rows),
                "left": self._times(row.left for row in rows),
                "outcome": _texts(row.outcome for row in rows),
                "reason": _texts(row.reason for row in rows),
                "requirement": _texts(";".join(row.requirement) or None for row in rows),
            }
        )

    def contracts(self, rows: Sequence[TermRow]) -> pa.Table:
        """The contracts, a row for each term."""
        return pa.table(
            {
                "account": self._accounts(row.account for row in rows),
                "contract": _texts(row.contract for row in rows),
                "signed": self._times(row.signed for row in rows),
                "start": self._days(row.start for row in rows),
                "end": self._days(row.end for row in rows),
                "seats": pa.array([row.seats for row in rows], pa.int64()),
                "seats_at_end": pa.array([row.seats_at_end for row in rows], pa.int64()),
                "price_per_seat_month": _money(row.price.cents for row in rows),
                "list_price": _money(row.list_price for row in rows),
                "renewed_from": _texts(row.renewed_from for row in rows),
                "champion_left": _texts(self._champion(row) for row in rows),
            }
        )

    def accounts(self) -> pa.Table:
        """Every account that is in the market before the horizon, also those that nobody uses."""
        places = [place for place, there in enumerate(self.there.tolist()) if there]
        entries = self.log.inputs.traits.entry.tolist()
        segments = self.log.parameters.segments
        return pa.table(
            {
                "account": self._accounts(places),
                "segment": _texts(segments[self.log.segment_of[place]] for place in places),
                "eligible_users": pa.array([self.log.sizes[place] for place in places], pa.int64()),
                "first_known": self._times(
                    microseconds(entries[place]) if entries[place] > 0.0 else None for place in places
                ),
            }
        )

    def teams(self) -> pa.Table:
        """The teams of those accounts that are not one team."""
        rows = [
            (place, team, size)
            for place, sizes in enumerate(self.log.teams)
            for team, size in enumerate(sizes)
            if self.there[place]
        ]
        return pa.table(
            {
                "account": self._accounts(place for place, _, _ in rows),
                "team": _texts(f"{team + 1}" for _, team, _ in rows),
                "size": pa.array([size for _, _, size in rows], pa.int64()),
            }
        )

    def _accounts(self, places: Iterable[int]) -> pa.Array:
        """Accounts by name."""
        names = self.log.names
        return _texts(names[place] for place in places)

    def _times(self, times: Iterable[int | None]) -> pa.Array:
        """Microseconds since the start as times."""
        begin = microseconds(self.origin)
        return pa.array([None if time is None else begin + time for time in times], pa.timestamp("us", "UTC"))

    def _days(self, days: Iterable[int]) -> pa.Array:
        """Days since the start as dates."""
        return pa.array([self.origin + day for day in days], pa.int32()).cast(pa.date32())

    def _champion(self, row: TermRow) -> str | None:
        """When the champion left, `yes` where it is not known when."""
        if row.champion_left_at is None:
            return "yes" if row.champion_left else None
        time = _EPOCH + timedelta(microseconds=microseconds(self.origin) + row.champion_left_at)
        return time.isoformat(sep=" ", timespec="microseconds").replace("+00:00", "Z")


def _texts(values: Iterable[str | None]) -> pa.Array:
    """A column of texts, empty where None."""
    return pa.array(list(values), pa.string())


def _money(cents: Iterable[Any]) -> pa.Array:
    """Cents in units of currency."""
    return pa.array([each / CENTS for each in cents], pa.float64())
