"""The contracts table of a replication, a row for each term, from its log and the prices in force."""

from __future__ import annotations

from dataclasses import dataclass
from math import floor

from forecast.engines import LogRow
from forecast.engines.initial_state import present_price
from forecast.history.played_log import PlayedLog, microseconds
from forecast.history.present_people import oldest_user
from forecast.model import kinds
from forecast.model.contract import SeatPrice, price_of_seats, uplifted_price
from forecast.model.dates import add_anchored_months, day_of_month, running_months
from forecast.types import Floats


@dataclass(slots=True)
class TermRow:
    """A row of the contracts table; days since the start, times in microseconds since it, money in cents."""

    contract: str
    account: int
    signed: int | None
    start: int
    end: int
    seats: int
    seats_at_end: int
    price: SeatPrice
    list_price: int
    renewed_from: str | None
    anchor: int  # the day of the month on which terms begin
    champion_left: bool = False
    champion_left_at: int | None = None


class LoggedContracts:
    """The contracts table while the log is read."""

    def __init__(self, log: PlayedLog) -> None:
        self.log = log
        self.origin = log.parameters.shape.origin
        self.rows: list[TermRow] = []
        self._running: dict[int, TermRow] = {}
        self._count: dict[int, int] = {}
        for account in log.present:
            self._resume(account)

    def apply(self, period: int, row: LogRow) -> None:
        """Take in an event of the log."""
        days, _, account, kind, _, value = row
        if kind == kinds.SIGNED:
            self._sign(period, account, days, int(value))
        elif kind == kinds.RENEWED:
            self._renew(period, account, int(value))
        elif kind == kinds.TRUED_UP:
            self._running[account].seats_at_end += int(value)
        elif kind == kinds.CHAMPION_LEFT:
            term = self._running[account]
            term.champion_left, term.champion_left_at = True, microseconds(days)

    def _sign(self, period: int, account: int, days: float, seats: int) -> None:
        """A first term."""
        rules = self.log.rules(period, account)
        start = floor(days + rules.contract.start_lag)
        anchor = day_of_month(self.origin, start)
        end = add_anchored_months(self.origin, start, rules.contract.term, anchor)
        list_price = rules.pricing.enterprise
        price = price_of_seats(list_price, self._discount(account), seats, self._tiers(period, account))
        self._begin(account, (microseconds(days), start, end, anchor), seats, price, list_price)

    def _renew(self, period: int, account: int, seats: int) -> None:
        """The next term, from the day on which the last one ended."""
        before, rules = self._running[account], self.log.rules(period, account)
        uplifted = uplifted_price(before.price.before_tiers, rules.renewal.uplift)
        price = price_of_seats(uplifted, 0.0, seats, self._tiers(period, account))
        start, anchor = before.end, before.anchor
        end = add_anchored_months(self.origin, start, rules.contract.term, anchor)
        dates = (microseconds(start), start, end, anchor)
        self._begin(account, dates, seats, price, rules.pricing.enterprise, before.contract)

    def _resume(self, account: int) -> None:
        """The term that runs at the start; the account is said to be a customer since its oldest user came."""
        row = self.log.present[account]
        if row.contract_end is None:
            return
        rules = self.log.rules(0, account)
        months = running_months(self.origin, row.contract_end, rules.contract.term)
        anchor = day_of_month(self.origin, row.contract_end)
        start = add_anchored_months(self.origin, row.contract_end, -months, anchor)
        list_price = rules.pricing.enterprise
        price = present_price(row, list_price, self._discount(account), self._tiers(0, account))
        begun = min(start, floor(-oldest_user(row)), -1)
        before = None
        if begun < start:
            before = self._begin(account, (None, begun, start, anchor), row.seats, price, list_price).contract
        term = self._begin(account, (None, start, row.contract_end, anchor), row.seats, price, list_price, before)
        term.champion_left = row.champion_left

    def _begin(
        self,
        account: int,
        dates: tuple[int | None, int, int, int],
        seats: int,
        price: SeatPrice,
        list_price: int,
        before: str | None = None,
    ) -> TermRow:
        """Write a term, from its signature, its first day, the day after the last and the day of the month."""
        number = self._count[account] = self._count.get(account, 0) + 1
        signed, start, end, anchor = dates
        name = f"{self.log.names[account]}.contract{number}"
        term = TermRow(name, account, signed, start, end, seats, seats, price, list_price, before, anchor)
        self.rows.append(term)
        self._running[account] = term
        return term

    def _discount(self, account: int) -> float:
        """The account's discount."""
        return float(self.log.inputs.traits.discount[account])

    def _tiers(self, period: int, account: int) -> Floats:
        """The tiers of an account's segment."""
        tiers: Floats = self.log.inputs.tables.tiers[period, self.log.segment_of[account]]
        return tiers
