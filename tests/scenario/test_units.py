"""Does a written value mean what it says? By hand arithmetic: 30.4375 days are a month, 365.25 a year."""

from __future__ import annotations

import math

import pytest

from forecast.scenario.values import units
from forecast.scenario.values.units import UnreadableError, ValueKind

READ = [
    (units.DURATION, "14 days", 14.0),
    (units.DURATION, "1 day", 1.0),
    (units.DURATION, "0.5 days", 0.5),
    (units.DURATION, "2 weeks", 14.0),
    (units.DURATION, "3 months", 91.3125),
    (units.DURATION, "1 year", 365.25),
    (units.DURATION, "0", 0.0),
    (units.RATE, "0.45 per month", 0.45 / 30.4375),
    (units.RATE, "0.1 per day", 0.1),
    (units.RATE, "7 per week", 1.0),
    (units.RATE, "365.25 per year", 1.0),
    (units.RATE, "6% per month", 0.06187540371808753 / 30.4375),  # -ln(0.94)
    (units.RATE, "50 % per week", math.log(2.0) / 7.0),
    (units.RATE, "0% per month", 0.0),
    (units.RATE, "0", 0.0),
    (units.SHARE, "55%", 0.55),
    (units.SHARE, "12.5 %", 0.125),
    (units.SHARE, "0", 0.0),
    (units.FACTOR, "1.5", 1.5),
    (units.FACTOR, "1e-3", 0.001),
    (units.COUNT, "12", 12),
    (units.MONTHS, "36 months", 36),
    (units.MONTHS, "1.5 years", 18),
    (units.MONTHS, "1 month", 1),
    (units.MONEY, "20 USD", 2000),
    (units.MONEY, "20.05 USD", 2005),
    (units.MONEY, "1e3 USD", 100000),
    (units.MONEY, "0", 0),
    (units.PRICE, "39 USD per month", 3900),
    (units.MONEY_PER_MONTH, "1.5 USD per month", 150),
    (units.MONEY_PER_YEAR, "300000 USD per year", 30_000_000),
    (units.YEARLY_MONEY, "30000 USD", 3_000_000),
    (units.UNIT_PRICE, "0.02 USD", 2.0),
    (units.UNIT_PRICE, "0.006 USD per unit", 0.6),
    (units.UNIT_PRICE, "0.0000015 USD", 0.00015),
    (units.UNIT_PRICE, "1.25 USD", 125.0),
    (units.UNIT_PRICE, "1.1250 USD", 112.5),
    (units.UNIT_PRICE, "0", 0.0),
    (units.GROWTH, "1% per month", 0.01),
    (units.GROWTH, "-2.5%", -0.025),
    (units.GROWTH, "0", 0.0),
]

REFUSED = [
    (units.DURATION, "14"),
    (units.DURATION, "days"),
    (units.DURATION, "14 dayz"),
    (units.DURATION, "nan days"),
    (units.DURATION, ""),
    (units.DURATION, "1" * 30 + " days"),
    (units.RATE, "0.45"),
    (units.RATE, "0.45 per fortnight"),
    (units.RATE, "100% per month"),
    (units.RATE, "6%"),
    (units.SHARE, "0.55"),
    (units.SHARE, "55"),
    (units.SHARE, "inf"),
    (units.FACTOR, "1,5"),
    (units.FACTOR, "0x10"),
    (units.COUNT, "1.5"),
    (units.COUNT, "1e3"),
    (units.COUNT, "9" * 30),
    (units.MONTHS, "1.5 months"),
    (units.MONTHS, "12"),
    (units.MONTHS, "30 days"),
    (units.MONEY, "20.005 USD"),
    (units.MONEY, "300.000 USD"),
    (units.PRICE, "20.000 USD per month"),
    (units.MONEY_PER_YEAR, "1.200 USD per year"),
    (units.MONEY, "20 EUR"),
    (units.MONEY, "20 USD per month"),
    (units.MONEY, "20"),
    (units.MONEY, "1e300 USD"),
    (units.MONEY_PER_YEAR, "300000 USD"),
    (units.UNIT_PRICE, "1.000 USD"),
    (units.UNIT_PRICE, "12.345 USD"),
    (units.UNIT_PRICE, "0.02"),
    (units.UNIT_PRICE, "2 EUR"),
    (units.GROWTH, "0.01"),
    (units.GROWTH, "1% per year"),
]


@pytest.mark.parametrize(("kind", "text", "value"), READ, ids=[text for _, text, _ in READ])
def test_a_text_has_its_value_in_base_units(kind: ValueKind, text: str, value: float) -> None:
    assert kind.read(text, "USD") == pytest.approx(value, rel=1e-14, abs=0.0)


@pytest.mark.parametrize(("kind", "text"), REFUSED, ids=[f"{kind.name} {text[:12]}" for kind, text in REFUSED])
def test_a_text_without_its_unit_is_refused(kind: ValueKind, text: str) -> None:
    with pytest.raises(UnreadableError):
        kind.read(text, "USD")


def test_money_is_whole_cents_as_an_integer() -> None:
    assert isinstance(units.MONEY.read("20.10 USD", "USD"), int)


def test_a_hundred_percent_a_month_hints_at_a_rate() -> None:
    with pytest.raises(UnreadableError, match="write a rate"):
        units.RATE.read("100% per month", "USD")


def test_the_range_is_told_in_the_units_of_the_kind() -> None:
    assert units.SHARE.allowed == "a share such as `55%`, at least 0%, at most 100%"
    assert not units.SHARE.positive().allows(0.0)
