"""Which values of a scenario are the format's own: what it has where a file says nothing."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from forecast.scenario.checks.timeline import reads_the_same
from forecast.scenario.format.declarations import Entry
from forecast.scenario.format.defaults import ROOT
from forecast.scenario.records import ScenarioRecord
from forecast.scenario.text.location import ReadContext
from forecast.scenario.text.yaml_tree import Node, Source, node_from, read_tree


def defaults_in(scenario: ScenarioRecord) -> Iterator[str]:
    """The paths of all values of a resolved scenario that are the format's defaults, however they are written."""
    context = ReadContext(scenario.segments, scenario.currency, scenario.start)
    tree = read_tree(scenario.resolved, Source("scenario", Path()), context.report)
    assert tree is not None
    yield from _defaults_below(tree, ROOT, "", context)


def _defaults_below(node: Node, entry: Entry, path: str, context: ReadContext) -> Iterator[str]:
    """The same below a path."""
    if entry.sort == "leaf":
        default = None if entry.default is None else node_from(entry.default, node.source)
        if entry.value_type and default and reads_the_same(entry.value_type, default, node, context):
            yield path
        return
    for key, part in node.mapping.items():
        under = entry.keys.get(key) if entry.sort == "block" else entry.inner
        if under and entry.sort != "list":
            yield from _defaults_below(part, under, f"{path}.{key}".lstrip("."), context)
