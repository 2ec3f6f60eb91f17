"""An account as everything that happens to it needs it: its draws, its appointments and its records."""

from __future__ import annotations

from math import nan

import simpy

from forecast.engines.result import FIRST_DAYS
from forecast.engines.simpy_engine.calendar import rank
from forecast.engines.simpy_engine.state import MarketState
from forecast.model import metrics
from forecast.model.quantiles import quantile, residual
from forecast.randomness import uniform, uniform_and_word, uniform_of_word


class AddressedAccount:
    """The address of an account, and what is done with it."""

    def __init__(self, market: MarketState, index: int) -> None:
        traits = market.inputs.traits
        self.market = market
        self.index = index
        self.segment = int(market.parameters.account_segment[index])
        self.key: tuple[int, int] = tuple(traits.keys[index].tolist())
        self.number = int(traits.numbers[index])
        self.days = dict.fromkeys(FIRST_DAYS, nan)
        self.flows = market.flows[self.segment]

    # A draw never depends on how many were drawn before: adding, leaving out or reordering draws changes no other.
    # Chance, by address.
    def u(self, stream: int, index: int) -> float:
        """The uniform at an address of this account."""
        k0, k1 = self.key
        return uniform(k0, k1, self.market.replication, self.number, stream, index)

    def left_over(self, stream: int, index: int) -> float:
        """The uniform of what the draw at an address leaves over."""
        k0, k1 = self.key
        return uniform_of_word(uniform_and_word(k0, k1, self.market.replication, self.number, stream, index)[1])

    def sample(self, number: int, stream: int, index: int) -> float:
        """A duration in days from distribution `number`."""
        family, a, b, c, d = self.market.distributions[number]
        return quantile(family, a, b, c, d, self.market.points, self.u(stream, index))

    def sample_residual(self, number: int, stream: int, index: int, age: float) -> float:
        """What is left of a duration of which `age` days have passed."""
        family, a, b, c, d = self.market.distributions[number]
        return residual(family, a, b, c, d, self.market.points, age, self.u(stream, index))

    # Time.
    def after(self, days: float, kind: int, who: int = 0) -> simpy.Event:
        """An event of this account in so many days."""
        return self.at(self.market.calendar.now + days, kind, who)

    def at(self, time: float, kind: int, who: int = 0) -> simpy.Event:
        """An event of this account at a time."""
        return self.market.calendar.at(time, rank(self.index, kind, who))

    # Records.
    def note(self, kind: int, who: int = -1, value: float = 0) -> None:
        """Write an event to the log and count it."""
        self.market.note(self.segment, self.index, kind, who, value)

    def add(self, metric: str, amount: int = 1) -> None:
        """Add to a flow of this month."""
        self.flows[metrics.INDEX[metric]] += amount

    def mark_first_day(self, name: str) -> None:
        """Remember the first day on which something happened."""
        if self.days[name] != self.days[name]:  # NaN: not yet
            self.days[name] = self.market.calendar.now
