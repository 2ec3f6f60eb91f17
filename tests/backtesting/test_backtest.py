"""A backtest of a small panel: what it says, that it goes on where it was, and that it knows nothing of later."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from forecast.backtesting.backtest import run_backtest
from forecast.backtesting.one_origin import OneOrigin, Score
from forecast.backtesting.origins import BacktestOptions
from forecast.errors import InputError
from forecast.montecarlo.progress import NoProgress

OPTIONS = BacktestOptions(horizons=(1, 2), replications=50, every=3)
PANEL = "account,month,eligible,active,starts,stops\n" + "".join(
    f"team {account},{2025 + month // 12}-{month % 12 + 1:02}-01,40,{2 * month + account},{2 if month else account},0\n"
    for account in range(5)
    for month in range(14)
)


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """A data file with a panel of five accounts in which two people start every month."""
    (tmp_path / "panel.csv").write_text(PANEL, encoding="utf-8")
    (tmp_path / "data.yaml").write_text("monthly: {file: panel.csv}\n", encoding="utf-8")
    return tmp_path / "data.yaml"


def test_a_backtest_says_how_good_each_forecast_was(data: Path, tmp_path: Path) -> None:
    found = run_backtest(data, OPTIONS, tmp_path / "out", 1, NoProgress())
    document = json.loads((tmp_path / "out" / "backtest.json").read_text(encoding="utf-8"))
    assert document == json.loads(json.dumps(found.document))
    assert (document["origins"], document["first_origin"], document["last_origin"]) == (3, "2025-07-01", "2026-01-01")
    rows = {(row["metric"], row["level"], row["horizon"], row["model"]) for row in document["scores"]}
    assert ("active_users", "total", 1, "forecast") in rows
    assert ("active_users", "account", 1, "same number") in rows
    assert {row["cases"] for row in document["scores"] if row["level"] == "total" and row["horizon"] == 1} == {3}
    # Two starts a month in each account: nobody beats the rule that says so, and the first lines say that.
    assert document["losses"]
    assert document["losses"] == sorted(document["losses"], key=lambda loss: loss["skill"]["value"])
    truths = {(score.origin, score.horizon): score.truth for score in found.scores if score.level == "total"}
    assert truths["2025-07-01", 1] == sum(2 * 7 + account for account in range(5))
    assert {path.name for path in (tmp_path / "out").iterdir()} == {"scores.parquet", "backtest.json", "manifest.json"}


def test_an_interrupted_one_goes_on_and_ends_the_same(
    data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    straight = run_backtest(data, OPTIONS, tmp_path / "straight", 1, NoProgress())
    real, done = OneOrigin.scores, list[str]()

    def interrupted(self: OneOrigin, progress: NoProgress) -> list[Score]:
        if len(done) == 2:
            raise KeyboardInterrupt
        done.append(str(self.day))
        return real(self, progress)

    monkeypatch.setattr(OneOrigin, "scores", interrupted)
    with pytest.raises(KeyboardInterrupt):
        run_backtest(data, OPTIONS, tmp_path / "out", 1, NoProgress())
    monkeypatch.undo()
    asked: list[str] = []

    def counted(self: OneOrigin, progress: NoProgress) -> list[Score]:
        asked.append(str(self.day))
        return real(self, progress)

    monkeypatch.setattr(OneOrigin, "scores", counted)
    resumed = run_backtest(data, OPTIONS, tmp_path / "out", 1, NoProgress())
    assert asked == ["2026-01-01"]
    assert resumed.scores == straight.scores
    for name in ("scores.parquet", "backtest.json"):
        assert (tmp_path / "out" / name).read_bytes() == (tmp_path / "straight" / name).read_bytes()


def test_what_came_later_changes_no_forecast(data: Path, tmp_path: Path) -> None:
    first = run_backtest(data, OPTIONS, tmp_path / "one", 1, NoProgress())
    changed = PANEL.replace("2026-02-01,40,26,2,0", "2026-02-01,40,24,0,0")
    assert changed != PANEL
    (data.parent / "panel.csv").write_text(changed, encoding="utf-8")
    second = run_backtest(data, OPTIONS, tmp_path / "two", 1, NoProgress())
    assert [score[:6] + score[10:13] for score in first.scores] == [score[:6] + score[10:13] for score in second.scores]
    assert [score.truth for score in first.scores] != [score.truth for score in second.scores]


def test_too_short_a_past_is_a_sentence(data: Path, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="6 months before the first origin and 12 after it"):
        run_backtest(data, BacktestOptions(horizons=(12,)), tmp_path / "out", 1, NoProgress())
    assert not (tmp_path / "out").exists()
