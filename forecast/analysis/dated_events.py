"""Dated events in words: what each multiplies, from when until when, and what it costs."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from typing import Any

from forecast.scenario import Event, Scenario, is_within

EVENTS = "events"


def event_values(events: Sequence[Any]) -> dict[str, Any]:
    """The events of a resolved tree by their own paths: `events.launch`, or `events.2` where it has no name."""
    return {f"{EVENTS}.{event.get('name', number)}": event for number, event in enumerate(events, 1)}


def event_sentences(scenario: Scenario, events: Sequence[Any]) -> list[str]:
    """`launch: 2027-03-01 to 2027-08-31, adoption.organic times 1.4, costs 50000 USD`; `events` is as resolved."""
    sentences = []
    for event, written in zip(scenario.events, events, strict=True):
        parts = [_period(scenario, event)]
        parts += [f"{path} times {_text(factor)}" for path, factor in written.get("multiply", {}).items()]
        parts += [f"costs {_text(written['cost'])}"] if event.cost != 0 else []
        sentences.append(f"{event.name.replace('_', ' ')}: {', '.join(parts)}")
    return sentences


def factors_in_force(both: Sequence[tuple[Scenario, Sequence[Any]]], path: str) -> str:
    """The events that multiply a path, and when: `times 1.4 from 2027-03-01 to 2027-08-31 in both (events, launch)`."""
    sides = [list(_factors_on(*each, path)) for each in both]
    found = []
    for sentence, name in dict.fromkeys(sides[0] + sides[1]):
        where = [(sentence, name) in side for side in sides]
        side = " in both" if all(where) else " in the base" if where[0] else " here"
        found.append(f"times {sentence}{side} ({EVENTS}, {name})")
    return "; ".join(found)


def _factors_on(scenario: Scenario, events: Sequence[Any], path: str) -> Iterator[tuple[str, str]]:
    """The factor and the period, and the name of each event that multiplies a path."""
    for event, written in zip(scenario.events, events, strict=True):
        for own, factor in written.get("multiply", {}).items():
            if is_within(path, own) or is_within(own, path):
                yield f"{_text(factor)} from {_period(scenario, event)}", event.name


def _period(scenario: Scenario, event: Event) -> str:
    """From when to when an event holds, both days included."""
    first = date.fromordinal(scenario.start.toordinal() + event.day)
    if event.until is None:
        return f"{first} to the end"
    return f"{first} to {date.fromordinal(scenario.start.toordinal() + event.until - 1)}"


def _text(value: Any) -> str:
    """A value as it is written, in one line."""
    if isinstance(value, dict):
        return "{" + ", ".join(f"{key}: {_text(part)}" for key, part in value.items()) + "}"
    return str(value)
