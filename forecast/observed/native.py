"""Tables with names and dates become the records of numbers that a replay reads."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from forecast.errors import InputError, Problem, ProblemKind, quoted
from forecast.observed.table_cells import Cells
from forecast.observed.tables import (
    ACCOUNT_EVENTS,
    BY_COLLEAGUE,
    BY_NOBODY,
    BY_UNKNOWN,
    BY_WORDS,
    EVENTS,
    NO_TIME,
    NOBODY,
    NOT_HERE,
    OUTCOMES,
    SOURCES,
    START,
    ContractRows,
    EventRows,
    ObservedAccounts,
    ObservedTables,
    StageRows,
    TeamRows,
    no_teams,
)
from forecast.types import Integers

TABLE_NAMES = ("events", "opportunities", "contracts", "accounts", "teams")
_NEEDED = {
    "events": ("time", "account", "user", "event"),
    "opportunities": ("opportunity", "account", "source", "stage", "entered", "left", "outcome", "reason"),
    "contracts": (
        *("account", "contract", "signed", "start", "end", "seats", "price_per_seat_month", "list_price"),
        *("renewed_from", "champion_left"),
    ),
}
_OPEN_END = 2**62  # microseconds: of a contract that says no end
_BETWEEN = "\x1f"  # an account's name and a team's, or a user's: no name holds it


def observed_tables(
    tables: Mapping[str, pa.Table], *, labels: Mapping[str, str] | None = None, time_zone: str | None = None
) -> ObservedTables:
    """The records of native tables.

    Parameters
    ----------
    tables
        By name, of TABLE_NAMES; all but `accounts` may be left out.  Columns are texts, or have their types.
    labels
        What messages call each table; its name by default.
    time_zone
        The zone of times that are without one, such as "Europe/Berlin".

    Raises
    ------
    InputError
        With all that cannot be read: columns that are not there, unknown names, times and numbers that are none.
    """
    problems: list[Problem] = []
    if "accounts" not in tables:
        raise InputError([Problem(None, None, None, "no table `accounts`", "the list of all accounts")])
    tables = {**{name: _nothing(columns) for name, columns in _NEEDED.items()}, **tables}
    cells = {
        name: Cells(table, (labels or {}).get(name, name), time_zone, problems.append) for name, table in tables.items()
    }
    accounts = _accounts(cells["accounts"])
    teams, team_names = _teams(cells["teams"], accounts) if "teams" in cells else (no_teams(), None)
    found = ObservedTables(
        accounts,
        _events(cells["events"], accounts, teams, team_names),
        _stages(cells["opportunities"], accounts),
        _contracts(cells["contracts"], accounts),
        teams,
    )
    if problems:
        raise InputError(problems)
    return found


def _nothing(columns: tuple[str, ...]) -> pa.Table:
    """A table without rows."""
    return pa.table({name: pa.array([], pa.string()) for name in columns})


def _accounts(cells: Cells) -> ObservedAccounts:
    """Every account; one that stands there twice is a problem."""
    number, names = cells.codes("account", required=True)
    rows, counts = np.unique(number, return_counts=True)
    for place in rows[(counts > 1) & (rows >= 0)].tolist()[:3]:
        line = int(np.flatnonzero(number == place)[1]) + 2
        found, allowed = f"account {quoted(names[place])}", "a row for each account"
        cells.report(Problem(cells.label, line, "account", found, allowed, kind=ProblemKind.DUPLICATE))
    segment, segments = cells.codes("segment", required=True)
    first_known = cells.times("first_known", required=False) if cells.has("first_known") else None
    return ObservedAccounts(
        names,
        segments,
        segment,
        cells.whole_numbers("eligible_users", least=1),
        np.full(len(cells), NO_TIME, np.int64) if first_known is None else first_known,
    )


def _teams(cells: Cells, accounts: ObservedAccounts) -> tuple[TeamRows, pa.Array]:
    """The teams in the order of accounts, and their names with those of the accounts before them."""
    account = cells.places("account", accounts.names, "account")
    size = cells.whole_numbers("size", least=1)
    order = np.argsort(account, kind="stable")
    account, size = account[order], size[order]
    begins = np.searchsorted(account, account, side="left")
    names = _pairs(cells, "team").take(pa.array(order))
    return TeamRows(account, np.arange(len(account)) - begins, size), names


def _pairs(cells: Cells, name: str) -> pa.Array:
    """The texts of a column with the account's name before them; null where empty."""
    return pc.binary_join_element_wise(cells.texts("account"), cells.texts(name), _BETWEEN)


def _events(cells: Cells, accounts: ObservedAccounts, teams: TeamRows, team_names: pa.Array | None) -> EventRows:
    """The events; every event of a user names one."""
    event = cells.places("event", EVENTS, "event")
    user, _ = cells.codes("user")
    of_account = event >= EVENTS.index(ACCOUNT_EVENTS[0])
    for row in np.flatnonzero((user == NOBODY) & ~of_account & (event >= 0)).tolist()[:3]:
        word = EVENTS[int(event[row])]
        cells.report(Problem(cells.label, row + 2, "user", "nothing", f"who it was: `{word}` is an event of a user"))
    return EventRows(
        cells.times("time"),
        cells.places("account", accounts.names, "account"),
        user,
        event,
        _by(cells, event),
        _team_places(cells, teams, team_names),
        cells.flags("moved"),
    )


def _by(cells: Cells, event: Integers) -> Integers:
    """Who brought each start about; a name is a colleague, and an empty cell nobody, where there is the column."""
    if not cells.has("by"):
        return np.full(len(cells), BY_UNKNOWN, np.int64)
    text = cells.texts("by")
    words = pc.index_in(text, value_set=pa.array(list(BY_WORDS), pa.string()))
    known = np.array(list(BY_WORDS.values()), np.int64)
    word = np.array(pc.fill_null(words, -1).to_numpy(zero_copy_only=False), np.int64)
    empty = pc.is_null(text).to_numpy(zero_copy_only=False)
    by = np.where(empty, BY_NOBODY, np.where(word >= 0, known[word], BY_COLLEAGUE))
    return np.where(event == START, by, BY_UNKNOWN)


def _team_places(cells: Cells, teams: TeamRows, team_names: pa.Array | None) -> Integers:
    """The teams of events: places where their sizes are known, else only numbers that tell them apart."""
    if not cells.has("team"):
        return np.full(len(cells), NOBODY, np.int64)
    if team_names is None:
        return cells.codes("team")[0]
    pairs = _pairs(cells, "team")
    rows = np.array(pc.fill_null(pc.index_in(pairs, value_set=team_names), NOBODY), np.int64)
    unknown = (rows == NOBODY) & pc.is_valid(pairs).to_numpy(zero_copy_only=False)
    for row in np.flatnonzero(unknown).tolist()[:3]:
        found = f"team {quoted(cells.table['team'][row].as_py())}"
        cells.report(Problem(cells.label, row + 2, "team", found, "a team of the account in the table of teams"))
    return np.where(rows == NOBODY, NOBODY, teams.team[rows] if len(teams.team) else NOBODY)


def _stages(cells: Cells, accounts: ObservedAccounts) -> StageRows:
    """The opportunities; one without a time at which a stage was left is in it until the next stage is entered."""
    opportunity, _ = cells.codes("opportunity", required=True)
    stage, stages = cells.codes("stage", required=True)
    reason, reasons = cells.codes("reason")
    outcome = cells.places("outcome", OUTCOMES, "outcome", required=False)
    requirement = cells.texts("requirement").to_pylist() if cells.has("requirement") else [None] * len(cells)
    return StageRows(
        stages,
        reasons,
        opportunity,
        cells.places("account", accounts.names, "account"),
        cells.places("source", SOURCES, "source", required=False),
        stage,
        cells.times("entered"),
        cells.times("left", required=False),
        np.where(outcome == NOBODY, NOT_HERE, outcome),
        reason,
        tuple(text or "" for text in requirement),
    )


def _contracts(cells: Cells, accounts: ObservedAccounts) -> ContractRows:
    """The terms of contracts."""
    contract, names = cells.codes("contract", required=True)
    left = cells.texts("champion_left")
    flagged = pc.fill_null(pc.is_in(left, value_set=pa.array(["yes", "true", "no", "false"])), True)
    dated = Cells(
        pa.table({"champion_left": pc.if_else(flagged, pa.scalar(None, pa.string()), left)}),
        *(cells.label, cells.time_zone, cells.report),
    )
    at = dated.times("champion_left", required=False)
    said = pc.fill_null(pc.is_in(left, value_set=pa.array(["yes", "true"])), False).to_numpy(zero_copy_only=False)
    seats = cells.whole_numbers("seats", least=0)
    end = cells.times("end", day_at=0, required=False)
    return ContractRows(
        contract,
        cells.places("account", accounts.names, "account"),
        cells.times("signed", required=False),
        cells.times("start", day_at=0),
        np.where(end == NO_TIME, _OPEN_END, end),
        seats,
        cells.whole_numbers("seats_at_end", least=0) if cells.has("seats_at_end") else seats,
        cells.numbers("price_per_seat_month"),
        cells.numbers("list_price"),
        cells.places("renewed_from", names, "contract", required=False),
        said | (at != NO_TIME),
        at,
    )
