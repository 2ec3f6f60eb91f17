"""What changes during the horizon? The timeline's steps as changes of parameters, and what may not change."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from forecast.errors import listed, quoted
from forecast.scenario.leaves import Availability, Leaf, Written
from forecast.scenario.paths import followed
from forecast.scenario.place import Place
from forecast.scenario.records import Capability, Change, Value
from forecast.scenario.source import Node
from forecast.scenario.units import UnreadableError, day

SHAPE = "this is part of the scenario's shape"
LONGEST_DATE, LONGEST_PATH = 10, 400  # of those that can be; longer ones are cut in messages
FIXED_BLOCKS = ("clock", "market", "run")


def read_leaf(leaf: Leaf, node: Node, place: Place) -> dict[str, tuple[Value, ...]]:
    """The leaf's values by the rest of their path, one per segment (one only if it has no segments)."""
    segments = place.facts.segments if leaf.segments else (None,)
    differs = leaf.segments and holds(node, "by_segment")
    read = [leaf.read(node, replace(place, segment=segment)) for segment in (segments if differs else segments[:1])]
    read = read if differs else read * len(segments)
    return {
        rest: tuple(part[rest] for part in read)
        for rest in (read[0] if read else {})
        if all(rest in part for part in read)
    }


def holds(node: Node, key: str) -> bool:
    """Whether the key stands anywhere in the tree."""
    return key in node.mapping or any(holds(part, key) for part in (*node.mapping.values(), *node.items))


def date_of(node: Node, place: Place) -> date | None:
    """The date of a text; None after a complaint."""
    try:
        return day(node.text or "")
    except UnreadableError as error:
        place.wrong(node, "a date such as `2026-10-01`" + (f"; {error.hint}" if error.hint else ""))
        return None


def day_within(node: Node, place: Place, end: date) -> int | None:
    """Days from the start to a date of the horizon; None after a complaint."""
    at = date_of(node, place)
    if at is None:
        return None
    if place.facts.dated and not place.facts.start <= at < end:
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
            written = f"timeline.{(step.mapping['at'].text or str(number))[:LONGEST_DATE]}.{path[:LONGEST_PATH]}"
            if at is not None and (at, path) in taken:
                replace(place, path=written).wrong(node, "each path once at a date", found=f"{quoted(path)} again")
            taken.add((at or 0, path))
            found.extend(change(tree, path, node, replace(place, path=written), at or 0))
    return tuple(sorted(found, key=lambda change: change.day))


def change(tree: Node, path: str, node: Node, place: Place, at: int) -> list[Change]:
    """The changes of one path (two for `adoption.imitation`); none after a complaint."""
    way = followed(tree, path)
    leaf = way.entry.leaf if way.entry.sort == "leaf" else None
    if way.lost:
        allowed = f"one of {listed(way.known)}" if way.known else "a path of the scenario"
        place.wrong(node, allowed, way.guess, f"the unknown name {quoted(way.rest[0])}")
        return []
    if leaf is None or way.rest:
        place.wrong(node, "a path that ends at a value (its parts by segment go into `by_segment`)", found=quoted(path))
        return []
    settled = SHAPE if isinstance(leaf, Written) or way.steps[0] in FIXED_BLOCKS else leaf.settled
    if settled:
        place.wrong(node, f"a path that may change during the horizon; {settled}", found=quoted(path))
        return []
    values = read_leaf(leaf, node, place)
    if isinstance(leaf, Availability):
        values = {rest: tuple(dated(value, at) for value in parts) for rest, parts in values.items()}
    return [Change(at, path + rest, parts) for rest, parts in values.items()]


def dated(value: Value, at: int) -> Value:
    """A capability that is there from the change on, when it was written as `true`."""
    return replace(value, day=max(value.day, float(at))) if isinstance(value, Capability) else value
