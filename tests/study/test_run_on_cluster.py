"""Does a cluster write the same bytes as one process alone?"""

from __future__ import annotations

from pathlib import Path

from forecast.study.compare import compare
from forecast.study.folder import TABLE_FILES
from forecast.study.run import run

SAME = (*TABLE_FILES, "scenario.yaml", "summary.json", "summary.csv")
COUNT = 60  # replications, four batches


def test_a_run_is_the_same(small_file: Path, tmp_path: Path, scheduler: str) -> None:
    alone, away = (
        run(small_file, replications=COUNT, folder=tmp_path / name, engine="simpy", **means)
        for name, means in (("alone", {"workers": 1}), ("away", {"cluster": scheduler}))
    )
    for name in SAME:
        assert (away.folder / name).read_bytes() == (alone.folder / name).read_bytes(), name
    assert {path.name for path in away.folder.iterdir()} == {*SAME, "manifest.json"}


def test_a_comparison_is_the_same(small_file: Path, tmp_path: Path, scheduler: str) -> None:
    other = tmp_path / "other.yaml"
    other.write_text(small_file.read_text().replace("enterprise: 30 USD", "enterprise: 40 USD"))
    alone, away = (
        compare(small_file, other, replications=20, folder=tmp_path / name, engine="simpy", **means)
        for name, means in (("alone", {"workers": 1}), ("away", {"cluster": scheduler}))
    )
    assert (alone.values == away.values).all()
    for name in ("comparison.csv", "comparison.json"):
        assert (tmp_path / "away" / name).read_bytes() == (tmp_path / "alone" / name).read_bytes(), name
