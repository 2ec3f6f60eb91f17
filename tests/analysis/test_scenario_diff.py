"""What differs between two scenarios, by path."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from forecast.analysis.comparison import Comparison
from forecast.analysis.scenario_diff import ScenarioDifference, diff_scenarios
from forecast.scenario import load


def test_what_differs_is_told_by_path(both: Comparison) -> None:
    assert {name: [tuple(change) for change in changes] for name, changes in both.changes.items()} == {
        "[b] <b>&": [("contract.land_multiple", "1.5", "2")]
    }


def test_a_value_that_is_only_written_otherwise_does_not_differ(small_file: Path) -> None:
    base = load(small_file)
    assert diff_scenarios(base, load(small_file, ["outbound.rate=0", "trial.length=10.0 days"])) == ()
    other = load(small_file, ["adoption.win_back={uncertain: {uniform: {low: 0.1 per month, high: 0.2 per month}}}"])
    assert diff_scenarios(base, other) == (
        ScenarioDifference(
            "adoption.win_back", "0", "{uncertain: {uniform: {low: 0.1 per month, high: 0.2 per month}}}"
        ),
    )
    assert diff_scenarios(other, base)[0].here == "0"


def test_an_accounts_file_with_other_contents_differs(small_file: Path) -> None:
    base = load(small_file)
    header = b"account,segment,eligible_users\n"
    first, second = (replace(base, files={"accounts.csv": header + row}) for row in (b"a,smb,3\n", b"b,smb,3\n"))
    assert diff_scenarios(first, first) == ()
    assert [change.path for change in diff_scenarios(first, second)] == ["market.accounts_file (accounts.csv)"]
