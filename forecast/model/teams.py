"""Teams within an account: their sizes, who is referred by whom, and sums over teams (docs/model.md, 4).  Pure rules.

Sums over teams stand in a tree: node 0 is the root, nodes 4 k + 1 to 4 k + 4 are the children of node k, and the teams
are the leaves, in order, filled up with empty ones to groups of four.  Everything that is summed is a whole number, the
word of mouth in units of 2^-31 people: so a sum depends on how the teams stand now, and not on how they came to it,
both engines get the same bits, and a change of one team is added to the few nodes above it.  `nodes` may hold the trees
of many accounts; `at` is where this one's begins.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import islice
from math import floor
from typing import Any, Final

import numpy as np

from forecast.compiling.decorators import inlined
from forecast.model.hazards import reinforcement

# reached: S (A / n) g(A / n) in units.  The others are counts: of those who do not use it, of lapsed users, of teams
# that may take a plan; and of active users, in the leaves alone.
NODE: Final = np.dtype(
    [("reached", np.int64), *((name, np.int32) for name in ("not_using", "lapsed", "ready", "active"))], align=True
)
LEAST = 2  # people in a team
CHILDREN = 4  # of a node: few levels, and a node with its children lies in two or three lines of cache
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
    """The nodes of the tree, those of empty places included."""
    return 1 if teams == 1 else first_leaf(teams) + (teams + CHILDREN - 1) // CHILDREN * CHILDREN


@inlined
def convinced(active: int, users: int, exponent: float, threshold: float) -> float:
    """y = x g(x) with the active share x: how much of the word of mouth reaches somebody."""
    share = active / users
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
        node = (node - 1) >> 2


@inlined
def place_of(u: float, heads: int) -> int:
    """Whose turn it is among so many, each as likely."""
    place = int(u * heads)
    return place if place < heads else heads - 1


@inlined
def _child_of(place: float, one: float, two: float, three: float) -> int:
    """Which child a place lies in, 0 to 3, of those that end at `one`, `two`, `three` and beyond."""
    # No branch: which it is cannot be foreseen, and a branch that is wrong costs more than the comparisons.
    return int(place >= one) + int(place >= two) + int(place >= three)


@inlined
def _before(child: int, one: float, two: float, three: float) -> float:
    """What lies before a child."""
    low = one if child == 1 else 0.0
    return low if child < 2 else (two if child == 2 else three)


@inlined
def team_not_using(nodes: Any, at: int, leaf: int, u: float) -> int:
    """The team of one of those who do not use it, each as likely; `leaf` is the first team's."""
    place, node = place_of(u, nodes[at].not_using), 0
    while node < leaf:
        first = at + 4 * node + 1
        one = nodes[first].not_using
        two = one + nodes[first + 1].not_using
        three = two + nodes[first + 2].not_using
        child = _child_of(place, one, two, three)
        place -= int(_before(child, one, two, three))
        node = 4 * node + 1 + child
    return node - leaf


@inlined
def team_lapsed(nodes: Any, at: int, leaf: int, u: float) -> int:
    """The team of one of the lapsed users, each as likely."""
    place, node = place_of(u, nodes[at].lapsed), 0
    while node < leaf:
        first = at + 4 * node + 1
        one = nodes[first].lapsed
        two = one + nodes[first + 1].lapsed
        three = two + nodes[first + 2].lapsed
        child = _child_of(place, one, two, three)
        place -= int(_before(child, one, two, three))
        node = 4 * node + 1 + child
    return node - leaf


@inlined
def team_ready(nodes: Any, at: int, leaf: int, u: float) -> int:
    """One of the teams that may take a plan, each as likely."""
    place, node = place_of(u, nodes[at].ready), 0
    while node < leaf:
        first = at + 4 * node + 1
        one = nodes[first].ready
        two = one + nodes[first + 1].ready
        three = two + nodes[first + 2].ready
        child = _child_of(place, one, two, three)
        place -= int(_before(child, one, two, three))
        node = 4 * node + 1 + child
    return node - leaf


@inlined
def weights(across: float, everywhere: float) -> tuple[float, float]:
    """What a unit that is reached counts, and one who does not use it, with y of the whole account, `everywhere`."""
    return (1.0 - across) / UNITS, across * everywhere


@inlined
def word_of_mouth(node: Any, inside: float, anywhere: float) -> float:
    """The people below a node whom colleagues reach, (1 - w) F + w y S, by the two weights."""
    reached: float = inside * node.reached + anywhere * node.not_using
    return reached


@inlined
def team_reached(
    nodes: Any, at: int, leaf: int, u: float, inside: float, anywhere: float, active: int
) -> tuple[int, bool]:
    """The team of whoever is reached, and whether by a colleague of the same team; `active` users in the account.

    One draw: what is left of it at the leaf says by whom.  Of those who talk to everybody, A_j of A are in the team.
    """
    rest, node = u * word_of_mouth(nodes[at], inside, anywhere), 0
    while node < leaf:
        first = at + 4 * node + 1
        one = word_of_mouth(nodes[first], inside, anywhere)
        two = one + word_of_mouth(nodes[first + 1], inside, anywhere)
        three = two + word_of_mouth(nodes[first + 2], inside, anywhere)
        child = _child_of(rest, one, two, three)
        # Rounding may leave a rest beyond the last; a team in which nobody can be reached is never picked.
        while child > 0 and word_of_mouth(nodes[first + child], inside, anywhere) == 0.0:
            child -= 1
        rest -= _before(child, one, two, three)
        node = 4 * node + 1 + child
    of = nodes[at + node]
    others = anywhere * of.not_using * ((active - of.active) / active)
    return node - leaf, others <= 0.0 or rest < word_of_mouth(of, inside, anywhere) - others
