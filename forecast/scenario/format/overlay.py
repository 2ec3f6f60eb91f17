"""A tree on top of another one: blocks key by key, values as a whole. Knows no file and no key by name."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from forecast.scenario.format.declarations import Entry
from forecast.scenario.text.yaml_tree import Node

BY_SEGMENT, OTHER = "by_segment", "other"
FORMS = (("invites", "acceptance"), ("hazard", "heterogeneity_cv", "shape"), ("at", "slip"))


def merged(base: Node, over: Node, entry: Entry) -> Node:
    """The tree `over` on top of `base`: blocks entry by entry, values and lists as a whole."""
    if entry.sort == "leaf":
        return merged_value(base, over)
    if entry.sort == "list" or not isinstance(base.value, dict) or not isinstance(over.value, dict):
        return over
    both = dict(base.mapping)
    for key, part in over.mapping.items():
        under = entry.keys.get(key) if entry.sort == "block" else entry.inner
        both[key] = merged(both[key], part, under) if key in both and under else part
    return over.with_value(both)


def merged_value(base: Node, over: Node) -> Node:
    """A value on top of another: parts by segment and blocks of the same form part by part, all else as a whole."""
    ours, theirs = over.mapping, base.mapping
    if list(ours) == list(theirs) == [BY_SEGMENT]:
        parts = _merged_parts(theirs[BY_SEGMENT], ours[BY_SEGMENT])
        return over.with_value({BY_SEGMENT: parts})
    if ours and any(set(ours) <= set(form) and theirs and set(theirs) <= set(form) for form in FORMS):
        return over.with_value({**theirs, **ours})
    return over


def _merged_parts(base: Node, over: Node) -> Node:
    """The parts of a `by_segment` on top of another's; with a part `other` they are all parts."""
    if not isinstance(over.value, dict) or not isinstance(base.value, dict) or OTHER in over.mapping:
        return over
    parts = dict(base.mapping)
    for name, part in over.mapping.items():
        parts[name] = merged_value(parts[name], part) if name in parts else part
    return over.with_value(parts)


def with_value_at(tree: Node, words: Sequence[str], value: Node) -> Node:
    """The tree with the value at the words, in blocks of its own where there are none."""
    if not words:
        return value
    inner = tree.mapping.get(words[0], Node({}, tree.source))
    return tree.with_value({**tree.mapping, words[0]: with_value_at(inner, words[1:], value)})


def changed_at(tree: Node, words: Sequence[str], change: Callable[[Node], Node]) -> Node:
    """The tree with every node at the words changed; `*` is every entry or item, and what is not there stays away."""
    if not words:
        return change(tree)
    if words[0] == "*" and tree.items:
        return tree.with_value([changed_at(item, words[1:], change) for item in tree.items])
    names = [name for name in tree.mapping if words[0] in (name, "*")]
    changed = {name: changed_at(tree.mapping[name], words[1:], change) for name in names}
    return tree.with_value({**tree.mapping, **changed}) if names else tree


def node_at(tree: Node, words: Sequence[str]) -> Node | None:
    """What stands at the words; None where nothing does."""
    found: Node | None = tree
    for word in words:
        found = found.mapping.get(word) if found else None
    return found
