"""What is said of a scenario before it is run: accounts of the file and generated ones, quickly also of many."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from forecast.cli import main
from forecast.errors import InputWarning
from forecast.scenario import load
from forecast.scenario.checks.accounts import USUAL_COLUMNS, accounts_text
from forecast.study import preview
from forecast.study.preview import preview_scenario, validate


def accounts_file(rows: list[list[str]]) -> str:
    """An accounts file with these cells."""
    return accounts_text(dict(zip(USUAL_COLUMNS, row, strict=True)) for row in rows)


SCENARIO = """\
clock: {start: 2026-01-01, horizon: 12 months}
market:
  accounts_file: today.csv
  segments: {smb: {accounts: 40, eligible_users: 10}, enterprise: {accounts: 300, eligible_users: 100}}
"""


@pytest.fixture
def scenario(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A scenario with 40 and 300 generated accounts, and 50 and 20 in the file."""
    monkeypatch.chdir(tmp_path)
    smb = [[f"A{i}", "smb", "10", *[""] * 8] for i in range(50)]
    large = [[f"B{i}", "enterprise", "100", "", "", "", "80", "", "2026-10-01", "", ""] for i in range(20)]
    Path("today.csv").write_text(accounts_file([*smb, *large]), encoding="utf-8")
    Path("scenario.yaml").write_text(SCENARIO, encoding="utf-8")
    return Path("scenario.yaml")


def test_accounts_of_the_file_and_generated_ones_are_counted_by_segment(scenario: Path) -> None:
    with pytest.warns(InputWarning, match="different companies"):
        size = validate(scenario)
    assert [(each.accounts, each.from_file, each.generated) for each in size.segments] == [(90, 50, 40), (320, 20, 300)]


def test_many_of_both_are_asked_about(scenario: Path) -> None:
    with pytest.warns(InputWarning) as caught:
        validate(scenario)
    (warning,) = caught
    assert "(smb: 50 and 40)" in str(warning.message)  # 20 of 320 may well be new ones
    assert "market.segments.smb.accounts" in str(warning.message)
    validate(scenario, {"market.segments.smb.accounts": 9})


@pytest.mark.filterwarnings("default::forecast.errors.InputWarning")
def test_the_screen_has_both_where_there_is_a_file(scenario: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["validate", "scenario.yaml"]) == 0
    shown = capsys.readouterr()
    assert "accounts  from the file  generated  eligible users" in shown.out
    assert "320             20        300" in shown.out
    assert shown.err.startswith("warning: accounts of the accounts file and generated ones (smb: 50 and 40)")
    assert main(["validate", "bottom_up"]) == 0
    assert "from the file" not in capsys.readouterr().out


def test_the_sample_keeps_the_shares_of_a_file_in_any_order(scenario: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    rows = [[f"A{i}", "enterprise" if i % 7 == 0 else "smb", "10", *[""] * 8] for i in range(2100)]
    Path("today.csv").write_text(accounts_file(rows), encoding="utf-8")
    monkeypatch.setattr(preview, "SAMPLE_ACCOUNTS", {})
    monkeypatch.setattr(preview, "SMALL_SAMPLE", 300)  # every seventh row, if rows were counted off
    full = load(scenario, {"market.segments.smb.accounts": 0, "market.segments.enterprise.accounts": 0})
    sample = preview._with_fewer_accounts(full, 300)
    assert abs(len(sample.present) - 300) <= 2
    assert abs(sum(each.segment == "enterprise" for each in sample.present) - 300 / 7) <= 3
    assert preview_scenario(full).accounts == 2100


def test_a_hundred_thousand_accounts_are_checked_in_seconds(scenario: Path) -> None:
    rows = [[f"A{i}", "smb", "20", "2", "3", "1", "", "", "", "", str(i % 30)] for i in range(50_000)]
    dates = [f"2026-{month:02d}-{day:02d}" for month in range(2, 13) for day in range(1, 29)]
    more = [[f"B{i}", "enterprise", "200", *[""] * 3, "80", "39.50", dates[i % 300], "", ""] for i in range(50_000)]
    Path("today.csv").write_text(accounts_file([*rows, *more]), encoding="utf-8")
    before = time.process_time()
    assert len(load(scenario).present) == 100_000
    assert time.process_time() - before < 5.0  # a second on two cores of 2026; of this process, whatever else runs


def test_teams_are_sized_and_r_is_told_in_its_parts() -> None:
    market = {
        "apart": {"accounts": 1, "eligible_users": 20, "team_size": 5},
        "whole": {"accounts": 1, "eligible_users": 20},
    }
    size = validate(
        {
            "name": "teams",
            "clock": {"start": "2026-01-01", "horizon": "6 months"},
            "market": {"segments": market},
            "adoption": {"imitation": "0.5 per month", "across_teams": "20%"},
            "churn": {"free": "9% per month"},
        }
    )
    apart, whole = size.segments
    assert (apart.team_size, apart.teams, whole.team_size, whole.teams, whole.own_team) == (5, 4.0, None, None, None)
    assert apart.own_team is not None
    assert apart.reproduction_number - apart.own_team == pytest.approx(0.2 * whole.reproduction_number)
    assert apart.own_team < 0.8 * whole.reproduction_number  # a team is soon full
