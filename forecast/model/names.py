"""The names of a scenario and the periods of its timeline: what account, segment, stage ... are places in.

Names are tuples of text.  Knows no value of a parameter but the reasons of lost deals, which are the reader's own.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from forecast.model import metrics
from forecast.scenario import Scenario, declared
from forecast.types import Integers

_REASON = declared("procurement.stages.{}.reason")


class ScenarioNames(NamedTuple):
    """The names of a scenario, each kind in the order of its places."""

    segments: tuple[str, ...]
    rows: tuple[str, ...]  # of the tables: the segments, and the vendor last
    stages: tuple[str, ...]
    resources: tuple[str, ...]
    requirements: tuple[str, ...]
    capabilities: tuple[str, ...]
    reasons: tuple[str, ...]  # of lost deals
    metrics: tuple[str, ...]  # of a month
    period_days: Integers  # the first day of each period


def scenario_names(scenario: Scenario) -> ScenarioNames:
    """The names of a scenario."""
    reasons = _reasons(scenario)
    return ScenarioNames(
        segments=scenario.segments,
        rows=(*scenario.segments, "vendor"),
        stages=scenario.stages,
        resources=scenario.resources,
        # By name, so that products over requirements or capabilities don't depend on the order of the file.
        requirements=tuple(sorted(scenario.requirements)),
        capabilities=tuple(sorted({*scenario.capabilities, *scenario.requirements})),
        reasons=reasons,
        metrics=metrics.metric_names(reasons),
        period_days=np.array(sorted({0, *(max(change.day, 0) for change in scenario.changes)}), np.int64),
    )


def _reasons(scenario: Scenario) -> tuple[str, ...]:
    """The reader's reasons by name, then those that every scenario has."""
    paths = {_REASON.format(stage) for stage in scenario.stages}
    named = [str(reason) for path in sorted(paths) for reason in scenario.parameters[path]]
    named += [str(value) for change in scenario.changes if change.path in paths for value in change.values]
    return (*sorted(set(named) - set(metrics.ALWAYS_REASONS)), *metrics.ALWAYS_REASONS)
