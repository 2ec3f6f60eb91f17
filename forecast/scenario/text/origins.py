"""Where the values of a tree were written: the place and the layer of each, by its path. Knows no format."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from forecast.scenario.records import Origin, is_within
from forecast.scenario.text.yaml_tree import Node

_CARRIED = 3  # layers below which the origins of a scenario lie when it is changed again: below all of the new ones


def origins_in(tree: Node, known: Mapping[str, Origin] | None) -> dict[str, Origin]:
    """The origin of every value that a tree holds, before any default is filled in.

    A value of the timeline has the path that messages print, `timeline.2027-07-01.pricing.paid`.  `known` are the
    origins of a resolved scenario that the tree was read from: what it holds beyond them are defaults, written nowhere.
    """
    found: dict[str, Origin] = {}
    for path, node in _written_values(tree, ""):
        if known is None or node.source.layer > 0:
            found[path] = Origin(node.place, node.source.layer)
        elif path in known:
            found[path] = known[path]._replace(layer=known[path].layer - _CARRIED)
    return found


def origins_below(origins: Mapping[str, Origin], path: str) -> dict[str, Origin]:
    """The origins of a value and of its parts, by the rest of their path."""
    return {found[len(path) :]: origin for found, origin in origins.items() if is_within(found, path)}


def _written_values(node: Node, path: str) -> Iterator[tuple[str, Node]]:
    """Every text below a node with its path."""
    parts = [*node.mapping.items()] or [(str(number), item) for number, item in enumerate(node.items, 1)]
    if not parts:
        yield path, node
    for key, part in parts:
        if path == "timeline" and part.mapping.keys() == {"at", "set"}:
            yield from _written_values(part.mapping["set"], f"timeline.{part.mapping['at'].text}")
        else:
            yield from _written_values(part, f"{path}.{key}" if path else key)
