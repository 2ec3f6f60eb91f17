"""What is the format? Every block of a scenario file with its keys and defaults, as pydantic models; reads no file.

A field that ends a path has its sort from fields.py; its default is the text that a reader would write.
"""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field

from forecast.scenario.fields import (
    Accounts,
    Available,
    BillingPeriod,
    ContagionForm,
    Count,
    Currency,
    Date,
    Discount,
    DiscountRate,
    Elasticity,
    Flag,
    FrailtyVariation,
    Gate,
    Horizon,
    ImitationRate,
    Joining,
    LogOdds,
    LoopDuration,
    Money,
    MonthFactors,
    MonthlyMoney,
    MonthName,
    Multiple,
    Need,
    NewValues,
    OnceMoney,
    Part,
    Patience,
    PaymentTerms,
    People,
    PositiveShare,
    Price,
    Rank,
    Rate,
    Reason,
    Replications,
    ResourceName,
    Salary,
    Seed,
    Share,
    Sharpness,
    Stages,
    Stay,
    Term,
    Text,
    TrueUp,
    TwoPaths,
    Uplift,
    Users,
    Version,
    YearlyMoney,
)


class Block(BaseModel):
    """A block of the file: its keys and no others."""

    model_config = ConfigDict(extra="forbid", use_attribute_docstrings=True)


class Clock(Block):
    """The time that is simulated."""

    start: Date
    """The first day of a month."""
    horizon: Horizon
    fiscal_year_start: MonthName = "january"
    """The month in which customers' fiscal year begins."""


class Run(Block):
    """How much is simulated."""

    replications: Replications = "1000"
    seed: Seed = "1"


class Segment(Block):
    """A part of the market: how many accounts, and how many eligible users each has."""

    accounts: Accounts
    eligible_users: Users


class Market(Block):
    """Who could buy."""

    frailty_cv: FrailtyVariation = "0"
    """How much accounts differ in their readiness to adopt: the coefficient of variation of their frailty."""
    accounts_file: Text = None
    """A CSV file of accounts as they are today."""
    segments: dict[str, Segment]


class Adoption(Block):
    """How users come to a trial."""

    organic: Rate = "0"
    imitation: ImitationRate = "0"
    contagion: ContagionForm = "simple"
    spillover: Multiple = "0"
    seasonality: MonthFactors = ["1"] * 12
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
    sharpness: Sharpness = "3"
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

    needed: Need = "0%"
    if_missing: IfMissing = Field(default_factory=lambda: IfMissing(lose="100%"))
    waive_factor: Multiple = "1"
    """How many times longer a stage takes for which the requirement was waived."""


class Stage(Block):
    """A stage of procurement."""

    after: Stages = []
    gate: Gate = "none"
    requirements: Flag = "false"
    resource: ResourceName = "none"
    touch: LoopDuration = "0 days"
    duration: LoopDuration = "0 days"
    patience: Patience = "none"
    loss: Share = "0%"
    reason: Reason = None
    """What a loss here is counted as; the stage's name when it is left out."""
    prior_use: Flag = "false"


class Procurement(Block):
    """What an opportunity has to pass."""

    prior_use_log_odds: LogOdds = "0"
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
    term: Term = "12 months"
    billing: BillingPeriod = "annual"
    payment_terms: PaymentTerms = "30 days"
    start_lag: PaymentTerms = "0 days"
    true_up: TrueUp = "3 months"
    champion_leaves: Rate = "0"


class Renewal(Block):
    """What happens at a term's end."""

    base: Share = "100%"
    champion_left: Share = "100%"
    healthy_use: PositiveShare = "100%"
    elasticity: Elasticity = "0"
    headroom: Multiple = "1"
    uplift: Uplift = "0%"


class Pricing(Block):
    """Prices per user or seat and month."""

    paid: Price = "0"
    enterprise: Price = "0"
    discount: Discount = "0%"


class Hire(Block):
    """People who join a resource, or leave it (negative)."""

    at: Date
    add: Joining


class Resource(Block):
    """People of the vendor."""

    count: People
    cost: Salary = "0"
    hires: list[Hire] = []


class Vendor(Block):
    """What the vendor has."""

    capabilities: dict[str, Available] = {}
    resources: dict[str, Resource] = {}


class CapabilityCost(Block):
    """What a capability costs once and every year."""

    once: OnceMoney = "0"
    yearly: YearlyMoney = "0"


class Costs(Block):
    """What the vendor pays."""

    paid_user: MonthlyMoney = "0"
    seated_user: MonthlyMoney = "0"
    free_user: MonthlyMoney = "0"
    organic_trial: Money = "0"
    outbound_opportunity: Money = "0"
    capabilities: dict[str, CapabilityCost] = {}
    discount_rate: DiscountRate = "0%"


class Correlation(Block):
    """Two uncertain parameters that are drawn together."""

    between: TwoPaths
    rank: Rank


class Step(Block):
    """Parameters that change at a date."""

    at: Date
    set: NewValues


class ScenarioFile(Block):
    """A scenario of the forecasting simulator."""

    model_config = ConfigDict(extra="forbid", use_attribute_docstrings=True, title="Scenario")

    format: Version = Field("1", alias="schema")
    name: Text = None
    description: Text = ""
    extends: Text = None
    """Another file or a preset's name; this file wins."""
    clock: Clock
    currency: Currency = "USD"
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
