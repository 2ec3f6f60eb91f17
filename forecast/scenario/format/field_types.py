"""The sorts of values that the format uses, and the bounds between which they lie. Knows no block."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from forecast.foreign.cells import DATE_FORMATS
from forecast.months import MONTH_NAMES
from forecast.scenario.text.location import NAME
from forecast.scenario.values import families, units
from forecast.scenario.values.json_schema import by_segment_schema
from forecast.scenario.values.tiers_type import TiersType
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
_SHORT_MONTHS = tuple((month[:3], month) for month in MONTH_NAMES)
_GATES = tuple((gate, gate) for gate in ("none", "month", "fiscal_quarter", "fiscal_year"))
_BILLING = (("annual", 12), ("quarterly", 3), ("monthly", 1))
_SAME_TRUE_UP = (
    *(("monthly", "1 month"), ("quarterly", "3 months"), ("annual", "12 months"), ("annually", "12 months")),
    *(("yearly", "12 months"), ("none", "never"), ("off", "never"), ("no", "never")),
)
_SAME_BILLING = (
    ("yearly", "annual"),
    ("annually", "annual"),
    ("year", "annual"),
    ("quarter", "quarterly"),
    ("month", "monthly"),
)
_TEXT = (("type", "string"),)
LONGEST_LABEL = 60
LONGEST_EXPLANATION = 500
_EXPLANATION: dict[str, Any] = {"type": "string", "minLength": 1, "maxLength": LONGEST_EXPLANATION}
_LIST_OF_NAMES = (("type", "array"), ("items", {"type": "string"}))
_SIGNED = replace(units.FACTOR, low=-100.0, cap=100.0)
_STEEPNESS = replace(units.FACTOR, low=0.1, cap=100.0)
_MULTIPLE = replace(units.FACTOR, cap=1000.0)
_INTEGER_SEED = replace(units.COUNT, cap=2**63 - 1, name="seed")
_STAY = replace(
    units.DURATION,
    also="never, a rate, {hazard: RATE, heterogeneity_cv: NUMBER}, or ",
    words=("never",),
    same=(("none", "never"), ("no", "never")),
    example="14 days` or `5% per month",
)
_PATIENCE = replace(
    units.DURATION,
    also="none, a rate, or ",
    words=("none",),
    same=(("never", "none"), ("no", "none")),
    example="14 days` or `5% per month",
)
_TEAM_SIZE = replace(
    units.COUNT,
    above=True,
    also="none, or ",
    words=("none",),
    same=(("never", "none"), ("no", "none")),
)
_TRUE_UP = replace(units.MONTHS, also="`never`, or ", words=("never",), same=_SAME_TRUE_UP)

RATE = NumberType(kind=units.RATE)
SHARE = NumberType(kind=units.SHARE)
POSITIVE_SHARE = NumberType(kind=units.SHARE.positive())
PART = NumberType(kind=units.SHARE, uncertain=ADDS_UP)
MULTIPLE = NumberType(kind=_MULTIPLE)
COUNT = NumberType(kind=units.COUNT)
TEAM_MEMBERS = NumberType(kind=replace(units.COUNT, low=1))
LOOP_DURATION = DistributionType(kind=units.DURATION)
STAY = TenureType(kind=_STAY)
FLAG = ChoiceType()
MONEY = NumberType(kind=units.MONEY)
MONTHLY_MONEY = NumberType(kind=units.MONEY_PER_MONTH)
DATE = SchemaOnlyType(FIXED_BY_SHAPE, schema_items=tuple(DATE_SCHEMA.items()))
DATE_ORDER = SchemaOnlyType(FIXED_BY_SHAPE, schema_items=(("enum", list(DATE_FORMATS)),))
START_DATE = SchemaOnlyType(FIXED_BY_SHAPE, schema_items=(*_TEXT, ("pattern", r"^\d{4}-\d{2}-\d{2}$")))
FX_RATE = SchemaOnlyType(
    FIXED_BY_SHAPE,
    schema_items=(*_TEXT, ("pattern", rf"^{units.PLAIN}\s*{units.CURRENCY}\s+per\s+{units.CURRENCY}$")),
)
HORIZON = NumberType(FIXED_BY_SHAPE, segments=False, kind=units.MONTHS, uncertain=WHOLE_MONTHS)
MONTH_NAME = ChoiceType(
    FIXED_BY_SHAPE, segments=False, words=tuple((m, i + 1) for i, m in enumerate(MONTH_NAMES)), same=_SHORT_MONTHS
)
REPLICATIONS = NumberType(
    FIXED_BY_SHAPE, segments=False, kind=replace(units.COUNT, low=1, cap=2**32 - 1), uncertain="a certain number"
)
SEED = NumberType(FIXED_BY_SHAPE, segments=False, kind=_INTEGER_SEED, uncertain="a certain number")
ACCOUNTS = NumberType(FIXED_BY_SHAPE, segments=False, kind=units.COUNT, uncertain="a certain number")
USERS = DistributionType(
    TRAIT, segments=False, kind=replace(units.COUNT, above=True), allowed_families=families.ANY_FAMILY
)
TEAM_SIZE = DistributionType(TRAIT, segments=False, kind=_TEAM_SIZE)  # drawn one by one, in the loop
FACTOR_SD = NumberType(SETTLED_RATE, segments=False, kind=replace(units.SHARE, high=10.0))
PERSISTENCE = NumberType(SETTLED_RATE, segments=False, kind=replace(units.FACTOR, high=1.0, example="0.8"))
LEVEL_NOW = NumberType(SETTLED_RATE, segments=False, kind=_MULTIPLE.positive())
ENTRY = DistributionType(TRAIT, segments=False, kind=units.DURATION, allowed_families=families.ANY_FAMILY)
FRAILTY_VARIATION = NumberType(TRAIT, kind=replace(units.FACTOR, cap=10.0))
TEXT = SchemaOnlyType(FIXED_BY_SHAPE, schema_items=_TEXT)
SEGMENT_NAME = SchemaOnlyType(FIXED_BY_SHAPE, schema_items=(*_TEXT, ("pattern", f"^{NAME}$")))
LABEL = SchemaOnlyType(FIXED_BY_SHAPE, schema_items=(*_TEXT, ("minLength", 1), ("maxLength", LONGEST_LABEL)))
EXPLANATION = SchemaOnlyType(FIXED_BY_SHAPE, schema_items=tuple(_EXPLANATION.items()))
EXPLANATION_BY_SEGMENT = SchemaOnlyType(FIXED_BY_SHAPE, schema_items=tuple(by_segment_schema(_EXPLANATION).items()))
NEED = NumberType(TRAIT, kind=units.SHARE)
STAGES = SchemaOnlyType(FIXED_BY_SHAPE, schema_items=_LIST_OF_NAMES)
GATE = ChoiceType(words=_GATES)
RESOURCE_NAME = NameType(none="none")
PATIENCE = DistributionType(kind=_PATIENCE)
REASON = NameType(FIXED_BY_SHAPE, without=("_cents", "_to_date"))
LOG_ODDS = NumberType(kind=_SIGNED)
TERM = NumberType(kind=units.MONTHS, uncertain=WHOLE_MONTHS)
BILLING_PERIOD = ChoiceType(words=_BILLING, same=_SAME_BILLING)
PAYMENT_TERMS = NumberType(kind=units.DURATION)
TRUE_UP = NumberOrNeverType(kind=_TRUE_UP, uncertain=WHOLE_MONTHS)
ELASTICITY = NumberType(kind=replace(units.FACTOR, cap=100.0))
UPLIFT = NumberType(kind=replace(units.SHARE, low=-1.0, high=10.0))
PRICE = NumberType(kind=units.PRICE)
PRICE_ELASTICITY = NumberType(kind=replace(units.FACTOR, cap=10.0))
UNIT_PRICE = NumberType(kind=units.UNIT_PRICE)
UNITS = NumberType(kind=replace(units.FACTOR, cap=1e9))
INTENSITY_VARIATION = NumberType(TRAIT, kind=replace(units.FACTOR, cap=10.0))
GROWTH = NumberType(kind=units.GROWTH)
TIERS = TiersType()
DISCOUNT = DistributionType(TRAIT, kind=units.SHARE, allowed_families=families.ANY_FAMILY)
HIRE_COUNT = NumberType(
    FIXED_BY_SHAPE, segments=False, kind=replace(units.COUNT, low=-1e5, cap=1e5), uncertain="a certain number"
)
RAMP = NumberType(FIXED_BY_SHAPE, segments=False, kind=units.DURATION, uncertain="a certain duration")
RAMP_TOUCH = NumberType(SETTLED_RATE, segments=False, kind=replace(units.SHARE, low=1.0, high=100.0, example="200%"))
HEADCOUNT = NumberType(segments=False, kind=replace(units.COUNT, cap=1e5))
SALARY = NumberType(segments=False, kind=units.MONEY_PER_YEAR)
ONCE_MONEY = NumberType(segments=False, kind=units.MONEY)
YEARLY_MONEY = NumberType(segments=False, kind=units.YEARLY_MONEY)
DISCOUNT_RATE = NumberType(SETTLED_RATE, segments=False, kind=replace(units.SHARE, high=10.0))
PATH_PAIR = SchemaOnlyType(FIXED_BY_SHAPE, schema_items=(*_LIST_OF_NAMES, ("minItems", 2), ("maxItems", 2)))
RANK = NumberType(
    FIXED_BY_SHAPE, segments=False, kind=replace(units.FACTOR, low=-1.0, high=1.0), uncertain="a certain number"
)
NEW_VALUES = SchemaOnlyType(FIXED_BY_SHAPE, schema_items=(("type", "object"),))
EVENT_NAME = SchemaOnlyType(FIXED_BY_SHAPE, schema_items=(*_TEXT, ("pattern", f"^{NAME}$")))
EVENT_COST = NumberType(FIXED_BY_SHAPE, segments=False, kind=units.MONEY)
SPAN = SchemaOnlyType(
    FIXED_BY_SHAPE, schema_items=(*_TEXT, ("pattern", rf"^{units.PLAIN}\s*(?:day|week|month|year)s?$"))
)
SHARPNESS = NumberType(kind=_STEEPNESS)
IMITATION_RATE = ImitationType()
CONTAGION_FORM = ContagionType()
MONTH_FACTORS = SeasonalityType()
POSITIVE_MONTH_FACTORS = SeasonalityType(kind=units.FACTOR.positive())
AVAILABLE = AvailabilityType()
VERSION = ChoiceType(FIXED_BY_SHAPE, segments=False, words=(("1", 1),))
CURRENCY = SchemaOnlyType(FIXED_BY_SHAPE, schema_items=(("type", "string"), ("pattern", "^[A-Z]{3}$")))
