"""Compiled or not, kept or not: always the same results, and never an old rule."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import warnings
from pathlib import Path

import pytest

import forecast.compiling.decorators
from forecast.compiling.decorators import (
    CacheWarning,
    bits_float,
    cache_folder,
    compiled,
    float_bits,
    source_hash,
    user_cache_folder,
)

ROOT = Path(__file__).resolve().parent.parent
RULE = "from forecast.compiling.decorators import compiled\n\n@compiled\ndef rule(x):\n    return x * {}\n"
CALLER = (
    "from forecast.compiling.decorators import compiled\n"
    "from forecast.rule import rule\n\n"
    "@compiled\ndef call(x):\n    return rule(x) + 1\n"
)
ASK = "from forecast.caller import call\nprint(call(10), call(0.5))"

# one line of hexadecimal bits for every function: thousands of values each
EVERYTHING = """
import hashlib, random, struct
from array import array
from forecast import elementary, normal, randomness
from forecast.model import distributions, quantiles
import numpy as np

draw = random.Random(7)
def report(name, values):
    print(name, hashlib.sha256(struct.pack(f"<{len(values)}d", *values)).hexdigest(), len(values))
def reals():
    return [draw.uniform(-9, 9) * 10.0 ** draw.uniform(-12, 2.5) for _ in range(3000)]
def shares():
    return [draw.random() ** draw.choice((1, 20, 100)) for _ in range(3000)]
for name in ("log", "exp", "log1p", "expm1", "logistic"):
    report(name, [getattr(elementary, name)(x) for x in [*reals(), *shares(), 0.0, 1e-310, 1e308, float("inf")]])
report("power", [elementary.power(x, y) for x, y in zip(shares() + reals(), reals() + reals())])
report("inverse_normal", [normal.inverse_normal(p) for p in shares() + [1 - p for p in shares()]])
report("normal_cdf", [normal.normal_cdf(x) for x in reals()])
words = [[draw.getrandbits(32) for _ in range(6)] for _ in range(3000)]
report("philox", [float(word) for each in words for word in randomness.philox(*each)])
report("uniform", [randomness.uniform(*each) for each in words])
report("uniform of numpy's integers", [randomness.uniform(*np.array(each)) for each in words])
report("uniforms", randomness.uniforms(1, 2, 3, 3000, 4, 5).tolist())
rows = {
    "fixed": {"value": 3.0}, "never": {}, "exponential": {"mean": 40.0},
    "lomax": {"hazard": 0.01, "heterogeneity_cv": 1.3}, "weibull": {"median": 20.0, "shape": 1.7},
    "lognormal": {"median": 30.0, "sigma": 0.6}, "uniform": {"low": 1.0, "high": 9.0},
    "loguniform": {"low": 1.0, "high": 900.0}, "triangular": {"low": 1.0, "mode": 3.0, "high": 40.0},
    "normal": {"mean": 3.0, "sd": 2.0, "low": 0.0, "high": 50.0},
    "discrete": {"values": (1.0, 5.0, 30.0), "weights": (0.2, 0.5, 0.3)},
}
for family, parameters in rows.items():
    code, a, b, c, d, points = distributions.encode(family, parameters)
    row = (code, float(a), float(b), float(c), float(d), np.array(points or (0.0,)))
    us = [draw.random() for _ in range(2000)]
    report(f"quantile {family}", [quantiles.quantile(*row, u) for u in us])
    report(f"survival {family}", [quantiles.survival(*row, 60 * u) for u in us])
    report(f"residual {family}", [quantiles.residual(*row, 50 * draw.random(), u) for u in us])
    report(f"traits {family}", distributions.trait_quantile(family, parameters, np.array(us)).tolist())
"""


def python(text: str, package: Path = ROOT, *options: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """What a Python of its own says to this text, the folder `package` first on its path."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("NUMBA_")}
    command = [sys.executable, *options, "-c", text]
    found = subprocess.run(
        command,
        capture_output=True,
        text=True,
        check=False,
        cwd=package,
        env=kept | {"PYTHONPATH": str(package)} | environment,
    )
    assert found.returncode == 0, found.stderr
    return found


@pytest.fixture
def package(tmp_path):
    """A package of one rule, one caller in another file, and the real decorator."""
    folder = tmp_path / "forecast"
    folder.mkdir()
    (folder / "__init__.py").touch()
    shutil.copytree(Path(forecast.compiling.decorators.__file__).parent, folder / "compiling")
    (folder / "rule.py").write_text(RULE.format(2))
    (folder / "caller.py").write_text(CALLER)
    return tmp_path


@pytest.fixture
def cache(tmp_path):
    """The environment that puts the cache into a folder of its own."""
    return {"XDG_CACHE_HOME": str(tmp_path / "cache")}


def kept(tmp_path: Path, ending: str) -> list[Path]:
    return sorted((tmp_path / "cache").rglob(f"*.{ending}"))


@pytest.mark.skipif(
    not hasattr(forecast.compiling.decorators, "numba"), reason="there is nothing to compare without Numba"
)
def test_plain_python_gives_the_same_bits():
    compiled_lines = python(EVERYTHING, ROOT, "-W", "error").stdout.splitlines()
    plain_lines = python(EVERYTHING, ROOT, "-W", "error", NUMBA_DISABLE_JIT="1").stdout.splitlines()
    assert len(compiled_lines) == 12 + 4 * 11
    assert compiled_lines == plain_lines


def test_an_edit_in_another_file_is_noticed(package, cache):
    assert python(ASK, package, **cache).stdout == "21 2.0\n"
    (package / "forecast" / "rule.py").write_text(RULE.format(3))
    assert python(ASK, package, **cache).stdout == "31 2.5\n"


def test_the_second_run_compiles_nothing(package, cache):
    python(ASK, package, **cache)
    before = {file: file.stat().st_mtime_ns for file in kept(package, "nbc")}
    assert len(before) == 2  # what Python calls, for integers and for floats; what that calls is in it
    found = python(ASK + "\nprint(sum(call.stats.cache_misses.values()))", package, **cache)
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
    found = python(ASK, package, XDG_CACHE_HOME=str(tmp_path / "cache"))
    assert found.stdout == "21 2.0\n"
    assert found.stderr.count("CacheWarning") == 1
    assert not list((package / "forecast").rglob("*.nbi"))


def test_a_folder_that_vanishes_means_one_warning_and_no_code_beside_the_sources(package):
    blocked = package / "file"
    blocked.touch()
    vanish = (
        "import pathlib, forecast.compiling.decorators as d\n"
        f"d.cache_folder = lambda: pathlib.Path({str(blocked / 'sub')!r})\n"
    )
    found = python(vanish + ASK, package)
    assert found.stdout == "21 2.0\n"
    assert found.stderr.count("CacheWarning: ") == 1
    assert not list((package / "forecast").rglob("*.nbi"))


def test_a_full_disk_means_one_warning(package, cache):
    fill = (
        "import errno, numba.core.caching as caching\n"
        "def full(self, name, data): raise OSError(errno.ENOSPC, 'No space left on device')\n"
        "caching.IndexDataCacheFile._save_data = full\n"
    )
    found = python(fill + ASK, package, **cache)
    assert found.stdout == "21 2.0\n"
    assert found.stderr.count("CacheWarning: ") == 1
    assert python(ASK, package, **cache).stdout == "21 2.0\n"  # an index that names a missing file is no obstacle


@pytest.mark.parametrize("damage", [b"", b"\x80\x05garbage"])
@pytest.mark.parametrize("ending", ["nbi", "nbc"])
def test_a_damaged_cache_is_made_anew(package, cache, ending, damage):
    python(ASK, package, **cache)
    for file in kept(package, ending):
        file.write_bytes(damage)
    found = python(ASK, package, **cache)
    assert (found.stdout, found.stderr) == ("21 2.0\n", "")
    assert python(ASK + "\nprint(sum(call.stats.cache_misses.values()))", package, **cache).stdout == "21 2.0\n0\n"


def test_code_kept_under_another_signature_is_not_played(package, cache):
    python(ASK, package, **cache)
    first, second = (file for file in kept(package, "nbc") if file.name.startswith("caller"))
    one, other = first.read_bytes(), second.read_bytes()
    first.write_bytes(other)
    second.write_bytes(one)
    assert python(ASK, package, **cache).stdout == "21 2.0\n"


def test_processes_that_start_at_once_do_not_disturb_each_other(package, cache):
    environment = os.environ | {"PYTHONPATH": str(package)} | cache
    command = [sys.executable, "-W", "error", "-c", ASK]
    started = [subprocess.Popen(command, env=environment, cwd=package, stdout=subprocess.PIPE) for _ in range(4)]
    assert [process.communicate()[0] for process in started] == [b"21 2.0\n"] * 4
    assert [process.returncode for process in started] == [0] * 4


def test_without_numba_rules_are_plain_python_with_one_warning(package, cache):
    found = python("import sys\nsys.modules['numba'] = None\n" + ASK, package, **cache)
    assert found.stdout == "21 2.0\n"
    assert found.stderr.count("NotCompiledWarning: ") == 1


def test_the_decorator_keeps_name_and_docstring():
    @compiled
    def doubled(x: float) -> float:
        """Twice x."""
        return 2 * x

    @compiled()
    def tripled(x: float) -> float:
        return 3 * x

    assert (doubled.__name__, doubled.__doc__) == ("doubled", "Twice x.")
    assert (doubled(2.0), tripled(2.0)) == (4.0, 6.0)


@pytest.mark.parametrize(("x", "bits"), [(0.0, 0), (-0.0, -(2**63)), (1.0, 0x3FF0000000000000), (5e-324, 1)])
def test_bits_of_floats_there_and_back(x, bits):
    @compiled
    def there(x: float) -> int:
        return float_bits(x)

    @compiled
    def back(bits: int) -> float:
        return bits_float(bits)

    assert there(x) == float_bits(x) == bits
    assert float_bits(back(bits)) == float_bits(bits_float(bits)) == bits


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

    monkeypatch.setattr(forecast.compiling.decorators, "user_cache_folder", homeless)
    monkeypatch.setattr(forecast.compiling.decorators, "_warned", [])
    with pytest.warns(CacheWarning, match="home directory"):
        assert cache_folder.__wrapped__() is None
    with warnings.catch_warnings(record=True) as again:
        assert cache_folder.__wrapped__() is None
    assert not again
