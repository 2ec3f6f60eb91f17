"""The assumptions of a forecast: every value of the resolved scenario, with its grade and sources."""

from __future__ import annotations

from collections import Counter
from typing import NamedTuple

from forecast.analysis.formatting import pluralize
from forecast.analysis.scenario_diff import flow_yaml, leaf_values, resolved_tree
from forecast.scenario import Scenario, evidence_at

GRADES = {
    "A": "a filing, a named survey with its size, or a reviewed paper",
    "B": "a page that quotes a named survey",
    "C": "a page without a source: direction only",
    "U": "unverified: an assumption",
}
UNGRADED = "–"


class _Assumption(NamedTuple):
    """A value of the scenario with its evidence."""

    path: str
    value: str
    grade: str
    sources: str


class AssumptionBlock(NamedTuple):
    """The values of one block of the file, and how many have which grade."""

    name: str
    assumptions: list[_Assumption]
    grade_counts: str


def assumption_blocks(scenario: Scenario) -> list[AssumptionBlock]:
    """All values, block by block in the order of the file."""
    blocks: dict[str, list[_Assumption]] = {}
    for path, part in leaf_values(resolved_tree(scenario.resolved), {*scenario.parameters, *scenario.evidence}):
        evidence = evidence_at(scenario.evidence, path)
        grade, sources = (evidence.grade, " ".join(evidence.sources)) if evidence else (UNGRADED, "")
        blocks.setdefault(path.partition(".")[0], []).append(_Assumption(path, flow_yaml(part), grade, sources))
    return [AssumptionBlock(name, listed, _count_grades(listed)) for name, listed in blocks.items()]


def _count_grades(listed: list[_Assumption]) -> str:
    """`12 values: 3 A, 2 B, 5 U, 2 without a grade`."""
    grades = Counter(each.grade for each in listed)
    parts = [f"{grades[grade]} {grade}" for grade in GRADES if grades[grade]]
    if parts and grades[UNGRADED]:
        parts.append(f"{grades[UNGRADED]} without a grade")
    return pluralize(len(listed), "value") + (f": {', '.join(parts)}" if parts else "")


def evidence_summary(blocks: list[AssumptionBlock]) -> str:
    """How much of the evidence is unverified, in a sentence."""
    grades = Counter(each.grade for block in blocks for each in block.assumptions)
    graded = sum(grades[grade] for grade in GRADES)
    if not graded:
        return "No value has a grade of evidence."
    return (
        f"{pluralize(graded, 'value')} with a grade: {pluralize(grades['U'], 'unverified assumption')}, "
        f"{grades['A']} of grade A."
    )
