"""The timeline's steps as changes of parameters, and which parameters cannot change."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import date
from typing import NamedTuple

from forecast.errors import quoted
from forecast.scenario.format.field_types import FIXED_BY_SHAPE
from forecast.scenario.format.paths import resolve_path
from forecast.scenario.records import Capability, Change, Value
from forecast.scenario.text.emit import flow_text
from forecast.scenario.text.location import Location, ReadContext
from forecast.scenario.text.yaml_tree import Node
from forecast.scenario.values.suggestions import same_date, same_first_of_month, same_month
from forecast.scenario.values.units import DATE_FORMS, UnreadableError, parse_date
from forecast.scenario.values.value_types import AvailabilityType, SchemaOnlyType, ValueType

LONGEST_DATE, LONGEST_PATH = 10, 400  # of those that can be; longer ones are cut in messages
FIRST_OF_MONTH = "a date that begins a month, such as `2026-01-01`"
FIXED_BLOCKS = ("clock", "market", "run")


def read_by_segment(value_type: ValueType, node: Node, location: Location) -> dict[str, tuple[Value, ...]]:
    """The leaf's values by the rest of their path, one per segment (one only if it has no segments)."""
    segments = location.context.segments if value_type.segments else (None,)
    named = set(_segments_named(node)) if value_type.segments else set()
    # Segments that no part names read the same: once is enough, however many there are.
    readings: dict[str | None, dict[str, Value]] = {}
    for segment in segments:
        own = segment if segment in named else None
        if own not in readings:
            readings[own] = value_type.read(node, replace(location, segment=segment))
    read = [readings[segment if segment in named else None] for segment in segments]
    return {
        rest: tuple(part[rest] for part in read)
        for rest in (read[0] if read else {})
        if all(rest in part for part in read)
    }


def reads_the_same(value_type: ValueType, one: Node, other: Node, around: ReadContext) -> bool:
    """Whether two texts stand for the same value of a leaf: `0` and `0 per month` are the same rate."""
    if flow_text(one) == flow_text(other):
        return True
    if isinstance(value_type, SchemaOnlyType):
        return False
    scratch = ReadContext(around.segments, around.currency, around.start)
    left, right = (read_by_segment(value_type, node, Location(scratch, "")) for node in (one, other))
    return left == right and not scratch.problems


def _segments_named(node: Node) -> Iterator[str]:
    """The names of all parts by segment, however deep they stand."""
    for key, part in node.mapping.items():
        if key == "by_segment":
            yield from part.mapping
        yield from _segments_named(part)
    for item in node.items:
        yield from _segments_named(item)


def read_date(node: Node, location: Location, forms: str = DATE_FORMS) -> date | None:
    """The date of a text; None after a problem."""
    try:
        return parse_date(node.text or "")
    except UnreadableError as error:
        allowed = forms + (f"; {error.hint}" if error.hint else "")
        text = node.text or ""
        near = same_first_of_month(text) if forms == FIRST_OF_MONTH else same_date(text) or same_month(text)
        location.wrong_value(node, allowed, near)
        return None


class TimelineEntry(NamedTuple):
    """One value of a step: when, of which path, as written, and its values by the rest of their path."""

    day: int
    at: str
    path: str
    node: Node
    values: dict[str, tuple[Value, ...]]

    @property
    def address(self) -> str:
        """The path of the entry itself: `timeline.2027-07-01.pricing.paid`."""
        return f"timeline.{self.at}.{self.path}"


def _read_day(node: Node, location: Location) -> int | None:
    """Days from the start to a date that does not lie before it; None after a problem."""
    at = read_date(node, location)
    if at is None:
        return None
    if location.context.start_known and at < location.context.start:
        location.out_of_range(node, f"on or after the start {location.context.start}")
        return None
    return (at - location.context.start).days


def timeline_changes(entries: Iterable[TimelineEntry], days: int) -> tuple[Change, ...]:
    """The changes of the first `days` days, in order of their days."""
    found = [
        Change(each.day, each.path + rest, values)
        for each in entries
        if each.day < days
        for rest, values in each.values.items()
    ]
    return tuple(sorted(found, key=lambda change: change.day))


def timeline_entries(tree: Node, location: Location) -> list[TimelineEntry]:
    """The timeline's entries in the order of the file."""
    found: list[TimelineEntry] = []
    already_set: set[tuple[int, str]] = set()
    for number, step in enumerate(tree.mapping["timeline"].items, 1):
        here = location.at(str(number))
        if "at" not in step.mapping or "set" not in step.mapping:
            continue
        day, paths = _read_day(step.mapping["at"], here.at("at")), step.mapping["set"]
        if not isinstance(paths.value, dict) or not paths.mapping:
            here.at("set").wrong_value(paths, "a block of `PATH: value`")
            continue
        for path, node in paths.mapping.items():
            at = (step.mapping["at"].text or str(number))[:LONGEST_DATE]
            written = f"timeline.{at}.{path[:LONGEST_PATH]}"
            if day is not None and (day, path) in already_set:
                replace(location, path=written).duplicate(node, f"path {quoted(path)}", "set each path once at a date")
            already_set.add((day or 0, path))
            values = _values_at(tree, path, node, replace(location, path=written), day or 0)
            found.append(TimelineEntry(day or 0, at, path, node, values))
    return found


def _values_at(tree: Node, path: str, node: Node, location: Location, at: int) -> dict[str, tuple[Value, ...]]:
    """The values of one path by the rest (two for `adoption.imitation`); none after a problem."""
    resolved = resolve_path(tree, path)
    value_type = resolved.entry.value_type if resolved.entry.sort == "leaf" else None
    if resolved.is_unknown:
        location.unknown_name(node, "name", resolved.rest[0], resolved.known, resolved.suggestion)
        return {}
    if value_type is None or resolved.rest:
        location.wrong_value(
            node, "a path that ends at a value (its parts by segment go into `by_segment`)", found=quoted(path)
        )
        return {}
    reason = (
        FIXED_BY_SHAPE
        if isinstance(value_type, SchemaOnlyType)
        else value_type.fixed_reason or (FIXED_BY_SHAPE if resolved.steps[0] in FIXED_BLOCKS else "")
    )
    if reason:
        location.fixed(node, quoted(path), reason)
        return {}
    values = read_by_segment(value_type, node, location)
    if isinstance(value_type, AvailabilityType):
        values = {rest: tuple(_available_from(value, at) for value in parts) for rest, parts in values.items()}
    return values


def _available_from(value: Value, at: int) -> Value:
    """The capability, available from the change on when it was written as `true`."""
    return replace(value, day=max(value.day, float(at))) if isinstance(value, Capability) else value
