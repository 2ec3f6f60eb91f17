"""Dated events as changes of parameters: from their first day to their last a value is multiplied, and then no more.

Engines see changes and nothing else: at each date at which a factor or the value below it begins or ends, the value is
that of the start or the timeline times the factors of all events that hold then.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date
from math import isnan
from typing import NamedTuple

from forecast.errors import quoted
from forecast.months import same_day_later
from forecast.scenario.checks.timeline import FIXED_BLOCKS, read_by_segment, read_date
from forecast.scenario.format.event_entries import EVENTS
from forecast.scenario.format.field_types import FIXED_BY_SHAPE, LOOP_DURATION
from forecast.scenario.format.partial_scenario import PartialScenario
from forecast.scenario.format.paths import resolve_path
from forecast.scenario.records import Change, Distribution, Event, Multiplied, Scalar, ScenarioWarning, Uncertain, Value
from forecast.scenario.text.location import NAME_ALLOWED, Location, is_name
from forecast.scenario.text.yaml_tree import Node
from forecast.scenario.values.units import DURATION, FACTOR, MONTHS, UnreadableError, ValueKind
from forecast.scenario.values.value_types import ImitationType, NumberOrNeverType, NumberType, SchemaOnlyType, ValueType

_IN_MONEY = ("money", "price", "money_per_month", "money_per_year", "yearly_money")
_MULTIPLIABLE = ("rate", "share", "factor", "duration", "unit_price", *_IN_MONEY)
_CAN_BE = "a rate, a share, a factor, a price, a cost, or a stage's `touch` or `duration`"
_SCALED = ("value", "median", "mean", "sd", "low", "mode", "high", "values")  # what has the unit of a distribution
_CERTAIN_FACTOR = "a certain factor: this path holds a distribution"
_SPAN_ALLOWED = "whole months or whole days such as `6 months` or `14 days`, above 0"
Factor = float | Uncertain


class _EventOfFile(NamedTuple):
    """An event, where it stands, and the kind of value at each of its paths (None: a distribution)."""

    event: Event
    node: Node
    location: Location
    kinds: Mapping[str, ValueKind | None]


def read_events(partial: PartialScenario) -> list[_EventOfFile]:
    """The events of a scenario, in the order of the file."""
    found: list[_EventOfFile] = []
    names: set[str] = set()
    for number, node in enumerate(partial.node(EVENTS).items, 1):
        location = partial.location(f"{EVENTS}.{number}")
        at, given = node.mapping.get("at"), node.mapping.get("name")
        begins = read_date(at, location.at("at")) if at else None
        name = str(number) if given is None else given.text or ""
        if given is not None and not is_name(name):
            location.at("name").wrong_value(given, NAME_ALLOWED)
        elif name in names and given is not None:
            location.at("name").duplicate(given, f"event {quoted(name)}", "give each event a name of its own")
        names.add(name)
        until = _last_day(node.mapping.get("for"), begins, location.at("for"))
        kinds, factors = _read_factors(partial, node, location.at("multiply"))
        cost = partial.values.get(f"{EVENTS}.{number}.cost", (0,))[0]
        day = (begins - partial.context.start).days if begins else 0
        event = Event(
            name,
            day,
            (until - partial.context.start).days if until else None,
            factors,
            cost if isinstance(cost, (int, float, Uncertain)) else 0,
        )
        found.append(_EventOfFile(event, node, location, kinds))
    return found


def _last_day(node: Node | None, begins: date | None, location: Location) -> date | None:
    """The day after the last; None where there is none, or after a problem."""
    if node is None or begins is None:
        return None
    text = node.text or ""
    try:
        months = int(MONTHS.read(text, ""))
        if 0 < months <= MONTHS.cap:
            return same_day_later(begins, months)
    except UnreadableError:
        pass
    try:
        days = DURATION.read(text, "")
        if 0 < days <= DURATION.cap and days == int(days):
            return date.fromordinal(begins.toordinal() + int(days))
    except UnreadableError:
        pass
    location.wrong_value(node, _SPAN_ALLOWED)
    return None


def _read_factors(
    partial: PartialScenario, node: Node, location: Location
) -> tuple[dict[str, ValueKind | None], dict[str, tuple[Factor, ...]]]:
    """The kind and the factors of each path."""
    given = node.mapping.get("multiply")
    kinds: dict[str, ValueKind | None] = {}
    factors: dict[str, tuple[Factor, ...]] = {}
    if given is None:
        return kinds, factors
    if not isinstance(given.value, dict):
        location.wrong_value(given, "a block of `PATH: factor`, such as `{adoption.organic: 1.4}`")
        return kinds, factors
    for path, part in given.mapping.items():
        here = location.at(path[:400])
        value_type = _type_at(partial, path, part, here)
        if value_type is None:
            continue
        inner, kind = _kind_of(value_type)
        positive = kind is None or kind.above
        factor_type = NumberType(
            segments=value_type.segments,
            kind=FACTOR.positive() if positive else FACTOR,
            uncertain=_CERTAIN_FACTOR if kind is None else "",
        )
        values = read_by_segment(factor_type, part, here).get("", ())
        kinds[path + inner] = kind
        factors[path + inner] = tuple(value for value in values if isinstance(value, (int, float, Uncertain)))
    return kinds, factors


def _type_at(partial: PartialScenario, path: str, node: Node, location: Location) -> ValueType | None:
    """The type of the value at a path that may be multiplied; None after a problem."""
    resolved = resolve_path(partial.tree, path)
    value_type = resolved.entry.value_type if resolved.entry.sort == "leaf" else None
    if resolved.is_unknown:
        location.unknown_name(node, "name", resolved.rest[0], resolved.known, resolved.suggestion)
    elif value_type is None or resolved.rest:
        location.wrong_value(
            node, "a path that ends at a value (its parts by segment go into `by_segment`)", found=quoted(path)
        )
    elif resolved.steps[0] in FIXED_BLOCKS or isinstance(value_type, SchemaOnlyType) or value_type.fixed_reason:
        location.fixed(node, quoted(path), value_type.fixed_reason or FIXED_BY_SHAPE)
    elif not _can_be_multiplied(value_type):
        location.not_allowed(node, f"a factor on {quoted(path)}", f"multiply {_CAN_BE}; set others in the `timeline`")
    else:
        return value_type
    return None


def _can_be_multiplied(value_type: ValueType) -> bool:
    """Whether a product with a factor is a value of the same sort, and means one thing only."""
    if value_type is LOOP_DURATION or isinstance(value_type, ImitationType):
        return True
    plain = isinstance(value_type, NumberType) and not isinstance(value_type, NumberOrNeverType)
    return plain and value_type.kind.name in _MULTIPLIABLE  # type: ignore[attr-defined]


def _kind_of(value_type: ValueType) -> tuple[str, ValueKind | None]:
    """The rest of the path to what is multiplied, and its kind; None for a distribution."""
    if isinstance(value_type, ImitationType):
        return ".rate", replace(FACTOR, name="rate", cap=1000.0)
    return "", value_type.kind if isinstance(value_type, NumberType) else None


def changes_with_events(
    partial: PartialScenario, events: Sequence[_EventOfFile], changes: tuple[Change, ...], days: int
) -> tuple[Change, ...]:
    """The changes of the first `days` days, with those that events bring about and take back."""
    found = list(changes)
    for path in dict.fromkeys(path for each in events for path in each.event.factors):
        own = [each for each in changes if each.path == path]
        on_path = [each for each in events if each.event.factors.get(path)]
        dates = {change.day for change in own} | set(_dates([each.event for each in on_path], days))
        base = partial.values.get(path, ())
        found = [change for change in found if change.path != path]
        for day in sorted(dates):
            values = [base, *(change.values for change in own if change.day <= day)][-1]
            holding = [each for each in on_path if each.event.holds(day)]
            found.append(Change(day, path, _products(path, values, holding)))
    return tuple(sorted(found, key=lambda change: change.day))


def _dates(events: Iterable[Event], days: int) -> Iterator[int]:
    """The days at which an event begins to hold or ends, from the start to the horizon."""
    for event in events:
        for day in (max(event.day, 0), event.until):
            if day is not None and 0 <= day < days and (event.until is None or event.until > 0):
                yield day


def _products(path: str, values: tuple[Value, ...], events: Sequence[_EventOfFile]) -> tuple[Value, ...]:
    """The values times the factors of the events that hold, segment by segment."""
    found: list[Value] = []
    for place, value in enumerate(values):
        factors: list[Factor] = []
        for each in events:
            mine = each.event.factors[path]
            factors.append(mine[min(place, len(mine) - 1)])
        if not events:
            found.append(value)
        elif isinstance(value, Distribution):
            found.append(_scaled(value, factors))
        elif isinstance(value, (int, float, Uncertain)):
            found.append(_product(value, factors, events[-1], path))
        else:
            found.append(value)  # what is none of these has been reported
    return tuple(found)


def _product(value: float | Uncertain, factors: Sequence[Factor], last: _EventOfFile, path: str) -> Value:
    """A scalar times factors: a number where all are certain, else capped at the most that it may be."""
    kind = last.kinds[path] or FACTOR
    most = min(kind.high, kind.cap)
    product = Multiplied(value, tuple(factors), kind.low, most, kind.name in _IN_MONEY)
    certain = [factor for factor in factors if not isinstance(factor, Uncertain)]
    if isinstance(value, Uncertain) or len(certain) < len(factors):
        return product
    if isnan(value) or any(map(isnan, certain)):
        return value  # it has been reported
    number = replace(product, least=-float("inf"), most=float("inf")).product(value, certain)
    if number < kind.low or number > most:
        node = last.node.mapping["multiply"]
        found = f"{kind.show(value)} times {' times '.join(f'{factor:g}' for factor in certain)}"
        allowed = f"a product of {kind.bounds}"
        last.location.at("multiply", path).wrong_value(node, allowed, found=found)
    return number


def _scaled(distribution: Distribution, factors: Iterable[Factor]) -> Distribution:
    """A distribution of times that are so many times as long."""
    factor = 1.0
    for each in factors:
        factor *= each if not isinstance(each, Uncertain) else 1.0

    def times(value: Scalar | tuple[float, ...], by: float) -> Scalar | tuple[float, ...]:
        if isinstance(value, tuple):
            return tuple(each * by for each in value)
        return Multiplied(value, (by,), 0.0, float("inf")) if isinstance(value, Uncertain) else value * by  # type: ignore[operator]

    by = dict.fromkeys(_SCALED, factor) | {"hazard": 1.0 / factor}
    parameters = {
        name: times(value, by[name]) if name in by else value for name, value in distribution.parameters.items()
    }
    return Distribution(distribution.family, parameters)


def check_events(
    partial: PartialScenario, events: Iterable[_EventOfFile], changes: Iterable[Change], end: date
) -> None:
    """Warn of events that come too late, too early or with too little to do anything, and of factors on what is 0."""
    start = partial.context.start
    of_path: dict[str, list[Value]] = {}
    for change in changes:
        of_path.setdefault(change.path, []).extend(change.values)
    for each in events:
        event, place = each.event, each.node.place
        first = date.fromordinal(start.toordinal() + event.day)
        if first >= end:
            _warn(partial, each, place, f"does nothing: it begins on {first}, and the horizon ends before {end}")
        elif event.until is not None and event.until <= 0:
            _warn(partial, each, place, f"does nothing: it is over by the start {start}")
        elif event.day < 0 and event.cost != 0:
            _warn(partial, each, place, f"began before the start {start}: it still multiplies, its cost is not counted")
        if not event.factors and event.cost == 0:
            _warn(partial, each, place, "does nothing: it has neither `multiply` nor a `cost`, of which it needs one")
        for path in event.factors:
            values = [*partial.values.get(path, ()), *of_path.get(path, ())]
            if values and all(value == 0 for value in values):
                message = f"does nothing: {quoted(path.removesuffix('.rate') if '.imitation' in path else path)} is 0"
                partial.context.warn(
                    ScenarioWarning(f"{each.location.path}.multiply.{path}", message, (place,), "note")
                )


def _warn(partial: PartialScenario, event: _EventOfFile, place: str, message: str) -> None:
    """Warn of an event as a whole."""
    path = f"{EVENTS}.{event.event.name}"
    partial.context.warn(ScenarioWarning(path, message, (place,)))
