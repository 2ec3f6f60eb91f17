"""Flags of figures outside of published ranges as sentences, the same on screens, in reports and in the workbook."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from forecast.analysis.published_ranges import ACCOUNTS_FILE, FIGURES, PublishedRange, format_quantity, range_text
from forecast.scenario import Labels

FLAGS_HEADING = "Outside of what is published (a hint, not an error; see docs/plausibility.md):"


def _sentence(flag: Mapping[str, Any], segments: Sequence[str]) -> str:
    """A flag in one sentence: the figure, the range, its source and grade, the inputs; then the scenario's reason."""
    figure = FIGURES[flag["figure"]]
    row = PublishedRange(figure.code, "", flag["low"], flag["high"], flag["grade"], (), "")
    where = f", {_listed(segments)}" if segments else ""
    label = figure.label[:1].upper() + figure.label[1:]
    compared = f"published: {range_text(row)}" if "[" in flag["source"] else f"expected: {range_text(row)}"
    inputs = _listed([_named_input(path) for path in flag["inputs"]])
    sentence = (
        f"{label}{where}: {format_quantity(flag['value'], figure.unit)}; {compared} "
        f"(grade {flag['grade']}: {flag['source']}); moved most by {inputs}."
    )
    if not flag["because"]:
        return sentence
    return (
        f"{sentence} The scenario says why: {flag['because']}{'' if flag['because'].endswith(('.', '!', '?')) else '.'}"
    )


def _named_input(path: str) -> str:
    """A path between backquotes; of the accounts file, what to look at there."""
    return f"`{path}`" + (" (column `eligible_users`)" if path == ACCOUNTS_FILE else "")


def _listed(names: Sequence[str]) -> str:
    """`a, b and c`."""
    return " and ".join([part for part in (", ".join(names[:-1]), names[-1]) if part])


def plausibility_sentences(flags: Iterable[Mapping[str, Any]], labels: Labels) -> list[str]:
    """The sentences of some flags; segments in which a figure is the same in all share one."""
    groups: list[tuple[Mapping[str, Any], list[str]]] = []
    for flag in flags:
        segment = [] if flag["segment"] is None else [labels.segment(flag["segment"])]
        if groups and all(flag[key] == groups[-1][0][key] for key in flag if key != "segment"):
            groups[-1][1].extend(segment)
        else:
            groups.append((flag, segment))
    return [_sentence(flag, segments) for flag, segments in groups]
