"""Names that the tools which receive the tables would misread or merge: segments, stages, resources and others."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from forecast.errors import quoted
from forecast.receiving_tools import merge_key, merging, misreading
from forecast.scenario.format.partial_scenario import PartialScenario
from forecast.scenario.text.location import Location, is_name
from forecast.scenario.text.yaml_tree import Node
from forecast.spreadsheet_text import FORMULA_PREFIXES

# The blocks that name each kind of thing; a requirement is the need of a capability.
NAMING_BLOCKS = {
    "segment": ("market.segments",),
    "stage": ("procurement.stages",),
    "resource": ("vendor.resources",),
    "capability": ("procurement.requirements", "vendor.capabilities", "ban.reduced_by", "costs.capabilities"),
}


class _NamedThing(NamedTuple):
    """A name, where it stands, and what stands there."""

    name: str
    location: Location
    node: Node


def check_names(partial: PartialScenario) -> None:
    """Report names that would be misread, and names of a kind that would be merged."""
    for kind, paths in NAMING_BLOCKS.items():
        _check_kind(kind, [thing for path in paths for thing in _things_in(partial, path)])
    _check_kind("reason", _reasons(partial), frozenset(partial.names("procurement.stages")))


def name_of_file(stem: str, longest: int) -> str:
    """The name of a scenario whose file gives none: what can be printed of the file's own, and nobody misreads."""
    printable = "".join(letter for letter in unicodedata.normalize("NFC", stem) if letter.isprintable())
    usable = printable.lstrip("".join(FORMULA_PREFIXES) + " ")[:longest].strip()
    return f"scenario {usable}".strip() if not usable or misreading(usable) else usable


def check_misreading(kind: str, name: str, location: Location, node: Node) -> bool:
    """Report a name that would be misread; whether it would be."""
    misread = misreading(name)
    if misread:
        advice = f"{misread}: choose another, such as {quoted(f'{kind}_{name}')}"
        location.not_allowed(node, f"the name {quoted(name)}", advice)
    return misread is not None


def _things_in(partial: PartialScenario, path: str) -> Iterator[_NamedThing]:
    """The names in a block."""
    for name, node in partial.node(path).mapping.items():
        yield _NamedThing(name, partial.location(path).at(name), node)


def _reasons(partial: PartialScenario) -> Iterator[_NamedThing]:
    """The reasons of lost deals; without one of its own it is the stage's name."""
    for stage, node in partial.node("procurement.stages").mapping.items():
        location = partial.location("procurement.stages").at(stage, "reason")
        for part in _texts(node.mapping.get("reason")):
            if part.text is not None and is_name(part.text):
                yield _NamedThing(part.text, location, part)


def _texts(node: Node | None) -> Iterator[Node]:
    """The texts of a value, one for each segment where they differ."""
    if node is None:
        return
    if node.mapping:
        for part in node.mapping.values():
            yield from _texts(part)
    else:
        yield node


def _check_kind(kind: str, things: Iterable[_NamedThing], checked: frozenset[str] = frozenset()) -> None:
    """Report the names of one kind that would be misread, or merged with an earlier one; each name once.

    Those that are `checked` already, as names of another kind, are reported only beside one that is not.
    """
    first: dict[str, _NamedThing] = {}
    seen: set[str] = set()
    for thing in things:
        if thing.name in seen:
            continue
        seen.add(thing.name)
        earlier = first.setdefault(merge_key(thing.name), thing)
        if thing.name not in checked and check_misreading(kind, *thing):
            continue
        if earlier is not thing and not {thing.name, earlier.name} <= checked:
            here, there = thing.node.source.label, earlier.node.source.label
            place = f" of line {earlier.node.line}" if earlier.node.line else ""
            place += f" of {there}" if there != here else ""
            why = merging(thing.name, earlier.name)
            thing.location.duplicate(
                thing.node, f"name {quoted(thing.name)}", f"it merges with {quoted(earlier.name)}{place}: {why}"
            )
