"""Do the scenarios that come with the package load, run, share one market, and say where their values come from?"""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

import numpy as np
import pytest

from forecast import run
from forecast.engines import simpy_engine
from forecast.model.parameters import Parameters
from forecast.scenario import Scenario, Uncertain, load

ROOT = Path(__file__).parents[1]
FILES = sorted((ROOT / "scenarios").glob("*.yaml"))
NAMES = [file.stem for file in FILES]
BASE = "bottom_up"
MOTIONS = {BASE, "top_down_sales", "product_led_growth", "land_and_expand"}
PRESETS = {"ai_chat", "collaboration"}
ADDITIONS = {"prices_and_seasons"}
QUESTIONS = sorted(set(NAMES) - MOTIONS - PRESETS - ADDITIONS)
SMALL = [
    "clock.horizon=15 months",
    "market.segments.smb.accounts=20",
    "market.segments.mid_market.accounts=6",
    "market.segments.enterprise.accounts=1",
]
LONGEST_QUESTION = 12  # lines


@cache
def shipped(name: str) -> Scenario:
    """The scenario of that name, loaded once."""
    return load(ROOT / "scenarios" / f"{name}.yaml")


def test_the_four_motions_the_presets_and_enough_questions_are_there() -> None:
    assert set(NAMES) >= MOTIONS | PRESETS | ADDITIONS
    assert len(QUESTIONS) >= 6


def test_the_wheel_takes_them_along() -> None:
    assert '"scenarios" = "forecast/scenario/shipped"' in (ROOT / "pyproject.toml").read_text(encoding="utf-8")


@pytest.mark.parametrize("name", NAMES)
def test_a_shipped_scenario_is_found_by_its_name(name: str) -> None:
    assert load(name).sha256 == shipped(name).sha256


def test_names_tell_the_scenarios_apart() -> None:
    assert len({shipped(name).name for name in NAMES}) == len(NAMES)
    assert all(shipped(name).description for name in NAMES)


@pytest.mark.parametrize("name", NAMES)
def test_a_resolved_scenario_is_the_same_scenario(name: str, tmp_path: Path) -> None:
    file = tmp_path / "scenario.yaml"
    file.write_text(shipped(name).resolved, encoding="utf-8")
    again = load(file)
    assert again.sha256 == shipped(name).sha256
    assert again.parameters == shipped(name).parameters


@pytest.mark.parametrize("name", sorted(MOTIONS))
def test_the_motions_share_one_market(name: str) -> None:
    base, other = shipped(BASE), shipped(name)
    assert (other.segments, other.accounts, other.start, other.months, other.seed) == (
        base.segments,
        base.accounts,
        base.start,
        base.months,
        base.seed,
    )
    assert {path: value for path, value in other.parameters.items() if path.startswith("market.")} == {
        path: value for path, value in base.parameters.items() if path.startswith("market.")
    }


def test_product_led_growth_repeats_the_users_of_the_base() -> None:
    base, other = shipped(BASE).parameters, shipped("product_led_growth").parameters
    users = ("adoption.", "trial.", "churn.free", "churn.paid", "ban.", "pricing.paid", "costs.paid", "costs.free")
    teams = ("plans.team.", "churn.team", "awareness.team", "costs.team", "usage.", "pricing.usage.", "costs.usage")
    alike = {path for path in other if path.startswith((*users, *teams)) and "seated" not in path}
    assert {path: other[path] for path in alike} == {path: base[path] for path in alike}
    assert shipped("product_led_growth").stages == ()


@pytest.mark.parametrize("name", QUESTIONS)
def test_a_question_is_a_few_lines_on_top_of_the_base(name: str) -> None:
    text = (ROOT / "scenarios" / f"{name}.yaml").read_text(encoding="utf-8")
    lines = [line for line in text.splitlines() if not line.startswith("#")]
    base, other = shipped(BASE), shipped(name)
    changed = {path for path, value in other.parameters.items() if base.parameters.get(path) != value}
    assert "extends: bottom_up.yaml" in lines
    assert len(lines) <= LONGEST_QUESTION
    assert text.startswith("# One question: what")
    assert 1 <= len(changed) + (other.changes != base.changes) <= 5
    assert set(base.parameters) <= set(other.parameters)


@pytest.mark.parametrize("name", [name for name in NAMES if shipped(name).requirements])
def test_how_many_insist_on_soc2_is_never_a_constant(name: str) -> None:
    assert all(
        isinstance(share, Uncertain) for share in shipped(name).parameters["procurement.requirements.soc2.needed"]
    )


@pytest.mark.parametrize("name", NAMES)
def test_the_reproduction_number_is_in_the_plausible_range(name: str) -> None:
    parameters = Parameters(shipped(name))
    numbers = [parameters.reproduction_number(segment) for segment in range(len(parameters.segments))]
    explained = ("reproduction_number", None) in shipped(name).explanations
    spreads = name != "top_down_sales"
    assert explained == (name == "no_free_tier")
    assert explained or all(0.3 <= number <= 4.0 if spreads else number == 0.0 for number in numbers)


@pytest.mark.parametrize("file", FILES, ids=NAMES)
def test_every_source_that_is_named_is_listed(file: Path) -> None:
    listed = (ROOT / "docs" / "sources.md").read_text(encoding="utf-8")
    comments = " ".join(re.findall(r"#.*", file.read_text(encoding="utf-8")))
    named = re.findall(r"\[[A-Z]+\d+\]", comments)
    assert [key for key in named if f"**{key}**" not in listed] == []
    assert named or re.search(r"\bU\b|One question", comments)


@pytest.mark.parametrize("name", NAMES)
def test_what_lies_outside_of_what_is_published_has_its_reason(name: str, tmp_path: Path) -> None:
    replications = 30 if name in MOTIONS | ADDITIONS else 12
    done = run(shipped(name), replications=replications, workers=1, folder=tmp_path / "run")
    assert [(flag["figure"], flag["segment"], flag["value"]) for flag in done.plausibility if not flag["because"]] == []


@pytest.mark.parametrize("name", NAMES)
def test_a_small_one_runs_and_nobody_is_lost(name: str) -> None:
    parameters = Parameters(load(ROOT / "scenarios" / f"{name}.yaml", SMALL))
    monthly = simpy_engine.run(parameters, 1, 0).monthly
    column = {metric: place for place, metric in enumerate(parameters.metrics)}
    states = ["in_trial", "free_users", "paid_users", "team_users", "seated_users", "lapsed_users"]
    used = sum(monthly[:, :, column[state]] for state in states)
    lapsed = monthly[:, :, column["lapsed_users"]]
    assert (used <= monthly[:, :, column["eligible_users"]]).all()
    assert (np.diff(lapsed, axis=0) == (monthly[:, :, column["lapses"]] - monthly[:, :, column["win_backs"]])[1:]).all()
    assert name == "top_down_sales" or monthly[:, :, column["organic_trials"]].sum() > 0
