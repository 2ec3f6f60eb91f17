"""A Numba that has renamed what it does not promise: the same results, with one warning."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest
from toy_package import ASK, ROOT, run_python

from forecast.compiling.numba_names import CACHING, LACKS_CACHING, LACKS_LINKING, LINKING, PrivateName, is_there

NAMES = [str(name) for name in (*LINKING, *CACHING)]
TAKE_AWAY = f"""
import sys
sys.path.insert(0, {str(Path(__file__).parent)!r})
from taken_away import give_back, take_away
for name in {{names!r}}:
    take_away(name)
import forecast.compiling.numba_names
give_back()
"""
SMALL = f"""
extends: {ROOT}/scenarios/bottom_up.yaml
name: Small
clock: {{horizon: 12 months}}
market: {{segments: {{smb: {{accounts: 60}}, mid_market: {{accounts: 20}}, enterprise: {{accounts: 4}}}}}}
"""
COMMANDS = """
from forecast.cli import main
for arguments in (["validate", "s.yaml"], ["run", "s.yaml", "-n", "2", "--workers", "1", "-o", "run"], ["show", "run"]):
    assert main(arguments) == 0
"""


def test_this_numba_has_all_that_is_used():
    assert (LACKS_LINKING, LACKS_CACHING) == ([], [])


@pytest.mark.parametrize(
    "name",
    [
        PrivateName("numba.core.gone", "FunctionCache.flush"),
        PrivateName("numba.core.caching", "_UserProvidedCacheLocator.from_function"),  # renamed in 0.62
        PrivateName("numba.core.caching", "FunctionCache.rinse"),
        PrivateName("numba.core.caching", "FunctionCache.flush", 2),  # takes 1
        PrivateName("numba.core.caching", "FunctionCache.cache_path", 1),  # no function
    ],
    ids=str,
)
def test_a_name_of_another_shape_counts_as_missing(name):
    assert not is_there(name)


@pytest.mark.parametrize("name", NAMES)
def test_without_one_name_the_results_are_the_same_with_one_warning(package, cache, name):
    linked = "\nprint('forecast.compiling.linking' in sys.modules)"
    found = run_python(TAKE_AWAY.format(names=[name]) + ASK + linked, package, **cache)
    assert found.stdout == f"21 2.0\n{name not in map(str, LINKING)}\n"
    assert found.stderr.count("Warning: ") == 1
    assert "SlowCompilingWarning: " in found.stderr
    kept = list((package / "cache").rglob("*.nbc"))
    assert bool(kept) == (name not in map(str, CACHING))


def test_without_the_documented_interface_rules_are_plain_python(package, cache):
    forget = "import numba.extending\ndel numba.extending.type_callable\n"
    found = run_python(forget + ASK, package, **cache)
    assert found.stdout == "21 2.0\n"
    assert found.stderr.count("NotCompiledWarning: ") == 1


def outcome(text: str, folder: Path, **environment: str) -> tuple[str, dict[str, str], int]:
    """What validate, run and show print, the tables that run writes, and how many warnings there were."""
    folder.mkdir()
    (folder / "s.yaml").write_text(SMALL)
    found = run_python(text, ROOT, folder=folder, **environment)
    tables = {file.name: hashlib.sha256(file.read_bytes()).hexdigest() for file in (folder / "run").glob("*.parquet")}
    assert len(tables) >= 4
    return found.stdout, tables, found.stderr.count("warning: ")


@pytest.mark.slow
def test_validate_run_and_show_say_the_same_with_one_warning(tmp_path):
    printed, tables, warnings = outcome(COMMANDS, tmp_path / "usual")
    assert warnings == 0
    lacking = TAKE_AWAY.format(names=NAMES) + COMMANDS
    assert outcome(lacking, tmp_path / "lacking", XDG_CACHE_HOME=str(tmp_path)) == (printed, tables, 1)
    assert not list(tmp_path.rglob("*.nbc"))


@pytest.mark.slow
def test_the_commands_say_the_same_in_plain_python(tmp_path):
    printed, tables, _ = outcome(COMMANDS, tmp_path / "usual")
    forget = "import numba.extending\ndel numba.extending.type_callable\n"
    assert outcome(forget + COMMANDS, tmp_path / "plain") == (printed, tables, 1)
