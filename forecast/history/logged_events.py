"""The events table of a replication: what each user did and what happened to each account, from its log."""

from __future__ import annotations

from typing import NamedTuple

from forecast.engines import LogRow
from forecast.history.account_history import OTHER_TEAM, OWN_TEAM
from forecast.history.played_log import PlayedLog, microseconds
from forecast.history.present_people import past_events
from forecast.history.user_states import SEATED, TEAM, UserStates
from forecast.model import kinds
from forecast.model.kinds import PAID

BY = {OWN_TEAM: "colleague", OTHER_TEAM: "other_team"}
_OF_USERS = {kinds.ROLLED_OUT: "activate", kinds.LEFT: "lapse", kinds.UPGRADED: "upgrade"}
_OF_ACCOUNTS = {
    kinds.BANNED: "banned",
    kinds.BAN_LIFTED: "ban_lifted",
    kinds.LOST_OPPORTUNITY: "cooling_down",
    kinds.COOLED_DOWN: "cooled_down",
}


class EventRow(NamedTuple):
    """A row of the events table; times in microseconds since the start, empty cells as None."""

    time: int
    account: int
    user: str | None
    event: str
    by: str | None = None
    team: int | None = None


class LoggedEvents:
    """The events table while the log is read."""

    def __init__(self, log: PlayedLog) -> None:
        self.log = log
        self.rows: list[EventRow] = []
        self.users: list[UserStates] = log.users_of()
        self._first: dict[tuple[int, int], int] = {}  # the first row of each user: it says the team
        for account in log.present:
            for each in past_events(log, account):
                self._add(account, each.time, each.user, each.event, team=each.team)

    def apply(self, period: int, row: LogRow) -> None:
        """Take in an event of the log."""
        days, _, account, kind, who, value = row
        time, users = microseconds(days), self.users[account]
        if kind == kinds.JOINED_TEAM:
            first = self._first[account, who]
            self.rows[first] = self.rows[first]._replace(team=int(value))
        elif kind == kinds.TRIAL_STARTED:
            self._add(account, time, who, "start", by=BY.get(int(value)))
        elif kind in (kinds.ACTIVATED, kinds.TRIAL_FAILED):
            self._end_trial(period, row)
        elif kind in _OF_USERS:
            self._add(account, time, who, _OF_USERS[kind])
        elif kind == kinds.WON_BACK:
            self._add(account, time, None, "won_back", team=self._team(account, int(value)))
        elif kind == kinds.AWARE and value == 0:
            self._add(account, time, None, "aware")
        elif kind in _OF_ACCOUNTS:
            self._add(account, time, None, _OF_ACCOUNTS[kind])
        elif kind == kinds.TEAM_PLAN_STARTED:
            self._add(account, time, None, "team_plan_started", team=self._team(account, who))
        elif kind == kinds.TEAM_PLAN_ENDED:
            self._add(account, time, None, "team_plan_ended", team=self._team(account, who))
            members = users.states if users.one_team else users.members[who]
            self._stop(row, [each for each in members if users.states[each] == TEAM])
        elif kind == kinds.NOT_RENEWED:
            self._add(account, time, None, "cooling_down")
            self._stop(row, [each for each, state in users.states.items() if state == SEATED])
        users.apply(days, kind, who, value)

    def _end_trial(self, period: int, row: LogRow) -> None:
        """What a trial came to: whoever is activated may pay at once, or be gone at once."""
        days, _, account, kind, who, value = row
        time = microseconds(days)
        if kind == kinds.ACTIVATED or self.log.was_activated(period, account, who):
            self._add(account, time, who, "activate")
        if kind == kinds.TRIAL_FAILED:
            self._add(account, time, who, "lapse")
        elif int(value) == PAID:
            self._add(account, time, who, "pay")

    def _stop(self, row: LogRow, people: list[int]) -> None:
        """Of those whose contract or team plan has ended, the ones who do not go on."""
        days, _, account, *_ = row
        kept = self.users[account].kept_free.get(days, frozenset())
        for who in sorted(people):
            if who not in kept:
                self._add(account, microseconds(days), who, "lapse")

    def _team(self, account: int, place: int) -> int | None:
        """The team, where the account is not one team."""
        return place if self.log.teams[account] else None

    def _add(
        self,
        account: int,
        time: int,
        user: int | str | None,
        event: str,
        by: str | None = None,
        team: int | None = None,
    ) -> None:
        """Write a row."""
        if isinstance(user, int):
            self._first.setdefault((account, user), len(self.rows))
        name = None if user is None else f"{self.log.names[account]}.{user}"
        self.rows.append(EventRow(time, account, name, event, by, team))
