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

from forecast.analysis.formatting import format_money, format_number, format_share, humanize, pluralize
from forecast.errors import printable

if TYPE_CHECKING:
    from forecast.scenario import Scenario
    from forecast.study.preview import ScenarioSize

Summary: TypeAlias = dict[str, Any]

PIPED_WIDTH = 100
DAYS_PER_MONTH = 30.4375
MONEY_ROWS = (
    ("ARR", "monthly", "arr_cents"),
    ("  self-serve", "monthly", "self_serve_arr_cents"),
    ("  contracts", "monthly", "enterprise_arr_cents"),
    ("revenue of 12 months", "last_12_months", "revenue_cents"),
    ("bookings of 12 months", "last_12_months", "bookings_cents"),
    ("cash in of 12 months", "last_12_months", "cash_cents"),
)
COUNT_ROWS = (
    ("contracts", "monthly", "contracts"),
    ("seats", "monthly", "seats"),
    ("free users", "monthly", "free_users"),
    ("paid users", "monthly", "paid_users"),
    ("seated users", "monthly", "seated_users"),
)


def output_console() -> Console:
    """Where results go: stdout as it is now, never coloured when it is no terminal."""
    piped = not sys.stdout.isatty()
    return Console(file=sys.stdout, width=PIPED_WIDTH if piped else None, highlight=False, markup=False, emoji=False)


def plain_line(text: str) -> Text:
    """The text as it is, in one line: no markup, and nothing in it that would change the terminal."""
    return Text(printable(text))


def show_run(summary: Summary) -> None:
    """Nothing; the forecast is on stdout."""
    screen = output_console()
    for sentence in _answer_sentences(summary):
        screen.print(plain_line(sentence))
    parts = (_signing_table, _trial_table, _money_table, _deals_table, _waits_table)
    for table in (part(summary) for part in parts):
        if table.row_count:
            screen.print()
            screen.print(table)


def _answer_sentences(summary: Summary) -> Iterable[str]:
    """The answer in a few sentences."""
    last, currency, replications = str(summary["months"]), summary["currency"], summary["replications"]
    start, end = month_after(summary["start"], 0), month_after(summary["start"], summary["months"] - 1)
    signed = _with_range(summary["total"]["contract_incidence"][last], format_share)
    arr = _with_range(summary["monthly"]["arr_cents"][last], format_money)
    revenue, cash = (
        _with_range(summary["to_date"][name][last], format_money) for name in ("revenue_cents", "cash_cents")
    )
    yield f"{summary['scenario']}: {pluralize(summary['accounts'], 'account')}, {start} to {end}"
    yield ""
    yield (
        f"By the end of {end}, {signed} of the accounts have signed. "
        f"They and self-serve users then pay {currency} {arr} a year. "
        f"Until then revenue is {currency} {revenue}, cash collected {currency} {cash}."
    )
    under = sum(block["started_under_contract"] for block in summary["segments"].values())
    if under:
        yield f"{pluralize(under, 'account')} under contract at the start: not among those who sign, but in the money."
    rough = "; so few that ranges are rough" if replications < 30 else ""
    yield (
        f"Means of {pluralize(replications, 'replication')}{rough}. "
        "In brackets: 80% of the replications lie there (p10–p90)."
    )


def month_after(start: str, months: int) -> str:
    """The month so many months after the start."""
    first = date.fromisoformat(start)
    place = first.year * 12 + first.month - 1 + months
    return f"{date(place // 12, place % 12 + 1, 1):%B %Y}"


def _with_range(cell: dict[str, float | None], said: Any) -> str:
    """`11.1% (10.2–12.0%)`: the mean and where 80 % lie."""
    low, high = said(cell["p10"]), said(cell["p90"])
    return f"{said(cell['mean'])} ({low.removesuffix('%')}–{high})"


def _number_table(title: str, *names: str) -> Table:
    """A table whose first column is text and whose others are numbers."""
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="bold")
    table.add_column(plain_line(title), no_wrap=True)
    for name in names:
        table.add_column(plain_line(name), justify="right")
    return table


def add_row(table: Table, *cells: str) -> None:
    """Nothing; a row more, its texts as they are."""
    table.add_row(*(plain_line(cell) for cell in cells))


def _reported_months(summary: Summary) -> list[str]:
    """The reported months."""
    return list(summary["total"]["contract_incidence"])


def _signing_table(summary: Summary) -> Table:
    """Who has signed by when."""
    months = _reported_months(summary)
    table = _number_table("Accounts signed by the end of", *(f"month {month}" for month in months))
    blocks = {**summary["segments"], **({"total": summary["total"]} if len(summary["segments"]) > 1 else {})}
    for name, block in blocks.items():
        add_row(table, name, *(_with_range(block["contract_incidence"][month], format_share) for month in months))
    return table


def _trial_table(summary: Summary) -> Table:
    """How long it takes from the first trial, and whether use spreads by itself."""
    table = _number_table("Signed after the first trial", "6 months", "12 months", "24 months", "half of them", "R")
    for name, block in summary["segments"].items():
        trial = block["first_trial_to_contract"]
        median = trial["quantile_days"]["p50"]
        half = "not reached" if median is None else f"{median / DAYS_PER_MONTH:.0f} months"
        add_row(
            table, name, *(format_share(trial[month]["mean"]) for month in ("6", "12", "24")), half, f"{block['R']:.1f}"
        )
    return table


def _money_table(summary: Summary) -> Table:
    """What they pay, and how many use it."""
    months = _reported_months(summary)
    table = _number_table(f"{summary['currency']}, by the end of", *(f"month {month}" for month in months))
    for title, block, metric in MONEY_ROWS:
        cells = summary[block][metric]
        add_row(table, title, *(_with_range(cells[month], format_money) for month in months))
    for title, block, metric in COUNT_ROWS:
        cells = summary[block][metric]
        if any(cells[month]["mean"] for month in months):
            add_row(table, title, *(_with_range(cells[month], format_number) for month in months))
    return table


def _deals_table(summary: Summary) -> Table:
    """What became of the deals that were closed, by segment."""
    deals = summary["deals"]
    names = [name for name in deals if name != "total" or len(deals) > 2]
    table = _number_table("Deals until the horizon", *names)
    if (
        not any(deals["total"]["lost"][reason]["mean"] for reason in deals["total"]["lost"])
        and not deals["total"]["won"]["mean"]
    ):
        return table
    add_row(table, "won", *(format_number(deals[name]["won"]["mean"]) for name in names))
    reasons = sorted(deals["total"]["lost"], key=lambda reason: -(deals["total"]["lost"][reason]["mean"] or 0))
    for reason in reasons:
        if deals["total"]["lost"][reason]["mean"]:
            add_row(
                table,
                f"lost: {humanize(reason)}",
                *(format_number(deals[name]["lost"][reason]["mean"]) for name in names),
            )
    add_row(table, "won, of all closed", *(format_share(deals[name]["win_rate"]["mean"]) for name in names))
    return table


def _waits_table(summary: Summary) -> Table:
    """Where deals wait for the vendor's people."""
    table = _number_table("Waiting for", "mean wait, days", "busy", "requests", "gave up waiting")
    for name, block in summary["resources"].items():
        wait, busy = (
            _with_range(block["mean_wait_days"], format_number),
            _with_range(block["utilization"], format_share),
        )
        add_row(
            table,
            humanize(name),
            wait,
            busy,
            format_number(block["requests"]["mean"]),
            format_number(block["reneged"]["mean"]),
        )
    return table


def show_scenario_figures(scenario: Scenario, figures: ScenarioSize) -> None:
    """Nothing; a scenario's key figures are on stdout."""
    screen = output_console()
    screen.print(plain_line(f"{scenario.name}: valid. {scenario.months} months from {scenario.start:%B %Y}."))
    table = _number_table("", "accounts", "eligible users", "R")
    for each in figures.segments:
        add_row(table, each.name, f"{each.accounts:,}", f"{each.users:,}", f"{each.reproduction_number:.2f}")
    screen.print(table)
    how = (
        "replication 0 simulated"
        if figures.simulated == figures.accounts
        else (f"estimated from {figures.simulated:,} of {figures.accounts:,} accounts of replication 0")
    )
    screen.print(
        plain_line(f"About {figures.events:,} events a replication ({how}); {scenario.replications:,} replications.")
    )
