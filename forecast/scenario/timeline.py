"""What changes during the horizon? The timeline's steps as changes of parameters, and what may not change."""

from __future__ import annotations

import math
from dataclasses import replace
from datetime import date

from forecast.errors import nearest, quoted
from forecast.scenario.leaves import Availability, Leaf
from forecast.scenario.merging import followed, known_here
from forecast.scenario.place import Place
from forecast.scenario.records import Capability, Change, Value
from forecast.scenario.source import Node
from forecast.scenario.units import Unreadable, day

NOT_LEAVES = "a path that ends at a value, not at a block"


def read_leaf(leaf: Leaf, node: Node, place: Place) -> dict[str, tuple[Value, ...]]:
    """The leaf's values by the rest of their path, one per segment (one only if it has no segments)."""
    segments = place.facts.segments if leaf.segments else (None,)
    read = [leaf.read(node, replace(place, segment=segment)) for segment in segments]
    return {
        rest: tuple(part[rest] for part in read)
        for rest in (read[0] if read else {})
        if all(rest in part for part in read)
    }


def date_of(node: Node, place: Place) -> date | None:
    """The date of a text; None after a complaint."""
    try:
        return day(node.text or "")
    except Unreadable as error:
        place.wrong(node, "a date such as `2026-10-01`" + (f"; {error.hint}" if error.hint else ""))
        return None


def day_within(node: Node, place: Place, end: date) -> int | None:
    """Days from the start to a date of the horizon; None after a complaint."""
    at = date_of(node, place)
    if at is None:
        return None
    if not place.facts.start <= at < end:
        place.wrong(node, f"a date from the start {place.facts.start} to before the horizon {end}")
        return None
    return (at - place.facts.start).days


def changes(tree: Node, place: Place, end: date) -> tuple[Change, ...]:
    """The timeline's changes in order of their days."""
    found: list[Change] = []
    taken: set[tuple[int, str]] = set()
    for number, step in enumerate(tree.mapping["timeline"].items, 1):
        here = place.at(str(number))
        if "at" not in step.mapping or "set" not in step.mapping:
            continue
        at, paths = day_within(step.mapping["at"], here.at("at"), end), step.mapping["set"]
        if not isinstance(paths.value, dict) or not paths.mapping:
            here.at("set").wrong(paths, "a block of PATH: value")
            continue
        for path, node in paths.mapping.items():
            written = f"timeline.{step.mapping['at'].text}.{path}"
            if at is not None and (at, path) in taken:
                replace(place, path=written).wrong(node, "each path once at a date", found=f"{quoted(path)} again")
            taken.add((at or 0, path))
            found.extend(change(tree, path, node, replace(place, path=written), at or 0))
    return tuple(sorted(found, key=lambda change: change.day))


def change(tree: Node, path: str, node: Node, place: Place, at: int) -> list[Change]:
    """The changes of one path (two for `adoption.imitation`); none after a complaint."""
    words = path.split(".")
    steps, entry = followed(tree, words)
    if entry is None or len(steps) < len(words):
        known = known_here(tree, steps, entry) if entry and entry.sort != "leaf" else list(place.facts.segments)
        missing = words[len(steps)] if len(steps) < len(words) else path
        if entry and entry.sort == "leaf":
            place.wrong(
                node, f"{'.'.join(steps)}, with the value or `by_segment` after it", found=f"the path {quoted(path)}"
            )
            return []
        guess = nearest(missing, known)
        whole = ".".join([*steps, guess]) if guess else None
        place.wrong(node, f"one of {', '.join(known)}", whole, f"the unknown name {quoted(missing)}")
        return []
    if words[0] in ("clock", "market", "run"):
        place.wrong(
            node,
            "what may change during the horizon; this is part of the scenario's shape",
            found=f"the path {quoted(path)}",
        )
        return []
    if entry.leaf is None or entry.sort != "leaf":
        place.wrong(node, NOT_LEAVES, found=f"the path {quoted(path)}")
        return []
    if entry.leaf.settled or type(entry.leaf).__name__ == "Written":
        why = entry.leaf.settled or "it is part of the scenario's shape"
        place.wrong(node, f"what may change during the horizon; {why}", found=f"the path {quoted(path)}")
        return []
    values = read_leaf(entry.leaf, node, place)
    if isinstance(entry.leaf, Availability):
        values = {rest: tuple(dated(value, at) for value in parts) for rest, parts in values.items()}
    return [Change(at, path + rest, parts) for rest, parts in values.items()]


def dated(value: Value, at: int) -> Value:
    """A capability that is there from the change on, when it was written as `true`."""
    assert isinstance(value, Capability)
    return replace(value, day=max(value.day, float(at)) if value.day < math.inf else math.inf)
