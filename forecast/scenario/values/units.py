"""Kinds of values: how each is written, its base unit, its range. Knows no file and no path."""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date
from decimal import Context, Decimal

from forecast.errors import ProblemKind

DAYS_PER_MONTH = 30.4375  # 365.25 / 12
DAYS = {"day": 1.0, "week": 7.0, "month": DAYS_PER_MONTH, "year": 12 * DAYS_PER_MONTH}
NUMBER = r"[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d{1,3})?"
WRITTEN = re.compile(rf"({NUMBER})\s*(.*)", re.DOTALL | re.ASCII)
WHOLE = re.compile(r"([+-]?[0-9]{1,20})(?:\.0{1,2})?")
LONGEST_NUMBER = 25
NO_THOUSANDS = "no separator of thousands: one thousand is `1000`, not `1.000`"
DECIMALS_OF_MONEY = f"at most two digits behind the point, and {NO_THOUSANDS}"
EXACT = Context(prec=34)


class UnreadableError(ValueError):
    """A text that is no value of its kind: `hint` is what else to know, `kind` says whether the unit is wrong."""

    def __init__(self, hint: str = "", kind: ProblemKind = ProblemKind.WRONG_VALUE) -> None:
        """Keep the hint."""
        super().__init__(hint)
        self.hint = hint
        self.kind = kind


def _unit_error(unit: str) -> UnreadableError:
    """The error of a number with the wrong unit, or with none."""
    return UnreadableError(kind=ProblemKind.WRONG_UNIT if unit else ProblemKind.NEEDS_UNIT)


def _split_number(text: str) -> tuple[str, str]:
    """The number at the front of the text, as written, and the unit after it."""
    found = WRITTEN.fullmatch(text.strip())
    if not found or len(found[1]) > LONGEST_NUMBER:
        raise UnreadableError
    return found[1], " ".join(found[2].split())


def _parse_with_unit(text: str, units: dict[str, float]) -> tuple[float, float]:
    """The number and the size of its unit; a plain 0 needs no unit."""
    number, unit = _split_number(text)
    if unit in units:
        return float(number), units[unit]
    if not unit and float(number) == 0.0:
        return 0.0, 1.0
    raise _unit_error(unit)


def _percent_to_fraction(number: str) -> Decimal:
    """The percentage as a fraction, exactly."""
    return Decimal(number).scaleb(-2, EXACT)


def logarithm(value: Decimal) -> float:
    """The natural logarithm, the same bits on every machine (libm's are not)."""
    return float(EXACT.ln(value))


def _parse_duration(text: str, _currency: str) -> float:
    """Days."""
    number, days = _parse_with_unit(text, DAYS | {f"{unit}s": days for unit, days in DAYS.items()})
    return number * days


def _parse_rate(text: str, _currency: str) -> float:
    """A hazard per day: `0.45 per month` as it stands, `6% per month` as the share lost in a month."""
    units = {f"{sign}per {unit}": days for sign in ("", "% ") for unit, days in DAYS.items()}
    number, days = _parse_with_unit(text.replace("%", "% ").replace("%  ", "% "), units)
    if "%" not in text:
        return number / days
    if number >= 100.0:
        raise UnreadableError(hint="a share of 100% or more has no rate: write a rate such as `2.3 per month`")
    return -logarithm(1 - _percent_to_fraction(_split_number(text)[0])) / days


def _parse_share(text: str, _currency: str) -> float:
    """A fraction: `55%` is 0.55."""
    number, unit = _split_number(text)
    if unit == "%":
        return float(_percent_to_fraction(number))
    if unit or float(number) != 0.0:
        raise _unit_error(unit)
    return 0.0


def number_in(kind: ValueKind, number: float) -> float:
    """A plain number of a table in base units: it is one per month, of days, a fraction, or an amount of money."""
    if kind.name == RATE.name:
        return number / DAYS_PER_MONTH
    return number * 100.0 if kind.is_money else number


def plain_meaning(kind: ValueKind) -> str:
    """What a plain number of this kind is, for a message; empty where it is what it says."""
    found = {RATE.name: "per month", DURATION.name: "days", SHARE.name: "a fraction, such as 0.12 for 12%"}
    return found.get(kind.name, "")


def parse_number(text: str, _currency: str) -> float:
    """A number without a unit."""
    written, unit = _split_number(text)
    if unit:
        raise UnreadableError
    return float(written)


def _parse_whole_number(text: str, _currency: str) -> int:
    """A whole number without a unit; `200.0`, as programs write counts, is one, `2.000` may be two thousand."""
    found = WHOLE.fullmatch(text.strip())
    if not found:
        raise UnreadableError(NO_THOUSANDS if is_in_thousands(text.strip()) else "")
    return int(found[1])


def _parse_months(text: str, _currency: str) -> int:
    """A whole number of calendar months; years are twelve of them."""
    written, unit = _split_number(text)
    sizes = {"month": 1, "months": 1, "year": 12, "years": 12}
    if unit not in sizes:
        raise _unit_error(unit)
    months = Decimal(written) * sizes[unit]
    if abs(months) > 10**6 or months != int(months):
        raise UnreadableError
    return int(months)


def has_part_of_a_cent(number: str) -> bool:
    """Whether a number without an exponent has more than two digits behind the point: `1.000` may be a thousand."""
    return number.isascii() and "e" not in number.lower() and len(number.partition(".")[2]) > 2


def is_in_thousands(number: str) -> bool:
    """Whether a number may have points between its thousands: `1.000`, which is one or a thousand."""
    return re.fullmatch(r"[+-]?[0-9]{1,3}(?:\.[0-9]{3})+", number) is not None


def _money_parser(per: tuple[str, ...]) -> Callable[[str, str], int]:
    """A reader of whole cents for an amount with one of the endings `per`."""

    def cents(text: str, currency: str) -> int:
        written, unit = _split_number(text)
        units = {f"{currency}{ending}": 1.0 for ending in per}
        if unit not in units and (unit or Decimal(written) != 0):
            raise _unit_error(unit)
        amount = Decimal(written) * 100
        if abs(amount) > 10**18:
            raise UnreadableError(kind=ProblemKind.OUT_OF_RANGE)
        if amount != int(amount) or has_part_of_a_cent(written):
            raise UnreadableError(hint=DECIMALS_OF_MONEY)
        return int(amount)

    return cents


def _parse_unit_price(text: str, currency: str) -> float:
    """Cents per unit, fractions of a cent too; `1.000` may be a thousand and is refused, `0.006` is none."""
    written, unit = _split_number(text)
    if unit not in (currency, f"{currency} per unit") and (unit or Decimal(written) != 0):
        raise _unit_error(unit)
    if is_in_thousands(written) and not written.lstrip("+-").startswith("0"):
        raise UnreadableError(hint=f"{NO_THOUSANDS}, and a fraction of a cent is `{written}0`")
    return float(Decimal(written).scaleb(2, EXACT))


def _parse_growth(text: str, _currency: str) -> float:
    """The share by which something grows from month to month: `1% per month`, or `1%`."""
    number, unit = _split_number(text)
    if unit in ("%", "% per month"):
        return float(_percent_to_fraction(number))
    if unit or float(number) != 0.0:
        raise _unit_error(unit)
    return 0.0


EARLIEST_YEAR, LATEST_YEAR = 1990, 2200
MONTH_OF_RUN = r"month ([1-9][0-9]{0,3})"  # 1 begins at the start
DATE_FORMS = "a date such as `2026-10-01` or `month 9` (`month 1` begins at the start)"


def parse_date(text: str) -> date:
    """The date of `YYYY-MM-DD`."""
    if not re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", text):
        raise UnreadableError
    try:
        found = date.fromisoformat(text)
    except ValueError:
        raise UnreadableError from None
    if not EARLIEST_YEAR <= found.year <= LATEST_YEAR:
        raise UnreadableError(hint=f"a year from {EARLIEST_YEAR} to {LATEST_YEAR}")
    return found


def date_or_none(text: str | None) -> date | None:
    """The date of `YYYY-MM-DD`; None for any other text."""
    try:
        return parse_date(text or "")
    except UnreadableError:
        return None


@dataclass(frozen=True)
class ValueKind:
    """A kind of value: what it is called, how it is read, written (`pattern`) and bounded (base units)."""

    name: str
    noun: str
    read: Callable[[str, str], float]
    pattern: str
    example: str
    low: float = 0.0
    high: float = math.inf  # what no value may exceed, drawn ones included
    cap: float = math.inf  # what is larger is taken for a mistake
    above: bool = False  # low itself is not allowed
    show: Callable[[float], str] = "{:.10g}".format
    whole: bool = False
    words: tuple[str, ...] = ()  # that may be written in place of a value, such as never
    same: tuple[tuple[str, str], ...] = ()  # other words, and what means the same
    also: str = ""  # what else may be, in words

    @property
    def is_money(self) -> bool:
        """Whether its values are amounts, in cents."""
        return self.noun.startswith("an amount of money")

    @property
    def alone(self) -> ValueKind:
        """The kind without the words and what else may stand in place of its values."""
        return replace(self, words=(), same=(), also="", example=self.example.split("`")[0]) if self.words else self

    def allows(self, value: float) -> bool:
        """Whether a written value is in range."""
        return (value > self.low if self.above else value >= self.low) and value <= min(self.high, self.cap)

    @property
    def allowed(self) -> str:
        """What is allowed, in words."""
        return ", ".join([f"{self.also}{self.noun} such as `{self.example}`", *([self.bounds] if self.bounds else [])])

    @property
    def bounds(self) -> str:
        """The least and the greatest value that may be written, in words."""
        most = min(self.high, self.cap)
        words = []
        if self.low > -math.inf:
            words.append(f"{'above' if self.above else 'at least'} {self.show(self.low)}")
        if most < math.inf:
            words.append(f"at most {self.show(most)}")
        return ", ".join(words)

    def with_unit(self, number: str, currency: str) -> str:
        """The number with the unit that it lacks, where that is in range; else an example of the kind."""
        every = self.example.replace("USD", currency)
        example = every.split("`")[0]
        unit = example.partition(" ")[2]
        space = "" if example.endswith("%") else " "
        unit = "%" if example.endswith("%") else unit.removesuffix("s") if number.strip() == "1" else unit
        written = f"{number.strip()}{space}{unit}"
        try:
            # 1 is 1% to one and 100% to another, and 0.05 as a time is hardly one of days.
            sure = float(number) > 1.0 if unit == "%" else unit != "days" or float(number) >= 1.0
            return written if unit and sure and self.allows(self.read(written, currency)) else every
        except UnreadableError:
            return every

    def positive(self) -> ValueKind:
        """This kind, above 0."""
        return self if self.low > 0.0 else replace(self, low=0.0, above=True)


PER = "per (?:day|week|month|year)"
ZERO = r"0+(?:\.0*)?"
PLAIN = r"[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d{1,3})?"
AMOUNT = r"[+-]?(?:\d+(?:\.\d{0,2})?|\.\d{1,2}|(?:\d+\.?\d*|\.\d+)[eE][+-]?\d{1,3})"
CURRENCY = "[A-Z]{3}"


def _money_kind(name: str, ending: str, per: tuple[str, ...], most: float) -> ValueKind:
    """A kind of money: `ending` is the example's, `per` are all the endings that may be written."""
    endings = "|".join(per)
    return ValueKind(
        name,
        "an amount of money in whole cents",
        _money_parser(per),
        rf"{AMOUNT}\s*{CURRENCY}(?:{endings})|{ZERO}",
        f"20 USD{ending}",
        cap=most * 100.0,
        show=lambda cents: f"{cents / 100:.10g}",
    )


DURATION = ValueKind(
    "duration",
    "a duration",
    _parse_duration,
    rf"{PLAIN}\s*(?:day|week|month|year)s?|{ZERO}",
    "14 days",
    cap=36525.0,
    show=lambda days: f"{days:.10g} days",
)
RATE = ValueKind(
    "rate",
    "a rate",
    _parse_rate,
    rf"{PLAIN}\s*(?:%\s*)?{PER}|{ZERO}",
    "0.45 per month` or `6% per month",
    cap=1000.0,
    show=lambda hazard: f"{hazard:.10g} per day" if hazard else "0",
)
SHARE = ValueKind(
    "share", "a share", _parse_share, rf"{PLAIN}\s*%|{ZERO}", "55%", high=1.0, show=lambda part: f"{part * 100:.10g}%"
)
FACTOR = ValueKind("factor", "a plain number", parse_number, PLAIN, "1.5", cap=1e6)
COUNT = ValueKind("count", "a whole number", _parse_whole_number, r"\d+(?:\.0{1,2})?", "10", cap=1e7, whole=True)
MONTHS = ValueKind(
    "months",
    "a whole number of calendar months",
    _parse_months,
    r"\d+(?:\.\d*)?\s*(?:month|year)s?",
    "12 months",
    low=1.0,
    cap=600.0,
    show=lambda months: f"{months:.10g} month{'s' if months != 1 else ''}",
    whole=True,
)
MONEY = _money_kind("money", "", ("",), 1e9)
PRICE = _money_kind("price", "", ("", " per month"), 1e6)
MONEY_PER_MONTH = _money_kind("money_per_month", " per month", (" per month",), 1e6)
MONEY_PER_YEAR = _money_kind("money_per_year", " per year", (" per year",), 1e9)
YEARLY_MONEY = _money_kind("yearly_money", " per year", ("", " per year"), 1e9)
UNIT_PRICE = ValueKind(
    "unit_price",
    "an amount of money per unit, fractions of a cent allowed,",
    _parse_unit_price,
    rf"{PLAIN}\s*{CURRENCY}(?: per unit)?|{ZERO}",
    "0.02 USD",
    cap=1e6,
    show=lambda cents: f"{cents / 100:.10g}",
)
GROWTH = ValueKind(
    "growth",
    "a growth from month to month",
    _parse_growth,
    rf"{PLAIN}\s*%(?:\s*per month)?|{ZERO}",
    "1% per month",
    low=-0.5,
    high=1.0,
    show=lambda part: f"{part * 100:.10g}% per month",
)
