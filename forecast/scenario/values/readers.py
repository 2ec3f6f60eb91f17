"""Readers of scalars and distributions, with `by_segment` and `uncertain`. Know units, but not the format."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from forecast.errors import ProblemKind, listed, quoted
from forecast.scenario.records import Distribution, Scalar, Uncertain
from forecast.scenario.text.draws_file import DrawnColumn, number_or_text
from forecast.scenario.text.location import Location
from forecast.scenario.text.yaml_tree import DRAWN_WORD, INVALID, Node, Source
from forecast.scenario.values import families
from forecast.scenario.values.suggestions import same_value, same_word
from forecast.scenario.values.units import DURATION, RATE, UnreadableError, ValueKind, number_in, plain_meaning

_RATE_SIGN = re.compile(r"%|/|\bper\b")
PLACEHOLDER = Distribution(
    "fixed", {"value": math.nan}
)  # stands in after a problem: no scenario leaves the loader then


def part_for_segment(node: Node, location: Location) -> tuple[Node, Location]:
    """The part that a `by_segment` holds for the location's segment; without `by_segment` the node itself."""
    while list(node.mapping) == ["by_segment"]:
        parts = node.mapping["by_segment"]
        within_a_part = "by_segment" in location.path.split(".")  # which the other segments do not read
        location = location.at("by_segment")
        if location.segment is None:
            location.not_allowed(node, "`by_segment`", "give one value for all segments")
            return node.with_value(INVALID), location
        if not isinstance(parts.value, dict):
            location.wrong_value(parts, f"a value for each of {listed(location.context.segments)}")
            return node.with_value(INVALID), location
        if within_a_part or location.segment == location.context.segments[0]:
            _check_segments(parts, location)
        if location.segment not in parts.mapping:
            return node.with_value(INVALID), location
        node, location = parts.mapping[location.segment], location.at(location.segment)
    return node, location


def _check_segments(parts: Node, location: Location) -> None:
    """Report parts for unknown segments, and segments without a part that no unknown name is like."""
    known, likely = location.context.segments, set()
    for name, part in parts.mapping.items():
        if name not in known:
            location.unknown_key(part, name, known, "segment")
            likely.add(location.nearest(name, known))
    missing = [name for name in known if name not in parts.mapping and name not in likely]
    if missing:
        location.missing_keys(parts, missing, ", or `other` for all segments without a part")


def _read_number(node: Node, kind: ValueKind, location: Location) -> float:
    """The value of a text, in base units; NaN after a problem."""
    text = node.text
    if text == INVALID:
        return math.nan
    if text is None or text == DRAWN_WORD:
        column = f"; `{DRAWN_WORD}` stands for a column {quoted(location.path)} of `draws`" if text else ""
        location.wrong_value(node, f"{kind.allowed}{column}")
        return math.nan
    try:
        value = kind.read(text, location.context.currency)
    except UnreadableError as error:
        _report_unreadable(node, kind, location, error)
        return math.nan
    if not kind.allows(value):
        location.out_of_range(node, kind.bounds)
        return math.nan
    return value + 0  # no negative zero


def _report_unreadable(node: Node, kind: ValueKind, location: Location, error: UnreadableError) -> None:
    """Report a text that is no value of its kind: without its unit, with another one, or something else."""
    text, currency = node.text or "", location.context.currency
    if error.kind is ProblemKind.OUT_OF_RANGE:
        location.out_of_range(node, kind.bounds)
        return
    likely = (
        same_value(text, kind, currency) or dict(kind.same).get(text.strip().lower()) or same_word(text, kind.words, {})
    )
    allowed = kind.allowed.replace("USD", currency)
    if error.kind is ProblemKind.NEEDS_UNIT:
        location.needs_unit(node, likely or kind.with_unit(text, currency))
    elif error.kind is ProblemKind.WRONG_UNIT:
        location.wrong_unit(node, allowed, likely)
    else:
        location.wrong_value(node, f"{allowed}{'; ' + error.hint if error.hint else ''}", likely)


def read_scalar(node: Node, kind: ValueKind, location: Location, uncertain: str = "") -> Scalar:
    """A number or an `uncertain`; the text `uncertain` says why there may be none here."""
    node, location = part_for_segment(node, location)
    keys = list(node.mapping)
    if node.drawn:
        return _read_drawn(node, kind, location, uncertain)
    if keys == ["uncertain"]:
        if uncertain:
            location.not_allowed(node, "`uncertain`", f"give {uncertain}")
            return math.nan
        return Uncertain(location.path, _read_uncertain_distribution(node.mapping["uncertain"], kind, location))
    if len(keys) == 1 and keys[0] in families.FAMILIES:
        advice = uncertain or f"{kind.allowed}, or `{{uncertain: {{{keys[0]}: ..}}}}`"
        location.not_allowed(node, f"the distribution {quoted(keys[0])}", f"give {advice}")
        return math.nan
    return _read_number(node, kind, location)


def _read_drawn(node: Node, kind: ValueKind, location: Location, uncertain: str) -> Scalar:
    """The uncertain value whose draws are those of a column; NaN after a problem."""
    assert node.drawn
    column = node.drawn.column
    if uncertain:
        location.not_allowed(node, "a column of draws", f"give {uncertain}")
        return math.nan
    if kind not in column.readings:
        column.readings[kind] = _drawn_distribution(column, kind, location)
    found = column.readings[kind]
    return Uncertain(location.path, found) if isinstance(found, Distribution) else math.nan


def _drawn_distribution(column: DrawnColumn, kind: ValueKind, location: Location) -> Distribution | None:
    """The distribution of a column's values in the order of the rows; None after a problem."""
    read = [_drawn_value(cell, kind, location.context.currency) for cell in column.cells]
    values = tuple(value for value in read if value is not None)
    if len(values) == len(read) and kind.allows(min(values)) and kind.allows(max(values)):
        middle = sorted(range(len(values)), key=values.__getitem__)[(len(values) - 1) // 2]
        return Distribution(families.DRAWN, {"values": values, "median_row": middle})
    wrong = [row for row, value in enumerate(read) if value is None or not kind.allows(value)]
    scratch = replace(location, context=replace(location.context, problems={}))
    line, cell = column.lines[wrong[0]], column.cells[wrong[0]]
    node = Node(str(cell) or "null", Source(column.table.label, Path()), line)
    if isinstance(cell, str) and not isinstance(number_or_text(cell), float):
        _read_number(node, kind, scratch)
    else:
        meaning = plain_meaning(kind)
        scratch.out_of_range(node, kind.bounds + (f" (a plain number is {meaning})" if meaning else ""))
    more = f" ({len(wrong) - 1:,} more like it in this column)" if len(wrong) > 1 else ""
    problems = [replace(problem, allowed=problem.allowed + more) for problem in scratch.context.problems]
    column.table.reject(column.path, problems)
    return None


def _drawn_value(cell: float | str, kind: ValueKind, currency: str) -> float | None:
    """The value of a cell in base units; None where it is none."""
    number = number_or_text(cell) if isinstance(cell, str) else cell
    if not isinstance(number, str):
        return number_in(kind, number)
    try:
        return kind.read(number, currency)
    except UnreadableError:
        return None


def _read_uncertain_distribution(node: Node, kind: ValueKind, location: Location) -> Distribution:
    """The distribution of an `uncertain`: any family, its own parameters certain."""
    location = location.at("uncertain")
    node, location = part_for_segment(node, location)
    found = _read_distribution_block(node, kind, location, families.ANY_FAMILY, "certain numbers inside `uncertain`")
    return PLACEHOLDER if found is None else found


def read_distribution(node: Node, kind: ValueKind, location: Location, allowed: frozenset[str]) -> Distribution:
    """A distribution; a bare value or an `uncertain` becomes the family `fixed`, a rate of an end exponential."""
    node, location = part_for_segment(node, location)
    if kind.name == DURATION.name and is_rate(node):
        hazard = read_scalar(node, RATE.positive(), location)
        return families.distribution_with("lomax", {"hazard": hazard, "heterogeneity_cv": 0.0})
    if not isinstance(node.value, dict) or list(node.mapping) == ["uncertain"]:
        return Distribution("fixed", {"value": read_scalar(node, kind, location)})
    found = _read_distribution_block(node, kind, location, allowed, "")
    return PLACEHOLDER if found is None else found


def is_rate(node: Node) -> bool:
    """Whether a text, or one within an `uncertain`, is written as a rate: where a time is wanted, that of its end."""
    if isinstance(node.value, dict) and list(node.mapping) != ["uncertain"]:
        return False
    if node.drawn:
        return node.drawn.column.is_rate
    return any(_RATE_SIGN.search(text) for text in _texts_in(node))


def _texts_in(node: Node) -> Iterator[str]:
    """All texts in a tree; the values of a discrete distribution are keys."""
    yield from (key for key in node.mapping)
    if node.text:
        yield node.text
    for part in (*node.mapping.values(), *node.items):
        yield from _texts_in(part)


def _read_distribution_block(
    node: Node, kind: ValueKind, location: Location, allowed: frozenset[str], uncertain: str
) -> Distribution | None:
    """The distribution that is written as `{FAMILY: {..}}`, or a bare value; None after a problem."""
    if not isinstance(node.value, dict):
        return Distribution("fixed", {"value": _read_number(node, kind, location)})
    known = sorted(allowed & families.families_for(kind))
    if len(node.mapping) != 1:
        location.wrong_value(node, f"{kind.allowed}, or one distribution of {', '.join(known)}")
        return None
    name, inner = next(iter(node.mapping.items()))
    if name not in families.FAMILIES or name == "fixed":
        location.unknown_key(inner, name, known, "distribution")
        return None
    if name not in known:
        why = " (it is drawn while the simulation runs)" if allowed is families.LOOP_FAMILIES else ""
        location.not_allowed(inner, f"the distribution {quoted(name)}", f"use one of {', '.join(known)}{why}")
        return None
    if name in ("discrete", "empirical"):
        return _read_discrete(inner, kind, location.at(name))
    return read_family(name, inner, kind, location.at(name), uncertain)


def read_family(name: str, node: Node, kind: ValueKind, location: Location, uncertain: str = "") -> Distribution | None:
    """The distribution of a family whose parameters stand here; None after a problem."""
    parameters = _read_parameters(name, node, kind, location, uncertain)
    if parameters is None:
        return None
    problem = families.parameter_problem(name, parameters, kind)
    if problem:
        location.wrong_value(node, problem)
        return None
    return families.distribution_with(name, parameters)


def _read_parameters(
    name: str, node: Node, kind: ValueKind, location: Location, uncertain: str
) -> dict[str, Scalar] | None:
    """The parameters of a family in base units; None after a problem."""
    family = families.FAMILIES[name]
    wanted = family.kinds(kind)
    if not isinstance(node.value, dict):
        location.wrong_value(node, f"a block with {family.usage}")
        return None
    for key, value in node.mapping.items():
        if key not in wanted:
            location.unknown_key(value, key, tuple(wanted))
    if not any(set(form) <= set(node.mapping) for form in family.forms):
        missing = [key for key in family.forms[0] if key not in node.mapping]
        if len(family.forms) == 1:
            location.missing_keys(node, missing)
        else:
            location.wrong_value(node, f"a block with {family.usage}")
        return None
    given = {
        key: read_scalar(node.mapping[key], wanted[key], location.at(key), uncertain)
        for key in wanted
        if key in node.mapping
    }
    bad = any(isinstance(value, float) and math.isnan(value) for value in given.values())
    return None if bad or not set(given) >= set(node.mapping) else given


def _read_discrete(node: Node, kind: ValueKind, location: Location) -> Distribution | None:
    """The `discrete` distribution of a block of value: weight, ascending, its weights summing to 1."""
    if not isinstance(node.value, dict) or not node.mapping:
        location.wrong_value(node, "a block of value: weight, such as `{10: 0.5, 20: 0.5}`")
        return None
    weights: dict[float, float] = {}
    for key, weight in node.mapping.items():
        value = _read_number(weight.with_value(key), kind, location)
        part = read_scalar(weight, families.WEIGHT, location.at(key), "a certain weight")
        weights[value] = weights.get(value, 0.0) + (part if isinstance(part, float) else math.nan)
    total = math.fsum(weights.values())
    if math.isnan(total) or any(math.isnan(value) for value in weights):
        return None
    if total <= 0.0:
        location.wrong_value(node, "weights of which at least one is above 0")
        return None
    kept = sorted((value, weight / total) for value, weight in weights.items() if weight > 0.0)
    values, parts = zip(*kept, strict=True)
    return Distribution("discrete", {"values": values, "weights": parts})
