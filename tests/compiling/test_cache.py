"""Kept or not: always the same results, and never an old rule."""

from __future__ import annotations

import os
import subprocess
import sys
import warnings
from pathlib import Path

import pytest
from toy_package import ASK, RULE, run_python

import forecast.compiling.cache
from forecast.compiling.cache import CacheWarning, cache_folder, source_hash, user_cache_folder


def kept(folder: Path, ending: str) -> list[Path]:
    return sorted((folder / "cache").rglob(f"*.{ending}"))


def test_an_edit_in_another_file_is_noticed(package, cache):
    assert run_python(ASK, package, **cache).stdout == "21 2.0\n"
    (package / "forecast" / "rule.py").write_text(RULE.format(3))
    assert run_python(ASK, package, **cache).stdout == "31 2.5\n"


def test_the_second_run_compiles_nothing(package, cache):
    run_python(ASK, package, **cache)
    before = {file: file.stat().st_mtime_ns for file in kept(package, "nbc")}
    assert len(before) == 2  # what Python calls, for integers and for floats; what that calls is in it
    found = run_python(ASK + "\nprint(sum(call.stats.cache_misses.values()))", package, **cache)
    assert found.stdout == "21 2.0\n0\n"
    assert {file: file.stat().st_mtime_ns for file in kept(package, "nbc")} == before


def test_the_hash_sees_every_source_and_its_name(tmp_path):
    (tmp_path / "a.py").write_text("1")
    hashes = {source_hash(tmp_path)}
    (tmp_path / "model").mkdir()
    (tmp_path / "model" / "b.py").write_text("2")
    hashes.add(source_hash(tmp_path))
    (tmp_path / "model" / "b.py").write_text("3")
    hashes.add(source_hash(tmp_path))
    (tmp_path / "model" / "b.py").rename(tmp_path / "c.py")
    hashes.add(source_hash(tmp_path))
    (tmp_path / "cli").mkdir()
    (tmp_path / "cli" / "d.py").write_text("a floor that compiles nothing")
    hashes.add(source_hash(tmp_path))
    (tmp_path / "scenario" / "format").mkdir(parents=True)
    (tmp_path / "scenario" / "format" / "e.py").write_text("the columns of a record that compiled code reads")
    hashes.add(source_hash(tmp_path))
    (tmp_path / "a.txt").write_text("not a source")
    hashes.add(source_hash(tmp_path))
    assert len(hashes) == 5


def test_no_folder_for_the_cache_means_one_warning(package, tmp_path):
    (tmp_path / "cache").write_text("a file, not a folder")
    found = run_python(ASK, package, XDG_CACHE_HOME=str(tmp_path / "cache"))
    assert found.stdout == "21 2.0\n"
    assert found.stderr.count("CacheWarning") == 1
    assert not list((package / "forecast").rglob("*.nbi"))


def test_a_folder_that_vanishes_means_one_warning_and_no_code_beside_the_sources(package):
    blocked = package / "file"
    blocked.touch()
    vanish = (
        "import pathlib, forecast.compiling.cache as c\n"
        f"c.cache_folder = lambda: pathlib.Path({str(blocked / 'sub')!r})\n"
    )
    found = run_python(vanish + ASK, package)
    assert found.stdout == "21 2.0\n"
    assert found.stderr.count("CacheWarning: ") == 1
    assert not list((package / "forecast").rglob("*.nbi"))


def test_a_full_disk_means_one_warning(package, cache):
    fill = (
        "import errno, numba.core.caching as caching\n"
        "def full(self, name, data): raise OSError(errno.ENOSPC, 'No space left on device')\n"
        "caching.IndexDataCacheFile._save_data = full\n"
    )
    found = run_python(fill + ASK, package, **cache)
    assert found.stdout == "21 2.0\n"
    assert found.stderr.count("CacheWarning: ") == 1
    assert run_python(ASK, package, **cache).stdout == "21 2.0\n"  # an index that names a missing file is no obstacle


@pytest.mark.parametrize("damage", [b"", b"\x80\x05garbage"])
@pytest.mark.parametrize("ending", ["nbi", "nbc"])
def test_a_damaged_cache_is_made_anew(package, cache, ending, damage):
    run_python(ASK, package, **cache)
    for file in kept(package, ending):
        file.write_bytes(damage)
    found = run_python(ASK, package, **cache)
    assert (found.stdout, found.stderr) == ("21 2.0\n", "")
    assert run_python(ASK + "\nprint(sum(call.stats.cache_misses.values()))", package, **cache).stdout == "21 2.0\n0\n"


def test_code_kept_under_another_signature_is_not_played(package, cache):
    run_python(ASK, package, **cache)
    first, second = (file for file in kept(package, "nbc") if file.name.startswith("caller"))
    one, other = first.read_bytes(), second.read_bytes()
    first.write_bytes(other)
    second.write_bytes(one)
    assert run_python(ASK, package, **cache).stdout == "21 2.0\n"


def test_a_signal_while_llvm_calls_back_costs_only_what_is_kept(package, cache):
    swallowed = "import numba.core.codegen as c\nc.JITCodeLibrary._object_compiled_hook = lambda *_: 1 / 0\n"
    found = run_python(swallowed + ASK, package, **cache)
    assert found.stdout == "21 2.0\n"
    assert "compiled code cannot be kept (no compiled object yet" in found.stderr
    assert run_python(ASK, package, **cache).stdout == "21 2.0\n"


def test_processes_that_start_at_once_do_not_disturb_each_other(package, cache):
    environment = os.environ | {"PYTHONPATH": str(package)} | cache
    command = [sys.executable, "-W", "error", "-c", ASK]
    started = [subprocess.Popen(command, env=environment, cwd=package, stdout=subprocess.PIPE) for _ in range(4)]
    assert [process.communicate()[0] for process in started] == [b"21 2.0\n"] * 4
    assert [process.returncode for process in started] == [0] * 4


@pytest.mark.parametrize(
    ("platform", "variable", "folder"),
    [
        ("linux", "XDG_CACHE_HOME", "/tmp/x"),  # noqa: S108
        ("win32", "LOCALAPPDATA", "/tmp/y"),  # noqa: S108
        ("linux", "NUMBA_CACHE_DIR", "/tmp/z"),  # noqa: S108
    ],
)
def test_each_system_has_its_place_for_caches(monkeypatch, platform, variable, folder):
    monkeypatch.delenv("NUMBA_CACHE_DIR", raising=False)
    monkeypatch.setattr(sys, "platform", platform)
    monkeypatch.setenv(variable, folder)
    assert user_cache_folder() == Path(folder)


def test_macos_and_plain_homes(monkeypatch, tmp_path):
    for variable in ("NUMBA_CACHE_DIR", "XDG_CACHE_HOME"):
        monkeypatch.delenv(variable, raising=False)
    monkeypatch.setattr(Path, "home", lambda: tmp_path)
    monkeypatch.setattr(sys, "platform", "darwin")
    assert user_cache_folder() == tmp_path / "Library" / "Caches"
    monkeypatch.setattr(sys, "platform", "linux")
    assert user_cache_folder() == tmp_path / ".cache"


def test_no_home_folder_is_a_warning_and_no_crash(monkeypatch):
    def homeless() -> Path:
        raise RuntimeError("Could not determine home directory.")

    monkeypatch.setattr(forecast.compiling.cache, "user_cache_folder", homeless)
    monkeypatch.setattr(forecast.compiling.cache, "_warned", [])
    with pytest.warns(CacheWarning, match="home directory"):
        assert cache_folder.__wrapped__() is None
    with warnings.catch_warnings(record=True) as again:
        assert cache_folder.__wrapped__() is None
    assert not again
