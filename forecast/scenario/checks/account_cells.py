"""The cells of an accounts file: names, counts, amounts, dates, ages; a cell that cannot be read is reported."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache

from forecast.errors import NOTHING, Problem, ProblemKind, ReportProblem, listed, quoted, unprintable
from forecast.foreign import cells
from forecast.receiving_tools import misreading
from forecast.scenario.records import Cohort
from forecast.scenario.text.location import Guesses
from forecast.scenario.values.suggestions import same_date
from forecast.scenario.values.units import DAYS_PER_MONTH, DECIMALS_OF_MONEY, UnreadableError, parse_date
from forecast.spreadsheet_text import FORMULA_PREFIXES

REQUIRED_COLUMNS = ("account", "segment", "eligible_users")
MOST_USERS = 10_000_000
MOST_CENTS = 10**8
MOST_MONTHS_OF_USE = 1200
MOST_DAYS_IN_TRIAL = 36_500
LONGEST_NAME = 200
EMPTY_FOR_NONE = "empty for none"
AMOUNT = re.compile(r"([0-9]{1,9})(?:\.([0-9]{1,2}))?")
CUSTOMER_NUMBER = re.compile(r"[1-9][0-9]{0,14}")
AGE = re.compile(r"[0-9]{1,5}(\.[0-9]{1,20})?")
PLAIN_NUMBER = re.compile(r"[0-9]{1,12}(\.[0-9]{1,20})?([eE][+-]?[0-9]{1,2})?")
FLAGS = {"yes": True, "no": False, "true": True, "false": False, "1": True, "0": False, "": False}


@lru_cache(maxsize=4096)
def _day_in(text: str, date_format: str) -> date | None:
    """The day of a cell, in the years that a scenario may have; None when it is none."""
    found = cells.date_in(text, date_format)
    try:
        return found and parse_date(found.isoformat())
    except UnreadableError:
        return None


_near_day = lru_cache(maxsize=4096)(same_date)


@lru_cache(maxsize=4096)
def _price_cents(text: str, currency: str) -> int | None:
    """The cents of a price, which may leave the currency out; None when it is none."""
    found = AMOUNT.fullmatch(text.removesuffix(" per month").removesuffix(currency).rstrip())
    return int(found[1]) * 100 + int((found[2] or "0").ljust(2, "0")) if found else None


def found_in(text: str) -> str:
    """What a cell holds, for a message."""
    return quoted(text) if text else NOTHING


@dataclass
class AccountCells:
    """The accounts file being read: what it may refer to, how it writes dates and decimals, and where problems go.

    A cell that cannot be read is reported and None, and nothing else is reported that only follows from it.
    """

    label: str
    segments: tuple[str, ...]
    stages: tuple[str, ...]
    currency: str
    start: date
    report: ReportProblem
    date_format: str = cells.ISO
    decimal_comma: bool = False
    line: int = 1
    guesses: Guesses = field(default_factory=Guesses)

    def wrong(
        self,
        column: str | None,
        found: str,
        allowed: str,
        near: str | None = None,
        kind: ProblemKind = ProblemKind.WRONG_VALUE,
    ) -> None:
        """Report a problem of a cell of the current line."""
        self.report(Problem(self.label, self.line, column, found, allowed, near, kind))

    def not_allowed(self, column: str, text: str, why: str) -> None:
        """Report a cell that may not stand beside others of its row."""
        self.wrong(column, quoted(text), why, kind=ProblemKind.NOT_ALLOWED)

    def number_text(self, text: str) -> str:
        """The text of a number, with a point before its decimals where the file has a comma there."""
        return cells.point_for_comma(text) if self.decimal_comma and "," in text else text

    def count(self, text: str, column: str) -> int | None:
        """A whole number; 0 when the cell is empty."""
        if text.isdecimal() and text.isascii() and len(text) < 8:
            return int(text)
        value = cells.whole_number(self.number_text(text)) if text else 0
        if value is not None and value <= MOST_USERS:
            return value
        least = 1 if column == "eligible_users" else 0
        advice = f", {EMPTY_FOR_NONE}" if column not in REQUIRED_COLUMNS else ""
        groups = f" {cells.NO_GROUPS}" if cells.has_groups(text) else ""
        self.wrong(column, quoted(text), f"a whole number from {least} to {MOST_USERS}{groups}{advice}")
        return None

    def price(self, text: str) -> int | None:
        """Whole cents; None when the cell is empty."""
        if not text:
            return None
        cents = _price_cents(self.number_text(text), self.currency)
        if cents is not None and cents <= MOST_CENTS:
            return cents
        comma = " (or `39,50`)" if self.decimal_comma else ""
        allowed = f"an amount of whole cents in {self.currency}, such as `39` or `39.50`{comma}; {DECIMALS_OF_MONEY}"
        self.wrong("price_per_seat_month", quoted(text), allowed)
        return None

    def future_day(self, text: str, column: str) -> int | None:
        """Days from the start to a date after it; None when the cell is empty."""
        day = self._day(text, column)
        if day is not None and day <= self.start:
            self.wrong(column, quoted(text), f"a date after the start {self.start}", kind=ProblemKind.OUT_OF_RANGE)
        return None if day is None else (day - self.start).days

    def past_day(self, text: str, column: str) -> int | None:
        """Days from the start to a date that is not after it, so 0 or less; None when the cell is empty."""
        day = self._day(text, column)
        if day is not None and day > self.start:
            allowed = f"a date up to the start {self.start}, as it is of today"
            self.wrong(column, quoted(text), allowed, kind=ProblemKind.OUT_OF_RANGE)
        return None if day is None else (day - self.start).days

    def _day(self, text: str, column: str) -> date | None:
        """The date of a cell."""
        day = _day_in(text, self.date_format) if text else None
        if day is None and text:
            allowed = "a date such as `2026-10-01`, of a year from 1990 to 2200"
            if self.date_format != cells.ISO:
                allowed = f"a date as {self.date_format} or such as `2026-10-01`, of a year from 1990 to 2200"
            elif cells.is_day_and_month(text):
                orders = " or ".join(quoted(order) for order in cells.DATE_FORMATS[1:])
                allowed = f"a date such as `2026-10-01`; else say in market.date_format what it is: {orders}"
            self.wrong(column, quoted(text), allowed, _near_day(text))
        return day

    def one_of(self, text: str, column: str, known: tuple[str, ...]) -> str | None:
        """A known name; None when the cell is empty."""
        if text and text not in known:
            found = f"{column.removeprefix('opportunity_')} {quoted(text)}"
            self.wrong(
                column, found, listed(known) or "none", self.guesses.nearest(column, text, known), ProblemKind.UNKNOWN
            )
        return text or None

    def flag(self, text: str, column: str) -> bool:
        """Yes or no; no when the cell is empty."""
        if text.casefold() not in FLAGS:
            self.wrong(column, quoted(text), f"`yes` or `no`, {EMPTY_FOR_NONE}")
        return FLAGS.get(text.casefold(), False)

    def positive(self, text: str, column: str, most: float) -> float | None:
        """A number above 0; None when the cell is empty."""
        if not text:
            return None
        number = self.number_text(text)
        value = float(number) if PLAIN_NUMBER.fullmatch(number) else 0.0
        if 1 / most <= value <= most:
            return value
        self.wrong(column, quoted(text), f"a plain number from {1 / most:g} to {most:g}, {EMPTY_FOR_NONE}")
        return None

    def months_of_use(self, text: str) -> float:
        """Days of use."""
        if not text:
            return 0.0
        months = self._age(text, MOST_MONTHS_OF_USE)
        if months is None:
            allowed = f"a plain number of months from 0 to {MOST_MONTHS_OF_USE}, {EMPTY_FOR_NONE}"
            self.wrong("months_of_use", quoted(text), allowed)
        return (months or 0.0) * DAYS_PER_MONTH

    def cohorts_of_use(self, text: str) -> tuple[Cohort, ...] | None:
        """Users by their months of use, as `1:4;7:12`."""
        found = self._cohorts(text, MOST_MONTHS_OF_USE, DAYS_PER_MONTH)
        if found is None:
            allowed = f"months from 0 to {MOST_MONTHS_OF_USE} and users, such as `1:4;7:12`: 4 of 1 month, 12 of 7"
            self.wrong("months_of_use", quoted(text), allowed)
        return found

    def cohorts_in_trial(self, text: str) -> tuple[Cohort, ...] | None:
        """Users by the days for which they have been in trial, as `2:3;9:1`."""
        found = self._cohorts(text, MOST_DAYS_IN_TRIAL, 1.0)
        if found is None:
            allowed = f"days from 0 to {MOST_DAYS_IN_TRIAL} and users, such as `2:3;9:1`: 3 since 2 days, 1 since 9"
            self.wrong("in_trial", quoted(text), allowed)
        return found

    def _cohorts(self, text: str, most: int, unit: float) -> tuple[Cohort, ...] | None:
        """Pairs of an age, at most `most`, and users; a unit of age has so many days.  None when they are none."""
        found = []
        for pair in text.split(";"):
            age_text, _, users_text = pair.partition(":")
            age, users = self._age(age_text.strip(), most), cells.whole_number(users_text.strip())
            if age is None or users is None or not 1 <= users <= MOST_USERS:
                return None
            found.append(Cohort(users, age * unit))
        return tuple(found)

    def _age(self, text: str, most: int) -> float | None:
        """A plain number of at most `most`."""
        number = self.number_text(text)
        return float(number) if AGE.fullmatch(number) and float(number) <= most else None

    def check_name(self, name: str) -> None:
        """Report a name that is empty, a formula, too long, not printable, or a generated account's."""
        wrong = name_problem(name)
        segment, _, number = name.rpartition("-")
        if wrong:
            self.wrong("account", *wrong)
        elif segment in self.segments and number.isascii() and number.isdigit():
            self.wrong("account", quoted(name), "a name other than SEGMENT-NUMBER, which generated accounts have")


def name_problem(name: str) -> tuple[str, str] | None:
    """What was found in the name of an account and what is allowed; None for one that may stand in a file."""
    letter = unprintable(name)
    if letter:
        return f"{quoted(name)} with the character {letter}", f"a printable name of 1 to {LONGEST_NAME} characters"
    if not name or len(name) > LONGEST_NAME:
        return found_in(name), f"a printable name of 1 to {LONGEST_NAME} characters"
    if name.startswith(FORMULA_PREFIXES):
        return quoted(name), "a name that starts with no = + - @ (spreadsheets would calculate it)"
    # Customers' numbers stay what they are wherever they are read, and accounts stand in no YAML file.
    misread = None if CUSTOMER_NUMBER.fullmatch(name) else misreading(name)
    if misread and not misread.startswith("YAML"):
        return f"{quoted(name)} ({misread})", "a name that every program takes for a text"
    return None
