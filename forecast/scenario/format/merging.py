"""A file merged into what it extends. Knows blocks and leaves, but no values."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

from forecast.errors import Problem, ProblemKind, ReportProblem, listed, nearest
from forecast.scenario.format.adapting import laid_on
from forecast.scenario.format.draws import DRAWS, with_draws
from forecast.scenario.format.event_entries import EVENTS, with_event, with_events
from forecast.scenario.format.segments import with_other_parts
from forecast.scenario.format.timeline_entries import TIMELINE, with_timeline_entries, with_timeline_entry
from forecast.scenario.presets import shipped
from forecast.scenario.text.evidence import with_remarks
from forecast.scenario.text.location import ReadContext
from forecast.scenario.text.named_file import named_file
from forecast.scenario.text.read_file import read_bytes, read_text
from forecast.scenario.text.yaml_tree import Node, Source, read_tree

LONGEST_CHAIN = 5
_WHAT_A_FILE_HOLDS = "a block of keys and values: `clock` and `market` at least, or `extends`"


def read_extended_tree(path: Path, label: str, context: ReadContext, chain: tuple[Path, ...] = ()) -> Node | None:
    """The file's tree, merged into what it extends; None after a problem of the file as a whole."""
    report = context.report
    data = read_bytes(path, label, report)
    text = None if data is None else read_text(data, label, report)
    tree = None if text is None else read_tree(text, Source(label, path.parent, layer=-len(chain)), report)
    tree = tree and with_remarks(tree)
    if tree is None or not isinstance(tree.value, dict) or not tree.value:
        if tree is not None:
            empty = tree.is_null or tree.value in ({}, "")
            report(Problem(label, tree.line, None, "an empty file" if empty else tree.found, _WHAT_A_FILE_HOLDS))
        return None
    return with_base(tree, (*chain, path.resolve()), context)


def with_base(tree: Node, chain: tuple[Path, ...], context: ReadContext) -> Node | None:
    """The tree merged into what it extends, `chain` the files that led here; None after a problem of the base.

    Entries of the timeline under their dates, and events under their names, are set one by one; a list replaces the
    base's.
    """
    base: Node | None = Node({}, tree.source, tree.line)
    if "extends" in tree.mapping:
        base = _read_base_tree(tree.mapping["extends"], chain, context)
    whole = base and _merged_into(base, tree.with_value(dict(_without_entries(tree))), context)
    for key, part in tree.mapping.items():
        if whole is not None and _is_of_entries(key, part):
            whole = _with_entries(whole, key, part, context.report)
    whole = whole and with_other_parts(whole)
    return with_draws(whole, context) if whole is not None and DRAWS in tree.mapping else whole


def _merged_into(base: Node, tree: Node, context: ReadContext) -> Node:
    """A file's tree on top of its base's."""
    own = {key: part for key, part in tree.mapping.items() if key != "extends"}
    inherited = {key: part for key, part in base.mapping.items() if key not in ("name", "description")}
    return laid_on(base.with_value(inherited), tree.with_value(own), context)


def _is_of_entries(key: str, part: Node) -> bool:
    """Whether a key holds entries of a list: `timeline: {DATE: ..}`, `timeline.DATE.PATH: ..`, `events: {NAME: ..}`."""
    top, dot, _ = key.partition(".")
    return top in (TIMELINE, EVENTS) and (bool(dot) or (isinstance(part.value, dict) and bool(part.mapping)))


def _without_entries(tree: Node) -> Iterator[tuple[str, Node]]:
    """The keys of a file that hold no entries of a list."""
    return ((key, part) for key, part in tree.mapping.items() if not _is_of_entries(key, part))


def _with_entries(tree: Node, key: str, part: Node, report: ReportProblem) -> Node:
    """The tree with what a key of entries holds."""
    top, _, address = key.partition(".")
    if top == EVENTS:
        return with_event(tree, address, part, report) if address else with_events(tree, part, report)
    at, _, path = address.partition(".")
    return with_timeline_entry(tree, (at, path), part, report) if at else with_timeline_entries(tree, part, report)


def _read_base_tree(node: Node, chain: tuple[Path, ...], context: ReadContext) -> Node | None:
    """The tree of what `extends` names: a file beside this one, or a shipped scenario."""
    if node.text is None:
        allowed = "the name of one file or preset, whose values this file changes"
        context.report(Problem(node.source.label, node.line, "extends", node.found, allowed))
        return None
    named = node.text
    file, known = named_file(node, named, "extends", context.report), shipped()
    if file is None:
        return None
    (beside, label), problem, kind = file, "", ProblemKind.WRONG_VALUE
    try:
        found = beside if named and beside.exists() and not beside.is_dir() else known.get(named)
    except (OSError, ValueError):
        found = None
    if found is None and os.path.isdir(beside) and named:  # noqa: PTH112  # a name may be no path at all
        near = str(Path(named) / "scenario.yaml") if (beside / "scenario.yaml").is_file() else None
        context.report(Problem(node.source.label, node.line, "extends", "a folder", "a file or a preset", near))
        return None
    if found is None:
        problem, kind = f"give a file or a preset ({listed(known) or 'none is here'})", ProblemKind.NOT_FOUND
    elif found.resolve() in chain:
        problem = "a file that does not extend this one in turn"
    elif len(chain) >= LONGEST_CHAIN:
        problem = f"a chain of at most {LONGEST_CHAIN} files that extend each other"
    if problem or found is None:
        near = nearest(named, known)
        context.report(Problem(node.source.label, node.line, "extends", node.found, problem, near, kind))
        return None
    label = label if found == beside else found.name
    context.bases.setdefault(label, (found, node))
    return read_extended_tree(found, label, context, chain)
