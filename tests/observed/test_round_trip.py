"""What a replication exports comes back as the paths of its log: every count at every microsecond."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import numpy as np
import pytest
from exported import FOLDERS, SHIPPED  # type: ignore[import-not-found]  # it stands beside this file
from log_paths import Step, log_paths  # type: ignore[import-not-found]  # it stands beside this file

from forecast.engines import simpy_engine
from forecast.engines.simpy_engine.calendar import Process
from forecast.engines.simpy_engine.market import Market
from forecast.history.event_tables import event_tables
from forecast.observed.account_states import ACTIVE_STATES, AccountStates
from forecast.observed.paths import Replay

WORLDS = [*((name, 0) for name in SHIPPED), *((name, replication) for name in FOLDERS for replication in range(3))]


def by_name(found: Replay, names: list[str]) -> dict[str, list[Step]]:
    """The steps of each account."""
    steps = [(int(time), tuple(row)) for time, row in zip(found.paths.time, found.paths.columns.tolist(), strict=True)]
    ends = found.paths.first.tolist()
    return {name: steps[ends[place] : ends[place + 1]] for place, name in enumerate(names)}


@pytest.mark.parametrize(("name", "replication"), WORLDS)
def test_the_paths_of_the_log_come_back_from_its_files(world, name, replication) -> None:
    found = by_name(*world(name, replication).replayed())
    expected = log_paths(world(name, replication).log)
    assert set(found) == set(expected)
    assert sum(map(len, found.values())) > len(found)
    for account, steps in expected.items():
        assert found[account] == steps, account


PATH_TRANSITIONS = [
    *(("ties", name) for name in ("end_contract", "start_contract", "change_deals", "ban", "end_team_plan")),
    *(("present", name) for name in ("start_team_plan", "downgrade", "_roll_out")),
]


@pytest.mark.parametrize(("name", "transition"), PATH_TRANSITIONS)
def test_a_transition_that_is_wrong_is_found(world, name, transition, monkeypatch) -> None:
    monkeypatch.setattr(AccountStates, transition, lambda *_, **__: None)
    assert by_name(*world(name).replayed()) != log_paths(world(name).log)


@pytest.mark.parametrize("name", FOLDERS)
def test_both_engines_export_the_same_tables(world, name) -> None:
    fast = world(name, 1)
    readable = event_tables(fast.parameters, 1, "simpy")
    assert fast.tables.keys() == readable.keys()
    assert all(fast.tables[table].equals(readable[table]) for table in readable)


def test_parquet_says_what_csv_says(world) -> None:
    csv, _ = world("present").replayed("csv")
    parquet, _ = world("present").replayed("parquet")
    for one, other in zip(csv[1:], parquet[1:], strict=True):
        assert np.array_equal(np.array(one), np.array(other))
    assert np.array_equal(csv.paths.time, parquet.paths.time)
    assert np.array_equal(csv.paths.columns, parquet.paths.columns)


@pytest.mark.parametrize("name", [*FOLDERS, "prices_and_seasons"])
def test_stays_add_up_to_the_time_on_each_plan(world, name) -> None:
    found, names = world(name).replayed()
    paths, spells = found.paths, found.spells
    ends = np.append(paths.time[1:], 0)
    ends[paths.first[1:] - 1] = paths.window.length
    for plan in ACTIVE_STATES:
        own = spells.plan == plan
        total, area = np.zeros(len(names), np.int64), np.zeros(len(names), np.int64)
        np.add.at(total, spells.account[own], spells.left[own] - np.maximum(spells.entered, 0)[own])
        np.add.at(area, paths.account, paths.columns[:, plan] * (ends - paths.time))
        assert np.array_equal(total, area)


@pytest.mark.parametrize("name", FOLDERS)
def test_terms_that_run_at_the_horizon_are_those_of_the_books(world, name) -> None:
    """Seats after true-ups, and the price after discount, tier and uplifts: twelve months of both are the ARR."""
    log, terms = world(name).log, world(name).tables["contracts"].to_pylist()
    renewed = {term["renewed_from"] for term in terms}
    books, places = log.result.accounts, {each: number for number, each in enumerate(log.names)}
    end = log.parameters.scenario.start + timedelta(days=int(log.parameters.month_days[-1]))
    running = [term for term in terms if term["contract"] not in renewed and term["start"] < end <= term["end"]]
    seats = np.zeros(len(log.names), np.int64)
    for term in running:
        account = places[term["account"]]
        seats[account] = term["seats_at_end"]
        cents = round(100 * term["price_per_seat_month"])
        assert 12 * cents * term["seats_at_end"] == books.arr_cents[account]
    assert running
    assert np.array_equal(seats, books.seats)


@pytest.mark.parametrize("name", ["present", "ties", "prices_and_seasons"])
def test_teams_stand_at_the_horizon_where_the_engine_has_them(world, name) -> None:
    """So that those who lapsed before the start, and who are won back, are counted in the team in which they are."""
    markets, log = list[Market](), world(name).log

    def keep(market: Market) -> Process:
        markets.append(market)
        yield market.calendar.timeout(0.0)

    simpy_engine.run(log.parameters, log.seed, 0, processes=[keep])
    found, names = world(name).replayed()
    place = {each: number for number, each in enumerate(names)}
    some = 0
    for account in markets[0].accounts:
        if account.teams and account.entered:
            leaves: Any = account.teams.nodes[account.teams.leaf :]
            expected = (leaves.not_using * leaves.active / np.array(account.teams.sizes)).sum()
            at = found.paths.first[place[log.names[account.index]] + 1] - 1
            assert found.paths.own_contact[at] == pytest.approx(expected, abs=1e-9)
            some += expected > 0
    assert some
