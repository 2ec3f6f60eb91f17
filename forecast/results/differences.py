"""In what do two scenarios differ?  Paths of the resolved file, with what stands there in each."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any, NamedTuple

from forecast.scenario import Scenario

OF_THE_FILE = ("schema", "name", "description", "run")  # said elsewhere, or no part of what is simulated
ABSENT = "–"
MISSING = object()


class Change(NamedTuple):
    """A path whose value differs, and both values as YAML; a dash where nothing stands."""

    path: str
    base: str
    here: str


def changes(base: Scenario, other: Scenario) -> tuple[Change, ...]:
    """What differs between two resolved scenarios, in the order of the file."""
    found = [each for each in between(base.resolved, other.resolved) if not only_written(base, other, each.path)]
    files = sorted({*base.files, *other.files})
    found += [
        Change(f"market.accounts_file ({name})", has(base, name), "other contents" if name in other.files else ABSENT)
        for name in files
        if base.files.get(name) != other.files.get(name)
    ]
    return tuple(found)


def between(base: str, other: str) -> Iterator[Change]:
    """The changes from one resolved text to the other, also where a value is only written in another way."""
    return apart(tree(base), tree(other), "")


def apart(base: Any, here: Any, path: str) -> Iterator[Change]:
    """The changes below a path: part by part where both are blocks with something in common, else as a whole."""
    if isinstance(base, dict) and isinstance(here, dict) and (base.keys() & here.keys() or not path):
        for key in [*base, *(key for key in here if key not in base)]:
            below = f"{path}.{key}" if path else str(key)
            yield from apart(base.get(key, MISSING), here.get(key, MISSING), below)
    elif base != here:
        yield Change(path, flow(base), flow(here))


def only_written(base: Scenario, other: Scenario, path: str) -> bool:
    """Whether a value is only written in another way: `0 per month` and `0` are the same rate."""
    while path:
        ours, theirs = (
            {key: value for key, value in each.parameters.items() if f"{key}.".startswith(f"{path}.")}
            for each in (base, other)
        )
        if ours or theirs:
            return ours == theirs
        path = path.rpartition(".")[0]
    return False


def has(scenario: Scenario, name: str) -> str:
    """Whether a scenario has a file."""
    return "a file" if name in scenario.files else ABSENT


def tree(resolved: str) -> dict[str, Any]:
    """A resolved file as mappings, lists and texts, without what is no part of the simulation."""
    from ruamel.yaml import YAML  # noqa: PLC0415  # slow, and not needed for what is simulated

    document = YAML(typ="safe", pure=True).load(resolved)
    return {key: part for key, part in document.items() if key not in OF_THE_FILE}


def flow(part: Any) -> str:
    """A value in one line of YAML, without quotes where it reads as well."""
    if part is MISSING:
        return ABSENT
    if isinstance(part, dict):
        return "{" + ", ".join(f"{key}: {flow(inner)}" for key, inner in part.items()) + "}"
    if isinstance(part, list):
        return "[" + ", ".join(map(flow, part)) + "]"
    return part if isinstance(part, str) else json.dumps(part, default=str).strip('"')
