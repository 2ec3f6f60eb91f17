"""What a value that cannot be read says in other words: the same number and unit, written as its kind is written.

Nothing is guessed but a misspelled word: `240 USD per year` is `20 USD per month`, `1,200 USD` is `1200 USD`, and what
may mean two things (`1,200 days`) or has no exact equal (`250 USD per year` in months) has no suggestion.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from difflib import SequenceMatcher

from forecast.scenario.values.units import (
    NUMBER,
    UnreadableError,
    ValueKind,
    has_part_of_a_cent,
    is_in_thousands,
    parse_date,
)

_LONGEST = 60
_PERIODS = ("day", "week", "month", "quarter", "year")
_SHORT = {
    "h": "hour",
    "hr": "hour",
    "d": "day",
    "w": "week",
    "wk": "week",
    "mo": "month",
    "mth": "month",
    "qtr": "quarter",
    "q": "quarter",
    "y": "year",
    "yr": "year",
    "annum": "year",
}
_ADVERBS = {
    "daily": "day",
    "weekly": "week",
    "monthly": "month",
    "quarterly": "quarter",
    "yearly": "year",
    "annually": "year",
    "p.a.": "year",
    "p.a": "year",
    "pa": "year",
    "annual": "year",
    "p.m.": "month",
    "p.w.": "week",
}
_SYMBOLS = {"US$": "USD", "$": "USD", "€": "EUR", "£": "GBP", "₹": "INR"}
_MULTIPLES = {"k": 1000, "K": 1000, "M": 10**6, "thousand": 1000, "million": 10**6, "mn": 10**6}
_MONTHS_IN = {"month": 1, "quarter": 3, "year": 12}
_ALIKE = 0.8  # of a misspelled word: `mont` and `month` are, `weekdays` and `weeks` are not


@dataclass(frozen=True)
class _Amount:
    """What a text says: a number, perhaps a percentage or money, and per which period or in which unit of time."""

    number: Decimal
    written: str  # the number as it stands, where that is a number of the format
    percent: bool = False
    currency: str = ""
    per: str = ""
    unit: str = ""


def same_value(text: str, kind: ValueKind, currency: str) -> str | None:
    """The text's meaning as a value of the kind; None where it has none, or may mean several things."""
    amount = _meaning(text, kind, currency) if len(text) <= _LONGEST else None
    for written in _writings(amount) if amount else ():
        try:
            if written != text and kind.allows(kind.read(written, currency)):
                return written
        except UnreadableError:
            continue
    return None


def same_word(text: str, words: Iterable[str], synonyms: dict[str, str]) -> str | None:
    """The word that means the same, or the only one of which the text is a misspelling."""
    known = list(words)
    lowered = text.strip().lower()
    exact = [word for word in known if word.lower() in (lowered, synonyms.get(lowered))]
    return exact[0] if exact else _only_alike(lowered, known)


def same_date(text: str) -> str | None:
    """The day in the form YYYY-MM-DD; None where day and month could be exchanged."""
    found = [day for day in _dates(text.strip()) if day]
    days = sorted(set(found))
    try:
        return str(parse_date(str(days[0]))) if len(days) == 1 else None
    except UnreadableError:
        return None


def same_first_of_month(text: str) -> str | None:
    """The first day of a month, for a text that says this day or only the month: `Jan 2026`, `2026-01`."""
    for form in ("%Y-%m", "%Y/%m", "%m/%Y", "%m.%Y", "%B %Y", "%b %Y"):
        try:
            return str(parse_date(str(datetime.strptime(text.strip(), form).date())))  # noqa: DTZ007
        except ValueError:
            continue
    day = same_date(text)
    return day if day and day.endswith("-01") else None


def same_currency(text: str) -> str | None:
    """The code of a currency that is written in small letters, or by a sign that no other currency has."""
    code = text.strip().upper()
    only = {sign: code for sign, code in _SYMBOLS.items() if sign != "$"}
    return code if re.fullmatch("[A-Z]{3}", code) else only.get(code)


def same_month(text: str) -> str | None:
    """`month 9` for `Month 9` and `month9`."""
    found = re.fullmatch(r"month\s*([1-9][0-9]{0,3})", text.strip(), re.ASCII | re.IGNORECASE)
    return f"month {found[1]}" if found else None


def _dates(text: str) -> Iterator[date | None]:
    """Every day that the text may be."""
    year_first = re.fullmatch(r"(\d{4})[-/.]?(\d{1,2})[-/.]?(\d{1,2})(?:[T ]00:00(?::00(?:\.0+)?)?Z?)?", text, re.ASCII)
    if year_first and (len(text) >= 10 or not text.isdigit() or len(text) == 8):
        yield _day(*map(int, year_first.groups()))
    year_last = re.fullmatch(r"(\d{1,2})([./-])(\d{1,2})\2(\d{4})", text, re.ASCII)
    if year_last:
        first, second, year = int(year_last[1]), int(year_last[3]), int(year_last[4])
        yield _day(year, second, first)
        if year_last[2] != ".":  # with points it is the day that comes first
            yield _day(year, first, second)
    for form in ("%d %B %Y", "%d %b %Y", "%B %d, %Y", "%b %d, %Y", "%B %d %Y", "%b %d %Y"):
        try:
            yield datetime.strptime(text, form).date()  # noqa: DTZ007  # a day has no time zone
        except ValueError:
            continue


def _day(year: int, month: int, day: int) -> date | None:
    """The date; None where the calendar has none."""
    try:
        return date(year, month, day)
    except ValueError:
        return None


def _meaning(text: str, kind: ValueKind, currency: str) -> _Amount | None:
    """What the text says; None where that is not certain."""
    text = " ".join(text.replace("\N{MINUS SIGN}", "-").split())
    for sign, code in sorted(_SYMBOLS.items(), key=lambda pair: -len(pair[0])):
        text = text.replace(sign, f" {code} " if code == currency else sign)
    front = re.match(r"([A-Za-z]{3})\s*(?=[\d+.-])", text.strip())
    money = currency.lower() in (word.lower() for word in re.findall("[A-Za-z]{3,}", text))
    if front and front[1].upper() == currency:
        moved = re.match(r"([\d.,'’_ +-]*\d\.?)(.*)", text.strip()[front.end() :], re.DOTALL)
        text = f"{moved[1]} {currency} {moved[2]}" if moved else text
    found = re.fullmatch(r"([+-]?[\d.](?:[\d.,'’_ ]*\d\.?)?(?:[eE][+-]?\d{1,3})?)\s*(.*)", text.strip(), re.DOTALL)
    if not found or (not found[1].isascii() and "’" not in found[1]):
        return None
    if kind.whole and is_in_thousands(found[1].strip()) and found[1].count(".") == 1:
        return None  # `1.000` is one to some and a thousand to others
    number, rest = _number(found[1].strip(), grouped=money or kind.whole, cents=money), found[2]
    for word, multiple in _MULTIPLES.items():
        if number is not None and re.match(rf"{word}(?![A-Za-z])", rest):
            number, rest = number * multiple, rest[len(word) :]
            return _with_unit(number, _plain(number), rest, currency)
    if number is None:
        return None
    written = found[1] if re.fullmatch(NUMBER, found[1], re.ASCII) else _plain(number)
    return _with_unit(number, written, rest, currency)


def _number(text: str, *, grouped: bool, cents: bool) -> Decimal | None:
    """The number; None where a separator may be of thousands or of decimals, unless it is `grouped`: in thousands."""
    if re.fullmatch(NUMBER, text, re.ASCII):
        return None if cents and has_part_of_a_cent(text) else Decimal(text)
    if re.fullmatch(r"[+-]?[1-9]\d{0,2},\d{3}", text) and not grouped:
        return None
    if re.fullmatch(r"[+-]?[1-9]\d{0,2}(?:([,'’_ ])\d{3})(?:\1\d{3})*(?:\.\d+)?", text):
        return Decimal(re.sub(r"[,'’_ ]", "", text))
    if re.fullmatch(r"[+-]?[1-9]\d{0,2}(?:\.\d{3})+,\d+|[+-]?[1-9]\d{0,2}(?:\.\d{3}){2,}|[+-]?\d+,\d+", text):
        many = text.count(".") > 1 or "," in text
        return Decimal((text.replace(".", "") if many else text).replace(",", "."))
    return None


def _with_unit(number: Decimal, written: str, unit: str, currency: str) -> _Amount | None:
    """The number with what its unit says; None where a word of it is not known."""
    words = unit.replace("%", " % ").replace("/", " per ").split()
    percent = bool(words) and words[0].lower() in ("%", "percent", "pct")
    money = bool(words) and words[0].upper() == currency
    words = words[1:] if percent or money else words
    if not words:
        return _Amount(number, written, percent, currency if money else "")
    period = _period(words)
    if period:
        return _Amount(number, written, percent, currency if money else "", per=period)
    length = _time_unit(words[0]) if len(words) == 1 and not percent and not money else None
    return _Amount(number, written, unit=length) if length else None


def _period(words: list[str]) -> str | None:
    """The period of `per month`, `a month`, `monthly`, `p.a.`."""
    if len(words) == 1:
        return _ADVERBS.get(words[0].lower())
    if len(words) == 2 and words[0].lower() in ("per", "a", "an", "each", "every"):
        found = _time_unit(words[1])
        return found if found in _PERIODS else None
    return None


def _time_unit(word: str) -> str | None:
    """The unit of time that a word names, also in short and misspelled."""
    lowered = word.lower().rstrip(".")
    short = _SHORT.get(lowered) or _SHORT.get(lowered.removesuffix("s"))
    known = ("hour", *_PERIODS)
    return short or _only_alike(lowered, known) or _only_alike(lowered.removesuffix("s"), known)


def _only_alike(word: str, known: Iterable[str]) -> str | None:
    """The one known word of which this is a misspelling: begins alike, about as long, hardly a letter different."""
    close = [
        each
        for each in known
        if word[:1] == each[:1].lower()
        and abs(len(word) - len(each)) <= 2
        and SequenceMatcher(None, word, each.lower()).ratio() >= _ALIKE
    ]
    exact = [each for each in close if each.lower() == word]
    return (exact or close)[0] if exact or len(close) == 1 else None


def _writings(amount: _Amount) -> Iterator[str]:
    """The ways to write an amount, the nearest to the user's own first; all of them mean exactly the same."""
    if amount.currency:
        yield from _money_writings(amount)
    elif amount.per:
        sign = "%" if amount.percent else ""
        if amount.per in _PERIODS and amount.per != "quarter":
            yield f"{amount.written}{sign} per {amount.per}"
        elif not amount.percent and (monthly := _divided(amount.number, 3)):
            yield f"{monthly} per month"
    elif amount.unit:
        yield from _time_writings(amount)
    elif amount.percent:
        yield f"{amount.written}%"
        yield _plain(amount.number / 100)
    else:
        yield amount.written
        yield _plain(amount.number)
        if 0 < amount.number < 1:
            yield f"{_plain(amount.number * 100)}%"


def _money_writings(amount: _Amount) -> Iterator[str]:
    """An amount of money, by year and by month; where no period is said the kind's own is added."""
    number, currency = _plain(amount.number), amount.currency
    if not amount.per:
        yield from (f"{number} {currency}{period}" for period in ("", " per month", " per year"))
    elif amount.per in _MONTHS_IN:
        for period in ("month", "year"):
            part = _divided(amount.number * _MONTHS_IN[period], _MONTHS_IN[amount.per])
            if part:
                yield f"{part} {currency} per {period}"


def _time_writings(amount: _Amount) -> Iterator[str]:
    """A length of time."""
    if amount.unit == "hour":
        days = _divided(amount.number, 24)
        if days:
            yield _plural(days, "day")
    elif amount.unit == "quarter":
        yield _plural(_plain(amount.number * 3), "month")
    else:
        yield _plural(amount.written, amount.unit)


def _plural(number: str, unit: str) -> str:
    """`1 day`, `2 days`."""
    return f"{number} {unit}{'' if number == '1' else 's'}"


def _divided(number: Decimal, parts: int) -> str | None:
    """The quotient where it is exact in few digits."""
    quotient = round(number / parts, 6)
    return _plain(quotient) if quotient * parts == number else None


def _plain(number: Decimal) -> str:
    """The number without exponent and needless zeros."""
    text = f"{number:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text
