"""The order of procurement stages, and the shares of what happens when a capability is missing. Knows no event."""

from __future__ import annotations

import math
from collections.abc import Mapping

from forecast.errors import quoted
from forecast.scenario.records import Value
from forecast.scenario.text.location import Location
from forecast.scenario.text.yaml_tree import Node

MOST_STAGES = 30
PARTS = ("wait", "waive", "lose")


def stage_order(stages: Node, location: Location) -> tuple[tuple[int, ...], ...]:
    """For each stage the numbers of those it comes after; reports unknown names and cycles."""
    names = list(stages.mapping)
    after: dict[str, list[str]] = {}
    for name, stage in stages.mapping.items():
        node, here = stage.mapping.get("after"), location.at(name, "after")
        after[name] = []
        if node is None:
            continue
        if not isinstance(node.value, list):
            here.wrong_value(node, "a list of stages, such as `[evaluation]`")
        for item in node.items:
            text = item.text or ""
            if text not in names:
                here.unknown_name(item, "stage", text, names)
            elif text in after[name]:
                here.duplicate(item, f"stage {quoted(text)}", "write each stage once")
            else:
                after[name].append(text)
    circle = _find_cycle(after) if len(names) <= MOST_STAGES else []  # of more there is a problem already
    if circle:
        node = stages.mapping[circle[0]].mapping["after"]
        found = f"a circle of stages: {' after '.join(quoted(name) for name in circle)}"
        location.at(circle[0], "after").wrong_value(node, "stages that do not wait for each other", found=found)
    return tuple(tuple(names.index(earlier) for earlier in after[name]) for name in names)


def _find_cycle(after: Mapping[str, list[str]]) -> list[str]:
    """A circle of stages, its first name again at the end; empty when there is none."""
    left = dict(after)
    while True:
        free = [name for name, earlier in left.items() if not any(other in left for other in earlier)]
        if not free:
            break
        left = {name: earlier for name, earlier in left.items() if name not in free}
    if not left:
        return []
    walk = [next(iter(left))]
    while walk[-1] not in walk[:-1]:
        walk.append(next(other for other in left[walk[-1]] if other in left))
    return walk[walk.index(walk[-1]) :]


def check_if_missing_parts(
    parameters: Mapping[str, tuple[Value, ...]], path: str, node: Node, location: Location
) -> None:
    """Report it when the parts of the `if_missing` at the path do not add up to 100 % in some segment."""
    parts = [parameters.get(f"{path}.{part}", ()) for part in PARTS]
    for values in zip(*parts, strict=False):
        total = math.fsum(value for value in values if isinstance(value, float | int))
        if not math.isnan(total) and abs(total - 1.0) > 1e-9:
            location.wrong_value(
                node, "wait, waive and lose that add up to 100%", found=f"a sum of {total * 100:.10g}%"
            )
            return
