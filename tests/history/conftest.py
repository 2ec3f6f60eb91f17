"""A run in which everything happens, made once."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[1] / "charts"))

from examples import CASES  # type: ignore[import-not-found]  # it stands in tests/charts

from forecast.study.finished_run import Run
from forecast.study.run import run


@pytest.fixture(scope="session")
def usual(tmp_path_factory) -> Run:
    """Six replications of a market in which everything happens."""
    path = tmp_path_factory.mktemp("usual") / "usual.yaml"
    path.write_text(f"schema: 1\n{CASES['usual']}", encoding="utf-8")
    return run(path, folder=path.parent / "run", workers=1)
