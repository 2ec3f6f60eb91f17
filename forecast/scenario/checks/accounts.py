"""The accounts file: accounts as they are at the start, each row checked. Knows no event."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

from forecast.errors import NOTHING, Problem, ProblemKind, listed, nearest, quoted
from forecast.scenario.records import PresentAccount
from forecast.scenario.text.location import MOST_PROBLEMS
from forecast.scenario.values import units
from forecast.scenario.values.units import DAYS_PER_MONTH, UnreadableError, parse_date
from forecast.spreadsheet_text import FORMULA_PREFIXES

ACCOUNT_COLUMNS = (
    "account",
    "segment",
    "eligible_users",
    "free_users",
    "paid_users",
    "lapsed_users",
    "seats",
    "price_per_seat_month",
    "contract_end",
    "opportunity_stage",
    "months_of_use",
)
LARGEST_ACCOUNTS_FILE = 32 << 20
MOST_ACCOUNTS_IN_FILE = 200_000
MOST_USERS = 10_000_000
MOST_CENTS = 10**8

cached_date = lru_cache(maxsize=4096)(parse_date)  # the same few dates stand in many rows


@lru_cache(maxsize=4096)
def _parse_price_cents(text: str, currency: str) -> int:
    """The cents of a price, which may leave the currency out; -1 when it is none."""
    try:
        return int(units.PRICE.read(text if text.endswith(currency) else f"{text} {currency}", currency))
    except UnreadableError:
        return -1


def _cell(text: str) -> str:
    """What a cell holds, for a message."""
    return quoted(text) if text else NOTHING


@dataclass
class AccountRows:
    """The accounts file being read: what it may refer to, and the problems of its rows."""

    label: str
    segments: tuple[str, ...]
    stages: tuple[str, ...]
    currency: str
    start: date
    problems: list[Problem]
    line: int = 1

    def wrong(
        self,
        column: str | None,
        found: str,
        allowed: str,
        near: str | None = None,
        kind: ProblemKind = ProblemKind.WRONG_VALUE,
    ) -> None:
        """Report a problem of a cell of the current line."""
        if len(self.problems) < MOST_PROBLEMS:
            self.problems.append(Problem(self.label, self.line, column, found, allowed, near, kind))

    def count(self, row: dict[str, str], column: str) -> int:
        """A whole number; 0 when the cell is empty, or after a problem."""
        text = row[column]
        if not text or re.fullmatch(r"[0-9]{1,8}", text):
            value = int(text or "0")
            if value <= MOST_USERS:
                return value
        self.wrong(column, quoted(text), f"a whole number from 0 to {MOST_USERS}")
        return 0

    def price(self, row: dict[str, str]) -> int | None:
        """Whole cents; None when the cell is empty."""
        text = row["price_per_seat_month"]
        if not text:
            return None
        cents = _parse_price_cents(text, self.currency)
        if not 0 <= cents <= MOST_CENTS:
            self.wrong(
                "price_per_seat_month",
                quoted(text),
                f"an amount of whole cents in {self.currency}, such as `39` or `39.50`; {units.DECIMALS_OF_MONEY}",
            )
            return None
        return cents

    def contract_end(self, row: dict[str, str]) -> int | None:
        """Days from the start to the contract's end; None when the cell is empty."""
        text = row["contract_end"]
        if not text:
            return None
        try:
            end = (cached_date(text) - self.start).days
        except UnreadableError:
            self.wrong("contract_end", quoted(text), "a date such as `2026-10-01`")
            return None
        if end <= 0:
            self.wrong(
                "contract_end", quoted(text), f"a date after the start {self.start}", kind=ProblemKind.OUT_OF_RANGE
            )
        return end

    def one_of(self, row: dict[str, str], column: str, known: tuple[str, ...]) -> str | None:
        """A known name; None when the cell is empty."""
        text = row[column]
        if text and text not in known:
            found, near = f"{column.removeprefix('opportunity_')} {quoted(text)}", nearest(text, known)
            self.wrong(column, found, listed(known) or "none", near, ProblemKind.UNKNOWN)
        return text or None

    def age(self, row: dict[str, str]) -> float:
        """Days of use."""
        text = row["months_of_use"]
        if not text:
            return 0.0
        if not re.fullmatch(r"[0-9]{1,4}(\.[0-9]{1,12})?", text) or float(text) > 1200.0:
            self.wrong("months_of_use", quoted(text), "a plain number of months from 0 to 1200")
            return 0.0
        return float(text) * DAYS_PER_MONTH

    def account(self, row: dict[str, str]) -> PresentAccount:
        """The account of a row, checked."""
        name, segment = row["account"], self.one_of(row, "segment", self.segments) or ""
        self.check_name(name)
        if not segment:
            self.wrong("segment", NOTHING, f"one of {listed(self.segments)}")
        eligible, seats = self.count(row, "eligible_users"), self.count(row, "seats")
        users = [self.count(row, column) for column in ("free_users", "paid_users", "lapsed_users")]
        end, stage = self.contract_end(row), self.one_of(row, "opportunity_stage", self.stages)
        price = self.price(row)
        if eligible < 1:
            self.wrong(
                "eligible_users",
                _cell(row["eligible_users"]),
                "a whole number of at least 1",
            )
        elif sum(users) > eligible:
            self.wrong("eligible_users", f"a sum of {sum(users)} users", f"at most the {eligible} eligible users")
        if (seats > 0) != bool(row["contract_end"]):
            self.wrong("contract_end", _cell(row["contract_end"]), "seats and contract_end together, or neither")
        if row["contract_end"] and stage:
            self.wrong("opportunity_stage", quoted(stage), "the account has a contract", kind=ProblemKind.NOT_ALLOWED)
        if price is not None and not seats:
            found = quoted(row["price_per_seat_month"])
            self.wrong("price_per_seat_month", found, "the account has no seats", kind=ProblemKind.NOT_ALLOWED)
        free, paid, lapsed = users
        return PresentAccount(name, segment, eligible, free, paid, lapsed, seats, price, end, stage, self.age(row))

    def check_name(self, name: str) -> None:
        """Report a name that is empty, a formula, too long, not printable, or a generated account's."""
        segment, _, number = name.rpartition("-")
        if not name or len(name) > 200 or not name.isprintable():
            self.wrong("account", _cell(name), "a printable name of 1 to 200 characters")
        elif name.startswith(FORMULA_PREFIXES):
            self.wrong("account", quoted(name), "a name that starts with no = + - @ (spreadsheets would calculate it)")
        elif segment in self.segments and number.isascii() and number.isdigit():
            self.wrong("account", quoted(name), "a name other than SEGMENT-NUMBER, which generated accounts have")


def read_present_accounts(text: str, rows: AccountRows) -> tuple[PresentAccount, ...]:
    """The accounts of the file in its order; problems go to `rows.problems`."""
    found: dict[str, PresentAccount] = {}
    for row in _table_rows(text, rows):
        account = rows.account(row)
        if len(rows.problems) >= MOST_PROBLEMS:
            break
        if len(found) >= MOST_ACCOUNTS_IN_FILE:
            rows.wrong(None, "too many accounts", f"{MOST_ACCOUNTS_IN_FILE} in a file", kind=ProblemKind.OVER_LIMIT)
            break
        if account.account in found:
            rows.wrong(
                "account", f"account {quoted(account.account)}", "write each account once", kind=ProblemKind.DUPLICATE
            )
        found[account.account] = account
    return tuple(found.values())


def _table_rows(text: str, rows: AccountRows) -> Iterator[dict[str, str]]:
    """The rows by column, blank ones left out."""
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    try:
        header = [cell.strip() for cell in next(reader, [])]
        if header != list(ACCOUNT_COLUMNS):
            unknown = next((cell for cell in header if cell not in ACCOUNT_COLUMNS), "")
            rows.wrong(
                None,
                f"the header {quoted(','.join(header))}",
                ",".join(ACCOUNT_COLUMNS),
                nearest(unknown, ACCOUNT_COLUMNS) if unknown else None,
            )
            return
        for cells in reader:
            rows.line = reader.line_num
            if not any(cell.strip() for cell in cells):
                continue
            if len(cells) != len(ACCOUNT_COLUMNS):
                rows.wrong(None, f"{len(cells)} cells", f"{len(ACCOUNT_COLUMNS)} cells, as in the header")
                continue
            first, *rest = cells
            yield dict(zip(ACCOUNT_COLUMNS, [first.strip(" "), *(cell.strip() for cell in rest)], strict=True))
    except csv.Error as error:
        rows.line = reader.line_num
        rows.wrong(None, str(error), "CSV", kind=ProblemKind.INVALID_TEXT)
