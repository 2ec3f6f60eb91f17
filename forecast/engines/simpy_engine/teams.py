"""The teams of an account: their sizes, who is on a plan, and their counts in a tree of sums (docs/model.md, 4)."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from forecast.model.tables import SegmentRules
from forecast.model.teams import (
    NODE,
    Tree,
    add_to_sums,
    convinced,
    first_leaf,
    may_take_plan,
    node_count,
    reached_units,
    team_lapsed,
    team_not_using,
    team_reached,
    team_ready,
    weights,
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
        self.leaf = first_leaf(len(sizes))
        # Records as in the compiled engine, because both call the same rules of sums and picks.
        self.nodes = np.zeros(node_count(len(sizes)), NODE).view(np.recarray)
        self.tree = Tree(0, self.leaf, len(self.nodes))
        for team, people in enumerate(sizes):
            add_to_sums(self.nodes, 0, self.leaf + team, people, 0, 0, 0)
        self.active_teams = 0
        self.read_rules(rules)

    def read_rules(self, rules: SegmentRules) -> None:
        """Bring every team up to the rules of the present period."""
        self.rules = rules
        for team in range(len(self.sizes)):
            self.change(team, TeamChange())

    def change(self, team: int, change: TeamChange) -> None:
        """Change the counts of a team, and the sums above it."""
        adoption, leaf = self.rules.adoption, self.nodes[self.leaf + team]
        self.active_teams += bool(leaf.active + change.active) - bool(leaf.active)
        leaf.active += change.active
        not_using, active = int(leaf.not_using) + change.not_using, int(leaf.active)
        reached = reached_units(not_using, active, self.sizes[team], adoption.exponent, adoption.threshold)
        ready = may_take_plan(int(self.paying[team]), active, self.rules.plans.team_min_users)
        more = reached - int(leaf.reached), ready - int(leaf.ready)
        add_to_sums(self.nodes, 0, self.leaf + team, change.not_using, change.lapsed, *more)

    def set_paying(self, team: int, *, paying: bool) -> None:
        """Put a team on a plan, or take it off."""
        self.paying[team] = paying
        self.change(team, TeamChange())

    def active(self, team: int) -> int:
        """The active users of a team."""
        return int(self.nodes[self.leaf + team].active)

    @property
    def ready(self) -> int:
        """How many teams may take a plan."""
        return int(self.nodes[0].ready)

    def reach(self, active: int, users: int) -> float:
        """The word of mouth of the whole account."""
        return word_of_mouth(self.nodes[0], *self._weights(active, users))

    def pick_referred(self, u: float, active: int, users: int) -> tuple[int, bool]:
        """The team of whoever starts a trial by word of mouth, and whether a colleague of that team was why."""
        return team_reached(self.nodes, self.tree, u, *self._weights(active, users), active)

    def pick_not_using(self, u: float) -> int:
        """The team of one of those who do not use the product."""
        return team_not_using(self.nodes, self.tree, u)

    def pick_lapsed(self, u: float) -> int:
        """The team of one of the lapsed users."""
        return team_lapsed(self.nodes, self.tree, u)

    def pick_ready(self, u: float) -> int:
        """One of the teams that may take a plan."""
        return team_ready(self.nodes, self.tree, u)

    def _weights(self, active: int, users: int) -> tuple[float, float]:
        adoption = self.rules.adoption
        return weights(adoption.across_teams, convinced(active, users, adoption.exponent, adoption.threshold))
