"""Teams within an account: their sizes, who is referred by whom, and sums over teams (docs/model.md, 4).  Pure rules.

Sums over teams stand in a tree: node 0 is the root, nodes 8 k + 1 to 8 k + 8 are the children of node k, and the
teams are the leaves, in order.  Everything that is summed is a whole number, the word of mouth in units of 2^-31
people: so a sum depends on how the teams stand now, and not on how they came to it, both engines get the same bits, and
a change of one team is added to the few nodes above it.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import islice
from math import floor
from typing import Any, Final, NamedTuple

import numpy as np

from forecast.compiling.decorators import inlined
from forecast.model.hazards import reinforcement

# reached: S (A / n) g(A / n) in units.  The others are counts: of those who do not use it, of lapsed users, of teams
# that may take a plan; and of active users, in the leaves alone.
NODE: Final = np.dtype(
    [("reached", np.int64), *((name, np.int32) for name in ("not_using", "lapsed", "ready", "active"))], align=True
)


class Tree(NamedTuple):
    """Where an account's nodes are among those of many, in which of them its teams begin, and how many they are."""

    at: int
    leaf: int
    size: int


LEAST = 2  # people in a team
CHILDREN = 8  # of a node: few levels, because each waits for the one above
IDLE, LAPSED, READY, REACHED = range(4)  # the counts of a node: `not_using` and those of these names
UNITS: Final = 2147483648.0  # of a person: all people of the largest account are below 2^62 of them


@inlined
def team_size(drawn: float, left: int) -> int:
    """The size of the next team where `left` people have none yet; nobody is left alone.

    >>> team_size(6.5, left=20), team_size(1.2, left=20), team_size(6.5, left=5), team_size(6.5, left=8)
    (7, 2, 5, 8)
    """
    if drawn >= left:
        return left
    size = max(int(floor(drawn + 0.5)), LEAST)
    return left if left - size < LEAST else size


def teams_that_pay(sizes: Sequence[int], users: int, teams: int) -> list[int]:
    """The team of each of so many users of team plans: the largest teams, in turn, more of them where these are full.

    >>> teams_that_pay([3, 2, 8], users=5, teams=2)
    [2, 0, 2, 0, 2]
    """
    order = sorted(range(len(sizes)), key=lambda team: -sizes[team])
    count = min(teams, len(sizes))
    while sum(sizes[team] for team in order[:count]) < users:
        count += 1
    # In the n-th round, each team that has an n-th person.
    rounds = range(max(sizes))
    turns = (team for nth in rounds for team in order[:count] if nth < sizes[team])
    return list(islice(turns, users))


@inlined
def most_teams(users: int) -> int:
    """The largest number of teams that so many people may form."""
    return max(users // LEAST, 1)


@inlined
def first_leaf(teams: int) -> int:
    """The node of the first team: how many nodes lie above the teams."""
    above, width = 0, 1
    while width < teams:
        above += width
        width *= CHILDREN
    return above


@inlined
def node_count(teams: int) -> int:
    """The nodes of the tree."""
    return first_leaf(teams) + teams


@inlined
def convinced(active: int, users: int, exponent: float, threshold: float) -> float:
    """y = x g(x) with the active share x: how much of the word of mouth reaches somebody."""
    # The quotient does not wait for the count: what follows from a count is what the next event waits for.
    share = active * (1.0 / users)
    return share * reinforcement(share, exponent, threshold)


@inlined
def reached_units(not_using: int, active: int, people: int, exponent: float, threshold: float) -> int:
    """S (A / n) g(A / n) of a team, in units, half up."""
    return int(not_using * convinced(active, people, exponent, threshold) * UNITS + 0.5)


@inlined
def may_take_plan(paying: int, active: int, min_users: int) -> int:
    """1 for a team that may take a plan, else 0."""
    return 1 if paying == 0 and active >= min_users else 0


@inlined
def add_to_sums(nodes: Any, at: int, leaf: int, not_using: int, lapsed: int, reached: int, ready: int) -> None:
    """Add to the counts of a team, and of every node above it."""
    node = leaf
    while node >= 0:
        one = nodes[at + node]
        one.not_using += not_using
        one.lapsed += lapsed
        one.reached += reached
        one.ready += ready
        node = (node - 1) >> 3


@inlined
def _count(node: Any, counted: int) -> int:
    """One of the counts of a node."""
    # Where this is compiled, `counted` is a constant of each caller, and one of these lines is left.
    if counted == IDLE:
        return int(node.not_using)
    if counted == LAPSED:
        return int(node.lapsed)
    return int(node.ready if counted == READY else node.reached)


@inlined
def _team_at(nodes: Any, tree: Tree, counted: int, place: int) -> int:
    """The team that holds a place among all that are counted, team by team."""
    node = 0
    while node < tree.leaf:
        first, before, end = CHILDREN * node + 1, 0, 0
        node = first
        for child in range(first, min(first + CHILDREN, tree.size)):
            end += _count(nodes[tree.at + child], counted)
            # No branch: where the place lies cannot be foreseen, and a wrong guess costs more than all comparisons.
            before = end if place >= end else before
            node += 1 if place >= end else 0
        place -= before
    return node - tree.leaf


@inlined
def _team_of_any(nodes: Any, tree: Tree, counted: int, u: float) -> int:
    """The team of one of all that are counted, each as likely."""
    heads = _count(nodes[tree.at], counted)
    return _team_at(nodes, tree, counted, min(int(u * heads), heads - 1))


@inlined
def team_not_using(nodes: Any, tree: Tree, u: float) -> int:
    """The team of one of those who do not use it, each as likely."""
    return _team_of_any(nodes, tree, IDLE, u)


@inlined
def team_lapsed(nodes: Any, tree: Tree, u: float) -> int:
    """The team of one of the lapsed users, each as likely."""
    return _team_of_any(nodes, tree, LAPSED, u)


@inlined
def team_ready(nodes: Any, tree: Tree, u: float) -> int:
    """One of the teams that may take a plan, each as likely."""
    return _team_of_any(nodes, tree, READY, u)


@inlined
def weights(across: float, everywhere: float) -> tuple[float, float]:
    """What a unit that is reached counts, and one who does not use it, with y of the whole account, `everywhere`."""
    return (1.0 - across) / UNITS, across * everywhere


@inlined
def word_of_mouth(root: Any, inside: float, anywhere: float) -> float:
    """The people of the account whom colleagues reach, (1 - w) F + w y S, by the two weights."""
    reached: float = inside * root.reached + anywhere * root.not_using
    return reached


@inlined
def team_reached(nodes: Any, tree: Tree, u: float, inside: float, anywhere: float, active: int) -> tuple[int, bool]:
    """The team of whoever is reached, and whether by a colleague of the same team; `active` users in the account.

    One draw: first whether it was word inside a team or to everybody, then the team; what is left of it says, of those
    who talk to everybody, of whom A_j of A are in the team, who it was.
    """
    root = nodes[tree.at]
    in_teams = inside * root.reached
    rest = u * word_of_mouth(root, inside, anywhere)
    if rest < in_teams or anywhere * root.not_using <= 0.0:
        place = int(rest / inside)
        return _team_at(nodes, tree, REACHED, min(place, root.reached - 1)), True
    spot = (rest - in_teams) / anywhere
    place = min(int(spot), root.not_using - 1)
    team = _team_at(nodes, tree, IDLE, place)
    return team, (spot - place) * active < nodes[tree.at + tree.leaf + team].active
