"""Checks of a scenario as a whole: limits, reserved and unknown names, sums of shares."""

from __future__ import annotations

from collections.abc import Iterable

from forecast.errors import quoted
from forecast.receiving_tools import merge_key
from forecast.scenario.checks import stages
from forecast.scenario.format.overlay import OTHER
from forecast.scenario.format.partial_scenario import PartialScenario
from forecast.scenario.records import Change, Distribution
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
    "events": 1000,
    "correlations": 1000,
}
LEAST_TEAM = 2  # people; docs/model.md, 4
RESERVED_SEGMENTS = ("vendor", "total")


def check_consistency(partial: PartialScenario, changes: Iterable[Change]) -> None:
    """Report everything that does not fit together."""
    _check_limits(partial)
    _check_segments(partial)
    _check_team_sizes(partial)
    _check_resources(partial)
    _check_sums(partial, changes)


def _check_limits(partial: PartialScenario) -> None:
    """Report blocks and lists with too many entries."""
    for path, most in LIMITS.items():
        node = partial.node(path)
        size = len(node.mapping) + len(node.items)
        if size > most:
            partial.location(path).over_limit(node, f"{size} entries", str(most))
    size = _count_nodes(partial.tree)
    if size > MOST_NODES:
        limit = f"{MOST_NODES} in all, empirical files included"
        partial.location("").over_limit(partial.tree, f"{size} keys and values", limit)


def _count_nodes(node: Node) -> int:
    """How many keys and values a reader of the written tree would meet."""
    keys = len(node.mapping)
    return 1 + keys + sum(_count_nodes(part) for part in (*node.mapping.values(), *node.items))


def _check_segments(partial: PartialScenario) -> None:
    """Report reserved names, no segment, and too few or too many accounts."""
    node, location = partial.node("market.segments"), partial.location("market.segments")
    for name in partial.names("market.segments"):
        if merge_key(name) in (*RESERVED_SEGMENTS, OTHER):
            advice = "choose a name other than vendor and total, and other, the part for all other segments"
            location.at(name).not_allowed(node.mapping[name], f"the name {quoted(name)}", advice)
    refused = any(problem.path == location.path for problem in partial.context.problems)  # of their names
    if not node.mapping and not refused and "segments" in partial.node("market").mapping:
        location.wrong_value(node, "at least one segment")
    total = sum(partial.number(f"market.segments.{name}.accounts") for name in node.mapping)
    if total > MOST_ACCOUNTS:
        location.over_limit(node, f"{total} accounts", f"{MOST_ACCOUNTS} in all segments together")


def _check_team_sizes(partial: PartialScenario) -> None:
    """Report teams of one person."""
    for name in partial.names("market.segments"):
        path = f"market.segments.{name}.team_size"
        for size in partial.values.get(path, ()):
            people = size.parameters.get("value") if isinstance(size, Distribution) else None
            if isinstance(people, int | float) and people < LEAST_TEAM:
                allowed = f"`none` where an account is one team, or at least {LEAST_TEAM} people who work together"
                partial.location(path).wrong_value(partial.node(path), allowed)


def _check_resources(partial: PartialScenario) -> None:
    """Report stages whose resource the vendor does not have, also after a change."""
    known = partial.names("vendor.resources")
    for stage in partial.names("procurement.stages"):
        path = f"procurement.stages.{stage}.resource"
        _check_known_names(partial.location(path), partial.node(path), partial.values.get(path, ()), known)


def _check_known_names(location: Location, node: Node, names: Iterable[object], known: tuple[str, ...]) -> None:
    """Report each resource that is not known; None stands for no resource."""
    for name in names:
        if isinstance(name, str) and name not in known:
            location.unknown_name(node, "resource", name, known)


def _check_sums(partial: PartialScenario, changes: Iterable[Change]) -> None:
    """Report it when the parts of an `if_missing` do not add up to 100 %, at the start or after a date's changes."""
    base = "procurement.requirements"
    for name in partial.names(base):
        path = f"{base}.{name}.if_missing"
        stages.check_if_missing_parts(partial.values, path, partial.node(path), partial.location(path))
    state = dict(partial.values)
    by_day: dict[int, list[Change]] = {}
    for change in changes:
        by_day.setdefault(change.day, []).append(change)
    for day in sorted(by_day):
        state.update({change.path: change.values for change in by_day[day]})
        for path in {change.path.rpartition(".")[0] for change in by_day[day] if ".if_missing." in change.path}:
            stages.check_if_missing_parts(state, path, partial.node("timeline"), partial.location(f"timeline: {path}"))
        for change in by_day[day]:
            if change.path.startswith("procurement.stages.") and change.path.endswith(".resource"):
                location = partial.location(f"timeline: {change.path}")
                _check_known_names(location, partial.node("timeline"), change.values, partial.names("vendor.resources"))
