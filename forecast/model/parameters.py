"""What does an engine need to know?  A scenario as arrays: names and calendar once, numbers anew for each replication.

`Parameters(scenario)` holds what is the same in every replication; `setting(seed, replication)` adds the draws that
come before the first event: uncertain parameters, the vendor's dates and the accounts' traits.
"""

from __future__ import annotations

from functools import cached_property
from typing import NamedTuple

import numpy as np

from forecast.model import metrics
from forecast.model.assembly import Assembly
from forecast.model.dates import add_months
from forecast.model.distributions import restricted_mean
from forecast.model.tables import ParameterTables
from forecast.model.traits import Traits, draw_traits
from forecast.model.uncertainty import Draws, draw_parameters, medians, realized, realized_parameters
from forecast.model.vendor import Turns, Vendor, turns_of, vendor_of
from forecast.randomness import stream_of
from forecast.scenario import Distribution, Labels, Scenario, Uncertain, uncertain_in
from forecast.types import Flags, Integers

EPOCH = 719163  # date.toordinal() of 1970-01-01
STAGE_STREAMS = ("touch", "duration", "loss", "requirement patience", "people patience")


class _Shape(NamedTuple):
    """What no date and no draw changes."""

    origin: int  # clock.start in days since 1970-01-01
    fiscal_year_start: int  # month, 1 to 12
    month_days: Integers  # [month + 1]: the first day of each month; the last is the horizon
    calendar_months: Integers  # [month]: 0 is January
    after: Flags  # [stage, stage]: [a, b] when stage a waits for stage b
    needs_capability: Integers  # [requirement]: its capability's place
    stage_streams: Integers  # [stage, STAGE_STREAMS]
    requirement_streams: Integers  # [stage, requirement]


class Setting(NamedTuple):
    """One replication before its first event."""

    tables: ParameterTables
    traits: Traits
    vendor: Vendor


class Parameters:
    """A scenario, ready for an engine.  Names are tuples of text; account, segment, stage ... are places in them."""

    def __init__(self, scenario: Scenario) -> None:
        self.scenario = scenario
        self.segments = scenario.segments
        self.rows = (*scenario.segments, "vendor")
        self.months = scenario.months
        self.stages = scenario.stages
        self.resources = scenario.resources
        # By name, so that products over requirements or capabilities don't depend on the order of the file.
        self.requirements = tuple(sorted(scenario.requirements))
        self.capabilities = tuple(sorted({*scenario.capabilities, *scenario.requirements}))
        self.reasons = self._reasons()
        self.metrics = metrics.metric_names(self.reasons)
        self.period_days = np.array(sorted({0, *(max(change.day, 0) for change in scenario.changes)}), np.int64)
        self.uncertain = self._uncertain()
        self.shape = self._shape()
        self._kept: ParameterTables | None = None
        self._kept_vendor: tuple[list[Turns], Vendor] | None = None

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
    def vendor_is_uncertain(self) -> bool:
        """Whether anything that the vendor has or pays is drawn anew for each replication."""
        return any(each.path.startswith(("vendor.", "costs.")) for each in self.uncertain)

    def setting(self, seed: int, replication: int) -> Setting:
        """All that is known before the first event of one replication."""
        draws = draw_parameters(self.uncertain, self.scenario.correlations, seed, replication)
        return self.setting_of(draws, seed, replication)

    def setting_of(self, draws: Draws, seed: int, replication: int) -> Setting:
        """The same, with given draws of the uncertain parameters."""
        traits = draw_traits(self.scenario, self.requirements, draws, seed, replication)
        return Setting(self.tables(draws), traits, self.vendor(draws, seed, replication))

    def vendor(self, draws: Draws, seed: int, replication: int) -> Vendor:
        """The vendor of one replication; the same object again while neither date nor number is drawn anew."""
        turns = turns_of(self.scenario, self.capabilities, draws, (seed, replication))
        if self._kept_vendor is None or self.vendor_is_uncertain or self._kept_vendor[0] != turns:
            calendar = (self.month_days, self.period_days)
            self._kept_vendor = turns, vendor_of(self.scenario, self.capabilities, calendar, turns, draws)
        return self._kept_vendor[1]

    def draws(self, seed: int, replication: int) -> dict[str, float]:
        """The values of the uncertain parameters in one replication, by address (of its first segment)."""
        uniforms = draw_parameters(self.uncertain, self.scenario.correlations, seed, replication)
        return {each.path: realized(each, uniforms) for each in self.uncertain}

    def tables(self, draws: Draws) -> ParameterTables:
        """The numbers of every period and segment; the same object again while nothing is uncertain."""
        if self._kept is None or self.uncertain:
            self._kept = Assembly(self, draws).tables()
        return self._kept

    def reproduction_number(self, segment: int) -> float:
        """R: the trials that one trial starts in an untouched account of Z = 1, uncertain parameters at their medians.

        imitation * activation * sum over the first plan of its share times its mean tenure, restricted to the horizon.
        """
        draws = medians(self.uncertain)

        def value(path: str) -> float:
            return realized(self.scenario.parameters[path][segment], draws)

        def tenure(plan: str) -> float:
            distribution = self.scenario.parameters[f"churn.{plan}"][segment]
            assert isinstance(distribution, Distribution)
            parameters = realized_parameters(distribution, draws)
            return restricted_mean(distribution.family, parameters, float(self.month_days[-1]))

        paid, free = value("trial.to_paid"), (1 - value("trial.to_paid")) * value("trial.keep_free")
        days = paid * tenure("paid") + free * tenure("free")
        imitation = value("adoption.imitation.rate") * value("adoption.imitation.acceptance")
        return imitation * value("trial.activation") * days

    def _reasons(self) -> tuple[str, ...]:
        paths = {f"procurement.stages.{stage}.reason" for stage in self.stages}
        named = [str(reason) for path in sorted(paths) for reason in self.scenario.parameters[path]]
        named += [str(value) for change in self.scenario.changes if change.path in paths for value in change.values]
        return (*sorted(set(named) - set(metrics.ALWAYS_REASONS)), *metrics.ALWAYS_REASONS)

    def _uncertain(self) -> tuple[Uncertain, ...]:
        values = [value for each in self.scenario.parameters.values() for value in each]
        values += [value for change in self.scenario.changes for value in change.values]
        found = {each.path: each for each in uncertain_in(values)}
        return tuple(found[path] for path in sorted(found))

    def _shape(self) -> _Shape:
        start = self.scenario.start
        origin = start.toordinal() - EPOCH
        days = [add_months(origin, 0, month) for month in range(self.months + 1)]
        stages, requirements = self.stages, self.requirements
        after = np.zeros((len(stages), len(stages)), np.bool_)
        for place, before in enumerate(self.scenario.after):
            after[place, list(before)] = True
        stage_streams = [[stream_of(purpose, stage) for purpose in STAGE_STREAMS] for stage in stages]
        requirement_streams = [[stream_of("requirement", stage, name) for name in requirements] for stage in stages]
        return _Shape(
            origin,
            self.scenario.fiscal_year_start,
            np.array(days, np.int64),
            np.array([(start.month - 1 + month) % 12 for month in range(self.months)], np.int64),
            after,
            np.array([self.capabilities.index(name) for name in requirements], np.int64),
            np.array(stage_streams, np.int64).reshape(len(stages), len(STAGE_STREAMS)),
            np.array(requirement_streams, np.int64).reshape(len(stages), len(requirements)),
        )
