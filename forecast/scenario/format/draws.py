"""Joint draws: the columns of a file in place of the values at their paths (docs/scenario.md). Reads no value.

A column stands in the tree like a value of the file that names it: what is written on top of that file takes its place,
and a segment that is like another one has its columns too.
"""

from __future__ import annotations

from collections.abc import Iterator

from forecast.errors import Problem, ProblemKind, quoted
from forecast.scenario.format.overlay import BY_SEGMENT, node_at, with_value_at
from forecast.scenario.format.paths import resolve_path
from forecast.scenario.format.segments import segment_names
from forecast.scenario.format.timeline_entries import TIMELINE
from forecast.scenario.format.value_parts import with_part
from forecast.scenario.records import JointDraws
from forecast.scenario.text.draws_file import DRAWS_FILE, LARGEST_DRAWS_FILE, DrawnColumn, draws_text, read_draws
from forecast.scenario.text.emit import flow_text
from forecast.scenario.text.location import Location, ReadContext
from forecast.scenario.text.named_file import read_named_file
from forecast.scenario.text.resolved import Files
from forecast.scenario.text.yaml_tree import DRAWN_WORD, Drawn, Node, Source
from forecast.scenario.values.value_types import (
    AvailabilityType,
    ContagionType,
    DistributionType,
    ImitationType,
    NumberType,
    SeasonalityType,
    ValueType,
)

DRAWS = "draws"
_FILE = (DRAWS, "file")
_NONE = ("none", "")
_LONGEST_PATH = 400
_NUMERIC = (NumberType, DistributionType, ImitationType)
_NUMERIC_PARTS = (*_NUMERIC, AvailabilityType, ContagionType, SeasonalityType)


def with_draws(tree: Node, context: ReadContext) -> Node:
    """The tree with the columns of the file that it names, in place of those of a file that it named before."""
    tree = _without_columns(tree) or tree
    context.drawn.clear()
    node = node_at(tree, _FILE)
    if node is None or (node.text or "null") in _NONE:
        return tree
    if node.text is None:
        Location(context, ".".join(_FILE)).wrong_value(node, "the name of a CSV, Excel or Parquet file, or none")
        return tree
    file = read_named_file(node, node.text, ".".join(_FILE), context.report, LARGEST_DRAWS_FILE)
    columns = () if file is None else read_draws(file[0], file[2], context.report)
    for column in sorted(columns, key=lambda each: each.path.count(".")):
        tree = _with_column(tree, column, node, context)
    return tree


def _with_column(tree: Node, column: DrawnColumn, file: Node, context: ReadContext) -> Node:
    """The tree with a column at its path; unchanged where no number can stand there."""
    table = column.table
    resolved, source = resolve_path(tree, column.path), Source(table.label, file.source.folder, layer=file.source.layer)
    problem = _path_problem(tree, column)
    if problem:
        table.reject(column.path, [problem])
        return tree
    there = node_at(tree, resolved.steps)
    below = there and _part_of(there, resolved.rest, segment_names(tree))
    drawn = Node(DRAWN_WORD, source, remark=file.remark, drawn=Drawn(column, below))
    new = with_part(resolved.node, resolved.rest, drawn, segment_names(tree))
    assert new is not None
    leaf = ".".join(resolved.steps)
    context.drawn.update({path: drawn for path, each in _columns_in(new, leaf) if each is column})
    return with_value_at(tree, resolved.steps, new)


def _part_of(node: Node, words: list[str], segments: tuple[str, ...]) -> Node | None:
    """What a value has where `with_part` sets a part of it: one for all segments is that of each; None: nothing."""
    if not words:
        return node
    if words[0] in node.mapping:
        return _part_of(node.mapping[words[0]], words[1:], segments)
    if list(node.mapping) == [BY_SEGMENT]:
        return _part_of(node.mapping[BY_SEGMENT], words, segments)
    rest = words[1:] if words[0] == BY_SEGMENT else words
    return _part_of(node, rest[1:], segments) if rest and rest[0] in segments else None


def _path_problem(tree: Node, column: DrawnColumn) -> Problem | None:
    """What is wrong with the path of a column; None where a number may stand there."""
    resolved, table = resolve_path(tree, column.path[: _LONGEST_PATH + 1]), column.table
    found, line = f"column {quoted(column.path)}", table.header_line or None
    if len(column.path) > _LONGEST_PATH:
        return Problem(table.label, line, None, found, f"a path of at most {_LONGEST_PATH} characters")
    if resolved.steps[:1] == [TIMELINE]:
        advice = "a value of the timeline may be `uncertain`"
        return Problem(table.label, line, None, found, advice, kind=ProblemKind.NOT_ALLOWED)
    value_type = resolved.entry.value_type if resolved.entry.sort == "leaf" else None
    if resolved.is_unknown:
        allowed = "a path of the scenario, such as `trial.activation`, at which a number stands"
        return Problem(table.label, line, None, found, allowed, resolved.suggestion)
    marker = resolved.node.with_value(DRAWN_WORD)
    part = not resolved.rest or with_part(resolved.node, resolved.rest, marker, segment_names(tree))
    if not part:
        rest, value = quoted(".".join(resolved.rest)), quoted(flow_text(resolved.node))
        return Problem(table.label, line, None, found, f"a part that its value has: {value} has no {rest}")
    if not _may_hold_number(value_type, resolved.rest):
        return Problem(table.label, line, None, found, "the path of a number, of which there is none")
    return None


def _may_hold_number(value_type: ValueType | None, rest: list[str]) -> bool:
    """Whether a number, uncertain or not, may stand at a leaf, or at a part of its value."""
    of_segment = rest[:1] == [BY_SEGMENT] and len(rest) == 2
    return isinstance(value_type, _NUMERIC if not rest or of_segment else _NUMERIC_PARTS)


def _without_columns(node: Node) -> Node | None:
    """The tree as it is without columns; None where nothing is left."""
    if node.drawn:
        return node.drawn.below and _without_columns(node.drawn.below)
    if isinstance(node.value, list):
        return node
    inner = {key: _without_columns(part) for key, part in node.mapping.items()}
    kept = {key: part for key, part in inner.items() if part is not None}
    same = len(kept) == len(node.mapping) and all(part is node.mapping[key] for key, part in kept.items())
    return node if same else node.with_value(kept) if kept else None


def _columns_in(node: Node, path: str = "") -> Iterator[tuple[str, DrawnColumn]]:
    """Every column that stands in a tree, with its path."""
    if node.drawn:
        yield path, node.drawn.column
    for key, part in node.mapping.items():
        yield from _columns_in(part, f"{path}.{key}".lstrip("."))


def drawn_file(tree: Node) -> Files:
    """The file of the columns that stand in a tree, to be written beside the resolved scenario; none without any."""
    columns = {path: column.cells for path, column in sorted(_columns_in(tree), key=lambda each: each[0])}
    return {DRAWS_FILE: draws_text(columns).encode()} if columns else {}


def drawn_amounts(tree: Node) -> list[str]:
    """The paths of the columns of money."""
    found = []
    for path, _ in _columns_in(tree):
        value_type = resolve_path(tree, path).entry.value_type
        if isinstance(value_type, NumberType) and value_type.kind.is_money:
            found.append(path)
    return found


def joint_draws(tree: Node, context: ReadContext) -> JointDraws | None:
    """What the tree has of the file of draws that it names; None where it names none."""
    if not context.drawn:
        return None
    first = next(iter(context.drawn.values()))
    assert first.drawn
    columns = tuple(sorted(path for path, _ in _columns_in(tree)))
    replaced = tuple(sorted(context.drawn.keys() - set(columns)))
    return JointDraws(first.source.label, len(first.drawn.column.cells), columns, replaced)


def note_on_replaced_columns(tree: Node, context: ReadContext) -> None:
    """Say of each column of the file which value takes its place, where another file or the command line has one."""
    for path, drawn in context.drawn.items():
        resolved = resolve_path(tree, path)
        node, words = resolved.node, resolved.rest
        while words and words[0] in node.mapping:
            node, words = node.mapping[words[0]], words[1:]
        if resolved.is_unknown or (words and node.source.layer <= drawn.source.layer):
            continue  # of a segment that is gone
        for value in _values_above(node, drawn.source.layer):
            column = f"the column {quoted(path)} of {drawn.source.label}"
            context.note(value, path, f"{quoted(flow_text(value))} takes the place of {column}")


def _values_above(node: Node, layer: int) -> Iterator[Node]:
    """The outermost values in a node that were written on top of a layer, by the user."""
    if node.source.layer > layer and node.source.layer >= 0:
        yield node
    elif not node.drawn:
        for part in node.mapping.values():
            yield from _values_above(part, layer)
