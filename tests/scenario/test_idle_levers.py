"""Is a value that changes nothing noted: the one that was there before, or of something that is switched off?"""

from __future__ import annotations

import warnings
from pathlib import Path
from typing import Any

import pytest

from forecast.scenario import ScenarioWarning, load, shipped

BASE = """\
clock: {start: 2026-01-01, horizon: 24 months}
market: {segments: {smb: {accounts: 30, eligible_users: 9}, big: {accounts: 10, eligible_users: 950}}}
adoption: {organic: 3% per month, imitation: 0.3 per month}
trial: {activation: {by_segment: {smb: 30%, big: 40%}}}
procurement: {stages: {legal: {loss: 5%}}}
pricing: {paid: 20 USD, enterprise: 40 USD}
"""


@pytest.fixture(name="noted")
def notes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Loads the base, or a file that extends it, with overrides: the notes."""
    monkeypatch.chdir(tmp_path)

    def of(sets: Any = (), *, over: str = "", base: str = BASE) -> list[ScenarioWarning]:
        Path("base.yaml").write_text(base, encoding="utf-8")
        Path("over.yaml").write_text("extends: base.yaml\n" + over, encoding="utf-8")
        with warnings.catch_warnings():
            warnings.simplefilter("error")  # notes are for a terminal: a loop over prices in Python is left in peace
            found = load("over.yaml" if over else "base.yaml", sets).warnings
        assert {each.kind for each in found} <= {"note"}
        return list(found)

    return of


@pytest.mark.parametrize(
    "override",
    [
        "adoption.organic=3% per month",
        "pricing.enterprise=40.00 USD",
        "trial.activation.smb=30%",
        "trial.activation={by_segment: {smb: 30%, big: 40%}}",
        "churn.free=never",  # a default
        "trial.length=0 days",
        "market.segments.smb.accounts=30",
    ],
)
def test_what_the_file_says_already_is_noted(noted: Any, override: str) -> None:
    found = [each for each in noted([override]) if "already" in each.message]
    assert [each.path for each in found] == [override.partition("=")[0]]
    assert str(found[0]).startswith("--set: ")
    assert str(found[0]).endswith("is what the file says already; nothing changes")


@pytest.mark.parametrize("override", ["adoption.organic=4% per month", "trial.activation=30%", "run.replications=1000"])
def test_what_changes_something_is_not(noted: Any, override: str) -> None:
    assert noted([override]) == []


@pytest.mark.parametrize(
    ("lever", "because"),
    [
        ("pricing.paid=30 USD", "nobody can be on that plan, because `trial.to_paid` and `plans.upgrade` are 0"),
        ("pricing.enterprise=50 USD", "no contract can come about, because `awareness.base`"),
        ("contract.term=24 months", "no contract can come about"),
        ("ban.lift=5% per month", "nobody is banned, because `awareness.ban` is 0"),
        ("renewal.champion_left=50%", "no champion leaves"),
        ("churn.team=4% per month", "no team takes a team plan, because `plans.team.rate` is 0"),
        ("awareness.team_bills=1% per month", "no team takes a team plan"),
        ("costs.team_user=3 USD per month", "no team takes a team plan"),
        ("adoption.across_teams=15%", "every account is one team, because no segment has a `team_size`"),
    ],
)
def test_what_is_switched_off_is_noted(noted: Any, lever: str, because: str) -> None:
    path, _, value = lever.partition("=")
    assert any(each.path == path and because in each.message for each in noted({path: value}))
    block, key = path.split(".")
    [found, *_] = noted(over=f"{block}: {{{key}: {value}}}")
    assert found.places == ("over.yaml:2",)


@pytest.mark.parametrize(
    "switch", ["trial.to_paid=5%", "plans.upgrade=1% per month", "timeline.2027-01-01.trial.to_paid=5%"]
)
def test_what_is_switched_on_at_any_time_is_not(noted: Any, switch: str) -> None:
    assert noted([switch, "pricing.paid=30 USD"]) == []


def test_without_stages_no_contract_can_come_about(noted: Any) -> None:
    base = BASE.replace("procurement: {stages: {legal: {loss: 5%}}}\n", "awareness: {base: 1% per month}\n")
    [found] = noted(["pricing.enterprise=50 USD"], base=base)
    assert "because there are no `procurement.stages`" in found.message


def test_a_file_alone_may_hold_what_is_not_in_use(noted: Any) -> None:
    assert noted() == []


def test_what_a_base_says_over_its_own_base_is_not_the_user_s_to_mend(noted: Any, tmp_path: Path) -> None:
    (tmp_path / "middle.yaml").write_text("extends: base.yaml\npricing: {paid: 30 USD}\n", encoding="utf-8")
    [found] = noted(over="pricing: {paid: 30 USD}\n")
    assert found.path == "pricing.paid"
    (tmp_path / "top.yaml").write_text("extends: middle.yaml\nchurn: {free: 9% per month}\n", encoding="utf-8")
    assert list(load("top.yaml").warnings) == []
    assert [each.path for each in load("top.yaml", ["pricing.paid=31 USD"]).warnings] == ["pricing.paid"]


@pytest.mark.parametrize(
    ("path", "value", "because"),
    [
        ("pricing.usage.price", "0.02 USD", "no use is counted"),
        ("costs.usage", "0.006 USD", "no use is counted"),
        ("usage.growth", "1% per month", "no use is counted"),
        ("usage.units.free", "40", "free users are refused what is not included"),
    ],
)
def test_what_is_said_of_use_that_nobody_counts_is_noted(noted: Any, path: str, value: str, because: str) -> None:
    [found] = [each for each in noted([f"{path}={value}"]) if each.path == path]
    assert because in found.message


def test_imitation_is_named_as_a_file_writes_it(noted: Any) -> None:
    still = BASE.replace("imitation: 0.3 per month", "imitation: 0")
    [found] = [each for each in noted(["adoption.contagion=simple"], base=still) if "colleagues" in each.message]
    assert "because `adoption.imitation` is 0" in found.message


def test_a_team_plan_without_a_rate_and_teams_without_any_effect_are_noted(noted: Any) -> None:
    found = noted(["plans.team.price=30 USD", "plans.team.min_users=4", "market.segments.big.team_size=7"])
    because = {each.path: each.message for each in found}
    assert because["plans.team.price"] == because["plans.team.min_users"]
    assert because["plans.team.price"] == "does nothing: no team takes a team plan, because `plans.team.rate` is 0"
    assert because["market.segments.big.team_size"] == (
        "does nothing: word of mouth reaches everybody, and no team takes a team plan, because "
        "`adoption.across_teams` is 100% and `plans.team.rate` is 0"
    )


@pytest.mark.parametrize(
    "switch",
    ["adoption.across_teams=15%", "plans.team.rate=6% per month", "timeline.2027-01-01.plans.team.rate=0.1 per month"],
)
def test_teams_that_do_something_are_not(noted: Any, switch: str) -> None:
    assert noted([switch, "market.segments.big.team_size=7"]) == []


def test_a_team_plan_is_enough_for_contracts_if_its_bills_are_seen(noted: Any) -> None:
    sets = ["plans.team.rate=6% per month", "awareness.team_bills=1% per month", "pricing.enterprise=50 USD"]
    assert noted(sets) == []


@pytest.mark.parametrize("name", sorted(shipped()))
def test_no_shipped_scenario_is_told_of_its_own_values(name: str) -> None:
    assert list(load(name).warnings) == []
