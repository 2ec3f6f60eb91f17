"""Explanations of figures outside of published ranges: what a file may give, and that they change no number."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from forecast.analysis.scenario_diff import diff_scenarios
from forecast.errors import InputError
from forecast.html_report.assumptions import assumption_blocks
from forecast.scenario import load

EXPLAINED = """\
plausibility:
  gross_margin: Inference is bought, and prices are not ours
  win_rate: {by_segment: {enterprise: "Deals come from users, who win twice as often [W4]"}}
"""


def test_reasons_are_kept_by_figure_and_segment(loaded: Any, tmp_path: Path) -> None:
    scenario = loaded(EXPLAINED)
    assert scenario.explanations == {
        ("gross_margin", None): "Inference is bought, and prices are not ours",
        ("win_rate", "enterprise"): "Deals come from users, who win twice as often [W4]",
    }
    (tmp_path / "scenario.yaml").write_text(scenario.resolved, encoding="utf-8")
    assert load(tmp_path / "scenario.yaml") == scenario


def test_a_reason_changes_no_replication_and_is_no_assumption(loaded: Any) -> None:
    bare, scenario = loaded(""), loaded(EXPLAINED)
    assert "plausibility" not in bare.resolved
    assert bare.explanations == {}
    assert bare.replication_sha256 == scenario.replication_sha256
    assert diff_scenarios(bare, scenario) == ()
    assert assumption_blocks(bare) == assumption_blocks(scenario)


def test_a_reason_may_be_set_and_one_of_the_base_is_kept(loaded: Any) -> None:
    scenario = loaded(EXPLAINED, ["plausibility.win_rate.by_segment.enterprise=Few deals", "plausibility.cycle=Short"])
    assert scenario.explanations[("win_rate", "enterprise")] == "Few deals"
    assert scenario.explanations[("cycle", None)] == "Short"
    assert ("gross_margin", None) in scenario.explanations


def test_by_segment_may_be_empty(loaded: Any) -> None:
    assert loaded("plausibility: {win_rate: {by_segment: {}}}").explanations == {}


@pytest.mark.parametrize(
    ("line", "sentence"),
    [
        ("winrate: Few deals", "unknown key `winrate`; did you mean `win_rate`?"),
        ("win_rate: {by_segment: {enterprize: Few}}", "unknown segment `enterprize`; did you mean `enterprise`?"),
        ("win_rate: {by_segment: Few}", "found `Few`; expected segments with a text each"),
        ("gross_margin: {by_segment: {smb: Few}}", "expected a printable text in one line of 1 to 500 characters"),
        ("win_rate:", "no value; expected a printable text"),
        ("win_rate: =1+1", "with no = + - @ first"),
        ("win_rate: " + 501 * "x", "of 1 to 500 characters"),
    ],
)
def test_a_reason_that_cannot_be_taken_is_refused(loaded: Any, line: str, sentence: str) -> None:
    with pytest.raises(InputError) as caught:
        loaded(f"plausibility:\n  {line}\n")
    assert sentence in str(caught.value)
