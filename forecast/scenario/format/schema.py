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
    block_list,
    column,
    named,
    value,
)
from forecast.scenario.format.document_blocks import (
    ClockBlock,
    CorrelationBlock,
    DrawsBlock,
    EventBlock,
    PlausibilityBlock,
    RunBlock,
    TimelineStepBlock,
)
from forecast.scenario.format.field_types import (
    ACCOUNTS,
    AVAILABLE,
    BILLING_PERIOD,
    CONTAGION_FORM,
    COUNT,
    CURRENCY,
    DATE,
    DATE_ORDER,
    DISCOUNT,
    DISCOUNT_RATE,
    ELASTICITY,
    ENTRY,
    FACTOR_SD,
    FLAG,
    FRAILTY_VARIATION,
    FX_RATE,
    GATE,
    GROWTH,
    HEADCOUNT,
    HIRE_COUNT,
    IMITATION_RATE,
    INTENSITY_VARIATION,
    LABEL,
    LEVEL_NOW,
    LOG_ODDS,
    LOOP_DURATION,
    MONEY,
    MONTH_FACTORS,
    MONTHLY_MONEY,
    MULTIPLE,
    NEED,
    ONCE_MONEY,
    PART,
    PATIENCE,
    PAYMENT_TERMS,
    PERSISTENCE,
    POSITIVE_MONTH_FACTORS,
    POSITIVE_SHARE,
    PRICE,
    PRICE_ELASTICITY,
    RAMP,
    RAMP_TOUCH,
    RATE,
    REASON,
    RESOURCE_NAME,
    SALARY,
    SEGMENT_NAME,
    SHARE,
    SHARPNESS,
    STAGES,
    STAY,
    TEAM_MEMBERS,
    TEAM_SIZE,
    TERM,
    TEXT,
    TIERS,
    TRUE_UP,
    UNIT_PRICE,
    UNITS,
    UPLIFT,
    USERS,
    VERSION,
    YEARLY_MONEY,
)


class SegmentBlock(Block):
    """A part of the market: how many accounts, and how many eligible users each has."""

    like = value(SEGMENT_NAME, None, about="A segment that this one is like in everything that is not said of it.")
    label = value(LABEL, None, about="What the segment is called on screens, in charts, reports and workbooks.")
    accounts = value(ACCOUNTS)
    eligible_users = value(USERS)
    enters = value(ENTRY, "0 days", about="How long after the start an account comes into the market.")
    team_size = value(
        TEAM_SIZE, "none", about="How many people work together in a team; without it, an account is one team."
    )


class LevelBlock(Block):
    """Months that are good or bad for all accounts together: a factor on organic trials and word of mouth."""

    sd = value(FACTOR_SD, "0", about="The standard deviation of the change of its logarithm, per month.")
    persistence = value(PERSISTENCE, "1", about="What is left of it a month later: 1 is a random walk.")
    now = value(LEVEL_NOW, "1", about="Today's level.")


class MarketBlock(Block):
    """Who could buy."""

    frailty_cv = value(
        FRAILTY_VARIATION,
        "0",
        about="How much accounts differ in their readiness to adopt: the coefficient of variation of their frailty.",
    )
    accounts_file = value(TEXT, None, about="A CSV file or Excel workbook of accounts as they are today.")
    date_format = value(DATE_ORDER, None, about="How the accounts file writes dates, where not as 2026-10-01.")
    level = block(LevelBlock, {})
    segments = named(SegmentBlock, dropped_by="none")


class AdoptionRules(Block):
    """How users come to a trial."""

    organic: float = value(RATE, "0")
    imitation = value(IMITATION_RATE, "0")
    imitation_rate: float = column("imitation.rate", "imitation.acceptance")
    across_teams: float = value(
        SHARE, "100%", about="How much of word of mouth reaches everybody in the account; the rest stays in the team."
    )
    contagion = value(CONTAGION_FORM, "simple")
    exponent: float = column("contagion.exponent")
    threshold: float = column("contagion.threshold")
    spillover: float = value(MULTIPLE, "0")
    seasonality = value(MONTH_FACTORS, ["1"] * 12, about="Factors on organic trials by calendar month, January first.")
    win_back: float = value(RATE, "0")


class TrialRules(Block):
    """What a trial lasts and leads to."""

    length: DistributionNumber = value(LOOP_DURATION, "0 days")
    activation: float = value(SHARE, "100%")
    to_paid: float = value(SHARE, "0%")
    keep_free: float = value(SHARE, "100%")


class TeamPlanBlock(Block):
    """A plan for a whole team, by card, monthly."""

    rate = value(RATE, "0", about="How soon a team takes one, once enough of its people use the product.")
    min_users = value(TEAM_MEMBERS, "3", about="Active users in a team with which it may take a plan, and keeps it.")
    price = value(PRICE, "0", about="Per user and month.")


class PlansRules(Block):
    """Moves between plans."""

    upgrade: float = value(RATE, "0")
    team = block(TeamPlanBlock, {})
    team_rate: float = column("team.rate")
    team_min_users: int = column("team.min_users")
    team_price: int = column("team.price")


class ChurnRules(Block):
    """How long users stay on a plan: a duration, a distribution, {hazard, heterogeneity_cv} or never."""

    free: DistributionNumber = value(STAY, "never")
    paid: DistributionNumber = value(STAY, "never")
    seated: DistributionNumber = value(STAY, "never")
    team: DistributionNumber = value(STAY, "never")


class AwarenessRules(Block):
    """When leadership becomes aware of the use in its house."""

    base = value(RATE, "0")
    base_hazard: float = column("base")
    peak: float = value(RATE, "0")
    half_share: float = value(POSITIVE_SHARE, "25%")
    sharpness: float = value(SHARPNESS, "3")
    visibility: float = value(SHARE, "100%")
    min_users: float = value(COUNT, "1")
    sponsor: float = value(SHARE, "100%")
    ban: float = value(SHARE, "0%")
    team_bills: float = value(RATE, "0", about="For each paying team: somebody in finance sees the card.")


class BanRules(Block):
    """How bans end, and which capabilities make them rarer."""

    lift: float = value(RATE, "0")
    reduced_by = named(SHARE, {})


class OutboundRules(Block):
    """Opportunities that the vendor's sales people open."""

    rate: float = value(RATE, "0")


class IfMissingBlock(Block):
    """What follows when a needed capability is not there; the parts add up to 100%."""

    wait = value(PART, "0%")
    waive = value(PART, "0%")
    lose = value(PART, "0%")


class RequirementRules(Block):
    """A capability that some accounts need."""

    label = value(
        LABEL,
        None,
        about="What the requirement and its capability is called on screens, in charts, reports and workbooks.",
    )
    needed = value(NEED, "0%")
    if_missing = block(IfMissingBlock, {"lose": "100%"})
    waive: float = column("if_missing.waive")
    lose: float = column("if_missing.lose")
    waive_factor: float = value(
        MULTIPLE, "1", about="How many times longer a stage takes for which the requirement was waived."
    )


class StageRules(Block):
    """A stage of procurement."""

    label = value(LABEL, None, about="What the stage is called on screens, in charts, reports and workbooks.")
    after = value(STAGES, [])
    gate: GateNumber = value(GATE, "none")
    requirements: int = value(FLAG, "false")
    resource: ResourceNumber = value(RESOURCE_NAME, "none")
    touch: DistributionNumber = value(LOOP_DURATION, "0 days")
    duration: DistributionNumber = value(LOOP_DURATION, "0 days")
    patience: DistributionNumber = value(PATIENCE, "none")
    loss: float = value(SHARE, "0%")
    reason: ReasonNumber = value(
        REASON, None, about="What a loss here is counted as; the stage's name when it is left out."
    )
    prior_use: int = value(FLAG, "false")
    price_sensitive: int = value(FLAG, "false")


class PaceBlock(Block):
    """Months in which all customers take longer, or less long, over their stages: a factor on `duration`, mean 1."""

    sd = value(FACTOR_SD, "0", about="The standard deviation of the change of its logarithm, per month.")
    persistence = value(PERSISTENCE, "1", about="What is left of it a month later: 1 is a random walk.")


class ProcurementRules(Block):
    """What an opportunity has to pass."""

    prior_use_log_odds: float = value(LOG_ODDS, "0")
    prior_use_full_share: float = value(POSITIVE_SHARE, "25%")
    cool_down: DistributionNumber = value(LOOP_DURATION, "0 days")
    pace = block(PaceBlock, {})
    seasonality = value(
        POSITIVE_MONTH_FACTORS, ["1"] * 12, about="How fast customers move by calendar month, January first."
    )
    requirements = named(RequirementRules, {})
    stages = named(StageRules, {})


class ContractRules(Block):
    """What is signed."""

    min_seats: int = value(COUNT, "0")
    land_multiple: float = value(MULTIPLE, "1")
    imitation_multiple: float = value(MULTIPLE, "1")
    rollout: float = value(RATE, "0")
    term: int = value(TERM, "12 months")
    billing: int = value(BILLING_PERIOD, "annual")
    payment_terms: float = value(PAYMENT_TERMS, "30 days")
    start_lag: float = value(PAYMENT_TERMS, "0 days")
    true_up: int = value(TRUE_UP, "3 months")
    champion_leaves: float = value(RATE, "0")


class RenewalRules(Block):
    """What happens at a term's end."""

    base = value(SHARE, "100%")
    base_probability: float = column("base")
    champion_left: float = value(SHARE, "100%")
    healthy_use: float = value(POSITIVE_SHARE, "100%")
    elasticity: float = value(ELASTICITY, "0")
    headroom: float = value(MULTIPLE, "1")
    uplift: float = value(UPLIFT, "0%")
    seasonality = value(
        POSITIVE_MONTH_FACTORS, ["1"] * 12, about="Factors on the odds of renewal by calendar month, January first."
    )


class PaidResponseBlock(Block):
    """What `pricing.paid` does to the odds of paying after a trial, and to the rate of upgrades."""

    reference = value(PRICE, "0", about="The price at which the shares and rates of the file hold.")
    elasticity = value(PRICE_ELASTICITY, "0", about="By what share demand falls for a share that the price rises.")


class TeamResponseBlock(Block):
    """What `plans.team.price` does to the rate at which teams take a plan."""

    reference = value(PRICE, "0", about="The price at which the rate of the file holds.")
    elasticity = value(PRICE_ELASTICITY, "0", about="By what share the rate falls for a share that the price rises.")


class EnterpriseResponseBlock(Block):
    """What an account's price of a seat does to the odds of passing stages that look at it, and of renewal."""

    reference = value(PRICE, "0", about="The price at which the losses and renewals of the file hold.")
    elasticity = value(PRICE_ELASTICITY, "0", about="By what share odds fall for a share that the price rises.")


class ResponseBlock(Block):
    """How demand follows prices; a plan that is not named does not follow, and its price moves money only."""

    paid = block(PaidResponseBlock, {})
    team = block(TeamResponseBlock, {})
    enterprise = block(EnterpriseResponseBlock, {})


class IncludedBlock(Block):
    """Units per user and month that a plan includes, pooled over the account's users of the plan."""

    free = value(UNITS, "0", about="What free users may use; more is refused.")
    paid = value(UNITS, "0")
    team = value(UNITS, "0")
    seated = value(UNITS, "0")


class UsagePricingBlock(Block):
    """What use beyond the included units costs."""

    price = value(UNIT_PRICE, "0")
    included = block(IncludedBlock, {})


class PricingRules(Block):
    """Prices per user or seat and month, and per unit used."""

    paid: int = value(PRICE, "0")
    enterprise: int = value(PRICE, "0")
    discount = value(DISCOUNT, "0%")
    response = block(ResponseBlock, {})
    paid_reference: float = column("response.paid.reference")
    paid_elasticity: float = column("response.paid.elasticity")
    team_reference: float = column("response.team.reference")
    team_elasticity: float = column("response.team.elasticity")
    enterprise_reference: float = column("response.enterprise.reference")
    enterprise_elasticity: float = column("response.enterprise.elasticity")
    usage = block(UsagePricingBlock, {})
    usage_price: float = column("usage.price")
    usage_included_free: float = column("usage.included.free")
    usage_included_paid: float = column("usage.included.paid")
    usage_included_team: float = column("usage.included.team")
    usage_included_seated: float = column("usage.included.seated")
    tiers = value(TIERS, [], about="Discounts from so many seats on, on top of the account's own.")


class HireBlock(Block):
    """People who join a resource, or leave it (negative)."""

    at = value(DATE)
    add = value(HIRE_COUNT)
    ramp = value(RAMP, "0 days", about="How long they take to work as fast as others.")


class ResourceBlock(Block):
    """People of the vendor."""

    label = value(LABEL, None, about="What the resource is called on screens, in charts, reports and workbooks.")
    count = value(HEADCOUNT)
    cost = value(SALARY, "0")
    hires = block_list(HireBlock)
    ramp_touch = value(RAMP_TOUCH, "200%", about="How long work takes somebody who has just joined with a ramp.")


class VendorBlock(Block):
    """What the vendor has."""

    capabilities = named(AVAILABLE, {})
    resources = named(ResourceBlock, {})


class CapabilityCostBlock(Block):
    """What a capability costs once and every year."""

    once = value(ONCE_MONEY, "0")
    yearly = value(YEARLY_MONEY, "0")


class CostsRules(Block):
    """What the vendor pays."""

    paid_user: int = value(MONTHLY_MONEY, "0")
    seated_user: int = value(MONTHLY_MONEY, "0")
    team_user: int = value(MONTHLY_MONEY, "0")
    free_user: int = value(MONTHLY_MONEY, "0")
    organic_trial: int = value(MONEY, "0")
    outbound_opportunity: int = value(MONEY, "0")
    usage: float = value(UNIT_PRICE, "0", about="What a unit of use costs.")
    capabilities = named(CapabilityCostBlock, {})
    discount_rate = value(DISCOUNT_RATE, "0%")


class UnitsBlock(Block):
    """Units that a user of each plan uses a month, at the start."""

    free = value(UNITS, "0")
    paid = value(UNITS, "0")
    team = value(UNITS, "0")
    seated = value(UNITS, "0")


class UsageRules(Block):
    """How much of the product is used; what that costs the customer stands in `pricing.usage`."""

    units = block(UnitsBlock, {})
    units_free: float = column("units.free")
    units_paid: float = column("units.paid")
    units_team: float = column("units.team")
    units_seated: float = column("units.seated")
    intensity_cv = value(
        INTENSITY_VARIATION,
        "0",
        about="How much accounts differ in use per user: the coefficient of variation of their intensity.",
    )
    growth: float = value(GROWTH, "0", about="By how much a user's use grows from month to month.")


class ScenarioFile(Block):
    """A scenario of the forecasting simulator."""

    schema = value(VERSION, "1")
    name = value(TEXT, None)
    description = value(TEXT, "")
    extends = value(TEXT, None, about="Another file or a preset's name; this file wins.")
    clock = block(ClockBlock)
    currency = value(CURRENCY, "USD")
    fx = value(FX_RATE, None, about="What the currency of the file that is extended is worth: `0.9 EUR per USD`.")
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
    usage = block(UsageRules, {})
    draws = block(DrawsBlock, None)
    correlations = block_list(CorrelationBlock)
    timeline = block_list(TimelineStepBlock, dated=True)
    events = block_list(EventBlock, dated=True)
    plausibility = block(PlausibilityBlock, None)
