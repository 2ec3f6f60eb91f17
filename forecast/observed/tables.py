"""The native tables as columns of numbers: events, opportunities, contracts, accounts and teams (docs/fit.md, 1).

Names become places: an account's place is its row in the accounts table.  Times are whole microseconds since 1970
(UTC), so two of them compare exactly.  Knows no file.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from forecast.types import Flags, Floats, Integers

MICROSECONDS = 86_400_000_000  # of a day
MONTH = 30.4375 * MICROSECONDS  # the month of rates: docs/model.md, 1
NO_TIME = int(np.iinfo(np.int64).min)  # an empty cell
NOBODY = -1  # no user, no team, no stage
SINCE_BEFORE = -1  # microseconds since the window began: of a state that began before it, it is not known when

# What happens to a user, then what happens to an account as a whole; the second kind has no user.
USER_EVENTS = ("start", "activate", "pay", "upgrade", "downgrade", "lapse", "active", "invited")
ACCOUNT_EVENTS = (
    *("banned", "ban_lifted", "won_back", "team_plan_started", "team_plan_ended"),
    *("aware", "cooling_down", "cooled_down"),
)
EVENTS = USER_EVENTS + ACCOUNT_EVENTS
(START, ACTIVATE, PAY, UPGRADE, DOWNGRADE, LAPSE, ACTIVE, INVITED, *_ACCOUNT) = range(len(EVENTS))
(BANNED, BAN_LIFTED, WON_BACK, TEAM_PLAN_STARTED, TEAM_PLAN_ENDED, AWARE, COOLING_DOWN, COOLED_DOWN) = _ACCOUNT
WITHOUT_EFFECT = (ACTIVE, INVITED, AWARE)  # on the state of an account

# Who brought a start about: not said, nobody, a colleague, a colleague of another team.
BY_UNKNOWN, BY_NOBODY, BY_COLLEAGUE, BY_OTHER_TEAM = -1, 0, 1, 2
BY_WORDS = {"colleague": BY_COLLEAGUE, "other_team": BY_OTHER_TEAM}

SOURCES = ("product", "outbound", "present")
FROM_PRODUCT, FROM_OUTBOUND, FROM_BEFORE = range(len(SOURCES))
OUTCOMES = ("", "won", "lost", "open")
NOT_HERE, WON, LOST, STILL_OPEN = range(len(OUTCOMES))


@dataclass(frozen=True)
class ObservedAccounts:
    """Every account of the market, also those that nobody uses: [account]."""

    names: tuple[str, ...]
    segments: tuple[str, ...]  # the names; `segment` has places in them
    segment: Integers
    eligible_users: Integers
    first_known: Integers  # microseconds; NO_TIME: before everything


@dataclass(frozen=True)
class EventRows:
    """What users did, and what happened to accounts, in the order of time and, at one instant, of the file: [event].

    Where two users have one number they are one person; a user's number says nothing else.
    """

    time: Integers
    account: Integers
    user: Integers  # NOBODY: of the account as a whole
    event: Integers  # places in EVENTS
    by: Integers  # BY_UNKNOWN ...
    team: Integers  # a place among the account's teams; NOBODY: not said
    moved: Flags  # whoever starts here has come from another account: it is no start that anybody brought about


@dataclass(frozen=True)
class StageRows:
    """Opportunities, a row for each stage that one entered: [row]."""

    stages: tuple[str, ...]
    reasons: tuple[str, ...]
    opportunity: Integers
    account: Integers
    source: Integers  # places in SOURCES
    stage: Integers
    entered: Integers
    left: Integers  # when the stage was passed, or the opportunity closed in it; NO_TIME: neither yet
    outcome: Integers  # places in OUTCOMES: of the opportunity, in the row of the stage in which it ended
    reason: Integers  # places in `reasons`; NOBODY: none
    requirement: tuple[str, ...]  # what the stage asked for that was not there, as the file has it


@dataclass(frozen=True)
class ContractRows:
    """Terms of contracts, one row each: [term]."""

    contract: Integers
    account: Integers
    signed: Integers
    start: Integers
    end: Integers
    seats: Integers
    seats_at_end: Integers
    price: Floats  # per seat and month, in units of currency; NaN: not known
    list_price: Floats
    renewed_from: Integers  # the contract before; NOBODY: a first term
    champion_left: Flags  # in this term
    champion_left_at: Integers  # NO_TIME: not, or it is not known when


@dataclass(frozen=True)
class TeamRows:
    """The teams of accounts, where they are known: [team], in the order of accounts."""

    account: Integers
    team: Integers  # 0, 1, ... within the account
    size: Integers


@dataclass(frozen=True)
class ObservedTables:
    """All tables of an export."""

    accounts: ObservedAccounts
    events: EventRows
    stages: StageRows
    contracts: ContractRows
    teams: TeamRows


class Window(NamedTuple):
    """The time that is looked at, in microseconds since 1970: from `since` on, and before `until`."""

    since: int
    until: int

    @property
    def length(self) -> int:
        """Its microseconds."""
        return self.until - self.since

    def month_starts(self) -> Integers:
        """When its calendar months begin, in microseconds since it began: the first is 0.

        >>> Window(0, 40 * MICROSECONDS).month_starts().tolist()
        [0, 2678400000000]
        """
        first = np.datetime64(self.since, "us").astype("datetime64[M]")
        last = np.datetime64(self.until - 1, "us").astype("datetime64[M]")
        starts = np.arange(first, last + 1).astype("datetime64[us]").astype(np.int64) - self.since
        starts[0] = 0
        return starts


def no_teams() -> TeamRows:
    """The table of an export that says nothing of teams."""
    none = np.empty(0, np.int64)
    return TeamRows(none, none, none)


def in_order(rows: EventRows) -> EventRows:
    """The same events in the order of time; those of one instant stay as they are."""
    order = np.argsort(rows.time, kind="stable")
    return EventRows(*(getattr(rows, name)[order] for name in EventRows.__dataclass_fields__))
