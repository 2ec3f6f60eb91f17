"""Is the grade of a value that of its own comment, and does it survive a run's folder?"""

from __future__ import annotations

from pathlib import Path

import pytest

from forecast.scenario import Evidence, Scenario, evidence_at, load
from forecast.scenario.text.evidence import remark

FILE = """
# A file of the tests. [Z9] A
schema: 1
clock: {start: 2026-01-01, horizon: 12 months}
# Everybody in it [M1] B;
# sizes are a guess: U.
market:
  frailty_cv: 0.6
  segments:
    smb: {accounts: 3, eligible_users: 10}   # counted by hand [M2] A
adoption:
  organic: "1% per month"   # a '#' in [quotes], nothing known of it
  # Invitations [V3][V4] C; growth [G1] B.
  imitation:
    uncertain:
      uniform: {low: 0.1 per month, high: 0.2 per month}
trial:
  activation:
    by_segment:
      smb: 50%   # [T1] B
  to_paid: 5%    # A sentence that begins with a letter

  keep_free: 60%
"""


@pytest.fixture
def scenario(tmp_path: Path) -> Scenario:
    path = tmp_path / "graded.yaml"
    path.write_text(FILE, encoding="utf-8")
    return load(path)


def test_a_value_has_the_grade_beside_it_or_above_it_or_of_its_block(scenario: Scenario) -> None:
    assert scenario.evidence == {
        "market.frailty_cv": Evidence("U", ("M1",)),
        "market.segments.smb.accounts": Evidence("A", ("M2",)),
        "market.segments.smb.eligible_users": Evidence("A", ("M2",)),
        "adoption.imitation": Evidence("C", ("V3", "V4", "G1")),
        "trial.activation": Evidence("B", ("T1",)),
    }


def test_a_source_that_cannot_be_printed_is_none() -> None:
    assert remark("[A1\u202e][B2] [C\u200b] A") == "[B2] A"


def test_a_part_of_a_value_has_the_values_grade(scenario: Scenario) -> None:
    assert evidence_at(scenario.evidence, "trial.activation.by_segment.smb") == Evidence("B", ("T1",))
    assert evidence_at(scenario.evidence, "trial.length") is None


@pytest.mark.parametrize(
    ("comment", "found"),
    [
        ("[R1] B; AI-native 6 % [R3] C", "[R1][R3] C"),
        ("A trial without a card has no effect", ""),
        ("the product-qualified x2, [W4] B/C).", "[W4] C"),
        ("[X](y) A-levels, U-turns and U.S. firms", ""),
        ("half of them hide it [G5] A", "[G5] A"),
        ("U throughout", ""),
        ("(U)", "U"),
    ],
)
def test_a_grade_is_a_letter_at_the_end_of_a_clause(comment: str, found: str) -> None:
    assert remark(comment) == found


def test_the_resolved_file_carries_the_grades_and_they_change_no_hash(scenario: Scenario, tmp_path: Path) -> None:
    again = tmp_path / "scenario.yaml"
    again.write_text(scenario.resolved, encoding="utf-8")
    assert "smb: 50%  # [T1] B" in scenario.resolved
    assert load(again).resolved == scenario.resolved
    assert load(again).evidence == scenario.evidence
    bare = tmp_path / "graded.yaml"
    bare.write_text("\n".join(line.split("   #")[0] for line in FILE.splitlines()), encoding="utf-8")
    assert load(bare).evidence != scenario.evidence
    assert load(bare).sha256 == scenario.sha256


def test_what_is_set_on_the_command_line_has_no_grade(scenario: Scenario, tmp_path: Path) -> None:
    changed = load(tmp_path / "graded.yaml", ["market.frailty_cv=0.7", "trial.activation=60%"])
    assert {"market.frailty_cv", "trial.activation"} & set(changed.evidence) == set()


def test_an_override_file_keeps_the_grades_of_what_it_leaves_alone(scenario: Scenario, tmp_path: Path) -> None:
    path = tmp_path / "override.yaml"
    path.write_text("extends: graded.yaml\nmarket: {frailty_cv: 0.9}   # measured [N1] A\n", encoding="utf-8")
    found = load(path).evidence
    assert found["market.frailty_cv"] == Evidence("A", ("N1",))
    assert found["trial.activation"] == Evidence("B", ("T1",))


def test_every_uncertain_value_that_ships_has_a_grade() -> None:
    assert evidence_at(load("bottom_up").evidence, "procurement.requirements.soc2.needed.by_segment.smb") is not None
