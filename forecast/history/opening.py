"""Where an account stands before its first event, and who goes on for free when what they were on ends."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from forecast.engines import KeptFreeRow
from forecast.model import streams
from forecast.model.parameters import Parameters
from forecast.model.quantiles import quantile
from forecast.model.teams import team_size
from forecast.randomness import uniform
from forecast.scenario import PresentAccount


class Opening(NamedTuple):
    """Where the account stands at the start: counts of people; days counted from the start, so those before are < 0."""

    size: int
    free: int = 0
    paid: int = 0
    seated: int = 0
    seats: int = 0
    lapsed: int = 0
    teams: tuple[int, ...] = ()  # how large each is; none where the account is one team
    in_trial: int = 0
    team: int = 0
    stage: int = -1  # of an open purchase, where it is known since when it is there
    stage_since: float = 0.0
    banned_since: float | None = None


def opening_of(row: PresentAccount, parameters: Parameters, size: int) -> Opening:
    """Where an account of the accounts file stands at the start."""
    users = Opening(
        size, row.free_users, row.paid_users, lapsed=row.lapsed_users, in_trial=row.trial_users, team=row.team_users
    )
    if row.contract_end is not None:
        return users._replace(free=0, paid=0, seated=row.free_users + row.paid_users, seats=row.seats)
    if row.stage_entered is not None and row.opportunity_stage is not None:
        stage = parameters.stages.index(row.opportunity_stage)
        return users._replace(stage=stage, stage_since=float(row.stage_entered))
    return users._replace(banned_since=row.banned_since)


def team_sizes(parameters: Parameters, replication: int, account: int) -> tuple[int, ...]:
    """How large each team of an account is, as the engines draw it; empty where the account is one team."""
    seed, segment = parameters.scenario.seed, int(parameters.account_segment[account])
    inputs = parameters.inputs(seed, replication)
    tables, traits = inputs.tables, inputs.traits
    distribution = int(tables.team_sizes[segment])
    if distribution < 0:
        return ()
    family, a, b, c, d = tables.distributions[distribution].tolist()
    k0, k1 = traits.keys[account].tolist()
    sizes: list[int] = []
    while (left := int(traits.users[account]) - sum(sizes)) > 0:
        u = uniform(k0, k1, replication, int(traits.numbers[account]), streams.TEAM_SIZE, len(sizes))
        sizes.append(team_size(quantile(int(family), a, b, c, d, tables.points, u), left))
    return tuple(sizes)


def keepers(rows: Iterable[KeptFreeRow], account: int) -> dict[float, set[int]]:
    """The users of an account who go on for free after a contract or a team plan, by the time of its end."""
    return keepers_by_account(row for row in rows if row[1] == account).get(account, {})


def keepers_by_account(rows: Iterable[KeptFreeRow]) -> dict[int, dict[float, set[int]]]:
    """The same of all accounts, of those that have any."""
    kept: dict[int, dict[float, set[int]]] = {}
    for time, account, user in rows:
        kept.setdefault(account, {}).setdefault(time, set()).add(user)
    return kept
