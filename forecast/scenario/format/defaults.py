"""A tree with all its defaults, checked for unknown and missing keys, and the leaves of it. Knows no file."""

from __future__ import annotations

from collections.abc import Iterator

from forecast.errors import quoted, unprintable
from forecast.scenario.format.declarations import Entry
from forecast.scenario.format.schema import ScenarioFile
from forecast.scenario.text.location import NAME_ALLOWED, Location, is_name
from forecast.scenario.text.yaml_tree import Node, Raw, node_from
from forecast.scenario.values.value_types import ValueType

ROOT = Entry("block", ScenarioFile, None)


def with_defaults(node: Node, entry: Entry, location: Location) -> Node:
    """The tree with all defaults, in the order of the format; reports keys that are unknown or missing."""
    if entry.sort == "leaf":
        return node
    if entry.sort == "list":
        return node.with_value(
            [
                with_defaults(item, entry.inner, location.at(str(i + 1)))
                for i, item in enumerate(_list_items(node, location))
            ]
        )
    if not isinstance(node.value, dict):
        location.wrong_value(
            node, "a block of keys and values" if entry.sort == "block" else "a block of names and what they stand for"
        )
        return node.with_value({})
    if entry.sort == "names":
        return node.with_value(
            {name: with_defaults(part, entry.inner, location.at(name)) for name, part in _named_entries(node, location)}
        )
    return _block_with_defaults(node, entry.keys, location)


def _list_items(node: Node, location: Location) -> list[Node]:
    """The items of a list."""
    if not isinstance(node.value, list):
        location.wrong_value(node, "a list of blocks, such as `[{..}]`")
    return node.items


def _named_entries(node: Node, location: Location) -> Iterator[tuple[str, Node]]:
    """The entries whose key is a name."""
    for name, part in node.mapping.items():
        if is_name(name):
            yield name, part
        else:
            letter = unprintable(name)
            found = f"the name {quoted(name)}{f' with the character {letter}' if letter else ''}"
            location.wrong_value(part, NAME_ALLOWED, found=found)


def _block_with_defaults(node: Node, known: dict[str, Entry], location: Location) -> Node:
    """The block with its defaults."""
    likely = set()  # the keys that misspelled ones are like are not missing
    for key, part in node.mapping.items():
        if key not in known:
            location.unknown_key(part, key, tuple(known))
            likely.add(location.nearest(key, tuple(known)))
    missing = [key for key, entry in known.items() if entry.required and key not in {*node.mapping, *likely}]
    if missing:
        location.missing_keys(node, missing)
    full: dict[str, Node] = {}
    for key, entry in known.items():
        if key in node.mapping:
            full[key] = with_defaults(node.mapping[key], entry, location.at(key))
        elif entry.default is not None:
            full[key] = with_defaults(_default_node(entry.default, node), entry, location.at(key))
    return node.with_value(full)


def _default_node(raw: Raw, node: Node) -> Node:
    """The default as a node, on the line of the block that it is missing in."""
    return node_from(raw, node.source, node.line)


def leaves(node: Node, entry: Entry, path: str = "") -> Iterator[tuple[str, ValueType, Node]]:
    """Every leaf of a completed tree with its path."""
    if entry.sort == "leaf":
        yield path, entry.value_type or ValueType(), node
        return
    parts: dict[str, Node] = node.mapping or {str(i + 1): item for i, item in enumerate(node.items)}
    for key, part in parts.items():
        under = entry.keys[key] if entry.sort == "block" else entry.inner
        yield from leaves(part, under, f"{path}.{key}" if path else key)
