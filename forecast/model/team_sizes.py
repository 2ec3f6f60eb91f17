"""The teams of a segment's median account before anything is drawn: how large they are, and how many.

Exact for the account of median size: teams are drawn one after the other until they add up to its people, the last is
cut, and joined to the one before if one person would be left (docs/model.md, 4).  Knows no draw and no engine.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from forecast.model.distributions import trait_quantile
from forecast.model.uncertainty import Uniforms, realized_parameters
from forecast.scenario import ELIGIBLE_USERS_PATH, TEAM_SIZE_PATH, Distribution, Scenario, declared
from forecast.types import Floats, Integers

_TEAM_RATE = declared("plans.team.rate")
POINTS = 1_001  # that stand for a distribution of sizes; odd, so that one of them is the median
LARGEST_DIVIDED = 2_000  # people: of a larger account the last team, which is cut, is left out
SMALLEST = 2


def sells_team_plans(scenario: Scenario) -> bool:
    """Whether a team may take a team plan, in any segment and at any time."""
    values = [*scenario.parameters[_TEAM_RATE]]
    values += [value for change in scenario.changes if change.path == _TEAM_RATE for value in change.values]
    return any(value != 0 for value in values)


class SegmentTeams(NamedTuple):
    """The teams of the median account."""

    sizes: Integers  # [size]: those that occur
    people: Floats  # [size]: the share of people who work in a team of that size
    number: float  # of teams, on average

    @property
    def median_size(self) -> int:
        """The size of the median team."""
        teams = self.people / self.sizes
        return int(self.sizes[(np.cumsum(teams) >= teams.sum() / 2).argmax()])

    @staticmethod
    def of(scenario: Scenario, uniforms: Uniforms, segment: int) -> SegmentTeams | None:
        """The teams of a segment; None where each account is one team."""
        drawn = scenario.parameters[TEAM_SIZE_PATH][segment]
        assert isinstance(drawn, Distribution)
        if drawn.family == "never":
            return None
        people = int(median_users(scenario, uniforms, segment))
        sizes, counts = np.unique(np.maximum(_rounded(drawn, uniforms), SMALLEST), return_counts=True)
        return _divided(sizes, counts / POINTS, people)


def median_users(scenario: Scenario, uniforms: Uniforms, segment: int) -> float:
    """The eligible people of the median account: of the file's, and of what the generated ones are drawn from."""
    generated, name = scenario.accounts[segment], scenario.segments[segment]
    own = [float(each.eligible_users) for each in scenario.present if each.segment == name]
    drawn = np.maximum(_rounded(scenario.parameters[ELIGIBLE_USERS_PATH][segment], uniforms), 1)
    weights = np.full(POINTS, generated / POINTS if generated or own else 1.0)
    values, weights = np.concatenate([drawn, own]), np.concatenate([weights, np.ones(len(own))])
    order = np.argsort(values, kind="stable")
    return float(values[order][(np.cumsum(weights[order]) >= weights.sum() / 2).argmax()])


def _rounded(distribution: object, uniforms: Uniforms) -> Integers:
    """POINTS values that stand for a distribution, rounded half up."""
    assert isinstance(distribution, Distribution)
    middle = (np.arange(POINTS) + 0.5) / POINTS
    drawn = trait_quantile(distribution.family, realized_parameters(distribution, uniforms), middle)
    return np.floor(drawn + 0.5).astype(np.int64)


def _divided(sizes: Integers, shares: Floats, people: int) -> SegmentTeams:
    """The teams of an account of so many people, from the distribution of what is drawn."""
    if people > LARGEST_DIVIDED or people <= SMALLEST:
        heads = sizes * shares if people > SMALLEST else np.ones(1)
        found = sizes if people > SMALLEST else np.array([people])
        return SegmentTeams(found, heads / heads.sum(), people / float(sizes @ shares) if people > SMALLEST else 1.0)
    drawn = np.zeros(max(people, int(sizes.max())) + 1)  # [size]: the chance of each size
    drawn[sizes] = shares
    begins = np.zeros(people + 1)  # [people before]: the chance that a team begins there
    begins[0] = 1.0
    teams = np.zeros(people + 1)  # [size]: how many, on average
    for before in range(people - 1):
        left = people - before
        whole = begins[before] * drawn[: left - 1]  # two or more are left after it
        teams[: left - 1] += whole
        begins[before : before + left - 1] += whole
        teams[left] += begins[before] * (1.0 - drawn[: left - 1].sum())
    occur = np.flatnonzero(teams > 0)
    return SegmentTeams(occur, occur * teams[occur] / people, float(teams.sum()))
