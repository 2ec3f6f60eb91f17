"""Which values does a scenario rest on?  Each with its unit, sources and grade, as the resolved file has them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from forecast.errors import Problem
from forecast.scenario import Scenario, evidence_at
from forecast.scenario.source import Node, Source, read_tree

QUANTITY = re.compile(r"([+-]?[0-9]+(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?)(%?)(?: ([A-Za-z][A-Za-z ]*))?")
DIGITS = 15  # what a spreadsheet keeps of a number; longer ones stay text


class Input(NamedTuple):
    """One value of the scenario by its path; a number where it is one."""

    path: str
    value: float | str
    share: bool
    unit: str
    sources: str
    grade: str


def inputs_of(scenario: Scenario) -> list[Input]:
    """The values of the resolved scenario in the order of its file."""
    problems: list[Problem] = []
    root = read_tree(scenario.resolved, Source("scenario.yaml", Path()), problems.append)
    assert root is not None
    assert not problems
    found = []
    for path, text in leaves(root, ""):
        value, share, unit = read(text)
        evidence = evidence_at(scenario.evidence, path)
        sources = " ".join(f"[{source}]" for source in evidence.sources) if evidence else ""
        found.append(Input(path, value, share, unit, sources, evidence.grade if evidence else ""))
    return found


def leaves(node: Node, path: str) -> Iterator[tuple[str, str]]:
    """Each value of a tree with its path; a list is one value, unless its entries are blocks."""
    if isinstance(node.value, dict):
        for key, part in node.value.items():
            yield from leaves(part, f"{path}.{key}" if path else key)
    elif isinstance(node.value, list):
        if any(isinstance(item.value, (dict, list)) for item in node.value):
            for number, item in enumerate(node.value, 1):
                yield from leaves(item, f"{path}.{number}")
        else:
            yield path, ", ".join(str(item.value) for item in node.value)
    else:
        yield path, node.value


def read(text: str) -> tuple[float | str, bool, str]:
    """A value, whether it is a share, and its unit; a text that is no number stays as it is."""
    match = QUANTITY.fullmatch(text)
    if match is None or len(re.sub(r"\D", "", match[1])) > DIGITS:
        return text, False, ""
    number, percent, unit = match[1], bool(match[2]), match[3] or ""
    return float(number) / 100 if percent else float(number), percent, unit
