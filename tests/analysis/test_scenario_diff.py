"""What differs between two scenarios, by path."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from forecast.analysis.comparison import Comparison
from forecast.analysis.scenario_diff import ScenarioDifference, diff_scenarios
from forecast.scenario import load


def test_what_differs_is_told_by_path(both: Comparison) -> None:
    assert {name: [tuple(change) for change in changes] for name, changes in both.changes.items()} == {
        "[b] <b>&": [("contract.land_multiple", "1.5", "2", "")]
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


def test_hires_that_differ_are_told_though_their_resource_costs_the_same():
    """They stand in a list beside the values of the resource, and were taken for another way to write these."""
    path = "vendor.resources.account_executive.hires"
    other = load("bottom_up", [f"{path}=[{{at: 2026-09-01, add: 1, ramp: 5 months}}]"])
    assert [each.path for each in diff_scenarios(load("bottom_up"), other)] == [path]


BASE = """\
clock: {start: 2026-01-01, horizon: 24 months}
market: {segments: {smb: {accounts: 3, eligible_users: 9}, big: {accounts: 1, eligible_users: 95}}}
pricing: {paid: 20 USD, enterprise: 40 USD}
timeline:
  - at: 2026-07-01
    set: {pricing.paid: 25 USD}
"""


TWICE = (
    "until 2026-06-30, then 25 USD → 15 USD until 2026-12-31, then 25 USD in both (timeline, base.yaml:6, overrides)"
)


@pytest.mark.parametrize(
    ("sets", "changes"),
    [
        (
            {"pricing.paid": "15 USD"},
            [("pricing.paid", "20 USD", "15 USD", "until 2026-06-30, then 25 USD in both (timeline, base.yaml:6)")],
        ),
        (
            {"timeline.2026-07-01.pricing.paid": "30 USD"},
            [("timeline.2026-07-01.pricing.paid", "25 USD", "30 USD", "")],
        ),
        (
            {"pricing.enterprise": "50 USD", "timeline.2027-01-01.pricing.enterprise": "60 USD"},
            [
                (
                    *("pricing.enterprise", "40 USD", "50 USD"),
                    "until 2026-12-31, then 40 USD → 60 USD (timeline, overrides)",
                ),
                ("timeline.2027-01-01.pricing.enterprise", "–", "60 USD", ""),
            ],
        ),
        (
            {"pricing.paid": "15 USD", "timeline.2026-07-01": "none", "timeline.2027-01-01.pricing.paid": "25 USD"},
            [
                (
                    *("pricing.paid", "20 USD", "15 USD"),
                    TWICE,
                ),
                ("timeline.2026-07-01.pricing.paid", "25 USD", "–", ""),
                ("timeline.2027-01-01.pricing.paid", "–", "25 USD", ""),
            ],
        ),
        ({"timeline.2026-07-01.pricing.paid": "25.00 USD"}, []),
        (
            {"timeline.2026-01-01.pricing.enterprise": "40 USD"},
            [("timeline.2026-01-01.pricing.enterprise", "–", "40 USD", "")],
        ),
        (
            {"pricing.enterprise": "50 USD", "timeline.2026-01-01.pricing.enterprise": "40 USD"},
            [
                ("pricing.enterprise", "40 USD", "50 USD", "never in force: 40 USD in both (timeline, overrides)"),
                ("timeline.2026-01-01.pricing.enterprise", "–", "40 USD", ""),
            ],
        ),
    ],
)
@pytest.mark.filterwarnings("ignore::forecast.errors.InputWarning")
def test_a_difference_says_what_is_in_force_when(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, sets: dict[str, str], changes: list[tuple[str, ...]]
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("base.yaml").write_text(BASE, encoding="utf-8")
    found = diff_scenarios(load("base.yaml"), load("base.yaml", sets))
    assert [tuple(change) for change in found] == changes


@pytest.mark.filterwarnings("ignore::forecast.errors.InputWarning")
def test_a_part_of_one_segment_is_looked_up_in_the_entry(tmp_path: Path) -> None:
    path = tmp_path / "base.yaml"
    parts = "{by_segment: {smb: 25 USD, big: 35 USD}}"
    path.write_text(BASE.replace("paid: 25 USD", f"paid: {parts}").replace("paid: 20 USD", f"paid: {parts}"))
    [change] = diff_scenarios(load(path), load(path, {"pricing.paid.big": "60 USD"}))
    assert change.path == "pricing.paid.by_segment.big"
    assert change.in_force.startswith("until 2026-06-30, then 35 USD in both (timeline, ")


def test_an_accounts_file_with_other_contents_differs(small_file: Path) -> None:
    base = load(small_file)
    header = b"account,segment,eligible_users\n"
    first, second = (replace(base, files={"accounts.csv": header + row}) for row in (b"a,smb,3\n", b"b,smb,3\n"))
    assert diff_scenarios(first, first) == ()
    assert [change.path for change in diff_scenarios(first, second)] == ["market.accounts_file (accounts.csv)"]
