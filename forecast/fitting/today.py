"""Where accounts stand at the end of what was seen, as the accounts file from which a forecast starts.

An account's eagerness goes with it: the gamma distribution that its own history leaves.  Nobody's id stands there.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from forecast.errors import Problem
from forecast.exports.read_monthly import Panel
from forecast.learning.starts import Eagerness
from forecast.scenario import Scenario
from forecast.scenario.checks.account_cells import AccountCells

def panel_rows(panel: Panel, eagerness: Eagerness) -> list[dict[str, str]]:
    """The accounts of a panel, each as in its last row; one whose last row is older has left the market."""
    return [
        {
            "account": panel.accounts[state.account],
            "segment": panel.segments[panel.segment[state.account]],
            "eligible_users": str(max(state.eligible, state.active, 1)),
            "free_users": str(state.active or ""),
            **eagerness_cells(eagerness, state.account),
        }
        for state in panel.states
        if state.day == panel.last
    ]


def eagerness_cells(eagerness: Eagerness, account: int) -> dict[str, str]:
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


def history_rows(history, prior, eagerness):
    return []
