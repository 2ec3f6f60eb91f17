"""People who moved, people who were there before the export begins, and lapses that cannot be seen yet."""

from __future__ import annotations

import pyarrow as pa
import pytest

from forecast.observed.native import observed_tables
from forecast.observed.paths import Replay
from forecast.observed.replay import replay
from forecast.observed.tables import MICROSECONDS, MONTH, SINCE_BEFORE, Window
from forecast.observed.user_outcomes import tenure_data

SINCE = 1767225600_000000  # 2026-01-01
JANUARY = Window(SINCE, SINCE + 31 * MICROSECONDS)


def played(*events: tuple[float, str, str, bool]) -> Replay:
    """The replay of events: day of January (0 is its first midnight), user, event, moved."""
    times = [SINCE + round(day * MICROSECONDS) for day, *_ in events]
    table = pa.table(
        {
            "time": pa.array(times, pa.timestamp("us", "UTC")),
            "account": ["ada"] * len(events),
            "user": [user for _, user, *_ in events],
            "event": [event for _, _, event, _ in events],
            "moved": [moved for *_, moved in events],
        }
    )
    accounts = pa.table({"account": ["ada"], "segment": ["smb"], "eligible_users": [9]})
    return replay(observed_tables({"events": table, "accounts": accounts}), JANUARY)


def test_whoever_moved_uses_it_and_has_not_started() -> None:
    found = played((3, "a", "start", False), (3, "a", "activate", False), (5, "b", "start", True))
    assert found.starts.time.tolist() == [3 * MICROSECONDS]
    assert found.paths.columns[-1, :3].tolist() == [7, 1, 1]


def test_of_whom_nobody_knows_since_when_the_stay_says_nothing() -> None:
    before = SINCE_BEFORE / MICROSECONDS
    found = played(
        *((before, "a", "start", False), (before, "a", "activate", False), (10, "a", "lapse", False)),
        *((2, "b", "start", False), (2, "b", "activate", False), (12, "b", "lapse", False)),
    )
    assert found.paths.columns[0, 2] == 1  # there from the first moment
    assert found.starts.time.tolist() == [2 * MICROSECONDS]
    assert found.spells.entered.tolist() == [SINCE_BEFORE, 2 * MICROSECONDS]
    ages = tenure_data(found)
    assert (ages.entered_age.tolist(), ages.lapsed.tolist()) == ([0.0], [True])
    assert ages.left_age[0] == pytest.approx(10 * MICROSECONDS / MONTH)


def test_where_lapses_are_absences_stays_end_when_the_last_one_can_be_seen() -> None:
    found = played(
        *((1, "a", "start", False), (1, "a", "activate", False), (25, "a", "lapse", False)),
        *((1, "b", "start", False), (1, "b", "activate", False)),
        *((22, "c", "start", False), (22, "c", "activate", False)),
        *((1, "d", "start", False), (1, "d", "activate", False), (11, "d", "lapse", False)),
    )
    ages = tenure_data(found, 20 * MICROSECONDS)
    days = (ages.left_age * MONTH / MICROSECONDS).round(6)
    assert sorted(zip(days.tolist(), ages.lapsed.tolist(), strict=True)) == [(10.0, True), (19.0, False), (19.0, False)]
    assert len(tenure_data(found).plan) == 4
