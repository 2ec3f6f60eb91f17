"""Does a column of a file become the distribution of its values?"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from forecast.scenario import Distribution, load

LENGTHS = "id,days\n1,10 days\n2,20 days\n3,10 days\n4,\n5,1 week\n"


def test_a_column_becomes_a_discrete_distribution(loaded: Any) -> None:
    found = loaded("trial: {length: {empirical: lengths.csv:days}}", files={"lengths.csv": LENGTHS})
    expected = Distribution("discrete", {"values": (7.0, 10.0, 20.0), "weights": (0.25, 0.5, 0.25)})
    assert found.parameters["trial.length"] == (expected, expected)


def test_the_values_stand_in_the_resolved_scenario(loaded: Any, tmp_path: Path) -> None:
    scenario = loaded("trial: {length: {empirical: lengths.csv:days}}", files={"lengths.csv": LENGTHS})
    alone = tmp_path / "alone"
    alone.mkdir()
    (alone / "scenario.yaml").write_text(scenario.resolved, encoding="utf-8")
    assert load(alone / "scenario.yaml") == scenario


def test_two_writings_of_a_value_are_one_value(loaded: Any) -> None:
    text = "n\n7\n7.0\n8\n"
    found = loaded("adoption: {spillover: {uncertain: {empirical: n.csv:n}}}", files={"n.csv": text})
    values = found.parameters["adoption.spillover"][0].distribution.parameters
    assert (values["values"], values["weights"]) == ((7.0, 8.0), (2 / 3, 1 / 3))


@pytest.mark.parametrize(
    ("text", "content", "fragment"),
    [
        ("lengths.csv:day", LENGTHS, "did you mean `days`"),
        ("lengths.csv", LENGTHS, "empirical"),
        ("nothing.csv:days", LENGTHS, "file not found: "),
        ("lengths.csv:days", "days\n10\n", "`10` needs a unit"),
        ("lengths.csv:days", "days\n", "0 different values"),
        ("lengths.csv:days", "days\n" + "".join(f"{i} days\n" for i in range(6000)), "6000 different values"),
        ("lengths.csv:days", b"\xff\xfe", "an empty file"),
        ("lengths.csv:days", b"days\n\xff", "UTF-8"),
        ("lengths.csv:days", "id,days,days\n1,2 days,3 days\n", "duplicate column `days`; it is column 2 and 3"),
        ("lengths.csv:days", 'days\n"1', "CSV"),
    ],
)
def test_a_column_that_can_not_be_used_is_told(problems: Any, text: str, content: Any, fragment: str) -> None:
    found = problems(f"trial: {{length: {{empirical: '{text}'}}}}", files={"lengths.csv": content})
    assert any(fragment in str(problem) for problem in found)
    assert len(found) == 1
    assert "trial.length" in str(found[0])


def test_a_file_that_has_nearly_the_name_is_offered(problems: Any) -> None:
    (found,) = problems("trial: {length: {empirical: lenths.csv:days}}", files={"lengths.csv": LENGTHS})
    assert (found.found, found.nearest) == ("`lenths.csv`", "lengths.csv")


def test_no_column_is_offered_that_is_another(problems: Any) -> None:
    (found,) = problems("trial: {length: {empirical: lengths.csv:id2}}", files={"lengths.csv": "users\n1\n"})
    assert found.nearest is None


def test_a_wrong_cell_is_reported_with_its_file_line_and_column(problems: Any) -> None:
    content = 'id,users\n1,"5"\n\n2,"1,200"\n3,"1,200"\n'
    (problem,) = problems(
        "", ["market.segments.smb.eligible_users={empirical: 'sizes.csv:users'}"], {"sizes.csv": content}
    )
    assert str(problem.file).endswith("sizes.csv")
    assert (problem.line, problem.path) == (4, "users: market.segments.smb.eligible_users")


def test_counts_may_have_the_point_that_programs_write(loaded: Any) -> None:
    files = {"sizes.csv": "id;users\n1;5.0\n2;5\n3;20,0\n"}
    found = loaded("", ["market.segments.smb.eligible_users={empirical: 'sizes.csv:users'}"], files)
    values = found.parameters["market.segments.eligible_users"][0].parameters
    assert (values["values"], values["weights"]) == ((5, 20), (2 / 3, 1 / 3))
