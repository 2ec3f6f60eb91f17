"""A base as the file on top of it wants it: in its currency, from its start on, with its segments. Knows no file."""

from __future__ import annotations

from forecast.scenario.format.currency import CURRENCY, in_own_currency
from forecast.scenario.format.defaults import ROOT
from forecast.scenario.format.event_entries import EVENTS, note_on_replaced_events
from forecast.scenario.format.overlay import changed_at, merged, node_at
from forecast.scenario.format.segments import SEGMENTS, note_on_doubled_segments, with_own_segments
from forecast.scenario.format.start_date import START, moved_to_start
from forecast.scenario.format.timeline_entries import TIMELINE, note_on_replaced_entries
from forecast.scenario.text.location import ReadContext
from forecast.scenario.text.yaml_tree import Node

_CORRELATIONS = "correlations"


def laid_on(base: Node, over: Node, context: ReadContext) -> Node:
    """The file on top of its base, which is first made to fit; says in a note what that did to the base."""
    base, over, amounts = in_own_currency(base, over, context)
    base, begun = moved_to_start(base, over)
    doubled = note_on_doubled_segments(base, over)
    base, over = with_own_segments(base, over, context)
    replaced = note_on_replaced_entries(base, over)
    lost = note_on_replaced_events(base, over)
    notes = {EVENTS: lost, CURRENCY: amounts, ".".join(START): begun, SEGMENTS: doubled, TIMELINE: replaced}
    for path, note in notes.items():
        node = node_at(over, path.split("."))
        if node and note:
            context.note(node, path, note)
    return merged(base, over, ROOT)


def without_settled_correlations(tree: Node, context: ReadContext) -> Node:
    """The tree without correlations of a value that is uncertain no more, because something else took its place."""
    node = tree.mapping.get(_CORRELATIONS)
    if node is None or not node.items:
        return tree
    kept = []
    for item in node.items:
        ends = [end.text or "" for end in (node_at(item, ["between"]) or item).items]
        replaced = [(end, value) for end in ends if (value := _replacement(tree, end, item))]
        if replaced:
            end, value = replaced[0]
            how = "is a column of draws" if value.drawn else "is uncertain no more"
            context.note(value, end, f"{how}, so its correlation ({item.place}) falls away")
        else:
            kept.append(item)
    return changed_at(tree, [_CORRELATIONS], lambda pairs: pairs.with_value(kept))


def _replacement(tree: Node, end: str, item: Node) -> Node | None:
    """The certain value at the path of an uncertain one, where it was written elsewhere than the correlation."""
    value = tree
    for word in end.split("."):
        if word not in value.mapping:
            break
        value = value.mapping[word]
    if value.drawn:  # of one in the same file it is a mistake
        return value if value.source.layer > item.source.layer else None
    certain = "uncertain" not in value.mapping and not end.startswith(("timeline.", "events."))
    return value if certain and value.source != item.source else None
