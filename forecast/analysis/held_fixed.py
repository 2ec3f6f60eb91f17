"""The numbers of a scenario that every replication has in common: of their effect a spread says nothing."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

from forecast.analysis.formatting import pluralize
from forecast.analysis.scenario_diff import flow_yaml, leaf_values, resolved_tree
from forecast.scenario import (
    SEGMENT_TRAIT_PATHS,
    Distribution,
    Scenario,
    Value,
    defaults_in,
    evidence_at,
    is_within,
    uncertain_in,
)

UNVERIFIED = "U"  # the grade of a value that nothing published bears out
_COUNTED = ("accounts", "hires")  # whole numbers that are no parameters
_TIME = ("clock", "timeline", "events")  # what is simulated, and what is counted entry by entry


class HeldFixed(NamedTuple):
    """How many numbers are the same in every replication, and what they rest on."""

    values: int
    unverified: int  # of grade U
    ungraded: int  # without a grade

    def counted(self) -> str:
        """`118 other numbers of the scenario (94 unverified, 9 without a grade)`."""
        weak = [
            f"{count:,} {what}"
            for count, what in ((self.unverified, "unverified"), (self.ungraded, "without a grade"))
            if count
        ]
        grades = f" ({', '.join(weak)})" if weak else ""
        return f"{pluralize(self.values, 'other number')} of the scenario{grades}"

    def condition(self) -> str:
        """Under which condition the rest of a spread is chance."""
        return f"given the {self.counted()} as they are"

    def caveat(self) -> str:
        """What this says nothing of, in a sentence."""
        return "Those were held fixed, and nothing is known here of what they would change."


def held_fixed(scenario: Scenario) -> HeldFixed:
    """The numbers of a resolved scenario that are not uncertain, but for the time that is simulated.

    A default without a grade is none of them: nobody has given that number, and mostly what it belongs to is off.
    """
    neutral, grades = set(defaults_in(scenario)), []
    for path, values in _numbers(scenario):
        evidence = evidence_at(scenario.evidence, path)
        grade = evidence.grade if evidence else None
        if not [*uncertain_in(values)] and (grade or path not in neutral):
            grades.append(grade)
    return HeldFixed(len(grades), grades.count(UNVERIFIED), grades.count(None))


def _numbers(scenario: Scenario) -> Iterator[tuple[str, list[Value]]]:
    """The path and the values of each leaf that holds numbers; of the timeline each entry that comes in time."""
    tree = resolved_tree(scenario.resolved)
    timed = {key: part for key, part in tree.items() if key not in _TIME}
    for path, part in leaf_values(timed, {*scenario.parameters, *scenario.evidence}):
        values = _values_at(scenario, path)
        if _is_written_as_number(part) and (any(map(_is_number, values)) or path.rpartition(".")[2] in _COUNTED):
            yield path, values
    for number, step in enumerate(tree.get("timeline", []), 1):
        for path, part in step["set"].items():
            values = [value for each in scenario.changes if is_within(each.path, path) for value in each.values]
            if _is_written_as_number(part) and any(map(_is_number, values)):
                yield f"timeline.{number}.set", values
    for number, event in enumerate(scenario.events, 1):
        for factors in event.factors.values():
            yield f"events.{number}.multiply", list(factors)


def _values_at(scenario: Scenario, path: str) -> list[Value]:
    """The values that are kept at a path of the file, and below it."""
    block, _, key = path.rpartition(".")
    for kept in SEGMENT_TRAIT_PATHS:
        if kept.rpartition(".")[2] == key:
            return [scenario.parameters[kept][scenario.segments.index(block.rpartition(".")[2])]]
    return [value for key, values in scenario.parameters.items() if is_within(key, path) for value in values]


def _is_written_as_number(part: Any) -> bool:
    """Whether a value is written with digits: `annual` and `simple` are kept as numbers, and are none."""
    return any(letter.isdigit() for letter in flow_yaml(part))


def _is_number(value: Value) -> bool:
    """Whether a value is a number, or a distribution of numbers."""
    if isinstance(value, bool | str) or value is None or hasattr(value, "slip"):
        return False
    return not (isinstance(value, Distribution) and value.family == "never")
