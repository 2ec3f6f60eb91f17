"""The state machine of one account, that of the engines (docs/model.md, 4 to 8): who is in which state, step by step.

Times are microseconds since the window's start; what came before it is negative, and makes the state there and the
ages.  What lasts is written into a `Journal` when it ends inside the window.  A stay on a plan that has no length is
none: whoever lapses at the very instant at which a trial, a contract or a team plan ends was not kept.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from forecast.observed.tables import (
    ACTIVATE,
    BAN_LIFTED,
    BANNED,
    BY_UNKNOWN,
    COOLED_DOWN,
    COOLING_DOWN,
    DOWNGRADE,
    LAPSE,
    NOBODY,
    PAY,
    START,
    TEAM_PLAN_ENDED,
    TEAM_PLAN_STARTED,
    UPGRADE,
    WON_BACK,
)

# The columns of a path: how many people are in each state, then what holds for the account.
STATES = ("idle", "trial", "free", "paid", "team", "seated", "lapsed")
IDLE, TRIAL, FREE, PAID, TEAM, SEATED, LAPSED = range(len(STATES))
CONDITIONS = ("banned", "contract", "deal", "cooling", "paying_teams")
IS_BANNED, UNDER_CONTRACT, IN_DEAL, IS_COOLING, PAYING_TEAMS = range(len(STATES), len(STATES) + len(CONDITIONS))
COLUMNS = STATES + CONDITIONS
ACTIVE_STATES = (FREE, PAID, TEAM, SEATED)

# How a stay on a plan ended; all but the first are no reason of the user's.
ENDINGS = ("lapsed", "upgraded", "absorbed", "released", "banned", "open")
HAS_LAPSED, HAS_UPGRADED, WAS_ABSORBED, WAS_RELEASED, WAS_BANNED, STILL_THERE = range(len(ENDINGS))

# What came of a trial; `left`: activated, and gone at once.
TRIAL_ENDS = ("failed", "left", "free", "paid", "team", "seated", "banned", "open")
TRIAL_FAILED, TRIAL_LEFT, TRIAL_FREE, TRIAL_PAID, TRIAL_TEAM, TRIAL_SEATED, TRIAL_BANNED, TRIAL_OPEN = range(8)
_TRIAL_END_OF_PLAN = {FREE: TRIAL_FREE, PAID: TRIAL_PAID, TEAM: TRIAL_TEAM, SEATED: TRIAL_SEATED}

# What happens at an instant, and has no length.
MOMENTS = ("rolled_out", "upgraded", "won_back", "banned", "ban_lifted", "team_plan")
ROLLED_OUT, HAS_BEGUN_TO_PAY, IS_BACK, BAN, LIFT, TEAM_PLAN = range(len(MOMENTS))


@dataclass(slots=True)
class _Trial:
    """A trial; `joint`: a contract or a team plan was there at its end, so that nobody was asked to pay."""

    account: int
    start: int
    end: int
    outcome: int
    joint: int


@dataclass(slots=True)
class _Release:
    """A contract or a team plan that ended: how many were on it, and how many of them were gone at once."""

    account: int
    end: int
    plan: int
    people: int
    gone: int = 0


@dataclass
class Journal:
    """What happened inside the window, of all accounts."""

    starts: list[tuple[int, int, int, int]] = field(default_factory=list)  # account, time, by, team
    trials: list[_Trial] = field(default_factory=list)
    spells: list[tuple[int, int, int, int, int]] = field(default_factory=list)  # account, plan, entered, left, ending
    releases: list[_Release] = field(default_factory=list)
    moments: list[tuple[int, int, int]] = field(default_factory=list)  # account, what, time


class _Person:
    """Somebody who has not gone: state, since when, team, and what ended when they came to this state."""

    __slots__ = ("before", "entered", "state", "team")

    def __init__(self, state: int, entered: int, team: int) -> None:
        self.state, self.entered, self.team = state, entered, team
        self.before: _Trial | _Release | None = None


class AccountStates:
    """One account: how many people are in each state, and what holds for it, event by event."""

    def __init__(self, account: int, eligible_users: int, team_sizes: Sequence[int], journal: Journal) -> None:
        self.account, self.journal = account, journal
        self.row = [0] * len(COLUMNS)  # what stands in the path now
        self.row[IDLE] = eligible_users
        self.people: dict[int, _Person] = {}
        self.gone: dict[int, int] = {}  # the team of each user who has lapsed
        self.paying: set[int] = set()
        self.team_sizes = team_sizes
        self.team_idle, self.team_active = list(team_sizes), [0] * len(team_sizes)
        self._in_teams = 0.0  # the sum over teams of idle people times the active share of their team

    @property
    def active(self) -> int:
        """Active people now."""
        return sum(self.row[FREE : SEATED + 1])

    @property
    def own_contact(self) -> float:
        """Idle people times the active share of their team, summed; without known teams the account is one."""
        return self._in_teams if self.team_sizes else self.row[IDLE] * self.active / sum(self.row[: LAPSED + 1])

    def apply(
        self, time: int, event: int, user: int, by: int = BY_UNKNOWN, team: int = NOBODY, *, counts: bool = True
    ) -> None:
        """Take in an event of the events table; a start of whoever only moved does not count as one."""
        if event == START:
            self.start(time, user, by, team, counts=counts)
        elif event in (ACTIVATE, PAY, UPGRADE):
            self.activate(time, user, by, team, pays=event != ACTIVATE)
        elif event == DOWNGRADE:
            self.downgrade(time, user)
        elif event == LAPSE:
            self.lapse(time, user, team)
        elif event == WON_BACK:
            self._shift(LAPSED, IDLE, team)
            self._note(IS_BACK, time)
        elif event == BANNED:
            self.ban(time)
        elif event == BAN_LIFTED:
            self.row[IS_BANNED] = 0
            self._note(LIFT, time)
        elif event == TEAM_PLAN_STARTED:
            self.start_team_plan(time, team)
        elif event == TEAM_PLAN_ENDED:
            self.end_team_plan(time, team)
        elif event in (COOLING_DOWN, COOLED_DOWN):
            self.row[IS_COOLING] = int(event == COOLING_DOWN)

    # Users.
    def start(self, time: int, user: int, by: int, team: int, *, counts: bool = True) -> _Person | None:
        """Somebody begins a trial; who is there already does not begin again."""
        if user in self.people:
            return None
        if user in self.gone:
            team = self.gone.pop(user)
            self._shift(LAPSED, TRIAL, team)
            self._note(IS_BACK, time)
        else:
            self._shift(IDLE, TRIAL, team)
        person = self.people[user] = _Person(TRIAL, time, team)
        if time >= 0 and counts:
            self.journal.starts.append((self.account, time, by, team))
        return person

    def activate(self, time: int, user: int, by: int, team: int, *, pays: bool) -> None:
        """A trial ends well, or a free user pays; who had no trial is given a seat, or has had a trial of no length."""
        person = self.people.get(user)
        if person is None:
            if self.row[UNDER_CONTRACT]:
                self._roll_out(time, user, team)
                return
            person = self.start(time, user, by, team)
            assert person is not None
        if person.state == TRIAL:
            plan = PAID if pays and not self.row[UNDER_CONTRACT] else self._plan_of(person.team)
            self._end_trial(person, time, _TRIAL_END_OF_PLAN[plan])
            self._move(person, plan, time)
        elif pays and person.state == FREE:
            if person.entered == time and isinstance(person.before, _Trial):
                person.before.outcome = TRIAL_PAID  # activated and paid at one instant: the outcome of the trial
            else:
                self._end_spell(person, time, HAS_UPGRADED)
                self._note(HAS_BEGUN_TO_PAY, time)
            self._move(person, PAID, time)

    def downgrade(self, time: int, user: int) -> None:
        """Somebody goes on for free, from a plan of their own or of their team."""
        person = self.people.get(user)
        if person is not None and person.state in (PAID, TEAM):
            self._end_spell(person, time, WAS_RELEASED)
            self._move(person, FREE, time)

    def lapse(self, time: int, user: int, team: int = NOBODY) -> None:
        """Somebody stops; of whom nothing was seen before, it has been so before."""
        person = self.people.get(user)
        if person is None:
            if user not in self.gone:
                self.gone[user] = team
                self._shift(IDLE, LAPSED, team)
            return
        if person.state == TRIAL:
            self._end_trial(person, time, TRIAL_FAILED)
        elif person.entered == time:
            self._not_kept(person)
        else:
            self._end_spell(person, time, HAS_LAPSED)
        self._remove(user, person)

    def ban(self, time: int) -> None:
        """All use ends at once."""
        for user, person in list(self.people.items()):
            if person.state == TRIAL:
                self._end_trial(person, time, TRIAL_BANNED)
            else:
                self._end_spell(person, time, WAS_BANNED)
            self._remove(user, person)
        self._clear_team_plans()
        self.row[IS_BANNED] = 1
        self._note(BAN, time)

    # Team plans and contracts.
    def start_team_plan(self, time: int, team: int) -> None:
        """All active users of a team are on its plan."""
        self.paying.add(team)
        self.row[PAYING_TEAMS] = len(self.paying)
        self._absorb(time, (each for each in self.people.values() if each.team == team), TEAM)
        self._note(TEAM_PLAN, time)

    def end_team_plan(self, time: int, team: int) -> None:
        """They go on for free, but for those who lapse at this instant."""
        self.paying.discard(team)
        self.row[PAYING_TEAMS] = len(self.paying)
        self._release(time, TEAM, [each for each in self.people.values() if each.team == team])

    def start_contract(self, time: int) -> None:
        """All active users have seats; their plans end."""
        self.row[UNDER_CONTRACT] = 1
        self._clear_team_plans()
        self._absorb(time, self.people.values(), SEATED)

    def end_contract(self, time: int) -> None:
        """They go on for free, but for those who lapse at this instant."""
        self.row[UNDER_CONTRACT] = 0
        self._release(time, SEATED, self.people.values())

    def change_deals(self, change: int) -> None:
        """An opportunity opens or closes, or what is signed goes live."""
        self.row[IN_DEAL] += change

    def finish(self, time: int) -> None:
        """Write what still lasts at the window's end."""
        for person in self.people.values():
            if person.state == TRIAL:
                self._end_trial(person, time, TRIAL_OPEN)
            else:
                self._end_spell(person, time, STILL_THERE)

    # How they are done.
    def _roll_out(self, time: int, user: int, team: int) -> None:
        """Somebody is given a seat."""
        came_back = user in self.gone
        team = self.gone.pop(user, team)
        self._shift(LAPSED if came_back else IDLE, SEATED, team)
        self.people[user] = _Person(SEATED, time, team)
        self._note(ROLLED_OUT, time)

    def _plan_of(self, team: int) -> int:
        """The plan of whoever is activated now, and does not pay."""
        if self.row[UNDER_CONTRACT]:
            return SEATED
        return TEAM if team in self.paying else FREE

    def _absorb(self, time: int, people: Iterable[_Person], plan: int) -> None:
        """Put active users on a plan of their team or account."""
        for person in people:
            if person.state not in (TRIAL, plan):
                self._end_spell(person, time, WAS_ABSORBED)
                self._move(person, plan, time)

    def _release(self, time: int, plan: int, people: Iterable[_Person]) -> None:
        """End a plan of a team or account."""
        people = [each for each in people if each.state == plan]
        release = _Release(self.account, time, plan, len(people))
        for person in people:
            self._end_spell(person, time, WAS_RELEASED)
            self._move(person, FREE, time)
            person.before = release
        if people and time >= 0:
            self.journal.releases.append(release)

    def _clear_team_plans(self) -> None:
        """No team is on a plan any more."""
        self.paying.clear()
        self.row[PAYING_TEAMS] = 0

    def _end_trial(self, person: _Person, time: int, outcome: int) -> None:
        """Write a trial; whether a contract or a team plan decided its outcome stands beside it."""
        joint = int(bool(self.row[UNDER_CONTRACT]) or person.team in self.paying)
        person.before = trial = _Trial(self.account, person.entered, time, outcome, joint)
        if time >= 0:
            self.journal.trials.append(trial)

    def _not_kept(self, person: _Person) -> None:
        """Somebody is gone at the instant at which a trial, a contract or a team plan ended."""
        if isinstance(person.before, _Trial):
            person.before.outcome = TRIAL_LEFT
        elif person.before is not None:
            person.before.gone += 1

    def _end_spell(self, person: _Person, time: int, ending: int) -> None:
        """Write a stay on a plan."""
        if time > person.entered and time >= 0:
            self.journal.spells.append((self.account, person.state, person.entered, time, ending))

    def _move(self, person: _Person, state: int, time: int) -> None:
        """Take somebody to another state."""
        self._shift(person.state, state, person.team)
        person.state, person.entered = state, time
        if person.before is not None and person.before.end != time:
            person.before = None

    def _remove(self, user: int, person: _Person) -> None:
        """Somebody has lapsed."""
        self._shift(person.state, LAPSED, person.team)
        del self.people[user]
        self.gone[user] = person.team

    def _note(self, what: int, time: int) -> None:
        """Write a moment."""
        if time >= 0:
            self.journal.moments.append((self.account, what, time))

    def _shift(self, source: int, target: int, team: int) -> None:
        """One person less in a state, and one more in another; the same in their team."""
        self.row[source] -= 1
        self.row[target] += 1
        if not 0 <= team < len(self.team_sizes):
            return
        idle, active = self.team_idle[team], self.team_active[team]
        self._in_teams -= idle * active / self.team_sizes[team]
        idle += (target == IDLE) - (source == IDLE)
        active += (target in ACTIVE_STATES) - (source in ACTIVE_STATES)
        self.team_idle[team], self.team_active[team] = idle, active
        self._in_teams += idle * active / self.team_sizes[team]
