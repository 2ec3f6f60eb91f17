"""How does a command end?  With the right status and one sentence, never with a traceback."""

from __future__ import annotations

import functools
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from forecast.cli import main
from forecast.cli.exit_status import show_internal_error
from forecast.errors import Terminated
from forecast.study.folder import TABLE_FILES

SAME = (*TABLE_FILES, "scenario.yaml", "summary.json", "summary.csv")
LINUX = pytest.mark.skipif(not Path("/dev/full").exists(), reason="this system has no full disk to offer")

HANGS = 900  # seconds after which a process counts as one that hangs: nothing here depends on how fast it is
MEANS = ["--workers 1", "--workers 2", pytest.param("--cluster local:2", marks=pytest.mark.slow)]


def test_all_problems_come_at_once_and_nothing_is_written(tiny: Path, capsys) -> None:
    tiny.write_text(tiny.read_text().replace("organic", "organick").replace("60%", "160%"), encoding="utf-8")
    asked = ["run", "tiny.yaml", "--set", "pricing.payd=1 USD", "--engine", "compild", "--precision", "none"]
    assert main(asked) == 2
    told = capsys.readouterr().err
    for words in ("organick", "160%", "payd", "compild", "none", "did you mean `compiled`", "did you mean `organic`"):
        assert words in told
    assert "Traceback" not in told
    assert [path.name for path in tiny.parent.iterdir()] == ["tiny.yaml"]


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["run", "tiny.yaml", "-n", "0"], "expected a whole number from 1 to"),
        (["run", "tiny.yaml", "-n", "many"], "found 'many'"),
        (["run", "tiny.yaml", "--workers", "0"], "expected a whole number from 1 to 1024"),
        (["run", "tiny.yaml", "--seed", "-1"], "expected a whole number from 0 to"),
        (["run", "tiny.yaml", "--worker", "2"], "--workers"),
        (["run", "tiny.yaml", "--cluster", "locl:4"], "--cluster: found `locl:4`; expected local:N"),
        (["run", "tiny.yaml", "--cluster", "tcp://nohost"], "did you mean `tcp://nohost:8786`"),
        (["compare", "tiny.yaml", "tiny.yaml", "--cluster", "local:0"], "--cluster: found `local:0`"),
        (["run", "tiny.yaml", "--cluster", "local:2", "--workers", "2"], "one of --workers and --cluster"),
        (["run"], "Missing argument"),
        (["rum", "tiny.yaml"], "Did you mean run?"),
        (["walk", "tiny.yaml"], "Commands: init, accounts, fit, backtest, watch"),
        (["show", "tiny.yaml"], "expected the folder of a run"),
        (["show", "nowhere"], "found no such folder"),
        (["show", "."], "found no manifest.json of a run"),
        (["explain", "tiny.yaml", "--account", "smb-22"], "expected an account: smb-1 to smb-6"),
        (["explain", "tiny.yaml", "--account", "smb-1", "--replication", "-1"], "expected a whole number from 0"),
        (["validate", "tiny.yml"], "file not found: tiny.yml; give a file or a preset ("),
    ],
)
def test_wrong_input_is_status_2_and_one_sentence(tiny: Path, capsys, arguments: list[str], sentence: str) -> None:
    assert main(arguments) == 2
    shown = capsys.readouterr()
    assert sentence in shown.err
    assert shown.out == ""


def test_a_failed_replication_is_status_1(tiny: Path, capsys, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: Any, **__: Any) -> None:
        raise ZeroDivisionError("on purpose")

    monkeypatch.setattr("forecast.engines.simpy_engine.run", fail)
    assert main(["run", "tiny.yaml", "--engine", "simpy", "--workers", "1", "-o", "out"]) == 1
    assert "replication 0 of seed 5 failed: ZeroDivisionError: on purpose" in capsys.readouterr().err
    assert [path.name for path in tiny.parent.iterdir()] == ["tiny.yaml"]


@pytest.mark.parametrize(
    ("error", "sentence"), [(OSError(28, "No space left on device", "a.parquet"), "a.parquet: No")]
)
def test_a_full_disk_is_one_sentence(tiny: Path, capsys, monkeypatch: pytest.MonkeyPatch, error, sentence: str) -> None:
    def fail(*_: Any, **__: Any) -> None:
        raise error

    monkeypatch.setattr("forecast.study.run.write_text", fail)
    assert main(["run", "tiny.yaml", "--engine", "simpy", "--workers", "1", "-o", "out"]) == 1
    told = capsys.readouterr().err
    assert sentence in told
    assert "3 of 3 replications are kept in out, and the same command resumes from them" in told
    assert [path.name for path in Path("out").iterdir()] == ["unfinished"]


@LINUX
@pytest.mark.parametrize(("number", "status"), [(signal.SIGINT, 130), (signal.SIGTERM, 143), (signal.SIGKILL, -9)])
@pytest.mark.parametrize("means", MEANS)
def test_an_interrupted_run_keeps_what_is_finished_and_the_same_command_goes_on(
    tiny: Path, process: Callable[..., Any], number: int, status: int, means: str
) -> None:
    for count in (160, 1280, 6400):  # more where so many are done before this process has its turn to send a signal
        asked = ("run", "tiny.yaml", "-n", str(count), "--engine", "simpy", *means.split(), "-o", "out")
        running = process(*asked, start_new_session=True)
        wait_while_running(running, lambda: any(Path("out").glob("unfinished/*.batch")))
        os.killpg(running.pid, number) if number == signal.SIGINT else running.send_signal(number)
        out, told = running.communicate(timeout=HANGS)
        if running.returncode != 0:
            break
        shutil.rmtree("out")
    assert running.returncode == status
    assert "Traceback" not in told
    assert out == ""
    assert gone(running.pid), "a worker of the group is left"
    assert [path.name for path in Path("out").iterdir()] == ["unfinished"]
    if number != signal.SIGKILL:
        last = told.strip().splitlines()[-1]
        assert f"of {count} replications are kept in out, and the same command resumes from them" in last
        assert last.endswith(f": forecast {' '.join(asked)}")
    assert main(["show", "out"]) == 2
    goes_on = process(*asked)
    assert f" of {count} replications done." in goes_on.communicate(timeout=HANGS)[1]
    straight = straight_run(count)
    for name in (*SAME, "manifest.json"):
        assert told_of(Path("out") / name) == straight[name], name
    assert {path.name for path in Path("out").iterdir()} == {*SAME, "manifest.json"}


@functools.cache
def straight_run(count: int) -> dict[str, Any]:
    """The files of the same run without an interruption: they are the same whoever simulates it."""
    assert main(["run", "tiny.yaml", "-n", str(count), "--engine", "simpy", "--workers", "1", "-o", "straight"]) == 0
    return {name: told_of(Path("straight") / name) for name in (*SAME, "manifest.json")}


def told_of(path: Path) -> Any:
    """What a file of a run says, but for when, how long and by which command."""
    if path.name != "manifest.json":
        return path.read_bytes()
    manifest = json.loads(path.read_text(encoding="utf-8"))
    return {key: told for key, told in manifest.items() if key not in {"command", "seconds", "ended"}}


@LINUX
def test_a_second_interruption_stops_at_once(tiny: Path, process: Callable[..., Any]) -> None:
    tiny.write_text(tiny.read_text().replace("accounts: 6", "accounts: 60000"), encoding="utf-8")
    running = process("run", "tiny.yaml", "--engine", "simpy", "--workers", "1", "-o", "out")
    wait_while_running(running, lambda: Path("out/unfinished/work.json").exists())
    at_start = processor_seconds(running.pid)
    # The one batch takes minutes of the processor, and begins after one or two seconds of it.
    wait_while_running(running, lambda: processor_seconds(running.pid) > at_start + 5)
    running.send_signal(signal.SIGINT)
    while "Finishing current batches" not in running.stderr.readline():
        assert running.poll() is None
    assert running.poll() is None
    running.send_signal(signal.SIGINT)
    told = running.communicate(timeout=HANGS)[1]
    assert (running.returncode, told.strip().splitlines()[-1]) == (130, "interrupted: nothing was written")
    assert not Path("out").exists()


def wait_while_running(running: Any, condition: Callable[[], bool]) -> None:
    """Wait until the condition holds, as long as the process lives: on a busy machine everything takes longer."""
    while not condition():
        if running.poll() is not None:
            assert condition(), running.communicate()
        time.sleep(0.02)


def processor_seconds(process: int) -> float:
    """The seconds of the processor that a process has used."""
    fields = Path(f"/proc/{process}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def gone(group: int) -> bool:
    """Whether no process of the group is left after a while."""
    until = time.monotonic() + HANGS
    while time.monotonic() < until:
        try:
            os.killpg(group, 0)
        except ProcessLookupError:
            return True
        time.sleep(0.1)
    return False


@LINUX
def test_a_full_stdout_and_a_closed_one_are_no_traceback(process: Callable[..., Any]) -> None:
    with Path("/dev/full").open("w") as full, process("schema", stdout=full) as running:
        assert "No space left on device" in running.stderr.read()
    assert running.returncode == 1
    with process("schema") as running:
        running.stdout.close()
        assert running.stderr.read() == ""
    assert running.returncode == 0, "a reader that has enough is no failure"


def test_a_crash_is_one_line_that_asks_to_be_reported_and_a_late_signal_is_no_crash(capsys, monkeypatch) -> None:
    monkeypatch.delenv("FORECAST_TRACEBACK", raising=False)
    show_internal_error(ZeroDivisionError, ZeroDivisionError("by zero"), None)
    line = "internal error, please report: ZeroDivisionError: by zero (FORECAST_TRACEBACK=1 shows where)\n"
    assert capsys.readouterr().err == line
    show_internal_error(Terminated, Terminated(), None)
    assert capsys.readouterr().err == "interrupted\n"


def test_json_on_stdout_and_all_else_on_stderr(tiny: Path, process: Callable[..., Any]) -> None:
    running = process("run", "tiny.yaml", "--json", "-o", "out", "--workers", "2", "--engine", "simpy")
    out, told = running.communicate(timeout=HANGS)
    assert running.returncode == 0, told
    assert json.loads(out)["replications"] == 3
    assert "Everything is in out" in told


def test_help_imports_nothing_heavy() -> None:
    code = (
        "import sys, forecast, forecast.cli\n"
        "try:\n    forecast.cli.main(['--help'])\nexcept SystemExit:\n    pass\n"
        "heavy = {'numpy', 'numba', 'pydantic', 'pyarrow', 'rich', 'scipy', 'simpy', 'matplotlib', 'ruamel'}\n"
        "sys.exit(' '.join(sorted(heavy & set(sys.modules))) or 0)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert "Commands:" in done.stdout
