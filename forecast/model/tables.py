"""Which number rules in which period for which segment?  The parameters as arrays that rules can index.

A period lies between two dates of the timeline.  Arrays are [period, segment] and on; `row` hands one period and
segment out as plain numbers in the same record: that is how the fields are typed.  A distribution is a row of
`distributions`, named by its number.
"""

from __future__ import annotations

from typing import NamedTuple, TypeVar

from forecast.types import Floats


class Hazards(NamedTuple):
    """Rates per day and what shapes them, [period, segment]."""

    organic: float
    spillover: float
    imitation: float
    exponent: float
    threshold: float
    imitation_multiple: float
    rollout: float
    upgrade: float
    win_back: float
    awareness_base: float
    awareness_peak: float
    half_share: float
    sharpness: float
    visibility: float
    min_users: float
    outbound: float
    champion_leaves: float
    ban_lift: float


class Choices(NamedTuple):
    """Probabilities and factors that are read when something happens, [period, segment]."""

    activation: float
    to_paid: float
    keep_free: float
    sponsor: float
    ban: float
    prior_use_log_odds: float
    prior_use_full_share: float
    land_multiple: float
    payment_terms: float
    start_lag: float
    renewal_base: float
    champion_left: float
    healthy_use: float
    elasticity: float
    headroom: float
    uplift: float


class Wholes(NamedTuple):
    """Whole numbers: seats, months and cents, [period, segment]."""

    min_seats: int
    term: int
    billing: int
    true_up: int
    paid_price: int
    enterprise_price: int
    free_cost: int
    paid_cost: int
    seated_cost: int
    trial_cost: int
    outbound_cost: int


class Durations(NamedTuple):
    """Numbers of the distributions of a user's and an account's durations, [period, segment]."""

    trial: int
    free: int
    paid: int
    seated: int
    cool_down: int


class Stages(NamedTuple):
    """What each stage asks for, [period, segment, stage]."""

    gate: int
    requirements: int  # 1: it checks them
    resource: int  # -1: none
    touch: int  # numbers of distributions
    duration: int
    patience: int
    loss: float
    reason: int
    prior_use: int  # 1: colleagues who use the product lower its loss


class Requirements(NamedTuple):
    """What customers do about a missing requirement, [period, segment, requirement]."""

    waive: float
    lose: float
    waive_factor: float


class ParameterTables(NamedTuple):
    """All that the rules read in one replication."""

    hazards: Hazards
    choices: Choices
    wholes: Wholes
    durations: Durations
    stages: Stages
    requirements: Requirements
    reduced_by: Floats  # [period, segment, capability]
    seasons: Floats  # [period, segment, month of the year]
    distributions: Floats  # [number, (family, a, b, c, d)]
    points: Floats  # what discrete distributions point to


Record = TypeVar("Record", bound=tuple[object, ...])


def row(record: Record, *place: int) -> Record:
    """The same record with the plain Python numbers of one place, e.g. (period, segment)."""
    return type(record)(*(array[place].tolist() for array in record))  # type: ignore[index]


# Where each field comes from in the scenario.
PATHS: dict[str, dict[str, str]] = {
    "hazards": {
        "organic": "adoption.organic",
        "spillover": "adoption.spillover",
        "imitation": "adoption.imitation.rate",
        "exponent": "adoption.contagion.exponent",
        "threshold": "adoption.contagion.threshold",
        "imitation_multiple": "contract.imitation_multiple",
        "rollout": "contract.rollout",
        "upgrade": "plans.upgrade",
        "win_back": "adoption.win_back",
        "awareness_base": "awareness.base",
        "awareness_peak": "awareness.peak",
        "half_share": "awareness.half_share",
        "sharpness": "awareness.sharpness",
        "visibility": "awareness.visibility",
        "min_users": "awareness.min_users",
        "outbound": "outbound.rate",
        "champion_leaves": "contract.champion_leaves",
        "ban_lift": "ban.lift",
    },
    "choices": {
        "activation": "trial.activation",
        "to_paid": "trial.to_paid",
        "keep_free": "trial.keep_free",
        "sponsor": "awareness.sponsor",
        "ban": "awareness.ban",
        "prior_use_log_odds": "procurement.prior_use_log_odds",
        "prior_use_full_share": "procurement.prior_use_full_share",
        "land_multiple": "contract.land_multiple",
        "payment_terms": "contract.payment_terms",
        "start_lag": "contract.start_lag",
        "renewal_base": "renewal.base",
        "champion_left": "renewal.champion_left",
        "healthy_use": "renewal.healthy_use",
        "elasticity": "renewal.elasticity",
        "headroom": "renewal.headroom",
        "uplift": "renewal.uplift",
    },
    "wholes": {
        "min_seats": "contract.min_seats",
        "term": "contract.term",
        "billing": "contract.billing",
        "true_up": "contract.true_up",
        "paid_price": "pricing.paid",
        "enterprise_price": "pricing.enterprise",
        "free_cost": "costs.free_user",
        "paid_cost": "costs.paid_user",
        "seated_cost": "costs.seated_user",
        "trial_cost": "costs.organic_trial",
        "outbound_cost": "costs.outbound_opportunity",
    },
    "durations": {
        "trial": "trial.length",
        "free": "churn.free",
        "paid": "churn.paid",
        "seated": "churn.seated",
        "cool_down": "procurement.cool_down",
    },
}
