"""What is known of one account while its log is read: its users by plan, its seats, and when what began.

What single users do is counted, and summed up by the month.  Knows no engine; `narrative` has the sentences.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Set
from datetime import date, timedelta
from typing import NamedTuple

from forecast.analysis.formatting import format_days, format_full_amount, pluralize, sentence_case, with_article
from forecast.engines import KeptFreeRow
from forecast.model import kinds
from forecast.model.parameters import Parameters

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


class Opening(NamedTuple):
    """Where the account stands at the start; counts of people."""

    size: int
    free: int = 0
    paid: int = 0
    seated: int = 0
    seats: int = 0
    lapsed: int = 0


def keepers(rows: Iterable[KeptFreeRow], account: int) -> dict[float, set[int]]:
    """The users of an account who go on for free after a contract, by the time of its end."""
    kept: dict[float, set[int]] = {}
    for time, of, user in rows:
        if of == account:
            kept.setdefault(time, set()).add(user)
    return kept


class AccountHistory:
    """The account while its log is being read."""

    def __init__(
        self, parameters: Parameters, opening: Opening, kept_free: Mapping[float, Set[int]] | None = None
    ) -> None:
        self.parameters, self.opening = parameters, opening
        self.start = parameters.scenario.start
        self.plans = Counter({kinds.FREE: opening.free, kinds.PAID: opening.paid, kinds.SEATED: opening.seated})
        self.kept_free = kept_free or {}  # who goes on for free, by the time at which their contract ended
        self.seats = opening.seats
        self.since: dict[tuple[str, int], float] = {}  # (what, stage): when it began
        self.month = ""
        self.use: Counter[int] = Counter()
        self.referred_trials = 0  # trials that a colleague brought about
        self.touched = opening.free + opening.paid + opening.seated > 0
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

    def day(self, time: float) -> date:
        """The date of a time."""
        return self.start + timedelta(days=int(time // 1))

    @property
    def active(self) -> int:
        """Active people now."""
        return self.plans[kinds.FREE] + self.plans[kinds.PAID] + self.plans[kinds.SEATED]

    def in_use(self) -> str:
        """How many of the people use the product, in brackets."""
        return f" ({self.active} of {pluralize(self.opening.size, 'person', 'people')} active)"

    def count(self, kind: int, value: float) -> None:
        """Count what a user does for the month."""
        self.use[kind] += 1
        self.referred_trials += kind == kinds.TRIAL_STARTED and value == 1
        if kind == kinds.ACTIVATED:
            self.plans[int(value)] += 1
        elif kind == kinds.LEFT:
            self.plans[int(value)] -= 1
        elif kind == kinds.ROLLED_OUT:
            self.plans[kinds.SEATED] += 1
        elif kind == kinds.UPGRADED:
            self.plans.subtract({kinds.FREE: 1, kinds.PAID: -1})

    def flush_month(self) -> Iterator[HistoryLine]:
        """What the month's users did, if any did something."""
        if self.use:
            parts = [text.format(self.use[kind]) for kind, text in USER_EVENTS.items() if self.use[kind]]
            trials = self.use[kinds.TRIAL_STARTED]
            if trials:
                referred = f" ({self.referred_trials} through a colleague)" if self.referred_trials else ""
                parts[0] = f"{pluralize(trials, 'trial')} started{referred}"
            given_up = self.use[kinds.TRIAL_FAILED]
            parts = [
                pluralize(given_up, "trial") + " given up" if part.endswith("given up") else part for part in parts
            ]
            yield HistoryLine(self.month, f"{', '.join(parts)}{self.active_users_text()}.")
        self.use.clear()
        self.referred_trials = 0

    def active_users_text(self) -> str:
        """How many are active at the month's end."""
        if self.seats:
            return f"; {self.active} active on {pluralize(self.seats, 'seat')}"
        paid = self.plans[kinds.PAID]
        return f"; {self.active} active ({paid} paid)" if paid else f"; {self.active} active"

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
