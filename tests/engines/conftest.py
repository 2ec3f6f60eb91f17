"""Fixtures of the tests that run on every engine; their helpers beside them can be imported."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from ledgers import Books, books_of

from forecast.engines import engine_names

Play = Callable[..., Books]


@pytest.fixture(params=engine_names())
def engine_name(request) -> str:
    """The name of each engine in turn."""
    return str(request.param)


@pytest.fixture
def play(tmp_path: Path, engine_name: str) -> Play:
    """Plays one replication of a scenario given as a tree (and an accounts file as text) on each engine."""

    def of(tree: dict[str, object], accounts: str | None = None, seed: int = 1, replication: int = 0) -> Books:
        return books_of(tree, accounts, tmp_path, (engine_name, seed, replication))

    return of
