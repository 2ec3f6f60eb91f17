"""Whatever fails while a run is written: is there one sentence, no folder that looks whole, and nothing lost?"""

from __future__ import annotations

import os
import resource
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from forecast.errors import ForecastError
from forecast.parquet_groups import RowGroupSink
from forecast.study.finished_run import open_run
from forecast.study.folder import MANIFEST, TABLE_FILES
from forecast.study.run import run
from forecast.study.verify import verify

ROOT = Path(__file__).parents[2]
SAME = (*TABLE_FILES, "scenario.yaml", "summary.json", "summary.csv")
LINUX = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="limits and file systems of Linux")


class Fault:
    """The call of that number that changes the disk fails, and all after it: a disk stays full."""

    def __init__(self, place: int | None) -> None:
        self.place, self.calls = place, 0

    def of(self, real: Callable[..., Any]) -> Callable[..., Any]:
        """The function, until it fails."""

        def call(*arguments: Any, **more: Any) -> Any:
            self.calls += 1
            if self.place is not None and self.calls > self.place:
                raise OSError(28, "No space left on device", str(arguments[0]))
            return real(*arguments, **more)

        return call


def sentence_at(fault: Fault, source: Path, folder: Path) -> str | None:
    """What a run says when a write fails; None where none does."""
    with pytest.MonkeyPatch.context() as patch:
        for name in ("write_bytes", "replace", "rename", "mkdir"):
            patch.setattr(Path, name, fault.of(getattr(Path, name)))
        patch.setattr(os, "fsync", fault.of(os.fsync))
        patch.setattr(RowGroupSink, "append", fault.of(RowGroupSink.append))
        return sentence(source, folder)


@pytest.mark.slow
def test_a_fault_at_any_write_leaves_no_folder_that_looks_whole_and_is_not(small_file: Path, tmp_path: Path) -> None:
    short_file = tmp_path / "short.yaml"
    text = small_file.read_text(encoding="utf-8").replace("14 months", "3 months").replace("2026-07-01", "2026-02-01")
    short_file.write_text(text, encoding="utf-8")
    none = Fault(None)
    assert sentence_at(none, short_file, tmp_path / "none") is None
    assert none.calls > 50
    for place in range(none.calls):
        folder = tmp_path / str(place)
        said = sentence_at(Fault(place), short_file, folder)
        assert whole(folder) or said is not None, place  # it may be whole, and its last fsync have failed
        assert said is None or ("no space left on device" in said.lower() and "\n" not in said)
        run(short_file, folder=folder, workers=1, engine="simpy")
        assert {path.name for path in folder.iterdir()} == {*SAME, MANIFEST}, place
        assert all((folder / name).read_bytes() == (tmp_path / "none" / name).read_bytes() for name in SAME), place


def sentence(source: Path, folder: Path) -> str | None:
    """What a run says when it fails; None where it does not."""
    try:
        run(source, folder=folder, workers=1, engine="simpy")
    except ForecastError as error:
        return str(error)
    return None


def whole(folder: Path) -> bool:
    """Whether the folder says that it is whole; then it must be, to the last byte."""
    try:
        open_run(folder)
    except ForecastError:
        return False
    assert verify(folder, replications=1).wrong == ()
    return True


def command(folder: Path, source: Path, **options: Any) -> subprocess.CompletedProcess[str]:
    """`forecast run` as a process of its own."""
    return subprocess.run(
        [*(sys.executable, "-m", "forecast", "run", str(source), "--engine", "simpy"), "-o", str(folder)],
        env={**os.environ, "PYTHONPATH": str(ROOT), "TMPDIR": str(options.pop("temporary", "/tmp"))},  # noqa: S108
        capture_output=True,
        text=True,
        check=False,
        **options,
    )


def told(done: subprocess.CompletedProcess[str], status: int = 1) -> str:
    """The one sentence of a run that failed with that exit status."""
    assert done.returncode == status, done.stderr
    assert done.stdout == ""
    assert "Traceback" not in done.stderr
    return done.stderr.strip().splitlines()[-1]


@LINUX
@pytest.mark.parametrize("limit", [0, 1_000, 20_000, 60_000])
def test_a_limit_on_the_size_of_files_is_a_sentence(small_file: Path, tmp_path: Path, limit: int) -> None:
    folder = tmp_path / "run"
    done = command(
        folder,
        small_file,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit)),
    )
    assert "File too large" in told(done)
    assert not whole(folder)
    again = command(folder, small_file)
    assert again.returncode == 0, again.stderr
    assert whole(folder)


@LINUX
def test_a_small_disk_that_is_full_is_a_sentence_and_keeps_what_is_finished(
    small_file: Path, tmp_path: Path, small_disk: Path
) -> None:
    source = tmp_path / "more.yaml"
    source.write_text(small_file.read_text(encoding="utf-8").replace("accounts: 8", "accounts: 150"), encoding="utf-8")
    last = told(command(small_disk / "run", source, temporary=small_disk))
    assert "No space left on device" in last
    assert not whole(small_disk / "run")
    assert not list(small_disk.glob("run/*.parquet"))


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of 300 kB; skipped where none can be mounted."""
    place = tmp_path / "disk"
    place.mkdir()
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=300k", "none", str(place)], check=False)
    if mounted.returncode:
        pytest.skip("no file system can be mounted here")
    try:
        yield place
    finally:
        subprocess.run(["umount", str(place)], check=True)


@LINUX
@pytest.mark.skipif(os.geteuid() == 0, reason="root may write anywhere")
def test_a_folder_that_may_not_be_written_is_a_sentence(small_file: Path, tmp_path: Path) -> None:
    tmp_path.chmod(0o500)
    try:
        assert "Permission denied" in told(command(tmp_path / "run", small_file))
    finally:
        tmp_path.chmod(0o700)


def test_a_disk_that_is_read_only_is_a_sentence(small_file: Path, tmp_path: Path) -> None:
    last = told(command(Path("/proc/run"), small_file), status=2)
    assert last.startswith("/proc/run")
