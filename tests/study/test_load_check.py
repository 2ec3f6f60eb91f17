"""Is what no memory can hold refused before it is simulated, with the number and the inputs that make it?"""

from __future__ import annotations

import warnings
from pathlib import Path

import pytest

import forecast
from forecast.cli import main
from forecast.errors import InputError, InputWarning
from forecast.scenario import load
from forecast.study.load_check import check_load
from forecast.study.memory_limit import Memory, MemoryLimit, memory_limits

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
SIX = MemoryLimit(6e9, "the memory of this machine")


@pytest.fixture
def runaway(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A scenario with absurd rates, on a machine with six gigabytes."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("forecast.study.load_check.memory_limits", lambda: Memory(SIX, SIX))
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


def test_a_cluster_elsewhere_is_not_judged_by_this_machine_and_absurd_loads_are_still_told(runaway: Path) -> None:
    with pytest.warns(InputWarning, match=r"up to 43.8 million opportunities of smb in one replication, 22\.\d GB$"):
        check_load([load(runaway)], "compiled", None, "tcp://somewhere:1")
    coming = {"adoption.win_back": "1000 per day", "trial.length": "0 days", "trial.activation": "0%"}
    many = load(runaway, {"awareness.base": "0", "awareness.peak": "0", **coming, "run.replications": "10000"})
    with pytest.warns(InputWarning, match=r"about \d+ hours with a cluster of 100 processors"):
        check_load([many], "simpy", None, "tcp://somewhere:1")


def test_a_cluster_on_this_machine_is_judged_by_it(runaway: Path) -> None:
    with pytest.raises(InputError, match="the memory of this machine"):
        check_load([load(runaway)], "compiled", None, "local:2")
    large = load(runaway, {"awareness.base": "100 per day", "awareness.peak": "0"})
    with pytest.warns(InputWarning, match=r"room for 5 of 8 processes"):
        check_load([large], "compiled", None, "local:8")


def test_the_memory_is_that_of_the_machine_or_less() -> None:
    process, together = memory_limits()
    assert 1e8 < process.bytes <= together.bytes < 1e14


@pytest.mark.parametrize(
    ("own", "files"),
    [
        ("0::/\n", {"memory.max": "3000000000\n"}),  # version 2 in a namespace of its own
        ("0::/a/b\n", {"a/b/memory.max": "max\n", "a/memory.max": "3000000000\n"}),  # the outer one limits too
        ("0::/docker/1234\n", {"memory.max": "3000000000\n"}),  # the path is the host's
        (
            "5:cpu:/\n4:hugetlb,memory:/docker/1\n",
            {"memory/docker/1/memory.limit_in_bytes": "3000000000\n", "memory/memory.limit_in_bytes": f"{2**63}\n"},
        ),
        ("4:memory:/docker/1\n", {"memory/memory.limit_in_bytes": "3000000000\n"}),
    ],
)
def test_the_limit_of_a_container_counts(runaway: Path, monkeypatch, own: str, files: dict[str, str]) -> None:
    for name, text in files.items():
        path = Path("groups", name)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    Path("own").write_text(own, encoding="utf-8")
    monkeypatch.setattr("forecast.study.memory_limit._OWN_GROUPS", Path("own"))
    monkeypatch.setattr("forecast.study.memory_limit._GROUPS", Path("groups"))
    monkeypatch.setattr("forecast.study.memory_limit._machine", lambda: SIX)
    monkeypatch.setattr("forecast.study.load_check.memory_limits", memory_limits)
    assert memory_limits().together == (3e9, "the memory limit of this container (its control group)")
    with pytest.raises(InputError, match=r"the limit is 3\.0 GB, the memory limit of this container"):
        check_load([load(runaway)], "compiled", 1)


def test_without_control_groups_there_is_the_machine(monkeypatch) -> None:
    monkeypatch.setattr("forecast.study.memory_limit._OWN_GROUPS", Path("nowhere"))
    monkeypatch.setattr("forecast.study.memory_limit._machine", lambda: SIX)
    assert memory_limits().together == SIX


def test_shipped_scenarios_are_small() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        check_load([forecast.load("bottom_up")], "compiled", 2)
