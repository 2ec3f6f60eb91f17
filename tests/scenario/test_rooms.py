"""The rooms of the scenario reader: each file imports only from its own room and those below."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

import forecast.scenario

PACKAGE = Path(forecast.scenario.__file__).parent
ROOMS = (
    "records",
    "presets",
    "text",
    "draws",
    "values",
    "format",
    "checks",
    "builder",
    "loader",
    "scenario",
    "__init__",
)
FILES = sorted(path.relative_to(PACKAGE).as_posix() for path in PACKAGE.rglob("*.py"))


def imported_rooms(file: str) -> set[str]:
    """The rooms of this package that a file imports from."""
    found = set()
    for node in ast.walk(ast.parse((PACKAGE / file).read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("forecast.scenario"):
            inner = (node.module or "").split(".")[2:]
            found |= {inner[0]} if inner else {alias.name for alias in node.names}
    return found


@pytest.mark.parametrize("file", FILES)
def test_a_room_builds_on_those_below_it(file: str) -> None:
    here = ROOMS.index(file.split("/", maxsplit=1)[0].removesuffix(".py"))
    assert [room for room in imported_rooms(file) if ROOMS.index(room) > here] == []
