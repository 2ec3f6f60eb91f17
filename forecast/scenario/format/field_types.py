"""Which sorts of values does the format use, and between which bounds? Names for leaves; knows no block.

Each is `Any` to pydantic, annotated with the leaf that reads it.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated, Any

from forecast.scenario.values import families, units
from forecast.scenario.values.value_types import (
    DATE_SCHEMA,
    AvailabilityType,
    ChoiceType,
    ContagionType,
    DistributionType,
    ImitationType,
    NameType,
    NumberOrNeverType,
    NumberType,
    SchemaOnlyType,
    SeasonalityType,
    TenureType,
)

FIXED_BY_SHAPE = "this is part of the scenario's shape"
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
LONGEST_LABEL = 60
LIST_OF_NAMES = (("type", "array"), ("items", {"type": "string"}))
SIGNED = replace(units.FACTOR, low=-100.0, cap=100.0)
STEEPNESS = replace(units.FACTOR, low=0.1, cap=100.0)
MULTIPLE = replace(units.FACTOR, cap=1000.0)
INTEGER_SEED = replace(units.COUNT, cap=2**63 - 1, name="seed")
STAY = replace(units.DURATION, noun="never, {hazard: RATE, heterogeneity_cv: NUMBER}, or a duration")

Rate = Annotated[Any, NumberType(kind=units.RATE)]
Share = Annotated[Any, NumberType(kind=units.SHARE)]
PositiveShare = Annotated[Any, NumberType(kind=units.SHARE.positive())]
Part = Annotated[Any, NumberType(kind=units.SHARE, uncertain=ADDS_UP)]
Multiple = Annotated[Any, NumberType(kind=MULTIPLE)]
Count = Annotated[Any, NumberType(kind=units.COUNT)]
LoopDuration = Annotated[Any, DistributionType(kind=units.DURATION)]
Stay = Annotated[Any, TenureType(kind=STAY, none="never")]
Flag = Annotated[Any, ChoiceType()]
Money = Annotated[Any, NumberType(kind=units.MONEY)]
MonthlyMoney = Annotated[Any, NumberType(kind=units.MONEY_PER_MONTH)]
Date = Annotated[Any, SchemaOnlyType(FIXED_BY_SHAPE, schema_items=tuple(DATE_SCHEMA.items()))]
Horizon = Annotated[Any, NumberType(FIXED_BY_SHAPE, segments=False, kind=units.MONTHS, uncertain=WHOLE_MONTHS)]
MonthName = Annotated[
    Any, ChoiceType(FIXED_BY_SHAPE, segments=False, words=tuple((m, i + 1) for i, m in enumerate(MONTHS_OF_YEAR)))
]
Replications = Annotated[
    Any,
    NumberType(
        FIXED_BY_SHAPE, segments=False, kind=replace(units.COUNT, low=1, cap=2**32 - 1), uncertain="a certain number"
    ),
]
Seed = Annotated[Any, NumberType(FIXED_BY_SHAPE, segments=False, kind=INTEGER_SEED, uncertain="a certain number")]
Accounts = Annotated[Any, NumberType(FIXED_BY_SHAPE, segments=False, kind=units.COUNT, uncertain="a certain number")]
Users = Annotated[
    Any, DistributionType(TRAIT, segments=False, kind=replace(units.COUNT, above=True), families=families.ANY)
]
FrailtyVariation = Annotated[Any, NumberType(TRAIT, kind=replace(units.FACTOR, cap=10.0))]
Text = Annotated[Any, SchemaOnlyType(FIXED_BY_SHAPE, schema_items=TEXT)]
Label = Annotated[
    Any, SchemaOnlyType(FIXED_BY_SHAPE, schema_items=(*TEXT, ("minLength", 1), ("maxLength", LONGEST_LABEL)))
]
Need = Annotated[Any, NumberType(TRAIT, kind=units.SHARE)]
Stages = Annotated[Any, SchemaOnlyType(FIXED_BY_SHAPE, schema_items=LIST_OF_NAMES)]
Gate = Annotated[Any, ChoiceType(words=GATES)]
ResourceName = Annotated[Any, NameType(none="none")]
Patience = Annotated[Any, DistributionType(kind=units.DURATION, none="none")]
Reason = Annotated[Any, NameType(FIXED_BY_SHAPE, without=("_cents", "_to_date"))]
LogOdds = Annotated[Any, NumberType(kind=SIGNED)]
Term = Annotated[Any, NumberType(kind=units.MONTHS, uncertain=WHOLE_MONTHS)]
BillingPeriod = Annotated[Any, ChoiceType(words=BILLING)]
PaymentTerms = Annotated[Any, NumberType(kind=units.DURATION)]
TrueUp = Annotated[Any, NumberOrNeverType(kind=units.MONTHS, uncertain=WHOLE_MONTHS)]
Elasticity = Annotated[Any, NumberType(kind=replace(units.FACTOR, cap=100.0))]
Uplift = Annotated[Any, NumberType(kind=replace(units.SHARE, low=-1.0, high=10.0))]
Price = Annotated[Any, NumberType(kind=units.PRICE)]
Discount = Annotated[Any, DistributionType(TRAIT, kind=units.SHARE, families=families.ANY)]
HireCount = Annotated[
    Any,
    NumberType(
        FIXED_BY_SHAPE, segments=False, kind=replace(units.COUNT, low=-1e5, cap=1e5), uncertain="a certain number"
    ),
]
Headcount = Annotated[Any, NumberType(segments=False, kind=replace(units.COUNT, cap=1e5))]
Salary = Annotated[Any, NumberType(segments=False, kind=units.MONEY_PER_YEAR)]
OnceMoney = Annotated[Any, NumberType(segments=False, kind=units.MONEY)]
YearlyMoney = Annotated[Any, NumberType(segments=False, kind=units.YEARLY_MONEY)]
DiscountRate = Annotated[Any, NumberType(SETTLED_RATE, segments=False, kind=replace(units.SHARE, high=10.0))]
PathPair = Annotated[
    Any, SchemaOnlyType(FIXED_BY_SHAPE, schema_items=(*LIST_OF_NAMES, ("minItems", 2), ("maxItems", 2)))
]
Rank = Annotated[
    Any,
    NumberType(
        FIXED_BY_SHAPE, segments=False, kind=replace(units.FACTOR, low=-1.0, high=1.0), uncertain="a certain number"
    ),
]
NewValues = Annotated[Any, SchemaOnlyType(FIXED_BY_SHAPE, schema_items=(("type", "object"),))]
Sharpness = Annotated[Any, NumberType(kind=STEEPNESS)]
ImitationRate = Annotated[Any, ImitationType()]
ContagionForm = Annotated[Any, ContagionType()]
MonthFactors = Annotated[Any, SeasonalityType()]
Available = Annotated[Any, AvailabilityType()]
Version = Annotated[Any, ChoiceType(FIXED_BY_SHAPE, segments=False, words=(("1", 1),))]
Currency = Annotated[Any, SchemaOnlyType(FIXED_BY_SHAPE, schema_items=(("type", "string"), ("pattern", "^[A-Z]{3}$")))]
