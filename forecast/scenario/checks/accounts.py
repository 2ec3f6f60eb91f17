"""The accounts file: accounts as they are at the start, each row checked. Knows no event."""

from __future__ import annotations

import csv
import io
import re
import warnings
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from functools import lru_cache

from forecast.errors import (
    NOTHING,
    InputWarning,
    Problem,
    ProblemKind,
    ReportProblem,
    listed,
    nearest,
    quoted,
    unprintable,
)
from forecast.foreign import cells
from forecast.foreign.table import ForeignTable
from forecast.receiving_tools import misreading
from forecast.scenario.records import PresentAccount
from forecast.scenario.text.location import Guesses
from forecast.scenario.values.suggestions import same_date
from forecast.scenario.values.units import DAYS_PER_MONTH, DECIMALS_OF_MONEY, UnreadableError, parse_date
from forecast.spreadsheet_text import FORMULA_PREFIXES

REQUIRED_COLUMNS = ("account", "segment", "eligible_users")
ACCOUNT_COLUMNS = (
    *REQUIRED_COLUMNS,
    *("free_users", "paid_users", "lapsed_users", "seats", "price_per_seat_month", "contract_end"),
    *("opportunity_stage", "months_of_use"),
)
LARGEST_ACCOUNTS_FILE = 32 << 20
MOST_ACCOUNTS_IN_FILE = 200_000
MOST_USERS = 10_000_000
MOST_CENTS = 10**8
MOST_MONTHS_OF_USE = 1200
LONGEST_NAME = 200
EMPTY_FOR_NONE = "empty for none"
AMOUNT = re.compile(r"([0-9]{1,9})(?:\.([0-9]{1,2}))?")
CUSTOMER_NUMBER = re.compile(r"[1-9][0-9]{0,14}")
MONTHS_OF_USE = re.compile(r"[0-9]{1,4}(\.[0-9]{1,20})?")


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


def _cell(text: str) -> str:
    """What a cell holds, for a message."""
    return quoted(text) if text else NOTHING


@dataclass
class AccountRows:
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

    def contract_end(self, text: str) -> int | None:
        """Days from the start to the contract's end; None when the cell is empty."""
        if not text:
            return None
        day = _day_in(text, self.date_format)
        if day is None:
            allowed = "a date such as `2026-10-01`, of a year from 1990 to 2200"
            if self.date_format != cells.ISO:
                allowed = f"a date as {self.date_format} or such as `2026-10-01`, of a year from 1990 to 2200"
            elif cells.is_day_and_month(text):
                orders = " or ".join(quoted(order) for order in cells.DATE_FORMATS[1:])
                allowed = f"a date such as `2026-10-01`; else say in market.date_format what it is: {orders}"
            self.wrong("contract_end", quoted(text), allowed, _near_day(text))
            return None
        if day <= self.start:
            allowed = f"a date after the start {self.start}"
            self.wrong("contract_end", quoted(text), allowed, kind=ProblemKind.OUT_OF_RANGE)
        return (day - self.start).days

    def one_of(self, text: str, column: str, known: tuple[str, ...]) -> str | None:
        """A known name; None when the cell is empty."""
        if text and text not in known:
            found = f"{column.removeprefix('opportunity_')} {quoted(text)}"
            self.wrong(
                column, found, listed(known) or "none", self.guesses.nearest(column, text, known), ProblemKind.UNKNOWN
            )
        return text or None

    def age(self, text: str) -> float:
        """Days of use."""
        if not text:
            return 0.0
        number = self.number_text(text)
        if not MONTHS_OF_USE.fullmatch(number) or float(number) > MOST_MONTHS_OF_USE:
            allowed = f"a plain number of months from 0 to {MOST_MONTHS_OF_USE}, {EMPTY_FOR_NONE}"
            self.wrong("months_of_use", quoted(text), allowed)
            return 0.0
        return float(number) * DAYS_PER_MONTH

    def account(self, row: list[str]) -> PresentAccount:
        """The account of a row, whose cells are those of `ACCOUNT_COLUMNS`, checked."""
        name, segment_text, eligible_text, *user_texts, seats_text, price_text, end_text, stage_text, age_text = row
        self.check_name(name)
        segment = self.one_of(segment_text, "segment", self.segments) or ""
        if not segment:
            self.wrong("segment", NOTHING, f"one of {listed(self.segments)}")
        eligible, seats = self.count(eligible_text, "eligible_users"), self.count(seats_text, "seats")
        users = [self.count(text, column) for text, column in zip(user_texts, ACCOUNT_COLUMNS[3:6], strict=True)]
        end, stage = self.contract_end(end_text), self.one_of(stage_text, "opportunity_stage", self.stages)
        price = self.price(price_text)
        free, paid, lapsed = (each or 0 for each in users)
        if eligible is not None and eligible < 1:
            self.wrong("eligible_users", _cell(eligible_text), "a whole number of at least 1")
        elif eligible is not None and free + paid + lapsed > eligible:
            found = f"a sum of {free + paid + lapsed} users among {eligible} eligible"
            self.wrong("eligible_users", found, "at most as many users as are eligible")
        if seats is not None and (seats > 0) != bool(end_text):
            self.wrong("contract_end", _cell(end_text), "seats and contract_end together, or neither")
        if end is not None and stage in self.stages:
            self.wrong("opportunity_stage", quoted(stage), "the account has a contract", kind=ProblemKind.NOT_ALLOWED)
        if price is not None and seats == 0:
            allowed = "the account has no seats"
            self.wrong("price_per_seat_month", quoted(price_text), allowed, kind=ProblemKind.NOT_ALLOWED)
        return PresentAccount(
            name, segment, eligible or 0, free, paid, lapsed, seats or 0, price, end, stage, self.age(age_text)
        )

    def check_name(self, name: str) -> None:
        """Report a name that is empty, a formula, too long, not printable, or a generated account's."""
        wrong = _name_problem(name)
        segment, _, number = name.rpartition("-")
        if wrong:
            self.wrong("account", *wrong)
        elif segment in self.segments and number.isascii() and number.isdigit():
            self.wrong("account", quoted(name), "a name other than SEGMENT-NUMBER, which generated accounts have")


def _name_problem(name: str) -> tuple[str, str] | None:
    """What was found in the name of an account and what is allowed; None for one that may stand in a file."""
    letter = unprintable(name)
    if letter:
        return f"{quoted(name)} with the character {letter}", f"a printable name of 1 to {LONGEST_NAME} characters"
    if not name or len(name) > LONGEST_NAME:
        return _cell(name), f"a printable name of 1 to {LONGEST_NAME} characters"
    if name.startswith(FORMULA_PREFIXES):
        return quoted(name), "a name that starts with no = + - @ (spreadsheets would calculate it)"
    # Customers' numbers stay what they are wherever they are read, and accounts stand in no YAML file.
    misread = None if CUSTOMER_NUMBER.fullmatch(name) else misreading(name)
    if misread and not misread.startswith("YAML"):
        return f"{quoted(name)} ({misread})", "a name that every program takes for a text"
    return None


@dataclass(frozen=True)
class _AccountsTable:
    """The accounts of a file in its order, with their months of use as a number's text, and the start."""

    accounts: tuple[PresentAccount, ...]
    months_of_use: tuple[str, ...]
    start: date

    def text(self) -> str:
        """The accounts file as this package writes it."""
        return accounts_text(_written_rows(self))


def read_present_accounts(table: ForeignTable, rows: AccountRows) -> _AccountsTable:
    """The accounts of the table; problems are reported."""
    places = _column_places(table, rows.report)
    if places is None:
        return _AccountsTable((), (), rows.start)
    found: dict[str, PresentAccount] = {}
    months = []
    rows.decimal_comma = table.decimal_comma
    for rows.line, picked in _rows_by_column(table, places):
        account = rows.account(picked)
        if len(found) >= MOST_ACCOUNTS_IN_FILE:
            rows.wrong(None, "too many accounts", f"{MOST_ACCOUNTS_IN_FILE} in a file", kind=ProblemKind.OVER_LIMIT)
            break
        if account.account in found:
            name = f"account {quoted(account.account)}"
            rows.wrong("account", name, "write each account once", kind=ProblemKind.DUPLICATE)
        found[account.account] = account
        months.append(rows.number_text(picked[-1]))
    return _AccountsTable(tuple(found.values()), tuple(months), rows.start)


def _rows_by_column(table: ForeignTable, places: list[int | None]) -> Iterator[tuple[int, list[str]]]:
    """The cells of `ACCOUNT_COLUMNS` in each row; a column that the table lacks is empty."""
    first, *others = places
    for line, row in table.rows:
        name = "" if first is None else row[first].strip(" ")
        yield line, [name, *["" if place is None else row[place].strip() for place in others]]


def _column_places(table: ForeignTable, report: ReportProblem) -> list[int | None] | None:
    """Where each of `ACCOUNT_COLUMNS` stands in the header, in any order and case; None after a problem.

    A column that is not known but looks like one that is missing is a problem; others are named in a warning.
    """
    names = [name.casefold().replace(" ", "_").replace("-", "_") for name in table.header]
    known = ForeignTable(table.label, tuple(names), table.header_line, iter(()))
    missing = [name for name in ACCOUNT_COLUMNS if name not in names]
    others = [name for name, column in zip(table.header, names, strict=True) if name and column not in ACCOUNT_COLUMNS]
    likely = {name: near for name in others if (near := nearest(name, missing, 0.75))}
    for name, near in likely.items():
        found, allowed = f"column {quoted(name)}", listed(ACCOUNT_COLUMNS)
        report(Problem(table.label, table.header_line, None, found, allowed, near, ProblemKind.UNKNOWN))
    lacking = [name for name in missing if name in REQUIRED_COLUMNS and name not in likely.values()]
    if lacking:
        found = f"no column {' and no column '.join(map(quoted, lacking))} among {listed(map(quoted, table.header))}"
        needed = f"the columns {listed(REQUIRED_COLUMNS)}"
        advice = f"{needed}; `forecast accounts import` makes such a file of a CRM's export"
        report(Problem(table.label, table.header_line, None, found, advice))
    if known.report_doubled(ACCOUNT_COLUMNS, report) or likely or lacking:
        return None
    _warn_of_columns(table.label, others, missing)
    return [names.index(name) if name in names else None for name in ACCOUNT_COLUMNS]


def _warn_of_columns(label: str, others: list[str], missing: list[str]) -> None:
    """Name in a warning the columns that are not read, and those that no account has."""
    unread = f"the column{'s' if len(others) > 1 else ''} {listed(map(quoted, others))} not read" if others else ""
    lacking = f"no column {listed(missing)}: taken as empty" if missing else ""
    if unread or lacking:
        warnings.warn(f"{label}: {'; '.join(filter(None, (unread, lacking)))}", InputWarning, stacklevel=2)


def _written_rows(table: _AccountsTable) -> Iterator[list[str]]:
    """The rows of `accounts_text`."""
    for account, months in zip(table.accounts, table.months_of_use, strict=True):
        users = (account.free_users, account.paid_users, account.lapsed_users, account.seats)
        price = "" if account.price_cents is None else str(Decimal(account.price_cents).scaleb(-2))
        end = "" if account.contract_end is None else str(table.start + timedelta(days=account.contract_end))
        counts = [str(account.eligible_users), *(str(count or "") for count in users)]
        yield [account.account, account.segment, *counts, price, end, account.opportunity_stage or "", months]


def accounts_text(rows: Iterable[Iterable[str]]) -> str:
    """An accounts file of these rows, as CSV with commas."""
    written = io.StringIO()
    csv.writer(written, lineterminator="\n").writerows([ACCOUNT_COLUMNS, *rows])
    return written.getvalue()
