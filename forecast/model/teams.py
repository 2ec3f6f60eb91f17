"""Teams within an account: their sizes, who is referred by whom, and sums over teams (docs/model.md, 4).  Pure rules.

Sums over teams stand in a complete binary tree: node 1 is the root, nodes 2 k and 2 k + 1 are the children of node k,
and the teams are the leaves, in order, filled up with empty ones to a power of two.  Every node is the sum of its two
children, so a sum depends on how the teams stand now, and not on how they came to it: both engines get the same bits,
and a change of one team costs as many additions as the tree has levels.  `nodes` may hold the trees of many accounts;
`at` is where this one's begins.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import islice
from math import floor
from typing import Any, Final

import numpy as np

from forecast.compiling.decorators import inlined
from forecast.model.hazards import reinforcement

# reached: S (A / n) g(A / n) of a team, or the sum below.  The others are counts: of active users, of those who do not
# use it, of lapsed ones, and of teams that may take a plan.
NODE: Final = np.dtype(
    [("reached", np.float64), *((name, np.int32) for name in ("active", "not_using", "lapsed", "ready"))], align=True
)
LEAST = 2  # people in a team


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
def leaves_of(teams: int) -> int:
    """The leaves of the tree: a power of two."""
    leaves = 1
    while leaves < teams:
        leaves *= 2
    return leaves


@inlined
def convinced(active: int, users: int, exponent: float, threshold: float) -> float:
    """y = x g(x) with the active share x: how much of the word of mouth reaches somebody."""
    share = active / users
    return share * reinforcement(share, exponent, threshold)


@inlined
def set_team(nodes: Any, leaf: int, size: int, paying: int, min_users: int, exponent: float, threshold: float) -> None:
    """Give a leaf what follows from its counts: how many are reached by colleagues, and whether it may take a plan."""
    node = nodes[leaf]
    node.reached = node.not_using * convinced(node.active, size, exponent, threshold)
    node.ready = 1 if paying == 0 and node.active >= min_users else 0


@inlined
def _add_children(nodes: Any, at: int, node: int) -> None:
    """Make a node the sum of its children."""
    above, left, right = nodes[at + node], nodes[at + 2 * node], nodes[at + 2 * node + 1]
    above.reached = left.reached + right.reached
    above.active = left.active + right.active
    above.not_using = left.not_using + right.not_using
    above.lapsed = left.lapsed + right.lapsed
    above.ready = left.ready + right.ready


@inlined
def update_sums(nodes: Any, at: int, leaf: int) -> None:
    """Bring the nodes above a leaf up to date."""
    node = leaf >> 1
    while node > 0:
        _add_children(nodes, at, node)
        node >>= 1


@inlined
def update_all_sums(nodes: Any, at: int, leaves: int) -> None:
    """Bring every node up to date."""
    for node in range(leaves - 1, 0, -1):
        _add_children(nodes, at, node)


@inlined
def place_of(u: float, heads: int) -> int:
    """Whose turn it is among so many, each as likely."""
    place = int(u * heads)
    return place if place < heads else heads - 1


@inlined
def team_not_using(nodes: Any, at: int, leaves: int, u: float) -> int:
    """The team of one of those who do not use it, each as likely."""
    place, node = place_of(u, nodes[at + 1].not_using), 1
    while node < leaves:
        node *= 2
        left = nodes[at + node].not_using
        if place >= left:
            place -= left
            node += 1
    return node - leaves


@inlined
def team_lapsed(nodes: Any, at: int, leaves: int, u: float) -> int:
    """The team of one of the lapsed users, each as likely."""
    place, node = place_of(u, nodes[at + 1].lapsed), 1
    while node < leaves:
        node *= 2
        left = nodes[at + node].lapsed
        if place >= left:
            place -= left
            node += 1
    return node - leaves


@inlined
def team_ready(nodes: Any, at: int, leaves: int, u: float) -> int:
    """One of the teams that may take a plan, each as likely."""
    place, node = place_of(u, nodes[at + 1].ready), 1
    while node < leaves:
        node *= 2
        left = nodes[at + node].ready
        if place >= left:
            place -= left
            node += 1
    return node - leaves


@inlined
def word_of_mouth(node: Any, across: float, everywhere: float) -> float:
    """The people below a node whom colleagues reach: (1 - w) F + w y S, with y of the whole account, `everywhere`."""
    reached: float = (1.0 - across) * node.reached + across * (everywhere * node.not_using)
    return reached


@inlined
def team_reached(nodes: Any, at: int, leaves: int, u: float, across: float, everywhere: float) -> tuple[int, bool]:
    """The team of whoever is reached, and whether by a colleague of the same team.

    One draw: what is left of it at the leaf says by whom.  Of those who talk to everybody, A_j of A are in the team.
    """
    root, node = nodes[at + 1], 1
    rest = u * word_of_mouth(root, across, everywhere)
    while node < leaves:
        node *= 2
        left = word_of_mouth(nodes[at + node], across, everywhere)
        # Rounding may leave a rest beyond the right one; a team in which nobody can be reached is never picked.
        if rest >= left and word_of_mouth(nodes[at + node + 1], across, everywhere) > 0.0:
            rest -= left
            node += 1
    leaf = nodes[at + node]
    others = across * (everywhere * leaf.not_using) * ((root.active - leaf.active) / root.active)
    return node - leaves, others <= 0.0 or rest < word_of_mouth(leaf, across, everywhere) - others
