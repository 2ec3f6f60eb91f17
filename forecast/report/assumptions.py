"""What does the forecast rest on?  Every value of the resolved scenario, with its grade and sources."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any, NamedTuple

from forecast.results.differences import flow, tree
from forecast.results.words import counted
from forecast.scenario import Scenario, evidence_at

WORDS = {
    "A": "a filing, a named survey with its size, or a reviewed paper",
    "B": "a page that quotes a named survey",
    "C": "a page without a source: direction only",
    "U": "unverified: an assumption",
}
UNGRADED = "–"


class Assumption(NamedTuple):
    """One value."""

    path: str
    value: str
    grade: str
    sources: str


class Block(NamedTuple):
    """The values of one block of the file."""

    name: str
    assumptions: list[Assumption]
    told: str


def blocks(scenario: Scenario) -> list[Block]:
    """All values, block by block in the order of the file."""
    found: dict[str, list[Assumption]] = {}
    for path, part in values(tree(scenario.resolved), "", {*scenario.parameters, *scenario.evidence}):
        evidence = evidence_at(scenario.evidence, path)
        grade, sources = (evidence.grade, " ".join(evidence.sources)) if evidence else (UNGRADED, "")
        found.setdefault(path.partition(".")[0], []).append(Assumption(path, flow(part), grade, sources))
    return [Block(name, listed, tally(listed)) for name, listed in found.items()]


def values(part: Any, path: str, known: set[str]) -> Iterator[tuple[str, Any]]:
    """The values below a path: what the scenario knows as one value, and what has no parts."""
    if not isinstance(part, dict) or path in known or path.endswith(".eligible_users"):
        if part not in ({}, []):
            yield path, part
        return
    for key, inner in part.items():
        yield from values(inner, f"{path}.{key}" if path else str(key), known)


def tally(listed: list[Assumption]) -> str:
    """`12 values: 3 A, 2 B, 5 U, 2 without a grade`."""
    grades = Counter(each.grade for each in listed)
    parts = [f"{grades[grade]} {grade}" for grade in WORDS if grades[grade]]
    if parts and grades[UNGRADED]:
        parts.append(f"{grades[UNGRADED]} without a grade")
    return counted(len(listed), "value") + (f": {', '.join(parts)}" if parts else "")


def weakest(found: list[Block]) -> str:
    """How much of it is unverified, in a sentence; empty where nobody graded anything."""
    grades = Counter(each.grade for block in found for each in block.assumptions)
    graded = sum(grades[grade] for grade in WORDS)
    if not graded:
        return "No value names the evidence it rests on."
    return (
        f"Of {counted(graded, 'graded value')} {grades['U']} are unverified assumptions; {grades['A']} rest on grade A."
    )
