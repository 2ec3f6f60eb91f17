"""Is the expected load at least what is simulated, and not far above it where rates are absurd?"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from forecast.engines import engine
from forecast.model.expected_load import SegmentLoad, expected_load
from forecast.model.parameters import Parameters
from forecast.scenario import load
from forecast.scenario.checks.accounts import accounts_text

OFTEN = {"base": "20 per day", "min_users": 0}


def parameters_of(tmp_path: Path, **blocks: Any) -> Parameters:
    """Forty accounts of ten users for two years, with more blocks."""
    tree = {
        "clock": {"start": "2026-01-01", "horizon": "24 months"},
        "market": {"segments": {"a": {"accounts": 40, "eligible_users": 10}}},
        "adoption": {"organic": "20% per month"},
        **blocks,
    }
    (tmp_path / "a.yaml").write_text(json.dumps(tree), encoding="utf-8")
    return Parameters(load(tmp_path / "a.yaml"))


def market_of_file(tmp_path: Path, rows: list[dict[str, str]]) -> dict[str, Any]:
    """A market of the accounts of a file alone, ten users each."""
    about = ({"account": f"A{number}", "segment": "a", "eligible_users": "10"} for number in range(len(rows)))
    text = accounts_text(each | row for each, row in zip(about, rows, strict=True))
    (tmp_path / "today.csv").write_text(text, encoding="utf-8")
    return {"accounts_file": "today.csv", "segments": {"a": {"accounts": 0, "eligible_users": 10}}}


def loaded(parameters: Parameters) -> tuple[SegmentLoad, int, int]:
    """The expected load, and the opportunities and events of a replication."""
    result = engine("simpy").run(parameters, 1, 0)
    [expected] = expected_load(parameters)
    return expected, len(result.opportunities.account), int(result.events)


LOST = {"review": {"loss": "100%"}}
BUSY = {
    "all are lost at once": {"awareness": {"base": "0.2 per day", "min_users": 0}, "procurement": {"stages": LOST}},
    "a stage takes its time": {
        "awareness": OFTEN,
        "procurement": {"stages": {"review": {"loss": "100%", "duration": "20 days"}}},
    },
    "a gate opens once a month": {
        "awareness": OFTEN,
        "procurement": {"stages": {"review": {"loss": "100%", "gate": "month"}}},
    },
    "a cool-down": {"awareness": OFTEN, "procurement": {"stages": LOST, "cool_down": "30 days"}},
    "all are won": {"awareness": OFTEN, "procurement": {"stages": {"review": {}}}},
    "outbound": {"outbound": {"rate": "0.2 per day"}, "procurement": {"stages": LOST}},
    "bans": {"awareness": {**OFTEN, "ban": "50%"}, "ban": {"lift": "0.05 per day"}, "procurement": {"stages": LOST}},
    "a rate that rises later": {
        "awareness": {"min_users": 0},
        "procurement": {"stages": LOST},
        "timeline": [{"at": "2027-06-01", "set": {"awareness.base": "0.5 per day"}}],
    },
}


@pytest.mark.parametrize("name", BUSY)
def test_opportunities_are_expected_within_a_factor(tmp_path: Path, name: str) -> None:
    expected, simulated, events = loaded(parameters_of(tmp_path, **BUSY[name]))
    # 40 accounts with at least 12 opportunities each but for those that are won (2): 4 standard errors are below 20 %.
    assert simulated * 0.8 <= expected.opportunities <= 2.5 * simulated + 80
    assert events <= expected.events * 1.2


def test_users_who_come_back_for_ever_are_expected(tmp_path: Path) -> None:
    coming = {"organic": "5 per day", "win_back": "1 per day"}
    parameters = parameters_of(tmp_path, adoption=coming, trial={"length": "1 day", "activation": "0%"})
    expected, _, events = loaded(parameters)
    assert 40 * 10 * 300 < expected.trials < 40 * 10 * 400  # every second day
    assert events < expected.events < 3 * events


def test_accounts_that_enter_later_count_from_their_entry_on(tmp_path: Path) -> None:
    late = {"market": {"segments": {"a": {"accounts": 400, "eligible_users": 10, "enters": "18 months"}}}}
    never = {"market": {"segments": {"a": {"accounts": 400, "eligible_users": 10, "enters": "3 years"}}}}
    outbound = BUSY["outbound"]
    expected, simulated, _ = loaded(parameters_of(tmp_path, **outbound, **late))
    # A quarter of the horizon; 36 opportunities an account: 4 standard errors are below 4 %.
    assert simulated * 0.95 <= expected.opportunities <= 1.1 * simulated
    [absent] = expected_load(parameters_of(tmp_path, **outbound, **never))
    assert (absent.users, absent.opportunities, absent.trials) == (0, 0, 0)
    some = {"discrete": {"0 days": 0.25, "3 years": 0.75}}
    never["market"]["segments"]["a"]["enters"] = some
    assert expected_load(parameters_of(tmp_path, **outbound, **never))[0].users == pytest.approx(1000)


def test_today_s_level_of_the_market_brings_as_many_to_their_first_trial(tmp_path: Path) -> None:
    blocks = {"trial": {"length": "1 day", "activation": "0%"}}
    few = {"organic": "0.4% per month", "win_back": "1 per day"}
    at_one = parameters_of(tmp_path, adoption=few, **blocks)
    market = {"level": {"now": 5}, "segments": {"a": {"accounts": 40, "eligible_users": 10}}}
    expected, _, events = loaded(parameters_of(tmp_path, adoption=few, market=market, **blocks))
    assert events < expected.events
    assert 3 < expected.trials / expected_load(at_one)[0].trials < 5
    fading = market | {"level": {"now": 5, "persistence": 0.5}}
    later, _, events = loaded(parameters_of(tmp_path, adoption=few, market=fading, **blocks))
    assert events < later.events <= expected.events


def test_accounts_of_the_file_count_with_what_they_bring_along(tmp_path: Path) -> None:
    rows = [{"in_trial": "6"}] * 30 + [{"opportunity_stage": "review"}] * 200 + [{"team_users": "4", "teams": "1"}] * 30
    market = market_of_file(tmp_path, rows)
    stages = {"stages": {"review": {"duration": "20 days"}}}
    parameters = parameters_of(tmp_path, market=market, adoption={}, procurement=stages)
    expected, simulated, events = loaded(parameters)
    assert simulated == expected.opportunities == 200
    assert events <= expected.events


def test_nothing_is_expected_where_nobody_begins(tmp_path: Path) -> None:
    parameters = parameters_of(tmp_path, adoption={"organic": 0}, awareness={"base": "1000 per day"})
    [expected] = expected_load(parameters)
    assert (expected.users, expected.opportunities, expected.trials) == (0, 0, 0)
    market = market_of_file(tmp_path, [{}])
    [expected] = expected_load(parameters_of(tmp_path, adoption={"organic": 0}, market=market))
    assert (expected.users, expected.trials) == (0, 0)


@pytest.mark.parametrize("name", ["bottom_up", "top_down_sales"])
def test_presets_are_small(name: str) -> None:
    assert sum(each.events for each in expected_load(Parameters(load(name)))) < 5e6
