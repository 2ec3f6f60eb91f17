"""Does a process of one's own join in a run, leave the chance of everything else alone, and stay known afterwards?"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

import forecast
from forecast.analysis.key_metrics import key_metric_index
from forecast.engines import simpy_engine
from forecast.engines.simpy_engine import adoption
from forecast.errors import InputError, RunError
from forecast.history.replay import replay_account
from forecast.html_report.report import report_html
from forecast.model import kinds
from forecast.model.parameters import Parameters
from forecast.scenario import load
from forecast.study.finished_run import Run
from forecast.study.two_level import epistemic_shares

FROM = 3  # the month whose last day the process waits for


def nobody_starts(market: Any) -> Any:
    """From the end of a month on nobody starts a trial."""
    yield market.calendar.timeout(float(market.parameters.month_days[FROM]))
    for account in market.accounts:
        for clock in account.clocks:
            clock.factor = 0.0
        account.refresh()


def stumbles(market: Any) -> Any:
    """Fails on its second day."""
    yield market.calendar.timeout(1)
    raise ValueError("no such rival")


def revenue(run: Run) -> list[float]:
    """The revenue of each replication."""
    figures: list[float] = run.headline_values[:, key_metric_index(run.headlines, "revenue")].tolist()
    return figures


@pytest.fixture(scope="module")
def stopped(small_file: Path, tmp_path_factory) -> Run:
    """The small run in which nothing new begins after a while."""
    folder = tmp_path_factory.mktemp("runs") / "stopped"
    return forecast.run(small_file, folder=folder, processes=[nobody_starts], workers=2)


def test_a_run_with_a_process_of_ones_own_differs_from_the_day_on_which_it_acts(small_run: Run, stopped: Run):
    assert stopped.manifest["engine"] == "simpy"
    before, after = (run.frame().query("month <= @FROM") for run in (small_run, stopped))
    assert before.equals(after)
    late, none = (run.frame().query("month > @FROM")["organic_trials"].sum() for run in (small_run, stopped))
    assert late > 0
    assert none == 0


def test_runs_with_and_without_it_are_compared_replication_by_replication(small_run, stopped, tmp_path):
    comparison = forecast.compare(small_run, stopped, folder=tmp_path / "compared")
    assert comparison.names == ("small, [and] odd (small)", "small, [and] odd (stopped)")
    assert comparison.figures("revenue")[:, 1].tolist() == revenue(stopped)
    assert (comparison.figures("arr")[:, 1] <= comparison.figures("arr")[:, 0]).all()


def test_a_comparison_gives_it_to_all_scenarios(small_file, stopped, tmp_path):
    folder = tmp_path / "compared"
    comparison = forecast.compare(small_file, small_file, folder=folder, processes=[nobody_starts])
    both = comparison.figures("revenue")
    assert np.array_equal(both[:, 0], both[:, 1])
    assert forecast.open_run(comparison.runs[comparison.names[0]]).processes == ("nobody_starts",)
    assert both[:, 0].tolist() == revenue(stopped)


def test_only_the_simpy_engine_takes_it(small_file, tmp_path):
    with pytest.raises(InputError, match=r"engine.*`compiled`.*simpy: custom processes run on no other"):
        forecast.run(small_file, folder=tmp_path / "run", engine="compiled", processes=[nobody_starts])
    assert not (tmp_path / "run").exists()


def test_its_failure_names_the_replication_and_leaves_no_run(small_file, tmp_path):
    with pytest.raises(RunError, match="replication 0 of seed 3 failed: ValueError: no such rival"):
        forecast.run(small_file, folder=tmp_path / "run", processes=[stumbles])
    assert not (tmp_path / "run").exists()


def test_what_took_part_is_known_afterwards(small_run: Run, stopped: Run):
    assert small_run.processes == ()
    assert repr(stopped).endswith("seed 3, with nobody_starts")


def test_nothing_is_replayed_without_it(stopped: Run):
    with pytest.raises(InputError, match="a run with `nobody_starts`"):
        replay_account(stopped, "smb-1")
    with pytest.raises(InputError, match="can be replayed"):
        epistemic_shares(stopped, 2, 1)


def test_the_report_says_that_the_process_takes_part_and_how_to_run_it_again(stopped: Run) -> None:
    text = report_html(stopped.folder)
    assert "nobody_starts" in text
    assert "forecast.run(&#34;scenario.yaml&#34;, processes=[nobody_starts], folder=&#34;again&#34;)" in text
    assert "forecast run scenario.yaml" not in text


def everybody_starts(market: Any) -> Any:
    """On the second day everybody starts a trial, in no team in particular."""
    yield market.calendar.timeout(1)
    for account in market.accounts:
        for _ in range(account.not_using):
            adoption.start_trial(account, adoption.ON_THEIR_OWN)


def test_who_starts_by_a_process_is_in_a_team_with_room(tmp_path: Path):
    text = """
schema: 1
clock: {start: 2026-01-01, horizon: 1 months}
market: {segments: {a: {accounts: 3, eligible_users: 9, team_size: 2}}}
"""
    (tmp_path / "teams.yaml").write_text(text, encoding="utf-8")
    log: list[Any] = []
    simpy_engine.run(Parameters(load(tmp_path / "teams.yaml")), 1, 0, log, [everybody_starts])
    for account in range(3):
        teams = [row[5] for row in log if row[2] == account and row[3] == kinds.JOINED_TEAM]
        assert sorted(teams) == [0, 0, 1, 1, 2, 2, 3, 3, 3]
