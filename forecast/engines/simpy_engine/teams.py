"""The teams of an account: their sizes, who is on a plan, and their counts in a tree of sums (docs/model.md, 4)."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from forecast.model.tables import SegmentRules
from forecast.model.teams import (
    NODE,
    convinced,
    leaves_of,
    set_team,
    team_lapsed,
    team_not_using,
    team_reached,
    team_ready,
    update_all_sums,
    update_sums,
    word_of_mouth,
)


class TeamChange(NamedTuple):
    """What changes in the counts of a team."""

    not_using: int = 0
    active: int = 0
    lapsed: int = 0


class Teams:
    """The teams of one account, in which nobody uses the product at first."""

    def __init__(self, sizes: list[int], rules: SegmentRules) -> None:
        self.sizes = sizes
        self.paying = [False] * len(sizes)
        self.leaves = leaves_of(len(sizes))
        # Records as in the compiled engine, because both call the same rules of sums and picks.
        self.nodes = np.zeros(2 * self.leaves, NODE).view(np.recarray)
        self.nodes.not_using[self.leaves : self.leaves + len(sizes)] = sizes
        self.active_teams = 0
        self.read_rules(rules)

    def read_rules(self, rules: SegmentRules) -> None:
        """Bring every team up to the rules of the present period."""
        self.rules = rules
        for team in range(len(self.sizes)):
            self._set_leaf(team)
        update_all_sums(self.nodes, 0, self.leaves)

    def change(self, team: int, change: TeamChange) -> None:
        """Change the counts of a team, and the sums above it."""
        leaf = self.nodes[self.leaves + team]
        before = bool(leaf.active)
        leaf.not_using += change.not_using
        leaf.active += change.active
        leaf.lapsed += change.lapsed
        self.active_teams += bool(leaf.active) - before
        self._set_leaf(team)
        update_sums(self.nodes, 0, self.leaves + team)

    def set_paying(self, team: int, *, paying: bool) -> None:
        """Put a team on a plan, or take it off."""
        self.paying[team] = paying
        self.change(team, TeamChange())

    def active(self, team: int) -> int:
        """The active users of a team."""
        return int(self.nodes[self.leaves + team].active)

    @property
    def ready(self) -> int:
        """How many teams may take a plan."""
        return int(self.nodes[1].ready)

    def reach(self, active: int, users: int) -> float:
        """The word of mouth of the whole account."""
        return word_of_mouth(self.nodes[1], self.rules.adoption.across_teams, self._everywhere(active, users))

    def pick_referred(self, u: float, active: int, users: int) -> tuple[int, bool]:
        """The team of whoever starts a trial by word of mouth, and whether a colleague of that team was why."""
        across = self.rules.adoption.across_teams
        return team_reached(self.nodes, 0, self.leaves, u, across, self._everywhere(active, users))

    def pick_not_using(self, u: float) -> int:
        """The team of one of those who do not use the product."""
        return team_not_using(self.nodes, 0, self.leaves, u)

    def pick_lapsed(self, u: float) -> int:
        """The team of one of the lapsed users."""
        return team_lapsed(self.nodes, 0, self.leaves, u)

    def pick_ready(self, u: float) -> int:
        """One of the teams that may take a plan."""
        return team_ready(self.nodes, 0, self.leaves, u)

    def _everywhere(self, active: int, users: int) -> float:
        adoption = self.rules.adoption
        return convinced(active, users, adoption.exponent, adoption.threshold)

    def _set_leaf(self, team: int) -> None:
        adoption, least = self.rules.adoption, self.rules.plans.team_min_users
        size, paying = self.sizes[team], int(self.paying[team])
        set_team(self.nodes, self.leaves + team, size, paying, least, adoption.exponent, adoption.threshold)
