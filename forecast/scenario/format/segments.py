"""Segments of a file on top of those of its base: like one of them (`like`), dropped (`none`), all others (`other`).

The base is rewritten before the file is laid on top: a segment that is like another begins as a copy of it, its part
in every `by_segment` included, and a dropped one is gone everywhere.  Knows blocks and names, but no values.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial

from forecast.errors import listed, nearest, quoted
from forecast.scenario.format.declarations import Entry
from forecast.scenario.format.defaults import ROOT
from forecast.scenario.format.overlay import BY_SEGMENT, OTHER, changed_at, merged, merged_value, node_at
from forecast.scenario.text.location import Location, ReadContext
from forecast.scenario.text.yaml_tree import Node, Source

LIKE, DROPPED = "like", "none"
SEGMENTS = "market.segments"
_NOT_TAKEN_OVER = (LIKE, "label")  # two segments never have the same label
_NEEDED = ("accounts", "eligible_users")
_CORRELATIONS = "correlations"
_NOT_NEEDED = "plausibility"  # where a segment may do without a part
_SEGMENT: Entry = ROOT.keys["market"].keys["segments"].inner
Parts = dict[str, Node]


@dataclass(frozen=True)
class _Segments:
    """What a file says of its segments: those it drops, and which is like which, in an order that can be followed."""

    dropped: tuple[str, ...]
    like: Mapping[str, str]


def with_own_segments(base: Node, over: Node, context: ReadContext) -> tuple[Node, Node]:
    """The base with the segments of the file on top of it, and the file without `like` and `none`."""
    own, inherited = _blocks(over), _blocks(base)
    if not own:
        return base, over
    said = _read_segments(base, over, context)
    unknown, misspelled = _unknown_segments(base, over, said, context)
    like = {**said.like, **unknown}
    if not like and not said.dropped and not misspelled:
        return base, over
    over = _with_parts(over, partial(_spelled, misspelled))
    own = _spelled(misspelled, own)
    base = _with_parts(_with_correlations(base, like, said.dropped), partial(_copied, like, said.dropped))
    over = _with_parts(over, partial(_copied_below, like))
    for name, model in like.items():
        if model in inherited:
            inherited[name] = _without(inherited[model], _NOT_TAKEN_OVER)
        given = own.get(model)
        if given and given.text != DROPPED:
            own[name] = merged(_without(given, _NOT_TAKEN_OVER), own[name], _SEGMENT)
    kept = {name: _without(block, (LIKE,)) for name, block in own.items() if name not in said.dropped}
    inherited = {name: block for name, block in inherited.items() if name not in said.dropped}
    return _with_blocks(base, inherited), _with_blocks(over, kept)


def note_on_doubled_segments(base: Node, over: Node) -> str:
    """What to note where each segment of the base stays beside one that is like it; empty where one does not."""
    own, inherited = _blocks(over), _blocks(base)
    models = {block.mapping[LIKE].text for block in own.values() if LIKE in block.mapping}
    if not inherited or not models.issuperset(inherited) or any(name in own for name in inherited):
        return ""
    first = next(iter(inherited))
    return (
        f"{listed(map(quoted, inherited))} of the base stay in the market, beside those that are like them; "
        f"if they are to be replaced, drop each of them, such as with `{first}: {DROPPED}`"
    )


def with_other_parts(tree: Node) -> Node:
    """The tree with the part `other` of each `by_segment` written out for the segments that have none."""
    names = segment_names(tree)

    def spread(parts: Parts) -> Parts:
        if OTHER not in parts or not names:
            return parts
        named = {name: parts.get(name, parts[OTHER]) for name in names}
        return {**named, **{key: part for key, part in parts.items() if key not in (*names, OTHER)}}

    return _with_parts(tree, spread)


def segment_names(tree: Node) -> tuple[str, ...]:
    """The segments' names."""
    return tuple(_blocks(tree))


def _blocks(tree: Node) -> Parts:
    """The segments' blocks by name."""
    segments = node_at(tree, SEGMENTS.split("."))
    return dict(segments.mapping) if segments else {}


def _with_blocks(tree: Node, blocks: Parts) -> Node:
    """The tree with these segments, where it has any."""
    market = tree.mapping.get("market")
    segments = market.mapping.get("segments") if market else None
    if not market or not segments:
        return tree
    inner = market.with_value({**market.mapping, "segments": segments.with_value(blocks)})
    return tree.with_value({**tree.mapping, "market": inner})


def _without(block: Node, keys: tuple[str, ...]) -> Node:
    """The block without some keys."""
    if not isinstance(block.value, dict):
        return block
    return block.with_value({key: part for key, part in block.mapping.items() if key not in keys})


def _with_parts(node: Node, change: Callable[[Parts], Parts]) -> Node:
    """The tree with the parts of every `by_segment` changed; a tree without any is the same object."""
    if isinstance(node.value, list):
        items = [_with_parts(item, change) for item in node.items]
        return node if all(new is old for new, old in zip(items, node.items, strict=True)) else node.with_value(items)
    inner = {key: _with_parts(part, change) for key, part in node.mapping.items()}
    parts = inner.get(BY_SEGMENT)
    if parts is not None and isinstance(parts.value, dict):
        inner[BY_SEGMENT] = parts.with_value(change(dict(parts.mapping)))
    same = all(part is node.mapping[key] for key, part in inner.items())
    return node if same else node.with_value(inner)


def _copied(like: Mapping[str, str], dropped: tuple[str, ...], parts: Parts) -> Parts:
    """The parts of the base with the model's for each name; where that has none, `other` holds for both."""
    for name, model in like.items():
        parts.pop(name, None)
        if model in parts:
            parts[name] = parts[model]
    return {name: part for name, part in parts.items() if name not in dropped}


def _copied_below(like: Mapping[str, str], parts: Parts) -> Parts:
    """The parts of the file with the model's below each name's own."""
    for name, model in like.items():
        if model in parts:
            parts[name] = merged_value(parts[model], parts[name]) if name in parts else parts[model]
    return parts


def _read_segments(base: Node, over: Node, context: ReadContext) -> _Segments:
    """What the file says of its segments; reports what cannot be."""
    own, known = _blocks(over), tuple(_blocks(base))
    dropped, like = [], {}
    for name, block in own.items():
        location = Location(context, f"{SEGMENTS}.{name}")
        if block.text == DROPPED:
            if name not in known:
                location.unknown_name(block, "segment", name, known)
            dropped.append(name)
        elif LIKE in block.mapping:
            others = tuple(dict.fromkeys([*known, *(each for each in own if own[each].text != DROPPED)]))
            like[name] = _read_model(name, block.mapping[LIKE], others, location.at(LIKE))
    return _Segments(tuple(dropped), _in_order(own, like, known, context))


def _read_model(name: str, node: Node, known: tuple[str, ...], location: Location) -> str:
    """The segment that one is like; after a problem another one, so that nothing else is complained of."""
    model = node.text or ""
    others = tuple(each for each in known if each != name)
    if model == name:
        location.not_allowed(node, f"{quoted(name)} like itself", f"name another segment ({listed(others) or 'none'})")
    elif not model:
        location.wrong_value(node, f"the name of a segment ({listed(others) or 'none'})")
    elif model not in known:
        location.unknown_name(node, "segment", model, others)
    else:
        return model
    return nearest(model, others) or (others[0] if others else name)


def _in_order(own: Parts, like: dict[str, str], known: tuple[str, ...], context: ReadContext) -> dict[str, str]:
    """The pairs, those first that others are like; reports a circle once, and reads on with a segment of the base."""
    ordered: dict[str, str] = {}
    left = dict(like)
    while left:
        free = [name for name, model in left.items() if model not in left]
        if not free:
            walk = [next(iter(left))]
            while left[walk[-1]] not in walk:
                walk.append(left[walk[-1]])
            circle = walk[walk.index(left[walk[-1]]) :]
            found = f"a circle of segments: {' like '.join(quoted(name) for name in [*circle, circle[0]])}"
            if len(circle) > 1:  # one that is like itself is reported
                location = Location(context, f"{SEGMENTS}.{circle[0]}.{LIKE}")
                location.wrong_value(own[circle[0]].mapping[LIKE], "a segment that is not like this one", found=found)
            return {**ordered, **dict.fromkeys(left, next((each for each in known if each not in left), ""))}
        ordered.update({name: left.pop(name) for name in free})
    return ordered


def _unknown_segments(
    base: Node, over: Node, said: _Segments, context: ReadContext
) -> tuple[dict[str, str], dict[str, str]]:
    """The new segments for which the base has no values, each reported once, with a segment to read on with.

    The first are new ones, the second are misspelled ones of the base.
    """
    known = tuple(_blocks(base))
    found: dict[str, str] = {}
    misspelled: dict[str, str] = {}
    given: list[tuple[str, Parts]] | None = None
    for name, block in _blocks(over).items():
        if not known or name in (*known, *said.like, *said.dropped) or not isinstance(block.value, dict):
            continue
        given = given if given is not None else list(_inherited_parts(merged(base, over, ROOT), block.source))
        lacking = [path for path, parts in given if name not in parts and OTHER not in parts]
        near = nearest(name, known)
        if not lacking and not (near and any(key not in block.mapping for key in _NEEDED)):
            continue
        location = Location(context, f"{SEGMENTS}.{name}")
        if near:
            listed_with_advice = [*known[:-1], f"{known[-1]}; a new one says `like:` one of them"]
            location.unknown_name(block, "segment", name, listed_with_advice, near)
            misspelled[name] = near
        else:
            values = f"{len(lacking)} values" if len(lacking) > 1 else "a value"
            lacks = f"no part for {quoted(name)} in {values} by segment of the base, such as {quoted(lacking[0])}"
            location.wrong_value(block, f"`like:` one of {listed(known)}, or its part in each", found=lacks)
            found[name] = known[0]
    return found, misspelled


def _spelled(misspelled: Mapping[str, str], parts: Parts) -> Parts:
    """The parts under the names that they should have; what has that name already stays."""
    return {misspelled.get(name, name): part for name, part in parts.items() if misspelled.get(name) not in parts}


def _inherited_parts(node: Node, own: Source, path: str = "") -> Iterator[tuple[str, Parts]]:
    """The parts of each `by_segment` of which some come from another file, with its path."""
    for key, part in node.mapping.items():
        if key == _NOT_NEEDED and not path:
            continue
        if key == BY_SEGMENT and any(each.source != own for each in part.mapping.values()):
            yield path, part.mapping
        yield from _inherited_parts(part, own, f"{path}.{key}".lstrip("."))
    for number, item in enumerate(node.items, 1):
        yield from _inherited_parts(item, own, f"{path}.{number}")


def _with_correlations(base: Node, like: Mapping[str, str], dropped: tuple[str, ...]) -> Node:
    """The base with its correlations for the segment itself, else for the first that is like it, else without."""
    node = base.mapping.get(_CORRELATIONS)
    gone = {*dropped, *(name for name in like if name in _blocks(base))}
    if node is None or not node.items or not gone:
        return base
    heirs: dict[str, str] = {}
    for name, model in like.items():
        if model in gone and name not in gone:
            heirs.setdefault(model, name)
    kept = []
    for item in node.items:
        ends = [_renamed(end, gone, heirs) for end in (node_at(item, ["between"]) or item).items]
        if None not in ends:
            renamed = [end for end in ends if end is not None]
            kept.append(changed_at(item, ["between"], partial(_with_items, renamed)))
    return base.with_value({**base.mapping, _CORRELATIONS: node.with_value(kept)})


def _with_items(items: list[Node], node: Node) -> Node:
    """The list with other items."""
    return node.with_value([*items])


def _renamed(end: Node, gone: set[str], heirs: Mapping[str, str]) -> Node | None:
    """The path of an uncertain value with the heir of a segment in its place; None where it has none."""
    path = end.text or ""
    if any(name in gone and name not in heirs for name in re.findall(rf"\.{BY_SEGMENT}\.([^.]+)", path)):
        return None
    new = re.sub(rf"(\.{BY_SEGMENT}\.)([^.]+)", lambda found: found[1] + heirs.get(found[2], found[2]), path)
    return end if new == path else end.with_value(new)
