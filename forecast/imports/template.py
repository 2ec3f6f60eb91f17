"""An accounts file to start from: the columns, and one row as an example."""

from __future__ import annotations

from forecast.scenario.checks.accounts import ACCOUNT_COLUMNS, accounts_text

EXAMPLE = {
    "account": "Example Ltd",
    "segment": "mid_market",
    "eligible_users": "200",
    "free_users": "10",
    "paid_users": "80",
    "lapsed_users": "15",
    "seats": "120",
    "price_per_seat_month": "39.00",
    "contract_end": "2030-06-30",
    "months_of_use": "3:30;14:60",
    "in_trial": "4",
    "champion_left": "no",
}


def template_text() -> str:
    """The text of the file; it is valid for a scenario with the segment `mid_market` that starts before 2030-06-30."""
    return accounts_text([EXAMPLE], ACCOUNT_COLUMNS)
