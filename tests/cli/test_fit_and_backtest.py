"""`forecast fit` and `forecast backtest` as they are typed, with mistakes."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from forecast.cli import main

PANEL = "account,month,eligible,active,starts,stops\n" + "".join(
    f"team {account},{2025 + month // 12}-{month % 12 + 1:02}-01,30,{month + account},{1 if month else account},0\n"
    for account in range(4)
    for month in range(14)
)


@pytest.fixture
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with a panel, which is the working folder."""
    (tmp_path / "panel.csv").write_text(PANEL, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_from_the_export_to_the_scenario(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["fit", "--init", "panel.csv"]) == 0
    assert "data.yaml: a guess. Read it through, then: forecast fit data.yaml" in capsys.readouterr().err
    assert main(["fit", "data.yaml", "--draws", "50"]) == 0
    shown = capsys.readouterr().out
    assert "Read: 56 rows of the panel, 4 accounts." in shown
    assert "forecast run fits/2026-01/scenario.yaml" in shown
    assert main(["validate", "fits/2026-01/scenario.yaml"]) == 0


def test_a_fit_is_read_as_json(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    Path("data.yaml").write_text("monthly: {file: panel.csv}\n", encoding="utf-8")
    assert main(["fit", "data.yaml", "--draws", "50", "--json", "-o", "other"]) == 0
    document = json.loads(capsys.readouterr().out)
    assert document["folder"] == "other"
    assert {value["path"] for value in document["values"]} >= {"adoption.organic", "adoption.imitation"}
    assert main(["fit", "data.yaml", "--check", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["counts"] == {"panel rows": 56, "accounts": 4}


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["fit"], "Missing argument"),
        (["fit", "none.yaml"], "file not found"),
        (["fit", "panel.csv", "panel.csv"], "expected one data file; `forecast fit --init` writes one"),
        (["fit", "data.yaml", "--until", "soon"], "--until: found `soon`; expected a day such as 2026-10-31"),
        (["fit", "data.yaml", "--draws", "3"], "expected a whole number from 50"),
        (["fit", "data.yaml", "-o", "panel.csv"], "found a file; expected a new or empty folder, or one with a fit"),
        (["fit", "data.yaml", "--prior", "bottom_upp"], "bottom_up"),
        (["backtest", "data.yaml", "--from", "june"], "--from: found `june`; expected a month such as 2025-06"),
        (["backtest", "data.yaml", "--horizons", "1,0"], "--horizons: found `1,0`; expected up to 12 whole numbers"),
        (["backtest", "data.yaml", "--from", "2026-02", "--horizons", "3"], "6 months before the first origin and 3"),
    ],
)
def test_mistakes_are_status_2_and_nothing_is_written(
    data: Path, capsys: pytest.CaptureFixture[str], arguments: list[str], sentence: str
) -> None:
    Path("data.yaml").write_text("monthly: {file: panel.csv}\n", encoding="utf-8")
    before = {path.name for path in data.iterdir()}
    assert main(arguments) == 2
    told = capsys.readouterr().err
    assert sentence in told
    assert "Traceback" not in told
    assert {path.name for path in data.iterdir()} == before


def test_a_data_file_is_not_overwritten(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    Path("data.yaml").write_text("mine\n", encoding="utf-8")
    assert main(["fit", "--init", "panel.csv"]) == 2
    assert Path("data.yaml").read_text(encoding="utf-8") == "mine\n"
    assert main(["fit", "--init", "panel.csv", "--force"]) == 0


def test_without_events_the_data_file_says_when_the_exports_end(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    Path("accounts.csv").write_text("account,segment,eligible_users\nAda,smb,20\n", encoding="utf-8")
    Path("contracts.csv").write_text("account,start,end,seats\nAda,2025-02-01,2026-02-01,5\n", encoding="utf-8")
    blocks = "accounts: {file: accounts.csv, segment: segment, eligible_users: eligible_users}\n"
    blocks += "contracts: {file: contracts.csv}\ntime_zone: UTC\n"
    Path("data.yaml").write_text(blocks, encoding="utf-8")
    assert main(["fit", "data.yaml"]) == 2
    assert "until: no value; expected the last day that the exports hold completely" in capsys.readouterr().err
    Path("data.yaml").write_text(f"until: 2025-12-31\n{blocks}", encoding="utf-8")
    assert main(["fit", "data.yaml", "--draws", "50", "-o", "fit"]) == 0
    assert "As in the prior, since there is no table `events`: users." in capsys.readouterr().out
    assert main(["validate", "fit/scenario.yaml"]) == 0
