"""Dated events by their own names, such as `events.launch.cost`: set, changed, removed.

Knows where events stand, and no values.
"""

from __future__ import annotations

from forecast.errors import Problem, ProblemKind, ReportProblem, listed, nearest, quoted
from forecast.scenario.format.overlay import merged_value
from forecast.scenario.text.yaml_tree import Node

EVENTS, _NAME, _MULTIPLY = "events", "name", "multiply"
REMOVED = "none"


def with_events(tree: Node, named: Node, report: ReportProblem) -> Node:
    """The tree with events that are written under their names: `{launch: {at: 2027-03-01, ..}}`."""
    for name, part in named.mapping.items():
        tree = with_event(tree, name, part, report)
    return tree


def with_event(tree: Node, address: str, value: Node, report: ReportProblem) -> Node:
    """The tree with the event of a name, or one key or factor of it, set; removed where the value is `none` or nothing.

    `address` is what follows `events.`: `launch`, `launch.cost` or `launch.multiply.adoption.organic`.
    """
    name, _, below = address.partition(".")
    events = _events(tree)
    place = next((number for number, each in enumerate(events) if _name_of(each) == name), None)
    if place is None and (below or _is_removal(value)):
        _report_unknown(events, address, value, report)
        return tree
    if not below and _is_removal(value):
        return _with_events(tree, events[:place] + events[(place or 0) + 1 :], value)
    key, _, path = below.partition(".")
    part = value
    for word in (path, key):
        part = Node({word: part}, value.source, value.line) if word else part
    if not part.mapping:
        allowed = f"a block with `at`, `for`, `multiply` and `cost`, or `{REMOVED}`"
        report(Problem(value.source.label, value.line, f"{EVENTS}.{address}", value.found, allowed))
        return tree
    if place is None:
        new = part.with_value({_NAME: Node(name, value.source, value.line), **part.mapping})
        return _with_events(tree, [*events, new], value)
    return _with_events(tree, [*events[:place], _changed(events[place], part), *events[place + 1 :]], value)


def note_on_replaced_events(base: Node, over: Node) -> str:
    """What a list in place of the base's events drops of them, in a note; empty where it drops none."""
    own, inherited = _events(over), _events(base)
    names = {_name_of(each) for each in own}
    dropped = [_name_of(each) or str(number) for number, each in enumerate(inherited, 1) if _name_of(each) not in names]
    if not own or not dropped:
        return ""
    return (
        f"this list replaces the base's events: {len(dropped)} of its {len(inherited)} "
        f"{'are' if len(dropped) > 1 else 'is'} dropped ({listed(map(quoted, dropped))}); to keep them, write yours "
        f"under their names, {quoted(f'{EVENTS}: {{NAME: {{at: ..}}}}')}"
    )


def _events(tree: Node) -> list[Node]:
    """The events of a tree."""
    node = tree.mapping.get(EVENTS)
    return node.items if node else []


def _with_events(tree: Node, events: list[Node], value: Node) -> Node:
    """The tree with other events."""
    node = tree.mapping.get(EVENTS, Node([], value.source, value.line))
    return tree.with_value({**tree.mapping, EVENTS: node.with_value(list(events))})


def _changed(event: Node, part: Node) -> Node:
    """An event with some keys set, its factors path by path; what is `none` or nothing is taken out."""
    keys = dict(event.mapping)
    for key, value in part.mapping.items():
        keys[key] = _changed_factors(keys[key], value) if key == _MULTIPLY and key in keys and value.mapping else value
    return event.with_value({key: value for key, value in keys.items() if not _is_removal(value)})


def _changed_factors(factors: Node, part: Node) -> Node:
    """The factors with some set or taken out."""
    found = dict(factors.mapping)
    for path, factor in part.mapping.items():
        found[path] = merged_value(found[path], factor) if path in found else factor
    return part.with_value({path: factor for path, factor in found.items() if not _is_removal(factor)})


def _report_unknown(events: list[Node], address: str, value: Node, report: ReportProblem) -> None:
    """Report an event that is not there."""
    name, known = address.partition(".")[0], [each for each in map(_name_of, events) if each]
    kind, path = ProblemKind.UNKNOWN, f"{EVENTS}.{address}"
    found = f"event {quoted(name)}"
    report(Problem(value.source.label, value.line, path, found, listed(known) or "none", nearest(name, known), kind))


def _name_of(event: Node) -> str | None:
    """The name of an event; None where it has none."""
    return event.mapping[_NAME].text if _NAME in event.mapping else None


def _is_removal(value: Node) -> bool:
    """Whether a value says that there is to be nothing."""
    return value.is_null or value.text == REMOVED
