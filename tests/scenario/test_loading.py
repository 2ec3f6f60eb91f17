"""Does a scenario come out of its file as it was meant, with every default, and does it survive being written again?"""

from __future__ import annotations

import dataclasses
import math
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from forecast.errors import InputError
from forecast.scenario import Capability, Change, Distribution, Uncertain, load, presets
from forecast.scenario.format.schema import ScenarioFile


def fixed(value: float) -> Distribution:
    """The distribution of one value."""
    return Distribution("fixed", {"value": value})


def test_a_whole_scenario_is_read(whole: Path) -> None:
    scenario = load(whole)
    assert (scenario.name, scenario.currency, scenario.seed, scenario.replications) == ("every block", "EUR", 7, 20)
    assert (scenario.start, scenario.months, scenario.fiscal_year_start) == (date(2026, 1, 1), 36, 2)
    assert (scenario.segments, scenario.accounts) == (("smb", "mid_market", "enterprise"), (60, 30, 10))
    assert scenario.stages == ("evaluation", "security", "budget", "signature")
    assert scenario.after == ((), (0,), (0,), (1, 2))
    assert [tuple(hire) for hire in scenario.hires[0]] == [(243, 1, 5 * 30.4375), (424, -1, 0.0)]
    assert scenario.capabilities == ("sso", "soc2", "admin_controls")
    assert scenario.correlations == (("adoption.imitation.invites", "trial.activation", 0.3),)


def test_every_value_stands_once_per_segment_or_once_for_the_vendor(whole: Path) -> None:
    scenario = load(whole)
    for path, values in scenario.parameters.items():
        shared = path.startswith(
            ("vendor.", "costs.capabilities.", "costs.discount_rate", "market.level.", "procurement.pace.")
        )
        assert len(values) == (1 if shared else 3), path


def test_values_are_in_base_units(whole: Path) -> None:
    values = load(whole).parameters
    assert values["contract.term"] == (24, 24, 24)
    assert values["contract.billing"] == (3, 3, 3)
    assert values["contract.true_up"] == (0, 0, 0)
    assert values["pricing.enterprise"] == (3950, 3950, 3950)
    assert values["awareness.min_users"] == (2, 4, 10)
    assert values["churn.seated"][0] == Distribution("never", {})
    assert values["churn.paid"][0] == Distribution("weibull", {"median": 365.25, "shape": 1.2})
    assert values["procurement.stages.budget.gate"] == ("none", "month", "fiscal_quarter")
    assert values["procurement.stages.budget.resource"] == (None, None, None)
    assert values["procurement.stages.evaluation.reason"] == ("no_decision",) * 3
    assert values["procurement.stages.budget.reason"] == ("budget",) * 3
    assert values["adoption.contagion.exponent"] == (0.0, 0.0, 2.0)
    assert values["vendor.capabilities.sso"] == (Capability(0.0, None),)
    assert values["vendor.capabilities.admin_controls"] == (Capability(math.inf, None),)
    slip = Distribution("pert", {"low": 0.0, "mode": 30.0, "high": 180.0})
    assert values["vendor.capabilities.soc2"] == (Capability(608.0, slip),)


def test_a_capability_that_comes_by_the_timeline_comes_on_that_day(whole: Path) -> None:
    assert Change(365, "vendor.capabilities.admin_controls", (Capability(365.0, None),)) in load(whole).changes


def test_changes_stand_in_order_of_their_days(whole: Path) -> None:
    assert [change.day for change in load(whole).changes] == [181, 243, 243, 365, 365, 424, 424]


def test_everything_that_is_left_out_is_off(loaded: Any) -> None:
    values = loaded().parameters
    assert values["adoption.organic"] == (0.0, 0.0)
    assert values["adoption.imitation.rate"] == (0.0, 0.0)
    assert values["adoption.imitation.acceptance"] == (1.0, 1.0)
    assert values["adoption.contagion.exponent"] == (0.0, 0.0)
    assert values["adoption.seasonality"] == ((1.0,) * 12,) * 2
    assert values["trial.length"] == (fixed(0.0), fixed(0.0))
    assert values["trial.keep_free"] == (1.0, 1.0)
    assert values["churn.free"][0].family == "never"
    assert values["contract.payment_terms"] == (30.0, 30.0)
    assert loaded().stages == loaded().capabilities == loaded().changes == ()
    assert (loaded().replications, loaded().currency, loaded().fiscal_year_start) == (1000, "USD", 1)


def test_a_requirement_that_is_missing_loses_by_default(loaded: Any) -> None:
    values = loaded("procurement: {requirements: {sso: {}}}").parameters
    parts = [values[f"procurement.requirements.sso.if_missing.{part}"][0] for part in ("wait", "waive", "lose")]
    assert parts == [0.0, 0.0, 1.0]


def test_a_given_part_turns_the_default_off(loaded: Any) -> None:
    values = loaded("procurement: {requirements: {sso: {if_missing: {wait: 100%}}}}").parameters
    assert values["procurement.requirements.sso.if_missing.lose"] == (0.0, 0.0)


DISTRIBUTIONS = [
    ("{lognormal: {median: 30 days, sigma: 0.6}}", "lognormal", {"median": 30.0, "sigma": 0.6}),
    (
        "{lognormal: {median: 9 days, p90: 24 days}}",
        "lognormal",
        {"median": 9.0, "sigma": math.log(24 / 9) / 1.2815515655446004},
    ),
    ("{exponential: {mean: 1 month}}", "exponential", {"mean": 30.4375}),
    ("{weibull: {median: 2 weeks, shape: 1.5}}", "weibull", {"median": 14.0, "shape": 1.5}),
    ("{lomax: {hazard: 0.1 per day, heterogeneity_cv: 1}}", "lomax", {"hazard": 0.1, "heterogeneity_cv": 1.0}),
    ("{hazard: 0.1 per day, heterogeneity_cv: 0}", "lomax", {"hazard": 0.1, "heterogeneity_cv": 0.0}),
    (
        "{hazard: 6% per month, heterogeneity_cv: 1, shape: 1.4}",
        "burr",
        {"hazard": -math.log(0.94) / 30.4375, "heterogeneity_cv": 1.0, "shape": 1.4},
    ),
    ("{hazard: 0.1 per day, shape: 2}", "burr", {"hazard": 0.1, "heterogeneity_cv": 0.0, "shape": 2.0}),
    ("{hazard: 0.1 per day, heterogeneity_cv: 1, shape: 1}", "lomax", {"hazard": 0.1, "heterogeneity_cv": 1.0}),
    (
        "{lomax: {hazard: 0.1 per day, heterogeneity_cv: 1, shape: 2}}",
        "burr",
        {"hazard": 0.1, "heterogeneity_cv": 1.0, "shape": 2.0},
    ),
    (
        "{burr: {hazard: 0.1 per day, heterogeneity_cv: 1, shape: 2}}",
        "burr",
        {"hazard": 0.1, "heterogeneity_cv": 1.0, "shape": 2.0},
    ),
    ("{burr: {hazard: 0.1 per day, heterogeneity_cv: 1, shape: 1}}", "lomax", {"hazard": 0.1, "heterogeneity_cv": 1.0}),
    ("{uniform: {low: 0 days, high: 3 days}}", "uniform", {"low": 0.0, "high": 3.0}),
    ("{loguniform: {low: 1 days, high: 3 days}}", "loguniform", {"low": 1.0, "high": 3.0}),
    ("{triangular: {low: 0, mode: 1 days, high: 3 days}}", "triangular", {"low": 0.0, "mode": 1.0, "high": 3.0}),
    ("{normal: {mean: 5 days, sd: 2 days, low: 0}}", "normal", {"low": 0.0, "high": math.inf, "mean": 5.0, "sd": 2.0}),
    ("{discrete: {20 days: 1, 10 days: 3}}", "discrete", {"values": (10.0, 20.0), "weights": (0.75, 0.25)}),
    ("10 days", "fixed", {"value": 10.0}),
    ("never", "never", {}),
]


@pytest.mark.parametrize(("text", "family", "parameters"), DISTRIBUTIONS, ids=[text for text, _, _ in DISTRIBUTIONS])
def test_a_distribution_is_read(loaded: Any, text: str, family: str, parameters: Any) -> None:
    found = loaded(f"churn: {{paid: {text}}}").parameters["churn.paid"][0]
    assert (found.family, set(found.parameters)) == (family, set(parameters))
    for name, value in parameters.items():
        assert found.parameters[name] == pytest.approx(value, rel=1e-14), name


TRAITS = [
    ("{pert: {low: 1%, mode: 2%, high: 9%}}", "pert", {"low": 0.01, "mode": 0.02, "high": 0.09}),
    ("{beta: {mean: 20%, cv: 0.5}}", "beta", {"mean": 0.2, "cv": 0.5}),
]


@pytest.mark.parametrize(("text", "family", "parameters"), TRAITS)
def test_a_trait_takes_any_family(loaded: Any, text: str, family: str, parameters: Any) -> None:
    assert loaded(f"pricing: {{discount: {text}}}").parameters["pricing.discount"][0] == Distribution(
        family, parameters
    )


def test_percentages_in_a_distribution_of_rates_are_converted_before_drawing(loaded: Any) -> None:
    text = "{uncertain: {uniform: {low: 0% per month, high: 50% per month}}}"
    found = loaded(f"adoption: {{organic: {text}}}").parameters["adoption.organic"][0]
    assert found.distribution.parameters["high"] == pytest.approx(math.log(2.0) / 30.4375, rel=1e-15)


def test_an_uncertain_value_has_its_path_as_its_address(loaded: Any) -> None:
    text = """
trial:
  activation: {uncertain: {uniform: {low: 10%, high: 30%}}}
  to_paid: {by_segment: {smb: {uncertain: {uniform: {low: 1%, high: 3%}}}, enterprise: 2%}}
  length:
    lognormal:
      median: {by_segment: {smb: 3 days, enterprise: {uncertain: {uniform: {low: 1 day, high: 2 days}}}}}
      sigma: 1
"""
    values = loaded(text).parameters
    assert [value.path for value in values["trial.activation"]] == ["trial.activation"] * 2
    assert values["trial.to_paid"][0].path == "trial.to_paid.by_segment.smb"
    assert values["trial.to_paid"][1] == 0.02
    median = values["trial.length"][1].parameters["median"]
    assert isinstance(median, Uncertain)
    assert median.path == "trial.length.lognormal.median.by_segment.enterprise"


def test_parts_of_churn_and_imitation_keep_their_addresses(loaded: Any) -> None:
    text = """
churn: {free: {hazard: {uncertain: {uniform: {low: 1% per month, high: 2% per month}}}, heterogeneity_cv: 1}}
adoption:
  imitation:
    by_segment:
      smb: 0.5 per month
      enterprise: {invites: 1 per month, acceptance: {uncertain: {uniform: {low: 1%, high: 2%}}}}
"""
    values = loaded(text).parameters
    assert values["churn.free"][0].parameters["hazard"].path == "churn.free.hazard"
    assert values["adoption.imitation.acceptance"][1].path == "adoption.imitation.by_segment.enterprise.acceptance"
    assert values["adoption.imitation.acceptance"][0] == 1.0


def test_an_uncertain_value_in_the_timeline_has_the_date_in_its_address(whole: Path) -> None:
    (change,) = [change for change in load(whole).changes if change.path == "trial.activation"]
    assert isinstance(change.values[0], Uncertain)
    assert change.values[0].path == "timeline.2026-07-01.trial.activation"


def test_the_resolved_scenario_is_the_same_scenario(whole: Path, tmp_path: Path) -> None:
    scenario = load(whole, ["trial.to_paid.smb=9%"], seed=3, replications=5)
    path = tmp_path / "scenario.yaml"
    path.write_text(scenario.resolved, encoding="utf-8")
    assert load(path) == scenario
    assert load(path).sha256 == scenario.sha256


def test_another_value_has_another_hash(whole: Path) -> None:
    assert load(whole).sha256 != load(whole, ["trial.to_paid=9%"]).sha256


def test_seed_and_replications_win_over_the_file(whole: Path) -> None:
    scenario = load(whole, seed=2**63 - 1, replications=3)
    assert (scenario.seed, scenario.replications) == (2**63 - 1, 3)


def test_a_scenario_without_a_name_is_called_like_its_file(tmp_path: Path, small: str) -> None:
    path = tmp_path / "=pilot.yaml"
    path.write_text(small.replace("name: small\n", ""), encoding="utf-8")
    assert load(path).name == "pilot"


@pytest.mark.parametrize(
    "text", ["null", "a: b #c", "ümläut", "'\"", "two\nlines", "\U0001f600", "tab\there", "- x", ""]
)
def test_any_description_survives_being_written_again(tmp_path: Path, small: str, text: str) -> None:
    (tmp_path / "a.yaml").write_text(small, encoding="utf-8")
    scenario = load(tmp_path / "a.yaml", ["description=" + quoted(text)])
    assert scenario.description == text
    (tmp_path / "b.yaml").write_text(scenario.resolved, encoding="utf-8")
    assert load(tmp_path / "b.yaml") == scenario


def quoted(text: str) -> str:
    """The text as a YAML scalar in double quotes."""
    escapes = {"\\": "\\\\", '"': '\\"', "\n": "\\n", "\t": "\\t"}
    return '"' + "".join(escapes.get(letter, letter) for letter in text) + '"'


def test_a_shipped_scenario_is_found_by_its_name(tmp_path: Path, small: str, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "tiny.yaml").write_text(small, encoding="utf-8")
    monkeypatch.setattr(presets, "BESIDE", tmp_path)
    assert load("tiny").name == "small"
    with pytest.raises(InputError, match="did you mean `tiny`"):
        load("tinny")


def test_every_shipped_scenario_is_in_order() -> None:
    for name, path in presets.shipped().items():
        if "extends" in path.read_text(encoding="utf-8") or "clock" in path.read_text(encoding="utf-8"):
            assert load(name).segments


@pytest.mark.parametrize("name", ["nowhere.yaml", "\0", "x" * 5000])
def test_a_name_that_leads_nowhere_is_told(name: str) -> None:
    with pytest.raises(InputError, match=r"file not found: |cannot read the file: "):
        load(name)


def test_a_folder_is_told(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="a folder"):
        load(tmp_path)


def test_every_block_of_the_format_has_a_description() -> None:
    assert all(entry.block.__doc__ for entry in ScenarioFile.keys.values() if entry.block)


def test_a_scenario_can_not_be_changed(whole: Path) -> None:
    with pytest.raises(dataclasses.FrozenInstanceError):
        load(whole).seed = 4  # type: ignore[misc]


def test_a_file_and_its_path_are_the_same_source(whole: Path) -> None:
    assert load(str(whole)) == load(Path(whole))
