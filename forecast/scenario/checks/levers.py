"""Values that something else overrules: a later entry of the timeline, or the end of the horizon.

A value is overruled where what comes after it was written in a lower layer: a price of the command line, or of a file
that extends another, which an entry of the file below takes back.  A start value and its changes in one and the same
file are a plan, and no word is said of them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date, timedelta
from typing import NamedTuple

from forecast.errors import quoted
from forecast.scenario.checks.timeline import TimelineEntry
from forecast.scenario.format.overlay import BY_SEGMENT
from forecast.scenario.format.partial_scenario import PartialScenario
from forecast.scenario.records import Capability, Origin, ScenarioWarning, Value
from forecast.scenario.text.emit import flow_text
from forecast.scenario.text.origins import origins_below


class _Setting(NamedTuple):
    """What one segment has from a day on, and where that was written (None: nowhere, it is a default)."""

    day: int
    path: str
    text: str
    values: tuple[Value, ...]
    origin: Origin | None


def check_levers(partial: PartialScenario, entries: Iterable[TimelineEntry], end: date) -> None:
    """Warn of every value that is overruled, and of entries that come too late to do anything."""
    by_path: dict[str, list[TimelineEntry]] = {}
    days = (end - partial.context.start).days
    for entry in entries:
        if not entry.values:
            continue  # reported before
        if entry.day >= days:
            origins = origins_below(partial.origins, entry.address).values()
            place = max(origins, key=lambda origin: origin.layer).place if origins else entry.node.place
            message = f"{quoted(flow_text(entry.node))} does nothing: the horizon ends before {end}"
            partial.context.warn(ScenarioWarning(entry.address, message, (place,)))
        else:
            by_path.setdefault(entry.path, []).append(entry)
    for path, listed in by_path.items():
        for warning in _overruled(partial, path, sorted(listed, key=lambda entry: entry.day)):
            partial.context.warn(warning)


def _overruled(partial: PartialScenario, path: str, entries: Sequence[TimelineEntry]) -> Iterator[ScenarioWarning]:
    """The warnings of one path, segment by segment; the same sentence for several is one."""
    names = partial.context.segments if len(next(iter(entries[0].values.values()))) > 1 else ("",)
    start = {rest: partial.values[path + rest] for rest in entries[0].values if path + rest in partial.values}
    for place, segment in enumerate(names):
        settings = [_setting(partial, segment, place, TimelineEntry(0, "", path, partial.node(path), start))]
        settings += [_setting(partial, segment, place, entry) for entry in entries]
        for number, setting in enumerate(settings):
            later = next((each for each in settings[number + 1 :] if not _has_effect_of(setting, each)), None)
            if setting.origin is None or later is None or later.origin is None:
                continue
            if setting.origin.layer > later.origin.layer or later.day <= setting.day:
                yield _warning(setting, setting.origin, later, later.origin, partial.context.start)


def _setting(partial: PartialScenario, segment: str, place: int, entry: TimelineEntry) -> _Setting:
    """An entry as one segment has it; without a date it is the value at the start."""
    address, node = entry.address if entry.at else entry.path, entry.node
    while list(node.mapping) == [BY_SEGMENT] and segment in node.mapping[BY_SEGMENT].mapping:
        address, node = f"{address}.{BY_SEGMENT}.{segment}", node.mapping[BY_SEGMENT].mapping[segment]
    own = [
        origin
        for rest, origin in origins_below(partial.origins, entry.address if entry.at else entry.path).items()
        if _segment_of(rest) in (None, segment)
    ]
    values = tuple(parts[min(place, len(parts) - 1)] for parts in entry.values.values())
    return _Setting(
        entry.day, address, flow_text(node), values, max(own, key=lambda origin: origin.layer, default=None)
    )


def _segment_of(rest: str) -> str | None:
    """The segment that a part of a value is for; None: for all of them."""
    words = rest.split(".")
    return words[words.index(BY_SEGMENT) + 1] if BY_SEGMENT in words[:-1] else None


def _has_effect_of(setting: _Setting, later: _Setting) -> bool:
    """Whether nothing changes when the later one begins: the same values, or a capability that is there already."""
    return all(
        ours == theirs
        or (
            isinstance(ours, Capability)
            and isinstance(theirs, Capability)
            and ours.slip is theirs.slip is None
            and max(ours.day, theirs.day) <= later.day
        )
        for ours, theirs in zip(setting.values, later.values, strict=True)
    )


def _warning(setting: _Setting, origin: Origin, later: _Setting, overruling: Origin, start: date) -> ScenarioWarning:
    """The warning of a setting that a later one overrules."""
    ours, theirs = quoted(setting.text), quoted(later.text)
    by = f"{overruling.place} (`{later.path}`) sets {theirs}"
    if later.day <= setting.day:
        message = f"{ours} is never in force: {by} from the same day on"
    else:
        day = start + timedelta(later.day)
        message = f"{ours} holds until {day - timedelta(1)} only: from {day} on {by}"
    return ScenarioWarning(
        setting.path, f"{message}; set that path too, or remove it with `none`", (origin.place, overruling.place)
    )
