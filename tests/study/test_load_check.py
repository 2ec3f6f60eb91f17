"""Is what no memory can hold refused before it is simulated, with the number and the inputs that make it?"""

from __future__ import annotations

import warnings
from pathlib import Path

import pytest

import forecast
from forecast.cli import main
from forecast.errors import InputError, InputWarning
from forecast.scenario import load
from forecast.study.load_check import check_load, memory_bytes

RUNAWAY = """\
name: runaway
clock: {start: 2026-01-01, horizon: 24 months}
run: {replications: 4, seed: 1}
market:
  segments:
    smb: {accounts: 30, eligible_users: 10}
adoption: {organic: 5% per month, imitation: 0.4 per month}
trial: {length: 14 days, activation: 50%, to_paid: 20%}
awareness: {base: 1000 per day, peak: 1000 per day}
procurement:
  stages:
    evaluation: {loss: 100%}
"""
SIX = 6e9


@pytest.fixture
def runaway(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A scenario with absurd rates, on a machine with six gigabytes."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("forecast.study.load_check.memory_bytes", lambda: SIX)
    path = tmp_path / "runaway.yaml"
    path.write_text(RUNAWAY, encoding="utf-8")
    return path


@pytest.mark.parametrize(
    "command", [["validate", "runaway.yaml"], ["run", "runaway.yaml", "-o", "out"], ["compare", *["runaway.yaml"] * 2]]
)
def test_opportunities_that_no_memory_holds_are_refused_by_every_command(runaway: Path, command, capsys) -> None:
    assert main(command) == 2
    told = capsys.readouterr().err
    assert "runaway.yaml:9: awareness.base, awareness.peak: up to 43.8 million opportunities of smb" in told
    assert "the limit is 6.0 GB, the memory of this machine: give lower rates, or" in told
    assert not Path("out").exists()


@pytest.mark.parametrize(
    ("overrides", "sentence"),
    [
        ({"market.segments.smb.accounts": "9000000"}, "9,000,000 accounts of smb|opportunities of smb"),
        (
            {"market.segments.smb.accounts": "9000000", "awareness.base": "0", "awareness.peak": "0"},
            "overrides.*: market.segments.smb.accounts: up to 9,000,000 accounts of smb in one replication",
        ),
        (
            {"market.segments.smb.eligible_users": "9000000", "awareness.base": "0", "awareness.peak": "0"},
            "market.segments.smb.accounts, market.segments.smb.eligible_users: up to 270 million users of smb",
        ),
        ({"awareness.base": "0", "awareness.peak": "0", "outbound.rate": "1000 per day"}, "outbound.rate: up to 21.9"),
        (
            {"awareness.base": "0", "awareness.peak": "0", "timeline.2026-10-01.outbound.rate": "1000 per day"},
            "timeline.2026-10-01.outbound.rate: up to 13.7 million",
        ),
    ],
)
def test_the_inputs_that_make_it_are_named(runaway: Path, overrides: dict[str, str], sentence: str) -> None:
    with pytest.raises(InputError, match=sentence):
        check_load([load(runaway, overrides)], "compiled")


@pytest.mark.parametrize(
    "slower",
    [
        {"procurement.stages.evaluation.duration": "20 days"},
        {"procurement.stages.evaluation.gate": "month"},
        {"procurement.cool_down": "30 days"},
        {"procurement.stages.evaluation.loss": "0%"},
        {"awareness.base": "1% per month", "awareness.peak": "1% per month"},
    ],
)
def test_what_keeps_accounts_busy_makes_it_small(runaway: Path, slower: dict[str, str]) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        check_load([load(runaway, slower)], "compiled", 2)


def test_a_run_of_many_hours_is_a_warning_with_the_estimate(runaway: Path) -> None:
    coming = {
        "awareness.base": "0",
        "awareness.peak": "0",
        "adoption.win_back": "1000 per day",
        "trial.length": "0 days",
    }
    many = load(runaway, {**coming, "trial.activation": "0%", "run.replications": "1000"})
    with pytest.warns(InputWarning, match=r"runaway: up to 876 million events in each of 1,000 .* 219 million trials"):
        check_load([many], "compiled", 2)


def test_processes_that_do_not_all_fit_are_a_warning(runaway: Path) -> None:
    large = load(runaway, {"awareness.base": "100 per day", "awareness.peak": "0"})
    with pytest.warns(InputWarning, match=r"--workers 5"):
        check_load([large], "compiled", 8)


def test_a_cluster_is_not_judged_by_this_machine(runaway: Path) -> None:
    check_load([load(runaway)], "compiled", None, "tcp://somewhere:1")


def test_the_memory_is_that_of_the_machine_or_less() -> None:
    assert 1e8 < memory_bytes() < 1e14


def test_shipped_scenarios_are_small() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        check_load([forecast.load("bottom_up")], "compiled", 2)
