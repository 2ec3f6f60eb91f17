"""Where does a path lead? From the words of a path to what the format says of it; sets and reads nothing."""

from __future__ import annotations

from dataclasses import dataclass

from forecast.errors import nearest
from forecast.scenario.format.defaults import Entry
from forecast.scenario.format.merging import ROOT
from forecast.scenario.text.location import is_name
from forecast.scenario.text.yaml_tree import Node, node_from

EXTENSIBLE_BLOCKS = (
    "vendor.capabilities",
    "ban.reduced_by",
    "costs.capabilities",
)  # where `--set` may bring in a new name


@dataclass(frozen=True)
class _ResolvedPath:
    """How far words lead through the format, what the format says of that place, and what the tree holds there."""

    steps: list[str]
    rest: list[str]
    entry: Entry
    node: Node

    @property
    def is_unknown(self) -> bool:
        """Whether the next word is no name that can stand there."""
        return bool(self.rest) and self.entry.sort != "leaf"

    @property
    def known(self) -> tuple[str, ...]:
        """The names that could come next."""
        return tuple(self.entry.keys or self.node.mapping)

    @property
    def suggestion(self) -> str | None:
        """The path with the name that was perhaps meant."""
        name = nearest(self.rest[0], self.known) if self.rest else None
        return ".".join([*self.steps, name]) if name else None


def resolve_path(tree: Node, path: str, may_be_new: tuple[str, ...] = ()) -> _ResolvedPath:
    """The way that a path leads, up to a leaf or to a word that is not known; new names only where they may be."""
    words = path.split(".")
    entry, node = ROOT, tree
    for done, word in enumerate(words):
        under = entry.keys.get(word)
        if entry.sort == "names" and (word in node.mapping or (".".join(words[:done]) in may_be_new and is_name(word))):
            under = entry.inner
        if under is None:
            return _ResolvedPath(words[:done], words[done:], entry, node)
        entry, node = under, node.mapping.get(word) or node_from(under.default or {}, tree.source)
    return _ResolvedPath(words, [], entry, node)
