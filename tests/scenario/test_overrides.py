"""Do `extends` and `--set` change exactly what they name?"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from forecast.errors import InputError
from forecast.scenario import Distribution, load
from forecast.scenario.checks.accounts import accounts_text

BASE = """\
name: base
description: the base
clock: {start: 2026-01-01, horizon: 24 months}
market: {segments: {smb: {accounts: 30, eligible_users: 9}, enterprise: {accounts: 10, eligible_users: 950}}}
trial: {length: {lognormal: {median: 9 days, sigma: 1}}, activation: {by_segment: {smb: 30%, enterprise: 40%}}}
adoption: {imitation: {invites: 1 per day, acceptance: 50%}}
procurement: {stages: {legal: {resource: counsel, loss: 5%}}}
vendor: {resources: {counsel: {count: 1}}}
"""


@pytest.fixture
def extended(tmp_path: Path) -> Any:
    """Loads a file that extends the base."""

    def of(text: str, sets: Any = ()) -> Any:
        (tmp_path / "base.yaml").write_text(BASE, encoding="utf-8")
        (tmp_path / "over.yaml").write_text("extends: base.yaml\n" + text, encoding="utf-8")
        return load(tmp_path / "over.yaml", sets)

    return of


def test_this_file_wins_and_the_rest_is_inherited(extended: Any) -> None:
    scenario = extended("clock: {horizon: 12 months}\nprocurement: {stages: {legal: {loss: 6%}}}")
    assert (scenario.months, scenario.start.year) == (12, 2026)
    assert scenario.parameters["procurement.stages.legal.loss"] == (0.06, 0.06)
    assert scenario.parameters["procurement.stages.legal.resource"] == ("counsel", "counsel")


def test_the_name_is_the_own_files_name(extended: Any) -> None:
    assert (extended("").name, extended("").description) == ("over", "")


def test_a_distribution_is_replaced_as_a_whole(extended: Any) -> None:
    scenario = extended("trial: {length: {exponential: {mean: 3 days}}}")
    assert scenario.parameters["trial.length"][0] == Distribution("exponential", {"mean": 3.0})


def test_segments_parts_are_merged_one_by_one(extended: Any) -> None:
    scenario = extended("trial: {activation: {by_segment: {smb: 35%}}}")
    assert scenario.parameters["trial.activation"] == (0.35, 0.4)


def test_parts_of_imitation_are_merged_one_by_one(extended: Any) -> None:
    assert extended("adoption: {imitation: {acceptance: 25%}}").parameters["adoption.imitation.rate"] == (1.0, 1.0)
    assert extended("adoption: {imitation: 2 per day}").parameters["adoption.imitation.acceptance"] == (1.0, 1.0)


def test_an_error_in_the_base_is_told_with_the_bases_line(tmp_path: Path) -> None:
    (tmp_path / "base.yaml").write_text(BASE.replace("loss: 5%", "loss: 5"), encoding="utf-8")
    (tmp_path / "over.yaml").write_text("extends: base.yaml\nplans: {upgrade: x}", encoding="utf-8")
    with pytest.raises(InputError) as caught:
        load(tmp_path / "over.yaml")
    assert {(str(problem.file).rpartition("/")[2], problem.line) for problem in caught.value.problems} == {
        ("base.yaml", 7),
        ("over.yaml", 2),
    }


def test_files_that_extend_each_other_are_refused(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text("extends: b.yaml", encoding="utf-8")
    (tmp_path / "b.yaml").write_text("clock: {}\nextends: a.yaml", encoding="utf-8")
    with pytest.raises(InputError, match="does not extend this one in turn") as caught:
        load(tmp_path / "a.yaml")
    assert caught.value.problems[0].line == 2


def test_a_base_that_is_not_there_is_told(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text("extends: nothing.yaml", encoding="utf-8")
    with pytest.raises(
        InputError, match=r"a\.yaml:1: extends: file not found: `nothing.yaml`; give a file or a preset \("
    ):
        load(tmp_path / "a.yaml")


SETS = [
    ("trial.activation=10%", "trial.activation", (0.1, 0.1)),
    ("trial.activation.smb=10%", "trial.activation", (0.1, 0.4)),
    ("trial.activation.by_segment.smb=10%", "trial.activation", (0.1, 0.4)),
    ("trial.keep_free.smb=10%", "trial.keep_free", (0.1, 1.0)),
    ("trial.keep_free.by_segment.enterprise=10%", "trial.keep_free", (1.0, 0.1)),
    ("adoption.imitation.acceptance=20%", "adoption.imitation.acceptance", (0.2, 0.2)),
    ("adoption.imitation.acceptance.smb=20%", "adoption.imitation.acceptance", (0.2, 0.5)),
    ("procurement.stages.legal.resource=none", "procurement.stages.legal.resource", (None, None)),
    ("vendor.resources.counsel={count: 4}", "vendor.resources.counsel.count", (4,)),
    ("contract.true_up=never", "contract.true_up", (0, 0)),
]


@pytest.mark.parametrize(("override", "path", "values"), SETS, ids=[override for override, _, _ in SETS])
def test_set_changes_the_value_it_names(extended: Any, override: str, path: str, values: Any) -> None:
    assert extended("", [override]).parameters[path] == values


def test_set_reaches_into_a_distribution(extended: Any) -> None:
    medians = [
        length.parameters["median"]
        for length in extended("", ["trial.length.lognormal.median.smb=2 days"]).parameters["trial.length"]
    ]
    assert medians == [2.0, 9.0]


def test_set_may_bring_in_a_capability_but_no_segment(extended: Any) -> None:
    assert extended("", ["vendor.capabilities.soc2=2026-06-01"]).parameters["vendor.capabilities.soc2"][0].day == 151.0
    with pytest.raises(InputError, match=r"did you mean `market\.segments\.smb`"):
        extended("", ["market.segments.smbs.accounts=3"])


def test_sets_hold_in_their_order(extended: Any) -> None:
    assert extended("", ["plans.upgrade=1 per day", "plans.upgrade=2 per day"]).parameters["plans.upgrade"] == (
        2.0,
        2.0,
    )


def test_a_shape_is_set_on_a_hazard_that_has_none(loaded: Any) -> None:
    text = "churn: {free: {hazard: 6% per month, heterogeneity_cv: 0.5}}"
    scenario = loaded(text, ["churn.free.shape=1.4"])
    assert scenario.parameters["churn.free"][0].family == "burr"
    assert scenario.parameters["churn.free"][0].parameters["heterogeneity_cv"] == 0.5
    assert scenario.replace({"churn.free": {"shape": 1}}).parameters == loaded(text).parameters


FILES = {
    "market.accounts_file": ("today.csv", accounts_text([{"account": "A", "segment": "smb", "eligible_users": "9"}])),
    "draws.file": ("draws.csv", "trial.to_paid\n0.1\n"),
    "trial.length": ("{empirical: days.csv:days}", "days\n7 days\n"),
}


@pytest.mark.parametrize("path", FILES)
def test_a_file_that_an_override_names_lies_in_the_working_folder(
    path: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    value, text = FILES[path]
    name = value.removeprefix("{empirical: ").partition(":")[0]
    here, there = tmp_path / "here", tmp_path / "there"
    for folder in (here, there):
        folder.mkdir()
    (there / "base.yaml").write_text(BASE, encoding="utf-8")
    (there / name).write_text("a wrong file\n", encoding="utf-8")
    monkeypatch.chdir(here)
    with pytest.raises(InputError, match=f"{path}.*{name}"):
        load("../there/base.yaml", [f"{path}={value}"])
    (here / name).write_text(text, encoding="utf-8")
    found = load("../there/base.yaml", [f"{path}={value}"])
    assert load("../there/base.yaml", {path: value}) == found == load("../there/base.yaml").replace({path: value})


def test_a_file_that_a_scenario_file_names_lies_beside_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "there").mkdir()
    (tmp_path / "there" / "base.yaml").write_text(BASE + "draws: {file: draws.csv}\n", encoding="utf-8")
    (tmp_path / "there" / "draws.csv").write_text(FILES["draws.file"][1], encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    assert load("there/base.yaml", ["pricing.paid=20 USD"]).files
