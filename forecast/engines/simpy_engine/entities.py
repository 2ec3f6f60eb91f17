"""Account, user, contract and opportunity: what they hold, and the changes that keep their counts true.

Below every process: nothing here waits.  Processes change an account, then call `refresh` once: that is when its
clocks take their new hazards.
"""

from __future__ import annotations

from functools import partial
from math import nan
from typing import NamedTuple

import simpy
from simpy.resources.resource import PriorityRequest

from forecast.engines.result import STAGE_DAYS
from forecast.engines.simpy_engine.address import AddressedAccount
from forecast.engines.simpy_engine.calendar import rank
from forecast.engines.simpy_engine.clocks import Clock
from forecast.engines.simpy_engine.state import MarketState, OpportunityRow
from forecast.engines.simpy_engine.teams import TeamChange, Teams
from forecast.model import hazards, kinds, streams
from forecast.model.contract import SeatPrice
from forecast.model.dates import add_anchored_months
from forecast.model.kinds import FREE, GONE, IN_TRIAL, PAID, SEATED, TEAM
from forecast.model.money import FREE_DAYS, PAID_DAYS, SEATED_DAYS, TEAM_DAYS, USE_DAYS
from forecast.model.tables import SegmentRules
from forecast.model.teams import team_size
from forecast.scenario.format.schema import StageRules


def is_active(plan: int) -> bool:
    """Whether a plan is one of those with which people use the product, beyond a trial."""
    return plan in (FREE, PAID, TEAM, SEATED)


class User:
    """One person in an account: number, plan, how many tenures so far, and the process that lives it."""

    __slots__ = ("age", "number", "plan", "process", "team", "tenures")

    def __init__(self, number: int, plan: int, age: float = 0.0, team: int = 0) -> None:
        self.number = number
        self.team = team
        self.plan = plan
        self.age = age
        self.tenures = 0
        self.process: simpy.Process | None = None


class Account(AddressedAccount):
    """One organization.

    Counts: not using, in trial, paid, on team plans, seated and lapsed users; the free ones are a list, in order.
    """

    def __init__(self, market: MarketState, index: int) -> None:
        super().__init__(market, index)
        traits = market.inputs.traits
        self.size = int(traits.users[index])
        self.frailty = float(traits.frailty[index])
        self.discount = float(traits.discount[index])
        self.needs = traits.needs[index].tolist()
        self.entered = bool(traits.entry[index] <= 0.0)  # before, it has no clocks and counts nowhere
        self.not_using = self.size
        self.in_trial = self.paid = self.team = self.seated = self.lapsed = 0
        self.free: list[int] = []
        self.users: dict[int, User] = {}
        self.teams: Teams | None = None  # made when the first user joins; an account that is one team has none
        self.paying: set[int] = set()  # the teams that are on a plan, of one team: team 0
        self.joined = self.team_plan_ends = 0
        self.contract: Contract | None = None
        self.to_start: Contract | None = None  # signed, not yet live
        self.payment_terms = 0.0  # of the contract that was agreed last
        # Of this month: the ARR of paid users and of team plans that a contract ended, and that contract's ARR.
        self.absorbed = self.team_absorbed = self.landed = 0
        self.opportunity: Opportunity | None = None
        self.opportunities = self.cool_downs = self.term_ends = 0
        self.banned = self.cooling = False
        self.used_until = 0.0
        self.user_days = [0.0] * len(USE_DAYS)
        self.read_rules()
        self.clocks = [
            Clock(market.calendar, rank(index, kinds.CLOCK + clock), partial(self.u, streams.CLOCK + clock))
            for clock in range(len(kinds.CLOCKS))
        ]

    def read_rules(self) -> None:
        """Take the numbers of the present period."""
        self.rules: SegmentRules = self.market.rules[self.segment]

    # Teams.
    def of_team(self, clock: int) -> float:
        """The uniform that says in which team a clock has fired just now."""
        return self.left_over(streams.CLOCK + clock, self.clocks[clock].count - 1)

    def make_teams(self) -> Teams | None:
        """The teams, drawn when they are needed first; None where the account is one team."""
        number = int(self.market.inputs.tables.team_sizes[self.segment])
        if self.teams is None and number >= 0:
            sizes: list[int] = []
            while (left := self.size - sum(sizes)) > 0:
                sizes.append(team_size(self.sample(number, streams.TEAM_SIZE, len(sizes)), left))
            self.teams = Teams(sizes, self.rules)
        return self.teams

    def pick_not_using(self, u: float) -> int:
        """The team of one who does not use the product; 0 where the account is one team."""
        teams = self.make_teams()
        return teams.pick_not_using(u) if teams else 0

    def move_in_team(self, team: int, not_using: int = 0, active: int = 0, lapsed: int = 0) -> None:
        """Change the counts of a team."""
        if self.teams:
            self.teams.change(team, TeamChange(not_using, active, lapsed))

    def set_paying(self, team: int, *, paying: bool) -> None:
        """Put a team on a plan, or take it off."""
        (self.paying.add if paying else self.paying.discard)(team)
        if self.teams:
            self.teams.set_paying(team, paying=paying)

    def clear_team_plans(self) -> None:
        """No team is on a plan any more."""
        self.add("team_plans_ended", len(self.paying))
        for team in sorted(self.paying):
            self.set_paying(team, paying=False)

    def active_in(self, team: int) -> int:
        """The active users of a team."""
        return self.teams.active(team) if self.teams else self.active

    @property
    def ready_teams(self) -> int:
        """How many teams may take a plan."""
        if self.teams:
            return self.teams.ready
        return int(self.active >= self.rules.plans.team_min_users and not self.paying)

    @property
    def active_teams(self) -> int:
        """The teams with an active user."""
        return self.teams.active_teams if self.teams else int(self.active > 0)

    # Users.
    @property
    def active(self) -> int:
        """A: free, paid and seated users, and those on team plans."""
        return len(self.free) + self.paid + self.team + self.seated

    def add_user(self, plan: int, age: float = 0.0, team: int = 0) -> User:
        """A new user with the next number; `adoption.join` starts the process that lives it."""
        user = User(self.joined, GONE, age, team)
        self.joined += 1
        self.not_using -= 1
        self.lapsed += 1  # _set_plan takes it back: a new user comes from GONE
        self.move_in_team(team, not_using=-1, lapsed=1)
        self.users[user.number] = user
        self._set_plan(user, plan)
        return user

    def change_plan(self, user: User, plan: int) -> None:
        """Take a user from one plan to another, or out, and keep the counts."""
        # The caller has settled use, and interrupts the user's process where it did not call from within.
        self._set_plan(user, plan)
        if plan == GONE:
            del self.users[user.number]
            self.add("lapses")

    def _set_plan(self, user: User, plan: int) -> None:
        gone, active = (plan == GONE) - (user.plan == GONE), is_active(plan) - is_active(user.plan)
        self.move_in_team(user.team, active=active, lapsed=gone)
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
        elif plan == TEAM:
            self.team += change
        elif plan == IN_TRIAL:
            self.in_trial += change
        else:
            self.lapsed += change

    def _drop_free(self, number: int) -> None:
        """Who leaves the list is replaced by the last (docs/model.md, 4)."""
        last = self.free.pop()
        if last != number:
            # Its place is part of the events: an upgrade picks by place (test_the_events_of_this_release).
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
            self.user_days[FREE_DAYS] += len(self.free) * gap
            self.user_days[PAID_DAYS] += self.paid * gap
            self.user_days[SEATED_DAYS] += self.seated * gap
            self.user_days[TEAM_DAYS] += self.team * gap
            self.used_until = now

    # Hazards.
    def refresh(self) -> None:
        """Give every clock the hazard that follows from the account as it is now."""
        if self.banned or not self.entered:
            for number, clock in enumerate(self.clocks):
                clock.set_hazard(self.rules.ban.lift if self.banned and number == kinds.BAN_LIFT else 0.0)
            return
        rules, active = self.rules, self.active
        values = [0.0] * len(kinds.CLOCKS)
        values[kinds.ORGANIC] = self.organic_hazard()
        values[kinds.IMITATION] = self.imitation_hazard()
        values[kinds.UPGRADE] = hazards.proportional(rules.plans.upgrade, len(self.free))
        values[kinds.WIN_BACK] = hazards.proportional(rules.adoption.win_back, self.lapsed)
        if self.contract:
            values[kinds.ROLLOUT] = hazards.proportional(rules.contract.rollout, self.not_using)
            values[kinds.CHAMPION_LEAVES] = 0.0 if self.contract.champion_left else rules.contract.champion_leaves
        else:
            values[kinds.TEAM_PLAN] = hazards.proportional(rules.plans.team_rate, self.ready_teams)
        if not self.contract and not self.opportunity and not self.cooling and not self.to_start:
            values[kinds.OUTBOUND] = rules.outbound.rate
            values[kinds.AWARENESS] = hazards.proportional(rules.awareness.team_bills, len(self.paying))
            if active >= rules.awareness.min_users:
                values[kinds.AWARENESS] += hazards.awareness(
                    rules.awareness.base_hazard,
                    rules.awareness.peak,
                    rules.awareness.visibility,
                    rules.awareness.half_share,
                    rules.awareness.sharpness,
                    active,
                    self.size,
                )
        for clock, hazard in zip(self.clocks, values, strict=True):
            clock.set_hazard(hazard)

    def organic_hazard(self) -> float:
        """The hazard of an organic trial, at the present level of the market, season and spillover."""
        rules, market = self.rules.adoption, self.market
        rate, season = rules.organic * market.level, market.season[self.segment]
        return hazards.organic(rate, self.frailty, season, rules.spillover, market.active_share, self.not_using)

    def imitation_hazard(self) -> float:
        """The hazard of a trial started because colleagues use the product, at the present level of the market."""
        adoption, active = self.rules.adoption, self.active
        multiple = self.rules.contract.imitation_multiple if self.contract else 1.0
        rate = adoption.imitation_rate * multiple * self.market.level
        if self.teams:
            return hazards.imitation_in_teams(rate, self.frailty, self.teams.reach(active, self.size))
        return hazards.imitation(
            rate, self.frailty, active, self.not_using, self.size, adoption.exponent, adoption.threshold
        )


class Term(NamedTuple):
    """The dates of a term: its first day, its months, and the day of the month on which terms begin and end."""

    start: int
    months: int
    anchor: int  # of the first term, kept by those that follow; clipped where a month is shorter


class Contract:
    """One term: days are whole days from the start; term, billing, payment terms and price are fixed when it begins."""

    def __init__(self, account: Account, term: Term, seats: int, price: SeatPrice) -> None:
        contract = account.rules.contract
        self.origin = account.market.parameters.shape.origin
        self.start = term.start
        self.months = term.months
        self.anchor = term.anchor
        self.end = self.day_after(term.months)
        self.billing = contract.billing
        self.payment_terms = account.payment_terms = contract.payment_terms
        self.seats = seats
        self.price = price.cents
        self.price_before_tiers = price.before_tiers
        self.champion_left = False
        self.billed_periods = 0
        self.true_up_process: simpy.Process | None = None

    def period(self, number: int) -> tuple[int, int, int]:
        """First day, day after the last, and months of a billing period; the last may be shorter."""
        first = number * self.billing
        months = min(self.billing, self.months - first)
        return self.day_after(first), self.day_after(first + months), months

    def day_after(self, months: int) -> int:
        """The day so many months after the term's start."""
        return add_anchored_months(self.origin, self.start, months, self.anchor)

    @property
    def periods(self) -> int:
        """Billing periods of the term."""
        return -(-self.months // self.billing)


class Opportunity:
    """A purchase in progress: which stages are done, under way, waiting for a person or holding one."""

    def __init__(self, account: Account, source: int) -> None:
        stages = len(account.market.parameters.stages)
        self.account = account
        self.ordinal = account.opportunities
        self.source = source
        self.opened = account.market.calendar.now
        self.days = [[nan] * len(STAGE_DAYS) for _ in range(stages)]
        self.missing: set[int] = set()  # requirements that were not there when a stage asked
        self.lost_over: set[int] = set()  # of these, the ones that lost the deal
        self.done = [False] * stages
        self.lasted = [0.0] * stages  # days before the start of the part in which a stage is; 0 once a part begins
        self.processes: dict[int, simpy.Process] = {}
        self.requests: dict[int, PriorityRequest] = {}
        account.opportunities += 1
        account.opportunity = self

    def rules(self, stage: int) -> StageRules:
        """What the stage asks for in the present period."""
        return self.account.market.stage_rules[self.account.segment][stage]

    def draw(self, stage: int, purpose: int) -> float:
        """The uniform of a purpose of a stage in this opportunity."""
        return self.account.u(self.account.market.stage_streams[stage][purpose], self.ordinal)

    def sample(self, stage: int, purpose: int, number: int) -> float:
        """Days from distribution `number` for a purpose of a stage."""
        return self.account.sample(number, self.account.market.stage_streams[stage][purpose], self.ordinal)

    def close(self, outcome: int, reason: int) -> None:
        """Leave the account, and the row in the table."""
        self.account.opportunity = None
        self.account.market.opportunities.append(self.row(outcome, reason))

    def row(self, outcome: int, reason: int) -> OpportunityRow:
        """The opportunity as the tables show it."""
        closed = nan if outcome == kinds.OPEN else self.account.market.calendar.now
        requirements = [
            [needed, place in self.missing, place in self.lost_over] for place, needed in enumerate(self.account.needs)
        ]
        about = (self.account.index, self.ordinal, self.source, self.opened, closed, outcome, reason)
        return OpportunityRow(*about, self.days, requirements)
