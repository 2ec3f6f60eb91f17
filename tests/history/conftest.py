"""Two small runs, each made once: one whose sentences are read, and one in which everything happens."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[1] / "results"))
sys.path.insert(0, str(Path(__file__).parents[1] / "charts"))

from cases import CASES  # type: ignore[import-not-found]  # it stands in tests/charts
from made import SMALL  # type: ignore[import-not-found]  # it stands in tests/results

from forecast.study.finished_run import Run
from forecast.study.run import run


@pytest.fixture(scope="session")
def small_file(tmp_path_factory) -> Path:
    """The scenario of the small run."""
    path: Path = tmp_path_factory.mktemp("scenario") / "small.yaml"
    path.write_text(SMALL, encoding="utf-8")
    return path


@pytest.fixture(scope="session")
def small_run(tmp_path_factory, small_file: Path) -> Run:
    """Four replications of it, one after the other."""
    return run(small_file, folder=tmp_path_factory.mktemp("runs") / "small", workers=1, engine="simpy")


@pytest.fixture(scope="session")
def usual(tmp_path_factory) -> Run:
    """Six replications of a market in which everything happens."""
    path = tmp_path_factory.mktemp("usual") / "usual.yaml"
    path.write_text(f"schema: 1\n{CASES['usual']}", encoding="utf-8")
    return run(path, folder=path.parent / "run", workers=1)
