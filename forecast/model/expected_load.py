"""How much a replication has to simulate at most, from the rates alone: opportunities, users, events.

Renewal theory in the mean: what opens at the hazard h and keeps an account busy for b days opens h / (1 + h b) times a
day.  Where a scenario is richer than that (people who are busy, requirements that are waited for) there is less, so
these are upper estimates; uncertain values are at their medians.  An account counts for the days on which it is in the
market in the mean, and one of the accounts file with what it brings along.  Nothing is drawn.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from math import inf, prod
from typing import NamedTuple

from forecast.elementary import power
from forecast.model.dates import GATES
from forecast.model.distributions import restricted_mean
from forecast.model.parameters import Parameters
from forecast.model.uncertainty import medians, realized, realized_parameters
from forecast.scenario import ELIGIBLE_USERS_PATH, ENTERS_PATH, Distribution, PresentAccount, Value, declared
from forecast.scenario.values.units import DAYS_PER_MONTH

LARGEST_ACCOUNT = 1e8  # users, where a distribution has no mean
GATE_MONTHS = dict(zip(GATES, (0, 1, 3, 12), strict=True))  # between two starts
EVENTS_PER_TRIAL, EVENTS_PER_STAGE = 4.0, 3.0  # begins, ends, an upgrade, lapses; gate, request, end
_ORGANIC, _WIN_BACK, _TRIAL_LENGTH = (
    declared(path) for path in ("adoption.organic", "adoption.win_back", "trial.length")
)
_ACTIVATION = declared("trial.activation")
_BASE, _PEAK, _SPONSOR = (declared(f"awareness.{name}") for name in ("base", "peak", "sponsor"))
_BAN, _LIFT, _OUTBOUND = declared("awareness.ban"), declared("ban.lift"), declared("outbound.rate")
_COOL_DOWN, _TERM = declared("procurement.cool_down"), declared("contract.term")
_CHURN = tuple(declared(f"churn.{plan}") for plan in ("free", "paid"))
_LEVEL_NOW, _LEVEL_PERSISTENCE = declared("market.level.now"), declared("market.level.persistence")


class SegmentLoad(NamedTuple):
    """What a segment has at most in one replication, in the mean."""

    segment: str
    accounts: int
    users: float  # who can be in the memory at once
    opportunities: float
    awarenesses: float
    trials: float
    events: float


def expected_load(parameters: Parameters) -> list[SegmentLoad]:
    """The load of each segment."""
    return [_Segment(parameters, place).load() for place in range(len(parameters.segments))]


def _is_used(account: PresentAccount) -> bool:
    """Whether somebody in an account of the accounts file uses the product today, or has used it."""
    return bool(account.active_users or account.trial_users or account.lapsed_users or account.seats)


class _Segment:
    """One segment, period by period of the timeline."""

    def __init__(self, parameters: Parameters, place: int) -> None:
        self.parameters, self.place = parameters, place
        self.scenario = parameters.scenario
        self.horizon = float(parameters.month_days[-1])
        self.uniforms = medians(parameters.uncertain)
        self.values: Mapping[str, tuple[Value, ...]] = {}
        name = parameters.segments[place]
        self.present = [each for each in self.scenario.present if each.segment == name]
        self.generated = self.scenario.accounts[place]
        self.accounts = self.generated + len(self.present)

    def load(self) -> SegmentLoad:
        """The load of the whole horizon."""
        used_today = any(map(_is_used, self.present))
        opportunities = awarenesses = trials = begun = 0.0
        for begin, end, values in self._periods():
            self.values = values
            days = (end - begin) * self._share_in_market(begin, end)
            begun += days * self._number(_ORGANIC) * self._level(begin, end) + (1.0 if used_today else 0.0)
            used = min(1.0, begun) if begun else 0.0
            opened, aware = self._openings(days, used=bool(begun))
            opportunities, awarenesses = opportunities + opened, awarenesses + aware
            trials += self._comebacks(days) * used
        users = self._users() * (1.0 if begun else 0.0)
        total = self.accounts * opportunities + sum(each.opportunity_stage is not None for each in self.present)
        events = EVENTS_PER_TRIAL * users * (1 + trials) + self.accounts * (awarenesses + 2 * self.scenario.months)
        events += total * (2 + EVENTS_PER_STAGE * len(self.parameters.stages))
        name = self.parameters.segments[self.place]
        return SegmentLoad(name, self.accounts, users, total, self.accounts * awarenesses, users * (1 + trials), events)

    def _periods(self) -> Iterator[tuple[float, float, Mapping[str, tuple[Value, ...]]]]:
        """The first day, the day after the last one and the values of each period between two dates of the timeline."""
        values, begun = dict(self.scenario.parameters), 0
        for day in [*sorted({each.day for each in self.scenario.changes}), int(self.horizon)]:
            if day > begun:
                yield float(begun), float(day), dict(values)
            values |= {each.path: each.values for each in self.scenario.changes if each.day == day}
            begun = day

    def _share_in_market(self, begin: float, end: float) -> float:
        """On which share of the days from one to another an account is in the market, in the mean."""
        absent = (self._days_before_entry(end) - self._days_before_entry(begin)) / (end - begin)
        return 1.0 - absent * self.generated / max(1, self.accounts)

    def _days_before_entry(self, day: float) -> float:
        """How many of the days up to one a generated account waits for its entry, in the mean."""
        enters = self.scenario.parameters[ENTERS_PATH][self.place]
        assert isinstance(enters, Distribution)
        return restricted_mean(enters.family, realized_parameters(enters, self.uniforms), day)

    def _level(self, begin: float, end: float) -> float:
        """The market's level in the mean, at its higher end: it goes from today's to 1, or stays."""
        now, persistence = self._number(_LEVEL_NOW), self._number(_LEVEL_PERSISTENCE)
        return max(power(now, power(persistence, day / DAYS_PER_MONTH)) for day in (begin, end))

    def _openings(self, days: float, *, used: bool) -> tuple[float, float]:
        """Opportunities and awarenesses of an account in a period."""
        aware = self._number(_BASE) + self._number(_PEAK) if used else 0.0
        opening = aware * self._number(_SPONSOR) + self._number(_OUTBOUND) if self.parameters.stages else 0.0
        banned = aware * self._number(_BAN) * min(self.horizon, 1 / (self._number(_LIFT) or 1 / self.horizon))
        free = 1 / (1 + opening * self._busy_days() + banned)
        return min(opening * days, 1 + opening * days * free), min(aware * days, 1 + aware * days * free)

    def _busy_days(self) -> float:
        """How long an opportunity keeps its account from the next one, at least."""
        stages = [self._stage_days(stage) for stage in self.parameters.stages]
        first = [days for days, after in zip(stages, self.scenario.after, strict=True) if not after]
        lost = 1 - prod(1 - self._number(f"procurement.stages.{stage}.loss") for stage in self.parameters.stages)
        after_loss = min(first, default=0.0) + self._days(_COOL_DOWN)
        after_win = max(stages, default=0.0) + DAYS_PER_MONTH * self._number(_TERM)
        # Waiting too long and a lacking requirement lose deals too, and prior use shifts the odds: any mixture may be.
        surely = lost in {0.0, 1.0} and not self._may_be_lost_otherwise()
        return (
            lost * after_loss + (1 - lost) * after_win
            if surely
            else min(after_loss, lost * after_loss + (1 - lost) * after_win)
        )

    def _may_be_lost_otherwise(self) -> bool:
        """Whether a deal can be lost by waiting too long or over a requirement."""
        waits = any(self._patience(stage) < inf for stage in self.parameters.stages)
        return waits or bool(self.parameters.requirements)

    def _stage_days(self, stage: str) -> float:
        """How long a stage lasts at least, in the mean."""
        of = f"procurement.stages.{stage}."
        work = self._days(f"{of}touch") if self._value(f"{of}resource") is not None else 0.0
        return DAYS_PER_MONTH * GATE_MONTHS[str(self._value(f"{of}gate"))] + min(
            work + self._days(f"{of}duration"), self._patience(stage)
        )

    def _patience(self, stage: str) -> float:
        """How long a deal waits for the stage's person at most; infinite where it needs none, or waits for ever."""
        of = f"procurement.stages.{stage}."
        needed = self._value(f"{of}resource") is not None
        patience = self._value(f"{of}patience")
        endless = isinstance(patience, Distribution) and patience.family == "never"
        return inf if endless or not needed else self._days(f"{of}patience")

    def _comebacks(self, days: float) -> float:
        """How often a user who has lapsed begins again in a period."""
        hazard = self._number(_WIN_BACK)
        stay = min(self._days(path) for path in _CHURN)
        busy = self._days(_TRIAL_LENGTH) + self._number(_ACTIVATION) * stay
        return min(hazard * days, 1 + hazard * days / (1 + hazard * busy)) if hazard else 0.0

    def _users(self) -> float:
        """The eligible users of the segment's accounts that are ever in the market."""
        each = self.scenario.parameters[ELIGIBLE_USERS_PATH][self.place]
        known = sum(row.eligible_users for row in self.present)
        assert isinstance(each, Distribution)
        sizes = realized_parameters(each, self.uniforms)
        entered = self.generated * self._share_entered()
        return entered * restricted_mean(each.family, sizes, LARGEST_ACCOUNT) + known

    def _share_entered(self) -> float:
        """The share of the generated accounts that enter, at most: who has not by the end has not on the day after."""
        return 1.0 - (self._days_before_entry(self.horizon + 1.0) - self._days_before_entry(self.horizon))

    def _value(self, path: str) -> Value:
        """The value of a path in this segment and period."""
        values = self.values[path]
        return values[min(self.place, len(values) - 1)]

    def _number(self, path: str) -> float:
        """The same as a number."""
        return realized(self._value(path), self.uniforms)

    def _days(self, path: str) -> float:
        """The mean of a duration, restricted to the horizon."""
        distribution = self._value(path)
        assert isinstance(distribution, Distribution)
        return restricted_mean(distribution.family, realized_parameters(distribution, self.uniforms), self.horizon)
