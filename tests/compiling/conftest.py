"""A small package with the real decorators, and a cache folder that no other test uses."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from toy_package import CALLER, RULE

import forecast.compiling


@pytest.fixture
def package(tmp_path):
    """A package of one rule, one caller in another file, and the real decorator."""
    folder = tmp_path / "forecast"
    folder.mkdir()
    (folder / "__init__.py").touch()
    shutil.copytree(Path(forecast.compiling.__file__).parent, folder / "compiling")
    (folder / "rule.py").write_text(RULE.format(2))
    (folder / "caller.py").write_text(CALLER)
    return tmp_path


@pytest.fixture
def cache(tmp_path):
    """The environment that puts the cache into a folder of its own."""
    return {"XDG_CACHE_HOME": str(tmp_path / "cache")}
