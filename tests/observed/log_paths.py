"""Paths straight from an engine's log, by the other reader of logs (`forecast.history.user_states`).  Not a test."""

from __future__ import annotations

from forecast.history.played_log import PlayedLog, microseconds
from forecast.history.user_states import FREE, PAID, SEATED, TEAM, TRIAL, UserStates
from forecast.model import kinds

Step = tuple[int, tuple[int, ...]]  # microseconds, and the columns of a path from then on


class LogPath:
    """The path of one account while its log is read."""

    def __init__(self, log: PlayedLog, account: int, users: UserStates) -> None:
        row = log.present.get(account)
        self.size, self.users = log.sizes[account], users
        self.banned = int(row is not None and row.banned_since is not None)
        self.contract = int(row is not None and row.contract_end is not None)
        self.deal, self.cooling = 0, int(row is not None and row.cooling_until is not None)
        entry = float(log.inputs.traits.entry[account])
        self.steps: list[Step] = [(microseconds(max(entry, 0.0)), self.columns())]

    def columns(self) -> tuple[int, ...]:
        """What holds now."""
        using = [self.users.count(state) for state in (TRIAL, FREE, PAID, TEAM, SEATED)]
        idle = self.size - sum(using) - self.users.lapsed
        conditions = (self.banned, self.contract, self.deal, self.cooling, len(self.users.paying))
        return (idle, *using, self.users.lapsed, *conditions)

    def apply(self, days: float, kind: int, who: int, value: float) -> None:
        """Take in an event."""
        self.users.apply(days, kind, who, value)
        if kind in (kinds.BANNED, kinds.BAN_LIFTED):
            self.banned = int(kind == kinds.BANNED)
        elif kind == kinds.OPPORTUNITY_OPENED:
            self.deal = 1
        elif kind == kinds.LOST_OPPORTUNITY:
            self.deal, self.cooling = 0, 1
        elif kind == kinds.COOLED_DOWN:
            self.cooling = 0
        elif kind == kinds.WENT_LIVE:
            self.deal, self.contract = 0, 1
        elif kind == kinds.NOT_RENEWED:
            self.contract, self.cooling = 0, 1
        time, columns = microseconds(days), self.columns()
        if self.steps[-1][0] == time:
            self.steps[-1] = time, columns
        else:
            self.steps.append((time, columns))

    def changes(self) -> list[Step]:
        """The steps at which something is another than before."""
        return [step for place, step in enumerate(self.steps) if place == 0 or step[1] != self.steps[place - 1][1]]


def log_paths(log: PlayedLog) -> dict[str, list[Step]]:
    """The paths of all accounts that are there before the horizon, by name."""
    horizon = float(log.parameters.month_days[-1])
    there = [account for account, entry in enumerate(log.inputs.traits.entry.tolist()) if entry < horizon]
    users = log.users_of()
    paths = {account: LogPath(log, account, users[account]) for account in there}
    for _, (days, _, account, kind, who, value) in log.events():
        paths[account].apply(days, kind, who, value)
    return {log.names[account]: path.changes() for account, path in paths.items()}
