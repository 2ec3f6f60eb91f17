"""Overrides: `--set PATH=VALUE` and mappings put values, and parts of values, into a tree."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TypeAlias

from forecast.errors import NOTHING, Problem, ProblemKind, ReportProblem, listed, quoted
from forecast.scenario.format.adapting import laid_on
from forecast.scenario.format.currency import CURRENCY, FX
from forecast.scenario.format.draws import DRAWS, with_draws
from forecast.scenario.format.event_entries import EVENTS, with_event, with_events
from forecast.scenario.format.overlay import with_value_at
from forecast.scenario.format.paths import EXTENSIBLE_BLOCKS, resolve_path
from forecast.scenario.format.segments import SEGMENTS, segment_names, with_other_parts
from forecast.scenario.format.timeline_entries import TIMELINE, with_timeline_entries, with_timeline_entry
from forecast.scenario.format.value_parts import with_part
from forecast.scenario.records import is_within
from forecast.scenario.text.location import ReadContext
from forecast.scenario.text.yaml_tree import Node, Raw, Source, node_from, read_tree

Overrides: TypeAlias = Mapping[str, Raw] | Sequence[str]  # value by path, or `PATH=VALUE` texts
OVERRIDE_LAYER = 2  # above a mapping, which is above all files
COMMAND_LINE, MAPPING = "--set", "overrides"  # what a message calls the place of an override


def overridden(tree: Node, overrides: Overrides, context: ReadContext) -> Node:
    """The tree with every override set, in order, `draws` first; `fx` is read where the currency is set."""
    values = sorted(_values(overrides, context.report), key=lambda value: not is_within(value[0], DRAWS))
    rate = next((value for path, value in values if path == FX), None)
    if rate is not None and any(path == CURRENCY for path, _ in values):
        values = [(path, value) for path, value in values if path != FX]
    else:
        rate = None
    for path, value in values:
        if path == CURRENCY and rate is not None:
            overlay = Node({CURRENCY: value, FX: rate}, tree.source, tree.line)
            tree = laid_on(tree, overlay, context)
        else:
            tree = with_other_parts(_set_at_path(tree, path, value, context))
        tree = with_draws(tree, context) if is_within(path, DRAWS) else tree
    return tree


def _values(overrides: Overrides, report: ReportProblem) -> Iterator[tuple[str, Node]]:
    """Each path with its value; what cannot be read is reported and left out.

    A file that one names lies in the working folder, wherever the scenario does.
    """
    if isinstance(overrides, Mapping):
        source = Source(MAPPING, Path(), layer=OVERRIDE_LAYER)
        for path, raw in overrides.items():
            value = _parsed(raw, path, source, report) if isinstance(raw, str) else node_from(raw, source)
            if value is not None:
                yield path, value
        return
    source = Source(COMMAND_LINE, Path(), layer=OVERRIDE_LAYER)
    for override in overrides:
        path, equals, text = override.partition("=")
        path = path.strip()
        if not equals or not path:
            found, allowed = quoted(override) if override else NOTHING, "PATH=VALUE, such as `pricing.paid=25 USD`"
            report(Problem(source.label, None, None, found, allowed))
            continue
        value = _parsed(text, path, source, report)
        if value is not None:
            yield path, value


def override_paths(overrides: Overrides) -> tuple[str, list[str]]:
    """What messages call the place of the overrides, and their paths."""
    if isinstance(overrides, Mapping):
        return MAPPING, list(overrides)
    return COMMAND_LINE, [override.partition("=")[0].strip() for override in overrides]


def _parsed(text: str, path: str, source: Source, report: ReportProblem) -> Node | None:
    """The value of a YAML text; None after a problem."""
    found: list[Problem] = []
    value = read_tree(text, source, found.append)
    for problem in found:
        report(replace(problem, file=source.label, line=None, path=path))
    if value is not None and value.value == {} and not text.strip().startswith("{"):
        value = Node("", source)
    return value and _without_lines(value)


def _without_lines(node: Node) -> Node:
    """The tree without line numbers: a value of the command line has none."""
    if isinstance(node.value, dict):
        return Node({key: _without_lines(part) for key, part in node.mapping.items()}, node.source)
    if isinstance(node.value, list):
        return Node([_without_lines(item) for item in node.items], node.source)
    return Node(node.value, node.source, None, node.plain)


def _set_at_path(tree: Node, path: str, value: Node, context: ReadContext) -> Node:
    """The tree with the value at the path; unchanged after a problem of the path."""
    report = context.report
    if path == TIMELINE and value.mapping:
        return with_timeline_entries(tree, value, report)
    if path == EVENTS and value.mapping:
        return with_events(tree, value, report)
    top, _, entry = path.partition(".")
    if top == EVENTS and entry:
        return with_event(tree, entry, value, report)
    at, _, below = entry.partition(".")
    if top == TIMELINE and at and not at.isdigit():
        return with_timeline_entry(tree, (at, below), value, report)
    # A segment comes as a block of its own; a single value of one that is not there is a slip of the pen.
    extensible = (*EXTENSIBLE_BLOCKS, SEGMENTS) if value.mapping and path.count(".") == 2 else EXTENSIBLE_BLOCKS
    resolved, label = resolve_path(tree, path, extensible), value.source.label
    if path == "extends":
        advice = "write it in a file"
        report(Problem(label, None, path, quoted(path), advice, kind=ProblemKind.NOT_ALLOWED))
        return tree
    if resolved.is_unknown:
        if resolved.entry.sort == "list":
            report(Problem(label, None, path, quoted(path), "set the whole list", kind=ProblemKind.NOT_ALLOWED))
            return tree
        found, names = f"name {quoted(resolved.rest[0])}", [name for name in resolved.known if name != "extends"]
        report(Problem(label, None, path, found, listed(names) or "none", resolved.suggestion, ProblemKind.UNKNOWN))
        return tree
    if resolved.rest:
        new = with_part(resolved.node, resolved.rest, value, segment_names(tree))
        if new is None:
            found, allowed = quoted(".".join(resolved.rest)), "a part that the value has, or a segment's name"
            report(Problem(label, None, path, found, allowed))
            return tree
        return with_value_at(tree, resolved.steps, new)
    return laid_on(tree, _overlay(tree, resolved.steps, value), context)


def _overlay(node: Node, steps: list[str], value: Node) -> Node:
    """The value within the blocks that lead to it, which stay where the file has them: what they lack is its lack."""
    if not steps:
        return value
    inner = node.mapping.get(steps[0], Node({}, value.source))
    return Node({steps[0]: _overlay(inner, steps[1:], value)}, node.source, node.line)
