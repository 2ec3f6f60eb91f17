"""The two engines give the same events and tables, value for value; a difference is told as its first event."""

from __future__ import annotations

import hashlib
import os
import shutil
import struct
import subprocess
import sys
import tempfile
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from strategies import Drawn, loaded, scenarios

from forecast.engines import compiled, simpy_engine
from forecast.model import kinds
from forecast.model.parameters import Parameters
from forecast.scenario import Scenario, load

HERE = Path(__file__).parent
COUNTS = {"smb": 30, "mid_market": 15, "enterprise": 5}
FEWER = [f"market.segments.{name}.accounts={count}" for name, count in COUNTS.items()]
WITHOUT_ADDITIONS = "without_additions.yaml"  # the base of 0.2 before it had teams, use, entry and a market level
GOLDEN = "5a83d6591668aef5e16a089b5d00e55b9c5cf8291f7060a2aeec6d3664e87039"
GOLDEN_BASE = "c42e55636496d5a808dd4042b57abe1c33ec1e515787d7ca93c55abb3df543b6"


def in_words(parameters: Parameters, row: tuple[Any, ...] | None) -> str:
    """An event of the log as a sentence."""
    if row is None:
        return "nothing more"
    time, _, account, kind, who, value = row
    subject = "the market" if account < 0 else parameters.account_names[account]
    return f"day {time!r}: {subject}, {kinds.NAMES[kind]}, who {who}, value {value!r}"


def same(one: Any, other: Any) -> bool:
    """Whether two arrays are equal, value for value; NaN is NaN."""
    return np.array_equal(one, other, equal_nan=np.asarray(one).dtype.kind == "f")


def agree(parameters: Parameters, seed: int, replication: int) -> None:
    """Assert that both engines give the same log, the same users who go on for free, and the same tables."""
    logs: tuple[list[Any], list[Any]] = ([], [])
    kept_free: tuple[list[Any], list[Any]] = ([], [])
    readable = simpy_engine.run(parameters, seed, replication, logs[0], kept_free=kept_free[0])
    fast = compiled.run(parameters, seed, replication, logs[1], kept_free=kept_free[1])
    for place in range(max(map(len, logs))):
        rows = [log[place] if place < len(log) else None for log in logs]
        if rows[0] != rows[1]:
            words = [in_words(parameters, row) for row in rows]
            pytest.fail(f"event {place} differs: SimPy has {words[0]}; compiled has {words[1]}")
    assert kept_free[0] == kept_free[1]
    assert readable.events == fast.events
    assert same(readable.monthly, fast.monthly)
    assert same(readable.resources, fast.resources)
    assert same(readable.usage_run_rates, fast.usage_run_rates)
    assert same(readable.factors, fast.factors)
    for tables in ((readable.accounts, fast.accounts), (readable.opportunities, fast.opportunities)):
        for name in tables[0]._fields:
            assert same(getattr(tables[0], name), getattr(tables[1], name)), name


@settings(max_examples=200, deadline=None, suppress_health_check=list(HealthCheck))
@given(scenarios())
def test_the_engines_agree_on_drawn_scenarios(drawn: Drawn) -> None:
    with tempfile.TemporaryDirectory() as folder:
        scenario = loaded(drawn, Path(folder))
    agree(Parameters(scenario), scenario.seed, 0)


def test_the_engines_agree_on_the_base_market() -> None:
    scenario = load("bottom_up", FEWER)
    for replication in range(2):
        agree(Parameters(scenario), scenario.seed, replication)


def ties(folder: Path) -> Scenario:
    """The scenario in which much falls on the same instant."""
    shutil.copy(HERE / "ties.csv", folder / "accounts.csv")
    shutil.copy(HERE / "ties.yaml", folder / "ties.yaml")
    return load(folder / "ties.yaml")


def test_the_engines_agree_on_ties(tmp_path: Path) -> None:
    scenario = ties(tmp_path)
    parameters, log, kept_free = Parameters(scenario), list[Any](), list[Any]()
    for replication in range(20):
        agree(parameters, scenario.seed, replication)
        compiled.run(parameters, scenario.seed, replication, log)
        compiled.run(parameters, scenario.seed, replication, kept_free=kept_free)
    assert kept_free  # beside the log, and no row of it
    times = [row[0] for row in log if row[2] >= 0]
    shared = sum(earlier == later for earlier, later in pairwise(times))
    assert shared > len(times) / 5  # the scenario is what it says
    assert {kinds.NAMES[row[3]] for row in log} >= set(kinds.NAMES) - {"patience_ended"}


PLAIN = """
import hashlib
import sys
from forecast.engines import compiled, simpy_engine
from forecast.compiling.decorators import COMPILES
from forecast.model.parameters import Parameters
from forecast.scenario import load
assert not COMPILES
parameters = Parameters(load(sys.argv[1]))
logs, kept = ([], []), ([], [])
engines = zip((simpy_engine, compiled), logs, kept)
results = [engine.run(parameters, 5, 0, log, kept_free=free) for engine, log, free in engines]
assert logs[0] == logs[1]
assert kept[0] == kept[1]
assert results[0].monthly.tobytes() == results[1].monthly.tobytes()
assert results[0].opportunities.stages.tobytes() == results[1].opportunities.stages.tobytes()
assert results[0].opportunities.requirements.tobytes() == results[1].opportunities.requirements.tobytes()
print(len(logs[0]), hashlib.sha256(repr(logs[0]).encode()).hexdigest())
"""


def test_the_rules_and_both_engines_are_plain_python_too(tmp_path: Path) -> None:
    scenario = ties(tmp_path)
    found = subprocess.run(
        [sys.executable, "-W", "error", "-c", PLAIN, str(tmp_path / "ties.yaml")],
        env={**os.environ, "NUMBA_DISABLE_JIT": "1", "PYTHONPATH": str(HERE.parents[1])},
        capture_output=True,
        text=True,
        check=False,
    )
    assert found.returncode == 0, found.stderr
    log: list[Any] = []
    compiled.run(Parameters(scenario), 5, 0, log)
    assert found.stdout.split() == [str(len(log)), hashlib.sha256(repr(log).encode()).hexdigest()]


@pytest.mark.parametrize(("source", "golden"), [(HERE / WITHOUT_ADDITIONS, GOLDEN), ("bottom_up", GOLDEN_BASE)])
def test_the_events_of_this_release(source: str | Path, golden: str) -> None:
    """A change of a hash is a change of what is forecast: it needs a sentence in the changelog.

    The first is of a file that names nothing of what is off by default: what is added later never changes it.
    """
    parameters, log = Parameters(load(source, FEWER)), list[Any]()
    compiled.run(parameters, 1, 0, log)
    rows = b"".join(struct.pack("<dqqqqd", *row) for row in log)
    assert len(log) > 10_000
    assert hashlib.sha256(rows).hexdigest() == golden


IN_RAMP: dict[str, Any] = {
    "clock": {"start": "2026-01-01", "horizon": "14 months"},
    "market": {"segments": {"a": {"accounts": 40, "eligible_users": 1}}},
    "outbound": {"rate": "0.4 per month"},
    "procurement": {
        "cool_down": "10 days",
        "stages": {
            "demo": {"gate": "month", "resource": "sellers", "touch": "4 days", "loss": "20%", "patience": "25 days"},
            "check": {"resource": "sellers", "touch": {"exponential": {"mean": "6 days"}}, "loss": "30%"},
            "review": {"resource": "sellers", "touch": "5 days", "loss": "60%"},
            "paper": {"after": ["demo", "check"], "resource": "sellers", "touch": "3 days", "duration": "0 days"},
        },
    },
    "contract": {"term": "3 months"},
    "renewal": {"base": "0%"},
    "vendor": {
        "resources": {
            "sellers": {
                "count": 1,
                "ramp_touch": "250%",
                "hires": [
                    {"at": "2026-03-01", "add": 2, "ramp": "5 months"},
                    {"at": "2026-05-10", "add": 1, "ramp": "30 days"},
                    {"at": "2026-08-01", "add": -2},
                    {"at": "2026-10-01", "add": 1, "ramp": "2 months"},
                ],
            }
        }
    },
    "timeline": [{"at": "2026-06-01", "set": {"vendor.resources.sellers.count": 2}}],
}


@pytest.mark.parametrize("replication", range(4))
def test_the_engines_agree_on_people_in_ramp(replication: int) -> None:
    """Stages side by side ask for the same people, many at the same instant, and lose deals while they hold them."""
    agree(Parameters(load(IN_RAMP)), 1, replication)


def test_a_difference_is_told_in_words(monkeypatch: pytest.MonkeyPatch) -> None:
    scenario = load("bottom_up", ["market.segments.smb.accounts=5", "clock.horizon=12 months"])
    parameters, run = Parameters(scenario), compiled.run

    def other(parameters: Parameters, seed: int, replication: int, log: list[Any], **beside: Any) -> Any:
        result = run(parameters, seed, replication, log, **beside)
        time, segment, account, kind, who, value = log[3]
        log[3] = (time, segment, account, kind, who, value + 1.0)
        return result

    monkeypatch.setattr(compiled, "run", other)
    with pytest.raises(pytest.fail.Exception, match="event 3 differs: SimPy has day "):
        agree(parameters, scenario.seed, 0)
