"""Are the cells of native tables read as what they say, and refused in a sentence where they say nothing?"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest

from forecast.errors import InputError
from forecast.observed.native import observed_tables
from forecast.observed.table_files import read_folder
from forecast.observed.tables import (
    BY_COLLEAGUE,
    BY_NOBODY,
    BY_OTHER_TEAM,
    BY_UNKNOWN,
    MICROSECONDS,
    NO_TIME,
    NOBODY,
    EventRows,
    in_order,
)

STAGE = ("opportunity", "account", "source", "stage", "entered", "left", "outcome", "reason")
TERM = ("account", "contract", "signed", "start", "end", "seats", "price_per_seat_month", "list_price", "renewed_from")
NONE = pa.array([], pa.string())
DAY = 20454 * MICROSECONDS  # 2026-01-01


def tables(**changed: dict[str, list[str]]) -> dict[str, pa.Table]:
    """Small tables, some of them with other columns."""
    found = {
        "events": {"time": ["2026-01-01 00:00:01Z"], "account": ["ada"], "user": ["u"], "event": ["start"]},
        "opportunities": dict.fromkeys(STAGE, NONE),
        "contracts": dict.fromkeys([*TERM, "champion_left"], NONE),
        "accounts": {"account": ["ada", "bob"], "segment": ["smb", "big"], "eligible_users": ["9", "4"]},
    }
    return {name: pa.table({**found.get(name, {}), **changed.get(name, {})}) for name in (*found, *changed)}


@pytest.mark.parametrize(
    ("text", "zone", "microseconds"),
    [
        ("2026-01-01 00:00:00.000001Z", None, DAY + 1),
        ("2026-01-01T01:00:00+01:00", None, DAY),
        ("2026-01-01 02:00:00", "Europe/Berlin", DAY + MICROSECONDS // 24),
        ("2026-01-01", None, DAY + MICROSECONDS // 2),
    ],
)
def test_times_are_read_to_the_microsecond(text, zone, microseconds) -> None:
    assert observed_tables(tables(events={"time": [text]}), time_zone=zone).events.time.tolist() == [microseconds]


def test_who_brought_a_start_about_is_nobody_a_colleague_or_not_known() -> None:
    events = {
        "time": ["2026-01-01 00:00:01Z"] * 4,
        "account": ["ada"] * 4,
        "user": list("abcd"),
        "event": ["start"] * 4,
    }
    by = {"by": ["", "colleague", "other_team", "a"]}
    expected = [BY_NOBODY, BY_COLLEAGUE, BY_OTHER_TEAM, BY_COLLEAGUE]
    assert observed_tables(tables(events={**events, **by})).events.by.tolist() == expected
    assert observed_tables(tables(events=events)).events.by.tolist() == [BY_UNKNOWN] * 4


def test_teams_have_places_in_their_account_where_their_sizes_are_known() -> None:
    teams = {"account": ["bob", "ada", "ada"], "team": ["1", "x", "1"], "size": ["4", "5", "4"]}
    found = observed_tables(tables(teams=teams, events={"team": ["1"]}))
    assert found.teams.account.tolist() == [0, 0, 1]
    assert found.teams.size.tolist() == [5, 4, 4]
    assert found.events.team.tolist() == [1]


def test_champions_leave_at_a_time_or_at_one_that_is_not_known() -> None:
    term = {"account": ["ada"] * 3, "contract": ["1", "2", "3"], "signed": [""] * 3, "start": ["2026-01-01"] * 3}
    term |= {"end": ["2026-02-01"] * 3, "seats": ["5"] * 3, "price_per_seat_month": ["30"] * 3, "list_price": [""] * 3}
    left = ["", "yes", "2026-01-01 00:00:02Z"]
    found = observed_tables(tables(contracts={**term, "renewed_from": ["", "1", ""], "champion_left": left})).contracts
    assert found.champion_left.tolist() == [False, True, True]
    assert found.champion_left_at.tolist() == [NO_TIME, NO_TIME, DAY + 2_000_000]
    assert found.renewed_from.tolist() == [NOBODY, 0, NOBODY]
    assert found.start.tolist() == [DAY] * 3
    assert np.isnan(found.list_price).all()


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        ({"events": {"event": ["starts"]}}, "events:2: event: unknown event `starts`; did you mean `start`?"),
        ({"events": {"account": ["eve"]}}, "events:2: account: unknown account `eve` (known: ada, bob)"),
        (
            {"events": {"user": [""]}},
            "events:2: user: no value; expected who it was",
        ),
        ({"events": {"time": ["yesterday"]}}, "events:2: time: found `yesterday`; expected a time such as"),
        ({"events": {"time": ["2026-01-01 09:00:00"]}}, "expected times with a zone, such as"),
        (
            {"accounts": {"eligible_users": ["9", "0"]}},
            "accounts:3: eligible_users: found `0`; expected",
        ),
        ({"accounts": {"account": ["ada", "ada"]}}, "accounts:3: account: duplicate account `ada`"),
        ({"teams": {"account": ["ada"], "team": ["1"], "size": ["many"]}}, "teams:2: size: found `many`; expected"),
    ],
)
def test_what_cannot_be_read_is_said_with_its_place(changed, sentence) -> None:
    with pytest.raises(InputError) as caught:
        observed_tables(tables(**changed))
    assert sentence in str(caught.value)


def test_all_that_is_missing_is_said_at_once(tmp_path: Path) -> None:
    with pytest.raises(InputError) as caught:
        read_folder(tmp_path)
    assert len(caught.value.problems) == 4
    with pytest.raises(InputError, match="found the columns account; expected a column `segment`"):
        observed_tables({**tables(), "accounts": pa.table({"account": ["ada"]})})


@pytest.mark.parametrize("data", [b"", b"PAR1 and no more"])
def test_a_file_that_is_broken_is_one_sentence(tmp_path: Path, data: bytes) -> None:
    for name in ("events", "opportunities", "contracts", "accounts"):
        (tmp_path / f"{name}.parquet").write_bytes(data)
    with pytest.raises(InputError, match="cannot read the file"):
        read_folder(tmp_path)


def test_events_of_one_instant_stay_in_the_order_of_the_file() -> None:
    columns = [[5, 3, 5, 3], [0, 1, 2, 3], *[[0] * 4] * 4, [False] * 4]
    rows = EventRows(*[np.array(column) for column in columns])
    assert in_order(rows).account.tolist() == [1, 3, 0, 2]


def test_all_but_the_accounts_may_be_left_out() -> None:
    found = observed_tables({"accounts": tables()["accounts"]})
    assert len(found.events.time) == len(found.stages.entered) == len(found.contracts.start) == 0
    with pytest.raises(InputError, match="no table `accounts`"):
        observed_tables({"events": tables()["events"]})
