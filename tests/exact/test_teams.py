"""Do teams live as their Markov chain says?  Accounts of five people, in a team of two and a team of three.

The chain of one account is written here from `docs/model.md`, 4 and 5, and asks the package for nothing.  Thousands of
accounts are independent copies: stocks are compared jointly (exact mean and covariance of the sums, which are normal),
counts of moves by their exact mean and variance.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product
from math import comb
from typing import Any, NamedTuple

import numpy as np
import pytest
from scipy.linalg import expm

from forecast.model import kinds

MONTH = 365.25 / 12
ACCOUNTS = 1000
SIZES = (2, 3)  # what `team_size: 2` makes of five people


class Team(NamedTuple):
    """One team: its free users, those on its plan, its lapsed ones, and whether it has a plan."""

    free: int = 0
    planned: int = 0
    lapsed: int = 0
    paying: bool = False

    @property
    def active(self) -> int:
        return self.free + self.planned


State = tuple[Team, ...]


@dataclass
class Account:
    """The rules of an account whose trials end at once; rates per month, means in days."""

    sizes: tuple[int, ...] = SIZES
    organic: float = 0.1
    imitation: float = 1.2
    across: float = 1.0
    exponent: float = 0
    threshold: float = 1
    activation: float = 0.7
    keep_free: float = 0.6
    free_days: float = 90
    planned_days: float = 60
    win_back: float = 0.3
    rate: float = 0
    min_users: int = 2

    def reached(self, active: int, users: int) -> float:
        share = active / users
        if not self.exponent or not share:
            return share
        power = float(share**self.exponent)
        return share * power / (power + float(self.threshold**self.exponent))

    def moves(self, state: State) -> Iterator[tuple[float, State, dict[str, int]]]:
        """Every move out of a state: rate per day, where to, what it counts as."""
        everybody = sum(team.active for team in state)
        for place, (team, size) in enumerate(zip(state, self.sizes, strict=True)):

            def to(place: int = place, team: Team = team, **changed: Any) -> State:
                return (*state[:place], team._replace(**changed), *state[place + 1 :])

            idle = size - team.active - team.lapsed
            joined = to(planned=team.planned + 1) if team.paying else to(free=team.free + 1)
            a = self.activation * (1 if team.paying else self.keep_free)
            gone = to(lapsed=team.lapsed + 1)
            inside = (1 - self.across) * self.reached(team.active, size)
            anywhere = self.across * self.reached(everybody, sum(self.sizes))
            from_others = anywhere * (everybody - team.active) / everybody if everybody else 0
            own = self.imitation * idle * (inside + anywhere - from_others)
            others = self.imitation * idle * from_others
            for speed, counted in (
                (self.organic * idle, {"organic": 1}),
                (own, {"imitation": 1, "own": 1}),
                (others, {"imitation": 1, "others": 1}),
            ):
                yield speed / MONTH * a, joined, counted
                yield speed / MONTH * (1 - a), gone, counted
            yield team.free / self.free_days, to(free=team.free - 1, lapsed=team.lapsed + 1), {}
            yield team.planned / self.planned_days, to(planned=team.planned - 1, lapsed=team.lapsed + 1), {}
            yield self.win_back * team.lapsed / MONTH, to(lapsed=team.lapsed - 1), {}
            if not team.paying and team.active >= self.min_users:
                yield self.rate / MONTH, to(free=0, planned=team.free, paying=True), {"plans": 1}

    def month_ends(self, state: State) -> Iterator[tuple[float, State]]:
        """Where the plans of teams with too few active users end: probability and state."""
        ways: list[list[tuple[float, Team]]] = []
        for team in state:
            heads = team.planned
            if not team.paying or heads >= self.min_users:
                ways.append([(1.0, team)])
                continue
            ways.append(
                [
                    (
                        comb(heads, stay) * self.keep_free**stay * (1 - self.keep_free) ** (heads - stay),
                        Team(stay, 0, team.lapsed + heads - stay),
                    )
                    for stay in range(heads + 1)
                ]
            )
        for way in product(*ways):
            yield float(np.prod([share for share, _ in way])), tuple(team for _, team in way)


STOCKS = ("free_users", "team_users", "lapsed_users", "active_teams", "paying_teams")


def stocks(state: State) -> list[float]:
    """The columns of a month that one account in this state adds to."""
    sums = [float(sum(column)) for column in zip(*(team[:3] for team in state), strict=True)]
    return [*sums, float(sum(team.active > 0 for team in state)), float(sum(team.paying for team in state))]


def untouched(account: Account) -> State:
    return tuple(Team() for _ in account.sizes)


def scenario(months: int, account: Account, users: str = "eligible_users: 5, team_size: 2") -> str:
    """The text of a scenario with ACCOUNTS accounts of these rules."""
    form = f"{{complex: {{exponent: {account.exponent}, threshold: {account.threshold:.0%}}}}}"
    return f"""
clock: {{start: 2026-01-01, horizon: {months} months}}
market: {{segments: {{only: {{accounts: {ACCOUNTS}, {users}}}}}}}
adoption: {{organic: {account.organic} per month, imitation: {account.imitation} per month,
           across_teams: {account.across:.0%}, win_back: {account.win_back} per month,
           contagion: {form if account.exponent else "simple"}}}
trial: {{activation: {account.activation:.0%}, keep_free: {account.keep_free:.0%}}}
churn: {{free: {{exponential: {{mean: {account.free_days} days}}}},
        team: {{exponential: {{mean: {account.planned_days} days}}}}}}
plans: {{team: {{rate: {account.rate} per month, min_users: {account.min_users}, price: 10 USD}}}}
"""


@pytest.mark.parametrize("exponent", [0, 2])
@pytest.mark.parametrize("across", [0.0, 0.3, 1.0])
def test_two_teams(simulate, check, chain, across, exponent):
    """Users of a team of two and a team of three, and who brought about each trial.

    False alarms: 2 + 3 comparisons at 1e-5.
    """
    account = Account(across=across, exponent=exponent, threshold=0.4 if exponent else 1, organic=0.3, win_back=2)
    log: list[Any] = []
    run = simulate(scenario(6, account), log=log)
    made = chain(untouched(account), account.moves)
    for month in (2, 6):
        mean, second = made.moments(run.day(month), stocks)
        found = [run.stock(name, month) for name in STOCKS]
        check.sums(found, ACCOUNTS * mean, ACCOUNTS * (second - np.outer(mean, mean)))
    trials = [row[5] for row in log if row[3] == kinds.TRIAL_STARTED]
    for value, name in enumerate(("organic", "own", "others")):
        if name == "others" and across == 0:
            assert value not in trials
            continue
        mean, variance = made.counted(run.day(6), name)
        check.sums([trials.count(value)], ACCOUNTS * mean, ACCOUNTS * variance)


def test_who_reaches_everybody_makes_one_team_of_all(simulate, check, chain):
    """With w = 1 the users of two teams are those of a single team of five, in law.

    False alarms: 2 + 1 comparisons at 1e-5.
    """
    account = Account(sizes=(5,), exponent=2, threshold=0.3)
    run = simulate(scenario(6, account))
    made = chain(untouched(account), account.moves)
    for month in (2, 6):
        mean, second = made.moments(run.day(month), lambda state: [state[0].free, state[0].lapsed])
        found = [run.stock(name, month) for name in ("free_users", "lapsed_users")]
        check.sums(found, ACCOUNTS * mean, ACCOUNTS * (second - np.outer(mean, mean)))
    mean, variance = made.counted(run.day(6), "imitation")
    check.sums([run.flow("imitation_trials")], ACCOUNTS * mean, ACCOUNTS * variance)


ONE, TWO = ("eligible_users: 5", (5,)), ("eligible_users: 5, team_size: 2", SIZES)


@pytest.mark.parametrize(("users", "sizes"), [ONE, TWO], ids=["one team", "two teams"])
def test_team_plans_begin_and_end(simulate, check, chain, users, sizes):
    """A team of two or more active users takes a plan; at a month's end with fewer it ends, and they go on or lapse.

    False alarms: 4 comparisons at 1e-5.
    """
    account = Account(sizes=sizes, organic=0.8, across=0.4, rate=2)
    run = simulate(scenario(6, account, users))
    made = chain(untouched(account), account.moves)
    table = np.array([stocks(state) for state in made.states], float)
    places = {state: place for place, state in enumerate(made.states)}
    ends = np.zeros((len(made.states), len(made.states)))
    for place, state in enumerate(made.states):
        for share, after in account.month_ends(state):
            ends[place, places[after]] += share
    p = np.zeros(len(made.states))
    p[0] = 1
    for month in range(1, 7):
        p = p @ expm(made.generator * (run.day(month) - run.day(month - 1)))  # the books are closed before plans end
        if month in (1, 2, 4, 6):
            mean, second = p @ table, (table * p[:, None]).T @ table
            found = [run.stock(name, month) for name in STOCKS]
            check.sums(found, ACCOUNTS * mean, ACCOUNTS * (second - np.outer(mean, mean)))
        p = p @ ends
    assert run.flow("team_plans_ended") > ACCOUNTS / 20
    assert run.stock("team_arr_cents", 6) == 12 * 1000 * run.stock("team_users", 6)


def shares_of_teams(users: int, sizes: dict[int, float]) -> list[float]:
    """How likely somebody is in the first team, the second ...: sizes are drawn until they add up to all users."""
    found = [0.0] * users

    def next_team(number: int, left: int, probability: float) -> None:
        for size, share in sizes.items():
            cut = left if left - size < 2 else size  # the last is cut, and nobody stays alone
            found[number] += probability * share * cut / users
            if cut < left:
                next_team(number + 1, left - cut, probability * share)

    next_team(0, users, 1.0)
    return found


def test_sizes_of_teams_follow_their_distribution(simulate, check):
    """The first to start a trial is in a team with probability size over all: the teams that 17 people form.

    False alarms: 1 comparison at 1e-5.
    """
    log: list[Any] = []
    simulate(
        f"""
clock: {{start: 2026-01-01, horizon: 6 months}}
market: {{segments: {{only: {{accounts: {ACCOUNTS}, eligible_users: 17,
                           team_size: {{discrete: {{3: 0.3, 5: 0.5, 8: 0.2}}}}}}}}}}
adoption: {{organic: 0.02 per month}}
""",
        log=log,
    )
    first = [int(row[5]) for row in log if row[3] == kinds.JOINED_TEAM and row[4] == 0]
    shares = shares_of_teams(17, {3: 0.3, 5: 0.5, 8: 0.2})
    shares = shares[: max(place for place, share in enumerate(shares) if share) + 1]
    check.multinomial(np.bincount(first, minlength=len(shares)).tolist(), shares)
