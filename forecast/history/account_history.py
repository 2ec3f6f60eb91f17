"""What is known of one account while its log is read: its users by plan, its seats, and when what began.

What single users do is counted, and summed up by the month.  Knows no engine; `narrative` has the sentences.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence, Set
from datetime import date, timedelta
from typing import NamedTuple

from forecast.analysis.formatting import format_days, format_full_amount, pluralize, sentence_case, with_article
from forecast.history.opening import Opening
from forecast.history.user_states import PAID, TEAM, UserStates
from forecast.model import kinds
from forecast.model.parameters import Parameters
from forecast.months import first_of_month

OWN_ACCORD, OWN_TEAM, OTHER_TEAM = range(3)  # who brings a trial about, as TRIAL_STARTED says it
REFERRALS = {
    OWN_ACCORD: "",
    OWN_TEAM: ", through a colleague of the team",
    OTHER_TEAM: ", through a colleague of another team",
}
USER_EVENTS = {
    kinds.TRIAL_STARTED: "{} started",
    kinds.ACTIVATED: "{} became active",
    kinds.TRIAL_FAILED: "{} given up",
    kinds.ROLLED_OUT: "{} given a seat",
    kinds.UPGRADED: "{} began to pay",
    kinds.LEFT: "{} left",
    kinds.WON_BACK: "{} won back",
}


class HistoryLine(NamedTuple):
    """A sentence and when: a day as `12 Mar 2026`, a month as `Mar 2026`."""

    when: str
    sentence: str

    def __str__(self) -> str:
        """The line as it is printed."""
        return f"{self.when:>11}  {self.sentence}"


class AccountHistory:
    """The account while its log is being read."""

    def __init__(
        self,
        parameters: Parameters,
        opening: Opening,
        kept_free: Mapping[float, Set[int]] | None = None,
        usage_bills: Sequence[int] = (),
    ) -> None:
        """usage_bills: cents billed for use by month, month 0 first; empty where nothing is metered."""
        self.parameters, self.opening = parameters, opening
        self.start = parameters.scenario.start
        self.users = UserStates(opening, kept_free)
        # (what, stage): when it began
        self.since: dict[tuple[str, int], float] = {("present stage", opening.stage): opening.stage_since}
        self.mark_start("ban", 0, opening.banned_since or 0.0)
        self.month = ""
        self.year = self.start.year
        self.usage_bills = usage_bills
        self.use: Counter[int] = Counter()
        self.referrals: Counter[int] = Counter()  # trials of the month, by who brought them about
        self.touched = self.active + opening.in_trial > 0
        self.touched_teams: set[int] = set()
        self.last_referral, self.last_begun = OWN_ACCORD, "starts a trial"  # of who joined last
        self.changes = {
            place: [change.path for change in parameters.scenario.changes if change.day == day]
            for place, day in enumerate(parameters.period_days.tolist())
        }

    def advance_to(self, day: date) -> Iterator[HistoryLine]:
        """What users did in the month that is over, if `day` lies in a later one."""
        month = f"{day:%b %Y}"
        if month != self.month:
            yield from self.flush_month()
            self.month = month
        if day.year != self.year:
            yield from self.flush_year()
            self.year = day.year

    def day(self, time: float) -> date:
        """The date of a time."""
        return self.start + timedelta(days=int(time // 1))

    @property
    def active(self) -> int:
        """Active people now."""
        return self.users.active

    @property
    def seats(self) -> int:
        """Seats under contract now."""
        return self.users.seats

    def in_use(self) -> str:
        """How many of the people use the product, in brackets."""
        return f" ({self.active} of {pluralize(self.opening.size, 'person', 'people')} active)"

    def count(self, kind: int, value: float) -> None:
        """Count what a user does for the month."""
        self.use[kind] += 1
        if kind == kinds.TRIAL_STARTED:
            self.referrals[int(value)] += 1
            self.last_referral, self.last_begun = int(value), "starts a trial"
        elif kind == kinds.ROLLED_OUT:
            self.last_referral, self.last_begun = OWN_ACCORD, "is given a seat"

    def flush_month(self) -> Iterator[HistoryLine]:
        """What the month's users did, if any did something."""
        if self.use:
            parts = [text.format(self.use[kind]) for kind, text in USER_EVENTS.items() if self.use[kind]]
            trials = self.use[kinds.TRIAL_STARTED]
            if trials:
                parts[0] = f"{pluralize(trials, 'trial')} started{self.referral_text()}"
            given_up = self.use[kinds.TRIAL_FAILED]
            parts = [
                pluralize(given_up, "trial") + " given up" if part.endswith("given up") else part for part in parts
            ]
            yield HistoryLine(self.month, f"{', '.join(parts)}{self.active_users_text()}.")
        self.use.clear()
        self.referrals.clear()

    def referral_text(self) -> str:
        """Who brought the month's trials about, in brackets, where it was somebody else."""
        own, other = self.referrals[OWN_TEAM], self.referrals[OTHER_TEAM]
        if not self.opening.teams:
            return f" ({own} through a colleague)" if own else ""
        parts = [f"{own} through a colleague of the team"] * (own > 0)
        parts += [f"{other} through a colleague of another team"] * (other > 0)
        return f" ({', '.join(parts)})" if parts else ""

    def team(self, place: int) -> str:
        """A team in words: `team 3`; all of the account where it is one team."""
        return f"team {place + 1}" if self.opening.teams else "the account"

    def kept_free_of(self, time: float, state: int, team: int | None = None) -> list[int]:
        """Who go on for free when what they are on ends, of those in a state (and in a team)."""
        kept = self.users.kept_free.get(time, frozenset())
        return [who for who in kept if self.users.states.get(who) == state and team in (None, self.users.team_of(who))]

    def team_size(self, place: int) -> int:
        """The people of a team."""
        return self.opening.teams[place] if self.opening.teams else self.opening.size

    def flush_year(self) -> Iterator[HistoryLine]:
        """What was billed for use in the year that is over, or in its part before the horizon."""
        months = [first_of_month(self.start, place) for place in range(max(len(self.usage_bills) - 1, 0))]
        bills = [pair for pair in zip(months, self.usage_bills[1:], strict=True) if pair[0].year == self.year]
        total = sum(bill for _, bill in bills)
        if total:
            last, bill = bills[-1]
            of_it = f", of it {self.money(bill)} in {last:%B}" if len(bills) > 1 else ""
            yield HistoryLine(f"{last:%b %Y}", f"Billed for use in {self.year}: {self.money(total)}{of_it}.")

    def active_users_text(self) -> str:
        """How many are active at the month's end."""
        if self.seats:
            return f"; {self.active} active on {pluralize(self.seats, 'seat')}"
        paying = {"paid": self.users.count(PAID), "on team plans": self.users.count(TEAM)}
        parts = [f"{count} {word}" for word, count in paying.items() if count]
        return f"; {self.active} active ({', '.join(parts)})" if parts else f"; {self.active} active"

    def mark_start(self, what: str, stage: int, time: float) -> None:
        """Remember when something of a stage began."""
        self.since[what, stage] = time

    def elapsed(self, what: str, stage: int, time: float) -> str:
        """How long that took."""
        return format_days(time - self.since.get((what, stage), time))

    def stage(self, place: int) -> str:
        """A stage in words."""
        return self.parameters.labels.stage(self.parameters.stages[place])

    def stage_heading(self, place: int) -> str:
        """A stage at the front of a sentence."""
        return sentence_case(self.stage(place))

    def requirement(self, value: float) -> str:
        """A requirement in words."""
        return self.parameters.labels.requirement(self.parameters.requirements[int(value)])

    def person(self, value: float) -> str:
        """Somebody of a pool: `a security engineer`, or the pool's label as it is."""
        name, labels = self.parameters.resources[int(value)], self.parameters.labels
        return labels.resource(name) if name in labels.resources else with_article(labels.resource(name))

    def money(self, cents: float) -> str:
        """An amount in full."""
        return format_full_amount(int(cents), self.parameters.scenario.currency)


def format_date(day: date) -> str:
    """`3 Mar 2026`."""
    return f"{day.day} {day:%b %Y}"
