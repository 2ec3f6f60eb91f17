"""Parts of a value: a segment's, a distribution's parameter. Knows no path of the format."""

from __future__ import annotations

from forecast.scenario.format.overlay import FORMS
from forecast.scenario.text.yaml_tree import Node


def with_part(node: Node, words: list[str], value: Node, segments: tuple[str, ...]) -> Node | None:
    """The leaf's value with a part of it set; None when there is no such part."""
    if not words:
        return value
    word, rest = words[0], words[1:]
    if not rest and any(word in form and node.mapping and set(node.mapping) <= set(form) for form in FORMS):
        return node.with_value({**node.mapping, word: value})
    if word in node.mapping:
        inner = with_part(node.mapping[word], rest, value, segments)
        return None if inner is None else node.with_value({**node.mapping, word: inner})
    if list(node.mapping) == ["by_segment"] and word in segments:
        return with_part(node, ["by_segment", *words], value, segments)
    if word == "by_segment" and rest:
        word, rest = rest[0], rest[1:]
    if word not in segments:
        return None
    inner = with_part(node, rest, value, segments)
    parts = None if inner is None else {name: inner if name == word else node for name in segments}
    return None if parts is None else node.with_value({"by_segment": node.with_value(parts)})
