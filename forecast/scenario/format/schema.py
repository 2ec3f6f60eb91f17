"""What is the format? Every block of a scenario file with its keys and defaults, as pydantic models; reads no file.

A field that ends a path has its sort from fields.py; its default is the text that a reader would write.
"""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field

from forecast.scenario.format.field_types import (
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
    Headcount,
    HireCount,
    Horizon,
    ImitationRate,
    Label,
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
    PathPair,
    Patience,
    PaymentTerms,
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
    Uplift,
    Users,
    Version,
    YearlyMoney,
)


class FormatBlock(BaseModel):
    """A block of the file: its keys and no others."""

    model_config = ConfigDict(extra="forbid", use_attribute_docstrings=True)


class ClockBlock(FormatBlock):
    """The time that is simulated."""

    start: Date
    """The first day of a month."""
    horizon: Horizon
    fiscal_year_start: MonthName = "january"
    """The month in which customers' fiscal year begins."""


class RunBlock(FormatBlock):
    """How much is simulated."""

    replications: Replications = "1000"
    seed: Seed = "1"


class SegmentBlock(FormatBlock):
    """A part of the market: how many accounts, and how many eligible users each has."""

    label: Label = None
    """What the segment is called on screens, in charts, reports and workbooks."""
    accounts: Accounts
    eligible_users: Users


class MarketBlock(FormatBlock):
    """Who could buy."""

    frailty_cv: FrailtyVariation = "0"
    """How much accounts differ in their readiness to adopt: the coefficient of variation of their frailty."""
    accounts_file: Text = None
    """A CSV file of accounts as they are today."""
    segments: dict[str, SegmentBlock]


class AdoptionBlock(FormatBlock):
    """How users come to a trial."""

    organic: Rate = "0"
    imitation: ImitationRate = "0"
    contagion: ContagionForm = "simple"
    spillover: Multiple = "0"
    seasonality: MonthFactors = ["1"] * 12
    """Factors on organic trials by calendar month, January first."""
    win_back: Rate = "0"


class TrialBlock(FormatBlock):
    """What a trial lasts and leads to."""

    length: LoopDuration = "0 days"
    activation: Share = "100%"
    to_paid: Share = "0%"
    keep_free: Share = "100%"


class PlansBlock(FormatBlock):
    """Moves between plans."""

    upgrade: Rate = "0"


class ChurnBlock(FormatBlock):
    """How long users stay on a plan: a duration, a distribution, {hazard, heterogeneity_cv} or never."""

    free: Stay = "never"
    paid: Stay = "never"
    seated: Stay = "never"


class AwarenessBlock(FormatBlock):
    """When leadership becomes aware of the use in its house."""

    base: Rate = "0"
    peak: Rate = "0"
    half_share: PositiveShare = "25%"
    sharpness: Sharpness = "3"
    visibility: Share = "100%"
    min_users: Count = "1"
    sponsor: Share = "100%"
    ban: Share = "0%"


class BanBlock(FormatBlock):
    """How bans end, and which capabilities make them rarer."""

    lift: Rate = "0"
    reduced_by: dict[str, Share] = {}


class OutboundBlock(FormatBlock):
    """Opportunities that the vendor's sales people open."""

    rate: Rate = "0"


class IfMissingBlock(FormatBlock):
    """What follows when a needed capability is not there; the parts add up to 100%."""

    wait: Part = "0%"
    waive: Part = "0%"
    lose: Part = "0%"


class RequirementBlock(FormatBlock):
    """A capability that some accounts need."""

    label: Label = None
    """What the requirement and its capability is called on screens, in charts, reports and workbooks."""
    needed: Need = "0%"
    if_missing: IfMissingBlock = Field(default_factory=lambda: IfMissingBlock(lose="100%"))
    waive_factor: Multiple = "1"
    """How many times longer a stage takes for which the requirement was waived."""


class StageBlock(FormatBlock):
    """A stage of procurement."""

    label: Label = None
    """What the stage is called on screens, in charts, reports and workbooks."""
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


class ProcurementBlock(FormatBlock):
    """What an opportunity has to pass."""

    prior_use_log_odds: LogOdds = "0"
    prior_use_full_share: PositiveShare = "25%"
    cool_down: LoopDuration = "0 days"
    requirements: dict[str, RequirementBlock] = {}
    stages: dict[str, StageBlock] = {}


class ContractBlock(FormatBlock):
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


class RenewalBlock(FormatBlock):
    """What happens at a term's end."""

    base: Share = "100%"
    champion_left: Share = "100%"
    healthy_use: PositiveShare = "100%"
    elasticity: Elasticity = "0"
    headroom: Multiple = "1"
    uplift: Uplift = "0%"


class PricingBlock(FormatBlock):
    """Prices per user or seat and month."""

    paid: Price = "0"
    enterprise: Price = "0"
    discount: Discount = "0%"


class HireBlock(FormatBlock):
    """People who join a resource, or leave it (negative)."""

    at: Date
    add: HireCount


class ResourceBlock(FormatBlock):
    """People of the vendor."""

    label: Label = None
    """What the resource is called on screens, in charts, reports and workbooks."""
    count: Headcount
    cost: Salary = "0"
    hires: list[HireBlock] = []


class VendorBlock(FormatBlock):
    """What the vendor has."""

    capabilities: dict[str, Available] = {}
    resources: dict[str, ResourceBlock] = {}


class CapabilityCostBlock(FormatBlock):
    """What a capability costs once and every year."""

    once: OnceMoney = "0"
    yearly: YearlyMoney = "0"


class CostsBlock(FormatBlock):
    """What the vendor pays."""

    paid_user: MonthlyMoney = "0"
    seated_user: MonthlyMoney = "0"
    free_user: MonthlyMoney = "0"
    organic_trial: Money = "0"
    outbound_opportunity: Money = "0"
    capabilities: dict[str, CapabilityCostBlock] = {}
    discount_rate: DiscountRate = "0%"


class CorrelationBlock(FormatBlock):
    """Two uncertain parameters that are drawn together."""

    between: PathPair
    rank: Rank


class TimelineStepBlock(FormatBlock):
    """Parameters that change at a date."""

    at: Date
    set: NewValues


class ScenarioFile(FormatBlock):
    """A scenario of the forecasting simulator."""

    model_config = ConfigDict(extra="forbid", use_attribute_docstrings=True, title="Scenario")

    format: Version = Field("1", alias="schema")
    name: Text = None
    description: Text = ""
    extends: Text = None
    """Another file or a preset's name; this file wins."""
    clock: ClockBlock
    currency: Currency = "USD"
    run: RunBlock = RunBlock()
    market: MarketBlock
    adoption: AdoptionBlock = AdoptionBlock()
    trial: TrialBlock = TrialBlock()
    plans: PlansBlock = PlansBlock()
    churn: ChurnBlock = ChurnBlock()
    awareness: AwarenessBlock = AwarenessBlock()
    ban: BanBlock = BanBlock()
    outbound: OutboundBlock = OutboundBlock()
    procurement: ProcurementBlock = ProcurementBlock()
    contract: ContractBlock = ContractBlock()
    renewal: RenewalBlock = RenewalBlock()
    pricing: PricingBlock = PricingBlock()
    vendor: VendorBlock = VendorBlock()
    costs: CostsBlock = CostsBlock()
    correlations: list[CorrelationBlock] = []
    timeline: list[TimelineStepBlock] = []
