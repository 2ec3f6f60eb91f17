"""Does a run that was interrupted come to the same end, byte for byte, and is other work never mixed in?"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Any

import pytest

from forecast.errors import InputError, Interrupted
from forecast.files import lock, temporary_path, write_bytes
from forecast.montecarlo.progress import NoProgress
from forecast.scenario import Scenario, load
from forecast.study.compare import compare, execute_comparison
from forecast.study.compare_sources import compared_scenarios
from forecast.study.finished_run import open_run
from forecast.study.folder import MANIFEST, TABLE_FILES
from forecast.study.run import execute_run, run
from forecast.study.run_options import RunOptions

TESTS = Path(__file__).parents[1]
SAME = (*TABLE_FILES, "scenario.yaml", "summary.json", "summary.csv")
STATES = {  # what a replication may be made of; the file, changes that make it small, and the engine
    "segments, people and a timeline": (None, (), "simpy"),
    "an accounts file": (TESTS / "engines" / "ties.yaml", (), "simpy"),
    "uncertain parameters and every block": (TESTS / "scenario" / "whole.yaml", (), "compiled"),
}


@pytest.fixture(autouse=True)
def small_batches(monkeypatch: pytest.MonkeyPatch) -> None:
    """One replication is a batch, so that there is something to keep."""
    monkeypatch.setattr(sys.modules["forecast.montecarlo.batches"], "ACCOUNT_MONTHS_PER_BATCH", {})


def stopping(folder: Path, batches: int) -> Callable[[], AbstractContextManager[Callable[[], bool]]]:
    """Somebody who presses Ctrl-C when so many batches are finished."""

    @contextmanager
    def halt() -> Iterator[Callable[[], bool]]:
        yield lambda: len(list(folder.glob("unfinished/*.batch"))) >= batches

    return halt


def stopped_run(source: Path, folder: Path, batches: int, **options: Any) -> tuple[Scenario, RunOptions]:
    """A run that is stopped after so many batches."""
    scenario = load(source, options.pop("overrides", ()), replications=options.pop("replications", None))
    return scenario, RunOptions(folder=folder, halt=stopping(folder, batches), **options)


def interrupted(source: Path, folder: Path, batches: int, **options: Any) -> str:
    """The sentence of a run that is stopped after so many batches."""
    with pytest.raises(Interrupted) as caught:
        execute_run(*stopped_run(source, folder, batches, **options))
    return str(caught.value)


def contents(folder: Path) -> dict[str, Any]:
    """All files of a complete run, the manifest without when, how long and by which command."""
    found: dict[str, Any] = {path.name: path.read_bytes() for path in folder.iterdir()}
    manifest = json.loads(found[MANIFEST])
    return {**found, MANIFEST: {key: manifest[key] for key in manifest if key not in {"seconds", "ended", "command"}}}


def test_a_batch_that_was_just_written_when_a_signal_came_is_kept(
    small_file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def write_and_stop(path: Path, data: bytes) -> None:
        write_bytes(path, data)
        raise KeyboardInterrupt

    monkeypatch.setattr("forecast.montecarlo.batch_file.write_bytes", write_and_stop)
    with pytest.raises(Interrupted, match="1 of 4 replications are kept in"):
        run(small_file, folder=tmp_path / "run", workers=1, engine="simpy")
    assert [path.name for path in (tmp_path / "run" / "unfinished").glob("*.batch")] == ["0000000000-0000000001.batch"]


@pytest.mark.parametrize(
    ("state", "workers", "stops"), [*((state, 1, (1, 3)) for state in STATES), *((state, 2, (2,)) for state in STATES)]
)
def test_a_restart_equals_a_straight_run(
    state: str, workers: int, stops: tuple[int, ...], small_file: Path, tmp_path: Path
) -> None:
    source, changes, engine = STATES[state]
    source = source or small_file
    if source.name == "ties.yaml":  # the accounts file beside it has another name
        text = source.read_text(encoding="utf-8").replace("accounts.csv", "ties.csv")
        source = tmp_path / "ties.yaml"
        source.write_text(text, encoding="utf-8")
        (tmp_path / "ties.csv").write_bytes((TESTS / "engines" / "ties.csv").read_bytes())
    common: dict[str, Any] = {"overrides": changes, "replications": 5, "engine": engine}
    straight = run(source, folder=tmp_path / "straight", workers=1, **common)
    for batches in stops:
        told = interrupted(source, tmp_path / "run", batches, workers=workers, **common)
        assert "of 5 replications are kept in" in told
    run(source, folder=tmp_path / "run", workers=workers, **common)
    assert contents(tmp_path / "run") == contents(straight.folder)


def test_what_is_kept_is_not_simulated_again(small_file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from forecast.engines import simpy_engine  # noqa: PLC0415

    interrupted(small_file, tmp_path / "run", 2, workers=1, engine="simpy")
    real, seen = simpy_engine.run, []

    def count(parameters: Any, seed: int, replication: int, *rest: Any) -> Any:
        seen.append(replication)
        return real(parameters, seed, replication, *rest)

    monkeypatch.setattr("forecast.engines.simpy_engine.run", count)
    run(small_file, folder=tmp_path / "run", workers=1, engine="simpy")
    assert seen == [2, 3]


@pytest.mark.parametrize("damage", ["cut", "flipped", "empty", "of another format"])
def test_a_damaged_batch_is_simulated_again(small_run: Any, small_file: Path, tmp_path: Path, damage: str) -> None:
    interrupted(small_file, tmp_path / "run", 2, workers=1, engine="simpy")
    path = tmp_path / "run" / "unfinished" / "0000000001-0000000002.batch"
    data = path.read_bytes()
    flipped = data[:-9] + bytes([data[-9] ^ 1]) + data[-8:]
    damaged = {"cut": data[:-5], "flipped": flipped, "empty": b"", "of another format": b"forecast batch 2\n" + data}
    path.write_bytes(damaged[damage])
    run(small_file, folder=tmp_path / "run", workers=1, engine="simpy")
    assert {name: contents(tmp_path / "run")[name] for name in SAME} == {
        name: (small_run.folder / name).read_bytes() for name in SAME
    }


def test_more_replications_go_on_with_those_that_are_there(small_run: Any, small_file: Path, tmp_path: Path) -> None:
    told = interrupted(small_file, tmp_path / "run", 3, replications=100, workers=1, engine="simpy")
    assert "3 of 100 replications" in told
    run(small_file, folder=tmp_path / "run", workers=1, engine="simpy")
    assert (tmp_path / "run" / "monthly.parquet").read_bytes() == (small_run.folder / "monthly.parquet").read_bytes()


@pytest.mark.parametrize(
    ("other", "sentence"),
    [
        ({"seed": 4}, "unfinished work of another seed, `3`; expected the same, not `4`"),
        ({"engine": "compiled"}, "unfinished work of another engine, `simpy`"),
        ({"overrides": ["pricing.enterprise=31 USD"]}, "pricing.enterprise is `30 USD`, not `31 USD`"),
        ({"overrides": ["market.segments.smb.accounts=9"]}, "market.segments.smb.accounts is `8`, not `9`"),
        ({"name": "version"}, "unfinished work of another version, `0.0.1`"),
        ({"name": "sources"}, "unfinished work of another state of the program, `0.0.1`"),
        ({"name": "pyarrow"}, "unfinished work of another version of pyarrow, `0.0.1`"),
        ({"name": "batch"}, "unfinished work of another batch size, `0.0.1`"),
        ({"name": "kind"}, r"work\.json cannot be read; expected --force"),
        ({"name": "scenarios"}, r"work\.json cannot be read; expected --force"),
        ({"name": "scenarios", "value": [{"sha256": "", "resolved": "["}]}, "another scenario: it cannot be read"),
        ({"name": "scenarios", "value": [{"sha256": "", "resolved": "1"}]}, "another scenario: it cannot be read"),
    ],
)
def test_other_work_is_refused_with_what_differs(
    small_file: Path, tmp_path: Path, other: dict[str, Any], sentence: str
) -> None:
    command = ("forecast", "run", "small.yaml")
    interrupted(small_file, tmp_path / "run", 2, workers=1, engine="simpy", command=command)
    work = tmp_path / "run" / "unfinished" / "work.json"
    changed, value = other.pop("name", None), other.pop("value", "0.0.1")
    if changed:
        work.write_text(json.dumps({**json.loads(work.read_text()), changed: value}))
    before = {path: path.read_bytes() for path in (tmp_path / "run").rglob("*") if path.is_file()}
    with pytest.raises(InputError, match=sentence) as caught:
        run(small_file, folder=tmp_path / "run", workers=1, **{"engine": "simpy", **other})
    assert "--force, which discards it" in str(caught.value)
    assert "(`forecast run small.yaml` resumes it)" in str(
        caught.value
    ) or "work.json cannot be read" in sentence.replace("\\", "")
    assert {path: path.read_bytes() for path in (tmp_path / "run").rglob("*") if path.is_file()} == before
    again = run(small_file, folder=tmp_path / "run", workers=1, force=True, **{"engine": "simpy", **other})
    assert {path.name for path in again.folder.iterdir()} == {*SAME, MANIFEST}


def test_an_unfinished_run_is_refused_by_whoever_reads_it(small_file: Path, tmp_path: Path) -> None:
    command = ("forecast", "run", "small.yaml")
    interrupted(small_file, tmp_path / "run", 2, workers=1, engine="simpy", command=command)
    with pytest.raises(InputError, match=r"did not end; .* the same command resumes it: `forecast run small"):
        open_run(tmp_path / "run")
    with pytest.raises(InputError, match="a run that did not end"):
        compare(small_file, tmp_path / "run", folder=tmp_path / "c", engine="simpy")


def test_an_earlier_run_stays_until_the_next_is_whole(small_file: Path, tmp_path: Path) -> None:
    earlier = run(small_file, replications=1, folder=tmp_path / "run", workers=1, engine="simpy")
    before = contents(earlier.folder)
    interrupted(small_file, tmp_path / "run", 2, workers=1, engine="simpy")
    assert open_run(tmp_path / "run").manifest["replications"] == 1
    assert {path.name: path.read_bytes() for path in earlier.folder.iterdir() if path.name in SAME} == {
        name: before[name] for name in SAME
    }
    assert run(small_file, folder=tmp_path / "run", workers=1, engine="simpy").manifest["replications"] == 4
    assert not (tmp_path / "run" / "unfinished").exists()


def test_what_killed_processes_left_half_written_is_gone_when_the_run_is_whole(
    small_file: Path, tmp_path: Path
) -> None:
    interrupted(small_file, tmp_path / "run", 2, workers=1, engine="simpy")
    inside = tmp_path / "run" / "unfinished"
    for path in (temporary_path(tmp_path / "run" / MANIFEST), temporary_path(inside / "0000000002-0000000003.batch")):
        path.write_bytes(b"half")
    for path in (temporary_path(inside), inside / "new", inside / "new" / "deep"):
        path.mkdir()
    run(small_file, folder=tmp_path / "run", workers=1, engine="simpy")
    assert {path.name for path in (tmp_path / "run").iterdir()} == {*SAME, MANIFEST}


def test_one_process_at_a_time(small_file: Path, tmp_path: Path) -> None:
    interrupted(small_file, tmp_path / "run", 2, workers=1, engine="simpy")
    with lock(tmp_path / "run" / "unfinished" / "lock") as mine:
        assert mine
        with pytest.raises(InputError, match="a folder in which a process is at work"):
            run(small_file, folder=tmp_path / "run", workers=1, engine="simpy")
    assert len(list((tmp_path / "run" / "unfinished").glob("*.batch"))) == 2


def test_a_comparison_goes_on_and_comes_to_the_same_end(small_file: Path, tmp_path: Path) -> None:
    dearer = tmp_path / "dearer.yaml"
    dearer.write_text(f"extends: {small_file}\nname: dearer\npricing: {{enterprise: 31 USD}}\n", encoding="utf-8")
    options: dict[str, Any] = {"workers": 1, "engine": "simpy"}
    compare(small_file, dearer, folder=tmp_path / "straight", **options)
    stopped = RunOptions(folder=tmp_path / "c", halt=stopping(tmp_path / "c", 3), **options)
    with pytest.raises(Interrupted, match="1 of 4 replications are kept"):  # three results: one of each, and one more
        execute_comparison(compared_scenarios([small_file, dearer], None, None, None), stopped, 0.01)
    with pytest.raises(InputError, match="a comparison that did not end"):
        open_run(tmp_path / "c")
    with pytest.raises(InputError, match="another command, `forecast comparison`"):
        run(small_file, folder=tmp_path / "c", **options)
    with pytest.raises(InputError, match="2 scenarios, not 3"):
        compare(small_file, dearer, small_file, folder=tmp_path / "c", **options)
    compare(small_file, dearer, folder=tmp_path / "c", **options)
    files = sorted(path.relative_to(tmp_path / "c") for path in (tmp_path / "c").rglob("*") if path.is_file())
    assert files == sorted(
        path.relative_to(tmp_path / "straight") for path in (tmp_path / "straight").rglob("*") if path.is_file()
    )
    for file in files:
        if file.name != MANIFEST:
            assert (tmp_path / "c" / file).read_bytes() == (tmp_path / "straight" / file).read_bytes(), file


def test_a_run_that_stops_when_it_is_precise_goes_on_to_the_same_end(small_file: Path, tmp_path: Path) -> None:
    options: dict[str, Any] = {"replications": 300, "precision": 0.5, "workers": 1}
    straight = run(small_file, folder=tmp_path / "straight", **options)
    assert straight.manifest["replications"] == 200
    interrupted(small_file, tmp_path / "run", 120, **options)
    run(small_file, folder=tmp_path / "run", **options)
    assert contents(tmp_path / "run") == contents(straight.folder)


def test_progress_counts_what_was_finished_before_once(small_file: Path, tmp_path: Path) -> None:
    interrupted(small_file, tmp_path / "run", 3, workers=1, engine="simpy")
    path = tmp_path / "run" / "unfinished" / "0000000001-0000000002.batch"
    path.write_bytes(b"half")
    heard = Heard()
    run(small_file, folder=tmp_path / "run", workers=1, engine="simpy", progress=lambda _: heard)
    assert heard.told == ["Resuming: 3 of 4 replications done."]
    assert [count for count in heard.finished if count] == [3, -1, 1, 1]
    interrupted(small_file, tmp_path / "other", 3, workers=1, engine="simpy")
    fewer = Heard()
    run(small_file, folder=tmp_path / "other", replications=2, workers=1, engine="simpy", progress=lambda _: fewer)
    assert fewer.told == ["Resuming: 2 of 2 replications done."]
    assert sum(fewer.finished) == 2


class Heard(NoProgress):
    """Keeps what it is told."""

    def __init__(self) -> None:
        self.told: list[str] = []
        self.finished: list[int] = []

    def done(self, more: int) -> None:
        """Nothing."""
        self.finished.append(more)

    def write(self, text: str) -> None:
        """Nothing."""
        self.told.append(text)
