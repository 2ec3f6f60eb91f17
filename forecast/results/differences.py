"""In what do two scenarios differ?  Paths of the resolved file, with what stands there in each."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any, NamedTuple

from forecast.scenario import Scenario

OF_THE_FILE = ("schema", "name", "description", "run")  # said elsewhere, or no part of what is simulated
ABSENT = "–"


class Change(NamedTuple):
    """A path whose value differs, and both values as YAML; a dash where nothing stands."""

    path: str
    base: str
    here: str


def changes(base: Scenario, other: Scenario) -> tuple[Change, ...]:
    """What differs between two resolved scenarios, in the order of the file."""
    ours, theirs = values(base), values(other)
    paths = [*ours, *(path for path in theirs if path not in ours)]
    found = [Change(path, ours.get(path, ABSENT), theirs.get(path, ABSENT)) for path in paths]
    differing = [change for change in found if change.base != change.here]
    files = sorted({*base.files, *other.files})
    contents = [
        Change(f"market.accounts_file ({name})", has(base, name), "other contents" if name in other.files else ABSENT)
        for name in files
        if base.files.get(name) != other.files.get(name)
    ]
    return (*differing, *contents)


def has(scenario: Scenario, name: str) -> str:
    """Whether a scenario has a file."""
    return "a file" if name in scenario.files else ABSENT


def values(scenario: Scenario) -> dict[str, str]:
    """Every value of the resolved file by its path."""
    from ruamel.yaml import YAML  # noqa: PLC0415  # slow, and not needed for what is simulated

    document = YAML(typ="safe", pure=True).load(scenario.resolved)
    return {
        path: value for key, part in document.items() if key not in OF_THE_FILE for path, value in leaves(part, key)
    }


def leaves(part: Any, path: str) -> Iterator[tuple[str, str]]:
    """Values in one line by their paths; a list is one value."""
    if isinstance(part, dict) and part:
        for key, inner in part.items():
            yield from leaves(inner, f"{path}.{key}")
    else:
        yield path, flow(part)


def flow(part: Any) -> str:
    """A value in one line of YAML, without quotes where it reads as well."""
    if isinstance(part, dict):
        return "{" + ", ".join(f"{key}: {flow(inner)}" for key, inner in part.items()) + "}"
    if isinstance(part, list):
        return "[" + ", ".join(map(flow, part)) + "]"
    return part if isinstance(part, str) else json.dumps(part, default=str).strip('"')
