"""What a killed process left is gone with the next command, and what an earlier run gave is not the new one's."""

from __future__ import annotations

import signal
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

import pytest

from forecast import export, run
from forecast.files import scratch_folder, staging, temporary_path
from forecast.html_report.report import report
from forecast.scenario import load

KILLED = """
import sys
from pathlib import Path
from forecast.files import scratch_folder, staging
with {block} as folder:
    (folder / "half").write_bytes(b"half")
    print(folder, flush=True)
    sys.stdin.read()
"""


def killed_in(block: str) -> Path:
    """The folder of a process that was killed in the middle of this block."""
    command = [sys.executable, "-c", KILLED.format(block=block)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        left = Path(process.stdout.readline().strip())
        process.send_signal(signal.SIGKILL)
    assert (left / "half").exists()
    return left


@pytest.mark.skipif(sys.platform == "win32", reason="nobody can tell there whether the owner lives")
@pytest.mark.parametrize("exists", [False, True])
def test_what_a_killed_export_left_is_gone_with_the_next(small_run: Any, tmp_path: Path, exists: bool) -> None:
    target = tmp_path / "finance"
    if exists:
        target.mkdir()
    left = killed_in(f"staging(Path({str(target)!r}))")
    export(small_run, ("csv",), folder=target)
    assert not left.exists()
    assert [path.name for path in tmp_path.iterdir()] == ["finance"]
    assert not [path for path in target.iterdir() if path.name.startswith(".")]


@pytest.mark.skipif(sys.platform == "win32", reason="nobody can tell there whether the owner lives")
def test_what_a_killed_export_left_is_gone_with_the_next_run(small_file: Path, tmp_path: Path) -> None:
    again: dict[str, Any] = {"replications": 1, "workers": 1, "engine": "simpy", "folder": tmp_path / "run"}
    run(small_file, **again)
    left = killed_in(f"staging(Path({str(tmp_path / 'run' / 'finance')!r}))")
    run(small_file, **again)
    assert not left.exists()


@pytest.mark.skipif(sys.platform == "win32", reason="nobody can tell there whether the owner lives")
def test_what_was_left_in_the_middle_of_changing_a_scenario_is_gone_with_the_next_change(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, small_file: Path
) -> None:
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setattr(tempfile, "tempdir", None)
    left = killed_in("scratch_folder()")
    assert left.parent == tmp_path
    load(small_file).replace(replications=7)
    assert list(tmp_path.iterdir()) == []


def test_a_folder_whose_owner_lives_stays(tmp_path: Path) -> None:
    other = tmp_path / temporary_path(tmp_path / "other")
    other.mkdir()
    with staging(tmp_path / "run") as mine, staging(tmp_path / "run") as another, scratch_folder() as scratch:
        assert mine.exists()
        assert another.exists()
        with scratch_folder() as second:
            assert scratch.exists()
            assert second.exists()
    assert [*tmp_path.iterdir()] == [other]  # of another name: somebody else's


def test_what_was_made_from_an_earlier_run_is_set_aside_when_the_run_is_another(
    small_file: Path, tmp_path: Path
) -> None:
    options: dict[str, Any] = {"workers": 1, "engine": "simpy", "folder": tmp_path / "run"}
    first = run(small_file, replications=1, **options)
    [facts] = [each.path for each in export(first, ("csv",)) if each.path.name == "facts.csv"]
    report(first, None)
    before = facts.read_bytes()
    run(small_file, replications=1, **options)  # the same once more: all of it still belongs to the run
    assert facts.read_bytes() == before
    for count in (2, 3):
        again = run(small_file, replications=count, **options)
        assert not (again.folder / "finance").exists()
        assert not (again.folder / "report.html").exists()
        export(again, ("csv",))
    assert (again.folder / "finance-earlier-1" / "facts.csv").read_bytes() == before
    assert (again.folder / "finance-earlier-2" / "facts.csv").exists()
    assert (again.folder / "report-earlier-1.html").exists()
