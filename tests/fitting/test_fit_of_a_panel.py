"""A panel of monthly counts becomes a scenario that runs from where its accounts stand."""

from __future__ import annotations

import csv
import json
from datetime import date
from pathlib import Path

import pytest

from forecast import charts
from forecast.exports.data_file import read_data_file
from forecast.exports.read_exports import read_exports
from forecast.fitting.fit import FitOptions, learn_from
from forecast.fitting.fit_folder import default_fit_folder, write_fit
from forecast.fitting.segment_codes import segment_codes, segment_labels
from forecast.html_report.report import report_html
from forecast.scenario import Scenario, load
from forecast.study.run import run

FILES = {"scenario.yaml", "draws.parquet", "accounts.csv", "fit.json", "problems.csv", "report.html", "manifest.json"}


def fit(data: Path, folder: Path, until: date | None = None) -> Scenario:
    """Fit a data file into a folder."""
    with read_exports(read_data_file(data, until)) as exports:
        return write_fit(learn_from(exports, FitOptions(draws=60)), exports, folder)


def test_a_panel_becomes_a_scenario_that_runs(panel: Path, tmp_path: Path) -> None:
    scenario = fit(panel, tmp_path / "fit")
    assert {path.name for path in (tmp_path / "fit").iterdir()} == FILES
    assert (scenario.start, scenario.segments, len(scenario.present)) == (date(2026, 3, 1), ("segment_all",), 11)
    assert scenario.joint_draws is not None
    assert {"adoption.organic", "adoption.imitation", "churn.free.hazard", "market.level.now"} <= {
        *scenario.joint_draws.columns
    }
    done = run(tmp_path / "fit" / "scenario.yaml", {"clock.horizon": "2 months"}, replications=2, workers=1)
    assert done.manifest["replications"] == 2


def test_accounts_stand_as_in_their_last_row_under_names_that_a_file_may_have(panel: Path, tmp_path: Path) -> None:
    scenario = fit(panel, tmp_path / "fit")
    with (panel.parent / "panel.csv").open(encoding="utf-8") as file:
        rows = [row for row in csv.DictReader(file) if row["month"] == "2026-03-01"]
    found = [(each.account, each.eligible_users, each.free_users) for each in scenario.present]
    expected = [(f"account {n}", int(row["eligible"]), int(row["active"])) for n, row in enumerate(rows, 1)]
    assert found == expected
    assert all(each.frailty is not None for each in scenario.present)
    document = json.loads((tmp_path / "fit" / "fit.json").read_text(encoding="utf-8"))
    assert "11 accounts have names that an accounts file may not have: they are called by number" in document["notes"]


def test_only_what_was_known_by_then_counts(panel: Path, tmp_path: Path) -> None:
    scenario = fit(panel, tmp_path / "fit", date(2025, 8, 31))
    assert (scenario.start, len(scenario.present)) == (date(2025, 9, 1), 12)
    document = json.loads((tmp_path / "fit" / "fit.json").read_text(encoding="utf-8"))
    [organic] = [value for value in document["values"] if value["path"] == "adoption.organic"]
    with (panel.parent / "panel.csv").open(encoding="utf-8") as file:
        assert organic["events"] == sum(
            int(row["starts"]) for row in csv.DictReader(file) if row["month"] < "2025-09-02"
        )


def test_the_truth_lies_among_the_draws(panel: Path, tmp_path: Path) -> None:
    """The values of the panel's world are inside the 99 % bands of the fit; one world with a fixed seed."""
    scenario = fit(panel, tmp_path / "fit")
    document = json.loads((tmp_path / "fit" / "fit.json").read_text(encoding="utf-8"))
    found = {value["path"]: value for value in document["values"]}
    for path, truth in (("adoption.organic", 0.02), ("adoption.imitation", 0.25), ("churn.free.hazard", 0.083)):
        assert found[path]["posterior"]["low"] / 2 < truth < found[path]["posterior"]["high"] * 2, path
        assert found[path]["data_share"] > 0.2
    assert scenario.parameters["trial.activation"] == (1.0,)


def test_the_same_data_give_the_same_bytes(panel: Path, tmp_path: Path) -> None:
    for name in ("one", "two"):
        fit(panel, tmp_path / name)
    for name in FILES - {"manifest.json"}:
        assert (tmp_path / "one" / name).read_bytes() == (tmp_path / "two" / name).read_bytes(), name


def test_a_fit_is_named_by_the_month_in_which_what_was_seen_ends(panel: Path) -> None:
    with read_exports(read_data_file(panel)) as exports:
        fitted = learn_from(exports, FitOptions(draws=50))
    assert default_fit_folder(fitted) == Path("fits/2026-02")
    assert fitted.notes[-1] == "segment all: its prior is that of mid_market, the nearest in size"
    assert load("bottom_up").segments[fitted.prior.like[0]] == "mid_market"


@pytest.fixture(autouse=True)
def _in_a_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Runs have default folders."""
    monkeypatch.chdir(tmp_path)


def test_the_report_shows_prior_and_posterior(panel: Path, tmp_path: Path) -> None:
    fit(panel, tmp_path / "fit")
    page = (tmp_path / "fit" / "report.html").read_text(encoding="utf-8")
    assert "<h1>What the data say</h1>" in page
    assert "adoption.imitation" in page
    assert "segment all: its prior is that of mid_market" in page
    assert page == report_html(tmp_path / "fit")
    document = json.loads((tmp_path / "fit" / "fit.json").read_text(encoding="utf-8"))
    chart = charts.learned_values(document)
    assert len(chart.data.rows) == len(document["values"])
    assert chart.description.startswith("What the data say of each value: ")
    for value in document["values"]:
        value["remark"] = "0 starts, fewer than 5: prior kept"
    assert charts.learned_values(document).data.rows == []


def test_segments_keep_their_names_as_labels(panel: Path, tmp_path: Path) -> None:
    assert segment_codes(["SMB", "Mid-Market (50+)", "2,000 and more", "smb"]) == [
        *("smb", "mid_market_50", "segment_2_000_and_more", "smb_2"),
    ]
    assert segment_labels(["SMB", "smb"]) == {}
    text = (panel.parent / "panel.csv").read_text(encoding="utf-8")
    names = ["Small, under 50: yes", "Large {x}"]
    head, *rows = text.splitlines()
    lines = [f"{head},segment", *(f'{row},"{names[account_of(row) % 2]}"' for row in rows)]
    (tmp_path / "panel.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    (tmp_path / "data.yaml").write_text("monthly: {file: panel.csv}\n", encoding="utf-8")
    scenario = fit(tmp_path / "data.yaml", tmp_path / "fit")
    assert [scenario.labels.segment(name) for name in scenario.segments] == names


def account_of(row: str) -> int:
    """The number in the account's name."""
    return int(row.split(",", maxsplit=1)[0].rpartition(" ")[2])
