"""How does a forecast look on a terminal?  One screen: when they sign, what they pay, why deals fail, where they wait.

Takes the summary of a run; computes nothing.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable
from datetime import date
from typing import TYPE_CHECKING, Any, TypeAlias

from rich.console import Console
from rich.table import Table
from rich.text import Text

from forecast.errors import printable
from forecast.results.words import counted, number, plain, share, short

if TYPE_CHECKING:
    from forecast.results.figures import Figures
    from forecast.scenario import Scenario

Summary: TypeAlias = dict[str, Any]

PIPED_WIDTH = 100
DAYS_PER_MONTH = 30.4375
MONEY = (
    ("ARR", "monthly", "arr_cents"),
    ("  self-serve", "monthly", "self_serve_arr_cents"),
    ("  contracts", "monthly", "enterprise_arr_cents"),
    ("revenue of 12 months", "last_12_months", "revenue_cents"),
    ("bookings of 12 months", "last_12_months", "bookings_cents"),
    ("cash in of 12 months", "last_12_months", "cash_cents"),
)
COUNTS = (
    ("contracts", "monthly", "contracts"),
    ("seats", "monthly", "seats"),
    ("free users", "monthly", "free_users"),
    ("paid users", "monthly", "paid_users"),
    ("seated users", "monthly", "seated_users"),
)


def console() -> Console:
    """Where results go: stdout as it is now, never coloured when it is no terminal."""
    piped = not sys.stdout.isatty()
    return Console(file=sys.stdout, width=PIPED_WIDTH if piped else None, highlight=False, markup=False, emoji=False)


def line(text: str) -> Text:
    """The text as it is, in one line: no markup, and nothing in it that would change the terminal."""
    return Text(printable(text))


def show_run(summary: Summary) -> None:
    """Nothing; the forecast is on stdout."""
    screen = console()
    for sentence in headline(summary):
        screen.print(line(sentence))
    parts = (signing_table, trial_table, money_table, deals_table, waits_table)
    for table in (part(summary) for part in parts):
        if table.row_count:
            screen.print()
            screen.print(table)


def headline(summary: Summary) -> Iterable[str]:
    """The answer in a few sentences."""
    last, currency, replications = str(summary["months"]), summary["currency"], summary["replications"]
    start, end = month_name(summary["start"], 0), month_name(summary["start"], summary["months"] - 1)
    signed = with_range(summary["total"]["contract_incidence"][last], share)
    arr = with_range(summary["monthly"]["arr_cents"][last], short)
    revenue, cash = (with_range(summary["to_date"][name][last], short) for name in ("revenue_cents", "cash_cents"))
    yield f"{summary['scenario']}: {counted(summary['accounts'], 'account')}, {start} to {end}"
    yield ""
    yield (
        f"By the end of {end}, {signed} of the accounts have signed. "
        f"They and self-serve users then pay {currency} {arr} a year. "
        f"Until then revenue is {currency} {revenue}, cash collected {currency} {cash}."
    )
    under = sum(block["started_under_contract"] for block in summary["segments"].values())
    if under:
        yield f"{counted(under, 'account')} under contract at the start: not among those who sign, but in the money."
    rough = "; so few that ranges are rough" if replications < 30 else ""
    yield (
        f"Means of {counted(replications, 'replication')}{rough}. "
        "In brackets: 80% of the replications lie there (p10–p90)."
    )


def month_name(start: str, months: int) -> str:
    """The month so many months after the start."""
    first = date.fromisoformat(start)
    place = first.year * 12 + first.month - 1 + months
    return f"{date(place // 12, place % 12 + 1, 1):%B %Y}"


def with_range(cell: dict[str, float | None], said: Any) -> str:
    """`11.1% (10.2–12.0%)`: the mean and where 80 % lie."""
    low, high = said(cell["p10"]), said(cell["p90"])
    return f"{said(cell['mean'])} ({low.removesuffix('%')}–{high})"


def columns(title: str, *names: str) -> Table:
    """A table whose first column is text and whose others are numbers."""
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="bold")
    table.add_column(line(title), no_wrap=True)
    for name in names:
        table.add_column(line(name), justify="right")
    return table


def add(table: Table, *cells: str) -> None:
    """Nothing; a row more, its texts as they are."""
    table.add_row(*(line(cell) for cell in cells))


def months_of(summary: Summary) -> list[str]:
    """The reported months."""
    return list(summary["total"]["contract_incidence"])


def signing_table(summary: Summary) -> Table:
    """Who has signed by when."""
    months = months_of(summary)
    table = columns("Accounts signed by the end of", *(f"month {month}" for month in months))
    blocks = {**summary["segments"], **({"total": summary["total"]} if len(summary["segments"]) > 1 else {})}
    for name, block in blocks.items():
        add(table, name, *(with_range(block["contract_incidence"][month], share) for month in months))
    return table


def trial_table(summary: Summary) -> Table:
    """How long it takes from the first trial, and whether use spreads by itself."""
    table = columns("Signed after the first trial", "6 months", "12 months", "24 months", "half of them", "R")
    for name, block in summary["segments"].items():
        trial = block["first_trial_to_contract"]
        median = trial["quantile_days"]["p50"]
        half = "not reached" if median is None else f"{median / DAYS_PER_MONTH:.0f} months"
        add(table, name, *(share(trial[month]["mean"]) for month in ("6", "12", "24")), half, f"{block['R']:.1f}")
    return table


def money_table(summary: Summary) -> Table:
    """What they pay, and how many use it."""
    months = months_of(summary)
    table = columns(f"{summary['currency']}, by the end of", *(f"month {month}" for month in months))
    for title, block, metric in MONEY:
        cells = summary[block][metric]
        add(table, title, *(with_range(cells[month], short) for month in months))
    for title, block, metric in COUNTS:
        cells = summary[block][metric]
        if any(cells[month]["mean"] for month in months):
            add(table, title, *(with_range(cells[month], number) for month in months))
    return table


def deals_table(summary: Summary) -> Table:
    """What became of the deals that were closed, by segment."""
    deals = summary["deals"]
    names = [name for name in deals if name != "total" or len(deals) > 2]
    table = columns("Deals until the horizon", *names)
    if (
        not any(deals["total"]["lost"][reason]["mean"] for reason in deals["total"]["lost"])
        and not deals["total"]["won"]["mean"]
    ):
        return table
    add(table, "won", *(number(deals[name]["won"]["mean"]) for name in names))
    reasons = sorted(deals["total"]["lost"], key=lambda reason: -(deals["total"]["lost"][reason]["mean"] or 0))
    for reason in reasons:
        if deals["total"]["lost"][reason]["mean"]:
            add(table, f"lost: {plain(reason)}", *(number(deals[name]["lost"][reason]["mean"]) for name in names))
    add(table, "won, of all closed", *(share(deals[name]["win_rate"]["mean"]) for name in names))
    return table


def waits_table(summary: Summary) -> Table:
    """Where deals wait for the vendor's people."""
    table = columns("Waiting for", "mean wait, days", "busy", "requests", "gave up waiting")
    for name, block in summary["resources"].items():
        wait, busy = with_range(block["mean_wait_days"], number), with_range(block["utilization"], share)
        add(table, plain(name), wait, busy, number(block["requests"]["mean"]), number(block["reneged"]["mean"]))
    return table


def show_figures(scenario: Scenario, figures: Figures) -> None:
    """Nothing; a scenario's key figures are on stdout."""
    screen = console()
    screen.print(line(f"{scenario.name}: valid. {scenario.months} months from {scenario.start:%B %Y}."))
    table = columns("", "accounts", "eligible users", "R")
    for each in figures.segments:
        add(table, each.name, f"{each.accounts:,}", f"{each.users:,}", f"{each.reproduction_number:.2f}")
    screen.print(table)
    how = (
        "replication 0 simulated"
        if figures.simulated == figures.accounts
        else (f"estimated from {figures.simulated:,} of {figures.accounts:,} accounts of replication 0")
    )
    screen.print(
        line(f"About {figures.events:,} events a replication ({how}); {scenario.replications:,} replications.")
    )
