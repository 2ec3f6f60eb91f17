"""A scenario while it is read: its tree with all defaults, the values so far, and where problems go."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from forecast.scenario.records import Origin, Value
from forecast.scenario.text.location import Location, ReadContext
from forecast.scenario.text.resolved import Files
from forecast.scenario.text.yaml_tree import Node


@dataclass
class PartialScenario:
    """A scenario while it is read."""

    tree: Node
    context: ReadContext
    values: dict[str, tuple[Value, ...]] = field(default_factory=dict)
    origins: Mapping[str, Origin] = field(default_factory=dict)  # of what was written, defaults left out
    files: Files = field(default_factory=dict)  # to be written beside the resolved scenario

    def location(self, path: str) -> Location:
        """The location of a path, for no segment."""
        return Location(self.context, path)

    def node(self, path: str) -> Node:
        """What stands at a path; an empty block when nothing does."""
        node = self.tree
        for word in path.split("."):
            node = node.mapping.get(word, Node({}, node.source, node.line))
        return node

    def names(self, path: str) -> tuple[str, ...]:
        """The names in a block, in the file's order."""
        return tuple(self.node(path).mapping)

    def number(self, path: str) -> int:
        """A whole number that has been read; 0 after a problem."""
        value = self.values.get(path, (0,))[0]
        return value if isinstance(value, int) else 0
