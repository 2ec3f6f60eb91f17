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


def test_nothing_is_expected_where_nobody_begins(tmp_path: Path) -> None:
    parameters = parameters_of(tmp_path, adoption={"organic": 0}, awareness={"base": "1000 per day"})
    [expected] = expected_load(parameters)
    assert (expected.users, expected.opportunities, expected.trials) == (0, 0, 0)


@pytest.mark.parametrize("name", ["bottom_up", "top_down_sales"])
def test_presets_are_small(name: str) -> None:
    assert sum(each.events for each in expected_load(Parameters(load(name)))) < 5e6
