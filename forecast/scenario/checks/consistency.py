"""Does everything in a scenario fit together? What no value can tell by itself: names, sums, limits."""

from __future__ import annotations

from collections.abc import Iterable

from forecast.errors import quoted
from forecast.scenario.checks import stages
from forecast.scenario.format.partial_scenario import PartialScenario
from forecast.scenario.records import Change
from forecast.scenario.text.location import Location
from forecast.scenario.text.yaml_tree import MOST_NODES, Node

MOST_ACCOUNTS = 10_000_000
LIMITS = {
    "market.segments": 50,
    "procurement.stages": stages.MOST_STAGES,
    "procurement.requirements": 60,
    "vendor.capabilities": 60,
    "vendor.resources": 60,
    "costs.capabilities": 60,
    "ban.reduced_by": 60,
    "timeline": 1000,
    "correlations": 1000,
}
RESERVED_SEGMENTS = ("vendor", "total")


def check_consistency(draft: PartialScenario, changes: Iterable[Change]) -> None:
    """Complain about everything that does not fit together."""
    _check_limits(draft)
    _check_segments(draft)
    _check_resources(draft)
    _check_sums(draft, changes)


def _check_limits(draft: PartialScenario) -> None:
    """Complain about too much of anything."""
    for path, most in LIMITS.items():
        node = draft.node(path)
        size = len(node.mapping) + len(node.items)
        if size > most:
            draft.place(path).over_limit(node, f"{size} entries", str(most))
    size = _count_nodes(draft.tree)
    if size > MOST_NODES:
        limit = f"{MOST_NODES} in all, empirical files included"
        draft.place("").over_limit(draft.tree, f"{size} keys and values", limit)


def _count_nodes(node: Node) -> int:
    """How many keys and values a reader of the written tree would meet."""
    keys = len(node.mapping)
    return 1 + keys + sum(_count_nodes(part) for part in (*node.mapping.values(), *node.items))


def _check_segments(draft: PartialScenario) -> None:
    """Complain about reserved names, no segment, and too few or too many accounts."""
    node, place = draft.node("market.segments"), draft.place("market.segments")
    for name in draft.names("market.segments"):
        if name in RESERVED_SEGMENTS:
            advice = "choose a name other than vendor and total"
            place.at(name).not_allowed(node.mapping[name], f"the name {quoted(name)}", advice)
    if not node.mapping and "segments" in draft.node("market").mapping:
        place.wrong_value(node, "at least one segment")
    total = sum(draft.number(f"market.segments.{name}.accounts") for name in node.mapping)
    if total > MOST_ACCOUNTS:
        place.over_limit(node, f"{total} accounts", f"{MOST_ACCOUNTS} in all segments together")


def _check_resources(draft: PartialScenario) -> None:
    """Complain about stages whose resource the vendor does not have, also after a change."""
    known = draft.names("vendor.resources")
    for stage in draft.names("procurement.stages"):
        path = f"procurement.stages.{stage}.resource"
        _check_known_names(draft.place(path), draft.node(path), draft.values.get(path, ()), known)


def _check_known_names(place: Location, node: Node, names: Iterable[object], known: tuple[str, ...]) -> None:
    """Complain about each resource that is not known; None stands for no resource."""
    for name in names:
        if isinstance(name, str) and name not in known:
            place.unknown_name(node, "resource", name, known)


def _check_sums(draft: PartialScenario, changes: Iterable[Change]) -> None:
    """Complain when the parts of an `if_missing` do not add up to 100 %, at the start or after a date's changes."""
    base = "procurement.requirements"
    for name in draft.names(base):
        path = f"{base}.{name}.if_missing"
        stages.check_if_missing_parts(draft.values, path, draft.node(path), draft.place(path))
    state = dict(draft.values)
    by_day: dict[int, list[Change]] = {}
    for change in changes:
        by_day.setdefault(change.day, []).append(change)
    for day in sorted(by_day):
        state.update({change.path: change.values for change in by_day[day]})
        for path in {change.path.rpartition(".")[0] for change in by_day[day] if ".if_missing." in change.path}:
            stages.check_if_missing_parts(state, path, draft.node("timeline"), draft.place(f"timeline: {path}"))
        for change in by_day[day]:
            if change.path.startswith("procurement.stages.") and change.path.endswith(".resource"):
                place = draft.place(f"timeline: {change.path}")
                _check_known_names(place, draft.node("timeline"), change.values, draft.names("vendor.resources"))
