"""A base that begins on another day in the file on top of it: what is in force and who is there on that day.

And dates by their month: `month 9` is the day on which the ninth month begins, and `month 1` is the start.  Knows
where dates stand, and reads no values.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date

from forecast.errors import quoted
from forecast.months import YEAR, first_of_month
from forecast.scenario.format.event_entries import EVENTS
from forecast.scenario.format.overlay import changed_at, node_at, with_value_at
from forecast.scenario.format.paths import resolve_path
from forecast.scenario.format.timeline_entries import TIMELINE
from forecast.scenario.records import is_within
from forecast.scenario.text.location import ReadContext
from forecast.scenario.text.yaml_tree import Node
from forecast.scenario.values.units import LATEST_YEAR, MONTH_OF_RUN, WHOLE, date_or_none

START, _RESOURCES = ("clock", "start"), ("vendor", "resources")
_DATES = (
    (TIMELINE, "*", "at"),
    (EVENTS, "*", "at"),
    (*_RESOURCES, "*", "hires", "*", "at"),
    ("vendor", "capabilities", "*"),
    ("vendor", "capabilities", "*", "at"),
)
_ACCOUNTS = ("market", "accounts_file")
_CAPABILITY = re.compile(r"vendor\.capabilities\.[^.]+")


def moved_to_start(base: Node, over: Node) -> tuple[Node, str]:
    """The base as it is on the first day that the file gives, and in words what had begun before it."""
    new, old = _date_of(node_at(over, START)), _date_of(node_at(base, START))
    if new is None or old is None or new == old:
        return base, ""
    steps = 0
    if TIMELINE not in over.mapping:
        base, steps = _with_steps_in_force(base, new)
    base, hires = _with_hires_there(base, new)
    counts = (
        (steps, "change of the timeline", "changes of the timeline"),
        (hires, "hire", "hires"),
        (_capabilities_there(base, old, new), "capability", "capabilities"),
    )
    begun = " and ".join(f"{count} {one if count == 1 else many}" for count, one, many in counts if count)
    words = [f"what began before this day holds from the start: {begun}"] if begun else []
    accounts = node_at(base, _ACCOUNTS)
    if accounts and accounts.text not in (None, "none") and node_at(over, _ACCOUNTS) is None:
        words.append(
            f"the accounts of {quoted(accounts.text or '')}, which are those of {old}, are taken for those of this day"
        )
    return base, "; ".join(words)


def with_real_dates(tree: Node) -> Node:
    """The tree with a date for each `month N`, counted from its start."""
    start = _date_of(node_at(tree, START)) or ReadContext().start

    def dated(node: Node) -> Node:
        found = re.fullmatch(MONTH_OF_RUN, node.text or "")
        months = int(found[1]) - 1 if found else LATEST_YEAR * YEAR
        return node.with_value(str(first_of_month(start, months))) if start.year + months / YEAR < LATEST_YEAR else node

    def available(node: Node) -> Node:
        return changed_at(dated(node), ["at"], dated)

    def step_dated(node: Node) -> Node:
        return node.with_value(
            {path: available(value) if _CAPABILITY.fullmatch(path) else value for path, value in node.mapping.items()}
        )

    for words in _DATES:
        tree = changed_at(tree, words, dated)
    return changed_at(tree, (TIMELINE, "*", "set"), lambda node: step_dated(node) if node.mapping else node)


def _date_of(node: Node | None) -> date | None:
    """The date of a node; None where there is none."""
    return date_or_none(node.text if node else None)


def _with_steps_in_force(base: Node, new: date) -> tuple[Node, int]:
    """The base with the values of its timeline that are in force on the new first day, and how many these are."""
    steps = (node_at(base, [TIMELINE]) or base.with_value({})).items
    days = {number: _date_of(step.mapping.get("at")) for number, step in enumerate(steps)}
    earlier = {number: day for number, day in days.items() if day and day < new}
    count = 0
    for number in sorted(earlier, key=lambda each: earlier[each]):
        for path, value in (node_at(steps[number], ["set"]) or steps[number]).mapping.items():
            resolved = resolve_path(base, path)
            if resolved.entry.sort == "leaf" and not resolved.rest:
                base = with_value_at(base, resolved.steps, value)
                base = _with_addresses(base, f"timeline.{steps[number].mapping['at'].text}.{path}", path)
                count += 1
    kept = [step for number, step in enumerate(steps) if number not in earlier]
    return changed_at(base, [TIMELINE], lambda node: node.with_value(kept)) if earlier else base, count


def _capabilities_there(base: Node, old: date, new: date) -> int:
    """How many capabilities come between the two days; not those that may slip to a later one."""
    capabilities = (node_at(base, ("vendor", "capabilities")) or base.with_value({})).mapping.values()
    days = [_date_of(each.mapping.get("at") or each) for each in capabilities if "slip" not in each.mapping]
    return sum(day is not None and old < day < new for day in days)


def _with_addresses(base: Node, old: str, new: str) -> Node:
    """The base with correlations of a value under its new address."""

    def renamed(node: Node) -> Node:
        text = node.text or ""
        return node.with_value(new + text.removeprefix(old)) if is_within(text, old) else node

    return changed_at(base, ("correlations", "*", "between", "*"), renamed)


def _with_hires_there(base: Node, new: date) -> tuple[Node, int]:
    """The base with those who joined or left before the new first day counted in, and how many times that was.

    Where the count is no plain number, or changes later, they join on that day instead.
    """
    total = 0
    for name, resource in (node_at(base, _RESOURCES) or base.with_value({})).mapping.items():
        hires, count = resource.mapping.get("hires"), resource.mapping.get("count")
        earlier = [item for item in hires.items if (_date_of(item.mapping.get("at")) or new) < new] if hires else []
        if not hires or not earlier:
            continue
        total += len(earlier)
        added = [(node_at(item, ["add"]) or item).text or "" for item in earlier]
        plain = count is not None and all(WHOLE.fullmatch(text) for text in [count.text or "", *added])
        if count and plain and not _changes_later(base, ".".join((*_RESOURCES, name, "count"))):
            people = max(0, int(count.text or "0") + sum(map(int, added)))
            new_hires = hires.with_value([item for item in hires.items if item not in earlier])
            changed = {**resource.mapping, "count": count.with_value(str(people)), "hires": new_hires}
        else:
            moved = [changed_at(item, ["at"], _at_day(new)) if item in earlier else item for item in hires.items]
            changed = {**resource.mapping, "hires": hires.with_value(moved)}
        base = with_value_at(base, (*_RESOURCES, name), resource.with_value(changed))
    return base, total


def _at_day(day: date) -> Callable[[Node], Node]:
    """What puts a date in the place of another."""
    return lambda node: node.with_value(str(day))


def _changes_later(base: Node, path: str) -> bool:
    """Whether an entry of the timeline changes the path."""
    steps = (node_at(base, [TIMELINE]) or base.with_value({})).items
    return any(path in (node_at(step, ["set"]) or step).mapping for step in steps)
