"""Which sorts of values does the format use, and between which bounds? Names for leaves; knows no block.

Each is `Any` to pydantic, annotated with the leaf that reads it.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated, Any

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
Horizon = Annotated[Any, Number(SHAPE, segments=False, kind=units.MONTHS, uncertain=WHOLE_MONTHS)]
MonthName = Annotated[Any, Choice(SHAPE, segments=False, words=tuple((m, i + 1) for i, m in enumerate(MONTHS_OF_YEAR)))]
Replications = Annotated[
    Any,
    Number(SHAPE, segments=False, kind=replace(units.COUNT, low=1, cap=2**32 - 1), uncertain="a certain number"),
]
Seed = Annotated[Any, Number(SHAPE, segments=False, kind=INTEGER_SEED, uncertain="a certain number")]
Accounts = Annotated[Any, Number(SHAPE, segments=False, kind=units.COUNT, uncertain="a certain number")]
Users = Annotated[Any, Quantity(TRAIT, segments=False, kind=replace(units.COUNT, above=True), families=families.ANY)]
FrailtyVariation = Annotated[Any, Number(TRAIT, kind=replace(units.FACTOR, cap=10.0))]
Text = Annotated[Any, Written(SHAPE, described=TEXT)]
Need = Annotated[Any, Number(TRAIT, kind=units.SHARE)]
Stages = Annotated[Any, Written(SHAPE, described=LIST_OF_NAMES)]
Gate = Annotated[Any, Choice(words=GATES)]
ResourceName = Annotated[Any, Name(none="none")]
Patience = Annotated[Any, Quantity(kind=units.DURATION, none="none")]
Reason = Annotated[Any, Name(SHAPE, without=("_cents", "_to_date"))]
LogOdds = Annotated[Any, Number(kind=SIGNED)]
Term = Annotated[Any, Number(kind=units.MONTHS, uncertain=WHOLE_MONTHS)]
BillingPeriod = Annotated[Any, Choice(words=BILLING)]
PaymentTerms = Annotated[Any, Number(kind=units.DURATION)]
TrueUp = Annotated[Any, Never(kind=units.MONTHS, uncertain=WHOLE_MONTHS)]
Elasticity = Annotated[Any, Number(kind=replace(units.FACTOR, cap=100.0))]
Uplift = Annotated[Any, Number(kind=replace(units.SHARE, low=-1.0, high=10.0))]
Price = Annotated[Any, Number(kind=units.PRICE)]
Discount = Annotated[Any, Quantity(TRAIT, kind=units.SHARE, families=families.ANY)]
Joining = Annotated[
    Any, Number(SHAPE, segments=False, kind=replace(units.COUNT, low=-1e5, cap=1e5), uncertain="a certain number")
]
People = Annotated[Any, Number(segments=False, kind=replace(units.COUNT, cap=1e5))]
Salary = Annotated[Any, Number(segments=False, kind=units.MONEY_PER_YEAR)]
OnceMoney = Annotated[Any, Number(segments=False, kind=units.MONEY)]
YearlyMoney = Annotated[Any, Number(segments=False, kind=units.YEARLY_MONEY)]
DiscountRate = Annotated[Any, Number(SETTLED_RATE, segments=False, kind=replace(units.SHARE, high=10.0))]
TwoPaths = Annotated[Any, Written(SHAPE, described=(*LIST_OF_NAMES, ("minItems", 2), ("maxItems", 2)))]
Rank = Annotated[
    Any, Number(SHAPE, segments=False, kind=replace(units.FACTOR, low=-1.0, high=1.0), uncertain="a certain number")
]
NewValues = Annotated[Any, Written(SHAPE, described=(("type", "object"),))]
Sharpness = Annotated[Any, Number(kind=STEEPNESS)]
ImitationRate = Annotated[Any, Imitation()]
ContagionForm = Annotated[Any, Contagion()]
MonthFactors = Annotated[Any, Seasonality()]
Available = Annotated[Any, Availability()]
Version = Annotated[Any, Choice(SHAPE, segments=False, words=(("1", 1),))]
Currency = Annotated[Any, Written(SHAPE, described=(("type", "string"), ("pattern", "^[A-Z]{3}$")))]
