"""What value stands here? Scalars, distributions, `by_segment`, `uncertain`; knows units, but not the format."""

from __future__ import annotations

import math

from forecast.errors import ProblemKind, listed, quoted
from forecast.scenario.records import Distribution, Scalar, Uncertain
from forecast.scenario.text.location import Location
from forecast.scenario.text.yaml_tree import INVALID, Node
from forecast.scenario.values import families
from forecast.scenario.values.units import UnreadableError, ValueKind

PLACEHOLDER = Distribution(
    "fixed", {"value": math.nan}
)  # stands in after a complaint: no scenario leaves the loader then


def part_for_segment(node: Node, place: Location) -> tuple[Node, Location]:
    """The part that a `by_segment` holds for the place's segment; without `by_segment` the node itself."""
    while list(node.mapping) == ["by_segment"]:
        parts = node.mapping["by_segment"]
        within_a_part = "by_segment" in place.path.split(".")  # which the other segments do not read
        place = place.at("by_segment")
        if place.segment is None:
            place.not_allowed(node, "`by_segment`", "give one value for all segments")
            return node.with_value(INVALID), place
        if not isinstance(parts.value, dict):
            place.wrong_value(parts, f"a value for each of {listed(place.context.segments)}")
            return node.with_value(INVALID), place
        if within_a_part or place.segment == place.context.segments[0]:
            _check_segments(parts, place)
        if place.segment not in parts.mapping:
            return node.with_value(INVALID), place
        node, place = parts.mapping[place.segment], place.at(place.segment)
    return node, place


def _check_segments(parts: Node, place: Location) -> None:
    """Complain about parts for unknown segments, and segments without a part."""
    for name, part in parts.mapping.items():
        if name not in place.context.segments:
            place.unknown_key(part, name, place.context.segments, "segment")
    missing = [name for name in place.context.segments if name not in parts.mapping]
    if missing:
        place.missing_keys(parts, missing)


def _read_number(node: Node, kind: ValueKind, place: Location) -> float:
    """The value of a text, in base units; NaN after a complaint."""
    text = node.text
    if text == INVALID:
        return math.nan
    if text is None:
        place.wrong_value(node, kind.allowed)
        return math.nan
    try:
        value = kind.read(text, place.context.currency)
    except UnreadableError as error:
        _complain_unreadable(node, kind, place, error)
        return math.nan
    if not kind.allows(value):
        place.out_of_range(node, kind.bounds)
        return math.nan
    return value + 0  # no negative zero


def _complain_unreadable(node: Node, kind: ValueKind, place: Location, error: UnreadableError) -> None:
    """Complain about a text that is no value of its kind: without its unit, with another one, or something else."""
    if error.kind is ProblemKind.NEEDS_UNIT:
        place.needs_unit(node, kind.with_unit(node.text or "", place.context.currency, error.nearest))
    elif error.kind is ProblemKind.OUT_OF_RANGE:
        place.out_of_range(node, kind.bounds)
    elif error.kind is ProblemKind.WRONG_UNIT:
        place.wrong_unit(node, kind.allowed, error.nearest)
    else:
        place.wrong_value(node, f"{kind.allowed}{'; ' + error.hint if error.hint else ''}", error.nearest)


def read_scalar(node: Node, kind: ValueKind, place: Location, uncertain: str = "") -> Scalar:
    """A number or an `uncertain`; the text `uncertain` says why there may be none here."""
    node, place = part_for_segment(node, place)
    keys = list(node.mapping)
    if keys == ["uncertain"]:
        if uncertain:
            place.not_allowed(node, "`uncertain`", f"give {uncertain}")
            return math.nan
        return Uncertain(place.path, _read_uncertain_distribution(node.mapping["uncertain"], kind, place))
    if len(keys) == 1 and keys[0] in families.FAMILIES:
        advice = uncertain or f"{kind.allowed}, or `{{uncertain: {{{keys[0]}: ..}}}}`"
        place.not_allowed(node, f"the distribution {quoted(keys[0])}", f"give {advice}")
        return math.nan
    return _read_number(node, kind, place)


def _read_uncertain_distribution(node: Node, kind: ValueKind, place: Location) -> Distribution:
    """The distribution of an `uncertain`: any family, its own parameters certain."""
    place = place.at("uncertain")
    node, place = part_for_segment(node, place)
    found = _read_distribution_block(node, kind, place, families.ANY, "certain numbers inside `uncertain`")
    return PLACEHOLDER if found is None else found


def read_distribution(node: Node, kind: ValueKind, place: Location, allowed: frozenset[str]) -> Distribution:
    """A distribution; a bare value or an `uncertain` becomes the family `fixed`."""
    node, place = part_for_segment(node, place)
    if not isinstance(node.value, dict) or list(node.mapping) == ["uncertain"]:
        return Distribution("fixed", {"value": read_scalar(node, kind, place)})
    found = _read_distribution_block(node, kind, place, allowed, "")
    return PLACEHOLDER if found is None else found


def _read_distribution_block(
    node: Node, kind: ValueKind, place: Location, allowed: frozenset[str], uncertain: str
) -> Distribution | None:
    """The distribution that is written as `{FAMILY: {..}}`, or a bare value; None after a complaint."""
    if not isinstance(node.value, dict):
        return Distribution("fixed", {"value": _read_number(node, kind, place)})
    known = sorted(allowed & families.families_for(kind))
    if len(node.mapping) != 1:
        place.wrong_value(node, f"{kind.allowed}, or one distribution of {', '.join(known)}")
        return None
    name, inner = next(iter(node.mapping.items()))
    if name not in families.FAMILIES or name == "fixed":
        place.unknown_key(inner, name, known, "distribution")
        return None
    if name not in known:
        why = " (it is drawn while the simulation runs)" if allowed is families.LOOP else ""
        place.not_allowed(inner, f"the distribution {quoted(name)}", f"use one of {', '.join(known)}{why}")
        return None
    if name in ("discrete", "empirical"):
        return read_discrete(inner, kind, place.at(name))
    return read_family(name, inner, kind, place.at(name), uncertain)


def read_family(name: str, node: Node, kind: ValueKind, place: Location, uncertain: str = "") -> Distribution | None:
    """The distribution of a family whose parameters stand here; None after a complaint."""
    parameters = _read_parameters(name, node, kind, place, uncertain)
    if parameters is None:
        return None
    complaint = families.parameter_problem(name, parameters, kind)
    if complaint:
        place.wrong_value(node, complaint)
        return None
    return families.distribution_with(name, parameters)


def _read_parameters(
    name: str, node: Node, kind: ValueKind, place: Location, uncertain: str
) -> dict[str, Scalar] | None:
    """The parameters of a family in base units; None after a complaint."""
    family = families.FAMILIES[name]
    wanted = family.kinds(kind)
    if not isinstance(node.value, dict):
        place.wrong_value(node, f"a block with {family.usage}")
        return None
    for key, value in node.mapping.items():
        if key not in wanted:
            place.unknown_key(value, key, tuple(wanted))
    if not any(set(form) <= set(node.mapping) for form in family.forms):
        missing = [key for key in family.forms[0] if key not in node.mapping]
        if len(family.forms) == 1:
            place.missing_keys(node, missing)
        else:
            place.wrong_value(node, f"a block with {family.usage}")
        return None
    given = {
        key: read_scalar(node.mapping[key], wanted[key], place.at(key), uncertain)
        for key in wanted
        if key in node.mapping
    }
    bad = any(isinstance(value, float) and math.isnan(value) for value in given.values())
    return None if bad or not set(given) >= set(node.mapping) else given


def read_discrete(node: Node, kind: ValueKind, place: Location) -> Distribution | None:
    """The `discrete` distribution of a block of value: weight, ascending, its weights summing to 1."""
    if not isinstance(node.value, dict) or not node.mapping:
        place.wrong_value(node, "a block of value: weight, such as `{10: 0.5, 20: 0.5}`")
        return None
    weights: dict[float, float] = {}
    for key, weight in node.mapping.items():
        value = _read_number(weight.with_value(key), kind, place)
        part = read_scalar(weight, families.WEIGHT, place.at(key), "a certain weight")
        weights[value] = weights.get(value, 0.0) + (part if isinstance(part, float) else math.nan)
    total = math.fsum(weights.values())
    if math.isnan(total) or any(math.isnan(value) for value in weights):
        return None
    if total <= 0.0:
        place.wrong_value(node, "weights of which at least one is above 0")
        return None
    kept = sorted((value, weight / total) for value, weight in weights.items() if weight > 0.0)
    values, parts = zip(*kept, strict=True)
    return Distribution("discrete", {"values": values, "weights": parts})
