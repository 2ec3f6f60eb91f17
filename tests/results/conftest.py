"""A small run, made once: the tables of tests that read a run's folder."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from made import SMALL  # type: ignore[import-not-found]  # it stands beside this file

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
