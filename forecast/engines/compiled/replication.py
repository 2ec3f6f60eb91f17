"""One replication as its driver: arrays are laid out, the market's dates are walked through, buffers grow.

Everything here runs once a date; what runs once an event is compiled.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from importlib import import_module
from typing import Any

import numpy as np

from forecast.engines.compiled import initial_state, loop, market
from forecast.engines.compiled.buffers import FIRST_LOG, acquire_buffers, doubled
from forecast.engines.compiled.records import LOG, PERSON, POOL, PROGRESS, REQUIREMENT_RULES, RULES, STAGE_RULES, blank
from forecast.engines.compiled.world import World
from forecast.engines.initial_state import (
    accounts_at_start,
    present_price,
    present_team_users,
    present_users,
    stage_age,
)
from forecast.engines.result import empty_ledger
from forecast.model import kinds, metrics
from forecast.model.books import open_books
from forecast.model.metrics import RESOURCE_COLUMNS
from forecast.model.parameters import Parameters
from forecast.model.tables import ParameterTables, SegmentRules
from forecast.model.usage import take_period
from forecast.scenario import PresentAccount
from forecast.scenario.format.declarations import Block

_DEFERRED = metrics.INDEX["deferred_revenue_cents"]
BUFFERS_TO_GROW = {
    loop.MORE_SLOTS: ("timers", "users"),
    loop.MORE_OPPORTUNITIES: ("opportunities", "stages"),
    loop.MORE_REQUESTS: ("requests",),
    loop.MORE_AGENDA: ("agenda",),
    loop.MORE_LOG: ("log",),
    loop.MORE_TEAMS: ("teams", "nodes"),
}


def fill(records: Any, block: Block) -> Any:
    """The records, their fields filled with a block's columns."""
    for name, values in zip(block.columns, block, strict=True):
        records[name] = values
    return records


def as_records(dtype: np.dtype[Any], block: Block) -> Any:
    """Records whose fields are a block's columns."""
    return fill(blank(next(iter(block)).shape, dtype), block)


def rule_records(tables: ParameterTables) -> tuple[Any, Any, Any]:
    """The tables as records: of segments, stages and requirements, by period."""
    rules = blank(tables.seasons.shape[:2], RULES)
    for name, block in zip(SegmentRules._fields, tables.rules, strict=True):
        fill(rules[name], block)
    return rules, as_records(STAGE_RULES, tables.stages), as_records(REQUIREMENT_RULES, tables.requirements)


class Replication:
    """One replication in progress."""

    def __init__(self, parameters: Parameters, seed: int, replication: int, logging: bool) -> None:
        self.parameters = parameters
        self.inputs = parameters.inputs(seed, replication)
        self.by_period = rule_records(self.inputs.tables)
        self.resources = np.zeros((parameters.months, len(parameters.resources), len(RESOURCE_COLUMNS)))
        self.books = open_books(parameters, self.inputs, parameters.months + 1 if logging else 0)
        self.period = 0
        self.buffers = acquire_buffers(parameters)
        self.world = self._build_world(replication, logging)
        initial_state.fill_accounts(self.world.accounts, self.inputs.traits, parameters.account_segment)
        self.read_rules()
        initial_state.initialize_clocks(self.world)
        self.at_start: list[Any] = []

    @property
    def progress(self) -> Any:
        """Where the replication is."""
        return self.world.progress[0]

    def _build_world(self, replication: int, logging: bool) -> World:
        parameters, tables, shape = self.parameters, self.inputs.tables, self.parameters.shape
        if logging and not len(self.buffers["log"]):
            self.buffers["log"] = blank(FIRST_LOG, LOG)
        progress = blank(1, PROGRESS)
        progress.replication, progress.logging = replication, int(logging)
        progress.season, progress.level = shape.calendar_months[0], self.inputs.level[0]
        progress.origin, progress.fiscal_year_start = shape.origin, shape.fiscal_year_start
        progress.requirement_reason, progress.stalled_reason = parameters.requirement_reason, parameters.stalled_reason
        pool = blank(len(parameters.resources), POOL)
        pool.people = self.inputs.vendor.people
        rosters = self.inputs.vendor.rosters
        people = blank((len(rosters), max((len(each.people) for each in rosters), default=0)), PERSON)
        for number, roster in enumerate(rosters):
            pool.roster[number], pool.ramp_touch[number] = len(roster.people), roster.ramp_touch
            for place, person in enumerate(roster.people):
                people.joins[number, place], people.leaves[number, place] = person.joins, person.leaves
                people.ramp_days[number, place] = person.ramp_days
        return World(
            progress=progress,
            pools=pool,
            people=people,
            **self.buffers,
            distributions=tables.distributions,
            points=tables.points,
            available=np.array(self.inputs.vendor.available, np.bool_),
            month_days=shape.month_days,
            after=shape.after,
            needs_capability=shape.needs_capability,
            stage_streams=shape.stage_streams,
            requirement_streams=shape.requirement_streams,
            ledger=empty_ledger(parameters),
            team_sizes=tables.team_sizes,
            segment_of=parameters.account_segment,
            calendar_months=shape.calendar_months,
            levels=self.inputs.level,
            paces=self.inputs.pace,
        )

    def read_rules(self) -> None:
        """Take the numbers of the present period."""
        rules, stage_rules, requirement_rules = (each[self.period] for each in self.by_period)
        self.world.replace(
            rules=rules,
            stage_rules=stage_rules,
            requirement_rules=requirement_rules,
            reduced_by=self.inputs.tables.reduced_by[self.period],
            seasons=self.inputs.tables.seasons[self.period],
            stage_seasons=self.inputs.tables.stage_seasons[self.period],
            renewal_seasons=self.inputs.tables.renewal_seasons[self.period],
            tiers=self.inputs.tables.tiers[self.period],
        )
        take_period(self.books.usage, self.period)

    def set_initial_state(self) -> None:
        """Put the accounts of the file where they are, and write month 0."""
        # As in the SimPy engine: everybody is placed, the books of month 0 are closed, clocks start, and only then do
        # the stages of open purchases begin; SimPy's processes run when its calendar does (test_accounts_file).
        rows = accounts_at_start(self.parameters)
        for index, row in rows:
            self._place(index, row)
        market.close_ledger(self.world, 0, self.books, self.resources)
        accounts = self.world.accounts
        active = accounts.free + accounts.paid + accounts.team + accounts.seated
        begun = (active + accounts.in_trial > 0) | (accounts.opportunity >= 0)
        self.at_start = [begun | (accounts.banned == 1) | (accounts.cooling == 1), accounts.contract == 1]
        initial_state.start_clocks(self.world)
        for index, row in rows:
            if row.opportunity_stage is not None:
                self._ensure_room()
                initial_state.resume_opportunity(self.world, index)

    def _place(self, index: int, row: PresentAccount) -> None:
        account = self.world.accounts[index]
        if row.team_users:
            self._place_team_plans(index, row)
        while not initial_state.place_lapsed(self.world, index, row.lapsed_users):
            self.grow(loop.MORE_TEAMS)
        for plan, count, age in present_users(row):
            # `place_users` stops when slots run out, and says how many it has placed.
            left = count
            while left := left - initial_state.place_users(self.world, index, plan, left, age):
                self.grow(loop.full_buffer(self.world, index))
        # Looked up again: growing has put other arrays in the world.
        account = self.world.accounts[index]
        if row.contract_end is not None:
            list_price = self.world.rules[account.segment].pricing.enterprise
            tiers = self.world.tiers[account.segment]
            price = present_price(row, int(list_price), float(account.discount), tiers)
            account.price_before_tiers = price.before_tiers
            opening_cents = initial_state.place_contract(self.world, index, row.seats, price.cents, row.contract_end)
            self.world.ledger[0, account.segment, _DEFERRED] += opening_cents
        self.world.accounts.champion_left[index] = row.champion_left
        self.world.accounts.banned[index] = row.banned_since is not None
        if row.cooling_until is not None:
            initial_state.place_cool_down(self.world, index, float(row.cooling_until))
        if row.opportunity_stage is not None:
            self._ensure_room()
            stage = self.parameters.stages.index(row.opportunity_stage)
            initial_state.place_opportunity(self.world, index, stage, stage_age(row))

    def _place_team_plans(self, index: int, row: PresentAccount) -> None:
        while not initial_state.begin_teams(self.world, index):
            self.grow(loop.MORE_TEAMS)
        account = self.world.accounts[index]
        first, count = int(account.first_team), int(account.teams)
        sizes = self.world.teams.people[first : first + count].tolist() if count else [int(account.headcount)]
        paying = list(present_team_users(row, sizes))
        for team, age in paying:
            while not initial_state.place_in_team(self.world, index, team, age):
                self.grow(loop.full_buffer(self.world, index))
        for team in sorted({team for team, _ in paying}):
            initial_state.place_team_plan(self.world, index, team)

    def _ensure_room(self) -> None:
        while full := loop.shortage(self.world):
            self.grow(full)

    def grow(self, full: int) -> None:
        """Double the buffer that has run full."""
        # [pool, ..]: every queue gets longer.
        axis = 1 if full == loop.MORE_REQUESTS else 0
        # One after the other, so that there is never more than one of them twice.
        for name in BUFFERS_TO_GROW[full]:
            self.buffers[name] = doubled(self.buffers[name], axis)
            self.world.replace(**{name: self.buffers[name]})

    def run_until(self, time: float) -> None:
        """All events before a time."""
        # The loop stops between two events, never within one, and goes on from `progress`; nothing is lost or done
        # twice.
        while full := loop.run_until(self.world, time):
            self.grow(full)
        # The loop leaves `now` at its last event; the dates of the market need their own.
        self.progress.now = time

    def walk_dates(self) -> None:
        """Month ends, the timeline, capabilities and changes of the pools, in order, and what lies between."""
        handlers: dict[int, Callable[[int, int], None]] = {
            kinds.MONTH_END: self.end_month,
            kinds.TIMELINE: self.change_period,
            kinds.CAPABILITY: partial(market.change_capability, self.world),
            kinds.POOL_SIZE: partial(market.resize_pool, self.world),
        }
        dates = self.inputs.vendor.dates
        for time, kind, who, value in zip(*(column.tolist() for column in dates), strict=True):
            # Dates of the same instant follow each other: no event of an account comes between (the market is first).
            if time > self.progress.now:
                self.run_until(time)
            # A month's end writes one row of the log and opens nothing; the others may start stages.
            if kind != kinds.MONTH_END or self.progress.logging:
                self._ensure_room()
            handlers[kind](who, value)
        self.run_until(float(self.parameters.month_days[-1]))
        self.close_ledger(self.parameters.months)

    def close_ledger(self, month: int) -> None:
        """Write a month's row."""
        market.close_ledger(self.world, month, self.books, self.resources)

    def end_month(self, _: int, month: int) -> None:
        """Close the books of a month; season, spillover, level and pace are the new month's."""
        market.end_month(self.world, month, self.books, self.resources)
        while full := market.end_month_of_teams(self.world):
            self.grow(full)

    def change_period(self, _: int, period: int) -> None:
        """The timeline changes parameters."""
        market.accrue_all(self.world, self.books)
        # A copy, because `read_rules` puts other records in its place.
        before = self.world.rules.contract.true_up.copy()
        self.period = period
        self.read_rules()
        market.change_period(self.world, period, before)


def compile_entry_points(replication: Replication) -> None:
    """Compile every entry point for the arrays of a replication, the loop last: where it is cached, all are."""
    numba = import_module("numba")
    world, books = replication.world, replication.books
    calls: list[tuple[Any, ...]] = [
        (initial_state.start_clocks, world),
        (market.close_ledger, world, 0, books, replication.resources),
        (market.accrue_all, world, books),
        (market.end_month, world, 0, books, replication.resources),
        (market.end_month_of_teams, world),
        (market.change_period, world, 0, np.zeros(1, np.int64)),
        (market.change_capability, world, 0, 0),
        (market.resize_pool, world, 0, 0),
        (loop.shortage, world),
        (loop.run_until, world, 0.0),
    ]
    for entry, *arguments in calls:
        entry.compile(tuple(numba.typeof(argument) for argument in arguments))
