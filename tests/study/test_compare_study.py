"""Is a comparison that of its runs, paired, reproducible, and refused where nothing can be paired?"""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import forecast
from forecast.analysis.comparison import Comparison
from forecast.analysis.key_metrics import decisive_codes
from forecast.errors import InputError, RunError
from forecast.montecarlo import StoppingRule
from forecast.study.compare import compare
from forecast.study.comparison_folder import open_comparison
from forecast.study.finished_run import Run, open_run
from forecast.study.folder import TABLE_FILES
from forecast.study.run import run

FOUND = ("comparison.json", "comparison.csv", "headlines.parquet")


def folder_of(comparison: Comparison) -> Path:
    return next(iter(comparison.runs.values())).parent


def test_a_scenario_compared_with_itself_is_exactly_the_same(small_file: Path, tmp_path: Path) -> None:
    found = compare(small_file, small_file, small_file, folder=tmp_path / "c", workers=1, engine="simpy")
    assert found.names == ("small, [and] odd (small)", "small, [and] odd (small) (2)", "small, [and] odd (small) (3)")
    assert {path.name for path in found.runs.values()} == {"small", "small-2", "small-3"}
    for headline in found.headlines:
        for pair in found.pairs(headline.code):
            assert (pair.mean.value, pair.mean.low, pair.mean.high) == (0, 0, 0)
            assert (pair.equal, pair.better.value, pair.verdict) == (1, 0.5, "equal")
        assert [each.best.value for each in found.standings(headline.code)] == pytest.approx([1 / 3] * 3)
    assert all(not changes for changes in found.changes.values())


def test_a_run_of_a_comparison_is_the_run_by_itself(small_run: Run, both: Comparison) -> None:
    mine = both.runs[both.names[0]]
    for name in (*TABLE_FILES, "scenario.yaml", "summary.json", "summary.csv"):
        assert (mine / name).read_bytes() == (small_run.folder / name).read_bytes(), name
    assert open_run(mine).manifest["complete"] is True


def test_workers_change_no_byte_and_a_comparison_opens_as_it_was(
    both: Comparison, small_file: Path, lever_file: Path, tmp_path: Path
) -> None:
    again = compare(small_file, lever_file, folder=tmp_path / "c", workers=2, engine="simpy")
    for name in FOUND:
        assert (tmp_path / "c" / name).read_bytes() == (folder_of(both) / name).read_bytes(), name
    opened = open_comparison(tmp_path / "c")
    assert opened.document() == both.document() == again.document()
    assert opened.changes == both.changes


def test_finished_runs_are_compared_as_they_are(both: Comparison, tmp_path: Path) -> None:
    found = compare(*both.runs.values(), folder=tmp_path / "c")
    assert [path.name for path in (tmp_path / "c").iterdir() if path.is_dir()] == []
    for name in FOUND:
        assert (tmp_path / "c" / name).read_bytes() == (folder_of(both) / name).read_bytes(), name
    assert {each.resolve() for each in found.runs.values()} == {each.resolve() for each in both.runs.values()}


def test_of_runs_of_different_length_the_common_replications_are_compared(
    both: Comparison, lever_file: Path, tmp_path: Path
) -> None:
    longer = run(lever_file, replications=6, folder=tmp_path / "longer", workers=1, engine="simpy")
    found = compare(both.runs[both.names[0]], longer, folder=tmp_path / "c")
    np.testing.assert_array_equal(found.values, both.values)


def test_the_folder_is_complete_last_and_holds_no_nan(both: Comparison) -> None:
    folder = folder_of(both)
    manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    assert list(manifest)[-1] == "complete"
    assert sorted(manifest["files"]) == sorted(FOUND)
    assert manifest["runs"] == {both.names[0]: "small", both.names[1]: "lever"}
    assert "NaN" not in (folder / "comparison.json").read_text(encoding="utf-8")
    assert {path.name for path in folder.iterdir()} == {*FOUND, "manifest.json", "small", "lever"}


def test_pairing_needs_many_times_fewer_replications_than_other_seeds(
    small_file: Path, lever_file: Path, tmp_path: Path
) -> None:
    """Measured against real other seeds, as the comparison says from the pairs alone.

    Forty replications: the ratio of two such variances lies within a factor 3 in all but 1 of 1,000 draws.
    """
    options: dict[str, Any] = {"workers": 1, "replications": 40}
    paired = compare(small_file, lever_file, folder=tmp_path / "paired", **options)
    other = run(lever_file, seed=4, folder=tmp_path / "other", **options)
    first, second = paired.figures("arr").T
    strange = other.headline_values[:, [each.code for each in other.headlines].index("arr")]
    ratio = (strange - first).var(ddof=1) / (second - first).var(ddof=1)
    told = paired.pair("arr", *paired.names).pairing
    print(f"variance of the difference: {ratio:.1f} times smaller than with other seeds; told: {told:.1f}")  # noqa: T201
    assert ratio > 5
    assert told is not None
    assert ratio / 3 < told < ratio * 3


def test_precision_stops_as_soon_as_differences_are_known(small_file: Path, lever_file: Path, tmp_path: Path) -> None:
    options: dict[str, Any] = {"replications": 1000, "precision": 0.25}
    found = compare(small_file, lever_file, folder=tmp_path / "c", workers=1, **options)
    assert 200 <= found.replications < 1000
    assert found.replications % 20 == 0
    assert all(width is not None and width <= 0.25 for width in found.precision().values())
    assert open_run(found.runs[found.names[1]]).manifest["replications"] == found.replications
    compare(small_file, lever_file, folder=tmp_path / "d", workers=2, **options)
    for name in FOUND:
        assert (tmp_path / "c" / name).read_bytes() == (tmp_path / "d" / name).read_bytes(), name


def test_the_stopping_rule_sees_what_the_comparison_says(small_file: Path, lever_file: Path, tmp_path: Path) -> None:
    found = compare(small_file, lever_file, folder=tmp_path / "c", replications=30, workers=1)
    rule = StoppingRule(decisive_codes(found.months))
    for row in np.stack([found.figures(code) for code in rule.names], axis=2):
        rule.add(row)
    assert rule.precision() == pytest.approx(found.precision(), rel=1e-9)


def test_all_reasons_against_pairing_come_at_once(small_file: Path, tmp_path: Path) -> None:
    text = small_file.read_text(encoding="utf-8")
    other = tmp_path / "other.yaml"
    changed = [("2026-01-01", "2026-02-01"), ("14 months", "15 months"), ("smb:", "tiny:"), ("seed: 3", "seed: 4")]
    for old, new in changed:
        text = text.replace(old, new)
    other.write_text(text.replace("USD", "EUR") + "currency: EUR\n", encoding="utf-8")
    with pytest.raises(InputError) as error:
        compare(small_file, other, "no_such.yaml", folder=tmp_path / "c", engine="simpy")
    told = str(error.value)
    assert f"{other}: run.seed: found `4`; expected `3` as in {small_file}, or there is nothing to pair" in told
    for path in ("clock.start", "clock.horizon", "market.segments", "currency"):
        assert f"{other}: {path}: found" in told
    assert "file not found: no_such.yaml; give a file" in told
    assert len(error.value.problems) == 6
    assert not (tmp_path / "c").exists()


def test_a_seed_that_is_asked_for_holds_for_all(small_file: Path, lever_file: Path, tmp_path: Path) -> None:
    found = compare(small_file, lever_file, seed=9, replications=1, folder=tmp_path / "c", workers=1, engine="simpy")
    assert found.seed == 9
    assert found.replications == 1
    assert found.pair("arr", *found.names).mean.low is None


@pytest.mark.parametrize("count", [0, 1, 21])
def test_fewer_than_two_or_more_than_twenty_are_refused(small_file: Path, count: int) -> None:
    with pytest.raises(InputError, match=f"FILE: found `{count}`; expected 2 to 20 scenarios"):
        compare(*[small_file] * count)


def test_what_finished_runs_do_not_allow_is_refused(both: Comparison, small_file: Path, tmp_path: Path) -> None:
    mine = both.runs[both.names[0]]
    with pytest.raises(InputError, match=r"--replications: found `5`; expected at most 4"):
        compare(mine, small_file, replications=5, folder=tmp_path / "c")
    with pytest.raises(InputError, match=r"--precision: found the finished run .*; expected scenario files only"):
        compare(mine, small_file, precision=0.1, folder=tmp_path / "c")
    with pytest.raises(InputError, match="expected another folder with -o"):
        compare(small_file, mine, folder=folder_of(both))


def changed_copy(folder: Path, to: Path, change: dict[str, Any]) -> Path:
    shutil.copytree(folder, to)
    manifest = json.loads((to / "manifest.json").read_text(encoding="utf-8"))
    (to / "manifest.json").write_text(json.dumps({**manifest, **change}), encoding="utf-8")
    return to


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"complete": False}, "found a run that did not end"),
        ({"schema": 99}, "found a run of schema `99`; expected schema"),
        ({"versions": {"forecast": "0.0.1"}}, r"found a run of version 0\.0\.1; expected version .*, this one"),
        ({"kind": "forecast comparison"}, "found a comparison; expected the folder of a run"),
        ({"kind": "a letter"}, "found no manifest.json of a run"),
    ],
)
def test_a_folder_that_is_no_run_of_this_version_is_refused(
    both: Comparison, tmp_path: Path, change: dict[str, Any], sentence: str
) -> None:
    folder = changed_copy(both.runs[both.names[0]], tmp_path / "run", change)
    with pytest.raises(InputError, match=sentence):
        compare(both.runs[both.names[1]], folder, folder=tmp_path / "c")
    assert not (tmp_path / "c").exists()


def test_an_unfinished_or_damaged_comparison_is_refused(both: Comparison, tmp_path: Path) -> None:
    folder = changed_copy(folder_of(both), tmp_path / "unfinished", {"complete": False})
    with pytest.raises(InputError, match="found a comparison that did not end; expected a complete one: compare"):
        forecast.open_comparison(folder)
    damaged = changed_copy(folder_of(both), tmp_path / "damaged", {})
    (damaged / "headlines.parquet").write_bytes(b"nothing")
    with pytest.raises(RunError, match="compare the scenarios again"):
        forecast.open_comparison(damaged)
    with pytest.raises(InputError, match="found a run; expected the folder of a comparison"):
        forecast.open_comparison(both.runs[both.names[0]])


def test_a_replication_that_fails_leaves_nothing_and_is_named(
    small_file: Path, lever_file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from forecast.engines import simpy_engine  # noqa: PLC0415

    real = simpy_engine.run

    def fail(parameters: Any, seed: int, replication: int, *rest: Any) -> Any:
        if replication == 2 and parameters.scenario.name == "small, [and] odd":
            raise ZeroDivisionError("on purpose")
        return real(parameters, seed, replication, *rest)

    monkeypatch.setattr("forecast.engines.simpy_engine.run", fail)
    with pytest.raises(RunError, match=r"^small, \[and\] odd: replication 2 of seed 3 failed: ZeroDiv\w+: on purpose"):
        compare(small_file, lever_file, folder=tmp_path / "c", workers=1, engine="simpy")
    assert list(tmp_path.iterdir()) == []


def test_a_comparison_takes_the_place_of_an_earlier_one_and_of_nothing_else(
    small_file: Path, lever_file: Path, tmp_path: Path
) -> None:
    options: dict[str, Any] = {"folder": tmp_path / "c", "workers": 1, "engine": "simpy"}
    compare(small_file, lever_file, replications=1, **options)
    assert compare(small_file, lever_file, replications=2, **options).replications == 2
    with pytest.raises(InputError, match=r"found a folder with other files in it; expected .* or one with a run"):
        run(small_file, **options)
    (tmp_path / "letters").mkdir()
    (tmp_path / "letters" / "dear.txt").touch()
    with pytest.raises(InputError, match="or one with a comparison"):
        compare(small_file, lever_file, **{**options, "folder": tmp_path / "letters"})
