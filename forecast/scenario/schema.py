"""What is the format? Every block of a scenario file with its keys and defaults, as pydantic models; reads no file.

A field that ends a path is `Any` with a leaf from leaves.py; its default is the text that a reader would write.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field

from forecast.scenario import families, units
from forecast.scenario.leaves import (
    DATE,
    Availability,
    Choice,
    Contagion,
    Imitation,
    Name,
    Never,
    Number,
    Quantity,
    Seasonality,
    Tenure,
    Written,
)

SHAPE = "this is part of the scenario's shape"
TRAIT = "this is a trait that an account has from the start"
ADDS_UP = "a certain share: the three parts add up to 100%"
WHOLE_MONTHS = "a certain number of months"
SETTLED_RATE = "this holds for the whole horizon"
MONTHS_OF_YEAR = (
    *("january", "february", "march", "april", "may", "june"),
    *("july", "august", "september", "october", "november", "december"),
)
GATES = tuple((gate, gate) for gate in ("none", "month", "fiscal_quarter", "fiscal_year"))
BILLING = (("annual", 12), ("quarterly", 3), ("monthly", 1))
TEXT = (("type", "string"),)
LIST_OF_NAMES = (("type", "array"), ("items", {"type": "string"}))
SIGNED = replace(units.FACTOR, low=-100.0, cap=100.0)
STEEPNESS = replace(units.FACTOR, low=0.1, cap=100.0)
MULTIPLE = replace(units.FACTOR, cap=1000.0)
INTEGER_SEED = replace(units.COUNT, cap=2**63 - 1, name="seed")
STAY = replace(units.DURATION, noun="never, {hazard: RATE, heterogeneity_cv: NUMBER}, or a duration")

Rate = Annotated[Any, Number(kind=units.RATE)]
Share = Annotated[Any, Number(kind=units.SHARE)]
PositiveShare = Annotated[Any, Number(kind=units.SHARE.positive())]
Part = Annotated[Any, Number(kind=units.SHARE, uncertain=ADDS_UP)]
Multiple = Annotated[Any, Number(kind=MULTIPLE)]
Count = Annotated[Any, Number(kind=units.COUNT)]
LoopDuration = Annotated[Any, Quantity(kind=units.DURATION)]
Stay = Annotated[Any, Tenure(kind=STAY, none="never")]
Flag = Annotated[Any, Choice()]
Money = Annotated[Any, Number(kind=units.MONEY)]
MonthlyMoney = Annotated[Any, Number(kind=units.MONEY_PER_MONTH)]
Date = Annotated[Any, Written(SHAPE, described=tuple(DATE.items()))]


class Block(BaseModel):
    """A block of the file: its keys and no others."""

    model_config = ConfigDict(extra="forbid", use_attribute_docstrings=True)


class Clock(Block):
    """The time that is simulated."""

    start: Date
    """The first day of a month."""
    horizon: Annotated[Any, Number(SHAPE, segments=False, kind=units.MONTHS, uncertain=WHOLE_MONTHS)]
    fiscal_year_start: Annotated[
        Any, Choice(SHAPE, segments=False, words=tuple((m, i + 1) for i, m in enumerate(MONTHS_OF_YEAR)))
    ] = "january"
    """The month in which customers' fiscal year begins."""


class Run(Block):
    """How much is simulated."""

    replications: Annotated[
        Any,
        Number(SHAPE, segments=False, kind=replace(units.COUNT, low=1, cap=2**32 - 1), uncertain="a certain number"),
    ] = "1000"
    seed: Annotated[Any, Number(SHAPE, segments=False, kind=INTEGER_SEED, uncertain="a certain number")] = "1"


class Segment(Block):
    """A part of the market: how many accounts, and how many eligible users each has."""

    accounts: Annotated[Any, Number(SHAPE, segments=False, kind=units.COUNT, uncertain="a certain number")]
    eligible_users: Annotated[
        Any, Quantity(TRAIT, segments=False, kind=replace(units.COUNT, above=True), families=families.ANY)
    ]


class Market(Block):
    """Who could buy."""

    frailty_cv: Annotated[Any, Number(TRAIT, kind=replace(units.FACTOR, cap=10.0))] = "0"
    """How much accounts differ in their readiness to adopt: the coefficient of variation of their frailty."""
    accounts_file: Annotated[Any, Written(SHAPE, described=TEXT)] = None
    """A CSV file of accounts as they are today."""
    segments: dict[str, Segment]


class Adoption(Block):
    """How users come to a trial."""

    organic: Rate = "0"
    imitation: Annotated[Any, Imitation()] = "0"
    contagion: Annotated[Any, Contagion()] = "simple"
    spillover: Multiple = "0"
    seasonality: Annotated[Any, Seasonality()] = ["1"] * 12
    """Factors on organic trials by calendar month, January first."""
    win_back: Rate = "0"


class Trial(Block):
    """What a trial lasts and leads to."""

    length: LoopDuration = "0 days"
    activation: Share = "100%"
    to_paid: Share = "0%"
    keep_free: Share = "100%"


class Plans(Block):
    """Moves between plans."""

    upgrade: Rate = "0"


class Churn(Block):
    """How long users stay on a plan: a duration, a distribution, {hazard, heterogeneity_cv} or never."""

    free: Stay = "never"
    paid: Stay = "never"
    seated: Stay = "never"


class Awareness(Block):
    """When leadership becomes aware of the use in its house."""

    base: Rate = "0"
    peak: Rate = "0"
    half_share: PositiveShare = "25%"
    sharpness: Annotated[Any, Number(kind=STEEPNESS)] = "3"
    visibility: Share = "100%"
    min_users: Count = "1"
    sponsor: Share = "100%"
    ban: Share = "0%"


class Ban(Block):
    """How bans end, and which capabilities make them rarer."""

    lift: Rate = "0"
    reduced_by: dict[str, Share] = {}


class Outbound(Block):
    """Opportunities that the vendor's sales people open."""

    rate: Rate = "0"


class IfMissing(Block):
    """What follows when a needed capability is not there; the parts add up to 100%."""

    wait: Part = "0%"
    waive: Part = "0%"
    lose: Part = "0%"


class Requirement(Block):
    """A capability that some accounts need."""

    needed: Annotated[Any, Number(TRAIT, kind=units.SHARE)] = "0%"
    if_missing: IfMissing = Field(default_factory=lambda: IfMissing(lose="100%"))
    waive_factor: Annotated[Any, Number(kind=MULTIPLE)] = "1"
    """How many times longer a stage takes for which the requirement was waived."""


class Stage(Block):
    """A stage of procurement."""

    after: Annotated[Any, Written(SHAPE, described=LIST_OF_NAMES)] = []
    gate: Annotated[Any, Choice(words=GATES)] = "none"
    requirements: Flag = "false"
    resource: Annotated[Any, Name(none="none")] = "none"
    touch: LoopDuration = "0 days"
    duration: LoopDuration = "0 days"
    patience: Annotated[Any, Quantity(kind=units.DURATION, none="none")] = "none"
    loss: Share = "0%"
    reason: Annotated[Any, Name(SHAPE)] = None
    """What a loss here is counted as; the stage's name when it is left out."""
    prior_use: Flag = "false"


class Procurement(Block):
    """What an opportunity has to pass."""

    prior_use_log_odds: Annotated[Any, Number(kind=SIGNED)] = "0"
    prior_use_full_share: PositiveShare = "25%"
    cool_down: LoopDuration = "0 days"
    requirements: dict[str, Requirement] = {}
    stages: dict[str, Stage] = {}


class Contract(Block):
    """What is signed."""

    min_seats: Count = "0"
    land_multiple: Multiple = "1"
    imitation_multiple: Multiple = "1"
    rollout: Rate = "0"
    term: Annotated[Any, Number(kind=units.MONTHS, uncertain=WHOLE_MONTHS)] = "12 months"
    billing: Annotated[Any, Choice(words=BILLING)] = "annual"
    payment_terms: Annotated[Any, Number(kind=units.DURATION)] = "30 days"
    true_up: Annotated[Any, Never(kind=units.MONTHS, uncertain=WHOLE_MONTHS)] = "3 months"
    champion_leaves: Rate = "0"


class Renewal(Block):
    """What happens at a term's end."""

    base: Share = "100%"
    champion_left: Share = "100%"
    healthy_use: PositiveShare = "100%"
    elasticity: Annotated[Any, Number(kind=replace(units.FACTOR, cap=100.0))] = "0"
    headroom: Multiple = "1"
    uplift: Annotated[Any, Number(kind=replace(units.SHARE, low=-1.0, high=10.0))] = "0%"


class Pricing(Block):
    """Prices per user or seat and month."""

    paid: Annotated[Any, Number(kind=units.PRICE)] = "0"
    enterprise: Annotated[Any, Number(kind=units.PRICE)] = "0"
    discount: Annotated[Any, Quantity(TRAIT, kind=units.SHARE, families=families.ANY)] = "0%"


class Hire(Block):
    """People who join a resource, or leave it (negative)."""

    at: Date
    add: Annotated[
        Any, Number(SHAPE, segments=False, kind=replace(units.COUNT, low=-1e5, cap=1e5), uncertain="a certain number")
    ]


class Resource(Block):
    """People of the vendor."""

    count: Annotated[Any, Number(segments=False, kind=replace(units.COUNT, cap=1e5))]
    cost: Annotated[Any, Number(segments=False, kind=units.MONEY_PER_YEAR)] = "0"
    hires: list[Hire] = []


class Vendor(Block):
    """What the vendor has."""

    capabilities: dict[str, Annotated[Any, Availability()]] = {}
    resources: dict[str, Resource] = {}


class CapabilityCost(Block):
    """What a capability costs once and every year."""

    once: Annotated[Any, Number(segments=False, kind=units.MONEY)] = "0"
    yearly: Annotated[Any, Number(segments=False, kind=units.YEARLY_MONEY)] = "0"


class Costs(Block):
    """What the vendor pays."""

    paid_user: MonthlyMoney = "0"
    seated_user: MonthlyMoney = "0"
    free_user: MonthlyMoney = "0"
    organic_trial: Money = "0"
    outbound_opportunity: Money = "0"
    capabilities: dict[str, CapabilityCost] = {}
    discount_rate: Annotated[Any, Number(SETTLED_RATE, segments=False, kind=replace(units.SHARE, high=10.0))] = "0%"


class Correlation(Block):
    """Two uncertain parameters that are drawn together."""

    between: Annotated[Any, Written(SHAPE, described=(*LIST_OF_NAMES, ("minItems", 2), ("maxItems", 2)))]
    rank: Annotated[
        Any, Number(SHAPE, segments=False, kind=replace(units.FACTOR, low=-1.0, high=1.0), uncertain="a certain number")
    ]


class Step(Block):
    """Parameters that change at a date."""

    at: Date
    set: Annotated[Any, Written(SHAPE, described=(("type", "object"),))]


class ScenarioFile(Block):
    """A scenario of the forecasting simulator."""

    model_config = ConfigDict(extra="forbid", use_attribute_docstrings=True, title="Scenario")

    format: Annotated[Any, Choice(SHAPE, segments=False, words=(("1", 1),))] = Field("1", alias="schema")
    name: Annotated[Any, Written(SHAPE, described=TEXT)] = None
    description: Annotated[Any, Written(SHAPE, described=TEXT)] = ""
    extends: Annotated[Any, Written(SHAPE, described=TEXT)] = None
    """Another file or a preset's name; this file wins."""
    clock: Clock
    currency: Annotated[Any, Written(SHAPE, described=(("type", "string"), ("pattern", "^[A-Z]{3}$")))] = "USD"
    run: Run = Run()
    market: Market
    adoption: Adoption = Adoption()
    trial: Trial = Trial()
    plans: Plans = Plans()
    churn: Churn = Churn()
    awareness: Awareness = Awareness()
    ban: Ban = Ban()
    outbound: Outbound = Outbound()
    procurement: Procurement = Procurement()
    contract: Contract = Contract()
    renewal: Renewal = Renewal()
    pricing: Pricing = Pricing()
    vendor: Vendor = Vendor()
    costs: Costs = Costs()
    correlations: list[Correlation] = []
    timeline: list[Step] = []
