"""Is a run's folder complete, reproducible, and careful with what it finds there?"""

from __future__ import annotations

import json
import math
import sys
import threading
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

import forecast
from forecast.analysis.summary import summarize
from forecast.engines.result import STAGE_DAYS
from forecast.errors import InputError, RunError
from forecast.files import sha256_of
from forecast.montecarlo import progress_on
from forecast.study.finished_run import Run, open_run
from forecast.study.folder import TABLE_FILES, default_folder
from forecast.study.run import run

SAME = (*TABLE_FILES, "scenario.yaml", "summary.json", "summary.csv")


@pytest.mark.parametrize("workers", [2, 3])
def test_any_number_of_workers_gives_the_same_bytes(
    small_run: Run, small_file: Path, tmp_path: Path, workers: int
) -> None:
    other = run(small_file, folder=tmp_path / "run", workers=workers, engine="simpy")
    for name in SAME:
        assert (other.folder / name).read_bytes() == (small_run.folder / name).read_bytes(), name


@pytest.mark.parametrize("workers", [1, 2])
def test_the_compiled_engine_writes_the_same_tables(
    small_run: Run, small_file: Path, tmp_path: Path, workers: int
) -> None:
    other = run(small_file, folder=tmp_path / "run", workers=workers, engine="compiled")
    for name in TABLE_FILES:
        assert (other.folder / name).read_bytes() == (small_run.folder / name).read_bytes(), name


def test_the_resolved_scenario_gives_the_same_bytes_again(small_run: Run, tmp_path: Path) -> None:
    other = run(small_run.folder / "scenario.yaml", folder=tmp_path / "run", workers=1, engine="simpy")
    for name in SAME:
        assert (other.folder / name).read_bytes() == (small_run.folder / name).read_bytes(), name


def test_more_replications_leave_the_first_ones_as_they_are(small_run: Run, small_file: Path, tmp_path: Path) -> None:
    more = run(small_file, replications=5, folder=tmp_path / "run", workers=1, engine="simpy")
    assert more.monthly().slice(0, small_run.monthly().num_rows).equals(small_run.monthly())
    assert more.manifest["replications"] == more.scenario.replications == 5


def test_the_manifest_says_all_and_that_it_is_complete(small_run: Run) -> None:
    manifest = json.loads((small_run.folder / "manifest.json").read_text(encoding="utf-8"))
    assert list(manifest)[-1] == "complete"
    assert manifest["complete"] is True
    assert manifest["files"] == {name: sha256_of(small_run.folder / name) for name in sorted(SAME)}
    assert manifest["scenario_sha256"] == small_run.scenario.sha256
    assert (manifest["seed"], manifest["replications"], manifest["engine"]) == (3, 4, "simpy")


def test_nothing_else_is_left_beside_or_in_the_folder(small_run: Run) -> None:
    assert {path.name for path in small_run.folder.iterdir()} == {*SAME, "manifest.json"}
    assert [path.name for path in small_run.folder.parent.iterdir()] == ["small"]


def test_tables_have_a_row_for_everything(small_run: Run) -> None:
    monthly, accounts = small_run.monthly(), small_run.accounts()
    assert (monthly.num_rows, accounts.num_rows) == (4 * 15 * 3, 4 * 11)
    assert small_run.resources().num_rows == 4 * 14
    assert monthly.column_names[:3] == ["replication", "month", "segment"]
    assert accounts["account"].to_pylist()[:9] == [*(f"smb-{place}" for place in range(1, 9)), "enterprise-1"]
    assert set(monthly["segment"].to_pylist()) == {"smb", "enterprise", "vendor"}
    factors = monthly.column_names[-2:]
    assert factors == ["market_level", "procurement_pace"]
    assert {monthly.schema.field(name).type for name in monthly.column_names[3:-2]} == {pa.int64()}
    assert all(set(monthly[name].to_pylist()) == {1.0} for name in factors)  # off
    opportunities = small_run.opportunities()
    assert opportunities.num_rows == sum(accounts["opportunities"].to_pylist())
    assert set(opportunities["outcome"].to_pylist()) <= {"won", "lost", "open"}
    days = {f"{stage}_{day}_day" for stage in ("review", "signature") for day in STAGE_DAYS}
    flags = {"sso_needed", "sso_missing", "sso_lost"}
    assert {*days, *flags, "lost_over"} <= set(opportunities.column_names)


def test_a_deal_is_lost_over_a_requirement_that_it_needed_and_that_was_missing(
    small_file: Path, tmp_path: Path
) -> None:
    answers = ["procurement.requirements.sso.if_missing={lose: 40%, wait: 30%, waive: 30%}"]
    found = run(small_file, answers, replications=8, folder=tmp_path / "run", workers=1)
    deals = found.opportunities().to_pylist()
    lost = [deal for deal in deals if deal["reason"] == "requirement"]
    assert len(lost) > 5
    assert sum(deal["sso_missing"] for deal in deals) > len(lost)  # waived or awaited
    assert {deal["lost_over"] for deal in lost} == {"sso"}
    assert all(deal["sso_lost"] and deal["sso_missing"] and deal["sso_needed"] for deal in lost)
    assert not any(deal["sso_lost"] or deal["lost_over"] for deal in deals if deal not in lost)


def test_tables_become_data_frames(small_run: Run) -> None:
    frame = small_run.accounts().to_pandas()
    assert str(frame["segment"].dtype) == "category"
    assert frame["contract_day"].isna().any()


def test_a_run_takes_the_place_of_an_earlier_one_and_leaves_other_files(small_file: Path, tmp_path: Path) -> None:
    folder = tmp_path / "run"
    run(small_file, replications=1, folder=folder, workers=1, engine="simpy")
    (folder / "notes.txt").write_text("mine")
    again = run(small_file, replications=2, folder=folder, workers=1, engine="simpy")
    assert again.manifest["replications"] == 2
    assert (folder / "notes.txt").read_text() == "mine"
    assert "notes.txt" not in again.manifest["files"]


def test_a_folder_with_other_files_is_refused_before_anything_is_simulated(small_file: Path, tmp_path: Path) -> None:
    (tmp_path / "letters").mkdir()
    (tmp_path / "letters" / "dear.txt").touch()
    with pytest.raises(InputError, match="found a folder with other files in it"):
        run(small_file, folder=tmp_path / "letters", engine="simpy")
    with pytest.raises(InputError, match="found a file"):
        run(small_file, folder=tmp_path / "letters" / "dear.txt", engine="simpy")
    assert [path.name for path in tmp_path.rglob("*")] == ["letters", "dear.txt"]


def test_a_failed_run_leaves_the_earlier_one_and_nothing_else(
    small_run: Run, small_file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "run"
    run(small_file, replications=1, folder=folder, workers=1, engine="simpy")
    before = {path: path.read_bytes() for path in folder.iterdir()}

    def fail(*_: Any, **__: Any) -> None:
        raise ZeroDivisionError("on purpose")

    monkeypatch.setattr("forecast.engines.simpy_engine.run", fail)
    with pytest.raises(RunError, match="replication 0 of seed 3 failed: ZeroDivisionError: on purpose"):
        run(small_file, folder=folder, workers=1, engine="simpy")
    assert {path: path.read_bytes() for path in folder.iterdir()} == before
    assert [path.name for path in tmp_path.iterdir()] == ["run"]


def test_an_empty_folder_takes_a_run_also_as_the_current_one(
    small_file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / ".new.0a1b2c.partial").mkdir()  # what a killed run leaves is no reason to refuse
    for replications in (1, 2):
        again = run(small_file, replications=replications, folder=".", workers=1, engine="simpy")
        assert again.manifest["replications"] == replications
    assert {path.name for path in tmp_path.iterdir()} == {*SAME, "manifest.json", ".new.0a1b2c.partial"}


@pytest.mark.parametrize("wrong", [{"workers": 0}, {"workers": -1}, {"precision": 0.0}, {"precision": 1.5}])
def test_numbers_that_mean_nothing_are_refused(small_file: Path, tmp_path: Path, wrong: dict[str, Any]) -> None:
    with pytest.raises(InputError, match=next(iter(wrong))):
        run(small_file, folder=tmp_path / "run", engine="simpy", **wrong)
    assert list(tmp_path.iterdir()) == []


def damaged(folder: Path, change: Any) -> Path:
    path = folder / "manifest.json"
    path.write_text(json.dumps(change(json.loads(path.read_text(encoding="utf-8")))), encoding="utf-8")
    return folder


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (lambda manifest: {**manifest, "complete": False}, "a run that did not end"),
        (lambda manifest: {**manifest, "schema": 99}, "a run of schema `99`"),
        (lambda manifest: {**manifest, "schema": 1}, "a run of schema `1`"),
        (lambda manifest: {**manifest, "kind": "diary"}, "no manifest.json of a run"),
        (lambda manifest: [manifest], "no manifest.json of a run"),
        (lambda manifest: {**manifest, "files": {"gone.parquet": ""}}, "a run without its file `gone.parquet`"),
    ],
)
def test_what_is_no_complete_run_is_refused_in_one_sentence(
    small_file: Path, tmp_path: Path, change: Any, sentence: str
) -> None:
    folder = run(small_file, replications=1, folder=tmp_path / "run", workers=1, engine="simpy").folder
    with pytest.raises(InputError, match=sentence):
        open_run(damaged(folder, change))


def test_a_damaged_table_is_told_in_one_sentence(small_file: Path, tmp_path: Path) -> None:
    folder = run(small_file, replications=1, folder=tmp_path / "run", workers=1, engine="simpy").folder
    (folder / "monthly.parquet").write_bytes(b"half")
    with pytest.raises(RunError, match=r"monthly\.parquet cannot be read"):
        open_run(folder).monthly()


def test_an_unknown_engine_is_told_with_its_nearest_name(small_file: Path, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="did you mean `simpy`"):
        run(small_file, folder=tmp_path / "run", engine="simpl")


def test_folders_are_named_after_the_scenario() -> None:
    assert default_folder("AI coding assistant, bottom-up") == Path("runs/ai-coding-assistant-bottom-up")
    assert default_folder("../..") == Path("runs/run")


def test_another_scenarios_run_is_not_replaced_by_default(
    small_file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    folders = []
    for name in ("Plan A!", "Plan A?", "Plan A!", "Plan A?"):
        path = tmp_path / "plan.yaml"
        path.write_text(f'extends: {small_file}\nname: "{name}"\n', encoding="utf-8")
        folders.append(run(path, replications=1, workers=1, engine="simpy").folder)
    assert len(set(folders)) == 2
    assert [open_run(folder).manifest["scenario"] for folder in folders[:2]] == ["Plan A!", "Plan A?"]
    assert folders[:2] == folders[2:]


def test_the_verbs_of_a_notebook(small_run: Run, small_file: Path) -> None:
    assert forecast.load(small_file).seed == 3
    assert forecast.open_run(small_run.folder).manifest == small_run.manifest
    assert forecast.run is run
    with pytest.raises(AttributeError, match=r"it has Backtest, Comparison, .*load, .*open_run, .*run"):
        forecast.walk  # noqa: B018


def test_a_loaded_scenario_can_be_run_with_another_seed(small_file: Path, tmp_path: Path) -> None:
    scenario = forecast.load(small_file)
    other = run(
        scenario,
        ["pricing.enterprise=31 USD"],
        replications=1,
        seed=9,
        folder=tmp_path / "a",
        workers=1,
        engine="simpy",
    )
    same = run(scenario, replications=1, folder=tmp_path / "b", workers=1, engine="simpy")
    assert (other.scenario.seed, other.scenario.name) == (9, scenario.name)
    assert not other.monthly().equals(same.monthly())
    assert math.isclose(same.summary["segments"]["smb"]["R"], other.summary["segments"]["smb"]["R"])


def test_a_summary_that_takes_long_says_so(
    small_file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def slow(*arguments: Any) -> Any:
        for thread in threading.enumerate():
            if isinstance(thread, threading.Timer) and thread.interval < 1:
                thread.join()  # until it has said so, however long that takes
        return summarize(*arguments)

    monkeypatch.setattr("forecast.study.run.summarize", slow)
    shown: Any = lambda count: progress_on(sys.stderr, count)  # noqa: E731
    for patience, said in ((3600, False), (0.1, True)):
        monkeypatch.setattr("forecast.montecarlo.progress.FIRST_LINE", patience)
        run(small_file, folder=tmp_path / "run", workers=1, engine="simpy", progress=shown)
        assert ("summarizing 4 replications\n" in capsys.readouterr().err) == said
