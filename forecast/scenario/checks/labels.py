"""The `label` of segments, stages, requirements and resources: texts for people; knows no screen and no chart."""

from __future__ import annotations

from forecast.errors import quoted, unprintable
from forecast.receiving_tools import merge_key, misreading
from forecast.scenario.checks.consistency import RESERVED_SEGMENTS
from forecast.scenario.format.field_types import LONGEST_LABEL
from forecast.scenario.format.partial_scenario import PartialScenario
from forecast.scenario.records import LABELED_BLOCKS, Labels
from forecast.scenario.text.location import Location
from forecast.scenario.text.yaml_tree import Node
from forecast.spreadsheet_text import FORMULA_PREFIXES


def read_labels(partial: PartialScenario) -> Labels:
    """The labels of all four kinds; problems go to the partial scenario."""
    return Labels(**{kind: _labels_in(partial, path) for kind, path in LABELED_BLOCKS.items()})


def _labels_in(partial: PartialScenario, path: str) -> dict[str, str]:
    """The labels in one block, each of them printable and unlike every other text that is shown for the kind."""
    nodes = {
        name: part.mapping["label"] for name, part in partial.node(path).mapping.items() if "label" in part.mapping
    }
    shown = {merge_key(name): name for name in partial.names(path) if name not in nodes}
    if path == LABELED_BLOCKS["segments"]:
        shown |= {name: name for name in RESERVED_SEGMENTS}
    found: dict[str, str] = {}
    for name, node in nodes.items():
        location = partial.location(path).at(name, "label")
        text = _printable_label(node, location)
        if text is None:
            continue
        other = shown.setdefault(merge_key(text), name)
        if other != name:
            location.duplicate(node, f"label {quoted(text)}", f"it is shown for {quoted(other)} already")
        found[name] = text
    return found


def _printable_label(node: Node, location: Location) -> str | None:
    """The text of a label; None after a problem."""
    text = node.text
    if text is None or not 0 < len(text.strip()) <= len(text) <= LONGEST_LABEL or not text.isprintable():
        letter = unprintable(text or "")
        found = f"{node.found} with the character {letter}" if letter else None
        location.wrong_value(node, f"a printable text in one line of 1 to {LONGEST_LABEL} characters", found=found)
        return None
    if text != text.strip() or text.startswith(FORMULA_PREFIXES):
        location.wrong_value(node, "a text that starts with no space and no = + - @ (spreadsheets would calculate it)")
        return None
    if misread := misreading(text):
        location.not_allowed(node, f"the label {quoted(text)}", f"{misread}: choose another text")
        return None
    return text
