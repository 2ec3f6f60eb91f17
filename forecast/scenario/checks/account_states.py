"""What the further columns of an accounts file say of today: trials, bans, cool-downs, the age of a stage, eagerness.

A file need not have them, and a row that has none of them costs nothing here.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, timedelta
from typing import Any

from forecast.errors import quoted
from forecast.foreign.cells import whole_number
from forecast.scenario.checks.account_cells import AccountCells, found_in
from forecast.scenario.records import AGE_UNKNOWN, Cohort, PresentAccount

FRAILTY_COLUMNS = ("frailty_shape", "frailty_rate")
TEAM_COLUMNS = ("team_users", "teams")
STATE_COLUMNS = (
    *("in_trial", "stage_entered", "banned_since", "cooling_until", "champion_left"),
    *FRAILTY_COLUMNS,
    "usage_intensity",
    *TEAM_COLUMNS,
)
MOST_FRAILTY = 1e9
MOST_INTENSITY = 1e6

States = Mapping[str, str]  # the text of each further column that is not empty


def state_values(states: States, cells: AccountCells) -> dict[str, Any]:
    """What the further columns of a row say, by the fields of an account; problems are reported."""
    values = {name: READERS[name](cells, text) for name, text in states.items() if name not in FRAILTY_COLUMNS}
    values["frailty"] = _frailty(states, cells)
    return {name: value for name, value in values.items() if value is not None}


def check_states(account: PresentAccount, states: States, cells: AccountCells) -> None:
    """Report what the further columns of a row say that cannot be beside the rest of it."""
    _check_purchase(account, states, cells)
    _check_ban(account, states, cells)
    _check_teams(account, states, cells)


def _trials(cells: AccountCells, text: str) -> tuple[Cohort, ...]:
    """The users in trial: how many, or how many since when."""
    if ":" in text:
        return cells.cohorts_in_trial(text) or ()
    users = cells.count(text, "in_trial")
    return (Cohort(users, AGE_UNKNOWN),) if users else ()


READERS: dict[str, Callable[[AccountCells, str], Any]] = {
    "in_trial": _trials,
    "stage_entered": lambda cells, text: cells.past_day(text, "stage_entered"),
    "banned_since": lambda cells, text: cells.past_day(text, "banned_since"),
    "cooling_until": lambda cells, text: cells.future_day(text, "cooling_until"),
    "champion_left": lambda cells, text: cells.flag(text, "champion_left"),
    "team_users": lambda cells, text: cells.count(text, "team_users"),
    "teams": lambda cells, text: cells.count(text, "teams"),
    "usage_intensity": lambda cells, text: cells.positive(text, "usage_intensity", MOST_INTENSITY),
}


def _frailty(states: States, cells: AccountCells) -> tuple[float, float] | None:
    """Shape and rate of the account's eagerness."""
    texts = [states.get(name, "") for name in FRAILTY_COLUMNS]
    shape, rate = (cells.positive(text, name, MOST_FRAILTY) for text, name in zip(texts, FRAILTY_COLUMNS, strict=True))
    if any(texts) and not all(texts):
        empty = FRAILTY_COLUMNS[texts.index("")]
        cells.wrong(empty, found_in(""), "frailty_shape and frailty_rate together, or neither")
    return None if shape is None or rate is None else (shape, rate)


def _check_purchase(account: PresentAccount, states: States, cells: AccountCells) -> None:
    """Report an age of a stage without a purchase, and a champion who left without a contract."""
    if "stage_entered" in states and account.opportunity_stage is None:
        cells.not_allowed("stage_entered", states["stage_entered"], "the account has no opportunity_stage")
    if account.champion_left and account.contract_end is None:
        cells.not_allowed("champion_left", states["champion_left"], "the account has no contract")


def _check_teams(account: PresentAccount, states: States, cells: AccountCells) -> None:
    """Report team plans without teams, teams without users, and either under a contract, which has absorbed them."""
    users, teams = account.team_users, account.teams
    if any(whole_number(cells.number_text(states.get(name, "0"))) is None for name in TEAM_COLUMNS):
        return  # reported as no number
    if users and account.contract_end is not None:
        cells.not_allowed("team_users", str(users), "the account has a contract: all who are active have seats")
    elif not min(users, 1) <= teams <= users:
        allowed = f"from 1 to the {users} of team_users" if users else "none, as team_users is"
        cells.wrong("teams", quoted(str(teams)), f"the number of teams on a plan, {allowed}")


def _check_ban(account: PresentAccount, states: States, cells: AccountCells) -> None:
    """Report what cannot be where leaders forbid the product, or where an account cools down after a purchase."""
    bought = {"a contract": account.contract_end, "an open purchase": account.opportunity_stage}
    others = {
        "banned_since": bought | {"a date until which it cools down": account.cooling_until},
        "cooling_until": bought,
    }
    for column, excluded in others.items():
        found = [what for what, value in excluded.items() if value is not None]
        if column in states and found:
            cells.not_allowed(column, states[column], f"the account has {' and '.join(found)}")
    users = account.active_users + account.trial_users
    if "banned_since" in states and users:
        why = f"{users} are active or in trial: where the product is forbidden, they are lapsed_users"
        cells.not_allowed("banned_since", states["banned_since"], why)


def state_texts(account: PresentAccount, start: date) -> dict[str, str]:
    """The further columns of an account as this package writes them, empty ones left out."""
    shape, rate = account.frailty or ("", "")
    days = {name: getattr(account, name) for name in ("stage_entered", "banned_since", "cooling_until")}
    texts = {
        "in_trial": _trials_text(account.in_trial),
        **{name: "" if day is None else str(start + timedelta(days=day)) for name, day in days.items()},
        "champion_left": "yes" if account.champion_left else "",
        "frailty_shape": str(shape),
        "frailty_rate": str(rate),
        "team_users": str(account.team_users or ""),
        "teams": str(account.teams or ""),
        "usage_intensity": "" if account.usage_intensity is None else str(account.usage_intensity),
    }
    return {name: text for name, text in texts.items() if text}


def _trials_text(trials: tuple[Cohort, ...]) -> str:
    """Users in trial as the file has them."""
    if not trials or trials[0].age_days == AGE_UNKNOWN:
        return str(trials[0].users) if trials else ""
    return ";".join(f"{days}:{users}" for users, days in trials)
