"""Are teams drawn, summed and picked as docs/model.md, 4, says?  By hand, by rebuilding, and by counting draws."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from forecast.model import teams

LEAST_USERS = 2
SIMPLE, COMPLEX = (0.0, 1.0), (2.0, 0.3)


def sizes_of(draws: list[float], users: int) -> list[int]:
    """The teams of so many people, from draws in order."""
    found: list[int] = []
    for drawn in draws:
        if sum(found) < users:
            found.append(teams.team_size(drawn, users - sum(found)))
    return found


@pytest.mark.parametrize(
    ("users", "draws", "expected"),
    [
        (10, [4.0, 4.0, 4.0], [4, 4, 2]),  # the last is cut
        (9, [4.0, 4.0, 4.0], [4, 5]),  # one alone joins the team before
        (5, [2.0, 2.0], [2, 3]),
        (6, [2.5, 2.49, 9.0], [3, 3]),  # half up, then cut and joined
        (7, [0.2, 1e300], [2, 5]),  # at least two, and never more than there are
        (1, [3.0], [1]),
        (2, [0.1], [2]),
        (3, [2.0], [3]),
    ],
)
def test_teams_by_hand(users, draws, expected):
    assert sizes_of(draws, users) == expected


@given(st.integers(1, 400), st.lists(st.floats(0.1, 60), min_size=400, max_size=400))
def test_teams_add_up_and_nobody_is_alone(users, draws):
    found = sizes_of(draws, users)
    assert sum(found) == users
    assert len(found) <= teams.most_teams(users)
    assert min(found) >= 2 or users == 1


class Tree:
    """A tree of teams with their counts, [team]."""

    def __init__(self, sizes: list[int], contagion: tuple[float, float]) -> None:
        self.sizes, self.contagion = sizes, contagion
        self.leaves = teams.first_leaf(len(sizes))
        self.nodes: Any = np.zeros(teams.node_count(len(sizes)), teams.NODE).view(np.recarray)
        self.tree = teams.Tree(0, self.leaves, len(self.nodes))
        self.paying = [0] * len(sizes)
        for team, people in enumerate(sizes):
            teams.add_to_sums(self.nodes, 0, self.leaves + team, people, 0, 0, 0)

    def place(self, team: int, not_using: int, active: int, lapsed: int) -> None:
        leaf = self.nodes[self.leaves + team]
        leaf.active = active
        reached = teams.reached_units(not_using, active, self.sizes[team], *self.contagion)
        ready = teams.may_take_plan(self.paying[team], active, LEAST_USERS)
        more = (not_using - leaf.not_using, lapsed - leaf.lapsed, reached - leaf.reached, ready - leaf.ready)
        teams.add_to_sums(self.nodes, 0, self.leaves + team, *map(int, more))

    def weights(self, across: float) -> list[float]:
        """What each team's people are reached by, from the counts alone."""
        exponent, threshold = self.contagion

        def y(active: int, users: int) -> float:
            x = active / users
            g = 1.0 if exponent == 0 else x**exponent / (x**exponent + threshold**exponent)
            return x * g

        leaves = self.nodes[self.leaves : self.leaves + len(self.sizes)]
        everywhere = y(int(leaves.active.sum()), sum(self.sizes))
        return [
            int(leaf.not_using) * ((1 - across) * y(int(leaf.active), size) + across * everywhere)
            for leaf, size in zip(leaves, self.sizes, strict=True)
        ]

    def everywhere(self) -> float:
        return teams.convinced(self.active(), sum(self.sizes), *self.contagion)

    def pair(self, across: float) -> tuple[float, float]:
        return teams.weights(across, self.everywhere())

    def active(self) -> int:
        return int(self.nodes[self.leaves :].active.sum())


@st.composite
def changes(draw) -> tuple[list[int], list[tuple[int, int, int, int, int]]]:
    """Sizes, and how teams stand one after the other: (team, not using, active, lapsed, paying)."""
    sizes = draw(st.lists(st.integers(2, 9), min_size=1, max_size=40))
    steps = []
    for _ in range(draw(st.integers(1, 40))):
        team = draw(st.integers(0, len(sizes) - 1))
        active = draw(st.integers(0, sizes[team]))
        lapsed = draw(st.integers(0, sizes[team] - active))
        steps.append((team, sizes[team] - active - lapsed, active, lapsed, draw(st.integers(0, 1))))
    return sizes, steps


@given(changes(), st.sampled_from([SIMPLE, COMPLEX]))
def test_sums_are_the_same_bits_on_every_path_to_the_same_counts(drawn, contagion):
    sizes, steps = drawn
    tree, last = Tree(sizes, contagion), {}
    for team, *counts, paying in steps:
        tree.paying[team] = paying
        tree.place(team, *counts)
        last[team] = counts
    again = Tree(sizes, contagion)
    again.paying = list(tree.paying)
    for team in sorted(range(len(sizes)), reverse=True):
        again.place(team, *last.get(team, [sizes[team], 0, 0]))
    assert tree.nodes.tobytes() == again.nodes.tobytes()
    root = tree.nodes[0]
    leaves = tree.nodes[tree.leaves :]
    assert (root.not_using, root.lapsed) == (leaves.not_using.sum(), leaves.lapsed.sum())
    ready = [leaf.active >= LEAST_USERS and not paying for leaf, paying in zip(leaves, tree.paying, strict=False)]
    assert root.ready == sum(ready)
    assert root.reached / teams.UNITS == pytest.approx(sum(tree.weights(0.0)), abs=1e-8)


GRID = 40_000  # evenly spaced draws: a share is then met to two of them, for each team that lies between


@pytest.mark.parametrize("contagion", [SIMPLE, COMPLEX])
@pytest.mark.parametrize("across", [0.0, 0.3, 1.0])
def test_picks_are_proportional(across, contagion):
    tree = Tree([2, 3, 5, 2, 7], contagion)
    for team, counts in enumerate([(1, 1, 0), (0, 2, 1), (3, 1, 1), (2, 0, 0), (3, 4, 0)]):
        tree.place(team, *counts)
    draws = (np.arange(GRID) + 0.5) / GRID
    found = [teams.team_reached(tree.nodes, tree.tree, u, *tree.pair(across), tree.active()) for u in draws.tolist()]
    weights = tree.weights(across)
    active = [1, 2, 1, 0, 4]
    for team, weight in enumerate(weights):
        mine = [own for picked, own in found if picked == team]
        assert len(mine) == pytest.approx(GRID * weight / sum(weights), abs=2)
        # Of those who talk to everybody, some are in the team itself.
        not_using = int(tree.nodes[tree.leaves + team].not_using)
        others = across * not_using * tree.everywhere() * (1 - active[team] / sum(active))
        assert len(mine) - sum(mine) == pytest.approx(GRID * others / sum(weights), abs=2)
    by_count = {
        teams.team_not_using: [1, 0, 3, 2, 3],
        teams.team_lapsed: [0, 1, 1, 0, 0],
        teams.team_ready: [0, 1, 0, 0, 1],
    }
    for pick, heads in by_count.items():
        picked = np.bincount([pick(tree.nodes, tree.tree, u) for u in draws[::8].tolist()], minlength=5)
        assert picked == pytest.approx(np.array(heads) * GRID / 8 / sum(heads), abs=2)


@given(changes(), st.sampled_from([SIMPLE, COMPLEX]), st.sampled_from([0.0, 1e-9, 0.5, 1.0]), st.floats(0, 1))
def test_nobody_is_reached_in_a_team_without_weight(drawn, contagion, across, u):
    sizes, steps = drawn
    tree = Tree(sizes, contagion)
    for team, *counts, _ in steps:
        tree.place(team, *counts)
    weights = tree.weights(across)
    if sum(weights) > 1e-12:
        for draw in (u, 0.0, 1.0 - 2.0**-53):
            team, own = teams.team_reached(tree.nodes, tree.tree, draw, *tree.pair(across), tree.active())
            assert weights[team] > 0
            assert not own or tree.nodes[tree.leaves + team].active > 0
