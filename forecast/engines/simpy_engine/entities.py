"""What does one organization consist of?  Its counts, users, clocks and flags, and what every process does with them.

Processes change an account, then call `refresh` once: that is when its clocks take their new hazards.
"""

from __future__ import annotations

from functools import partial
from math import nan
from typing import TYPE_CHECKING

import simpy

from forecast.engines.simpy_engine import adoption
from forecast.engines.simpy_engine.adoption import User
from forecast.engines.simpy_engine.calendar import rank
from forecast.engines.simpy_engine.clocks import Clock
from forecast.model import hazards, kinds, metrics, streams
from forecast.model.kinds import FREE, GONE, IN_TRIAL, PAID, SEATED
from forecast.model.quantiles import quantile, residual
from forecast.model.tables import Choices, Durations, Hazards, Wholes
from forecast.randomness import uniform

if TYPE_CHECKING:
    from forecast.engines.simpy_engine.contracts import Contract
    from forecast.engines.simpy_engine.market import Market
    from forecast.engines.simpy_engine.procurement import Opportunity

DAYS = ("first_trial_day", "aware_day", "opportunity_day", "contract_day", "ban_day")


class Account:
    """One organization.  Counts: eligible, trials, paid, seated, lapsed users; the free ones are a list, in order."""

    def __init__(self, market: Market, index: int) -> None:
        traits = market.setting.traits
        self.market = market
        self.index = index
        self.segment = int(market.parameters.account_segment[index])
        self.key: tuple[int, int] = tuple(traits.keys[index].tolist())
        self.number = int(traits.numbers[index])
        self.size = int(traits.users[index])
        self.frailty = float(traits.frailty[index])
        self.discount = float(traits.discount[index])
        self.needs = traits.needs[index].tolist()
        self.eligible = self.size
        self.in_trial = self.paid = self.seated = self.lapsed = 0
        self.free: list[int] = []
        self.users: dict[int, User] = {}
        self.joined = 0
        self.contract: Contract | None = None
        self.to_start: Contract | None = None  # signed, not yet live
        self.opportunity: Opportunity | None = None
        self.opportunities = self.cool_downs = self.term_ends = 0
        self.banned = self.cooling = False
        self.days = dict.fromkeys(DAYS, nan)
        self.used_until = 0.0
        self.user_days = [0.0, 0.0, 0.0]
        self.flows = market.flows[self.segment]
        self.read_rules()
        self.clocks = [
            Clock(market.calendar, rank(index, kinds.CLOCK + clock), partial(self.u, streams.CLOCK + clock))
            for clock in range(len(kinds.CLOCKS))
        ]

    # What the period says.
    def read_rules(self) -> None:
        """Take the numbers of the present period."""
        rules = self.market.rules[self.segment]
        self.hazards: Hazards = rules.hazards
        self.choices: Choices = rules.choices
        self.wholes: Wholes = rules.wholes
        self.durations: Durations = rules.durations

    # Chance, by address.
    def u(self, stream: int, index: int) -> float:
        """The uniform at an address of this account."""
        k0, k1 = self.key
        return uniform(k0, k1, self.market.replication, self.number, stream, index)

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

    # Users.
    @property
    def active(self) -> int:
        """A: free, paid and seated users."""
        return len(self.free) + self.paid + self.seated

    def join(self, plan: int, age: float = 0.0) -> User:
        """A new user with the next number, whose process starts at once."""
        user = User(self.joined, GONE, age)
        self.joined += 1
        self.eligible -= 1
        self.lapsed += 1  # `move` takes it back
        self.users[user.number] = user
        self._set_plan(user, plan)
        user.process = self.market.calendar.process(adoption.use(self, user))
        return user

    def change_plan(self, user: User, plan: int) -> None:
        """Take a user from one plan to another, or out, and keep the counts."""
        self._set_plan(user, plan)
        if plan == GONE:
            del self.users[user.number]
            self.add("lapses")

    def _set_plan(self, user: User, plan: int) -> None:
        self._adjust_count(user.plan, user.number, -1)
        user.plan = plan
        self._adjust_count(plan, user.number, 1)

    def _adjust_count(self, plan: int, number: int, change: int) -> None:
        if plan == FREE:
            if change > 0:
                self.free.append(number)
            else:
                self._drop_free(number)
        elif plan == PAID:
            self.paid += change
        elif plan == SEATED:
            self.seated += change
        elif plan == IN_TRIAL:
            self.in_trial += change
        else:
            self.lapsed += change

    def _drop_free(self, number: int) -> None:
        """Who leaves the list is replaced by the last (docs/model.md, 4)."""
        last = self.free.pop()
        if last != number:
            self.free[self.free.index(number)] = last

    def interrupt(self, user: User) -> None:
        """Tell the user's process that the plan has changed."""
        assert user.process is not None
        user.process.interrupt()

    def settle_use(self) -> None:
        """Bring the user-days up to now, before a count of active users changes."""
        now = self.market.calendar.now
        gap = now - self.used_until
        if gap > 0.0:
            self.user_days[0] += len(self.free) * gap
            self.user_days[1] += self.paid * gap
            self.user_days[2] += self.seated * gap
            self.used_until = now

    # Hazards.
    def refresh(self) -> None:
        """Give every clock the hazard that follows from the account as it is now."""
        if self.banned:
            for number, clock in enumerate(self.clocks):
                clock.set_hazard(self.hazards.ban_lift if number == kinds.BAN_LIFT else 0.0)
            return
        rates, active = self.hazards, self.active
        values = [0.0] * len(kinds.CLOCKS)
        values[kinds.ORGANIC] = self.organic()
        multiple = rates.imitation_multiple if self.contract else 1.0
        values[kinds.IMITATION] = hazards.imitation(
            rates.imitation * multiple, self.frailty, active, self.eligible, self.size, rates.exponent, rates.threshold
        )
        values[kinds.UPGRADE] = hazards.proportional(rates.upgrade, len(self.free))
        values[kinds.WIN_BACK] = hazards.proportional(rates.win_back, self.lapsed)
        if self.contract:
            values[kinds.ROLLOUT] = hazards.proportional(rates.rollout, self.eligible)
            values[kinds.CHAMPION_LEAVES] = 0.0 if self.contract.champion_left else rates.champion_leaves
        elif not self.opportunity and not self.cooling and not self.to_start:
            values[kinds.OUTBOUND] = rates.outbound
            if active >= rates.min_users:
                values[kinds.AWARENESS] = hazards.awareness(
                    rates.awareness_base,
                    rates.awareness_peak,
                    rates.visibility,
                    rates.half_share,
                    rates.sharpness,
                    active,
                    self.size,
                )
        for clock, hazard in zip(self.clocks, values, strict=True):
            clock.set_hazard(hazard)

    def organic(self) -> float:
        """The hazard of an organic trial, at the present season and spillover."""
        rates, market = self.hazards, self.market
        season = market.season[self.segment]
        return hazards.organic(rates.organic, self.frailty, season, rates.spillover, market.active_share, self.eligible)
