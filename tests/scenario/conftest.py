"""Fixtures: a small scenario as text, and loading it from a folder of its own."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from forecast.errors import InputError, Problem
from forecast.scenario import Scenario, load

SMALL = """\
schema: 1
name: small
clock: {start: 2026-01-01, horizon: 24 months}
market:
  segments:
    smb: {accounts: 30, eligible_users: 9}
    enterprise: {accounts: 10, eligible_users: {lognormal: {median: 950, p90: 2400}}}
"""

Load = Callable[..., Scenario]
Problems = Callable[..., tuple[Problem, ...]]


@pytest.fixture
def small() -> str:
    """A scenario of two segments with everything else turned off; it has seven lines."""
    return SMALL


@pytest.fixture
def whole() -> Path:
    """A scenario file that uses every block."""
    return Path(__file__).parent / "whole.yaml"


@pytest.fixture
def loaded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Load:
    """Loads the small scenario with more text behind it, and files beside it, in the working folder."""
    monkeypatch.chdir(tmp_path)

    def of(more: str = "", sets: Sequence[str] = (), files: dict[str, str | bytes] | None = None) -> Scenario:
        for name, content in (files or {}).items():
            (tmp_path / name).write_bytes(content.encode() if isinstance(content, str) else content)
        path = tmp_path / "small.yaml"
        path.write_text(SMALL + more, encoding="utf-8")
        return load(path, sets)

    return of


@pytest.fixture
def problems(loaded: Load) -> Problems:
    """The problems that loading reports."""

    def of(
        more: str = "", sets: Sequence[str] = (), files: dict[str, str | bytes] | None = None
    ) -> tuple[Problem, ...]:
        with pytest.raises(InputError) as caught:
            loaded(more, sets, files)
        return caught.value.problems

    return of
