"""Correlated uncertain parameters: their addresses and ranks, and whether these are possible. Draws nothing."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator

from forecast.errors import listed, quoted
from forecast.scenario.records import Distribution, Multiplied, Uncertain, Value
from forecast.scenario.text.location import Location
from forecast.scenario.text.yaml_tree import Node
from forecast.scenario.values.families import DRAWN

MOST_CORRELATED = 200


def uncertain_in(values: Iterable[object]) -> Iterator[Uncertain]:
    """Every uncertain scalar among the values of a scenario, those inside distributions, lists and slips too."""
    for value in values:
        if isinstance(value, Uncertain):
            yield value
        elif isinstance(value, Multiplied):
            yield from uncertain_in((value.value, *value.factors))
        elif isinstance(value, Distribution):
            yield from uncertain_in(value.parameters.values())
        elif isinstance(value, tuple):
            yield from uncertain_in(value)
        elif hasattr(value, "slip"):
            yield from uncertain_in([value.slip])


def correlated_pairs(
    tree: Node, ranks: list[float], values: Iterable[tuple[Value, ...]], location: Location
) -> tuple[tuple[str, str, float], ...]:
    """The correlated pairs of addresses with their rank correlation."""
    uncertain = list(uncertain_in(values))
    drawn = {each.path for each in uncertain if each.distribution.family == DRAWN}
    known = sorted({each.path for each in uncertain} - drawn)
    found: dict[tuple[str, str], float] = {}
    items = tree.mapping["correlations"].items
    for number, (item, rank) in enumerate(zip(items, ranks, strict=True), 1):
        between = item.mapping.get("between")
        if between is None:
            continue
        here = location.at(str(number), "between")
        ends = [end.text or "" for end in between.items]
        if len(ends) != 2:
            here.wrong_value(between, "a list of two paths")
            continue
        if ends[0] == ends[1]:
            here.duplicate(between, f"path {quoted(ends[0])}", "give two different paths")
            continue
        for end in ends:
            if end in drawn:
                advice = "its draws stand in rows with those of other paths, which say how they go together"
                here.not_allowed(between, f"{quoted(end)}, a column of `draws`,", advice)
            elif end not in known:
                near = here.nearest(end, known)
                here.wrong_value(between, f"an uncertain parameter: {listed(known) or 'none'}", near, quoted(end))
        pair = (min(ends), max(ends))
        if pair in found:
            here.duplicate(between, f"pair {quoted(pair[0])} and {quoted(pair[1])}", "write each pair once")
        found[pair] = rank
    names = sorted({end for pair in found for end in pair})
    if len(names) > MOST_CORRELATED:
        location.over_limit(tree.mapping["correlations"], f"{len(names)} correlated parameters", str(MOST_CORRELATED))
    elif not _positive_definite(names, found):
        allowed = "ranks that are possible together: the matrix of 2 sin(pi rank / 6) must be positive definite"
        location.wrong_value(tree.mapping["correlations"], allowed, found="ranks that contradict each other")
    return tuple((*pair, rank) for pair, rank in found.items())


def _positive_definite(names: list[str], ranks: dict[tuple[str, str], float]) -> bool:
    """Whether the implied matrix of normal correlations has a Cholesky factor."""
    lower: list[list[float]] = []
    for i, name in enumerate(names):
        row: list[float] = []
        for j, other in enumerate(names[: i + 1]):
            pair = (min(name, other), max(name, other))
            wanted = 1.0 if i == j else 2.0 * math.sin(math.pi * ranks.get(pair, 0.0) / 6.0)
            rest = wanted - math.fsum(a * b for a, b in zip(row, lower[j] if j < i else row, strict=False))
            if i != j:
                row.append(rest / lower[j][j])
            elif rest > 1e-9:
                row.append(math.sqrt(rest))
            else:
                return False
        lower.append(row)
    return True
