"""Whether an answer is plausible: figures outside of what is published, a flag each.

A flag says where a figure lies, what is published, and which inputs move it most; it stops nothing and proves nothing
(docs/plausibility.md).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, TypeAlias

import numpy as np

from forecast.analysis.figure_counts import FigureCounts
from forecast.analysis.figure_estimates import Estimate, known_estimates, run_estimates
from forecast.analysis.published_ranges import (
    ACCOUNTS_FILE,
    COST_OF_USE,
    FIGURES,
    SIZES,
    PublishedRange,
    published_range,
    source_text,
)
from forecast.model.distributions import trait_quantile
from forecast.model.parameters import Parameters
from forecast.model.uncertainty import medians, realized, realized_parameters
from forecast.scenario import Distribution

PlausibilityFlag: TypeAlias = dict[str, Any]  # as JSON has it: figure, segment, value, low, high, grade, source ...
BY_CONTRACT = "contract_nrr"  # its ranges are by the size of contracts, not of companies
MOST_NAMED = 3  # stages or people that stand for `{stage}` or `{resource}` of an input


def known_flags(parameters: Parameters) -> list[PlausibilityFlag]:
    """The flags that are known before a run."""
    return _flags(parameters, known_estimates(parameters), None)


def run_flags(counts: FigureCounts, parameters: Parameters) -> list[PlausibilityFlag]:
    """The flags of a run, from its counts, and those that were known before."""
    found = _flags(parameters, [*known_estimates(parameters), *run_estimates(parameters, counts)], counts)
    last = {(flag["figure"], flag["segment"]): flag for flag in found}  # of a figure known twice, what the run says
    return list(last.values())


def _flags(
    parameters: Parameters, estimates: Iterable[Estimate], counts: FigureCounts | None
) -> list[PlausibilityFlag]:
    """The estimates that surely lie outside of their range, in the order of the table."""
    flagged = []
    for estimate in estimates:
        row = range_of(estimate, parameters, counts)
        if is_outside(estimate, row):
            flagged.append((list(FIGURES).index(estimate.figure), _flag(parameters, estimate, row)))
    return [flag for _, flag in sorted(flagged, key=lambda pair: pair[0])]


def range_of(estimate: Estimate, parameters: Parameters, counts: FigureCounts | None) -> PublishedRange:
    """The range that an estimate is compared with."""
    if estimate.segment is None:
        return published_range(estimate.figure, None)
    named, measured = _size_by_name(parameters, estimate.segment), _size_by_contracts(parameters, estimate, counts)
    size = (measured or named) if estimate.figure == BY_CONTRACT else (named or measured)
    return published_range(estimate.figure, size)


def _size_by_name(parameters: Parameters, segment: int) -> str | None:
    """The size that a segment's name says; None where it says none."""
    name = parameters.segments[segment].lower().replace("-", "_")
    return name if name in SIZES else None


def _size_by_contracts(parameters: Parameters, estimate: Estimate, counts: FigureCounts | None) -> str | None:
    """The size by the median contract of a segment; None in another currency than USD, and without contracts."""
    if counts is None or parameters.scenario.currency != "USD":
        return None
    found = counts.contract_sizes[estimate.segment]
    reached = found.cumsum() * 2 >= found.sum()
    return SIZES[int(reached.argmax())] if found.sum() else None


def is_outside(estimate: Estimate, row: PublishedRange) -> bool:
    """Whether an estimate lies outside of a range, its sampling error allowed for."""
    return (row.high is not None and estimate.low > row.high) or (row.low is not None and estimate.high < row.low)


def _flag(parameters: Parameters, estimate: Estimate, row: PublishedRange) -> PlausibilityFlag:
    """The flag of an estimate that lies outside."""
    segment = None if estimate.segment is None else parameters.segments[estimate.segment]
    reasons = parameters.scenario.explanations
    return {
        "figure": estimate.figure,
        "segment": segment,
        "value": estimate.value,
        "low": row.low,
        "high": row.high,
        "grade": row.grade,
        "source": source_text(row),
        "inputs": list(_inputs(parameters, estimate)),
        "because": reasons.get((estimate.figure, segment)) or reasons.get((estimate.figure, None)),
    }


def _inputs(parameters: Parameters, estimate: Estimate) -> Iterator[str]:
    """The paths of a figure's inputs, as a file or `--set` names them."""
    segment = estimate.segment
    for path in FIGURES[estimate.figure].inputs:
        if "{stage}" in path:
            names = sorted(parameters.stages, key=lambda name: -_value(parameters, path.format(stage=name), segment))
            yield from (path.format(stage=name) for name in names[:MOST_NAMED])
        elif "{resource}" in path:
            yield from (path.format(resource=name) for name in parameters.resources[:MOST_NAMED])
        elif "{segment}" in path:
            yield from _of_segment(parameters, path, segment)
        elif path != COST_OF_USE or "usage" in parameters.revenue_sources:
            yield path


def _of_segment(parameters: Parameters, path: str, segment: int | None) -> Iterator[str]:
    """A path of a segment, with the accounts file where the segment has accounts of its own; of the whole, several."""
    if segment is None:
        yield from (path.format(segment=name) for name in parameters.segments[:MOST_NAMED])
        return
    scenario, name = parameters.scenario, parameters.segments[segment]
    own = sum(each.segment == name for each in scenario.present)
    both = [path.format(segment=name), *([ACCOUNTS_FILE] if own else [])]
    yield from both[:: -1 if own > scenario.accounts[segment] else 1]


def _value(parameters: Parameters, path: str, segment: int | None) -> float:
    """How large a value of a segment is; of a distribution the median."""
    value, uniforms = parameters.scenario.parameters[path][segment or 0], medians(parameters.uncertain)
    if isinstance(value, Distribution):
        return float(trait_quantile(value.family, realized_parameters(value, uniforms), np.array([0.5]))[0])
    return realized(value, uniforms)
