"""One replication played again, and what its log leaves to be worked out: rules in force, names, times, draws."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property

from forecast.engines import KeptFreeRow, LogRow, engine
from forecast.engines.initial_state import accounts_at_start
from forecast.history.opening import Opening, keepers_by_account, opening_of, team_sizes
from forecast.history.user_states import UserStates
from forecast.model import kinds, streams
from forecast.model.parameters import Parameters
from forecast.model.quantiles import quantile
from forecast.model.tables import SegmentRules, segment_row
from forecast.randomness import uniform
from forecast.scenario import PresentAccount

MICROSECONDS = 86_400_000_000  # of a day


class PlayedLog:
    """A replication and its log."""

    def __init__(self, parameters: Parameters, replication: int, engine_name: str) -> None:
        """Simulate it."""
        self.parameters, self.replication = parameters, replication
        self.seed = parameters.scenario.seed
        self.rows: list[LogRow] = []
        self.kept_free: list[KeptFreeRow] = []
        self.result = engine(engine_name).run(parameters, self.seed, replication, self.rows, kept_free=self.kept_free)
        self.inputs = parameters.inputs(self.seed, replication)
        self.present: dict[int, PresentAccount] = dict(accounts_at_start(parameters))
        self.segment_of: list[int] = parameters.account_segment.tolist()
        self.sizes: list[int] = self.inputs.traits.users.tolist()
        self._rules: dict[tuple[int, int], SegmentRules] = {}

    @cached_property
    def teams(self) -> list[tuple[int, ...]]:
        """How large the teams of each account are; none where it is one team."""
        return [team_sizes(self.parameters, self.replication, account) for account in range(len(self.segment_of))]

    @cached_property
    def names(self) -> list[str]:
        """The accounts' names; `SEGMENT/NAME` where two segments use one."""
        names, segments = self.parameters.account_names, self.parameters.segments
        twice = {name for name in names if names.count(name) > 1} if len(set(names)) < len(names) else set()
        return [
            f"{segments[segment]}/{name}" if name in twice else name
            for name, segment in zip(names, self.segment_of, strict=True)
        ]

    def users_of(self) -> list[UserStates]:
        """The users of each account at the start."""
        kept = keepers_by_account(self.kept_free)
        found = []
        for account, size in enumerate(self.sizes):
            row = self.present.get(account)
            opening = opening_of(row, self.parameters, size) if row else Opening(size)
            found.append(UserStates(opening._replace(teams=self.teams[account]), kept.get(account)))
        return found

    def events(self) -> Iterator[tuple[int, LogRow]]:
        """The events of accounts in order, each with the period of the timeline that is in force."""
        period = 0
        for row in self.rows:
            if row[3] == kinds.PARAMETERS_CHANGED:
                period = int(row[5])
            if row[2] >= 0:
                yield period, row

    def rules(self, period: int, account: int) -> SegmentRules:
        """The rules of an account in a period."""
        place = period, self.segment_of[account]
        if place not in self._rules:
            self._rules[place] = segment_row(self.inputs.tables.rules, *place)
        return self._rules[place]

    def draw(self, account: int, stream: int, index: int) -> float:
        """A draw of an account, as the engines make it."""
        k0, k1 = self.inputs.traits.keys[account].tolist()
        return uniform(k0, k1, self.replication, int(self.inputs.traits.numbers[account]), stream, index)

    def was_activated(self, period: int, account: int, user: int) -> bool:
        """Whether a trial that ends now is a success, although the user may not stay."""
        return self.draw(account, streams.ACTIVATION, user) < self.rules(period, account).trial.activation

    def days_tried(self, account: int, user: int) -> float:
        """For how many days somebody is in trial at the start of whom the accounts file does not say it."""
        length = self.inputs.tables.distributions[self.rules(0, account).trial.length]
        family, a, b, c, d = length.tolist()
        u = self.draw(account, streams.TRIAL_LENGTH, user)
        whole = quantile(int(family), a, b, c, d, self.inputs.tables.points, u)
        return whole * (1.0 - self.draw(account, streams.TRIAL_PLACE, user))


def microseconds(days: float) -> int:
    """Whole microseconds of so many days."""
    return round(days * MICROSECONDS)
