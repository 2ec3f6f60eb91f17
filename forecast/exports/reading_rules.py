"""What is done with what is wrong in exports: one table of rules.  Nothing is repaired without a count.

Each row that is left out stands in `problems.csv` under the name of its rule; above its limit a rule is an error, and
`allow` in the data file raises the limit.
"""

from __future__ import annotations

from typing import NamedTuple

_ROWS, _PEOPLE, _DEALS, _CONTRACTS, _ACCOUNTS = "rows", "people", "opportunities", "contracts", "accounts"


class _ReadingRule(NamedTuple):
    """A rule: what was found, what is done, and above which share of what it is an error (None: never)."""

    name: str
    found: str
    done: str
    limit: float | None = None
    share_of: str = _ROWS


RULES = (
    _ReadingRule("duplicate", "the same id; else the same user, event and second", "the first is kept", 0.30),
    _ReadingRule("no_time", "no time", "left out", 0.02),
    _ReadingRule("no_user", "no user", "left out", 0.30),
    _ReadingRule("after_until", "later than the last day", "left out", 0.02),
    _ReadingRule("not_complete", "later than the day of which 99 % have arrived", "left out"),
    _ReadingRule("before_since", "earlier than `since`", "left out"),
    _ReadingRule("before_start", "an event before the user's start", "the start is moved to it", 0.02, _PEOPLE),
    _ReadingRule("no_account", "no account, or one that is not in the list of accounts", "left out", 0.40, _PEOPLE),
    _ReadingRule("free_mail", "the domain of a mail service, a university or an agency", "left out", 0.40, _PEOPLE),
    _ReadingRule("own_people", "what `leave_out` names", "left out"),
    _ReadingRule("two_accounts", "a user in two accounts at once", "the first account by time counts", 0.05, _PEOPLE),
    _ReadingRule("consultant", "a user in three accounts or more", "left out", 0.05, _PEOPLE),
    _ReadingRule("no_date", "a contract without a date that can be read", "left out", 0.02, _CONTRACTS),
    _ReadingRule("closed_later", "closed on a day that is still to come", "left out", 0.02, _DEALS),
    _ReadingRule("closed_early", "closed before it was opened", "left out", 0.02, _DEALS),
    _ReadingRule("no_entry", "an opportunity without a time at which it came to its stage", "left out", 0.02, _DEALS),
    _ReadingRule("stage_backwards", "a step back to an earlier stage", "the later stage goes on", None, _DEALS),
    _ReadingRule("stage_reopened", "a stage entered after the close", "counts for losses alone", None, _DEALS),
    _ReadingRule("stage_skipped", "a stage that was left out", "counts for losses alone", None, _DEALS),
    _ReadingRule("stages_at_once", "all stages in one minute", "counts for losses alone", None, _DEALS),
    _ReadingRule("unlisted_deal", "an opportunity of an account that is not in the list", "left out", 0.40, _DEALS),
    _ReadingRule("end_before_start", "a contract that ends before it begins", "left out", 0.02, _CONTRACTS),
    _ReadingRule("no_seats", "a contract without a seat", "left out", 0.02, _CONTRACTS),
    _ReadingRule("negative_price", "a price below 0", "left out", 0.02, _CONTRACTS),
    _ReadingRule("unlisted_contract", "a contract of an account that is not in the list", "left out", 0.40, _CONTRACTS),
    _ReadingRule("more_users", "more users than people who could use it", "an error", 0.0, _ACCOUNTS),
    _ReadingRule("sum_differs", "active before + starts - stops is not active", "the month is left out", 0.02),
)
