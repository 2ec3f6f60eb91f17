"""Labels: which texts a file may give for names, and that they change what is shown and nothing else."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from forecast.analysis.scenario_diff import diff_scenarios
from forecast.html_report.assumptions import assumption_blocks
from forecast.model.parameters import Parameters
from forecast.scenario import Scenario, is_label_path, load

LABELED = """\
procurement:
  requirements: {soc2: {label: SOC 2 report, needed: 10%}}
  stages:
    legal_review: {label: Legal, reason: legal_review}
    budget: {}
vendor:
  resources:
    account_executive: {label: "Account executive", count: 1}
    security_engineer: {count: 1}
"""
BARE = LABELED.replace("label: SOC 2 report, ", "").replace("label: Legal, ", "")
BARE = BARE.replace('label: "Account executive", ', "")


@pytest.fixture
def scenario(loaded: Any) -> Scenario:
    scenario: Scenario = loaded(LABELED, ["market.segments.smb.label=Small & medium"])
    return scenario


def test_a_label_is_shown_else_the_name_as_words(scenario: Scenario) -> None:
    labels = Parameters(scenario).labels
    assert [labels.segment(name) for name in scenario.segments] == ["Small & medium", "enterprise"]
    assert [labels.stage(name) for name in scenario.stages] == ["Legal", "budget"]
    assert [labels.reason(name) for name in ("legal_review", "no_decision")] == ["Legal", "no decision"]
    assert [labels.requirement(name) for name in ("soc2", "admin_controls")] == ["SOC 2 report", "admin controls"]
    assert [labels.resource(name) for name in scenario.resources] == ["Account executive", "security engineer"]


def test_labels_survive_the_resolved_file(scenario: Scenario, tmp_path: Path) -> None:
    (tmp_path / "scenario.yaml").write_text(scenario.resolved, encoding="utf-8")
    again = load(tmp_path / "scenario.yaml")
    assert again == scenario
    assert again.resolved == scenario.resolved


def test_a_label_changes_no_replication_and_is_no_assumption(scenario: Scenario, loaded: Any) -> None:
    bare = loaded(BARE)
    assert "label" not in bare.resolved
    assert bare.sha256 != scenario.sha256
    assert bare.replication_sha256 == scenario.replication_sha256
    assert bare.parameters == scenario.parameters
    assert diff_scenarios(bare, scenario) == ()
    assert assumption_blocks(bare) == assumption_blocks(scenario)


def test_a_label_rests_on_no_evidence(loaded: Any) -> None:
    found = loaded("procurement:\n  stages:   # [S1] B\n    legal: {label: Legal, loss: 3%}\n").evidence
    assert "procurement.stages.legal.loss" in found
    assert "procurement.stages.legal.label" not in found


def test_a_label_is_inherited_and_replaced(loaded: Any, tmp_path: Path) -> None:
    loaded(LABELED)
    over = tmp_path / "over.yaml"
    over.write_text("extends: small.yaml\nprocurement: {stages: {budget: {label: Money}}}", encoding="utf-8")
    assert dict(load(over).labels.stages) == {"legal_review": "Legal", "budget": "Money"}


@pytest.mark.parametrize("path", ["market.segments.label.accounts", "trial.activation.by_segment.label", "label"])
def test_a_segment_may_be_called_label(path: str) -> None:
    assert not is_label_path(path)
    assert is_label_path("market.segments.label.label")


WRONG = [
    ("=1+1", "starts with no space"),
    ("+1", "starts with no space"),
    ("-x", "starts with no space"),
    ("'@x'", "starts with no space"),
    ("' x'", "starts with no space"),
    ("\uff1dx", "starts with no space"),
    ("'  '", "a printable text"),
    ("''", "a printable text"),
    ('"a\\nb"', "a printable text"),
    ('"a\\u202eb"', "a printable text"),
    ("x" * 61, "1 to 60 characters"),
    ("[a]", "a printable text"),
    ("{by_segment: {smb: a, enterprise: b}}", "a printable text"),
    ("", "a printable text"),
    ("Budget", "shown for `budget` already"),
]


@pytest.mark.parametrize(("text", "fragment"), WRONG, ids=[text for text, _ in WRONG])
def test_a_label_that_cannot_be_shown_is_refused(problems: Any, text: str, fragment: str) -> None:
    found = problems(f"procurement: {{stages: {{budget: {{}}, legal_review: {{label: {text}}}}}}}")
    assert [str(each.path) for each in found] == ["procurement.stages.legal_review.label"]
    assert fragment in str(found[0])
    assert found[0].line == 8


def test_two_labels_of_a_kind_differ_and_of_two_kinds_may_be_equal(problems: Any, loaded: Any) -> None:
    (found,) = problems("vendor: {resources: {a: {count: 1, label: Sales}, b: {count: 1, label: sales}}}")
    assert found.path == "vendor.resources.b.label"
    assert "shown for `a` already" in str(found)
    loaded("vendor: {resources: {legal: {count: 1, label: Legal}}}\nprocurement: {stages: {law: {label: Legal}}}")


@pytest.mark.parametrize("label", ["Total", "vendor"])
def test_a_segment_takes_no_label_of_the_tables_own_rows(problems: Any, label: str) -> None:
    (found,) = problems("", [f"market.segments.smb.label={label}"])
    assert found.path == "market.segments.smb.label"


def test_a_label_does_not_change_on_a_date(problems: Any) -> None:
    (found,) = problems("timeline: [{at: 2026-07-01, set: {market.segments.smb.label: Small}}]")
    assert "shape" in str(found)
