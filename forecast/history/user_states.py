"""Who is in which state and in which team, event by event of an account's log.

The users of an account by number, as the log names them: its story and its charts both follow from these.  Knows no
sentence and no picture.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Set

from forecast.history.opening import Opening
from forecast.model import kinds

USER_STATES = ("trial", "free", "paid", "team", "seated", "lapsed")
TRIAL, FREE, PAID, TEAM, SEATED, LAPSED = range(6)
STATE_OF_PLAN = {
    kinds.IN_TRIAL: TRIAL,
    kinds.FREE: FREE,
    kinds.PAID: PAID,
    kinds.TEAM: TEAM,
    kinds.SEATED: SEATED,
}
_CONTRACT_KINDS = (kinds.WENT_LIVE, kinds.RENEWED, kinds.TRUED_UP, kinds.NOT_RENEWED)


class UserStates:
    """The users of an account now, and its seats."""

    def __init__(self, opening: Opening, kept_free: Mapping[float, Set[int]] | None = None) -> None:
        self.kept_free = kept_free or {}  # who goes on for free, by the time at which a contract or a team plan ended
        present = [TEAM] * opening.team + [FREE] * opening.free + [PAID] * opening.paid + [SEATED] * opening.seated
        present += [TRIAL] * opening.in_trial
        self.states = dict(enumerate(present))  # of each user by number, those that have gone left out
        self.teams: dict[int, int] = {}  # of each user by number; empty where the account is one team
        self.one_team = not opening.teams
        self.members: dict[int, set[int]] = {place: set() for place in range(len(opening.teams))}  # who have not gone
        self.paying = {0} if self.one_team and opening.team else set()  # teams on a plan, even while nobody is left
        self.lapsed, self.seats = opening.lapsed, opening.seats

    def count(self, *states: int) -> int:
        """How many are in any of these states."""
        return sum(state in states for state in self.states.values())

    @property
    def active(self) -> int:
        """Free, paid and seated users, and those on team plans."""
        return self.count(FREE, PAID, TEAM, SEATED)

    def team_of(self, who: int) -> int:
        """The team of a user."""
        return 0 if self.one_team else self.teams[who]

    def apply(self, time: float, kind: int, who: int, value: float) -> bool:
        """Take in an event of the log; whether it was one of users or seats."""
        if kind == kinds.TRIAL_STARTED:
            self.states[who] = TRIAL
        elif kind == kinds.JOINED_TEAM:
            self.teams[who] = int(value)
            self.members.setdefault(int(value), set()).add(who)
            if self.states.get(who) == TEAM:  # was on a plan before the start
                self.paying.add(int(value))
        elif kind in (kinds.ACTIVATED, kinds.ROLLED_OUT, kinds.UPGRADED):
            plan = {kinds.ROLLED_OUT: SEATED, kinds.UPGRADED: PAID}
            self.states[who] = plan[kind] if kind in plan else STATE_OF_PLAN[int(value)]
        elif kind in (kinds.TRIAL_FAILED, kinds.LEFT):
            self.lapse([who])
        elif kind == kinds.BANNED:
            self.lapse(list(self.states))
            self.paying.clear()
        elif kind == kinds.WON_BACK:
            self.lapsed -= 1
        elif kind in (kinds.TEAM_PLAN_STARTED, kinds.TEAM_PLAN_ENDED):
            self.change_team_plan(time, kind, who)
        elif kind in _CONTRACT_KINDS:
            self.under_contract(time, kind, value)
        else:
            return False
        return True

    def change_team_plan(self, time: float, kind: int, team: int) -> None:
        """Put all active users of a team on its plan, or end it: each goes on for free, or stops."""
        members = list(self.states) if self.one_team else self.members[team]
        if kind == kinds.TEAM_PLAN_STARTED:
            self.paying.add(team)
            self.states.update(dict.fromkeys((who for who in members if self.states[who] != TRIAL), TEAM))
        else:
            self.paying.discard(team)
            self.leave_plan(time, [who for who in members if self.states[who] == TEAM])

    def under_contract(self, time: float, kind: int, value: float) -> None:
        """Begin, change or end a contract."""
        if kind == kinds.WENT_LIVE:
            self.paying.clear()
            self.states = {who: state if state == TRIAL else SEATED for who, state in self.states.items()}
        elif kind == kinds.NOT_RENEWED:
            self.leave_plan(time, [who for who, state in self.states.items() if state == SEATED])
        self.seats = 0 if kind == kinds.NOT_RENEWED else int(value) + (self.seats if kind == kinds.TRUED_UP else 0)

    def leave_plan(self, time: float, users: Iterable[int]) -> None:
        """Let each of these users go on for free, or stop, as the engine wrote."""
        kept = self.kept_free.get(time, frozenset())
        users = list(users)
        self.states.update(dict.fromkeys((who for who in users if who in kept), FREE))
        self.lapse([who for who in users if who not in kept])

    def lapse(self, users: Iterable[int]) -> None:
        """Let these users go."""
        for who in users:
            del self.states[who]
            self.lapsed += 1
            if who in self.teams:
                self.members[self.teams[who]].discard(who)
