"""What the accounts of one replication share: calendar, rules in force, vendor, flows and log.

Below the accounts, so that they can hold it; what changes them on the dates of the market stands in `market`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import simpy

from forecast.engines.result import empty_ledger
from forecast.engines.simpy_engine.calendar import Calendar
from forecast.engines.simpy_engine.pools import Pool
from forecast.model import kinds, metrics
from forecast.model.books import open_books
from forecast.model.metrics import RESOURCE_COLUMNS
from forecast.model.tables import SegmentRules, row, segment_row
from forecast.model.usage import take_period
from forecast.scenario.format.schema import RequirementRules, StageRules

if TYPE_CHECKING:
    from forecast.model.parameters import Parameters


class Waiting(NamedTuple):
    """A stage that waits for capabilities."""

    account: int
    stage: int
    awaited: set[int]
    met: simpy.Event


class OpportunityRow(NamedTuple):
    """One opportunity as the tables show it."""

    account: int
    ordinal: int
    source: int
    opened: float
    closed: float
    outcome: int
    reason: int
    stages: list[list[float]]
    requirements: list[list[bool]]


class MarketState:
    """One replication as its accounts see it."""

    def __init__(self, parameters: Parameters, seed: int, replication: int, log: list[Any] | None) -> None:
        self.parameters = parameters
        self.replication = replication
        self.inputs = parameters.inputs(seed, replication)
        self.log = log
        self.kept_free: list[Any] | None = None
        self.events = 0
        self.calendar = Calendar(float(parameters.month_days[-1]))
        self.period = 0
        self.month = 0  # months closed; the next one is in progress
        tables = self.inputs.tables
        # Plain numbers: reading one cell of an array costs SimPy more than the draw itself.
        self.distributions = [(int(family), a, b, c, d) for family, a, b, c, d in tables.distributions.tolist()]
        self.points = tables.points
        self.needs_capability = parameters.shape.needs_capability.tolist()
        self.stage_streams = parameters.shape.stage_streams.tolist()
        self.requirement_streams = parameters.shape.requirement_streams.tolist()
        self.first_reason = metrics.FIRST_REASON
        self.available = np.array(self.inputs.vendor.available, np.bool_)
        vendor = self.inputs.vendor
        self.pools = [Pool(self.calendar, *pool) for pool in zip(vendor.people, vendor.rosters, strict=True)]
        self.waiting: list[Waiting] = []
        self.opportunities: list[OpportunityRow] = []
        self.active_share = 0.0
        self.at_start: list[tuple[bool, bool]] = []  # of each account: active or buying, under contract
        self.ledger = empty_ledger(parameters)
        self.resources = np.zeros((parameters.months, len(self.pools), len(RESOURCE_COLUMNS)))
        self.flows = [[0] * len(parameters.metrics) for _ in parameters.segments]
        self.books = open_books(parameters, self.inputs, 0 if log is None else parameters.months + 1)
        # Last, and before accounts are made: they take the rules of their segment at once.
        self.read_rules()

    def read_rules(self) -> None:
        """Take the numbers of the present period and month."""
        tables, segments = self.inputs.tables, range(len(self.parameters.segments))
        shape, period = self.parameters.shape, self.period
        month = min(self.month, self.parameters.months - 1)
        self.level, self.pace = float(self.inputs.level[month]), float(self.inputs.pace[month])
        calendar_month = shape.calendar_months[month]
        self.season, self.stage_season, self.renewal_season = (
            [float(seasons[period, segment, calendar_month]) for segment in segments]
            for seasons in (tables.seasons, tables.stage_seasons, tables.renewal_seasons)
        )
        self.tiers = tables.tiers[period]
        self.reduced_by = tables.reduced_by[period]
        take_period(self.books.usage, period)
        stages, requirements = range(len(self.parameters.stages)), range(len(self.parameters.requirements))
        self.rules: list[SegmentRules] = [segment_row(tables.rules, period, segment) for segment in segments]
        self.stage_rules: list[list[StageRules]] = [
            [row(tables.stages, period, segment, stage) for stage in stages] for segment in segments
        ]
        self.requirement_rules: list[list[RequirementRules]] = [
            [row(tables.requirements, period, segment, each) for each in requirements] for segment in segments
        ]

    def note(self, segment: int, account: int, kind: int, who: int = -1, value: float = 0) -> None:
        """Count an event, and write it to the log if there is one."""
        self.events += 1
        if self.log is not None:
            self.log.append((float(self.calendar.now), segment, account, kind, who, float(value)))

    def note_team(self, segment: int, account: int, user: int, team: int) -> None:
        """Write which team somebody has joined; it belongs to another event, so it is not counted."""
        if self.log is not None:
            self.log.append((float(self.calendar.now), segment, account, kinds.JOINED_TEAM, user, float(team)))

    def note_kept_free(self, account: int, user: int) -> None:
        """Write who goes on for free after a contract or team plan; no event of its own, so it is not counted."""
        if self.kept_free is not None:
            self.kept_free.append((float(self.calendar.now), account, user))

    def await_capabilities(self, account: int, stage: int, awaited: set[int]) -> simpy.Event:
        """The event of all these capabilities having come."""
        met = self.calendar.event()
        self.waiting.append(Waiting(account, stage, awaited, met))
        return met

    def forget_waiting(self, account: int) -> None:
        """The account's stages wait no more."""
        self.waiting = [each for each in self.waiting if each.account != account]
