"""What do all accounts share?  Calendar, vendor, parameters, books; and the dates that concern everybody.

A process of one's own gets this object: `market.calendar` is a `simpy.Environment`, `market.accounts` and
`market.pools` are what the model's own processes work on (docs/extending.md).
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import simpy

from forecast.engines.result import empty_ledger
from forecast.engines.simpy_engine.calendar import MARKET, Calendar, rank
from forecast.engines.simpy_engine.entities import Account
from forecast.engines.simpy_engine.pools import Pool
from forecast.model import kinds, metrics
from forecast.model.closing import POSITION, close_amounts, close_month, empty_history
from forecast.model.money import accrue
from forecast.model.tables import Choices, Durations, Hazards, Requirements, Stages, Wholes, row

if TYPE_CHECKING:
    from forecast.engines.simpy_engine.adoption import Process
    from forecast.engines.simpy_engine.procurement import OpportunityRow
    from forecast.model.parameters import Parameters


class SegmentRules(NamedTuple):
    """What one segment follows in one period, as plain numbers."""

    hazards: Hazards
    choices: Choices
    wholes: Wholes
    durations: Durations
    stages: list[Stages]
    requirements: list[Requirements]


class Waiting(NamedTuple):
    """A stage that waits for capabilities."""

    account: int
    stage: int
    awaited: set[int]
    met: simpy.Event


class Market:
    """One replication in progress."""

    def __init__(self, parameters: Parameters, seed: int, replication: int, log: list[Any] | None) -> None:
        self.parameters = parameters
        self.replication = replication
        self.setting = parameters.setting(seed, replication)
        self.log = log
        self.events = 0
        self.calendar = Calendar(float(parameters.month_days[-1]))
        self.period = 0
        self.month = 0  # months closed; the next one is in progress
        tables = self.setting.tables
        self.distributions = [(int(family), a, b, c, d) for family, a, b, c, d in tables.distributions.tolist()]
        self.points = tables.points
        self.needs_capability = parameters.shape.needs_capability.tolist()
        self.stage_streams = parameters.shape.stage_streams.tolist()
        self.requirement_streams = parameters.shape.requirement_streams.tolist()
        self.first_reason = metrics.FIRST_REASON
        self.available = np.array(self.setting.vendor.available, np.bool_)
        self.pools = [Pool(self.calendar, count) for count in self.setting.vendor.people]
        self.waiting: list[Waiting] = []
        self.opportunities: list[OpportunityRow] = []
        self.active_share = 0.0
        self.at_start: list[tuple[bool, bool]] = []  # of each account: active or buying, under contract
        self.ledger = empty_ledger(parameters)
        self.resources = np.zeros((parameters.months, len(self.pools), 5))
        self.flows = [[0] * len(parameters.metrics) for _ in parameters.segments]
        self.amounts = np.zeros((len(parameters.segments), 2))
        self.read_rules()
        self.history = empty_history(len(parameters.account_segment))
        self.accounts = [Account(self, index) for index in range(len(parameters.account_segment))]

    def read_rules(self) -> None:
        """Take the numbers of the present period and month."""
        tables, segments = self.setting.tables, range(len(self.parameters.segments))
        shape, period = self.parameters.shape, self.period
        calendar_month = shape.calendar_months[min(self.month, self.parameters.months - 1)]
        self.season = [float(tables.seasons[period, segment, calendar_month]) for segment in segments]
        self.reduced_by = tables.reduced_by[period]
        self.rules = [
            SegmentRules(
                row(tables.hazards, period, segment),
                row(tables.choices, period, segment),
                row(tables.wholes, period, segment),
                row(tables.durations, period, segment),
                [row(tables.stages, period, segment, stage) for stage in range(len(self.parameters.stages))],
                [row(tables.requirements, period, segment, each) for each in range(len(self.parameters.requirements))],
            )
            for segment in segments
        ]

    def note(self, segment: int, account: int, kind: int, who: int = -1, value: float = 0) -> None:
        """Count an event, and write it to the log if there is one."""
        self.events += 1
        if self.log is not None:
            self.log.append((float(self.calendar.now), segment, account, kind, who, float(value)))

    def await_capabilities(self, account: int, stage: int, awaited: set[int]) -> simpy.Event:
        """The event of all these capabilities having come."""
        met = self.calendar.event()
        self.waiting.append(Waiting(account, stage, awaited, met))
        return met

    def forget_waiting(self, account: int) -> None:
        """The account's stages wait no more."""
        self.waiting = [each for each in self.waiting if each.account != account]

    def dates(self) -> Process:
        """Month ends, the timeline, capabilities and changes of the pools, in order."""
        dates = self.setting.vendor.dates
        handlers = (self.end_month, self.change_period, self.change_capability, self.resize_pool)
        for time, kind, who, value in zip(*(column.tolist() for column in dates), strict=True):
            yield self.calendar.at(time, MARKET)
            handlers[kind](who, value)

    def end_month(self, _: int, month: int) -> None:
        """Close the books of a month; season and spillover are the new month's."""
        self.close_month(month)
        self.read_rules()
        self.note(-1, -1, kinds.MONTH_CLOSED, -1, month)
        for account in self.accounts:
            if not account.banned:
                account.clocks[kinds.ORGANIC].set_hazard(account.organic())

    def change_period(self, _: int, period: int) -> None:
        """The timeline changes parameters: hazards follow at once."""
        self.accrue()
        before = [rules.wholes.true_up for rules in self.rules]
        self.period = period
        self.read_rules()
        self.note(-1, -1, kinds.PARAMETERS_CHANGED, -1, period)
        for account in self.accounts:
            account.read_rules()
            account.refresh()
            changed = account.wholes.true_up != before[account.segment]
            if changed and account.contract and account.contract.true_up_process:
                account.contract.true_up_process.interrupt()

    def change_capability(self, capability: int, available: int) -> None:
        """A capability comes or goes; stages that have waited for it go on, account by account."""
        self.available[capability] = bool(available)
        self.note(-1, -1, kinds.CAPABILITY_CHANGED, capability, available)
        if available:
            for each in self.waiting:
                each.awaited.discard(capability)
                if not each.awaited:
                    again = self.calendar.at(self.calendar.now, rank(each.account, kinds.STAGE, each.stage))
                    again.callbacks.append(partial(announce, each.met))
            self.waiting = [each for each in self.waiting if each.awaited]

    def resize_pool(self, resource: int, people: int) -> None:
        """A pool has another size."""
        self.note(-1, -1, kinds.POOL_RESIZED, resource, people)
        self.pools[resource].resize(people)

    def accrue(self) -> None:
        """Bring what user-days earn and cost up to now, at the present prices."""
        for account in self.accounts:
            account.settle_use()
        days = np.array([account.user_days for account in self.accounts]).reshape(-1, 3)
        for account in self.accounts:
            account.user_days = [0.0, 0.0, 0.0]
        wholes = [rules.wholes for rules in self.rules]
        rates = [[each.paid_price, each.free_cost, each.paid_cost, each.seated_cost] for each in wholes]
        month = min(self.month, self.parameters.months - 1)
        length = int(self.parameters.month_days[month + 1] - self.parameters.month_days[month])
        accrue(days, self.parameters.account_segment, np.array(rates, np.float64), length, self.amounts)

    def close_month(self, month: int) -> None:
        """Write a month's row: flows, stocks, the bridge, and what user-days earned (0: the opening)."""
        positions = np.array([position(account) for account in self.accounts], np.int64).reshape(-1, POSITION)
        segment_of = self.parameters.account_segment
        if month > 0:
            self.accrue()
            close_amounts(month, self.amounts, self.ledger)
            for resource, pool in enumerate(self.pools):
                pool.close_month(self.resources[month - 1, resource])
        self.ledger[month, :-1] += np.array(self.flows)
        for flows in self.flows:
            flows[:] = [0] * len(flows)
        prices = np.array([rules.wholes.paid_price for rules in self.rules])
        close_month(month, positions, segment_of, prices, self.history, self.ledger)
        self.month = month
        self.active_share = active_share(positions)


def announce(met: simpy.Event, _: simpy.Event) -> None:
    """Let a stage know that what it waited for has come."""
    met.succeed()


def position(account: Account) -> tuple[int, ...]:
    """Where an account stands, in the columns of forecast.model.closing."""
    contract, to_start = account.contract, account.to_start
    return (
        account.eligible,
        account.in_trial,
        len(account.free),
        account.paid,
        account.seated,
        account.lapsed,
        contract.seats if contract else 0,
        contract.price if contract else 0,
        int(contract is not None or to_start is not None),
        int(account.banned),
        int(account.opportunity is not None),
        int(to_start is not None),
        12 * to_start.seats * to_start.price if to_start else 0,
    )


def active_share(positions: np.ndarray) -> float:
    """Active users over all eligible ones, of the whole market; 0 where there is nobody."""
    total = int(positions[:, :6].sum())
    return int(positions[:, 2:5].sum()) / total if total else 0.0
