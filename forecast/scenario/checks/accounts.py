"""The accounts file: accounts as they are at the start, each row checked. Knows no event."""

from __future__ import annotations

import csv
import io
import warnings
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from forecast.errors import NOTHING, InputWarning, Problem, ProblemKind, ReportProblem, listed, nearest, quoted
from forecast.foreign.table import ForeignTable
from forecast.scenario.checks.account_cells import REQUIRED_COLUMNS, AccountCells, found_in
from forecast.scenario.checks.account_states import STATE_COLUMNS, States, check_states, state_texts, state_values
from forecast.scenario.records import Cohort, PresentAccount

# What every accounts file of this package has, and what it has where an account has something of it.
USUAL_COLUMNS = (
    *REQUIRED_COLUMNS,
    *("free_users", "paid_users", "lapsed_users", "seats", "price_per_seat_month", "contract_end"),
    *("opportunity_stage", "months_of_use"),
)
ACCOUNT_COLUMNS = (*USUAL_COLUMNS, *STATE_COLUMNS)
LARGEST_ACCOUNTS_FILE = 32 << 20
MOST_ACCOUNTS_IN_FILE = 200_000
ALIKE, NEARLY_EQUAL = 0.75, 0.9  # how near a column is to the name of a usual one, or of another, that it is meant for
NO_STATES: States = {}


class AccountRows(AccountCells):
    """The rows of an accounts file, each made an account and checked."""

    def account(self, row: list[str], states: States = NO_STATES) -> PresentAccount:
        """The account of a row, whose cells are those of `USUAL_COLUMNS` and some `states`, checked."""
        name, segment_text, eligible_text, *user_texts, seats_text, price_text, end_text, stage_text, age_text = row
        self.check_name(name)
        segment = self.one_of(segment_text, "segment", self.segments) or ""
        if not segment:
            self.wrong("segment", NOTHING, f"one of {listed(self.segments)}")
        eligible, seats = self.count(eligible_text, "eligible_users"), self.count(seats_text, "seats")
        users = [self.count(text, column) for text, column in zip(user_texts, USUAL_COLUMNS[3:6], strict=True)]
        end, stage = (
            self.future_day(end_text, "contract_end"),
            self.one_of(stage_text, "opportunity_stage", self.stages),
        )
        price = self.price(price_text)
        free, paid, lapsed = (each or 0 for each in users)
        if seats is not None and (seats > 0) != bool(end_text):
            self.wrong("contract_end", found_in(end_text), "seats and contract_end together, or neither")
        if end is not None and stage in self.stages:
            self.not_allowed("opportunity_stage", stage, "the account has a contract")
        if price is not None and seats == 0:
            self.not_allowed("price_per_seat_month", price_text, "the account has no seats")
        age, cohorts = self.ages(age_text)
        values = state_values(states, self) if states else states
        found = PresentAccount(
            name, segment, eligible or 0, free, paid, lapsed, seats or 0, price, end, stage, age, cohorts, **values
        )
        if states:
            check_states(found, states, self)
        if eligible is not None:
            self.check_size(found, eligible_text)
        if cohorts and None not in users[:2]:
            self.check_cohorts(found, age_text)
        return found

    def check_size(self, account: PresentAccount, text: str) -> None:
        """Report an account without eligible users, or with fewer than it has users."""
        users = account.active_users + account.lapsed_users + account.trial_users
        eligible = account.eligible_users
        if eligible < 1:
            self.wrong("eligible_users", found_in(text), "a whole number of at least 1")
        elif users > eligible:
            found = f"a sum of {users} users among {eligible} eligible"
            self.wrong("eligible_users", found, "at most as many users as are eligible")

    def check_cohorts(self, account: PresentAccount, text: str) -> None:
        """Report cohorts that are not all active users."""
        users = sum(each.users for each in account.cohorts)
        if users != account.active_users:
            allowed = (
                f"each of the {account.active_users} active users (free_users, paid_users, team_users) in one cohort"
            )
            self.wrong("months_of_use", f"{quoted(text)}, which is {users} users", allowed)

    def ages(self, text: str) -> tuple[float, tuple[Cohort, ...]]:
        """Days of use of all active users, or of each cohort."""
        return (0.0, self.cohorts_of_use(text) or ()) if ":" in text else (self.months_of_use(text), ())

    def months_text(self, text: str) -> str:
        """The text of `months_of_use` with points before decimals."""
        if ":" not in text:
            return self.number_text(text)
        return ";".join(":".join(map(self.number_text, pair.split(":"))) for pair in text.split(";"))


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
    header = _column_names(table)
    if not _has_its_columns(table, header, rows.report):
        return _AccountsTable((), (), rows.start)
    found: dict[str, PresentAccount] = {}
    months = []
    rows.decimal_comma = table.decimal_comma
    for rows.line, picked, states in _rows_by_column(table, header):
        account = rows.account(picked, states)
        if len(found) >= MOST_ACCOUNTS_IN_FILE:
            rows.wrong(None, "too many accounts", f"{MOST_ACCOUNTS_IN_FILE} in a file", kind=ProblemKind.OVER_LIMIT)
            break
        if account.account in found:
            name = f"account {quoted(account.account)}"
            rows.wrong("account", name, "write each account once", kind=ProblemKind.DUPLICATE)
        found[account.account] = account
        months.append(rows.months_text(picked[-1]))
    return _AccountsTable(tuple(found.values()), tuple(months), rows.start)


def _rows_by_column(table: ForeignTable, header: list[str]) -> Iterator[tuple[int, list[str], States]]:
    """The cells of `USUAL_COLUMNS` in each row, empty where the table lacks them, and its others that are read."""
    first, *others = [header.index(name) if name in header else None for name in USUAL_COLUMNS]
    further = [(name, header.index(name)) for name in STATE_COLUMNS if name in header]
    for line, row in table.rows:
        name = "" if first is None else row[first].strip(" ")
        states = {column: row[place].strip() for column, place in further if row[place].strip()} if further else {}
        yield line, [name, *["" if place is None else row[place].strip() for place in others]], states


def _column_names(table: ForeignTable) -> list[str]:
    """The header as `ACCOUNT_COLUMNS` are written: in small letters, with underscores."""
    return [name.casefold().replace(" ", "_").replace("-", "_") for name in table.header]


def _has_its_columns(table: ForeignTable, names: list[str], report: ReportProblem) -> bool:
    """Whether the header, in any order and case, has what is needed, and nothing twice; else problems are reported.

    A column that is not known but looks like one that is missing is a problem; others are named in a warning.
    """
    known = ForeignTable(table.label, tuple(names), table.header_line, iter(()))
    missing = [name for name in USUAL_COLUMNS if name not in names]
    further = [name for name in STATE_COLUMNS if name not in names]
    others = [name for name, column in zip(table.header, names, strict=True) if name and column not in ACCOUNT_COLUMNS]
    guesses = {name: nearest(name, missing, ALIKE) or nearest(name, further, NEARLY_EQUAL) for name in others}
    likely = {name: near for name, near in guesses.items() if near}
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
        return False
    _warn_of_columns(table.label, others, missing)
    return True


def _warn_of_columns(label: str, others: list[str], missing: list[str]) -> None:
    """Name in a warning the columns that are not read, and those that no account has."""
    unread = f"the column{'s' if len(others) > 1 else ''} {listed(map(quoted, others))} not read" if others else ""
    lacking = f"no column {listed(missing)}: taken as empty" if missing else ""
    if unread or lacking:
        warnings.warn(f"{label}: {'; '.join(filter(None, (unread, lacking)))}", InputWarning, stacklevel=2)


def _written_rows(table: _AccountsTable) -> Iterator[dict[str, str]]:
    """The rows of `accounts_text`."""
    for account, months in zip(table.accounts, table.months_of_use, strict=True):
        users = (account.free_users, account.paid_users, account.lapsed_users, account.seats)
        price = "" if account.price_cents is None else str(Decimal(account.price_cents).scaleb(-2))
        end = "" if account.contract_end is None else str(table.start + timedelta(days=account.contract_end))
        counts = [str(account.eligible_users), *(str(count or "") for count in users)]
        cells = [account.account, account.segment, *counts, price, end, account.opportunity_stage or "", months]
        yield dict(zip(USUAL_COLUMNS, cells, strict=True)) | state_texts(account, table.start)


def is_as_written(header: tuple[str, ...]) -> bool:
    """Whether the columns of a file are those that `accounts_text` might write."""
    return header == tuple(name for name in ACCOUNT_COLUMNS if name in USUAL_COLUMNS or name in header)


def accounts_text(rows: Iterable[Mapping[str, str]], columns: Iterable[str] = USUAL_COLUMNS) -> str:
    """An accounts file of these rows, as CSV with commas: these columns, and those in which a row has something."""
    found = list(rows)
    used = {*columns, *(name for row in found for name in row if row[name])}
    names = [name for name in ACCOUNT_COLUMNS if name in used]
    written = io.StringIO()
    writer = csv.writer(written, lineterminator="\n")
    writer.writerow(names)
    writer.writerows([row.get(name, "") for name in names] for row in found)
    return written.getvalue()
