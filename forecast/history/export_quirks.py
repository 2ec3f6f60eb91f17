"""What is wrong with real exports, put into one whose truth is known: to try a fit on.

Which rows are touched depends on the seed, the replication and the quirk alone: each draw has an address.
"""

from __future__ import annotations

from collections.abc import Collection

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from forecast.randomness import key, stream_of, uniforms
from forecast.types import Floats

QUIRKS = {
    "duplicates": "2% of the rows of users stand there twice",
    "late": "5% of the rows arrive days later; `received` says when, and what arrives after the end is missing",
    "missing": "3% of the people are missing with all that they did",
    "time_zone": "times are those of New York, and do not say so",
}
DUPLICATED, LATE, MISSING = 0.02, 0.05, 0.03  # shares
MEAN_DELAY, USUAL_DELAY = 3 * 86_400_000_000, 60_000_000  # microseconds: of what is late, and the most of the others
ZONE = "America/New_York"


def with_quirks(
    tables: dict[str, pa.Table], quirks: Collection[str], address: tuple[int, int], end: int
) -> dict[str, pa.Table]:
    """The tables with these quirks; `address` is (seed, replication), `end` the horizon in microseconds since 1970."""
    events = tables["events"]
    if "missing" in quirks:
        events = _without_some_people(events, address)
    if "late" in quirks:
        events = _late(events, address, end)
    if "duplicates" in quirks:
        events = _with_duplicates(events, address)
    tables = {**tables, "events": events}
    if "time_zone" in quirks:
        return {name: _in_local_time(table) for name, table in tables.items()}
    return tables


def _draws(address: tuple[int, int], count: int, quirk: str, index: int = 0) -> Floats:
    """A draw for each row or person, [count]."""
    seed, replication = address
    k0, k1 = key(seed, "/export")
    return uniforms(k0, k1, replication, count, stream_of("export", quirk), index)


def _without_some_people(events: pa.Table, address: tuple[int, int]) -> pa.Table:
    """The events of the others."""
    people = pc.unique(events["user"].drop_null())
    gone = people.filter(pa.array(_draws(address, len(people), "missing") < MISSING))
    return events.filter(pc.invert(pc.is_in(events["user"], value_set=gone)))


def _late(events: pa.Table, address: tuple[int, int], end: int) -> pa.Table:
    """The events in the order in which they arrive, with the time of it; what arrives after the end is not there."""
    late = _draws(address, len(events), "late") < LATE
    u = _draws(address, len(events), "late", 1)
    delay = np.where(late, -np.log(u) * MEAN_DELAY, u * USUAL_DELAY).astype(np.int64)
    received = events["time"].cast(pa.int64()).to_numpy() + delay
    order = np.argsort(received, kind="stable")
    order = order[received[order] < end]
    arrived = pa.array(received[order], pa.int64()).cast(pa.timestamp("us", "UTC"))
    return events.take(pa.array(order)).append_column("received", arrived)


def _with_duplicates(events: pa.Table, address: tuple[int, int]) -> pa.Table:
    """Some rows twice, one after the other."""
    of_users = pc.is_valid(events["user"]).to_numpy()
    twice = (_draws(address, len(events), "duplicates") < DUPLICATED) & of_users
    return events.take(pa.array(np.repeat(np.arange(len(events)), 1 + twice)))


def _in_local_time(table: pa.Table) -> pa.Table:
    """The table with times of the zone, without saying so."""
    for place, field in enumerate(table.schema):
        if pa.types.is_timestamp(field.type):
            local = pc.local_timestamp(table[field.name].cast(pa.timestamp("us", ZONE)))
            table = table.set_column(place, field.name, local)
    return table
