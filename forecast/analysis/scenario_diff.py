"""The differences between two scenarios: paths of the resolved file, with the value in each."""

from __future__ import annotations

import json
from collections.abc import Iterator, Set
from datetime import date
from typing import Any, NamedTuple

from forecast.analysis.dated_events import EVENTS, event_values, factors_in_force
from forecast.analysis.in_force import TIMELINE, TimelineOf, period_in_force, timeline_values
from forecast.scenario import DRAWS_FILE, SEGMENT_TRAIT_PATHS, Scenario, Value, is_label_path, is_within

NOT_SIMULATED = (
    "schema",
    "name",
    "description",
    "run",
    "plausibility",
)  # said elsewhere, or no part of what is simulated
_SEGMENT_TRAITS = {path.rpartition(".")[2] for path in SEGMENT_TRAIT_PATHS}
ABSENT = "–"
NO_VALUE = object()


class ScenarioDifference(NamedTuple):
    """A path whose value differs, and both values as YAML; a dash where there is none.

    `in_force` says until when values at the start hold, where a timeline changes one of them later or an event
    multiplies it.
    """

    path: str
    base: str
    here: str
    in_force: str = ""


def diff_scenarios(base: Scenario, other: Scenario) -> tuple[ScenarioDifference, ...]:
    """What differs between two resolved scenarios, in the order of the file."""
    trees = resolved_tree(base.resolved), resolved_tree(other.resolved)
    found = [each for each in _diff_trees(*trees) if not _same_value_rewritten(base, other, each.path)]
    timelines = [
        TimelineOf(scenario, timeline_values(tree.get(TIMELINE, [])))
        for scenario, tree in zip((base, other), trees, strict=True)
    ]
    happening = [(scenario, tree.get(EVENTS, [])) for scenario, tree in zip((base, other), trees, strict=True)]
    found = [
        each._replace(
            in_force="; ".join(
                part
                for part in (
                    period_in_force(timelines, each.path, (each.base, each.here), flow_yaml),
                    factors_in_force(happening, each.path),
                )
                if part
            )
        )
        for each in found
    ]
    files = sorted({*base.files, *other.files})
    found += [
        ScenarioDifference(
            f"{'draws.file' if name == DRAWS_FILE else 'market.accounts_file'} ({name})",
            _file_presence(base, name),
            "other contents" if name in other.files else ABSENT,
        )
        for name in files
        if base.files.get(name) != other.files.get(name)
    ]
    return tuple(found)


def diff_resolved(base: str, other: str) -> Iterator[ScenarioDifference]:
    """The changes from one resolved text to the other, also where only the notation differs."""
    return _diff_trees(resolved_tree(base), resolved_tree(other))


def _diff_trees(base: dict[str, Any], here: dict[str, Any]) -> Iterator[ScenarioDifference]:
    """The changes from one tree to the other; those of the timeline entry by entry, of events one by one."""
    ours, theirs = (
        {key: part for key, part in each.items() if key not in (TIMELINE, EVENTS)}
        | timeline_values(each.get(TIMELINE, []))
        | event_values(each.get(EVENTS, []))
        for each in (base, here)
    )
    yield from _diff_parts(ours, theirs, "")


def _diff_parts(base: Any, here: Any, path: str) -> Iterator[ScenarioDifference]:
    """The changes below a path: part by part where both are blocks with something in common, else as a whole."""
    if isinstance(base, dict) and isinstance(here, dict) and (base.keys() & here.keys() or not path):
        for key in [*base, *(key for key in here if key not in base)]:
            below = f"{path}.{key}" if path else str(key)
            yield from _diff_parts(base.get(key, NO_VALUE), here.get(key, NO_VALUE), below)
    elif base != here:
        yield ScenarioDifference(path, flow_yaml(base), flow_yaml(here))


def _same_value_rewritten(base: Scenario, other: Scenario, path: str) -> bool:
    """Whether a value is only written in another way: `0 per month` and `0` are the same rate."""
    if path.startswith(f"{TIMELINE}."):
        ours, theirs = (_entry_values(each, path) for each in (base, other))
        return bool(ours) and ours == theirs
    ours, theirs = (
        {key: value for key, value in each.parameters.items() if is_within(key, path)} for each in (base, other)
    )
    if ours or theirs:
        return ours == theirs
    # A part of a value; a list beside values, such as the hires beside a resource's cost, is no part of any.
    while path and path not in base.parameters and path not in other.parameters:
        path = path.rpartition(".")[0]
    return bool(path) and base.parameters.get(path) == other.parameters.get(path)


def _entry_values(scenario: Scenario, address: str) -> dict[str, tuple[Value, ...]]:
    """The values that an entry of the timeline sets, by path."""
    _, at, path = address.split(".", 2)
    day = (date.fromisoformat(at) - scenario.start).days
    return {each.path: each.values for each in scenario.changes if each.day == day and is_within(each.path, path)}


def _file_presence(scenario: Scenario, name: str) -> str:
    """Whether a scenario has a file."""
    return "a file" if name in scenario.files else ABSENT


def resolved_tree(resolved: str) -> dict[str, Any]:
    """A resolved file as mappings, lists and texts, without what is not simulated."""
    from ruamel.yaml import YAML  # noqa: PLC0415  # slow, and not needed for what is simulated

    document = YAML(typ="safe", pure=True).load(resolved)
    return {key: _without_labels(part, key) for key, part in document.items() if key not in NOT_SIMULATED}


def leaf_values(part: Any, known: Set[str], path: str = "") -> Iterator[tuple[str, Any]]:
    """The values below a path of a resolved tree: those at the known paths whole, else parts that have no parts."""
    if not isinstance(part, dict) or path in known or path.rpartition(".")[2] in _SEGMENT_TRAITS:
        if part not in ({}, []):
            yield path, part
        return
    for key, inner in part.items():
        yield from leaf_values(inner, known, f"{path}.{key}" if path else str(key))


def _without_labels(part: Any, path: str) -> Any:
    """The part of a resolved file at a path, without the labels in it."""
    if not isinstance(part, dict):
        return part
    inner = {key: (inner, f"{path}.{key}") for key, inner in part.items()}
    return {key: _without_labels(value, below) for key, (value, below) in inner.items() if not is_label_path(below)}


def flow_yaml(part: Any) -> str:
    """A value in one line of YAML, without quotes where it reads as well."""
    if part is NO_VALUE:
        return ABSENT
    if isinstance(part, dict):
        return "{" + ", ".join(f"{key}: {flow_yaml(inner)}" for key, inner in part.items()) + "}"
    if isinstance(part, list):
        return "[" + ", ".join(map(flow_yaml, part)) + "]"
    return part if isinstance(part, str) else json.dumps(part, default=str).strip('"')
