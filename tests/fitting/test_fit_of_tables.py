"""Events, opportunities and contracts of a world whose truth is known become a scenario near to it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from forecast.engines import choose_engine
from forecast.exports.data_file import read_data_file
from forecast.exports.read_exports import read_exports
from forecast.fitting.fit import FitOptions, learn_from
from forecast.fitting.fit_folder import write_fit
from forecast.history.played_log import PlayedLog
from forecast.history.user_states import TRIAL
from forecast.scenario import Scenario
from forecast.study.finished_run import open_run

TRUTH = {
    "adoption.organic": 0.004,
    "adoption.imitation": 0.4,
    "adoption.win_back": 0.0305,
    "trial.activation": 0.55,
    "trial.to_paid": 0.08,
    "trial.keep_free": 0.65,
    "plans.upgrade": 0.005,
    "churn.free.hazard": 0.0943,
    "churn.paid.hazard": 0.0619,
    "market.frailty_cv": 0.6,
}
FARTHEST = 4.0  # posterior sds; of ten values in two segments such a distance has a chance of 1 in 800


@pytest.fixture(scope="module")
def fitted(world: Path) -> tuple[Scenario, dict[str, Any]]:
    """The scenario and what fit.json says."""
    with read_exports(read_data_file(world / "data.yaml")) as exports:
        scenario = write_fit(learn_from(exports, FitOptions(draws=200)), exports, world / "fit")
    return scenario, json.loads((world / "fit" / "fit.json").read_text(encoding="utf-8"))


def test_values_that_the_data_tell_are_near_the_truth(fitted: tuple[Scenario, dict[str, Any]]) -> None:
    seen = set()
    for value in fitted[1]["values"]:
        path, found = value["path"], value["posterior"]
        if path not in TRUTH or "prior" in value["remark"]:
            continue
        seen.add(path)
        sd = np.log(found["high"] / found["low"]) / (2 * 1.2816)
        assert abs(np.log(TRUTH[path] / found["median"])) < FARTHEST * sd, (path, value["segment"], found)
    assert {"adoption.organic", "adoption.imitation", "trial.activation", "churn.free.hazard"} <= seen


def test_what_too_little_was_seen_of_stays_as_wide_as_the_prior(fitted: tuple[Scenario, dict[str, Any]]) -> None:
    elasticity = [value for value in fitted[1]["values"] if value["path"] == "renewal.elasticity"]
    for value in elasticity:
        assert value["remark"].endswith("prior kept")
        width = np.log(value["posterior"]["high"] / value["posterior"]["low"])
        assert width == pytest.approx(np.log(value["prior"]["high"] / value["prior"]["low"]), rel=0.35)


def test_accounts_stand_as_the_engine_left_them(world: Path, fitted: tuple[Scenario, dict[str, Any]]) -> None:
    run = open_run(world / "run")
    played = PlayedLog(run.parameters, 0, choose_engine(None))
    users = played.users_of()
    for _, (time, _, account, kind, who, value) in played.events():
        users[account].apply(time, kind, who, value)
    entered = [account for account, day in enumerate(played.result.accounts.entry_day) if np.isfinite(day)]
    expected = sorted(
        (played.sizes[account], users[account].active, users[account].lapsed, users[account].seats)
        for account in entered
    )
    present = fitted[0].present
    found = sorted((each.eligible_users, each.active_users, each.lapsed_users, each.seats) for each in present)
    assert found == expected
    assert sum(each.trial_users for each in present) == sum(users[account].count(TRIAL) for account in entered) > 0


def test_nobody_of_the_export_is_named_anywhere(world: Path, fitted: tuple[Scenario, dict[str, Any]]) -> None:
    people = {line.split(",")[2].strip('"') for line in (world / "events" / "events.csv").read_text().splitlines()[1:]}
    for path in (world / "fit").iterdir():
        text = path.read_bytes().decode("utf-8", "replace")
        assert not any(person and person in text for person in people), path.name
