"""The scenario format: every block of a file with its keys, their units and defaults, and what rules read of them.

This is the one table of parameters.  A key with a type is a column of its block's record, which both engines read by
the same name; a key without one is read elsewhere (a trait, the vendor, the calendar).  Defaults are the texts that a
reader would write.
"""

from __future__ import annotations

from forecast.scenario.format.declarations import (
    Block,
    DistributionNumber,
    GateNumber,
    ReasonNumber,
    ResourceNumber,
    block,
    column,
    key,
    listed,
    named,
)
from forecast.scenario.format.field_types import (
    ACCOUNTS,
    AVAILABLE,
    BILLING_PERIOD,
    CONTAGION_FORM,
    COUNT,
    CURRENCY,
    DATE,
    DISCOUNT,
    DISCOUNT_RATE,
    ELASTICITY,
    FLAG,
    FRAILTY_VARIATION,
    GATE,
    HEADCOUNT,
    HIRE_COUNT,
    HORIZON,
    IMITATION_RATE,
    LABEL,
    LOG_ODDS,
    LOOP_DURATION,
    MONEY,
    MONTH_FACTORS,
    MONTH_NAME,
    MONTHLY_MONEY,
    MULTIPLE,
    NEED,
    NEW_VALUES,
    ONCE_MONEY,
    PART,
    PATH_PAIR,
    PATIENCE,
    PAYMENT_TERMS,
    POSITIVE_SHARE,
    PRICE,
    RANK,
    RATE,
    REASON,
    REPLICATIONS,
    RESOURCE_NAME,
    SALARY,
    SEED,
    SHARE,
    SHARPNESS,
    STAGES,
    STAY,
    TERM,
    TEXT,
    TRUE_UP,
    UPLIFT,
    USERS,
    VERSION,
    YEARLY_MONEY,
)


class ClockBlock(Block):
    """The time that is simulated."""

    start = key(DATE, about="The first day of a month.")
    horizon = key(HORIZON)
    fiscal_year_start = key(MONTH_NAME, "january", about="The month in which customers' fiscal year begins.")


class RunBlock(Block):
    """How much is simulated."""

    replications = key(REPLICATIONS, "1000")
    seed = key(SEED, "1")


class SegmentBlock(Block):
    """A part of the market: how many accounts, and how many eligible users each has."""

    label = key(LABEL, None, about="What the segment is called on screens, in charts, reports and workbooks.")
    accounts = key(ACCOUNTS)
    eligible_users = key(USERS)


class MarketBlock(Block):
    """Who could buy."""

    frailty_cv = key(
        FRAILTY_VARIATION,
        "0",
        about="How much accounts differ in their readiness to adopt: the coefficient of variation of their frailty.",
    )
    accounts_file = key(TEXT, None, about="A CSV file of accounts as they are today.")
    segments = named(SegmentBlock)


class AdoptionRules(Block):
    """How users come to a trial."""

    organic: float = key(RATE, "0")
    imitation = key(IMITATION_RATE, "0")
    imitation_rate: float = column("imitation.rate", "imitation.acceptance")
    contagion = key(CONTAGION_FORM, "simple")
    exponent: float = column("contagion.exponent")
    threshold: float = column("contagion.threshold")
    spillover: float = key(MULTIPLE, "0")
    seasonality = key(MONTH_FACTORS, ["1"] * 12, about="Factors on organic trials by calendar month, January first.")
    win_back: float = key(RATE, "0")


class TrialRules(Block):
    """What a trial lasts and leads to."""

    length: DistributionNumber = key(LOOP_DURATION, "0 days")
    activation: float = key(SHARE, "100%")
    to_paid: float = key(SHARE, "0%")
    keep_free: float = key(SHARE, "100%")


class PlansRules(Block):
    """Moves between plans."""

    upgrade: float = key(RATE, "0")


class ChurnRules(Block):
    """How long users stay on a plan: a duration, a distribution, {hazard, heterogeneity_cv} or never."""

    free: DistributionNumber = key(STAY, "never")
    paid: DistributionNumber = key(STAY, "never")
    seated: DistributionNumber = key(STAY, "never")


class AwarenessRules(Block):
    """When leadership becomes aware of the use in its house."""

    base = key(RATE, "0")
    base_hazard: float = column("base")
    peak: float = key(RATE, "0")
    half_share: float = key(POSITIVE_SHARE, "25%")
    sharpness: float = key(SHARPNESS, "3")
    visibility: float = key(SHARE, "100%")
    min_users: float = key(COUNT, "1")
    sponsor: float = key(SHARE, "100%")
    ban: float = key(SHARE, "0%")


class BanRules(Block):
    """How bans end, and which capabilities make them rarer."""

    lift: float = key(RATE, "0")
    reduced_by = named(SHARE, {})


class OutboundRules(Block):
    """Opportunities that the vendor's sales people open."""

    rate: float = key(RATE, "0")


class IfMissingBlock(Block):
    """What follows when a needed capability is not there; the parts add up to 100%."""

    wait = key(PART, "0%")
    waive = key(PART, "0%")
    lose = key(PART, "0%")


class RequirementRules(Block):
    """A capability that some accounts need."""

    label = key(
        LABEL,
        None,
        about="What the requirement and its capability is called on screens, in charts, reports and workbooks.",
    )
    needed = key(NEED, "0%")
    if_missing = block(IfMissingBlock, {"lose": "100%"})
    waive: float = column("if_missing.waive")
    lose: float = column("if_missing.lose")
    waive_factor: float = key(
        MULTIPLE, "1", about="How many times longer a stage takes for which the requirement was waived."
    )


class StageRules(Block):
    """A stage of procurement."""

    label = key(LABEL, None, about="What the stage is called on screens, in charts, reports and workbooks.")
    after = key(STAGES, [])
    gate: GateNumber = key(GATE, "none")
    requirements: int = key(FLAG, "false")
    resource: ResourceNumber = key(RESOURCE_NAME, "none")
    touch: DistributionNumber = key(LOOP_DURATION, "0 days")
    duration: DistributionNumber = key(LOOP_DURATION, "0 days")
    patience: DistributionNumber = key(PATIENCE, "none")
    loss: float = key(SHARE, "0%")
    reason: ReasonNumber = key(
        REASON, None, about="What a loss here is counted as; the stage's name when it is left out."
    )
    prior_use: int = key(FLAG, "false")


class ProcurementRules(Block):
    """What an opportunity has to pass."""

    prior_use_log_odds: float = key(LOG_ODDS, "0")
    prior_use_full_share: float = key(POSITIVE_SHARE, "25%")
    cool_down: DistributionNumber = key(LOOP_DURATION, "0 days")
    requirements = named(RequirementRules, {})
    stages = named(StageRules, {})


class ContractRules(Block):
    """What is signed."""

    min_seats: int = key(COUNT, "0")
    land_multiple: float = key(MULTIPLE, "1")
    imitation_multiple: float = key(MULTIPLE, "1")
    rollout: float = key(RATE, "0")
    term: int = key(TERM, "12 months")
    billing: int = key(BILLING_PERIOD, "annual")
    payment_terms: float = key(PAYMENT_TERMS, "30 days")
    start_lag: float = key(PAYMENT_TERMS, "0 days")
    true_up: int = key(TRUE_UP, "3 months")
    champion_leaves: float = key(RATE, "0")


class RenewalRules(Block):
    """What happens at a term's end."""

    base = key(SHARE, "100%")
    base_probability: float = column("base")
    champion_left: float = key(SHARE, "100%")
    healthy_use: float = key(POSITIVE_SHARE, "100%")
    elasticity: float = key(ELASTICITY, "0")
    headroom: float = key(MULTIPLE, "1")
    uplift: float = key(UPLIFT, "0%")


class PricingRules(Block):
    """Prices per user or seat and month."""

    paid: int = key(PRICE, "0")
    enterprise: int = key(PRICE, "0")
    discount = key(DISCOUNT, "0%")


class HireBlock(Block):
    """People who join a resource, or leave it (negative)."""

    at = key(DATE)
    add = key(HIRE_COUNT)


class ResourceBlock(Block):
    """People of the vendor."""

    label = key(LABEL, None, about="What the resource is called on screens, in charts, reports and workbooks.")
    count = key(HEADCOUNT)
    cost = key(SALARY, "0")
    hires = listed(HireBlock)


class VendorBlock(Block):
    """What the vendor has."""

    capabilities = named(AVAILABLE, {})
    resources = named(ResourceBlock, {})


class CapabilityCostBlock(Block):
    """What a capability costs once and every year."""

    once = key(ONCE_MONEY, "0")
    yearly = key(YEARLY_MONEY, "0")


class CostsRules(Block):
    """What the vendor pays."""

    paid_user: int = key(MONTHLY_MONEY, "0")
    seated_user: int = key(MONTHLY_MONEY, "0")
    free_user: int = key(MONTHLY_MONEY, "0")
    organic_trial: int = key(MONEY, "0")
    outbound_opportunity: int = key(MONEY, "0")
    capabilities = named(CapabilityCostBlock, {})
    discount_rate = key(DISCOUNT_RATE, "0%")


class CorrelationBlock(Block):
    """Two uncertain parameters that are drawn together."""

    between = key(PATH_PAIR)
    rank = key(RANK)


class TimelineStepBlock(Block):
    """Parameters that change at a date."""

    at = key(DATE)
    set = key(NEW_VALUES)


class ScenarioFile(Block):
    """A scenario of the forecasting simulator."""

    schema = key(VERSION, "1")
    name = key(TEXT, None)
    description = key(TEXT, "")
    extends = key(TEXT, None, about="Another file or a preset's name; this file wins.")
    clock = block(ClockBlock)
    currency = key(CURRENCY, "USD")
    run = block(RunBlock, {})
    market = block(MarketBlock)
    adoption = block(AdoptionRules, {})
    trial = block(TrialRules, {})
    plans = block(PlansRules, {})
    churn = block(ChurnRules, {})
    awareness = block(AwarenessRules, {})
    ban = block(BanRules, {})
    outbound = block(OutboundRules, {})
    procurement = block(ProcurementRules, {})
    contract = block(ContractRules, {})
    renewal = block(RenewalRules, {})
    pricing = block(PricingRules, {})
    vendor = block(VendorBlock, {})
    costs = block(CostsRules, {})
    correlations = listed(CorrelationBlock)
    timeline = listed(TimelineStepBlock)
