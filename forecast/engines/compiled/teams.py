"""The teams of an account: made when it needs the first, counted in a tree of sums, picked by a draw.

Counterpart of `Teams` of the SimPy engine; the rules of both are in forecast.model.teams.  An account whose segment has
no sizes of teams is one team and has none here: `account.teams` is 0, and every function leaves it alone.
"""

from __future__ import annotations

from typing import Any

from forecast.compiling.decorators import inlined, inner
from forecast.engines.compiled.draws import sample
from forecast.engines.compiled.world import World
from forecast.model import streams
from forecast.model.teams import (
    Tree,
    add_to_sums,
    convinced,
    first_leaf,
    may_take_plan,
    most_teams,
    node_count,
    reached_units,
    team_lapsed,
    team_not_using,
    team_reached,
    team_ready,
    team_size,
    weights,
    word_of_mouth,
)


@inlined
def make_teams(world: World, account: Any) -> bool:
    """Whether the account has the teams that it needs, or could be given them; else the buffers must grow."""
    if account.teams > 0 or world.team_sizes[account.segment] < 0:
        return True
    return draw_teams(world, account)


@inner
def draw_teams(world: World, account: Any) -> bool:
    """Draw the sizes of the account's teams, in which nobody uses the product; False where the buffers are full."""
    progress, teams, nodes = world.progress[0], world.teams, world.nodes
    most = most_teams(account.headcount)
    if progress.teams + most > len(teams) or progress.nodes + node_count(most) > len(nodes):
        return False
    count, left = 0, int(account.headcount)
    while left > 0:
        drawn = sample(world, world.team_sizes[account.segment], account, streams.TEAM_SIZE, count)
        team = teams[progress.teams + count]
        team.people = team_size(drawn, left)
        team.paying = 0
        left -= team.people
        count += 1
    account.teams, account.first_leaf = count, first_leaf(count)
    account.first_team, account.tree = progress.teams, progress.nodes
    progress.teams += count
    progress.nodes += node_count(count)
    for place in range(node_count(count)):
        node = nodes[account.tree + place]
        node.reached = 0.0
        node.not_using, node.lapsed, node.ready, node.active = 0, 0, 0, 0
    for number in range(count):
        people = teams[account.first_team + number].people
        add_to_sums(nodes, account.tree, account.first_leaf + number, people, 0, 0, 0)
    return True


@inlined
def move_in_team(world: World, account: Any, team: int, not_using: int, active: int, lapsed: int) -> None:
    """Change the counts of a team, and the sums above it."""
    if account.teams == 0:
        return
    leaf = world.nodes[account.tree + account.first_leaf + team]
    if active != 0:
        account.active_teams += int(leaf.active + active > 0) - int(leaf.active > 0)
        leaf.active += active
    reached, ready = 0, 0
    if not_using != 0 or active != 0:
        reached, ready = changes_of_team(world, account, team, leaf.not_using + not_using)
    add_to_sums(world.nodes, account.tree, account.first_leaf + team, not_using, lapsed, reached, ready)


@inlined
def changes_of_team(world: World, account: Any, team: int, not_using: int) -> tuple[int, int]:
    """How much more of a team is reached than was, and is ready, at the present rules."""
    rules, of = world.rules[account.segment], world.teams[account.first_team + team]
    leaf, adoption = world.nodes[account.tree + account.first_leaf + team], rules.adoption
    reached = reached_units(not_using, leaf.active, of.people, adoption.exponent, adoption.threshold)
    ready = may_take_plan(of.paying, leaf.active, rules.plans.team_min_users)
    return reached - leaf.reached, ready - leaf.ready


@inner
def update_team(world: World, account: Any, team: int) -> None:
    """Bring a team up to the rules, or to a plan that began or ended."""
    not_using = world.nodes[account.tree + account.first_leaf + team].not_using
    reached, ready = changes_of_team(world, account, team, not_using)
    add_to_sums(world.nodes, account.tree, account.first_leaf + team, 0, 0, reached, ready)


@inner
def read_team_rules(world: World, account: Any) -> None:
    """Bring every team up to the rules of a new period."""
    for team in range(account.teams):
        update_team(world, account, team)


@inlined
def team_weights(world: World, account: Any, active: int) -> tuple[float, float]:
    """The weights of word of mouth, in the team and to the whole account."""
    adoption = world.rules[account.segment].adoption
    everywhere = convinced(active, account.headcount, adoption.exponent, adoption.threshold)
    return weights(adoption.across_teams, everywhere)


@inlined
def reach_in_teams(world: World, account: Any, active: int) -> float:
    """The word of mouth of the whole account."""
    inside, anywhere = team_weights(world, account, active)
    return word_of_mouth(world.nodes[account.tree], inside, anywhere)


@inlined
def tree_of(account: Any) -> Tree:
    """Where the account's teams are."""
    return Tree(account.tree, account.first_leaf, account.first_leaf + account.teams)


@inlined
def pick_referred(world: World, account: Any, active: int, u: float) -> tuple[int, bool]:
    """The team of whoever starts a trial by word of mouth, and whether a colleague of that team was why."""
    inside, anywhere = team_weights(world, account, active)
    return team_reached(world.nodes, tree_of(account), u, inside, anywhere, active)


@inlined
def pick_not_using(world: World, account: Any, u: float) -> int:
    """The team of one who does not use the product; 0 where the account is one team."""
    return 0 if account.teams == 0 else team_not_using(world.nodes, tree_of(account), u)


@inlined
def pick_lapsed(world: World, account: Any, u: float) -> int:
    """The team of the lapsed user who is won back; 0 where the account is one team."""
    return 0 if account.teams == 0 else team_lapsed(world.nodes, tree_of(account), u)


@inlined
def pick_ready(world: World, account: Any, u: float) -> int:
    """The team that takes a team plan; 0 where the account is one team."""
    return 0 if account.teams == 0 else team_ready(world.nodes, tree_of(account), u)


@inlined
def ready_teams(world: World, account: Any, active: int) -> int:
    """How many teams may take a plan."""
    if account.teams > 0:
        return int(world.nodes[account.tree].ready)
    enough = active >= world.rules[account.segment].plans.team_min_users
    return 1 if enough and account.paying_teams == 0 else 0


@inlined
def is_paying(world: World, account: Any, team: int) -> bool:
    """Whether a team is on a plan."""
    if account.paying_teams == 0:
        return False
    return bool(account.teams == 0 or world.teams[account.first_team + team].paying == 1)


@inlined
def set_paying(world: World, account: Any, team: int, paying: int) -> None:
    """Put a team on a plan, or take it off."""
    account.paying_teams += 1 if paying else -1
    if account.teams > 0:
        world.teams[account.first_team + team].paying = paying
        update_team(world, account, team)


@inner
def next_paying(world: World, account: Any, team: int) -> int:
    """The first team from this one on that is on a plan, -1 for none."""
    if account.teams == 0:
        return 0 if team == 0 and account.paying_teams > 0 else -1
    teams, first = world.teams, account.first_team
    while team < account.teams:
        if teams[first + team].paying == 1:
            return team
        team += 1
    return -1


@inner
def clear_team_plans(world: World, account: Any) -> int:
    """How many teams were on a plan, of which none is any more."""
    were = int(account.paying_teams)
    while account.paying_teams > 0:
        set_paying(world, account, next_paying(world, account, 0), 0)
    return were
