"""R, the trials that one trial starts in an untouched account (docs/model.md, 4): in its own team, and in others.

Of an account of Z = 1 with simple contagion, uncertain parameters at their medians.  Knows no engine.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from forecast.model.distributions import restricted_mean, trait_quantile
from forecast.model.price_response import demand_factor, shifted_odds
from forecast.model.team_sizes import SegmentTeams
from forecast.model.uncertainty import Uniforms, realized, realized_parameters
from forecast.scenario import Distribution, Scenario, declared
from forecast.types import Floats

_ACTIVATION, _TO_PAID = declared("trial.activation"), declared("trial.to_paid")
_KEEP_FREE = declared("trial.keep_free")
_CHURN_FREE, _CHURN_PAID = declared("churn.free"), declared("churn.paid")
_IMITATION_RATE, _IMITATION_ACCEPTANCE = declared("adoption.imitation.rate"), declared("adoption.imitation.acceptance")
_PAID_PRICE = declared("pricing.paid")
_PAID_REFERENCE = declared("pricing.response.paid.reference")
_PAID_ELASTICITY = declared("pricing.response.paid.elasticity")
_ACROSS_TEAMS = declared("adoption.across_teams")
TENURE_POINTS = 2_000  # tenures that stand for all, at the middle of as many equal shares


class Reproduction(NamedTuple):
    """The trials that one trial starts: by those whom its user works with, and in other teams."""

    own_team: float
    other_teams: float  # 0 where there are no teams: all of an account is one

    @property
    def total(self) -> float:
        """R."""
        return self.own_team + self.other_teams


class _Use(NamedTuple):
    """What one activated user does: how long they stay, and how fast they bring others along."""

    imitation: float  # per day
    activation: float
    shares: tuple[float, float]  # that begin on the paid plan, and on the free one
    tenures: tuple[Distribution, Distribution]
    horizon: float
    uniforms: Uniforms

    def mean_days(self) -> float:
        """The days of use that one activation brings, restricted to the horizon."""
        paid, free = (
            restricted_mean(each.family, realized_parameters(each, self.uniforms), self.horizon)
            for each in self.tenures
        )
        return self.shares[0] * paid + self.shares[1] * free

    def days(self) -> tuple[Floats, Floats]:
        """The days of each of TENURE_POINTS tenures on the paid plan, and on the free one."""
        middle = (np.arange(TENURE_POINTS) + 0.5) / TENURE_POINTS
        paid, free = (
            np.minimum(trait_quantile(each.family, realized_parameters(each, self.uniforms), middle), self.horizon)
            for each in self.tenures
        )
        return paid, free


def reproduction(scenario: Scenario, uniforms: Uniforms, horizon: float, segment: int) -> Reproduction:
    """R of a segment; a team plan is none of it, because nobody's first plan is one.

    Without teams: imitation * activation * sum over the first plan of its share times its mean tenure.  With teams the
    own team is the first generation in it: who has all of a team around them can start only those who are in it.
    """
    use = _use_of(scenario, uniforms, horizon, segment)
    teams = SegmentTeams.of(scenario, uniforms, segment)
    everywhere = use.imitation * use.activation * use.mean_days()
    if teams is None:
        return Reproduction(everywhere, 0.0)
    across = realized(scenario.parameters[_ACROSS_TEAMS][segment], uniforms)
    within = use._replace(imitation=use.imitation * (1 - across))
    return Reproduction(use.activation * _started_by_one(within, teams), across * everywhere)


def _started_by_one(use: _Use, teams: SegmentTeams) -> float:
    """The mates whom one active user starts in an untouched team, who would start nobody themselves meanwhile.

    Each of the n - 1 others of a team of n starts at the rate imitation / n as long as the user stays; people are more
    often in large teams, so a team counts with its people.
    """
    started, both = 0.0, use.days()
    for size, share in zip(teams.sizes.tolist(), teams.people.tolist(), strict=True):
        reached = [float(-np.expm1(-use.imitation / size * days).mean()) for days in both]
        started += share * (size - 1) * (use.shares[0] * reached[0] + use.shares[1] * reached[1])
    return started


def _use_of(scenario: Scenario, uniforms: Uniforms, horizon: float, segment: int) -> _Use:
    """The values of a segment."""

    def value(path: str) -> float:
        return realized(scenario.parameters[path][segment], uniforms)

    def tenure(path: str) -> Distribution:
        distribution = scenario.parameters[path][segment]
        assert isinstance(distribution, Distribution)
        return distribution

    paid = shifted_odds(
        value(_TO_PAID), demand_factor(value(_PAID_PRICE), value(_PAID_REFERENCE), value(_PAID_ELASTICITY))
    )
    return _Use(
        value(_IMITATION_RATE) * value(_IMITATION_ACCEPTANCE),
        value(_ACTIVATION),
        (paid, (1 - paid) * value(_KEEP_FREE)),
        (tenure(_CHURN_PAID), tenure(_CHURN_FREE)),
        horizon,
        uniforms,
    )
