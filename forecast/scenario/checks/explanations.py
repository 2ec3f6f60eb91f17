"""The reasons under `plausibility`: why figures lie outside of what is published; knows no figure and no range."""

from __future__ import annotations

from forecast.scenario.format.document_blocks import PlausibilityBlock
from forecast.scenario.format.field_types import EXPLANATION_BY_SEGMENT, LONGEST_EXPLANATION
from forecast.scenario.format.overlay import BY_SEGMENT
from forecast.scenario.format.partial_scenario import PartialScenario
from forecast.scenario.records import Explanations
from forecast.scenario.text.location import Location
from forecast.scenario.text.yaml_tree import Node
from forecast.spreadsheet_text import FORMULA_PREFIXES


def read_explanations(partial: PartialScenario) -> Explanations:
    """The reasons by figure and segment; problems go to the partial scenario."""
    found: dict[tuple[str, str | None], str] = {}
    for figure, node in partial.node("plausibility").mapping.items():
        if figure not in PlausibilityBlock.keys:
            continue  # reported where defaults are filled in
        location = partial.location("plausibility").at(figure)
        by_segment = PlausibilityBlock.keys[figure].value_type is EXPLANATION_BY_SEGMENT
        for segment, text in _texts_by_segment(node, location, by_segment=by_segment).items():
            found[figure, segment] = text
    return found


def _texts_by_segment(node: Node, location: Location, *, by_segment: bool) -> dict[str | None, str]:
    """The reason of a figure, or those of some segments; the other segments have none."""
    if not (by_segment and list(node.mapping) == [BY_SEGMENT]):
        return {None: _one_line(node, location, "; or `by_segment` with such texts" if by_segment else "")}
    found: dict[str | None, str] = {}
    inner, segments, parts = location.at(BY_SEGMENT), location.context.segments, node.mapping[BY_SEGMENT]
    if not isinstance(parts.value, dict):  # an empty block is what is left where a base's segments are dropped
        inner.wrong_value(parts, "segments with a text each")
    for segment, part in parts.mapping.items():
        if segment in segments:
            found[segment] = _one_line(part, inner.at(segment), "")
        else:
            inner.unknown_name(part, "segment", segment, segments)
    return found


def _one_line(node: Node, location: Location, more: str) -> str:
    """A text that may stand on a screen and in a cell of a spreadsheet; reports another one."""
    text = node.text or ""
    if not 0 < len(text.strip()) <= LONGEST_EXPLANATION or not text.isprintable() or text.startswith(FORMULA_PREFIXES):
        location.wrong_value(
            node, f"a printable text in one line of 1 to {LONGEST_EXPLANATION} characters, with no = + - @ first{more}"
        )
    return text.strip()
