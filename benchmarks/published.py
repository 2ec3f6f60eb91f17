"""What comes out of `bottom_up`, beside what is published of such figures?  Only figures that no input holds by itself.

    python benchmarks/published.py       # half a minute; the sources are those of docs/sources.md

A range is that of the source, not of this model.  Outside of it something is to be explained, not necessarily wrong.
"""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from forecast import run
from forecast.study.finished_run import Run

REPLICATIONS = 200
TWENTIETHS = 20
MONTH = 365.25 / 12


class Figure(NamedTuple):
    """An output with its standard error, and what is published of it: a range and where it stands."""

    what: str
    value: float
    error: float
    low: float
    high: float
    source: str
    unit: str = "%"

    def row(self) -> str:
        """The row of a Markdown table."""
        share = 100 if self.unit == "%" else 1
        low, high, value, error = (each * share for each in (self.low, self.high, self.value, self.error))
        if low == high:
            said, place = f"{low:.3g}", f"{value / low:.2g} times it"
        else:
            said = f"{low:.3g} to {high:.3g}"
            place = "within" if low <= value <= high else "above" if value > high else "below"
        return f"| {self.what} | {value:.3g} ({error:.2g}) {self.unit} | {said} {self.unit} | {self.source} | {place} |"


def jackknifed(figure: Callable[[Any], float], table: Any) -> tuple[float, float]:
    """A figure of all replications and its standard error, each twentieth of them left out in turn."""
    part = table["replication"] % TWENTIETHS
    without = np.array([figure(table[part != number]) for number in range(TWENTIETHS)])
    return figure(table), float(np.sqrt((TWENTIETHS - 1) * without.var()))


def at(table: Any, month: int) -> Any:
    """The sums of all columns at a month's end."""
    return table[table["month"] == month].sum(numeric_only=True)


def growth(columns: list[str], first: int, last: int) -> Callable[[Any], float]:
    """How much the sum of some columns grows in a month, on average."""
    return lambda table: float(
        (at(table, last)[columns].sum() / at(table, first)[columns].sum()) ** (1 / (last - first)) - 1
    )


def ratio(over: list[str], under: list[str], month: int = 36) -> Callable[[Any], float]:
    """The ratio of two sums of columns at a month's end."""
    return lambda table: float(at(table, month)[over].sum() / at(table, month)[under].sum())


def of_users(months: Any) -> Iterator[Figure]:
    """Growth, conversion and retention, from the months of all segments."""
    active = ["free_users", "paid_users", "seated_users"]
    tried = [*active, "in_trial", "lapsed_users"]
    for what, columns, first, last, low, high, source in (
        ("users who pay or are seated, growth a month, months 6 to 18", active[1:], 6, 18, 0.10, 0.18, "[G1] [G2] B"),
        ("active users, growth a month, months 6 to 18", active, 6, 18, 0.0, 0.25, "[G3] A: a ceiling"),
        ("the same, months 3 to 6", active, 3, 6, 0.0, 0.25, "[G3] A: a ceiling"),
    ):
        yield Figure(what, *jackknifed(growth(columns, first, last), months), low, high, source)
    yield Figure(
        "users who pay by themselves, of all who ever tried",
        *jackknifed(ratio(["paid_users"], tried), months),
        0.02,
        0.05,
        "[C4] [C5] B",
    )
    for name, low, high in (("grr", 0.90, 0.93), ("nrr", 1.0, 1.10)):
        over, under = (f"contract_{name}_{part}_cents" for part in ("numerator", "denominator"))
        yield Figure(
            f"contract {name.upper()}, last 12 months", *jackknifed(ratio([over], [under]), months), low, high, "[R5] A"
        )
    unused = jackknifed(lambda table: 1 - min(1, ratio(["seated_users"], ["seats"])(table)), months)
    yield Figure("seats that nobody has", *unused, 0.44, 0.53, "[Z1] B: unused for 30 days")


def of_accounts(accounts: Any) -> Iterator[Figure]:
    """Conversion and concentration, from the accounts at the horizon."""
    tried = accounts[accounts["first_trial_day"].notna()]
    pays = jackknifed(lambda table: float((table["arr_cents"] > 0).mean()), tried)
    yield Figure(
        "organizations that pay, of those in which somebody ever tried", *pays, 0.11, 0.30, "[F5] [F1] [C5] A/B"
    )
    for segment, part in tried.groupby("segment", observed=True):
        yield Figure(
            f"the same, {segment}",
            *jackknifed(lambda table: float((table["arr_cents"] > 0).mean()), part),
            0.11,
            0.30,
            "[F5] [F1] [C5] A/B",
        )
    paying = accounts[accounts["arr_cents"] > 0]

    def large(table: Any) -> float:
        return float(table.loc[table["arr_cents"] >= 10**7, "arr_cents"].sum() / table["arr_cents"].sum())

    yield Figure("share of ARR from customers above 100,000 USD", *jackknifed(large, paying), 0.4, 0.4, "[F1] A")
    many = jackknifed(lambda table: float((table["arr_cents"] >= 10**7).mean()), paying)
    yield Figure("their share of the customers", *many, 0.0065, 0.0065, "[F1] A")


WIN_RATES = {"smb": (0.25, 0.45), "mid_market": (0.15, 0.30), "enterprise": (0.10, 0.20)}
CYCLES = {"smb": (14, 30), "mid_market": (30, 90), "enterprise": (90, 270)}


def of_deals(deals: Any) -> Iterator[Figure]:
    """Win rates and how long deals take, by segment."""
    for segment, (low, high) in WIN_RATES.items():
        closed = deals[(deals["segment"] == segment) & (deals["outcome"] != "open")]
        won = jackknifed(lambda table: float((table["outcome"] == "won").mean()), closed)
        yield Figure(f"win rate, {segment}", *won, low, high, "[W1] [W2] [W3] B/C")
    for segment, (low, high) in CYCLES.items():
        won = deals[(deals["segment"] == segment) & (deals["outcome"] == "won")]
        days = jackknifed(lambda table: float((table["closed_day"] - table["opened_day"]).median()), won)
        yield Figure(
            f"median days of a deal that is won, {segment}", *days, low, high, "[L1] C, mid_market [L2] A", "days"
        )


def of_money(months: Any) -> Iterator[Figure]:
    """Unit economics of the third year."""

    def year(table: Any) -> Any:
        return table[table["month"] > 24].sum(numeric_only=True)

    def margin(table: Any) -> float:
        return float(1 - year(table)["cogs_cents"] / year(table)["revenue_cents"])

    def spent(table: Any) -> float:
        return float(year(table)[["people_cost_cents", "acquisition_cost_cents"]].sum())

    def added(table: Any) -> float:
        return float(year(table)[["new_arr_cents", "reactivation_arr_cents", "expansion_arr_cents"]].sum())

    yield Figure("gross margin, third year", *jackknifed(margin, months), 0.41, 0.65, "[M1] [M2] B: AI products")
    payback = jackknifed(lambda table: 12 * spent(table) / added(table) / margin(table), months)
    yield Figure("CAC payback, third year", *payback, 8, 24, "[X1] B", "months")
    cost = jackknifed(lambda table: spent(table) / added(table), months)
    yield Figure("selling cost of 1 USD of new ARR, third year", *cost, 1.14, 1.14, "[X2] A: median", "USD")


def apart(users: Figure, organizations: Figure) -> Figure:
    """How many times the conversion of organizations is that of users."""
    value = organizations.value / users.value
    error = value * float(np.hypot(organizations.error / organizations.value, users.error / users.value))
    return Figure("conversion of organizations over that of users", value, error, 5, 5, "calc on these", "times")


def figures(done: Run) -> Iterator[Figure]:
    """All of them."""
    months, accounts, deals = (done.frame(name) for name in ("monthly", "accounts", "opportunities"))
    users, organizations = list(of_users(months)), list(of_accounts(accounts))
    yield from users
    yield from organizations
    yield apart(users[3], organizations[0])
    yield from of_deals(deals)
    yield from of_money(months)


def main() -> int:
    """0: nothing here is passed or failed."""
    print(f"bottom_up, {REPLICATIONS} replications; in parentheses the standard error\n")
    print("| | here | published | source | |\n|---|---|---|---|---|")
    with tempfile.TemporaryDirectory() as folder:
        for figure in figures(run("bottom_up", replications=REPLICATIONS, folder=Path(folder) / "run")):
            print(figure.row(), flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
