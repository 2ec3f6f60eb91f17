"""What are the days in a stage spent on?  Waits for a date, for a capability, for people; then work.

Read off opportunities.parquet.  The day on which a gate opened is not in the table: it follows from the calendar.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

import numpy as np
import pyarrow.parquet as pq

from forecast.charts.layout import axis
from forecast.model.parameters import Parameters
from forecast.study.finished_run import Run
from forecast.types import Flags, Floats, Integers

GATE_MONTHS = {"month": 1, "fiscal_quarter": 3, "fiscal_year": 12}  # months between the days on which a gate opens
STAGE_STEPS = ("entered", "queued", "served", "left")


class StageTimes(NamedTuple):
    """Mean days of those who left a stage, by going on or by being lost."""

    name: str
    passed: float  # a replication
    days: tuple[float, float, float, float]  # for a date, a capability, people; and work


def stage_times(run: Run) -> list[StageTimes]:
    """Every stage, in the order of the file."""
    return [_times_of_stage(run, stage, opportunity_segments(run)) for stage in run.parameters.stages]


def opportunity_segments(run: Run) -> Integers:
    """The segment's place of each opportunity."""
    return category_codes(opportunity_column(run, "segment"), run.parameters.segments)


def opportunity_column(run: Run, name: str) -> Any:
    """A column of opportunities.parquet."""
    return pq.read_table(run.folder / "opportunities.parquet", columns=[name])[name].combine_chunks()


def stage_event_days(run: Run, stage: str) -> list[Floats]:
    """When each opportunity entered the stage, queued, was served and left; NaN where it did not."""
    return [opportunity_column(run, f"{stage}_{step}_day").to_numpy().astype(float, copy=False) for step in STAGE_STEPS]


def category_codes(texts: Any, names: tuple[str, ...]) -> Integers:
    """The place in `names` of each text of a column; -1 where it is none of them."""
    encoded = texts if hasattr(texts, "dictionary") else texts.dictionary_encode()
    known = {name: place for place, name in enumerate(names)}
    of_each = np.array([*(known.get(name, -1) for name in encoded.dictionary.to_pylist()), -1])
    found: Integers = of_each[encoded.indices.fill_null(len(of_each) - 1).to_numpy()]
    return found


def _times_of_stage(run: Run, stage: str, segment: Integers) -> StageTimes:
    """One stage's passages that came to an end."""
    entered, queued, served, left = stage_event_days(run, stage)
    ended = ~np.isnan(left)
    entered, queued, served, left = (each[ended] for each in (entered, queued, served, left))
    segment = segment[ended]
    if not len(left):
        return StageTimes(stage, 0.0, (0.0, 0.0, 0.0, 0.0))
    opens = np.minimum(gate_opening_days(run.parameters, stage, entered, segment), left)
    # Who asked for nobody of the vendor, in a stage where one would: it was lost while it waited for a capability.
    waited = stage_checks_requirements(run.parameters, stage, opens, segment) & _stage_needs_resource(
        run.parameters, stage, opens, segment
    )
    begins = np.where(np.isnan(queued), np.where(waited, left, opens), queued)
    taken = np.where(np.isnan(served), np.where(np.isnan(queued), begins, left), served)
    parts = (opens - entered, begins - opens, taken - begins, left - taken)
    date, capability, people, work = (float(part.mean()) for part in parts)
    return StageTimes(stage, len(left) / run.manifest["replications"], (date, capability, people, work))


def _values_in_force(parameters: Parameters, path: str, days: Floats, segment: Integers) -> Iterator[tuple[Any, Flags]]:
    """The values that a parameter has at some days in some segments, and where it has them."""
    scenario = parameters.scenario
    steps = [(-np.inf, scenario.parameters[path])]
    steps += [(float(change.day), change.values) for change in scenario.changes if change.path == path]
    for place, (since, values) in enumerate(steps):
        until = steps[place + 1][0] if place + 1 < len(steps) else np.inf
        for of_segment, value in enumerate(values if len(values) > 1 else values * len(parameters.segments)):
            yield value, (segment == of_segment) & (days >= since) & (days < until)


def stage_checks_requirements(parameters: Parameters, stage: str, days: Floats, segment: Integers) -> Flags:
    """Whether the stage asks for requirements, [passage]."""
    flags = np.zeros(len(days), np.bool_)
    for value, rows in _values_in_force(parameters, f"procurement.stages.{stage}.requirements", days, segment):
        flags |= rows & bool(value)
    return flags


def _stage_needs_resource(parameters: Parameters, stage: str, days: Floats, segment: Integers) -> Flags:
    """Whether the stage needs somebody of the vendor, [passage]."""
    flags = np.zeros(len(days), np.bool_)
    for value, rows in _values_in_force(parameters, f"procurement.stages.{stage}.resource", days, segment):
        flags |= rows & (value not in (None, "none"))
    return flags


def gate_opening_days(parameters: Parameters, stage: str, entered: Floats, segment: Integers) -> Floats:
    """The day on which each passage's gate opens, at once on such a day; the entry where there is none."""
    opens = entered.copy()
    for gate, rows in _values_in_force(parameters, f"procurement.stages.{stage}.gate", entered, segment):
        if gate in GATE_MONTHS and rows.any():
            days = _gate_calendar(parameters, GATE_MONTHS[gate])
            opens[rows] = days[np.searchsorted(days, entered[rows], side="left")]
    return opens


def _gate_calendar(parameters: Parameters, every: int) -> Floats:
    """Every day on which a gate opens, to a year after the horizon."""
    months = parameters.months + 13
    into = parameters.scenario.start.month - parameters.scenario.fiscal_year_start
    days = axis.month_start_days(parameters.scenario.start, months)
    return days[[month for month in range(months + 1) if (into + month) % every == 0]]
