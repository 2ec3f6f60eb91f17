"""A scenario as an engine needs it: names and calendar once, numbers anew for each replication.

`Parameters(scenario)` holds what is the same in every replication; `inputs(seed, replication)` adds the draws that
come before the first event: uncertain parameters, the vendor's dates and the accounts' traits.
"""

from __future__ import annotations

from functools import cached_property
from typing import NamedTuple

import numpy as np

from forecast.model import metrics, streams
from forecast.model.assembly import Assembly
from forecast.model.market_level import LEVEL, PACE, draw_factors
from forecast.model.money import USE_DAYS
from forecast.model.names import scenario_names
from forecast.model.reproduction import Reproduction, reproduction
from forecast.model.tables import ParameterTables
from forecast.model.team_sizes import SegmentTeams, sells_team_plans
from forecast.model.traits import Traits, draw_traits
from forecast.model.uncertainty import Uniforms, draw_parameters, medians, realized
from forecast.model.vendor import AvailabilityChanges, Vendor, availability_changes, vendor_for
from forecast.months import first_of_month, month_start_days
from forecast.randomness import stream_of
from forecast.scenario import Labels, Scenario, Uncertain, declared, uncertain_in
from forecast.types import Flags, Floats, Integers

EPOCH = 719163  # date.toordinal() of 1970-01-01
_USAGE_UNITS = tuple(declared(f"usage.units.{plan}") for plan in USE_DAYS)


class _Shape(NamedTuple):
    """What no date and no draw changes."""

    origin: int  # clock.start in days since 1970-01-01
    fiscal_year_start: int  # month, 1 to 12
    month_days: Integers  # [month + 1]: the first day of each month; the last is the horizon
    calendar_months: Integers  # [month]: 0 is January
    after: Flags  # [stage, stage]: [a, b] when stage a waits for stage b
    needs_capability: Integers  # [requirement]: its capability's place
    stage_streams: Integers  # [stage, streams.STAGE_STREAMS]
    requirement_streams: Integers  # [stage, requirement]


class ReplicationInputs(NamedTuple):
    """One replication before its first event."""

    tables: ParameterTables
    traits: Traits
    vendor: Vendor
    level: Floats  # [month]: the market's, on the hazards of organic and imitation trials
    pace: Floats  # [month]: of procurement, on the duration of stages that begin in it


class Parameters:
    """A scenario, ready for an engine.  Names are tuples of text; account, segment, stage ... are places in them."""

    def __init__(self, scenario: Scenario) -> None:
        self.scenario = scenario
        self.names = names = scenario_names(scenario)
        self.segments, self.rows, self.stages, self.resources = (
            names.segments,
            names.rows,
            names.stages,
            names.resources,
        )
        self.requirements, self.capabilities = names.requirements, names.capabilities
        self.reasons, self.metrics = names.reasons, names.metrics
        self.period_days = names.period_days
        self.months = scenario.months
        self.requirement_reason = self.reasons.index(metrics.REQUIREMENT_REASON)
        self.stalled_reason = self.reasons.index(metrics.STALLED_REASON)
        self.uncertain = self._uncertain()
        self.shape = self._shape()
        self._kept: ParameterTables | None = None
        self._kept_vendor: tuple[list[AvailabilityChanges], Vendor] | None = None

    @property
    def labels(self) -> Labels:
        """The texts to show for segments, stages, requirements, resources and reasons."""
        return self.scenario.labels

    @property
    def month_days(self) -> Integers:
        """The first day of each month; the last is the horizon: [months + 1]."""
        return self.shape.month_days

    @cached_property
    def account_names(self) -> list[str]:
        """Every account: `smb-1`, `smb-2` ..., then those of the accounts file, segment by segment."""
        names: list[str] = []
        for segment, count in zip(self.segments, self.scenario.accounts, strict=True):
            names += [f"{segment}-{number}" for number in range(1, count + 1)]
            names += [each.account for each in self.scenario.present if each.segment == segment]
        return names

    @cached_property
    def account_segment(self) -> Integers:
        """The segment of each account, [account]."""
        present = [sum(each.segment == name for each in self.scenario.present) for name in self.segments]
        counts = [count + more for count, more in zip(self.scenario.accounts, present, strict=True)]
        return np.repeat(np.arange(len(counts)), counts)

    @cached_property
    def revenue_sources(self) -> tuple[str, ...]:
        """What revenue comes from, in the order of statements; use only where somebody uses what is counted."""
        values = [value for path in _USAGE_UNITS for value in self.scenario.parameters[path]]
        values += [value for change in self.scenario.changes if change.path in _USAGE_UNITS for value in change.values]
        return ("self_serve", "enterprise", *(["usage"] if any(value != 0 for value in values) else []))

    @cached_property
    def vendor_is_uncertain(self) -> bool:
        """Whether anything that the vendor has or pays is drawn anew for each replication."""
        return any(each.path.startswith(("vendor.", "costs.", "events.")) for each in self.uncertain)

    def inputs(self, seed: int, replication: int) -> ReplicationInputs:
        """All that is known before the first event of one replication."""
        uniforms = draw_parameters(self.uncertain, self.scenario.correlations, seed, replication)
        return self.inputs_from(uniforms, seed, replication)

    def inputs_from(self, uniforms: Uniforms, seed: int, replication: int) -> ReplicationInputs:
        """The same, with given uniforms of the uncertain parameters."""
        traits = draw_traits(self.scenario, self.requirements, uniforms, (seed, replication))
        level, pace = (draw_factors(each, self.scenario, uniforms, (seed, replication)) for each in (LEVEL, PACE))
        return ReplicationInputs(self.tables(uniforms), traits, self.vendor(uniforms, seed, replication), level, pace)

    def vendor(self, uniforms: Uniforms, seed: int, replication: int) -> Vendor:
        """The vendor of one replication; the same object again while neither date nor number is drawn anew."""
        changes = availability_changes(self.scenario, self.capabilities, uniforms, (seed, replication))
        if self._kept_vendor is None or self.vendor_is_uncertain or self._kept_vendor[0] != changes:
            calendar = (self.month_days, self.period_days)
            self._kept_vendor = changes, vendor_for(self.scenario, self.capabilities, calendar, changes, uniforms)
        return self._kept_vendor[1]

    def uncertain_values(self, seed: int, replication: int) -> dict[str, float]:
        """The values of the uncertain parameters in one replication, by address (of its first segment)."""
        uniforms = draw_parameters(self.uncertain, self.scenario.correlations, seed, replication)
        return {each.path: realized(each, uniforms) for each in self.uncertain}

    def tables(self, uniforms: Uniforms) -> ParameterTables:
        """The numbers of every period and segment; the same object again while nothing is uncertain."""
        if self._kept is None or self.uncertain:
            self._kept = Assembly(self.scenario, self.names, uniforms).tables()
        return self._kept

    def reproduction_number(self, segment: int) -> float:
        """R: the trials that one trial starts in an untouched account, uncertain parameters at their medians."""
        return self.reproduction(segment).total

    def reproduction(self, segment: int) -> Reproduction:
        """R in its parts: in the own team, and in other teams."""
        horizon = float(self.month_days[-1])
        return reproduction(self.scenario, medians(self.uncertain), horizon, segment)

    def teams(self, segment: int) -> SegmentTeams | None:
        """The teams of a segment's median account; None where every account is one team."""
        return SegmentTeams.of(self.scenario, medians(self.uncertain), segment)

    @cached_property
    def sells_team_plans(self) -> bool:
        """Whether a team may take a team plan, in any segment and at any time."""
        return sells_team_plans(self.scenario)

    def _uncertain(self) -> tuple[Uncertain, ...]:
        values = [value for each in self.scenario.parameters.values() for value in each]
        values += [value for change in self.scenario.changes for value in change.values]
        values += [event.cost for event in self.scenario.events]
        found: dict[str, Uncertain] = {}
        for each in uncertain_in(values):
            found.setdefault(each.path, each)  # of several segments with one draw, the first
        return tuple(found[path] for path in sorted(found))

    def _shape(self) -> _Shape:
        start = self.scenario.start
        origin = start.toordinal() - EPOCH
        stages, requirements = self.stages, self.requirements
        after = np.zeros((len(stages), len(stages)), np.bool_)
        for place, before in enumerate(self.scenario.after):
            after[place, list(before)] = True
        stage_streams = [[stream_of(purpose, stage) for purpose in streams.STAGE_STREAMS] for stage in stages]
        requirement_streams = [[stream_of("requirement", stage, name) for name in requirements] for stage in stages]
        return _Shape(
            origin,
            self.scenario.fiscal_year_start,
            np.array(month_start_days(start, self.months), np.int64),
            np.array([first_of_month(start, month).month - 1 for month in range(self.months)], np.int64),
            after,
            np.array([self.capabilities.index(name) for name in requirements], np.int64),
            np.array(stage_streams, np.int64).reshape(len(stages), len(streams.STAGE_STREAMS)),
            np.array(requirement_streams, np.int64).reshape(len(stages), len(requirements)),
        )
