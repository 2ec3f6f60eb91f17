"""Entries of the timeline by their own paths, such as `timeline.2027-07-01.pricing.paid`: set, changed, removed.

Knows where steps stand, and no values.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from forecast.errors import Problem, ProblemKind, ReportProblem, listed, nearest, quoted
from forecast.scenario.format.paths import resolve_path
from forecast.scenario.format.segments import segment_names
from forecast.scenario.format.value_parts import with_part
from forecast.scenario.text.location import Location, ReadContext
from forecast.scenario.text.yaml_tree import Node
from forecast.scenario.values.units import date_or_none

TIMELINE = "timeline"
REMOVED = "none"


def with_timeline_entries(tree: Node, dates: Node, report: ReportProblem) -> Node:
    """The tree with entries that are written under their dates: `{2027-07-01: {pricing.paid: 60 USD}}`."""
    for at, entries in dates.mapping.items():
        tree = with_timeline_entry(tree, (at, ""), entries, report)
    return tree


def with_timeline_entry(tree: Node, address: tuple[str, str], value: Node, report: ReportProblem) -> Node:
    """The tree with the entry of a date and a path set, or removed where the value is `none` or nothing.

    Without a path it is the date as a whole; a block is set part by part.  A problem of the path is reported when the
    timeline is read.
    """
    at, path = address
    resolved = resolve_path(tree, path)
    if value.mapping and (not path or (resolved.entry.sort in {"block", "names"} and not resolved.rest)):
        for key, part in value.mapping.items():
            tree = with_timeline_entry(tree, (at, f"{path}.{key}" if path else key), part, report)
        return tree
    if not path and not value.is_null and value.text != REMOVED:
        allowed = f"a block of `PATH: value`, or `{REMOVED}`"
        report(Problem(value.source.label, value.line, f"{TIMELINE}.{at}", value.found, allowed))
        return tree
    if path and resolved.entry.sort == "leaf" and resolved.rest and not value.is_null:
        leaf = ".".join(resolved.steps)
        new = with_part(_value_before(tree, at, leaf), resolved.rest, value, segment_names(tree))
        if new is None:
            found, allowed = quoted(".".join(resolved.rest)), "a part that the value has, or a segment's name"
            report(Problem(value.source.label, value.line, f"{TIMELINE}.{at}.{path}", found, allowed))
            return tree
        path, value = leaf, new
    elif value.is_null or (value.text == REMOVED and not (path and _takes(resolved.entry.value_type, value, path))):
        return _without_entry(tree, (at, path), value, report)
    return _with_steps(tree, _steps_with(tree, (at, path), value), value)


def note_on_replaced_entries(base: Node, over: Node) -> str:
    """What a list in place of the base's timeline drops of it, in a note; empty where it drops nothing.

    An empty list says plainly that nothing is to be left.
    """
    steps = _steps(over)
    dropped = [
        f"{at}.{path}"
        for at, path in _addresses(_steps(base))
        if not any(_is_at(step, at) and path in (_entries_of(step) or {}) for step in steps)
    ]
    if not steps or not dropped:
        return ""
    total, example = sum(1 for _ in _addresses(_steps(base))), next(_addresses(steps), ("DATE", "PATH"))
    first = f"{quoted(f'{TIMELINE}.{dropped[0]}')}{' among them' if len(dropped) > 1 else ''}"
    return (
        f"this list replaces the base's timeline: {len(dropped)} of its {total} entries "
        f"{'are' if len(dropped) > 1 else 'is'} dropped, {first}; to keep them, write yours under their dates, "
        f"{quoted(f'{TIMELINE}: {{{example[0]}: {{{example[1]}: ..}}}}')}"
    )


def _addresses(steps: list[Node]) -> Iterator[tuple[str, str]]:
    """The date and the path of each entry."""
    return ((step.mapping["at"].text or "", path) for step in steps for path in _entries_of(step) or {})


def _takes(value_type: object, value: Node, path: str) -> bool:
    """Whether the path itself takes the value, as `procurement.stages.legal.gate` takes `none`."""
    read = getattr(value_type, "read", None)
    context = ReadContext()
    if read:
        read(value, Location(context, path))
    return bool(read) and not context.problems


def _steps(tree: Node) -> list[Node]:
    """The steps of the timeline."""
    timeline = tree.mapping.get(TIMELINE)
    return timeline.items if timeline else []


def _with_steps(tree: Node, steps: list[Node], value: Node) -> Node:
    """The tree with other steps."""
    timeline = tree.mapping.get(TIMELINE, Node([], value.source, value.line))
    return tree.with_value({**tree.mapping, TIMELINE: timeline.with_value(list(steps))})


def _steps_with(tree: Node, address: tuple[str, str], value: Node) -> list[Node]:
    """The steps with the entry set: in the first step of its date that has it, else in one of that date, else anew."""
    at, path = address
    steps = list(_steps(tree))
    same = [number for number, step in enumerate(steps) if _is_at(step, at) and _entries_of(step) is not None]
    if same:
        number = next((each for each in same if path in (_entries_of(steps[each]) or {})), same[0])
        entries = steps[number].mapping["set"]
        changed = entries.with_value({**entries.mapping, path: value})
        steps[number] = steps[number].with_value({**steps[number].mapping, "set": changed})
        return steps
    step = {"at": Node(at, value.source, value.line), "set": Node({path: value}, value.source, value.line)}
    day = date_or_none(at)
    later = (number for number, each in enumerate(steps) if day and (_day(each) or date.min) > day)
    steps.insert(next(later, len(steps)), Node({**step}, value.source, value.line))
    return steps


def _without_entry(tree: Node, address: tuple[str, str], value: Node, report: ReportProblem) -> Node:
    """The tree without an entry, or without all of a date; reports it where there is none."""
    at, path = address
    kept: list[Node] = []
    found = False
    for step in _steps(tree):
        entries = _entries_of(step)
        if not _is_at(step, at) or entries is None or (path and path not in entries):
            kept.append(step)
            continue
        found = True
        left = {key: part for key, part in entries.items() if path and key != path}
        if left:
            kept.append(step.with_value({**step.mapping, "set": step.mapping["set"].with_value(left)}))
    if not found:
        address_text = ".".join(part for part in (TIMELINE, at, path) if part)
        known = [f"{TIMELINE}.{day}.{key}" for day, key in _addresses(_steps(tree))]
        found_text, near = f"entry {quoted(address_text)}", nearest(address_text, known)
        names, kind = listed(known) or "none", ProblemKind.UNKNOWN
        report(Problem(value.source.label, value.line, address_text, found_text, names, near, kind))
    return _with_steps(tree, kept, value) if found else tree


def _value_before(tree: Node, at: str, path: str) -> Node:
    """The value of a path at a date, before it changes: of the entry itself, of the last one before, of the start."""
    day = date_or_none(at) or date.min
    dated = [(_day(step), entries[path]) for step in _steps(tree) if path in (entries := _entries_of(step) or {})]
    earlier = sorted(((found, node) for found, node in dated if found and found <= day), key=lambda pair: pair[0])
    return earlier[-1][1] if earlier else resolve_path(tree, path).node


def _entries_of(step: Node) -> dict[str, Node] | None:
    """What a step sets, by path; None where it is no step."""
    return step.mapping["set"].mapping if step.mapping.keys() >= {"at", "set"} else None


def _is_at(step: Node, at: str) -> bool:
    """Whether a step is of that date."""
    return "at" in step.mapping and (
        step.mapping["at"].text == at or (_day(step) is not None and _day(step) == date_or_none(at))
    )


def _day(step: Node) -> date | None:
    """The date of a step; None where it has none that can be read."""
    return date_or_none(step.mapping["at"].text) if "at" in step.mapping else None
