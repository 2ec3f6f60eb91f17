"""From when until when a difference of two scenarios holds: start values that a timeline changes later."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date, timedelta
from typing import Any, NamedTuple

from forecast.months import first_of_month
from forecast.scenario import Scenario, is_within
from forecast.scenario.text.origins import origins_below

TIMELINE = "timeline"
Values = tuple[str, str]  # of the base, and of the other


class TimelineOf(NamedTuple):
    """A scenario, and the values of its timeline by their own paths, `timeline.2027-07-01.pricing.paid`."""

    scenario: Scenario
    entries: Mapping[str, Any]


def timeline_values(steps: Sequence[Any]) -> dict[str, Any]:
    """The values of a timeline by their own paths."""
    return {f"{TIMELINE}.{step['at']}.{path}": value for step in steps for path, value in step["set"].items()}


def period_in_force(both: Sequence[TimelineOf], path: str, start: Values, text: Callable[[Any], str]) -> str:
    """Until when the values at the start hold, and what holds then; empty where they do all the time.

    `until 2027-06-30, then 25 USD in both (timeline, base.yaml:14)`; `text` makes the text of a value of an entry.
    """
    first = both[0].scenario.start
    end = first_of_month(first, both[0].scenario.months)
    changes = sorted(
        (day, side, address, text(value))
        for side, each in enumerate(both)
        for day, address, value in _changes_of(each, path)
        if day < end
    )
    spans, places, present = [(first, start)], dict[str, None](), list(start)
    for day, side, address, value in changes:
        present[side] = value
        places.update((origin.place, None) for origin in origins_below(both[side].scenario.origins, address).values())
        if spans[-1][0] == day and len(spans) > 1:
            spans.pop()  # the other side changes on the same day
        spans.append((day, (present[0], present[1])))
    spans = [span for number, span in enumerate(spans) if not number or span[1] != spans[number - 1][1]]
    if len(spans) == 1:
        return ""
    never = "never in force: " if spans[1][0] <= first else ""
    parts = [] if never else [f"until {_day_before(spans[1][0])}"]
    for (_, values), later in zip(spans[1:], [*spans[2:], None], strict=True):
        parts.append(_side_by_side(values) + (f" until {_day_before(later[0])}" if later else ""))
    return f"{never}{', then '.join(parts)} ({', '.join([TIMELINE, *places])})"


def _changes_of(timeline: TimelineOf, path: str) -> Iterator[tuple[date, str, Any]]:
    """The day, the own path and the value of each entry that sets a path, or the value that the path is a part of."""
    for address, value in timeline.entries.items():
        _, at, whole = address.split(".", 2)
        if is_within(path, whole):
            yield date.fromisoformat(at), address, _part(value, path[len(whole) + 1 :])


def _part(value: Any, rest: str) -> Any:
    """The part of a value that stands at the rest of a path; the value itself where it has no parts."""
    for word in rest.split("."):
        value = value.get(word, value) if isinstance(value, dict) else value
    return value


def _side_by_side(values: Values) -> str:
    """`25 USD in both`, or `25 USD → 15 USD`."""
    return f"{values[0]} in both" if values[0] == values[1] else " → ".join(values)


def _day_before(day: date) -> date:
    """The last day of what ends when another begins."""
    return day - timedelta(days=1)
