"""Paths of the format: from the words of a path to what is declared there. Sets and reads nothing."""

from __future__ import annotations

from dataclasses import dataclass

from forecast.errors import nearest
from forecast.scenario.format.declarations import Block, DeclarationError, Entry
from forecast.scenario.format.defaults import ROOT
from forecast.scenario.text.location import is_name
from forecast.scenario.text.yaml_tree import Node, node_from

EXTENSIBLE_BLOCKS = (
    "vendor.capabilities",
    "ban.reduced_by",
    "costs.capabilities",
)  # where `--set` may bring in a new name


@dataclass(frozen=True)
class _ResolvedPath:
    """How far words lead through the format, what is declared there, and what the tree holds there."""

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
    """Follow a path to a leaf or to a word that is not known; new names only where they may be."""
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


def declared(path: str) -> str:
    """The path, if values stand there; `{}` stands for a name.

    Whoever reads values by path takes the path through this function at the top of a module, so that one that no key
    declares is an error at import.
    """
    if not ROOT.declares(path.split(".")):
        raise DeclarationError(f"no key of the format declares the path `{path}`")
    return path


def block_path(block: type[Block]) -> str:
    """The path at which a block stands; `{}` stands for a name."""
    found = _path_below(ROOT, block)
    if found is None:
        raise DeclarationError(f"no key of the format has the block {block.__name__}")
    return found


def _path_below(entry: Entry, block: type[Block]) -> str | None:
    """The path from an entry to a block; None where it does not lead there."""
    parts = {"{}": entry.inner} if entry.sort in {"names", "list"} else entry.keys
    for word, part in parts.items():
        if part.block is block and part.sort == "block":
            return word
        below = _path_below(part, block)
        if below is not None:
            return f"{word}.{below}"
    return None


# Where a scenario keeps the eligible users, the sizes of teams and the entries of all its segments.
ELIGIBLE_USERS_PATH = declared("market.segments.{}.eligible_users").replace(".{}", "")
TEAM_SIZE_PATH = declared("market.segments.{}.team_size").replace(".{}", "")
ENTERS_PATH = declared("market.segments.{}.enters").replace(".{}", "")
SEGMENT_TRAIT_PATHS = (ELIGIBLE_USERS_PATH, TEAM_SIZE_PATH, ENTERS_PATH)
