"""Where accounts stand at the end of what was seen, as the accounts file from which a forecast starts.

An account's eagerness goes with it: the gamma distribution that its own history leaves.  Nobody's id stands there.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import date, timedelta

import numpy as np

from forecast.errors import Problem
from forecast.exports.read_monthly import Panel
from forecast.fitting.prior_values import PriorValues, median_duration
from forecast.fitting.replayed_exports import ReplayedExports
from forecast.learning.starts import Eagerness
from forecast.observed.account_states import FREE, PAID, SEATED, TEAM, TRIAL
from forecast.observed.account_today import AccountToday, accounts_today
from forecast.observed.tables import MICROSECONDS, MONTH
from forecast.scenario import Scenario
from forecast.scenario.checks.account_cells import AccountCells

_LATEST_DAY = 60_000  # in 2134: a contract without an end


def panel_rows(panel: Panel, eagerness: Eagerness) -> list[dict[str, str]]:
    """The accounts of a panel, each as in its last row; one whose last row is older has left the market."""
    return [
        {
            "account": panel.accounts[state.account],
            "segment": panel.segments[panel.segment[state.account]],
            "eligible_users": str(max(state.eligible, state.active, 1)),
            "free_users": str(state.active or ""),
            **_eagerness_cells(eagerness, state.account),
        }
        for state in panel.states
        if state.day == panel.last
    ]


def history_rows(history: ReplayedExports, prior: PriorValues, eagerness: Eagerness | None) -> list[dict[str, str]]:
    """The accounts of exports as they stand at the end."""
    accounts = history.tables.accounts
    cool_down = median_duration(prior.values("procurement.cool_down")[0])
    return [
        {
            "account": accounts.names[stand.account],
            "segment": accounts.segments[int(accounts.segment[stand.account])],
            "eligible_users": str(stand.size),
            "lapsed_users": str(stand.lapsed or ""),
            **_people_cells(stand),
            **_purchase_cells(stand, history, prior, cool_down),
            **(_eagerness_cells(eagerness, stand.account) if eagerness else {}),
        }
        for stand in accounts_today(history.found, history.tables)
    ]


def _people_cells(stand: AccountToday) -> dict[str, str]:
    """Users and their ages: free ones first, then those who pay or have a seat, then those on team plans."""
    paid = sorted([*stand.ages.get(PAID, ()), *stand.ages.get(SEATED, ())])
    free, team = stand.ages.get(FREE, []), stand.ages.get(TEAM, [])
    if stand.contract is not None:  # everybody has a seat
        paid, free, team = sorted([*paid, *free, *team]), [], []
    cohorts = [*_cohorts(free, MONTH), *_cohorts(paid, MONTH), *_cohorts(team, MONTH)]
    cells = {"free_users": len(free), "paid_users": len(paid), "team_users": len(team)}
    return {
        **{name: str(count or "") for name, count in cells.items()},
        "teams": str(stand.paying_teams or "") if team else "",
        "months_of_use": ";".join(cohorts),
        "in_trial": ";".join(_cohorts(stand.ages.get(TRIAL, []), MICROSECONDS)),
    }


def _cohorts(ages: Sequence[int], unit: float) -> list[str]:
    """`1.5:4`: four people of one and a half units."""
    rounded = Counter(f"{max(age / unit, 0.0):.1f}" for age in ages)
    return [f"{age}:{count}" for age, count in rounded.items()]


def _purchase_cells(
    stand: AccountToday, history: ReplayedExports, prior: PriorValues, cool_down: float
) -> dict[str, str]:
    """The contract, else the open purchase, else the ban or the cool-down."""
    contracts = history.tables.contracts
    if stand.contract is not None:
        row = stand.contract
        price = float(contracts.price[row])
        return {
            "seats": str(max(int(contracts.seats_at_end[row]), 1)),
            "contract_end": str(max(_day(int(contracts.end[row])), history.start + timedelta(days=1))),
            "price_per_seat_month": f"{price:.2f}" if np.isfinite(price) else "",
            "champion_left": "yes" if contracts.champion_left[row] else "",
        }
    names = history.tables.stages.stages
    opened = {names[stage]: entered for stage, entered in stand.open_stages.items()}
    first = next((stage for stage in prior.scenario.stages if stage in opened), None)
    if first is not None:
        entered = _day(history.window.since + opened[first])
        return {"opportunity_stage": first, "stage_entered": str(min(entered, history.start))}
    if stand.banned_since is not None:
        return {"banned_since": str(_day(history.window.since + stand.banned_since))}
    if stand.lost_last is not None:
        until = _day(history.window.since + stand.lost_last + round(cool_down * MICROSECONDS))
        return {"cooling_until": str(until)} if until > history.start else {}
    return {}


def _day(time: int) -> date:
    """The day of an instant, in UTC; very late ones are those that never end."""
    days = min(time // MICROSECONDS, _LATEST_DAY)
    return date(1970, 1, 1) + timedelta(days=days)


def _eagerness_cells(eagerness: Eagerness, account: int) -> dict[str, str]:
    """The two cells that say how eager an account is."""
    return {
        "frailty_shape": f"{float(eagerness.shape[account]):.6g}",
        "frailty_rate": f"{float(eagerness.rate[account]):.6g}",
    }


def with_usable_names(
    rows: Sequence[dict[str, str]], segments: Sequence[str], prior: Scenario, start: date
) -> tuple[list[dict[str, str]], int]:
    """The rows, each under a name that an accounts file may have, and how many had another one before."""
    problems: list[Problem] = []
    cells = AccountCells("", tuple(segments), tuple(prior.stages), prior.currency, start, problems.append)
    named, renamed = [], 0
    for number, row in enumerate(rows, 1):
        before = len(problems)
        cells.check_name(row["account"])
        wrong = len(problems) > before
        named.append({**row, "account": f"account {number}"} if wrong else row)
        renamed += wrong
    return named, renamed
