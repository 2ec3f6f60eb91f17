"""The market: all accounts, their books, and the dates that concern everybody.

A custom process gets this object: `market.calendar` is a `simpy.Environment`, `market.accounts` and
`market.pools` are what the model's own processes work on (docs/extending.md).
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np
import simpy

from forecast.engines.simpy_engine.calendar import MARKET, Process, rank
from forecast.engines.simpy_engine.entities import Account
from forecast.engines.simpy_engine.state import MarketState
from forecast.engines.simpy_engine.team_plans import end_team_plans
from forecast.model import closing, kinds
from forecast.model.closing import POSITION, close_amounts, close_month
from forecast.model.money import USE_DAYS, accrue
from forecast.model.usage import accrue_usage, close_usage, open_run_rates

if TYPE_CHECKING:
    from forecast.model.parameters import Parameters


class Market(MarketState):
    """One replication in progress: the accounts, the books, and what each date of the market does."""

    def __init__(self, parameters: Parameters, seed: int, replication: int, log: list[Any] | None) -> None:
        super().__init__(parameters, seed, replication, log)
        self.accounts = [Account(self, index) for index in range(len(parameters.account_segment))]

    def dates(self) -> Process:
        """Month ends, the timeline, capabilities and changes of the pools, in order."""
        dates = self.inputs.vendor.dates
        handlers = (self.end_month, self.change_period, self.change_capability, self.resize_pool)
        # One process for all dates, in the order in which `model.vendor` has sorted them: dates of one instant follow
        # each other.
        for time, kind, who, value in zip(*(column.tolist() for column in dates), strict=True):
            yield self.calendar.at(time, MARKET)
            handlers[kind](who, value)

    def end_month(self, _: int, month: int) -> None:
        """Close the books of a month; season, spillover, level and pace are the new month's."""
        self.close_month(month)
        self.read_rules()
        self.note(-1, -1, kinds.MONTH_CLOSED, -1, month)
        for account in self.accounts:
            # Season, spillover and level are in no other hazard.  A banned account's clocks stand still until the ban
            # lifts.
            if account.entered and not account.banned:
                account.clocks[kinds.ORGANIC].set_hazard(account.organic_hazard())
                account.clocks[kinds.IMITATION].set_hazard(account.imitation_hazard())
        # After the books of the month: what its row says does not depend on whether another month follows.
        for account in self.accounts:
            if account.paying:
                end_team_plans(account)
                account.refresh()

    def change_period(self, _: int, period: int) -> None:
        """The timeline changes parameters: hazards follow at once."""
        # At the old prices, up to now.
        self.accrue()
        before = [rules.contract.true_up for rules in self.rules]
        self.period = period
        self.read_rules()
        self.note(-1, -1, kinds.PARAMETERS_CHANGED, -1, period)
        for account in self.accounts:
            account.read_rules()
            if account.teams:
                account.teams.read_rules(account.rules)
            account.refresh()
            changed = account.rules.contract.true_up != before[account.segment]
            # The process waits for a date that no longer holds; an interrupt lets it look again.
            if changed and account.contract and account.contract.true_up_process:
                account.contract.true_up_process.interrupt()

    def change_capability(self, capability: int, available: int) -> None:
        """A capability comes or goes; stages that have waited for it go on, account by account."""
        self.available[capability] = bool(available)
        self.note(-1, -1, kinds.CAPABILITY_CHANGED, capability, available)
        if available:
            for each in self.waiting:
                each.awaited.discard(capability)
                # Not woken at once: as an event of its account, so that it has its place among those of this instant.
                if not each.awaited:
                    again = self.calendar.at(self.calendar.now, rank(each.account, kinds.STAGE, each.stage))
                    again.callbacks.append(partial(announce, each.met))
            self.waiting = [each for each in self.waiting if each.awaited]

    def resize_pool(self, resource: int, people: int) -> None:
        """A pool has another size."""
        self.note(-1, -1, kinds.POOL_RESIZED, resource, people)
        self.pools[resource].resize(people)

    @property
    def meters_use(self) -> bool:
        """Whether anybody uses anything that is counted in units."""
        return len(self.books.usage.used) > 0

    def close_usage(self, month: int, positions: np.ndarray) -> None:
        """Bill a month's use under the contracts' payment terms (0: the run rate of the opening)."""
        usage, run_rates = self.books.usage, self.books.history.run_rates
        if month == 0:
            open_run_rates(usage, positions, run_rates, self.ledger[0])
            return
        usage.payment_terms[:] = [account.payment_terms for account in self.accounts]
        close_usage(month, usage, run_rates, self.ledger)

    def accrue(self) -> None:
        """Bring what user-days earn and cost up to now, at the present prices."""
        for account in self.accounts:
            account.settle_use()
        days = np.array([account.user_days for account in self.accounts]).reshape(-1, len(USE_DAYS))
        for account in self.accounts:
            account.user_days = [0.0] * len(USE_DAYS)
        rates = [
            [
                *(rules.pricing.paid, rules.costs.free_user, rules.costs.paid_user, rules.costs.seated_user),
                *(rules.plans.team_price, rules.costs.team_user),
            ]
            for rules in self.rules
        ]
        month = min(self.month, self.parameters.months - 1)
        length = int(self.parameters.month_days[month + 1] - self.parameters.month_days[month])
        if self.meters_use:
            accrue_usage(self.books.usage, days, length)
        accrue(days, self.parameters.account_segment, np.array(rates, np.float64), length, self.books.amounts)

    def close_month(self, month: int) -> None:
        """Write a month's row: flows, stocks, the bridge, and what user-days earned (0: the opening)."""
        positions = np.array([position(account) for account in self.accounts], np.int64).reshape(-1, POSITION)
        segment_of = self.parameters.account_segment
        if month > 0:
            self.accrue()
            close_amounts(month, self.books.amounts, self.ledger)
            # What waits or works now is counted up to the month's end, and goes on in the next.
            for resource, pool in enumerate(self.pools):
                pool.close_month(self.resources[month - 1, resource])
        self.ledger[month, :-1] += np.array(self.flows)
        # The same lists: every account holds that of its segment.
        for flows in self.flows:
            flows[:] = [0] * len(flows)
        if self.meters_use:
            self.close_usage(month, positions)
        prices = np.array([[rules.pricing.paid, rules.plans.team_price] for rules in self.rules])
        close_month(month, positions, segment_of, prices, self.books.history, self.ledger)
        for account in self.accounts:
            account.absorbed = account.team_absorbed = account.landed = 0
        self.month = month
        self.active_share = active_share(positions)


def announce(met: simpy.Event, _: simpy.Event) -> None:
    """Let a stage know that what it waited for has come."""
    met.succeed()


def position(account: Account) -> list[int]:
    """Where an account stands, in the columns of forecast.model.closing."""
    contract, to_start = account.contract, account.to_start
    row = [0] * POSITION
    if not account.entered:
        return row
    row[closing.IN_MARKET] = 1
    row[closing.NOT_USING] = account.not_using
    row[closing.TRIAL] = account.in_trial
    row[closing.FREE] = len(account.free)
    row[closing.PAID] = account.paid
    row[closing.TEAM] = account.team
    row[closing.SEATED] = account.seated
    row[closing.LAPSED] = account.lapsed
    row[closing.SEATS] = contract.seats if contract else 0
    row[closing.PRICE] = contract.price if contract else 0
    row[closing.CONTRACTS] = int(contract is not None or to_start is not None)
    row[closing.BANNED] = int(account.banned)
    row[closing.OPEN] = int(account.opportunity is not None)
    row[closing.TO_START] = int(to_start is not None)
    row[closing.TO_COME] = 12 * to_start.seats * to_start.price if to_start else 0
    row[closing.ACTIVE_TEAMS] = account.active_teams
    row[closing.PAYING_TEAMS] = len(account.paying)
    row[closing.ABSORBED], row[closing.TEAM_ABSORBED] = account.absorbed, account.team_absorbed
    row[closing.LANDED] = account.landed
    return row


def active_share(positions: np.ndarray) -> float:
    """Active users over all eligible ones, of the whole market; 0 where there is nobody."""
    total = int(positions[:, closing.NOT_USING : closing.LAPSED + 1].sum())
    return int(positions[:, closing.FREE : closing.SEATED + 1].sum()) / total if total else 0.0
