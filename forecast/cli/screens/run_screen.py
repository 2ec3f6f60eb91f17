"""The forecast of a run on a terminal: when accounts sign, what they pay, why deals fail, where they wait.

Takes the summary of a run.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import TYPE_CHECKING, Any, TypeAlias

from forecast.analysis.formatting import (
    count_futures,
    format_cell,
    format_money,
    format_number,
    format_share,
    pluralize,
    rough_note,
)
from forecast.cli.screens.figure_table import FigureTable
from forecast.cli.screens.terminal import (
    REPRODUCTION_NOTE,
    Screen,
    add_row,
    figure_table,
    plain_line,
    print_flags,
)
from forecast.months import month_name
from forecast.scenario.values.units import DAYS_PER_MONTH

if TYPE_CHECKING:
    from forecast.scenario.records import Labels
    from forecast.study.finished_run import Run

Summary: TypeAlias = dict[str, Any]

MONEY_ROWS = (
    ("ARR", "monthly", "arr_cents"),
    ("  self-serve", "monthly", "self_serve_arr_cents"),
    ("  team plans", "monthly", "team_arr_cents"),
    ("  contracts", "monthly", "enterprise_arr_cents"),
    ("revenue (last 12 months)", "last_12_months", "revenue_cents"),
    ("  usage", "last_12_months", "usage_revenue_cents"),
    ("usage run rate", "monthly", "usage_run_rate_cents"),
    ("bookings (last 12 months)", "last_12_months", "bookings_cents"),
    ("cash collected (last 12 months)", "last_12_months", "cash_cents"),
)
COUNT_ROWS = (
    ("contracts", "monthly", "contracts"),
    ("seats", "monthly", "seats"),
    ("free users", "monthly", "free_users"),
    ("paid users", "monthly", "paid_users"),
    ("users on team plans", "monthly", "team_users"),
    ("seated users", "monthly", "seated_users"),
    ("paying teams", "monthly", "paying_teams"),
)
# Rows of money that are left out where they are 0.
ONLY_WHERE_ANY = ("team_arr_cents", "usage_revenue_cents", "usage_run_rate_cents")


def show_run(run: Run) -> None:
    """Write the forecast of a run on stdout."""
    summary, labels = run.summary, run.scenario.labels
    screen = Screen()
    has_stages = bool(run.scenario.stages)
    for sentence in _answer_sentences(summary, has_stages=has_stages):
        screen.print(plain_line(sentence))
    signing = (_signing_table, _entry_table, _trial_table) if has_stages else (_spread_table,)
    for part in (*signing, _team_table, _money_table, _deals_table, _waits_table):
        table = part(summary, labels)
        if table.row_count:
            screen.print()
            screen.print(table)
        if part is signing[-1]:
            screen.print(plain_line(REPRODUCTION_NOTE))
    print_flags(screen, run.plausibility, labels)


def _answer_sentences(summary: Summary, *, has_stages: bool) -> Iterator[str]:
    """The answer in a few sentences."""
    last, currency, replications = str(summary["months"]), summary["currency"], summary["replications"]
    opening = date.fromisoformat(summary["start"])
    start, end = month_name(opening, 0), month_name(opening, summary["months"] - 1)
    signed = format_cell(summary["total"]["contract_incidence"][last], format_share)
    arr = format_cell(summary["monthly"]["arr_cents"][last], format_money)
    revenue, cash = (
        format_cell(summary["to_date"][name][last], format_money) for name in ("revenue_cents", "cash_cents")
    )
    yield f"{summary['scenario']}: {pluralize(summary['accounts'], 'account')}, {start} to {end}"
    yield ""
    by_card = any(summary["monthly"][name][last]["mean"] for name in ("self_serve_arr_cents", "team_arr_cents"))
    who = "They and self-serve users" if by_card else "They"
    first = (
        f"By the end of {end}, {signed} of the accounts have signed. {who} then pay {currency} {arr} a year."
        if has_stages
        else f"At the end of {end} ARR is {currency} {arr}; no account can sign: there are no procurement stages."
    )
    yield f"{first} Until then revenue is {currency} {revenue}, cash collected {currency} {cash}."
    rate = summary["monthly"].get("usage_run_rate_cents", {}).get(last)  # summaries of before have no use
    if rate and rate["mean"]:
        yield f"Beside ARR, use then brings {currency} {format_cell(rate, format_money)} a year (usage run rate)."
    under = sum(block["started_under_contract"] for block in summary["segments"].values())
    if under:
        yield f"{pluralize(under, 'account')} under contract at the start: not among those who sign, but in the money."
    futures = f"{count_futures(replications)}{rough_note(replications)}"
    yield f"Means of {futures}. In brackets: the range of 80% of them (p10–p90)."


def _reported_months(summary: Summary) -> list[str]:
    """The months that a summary reports, as its keys name them."""
    return list(summary["total"]["contract_incidence"])


def _signing_table(summary: Summary, labels: Labels) -> FigureTable:
    """Who has signed by when."""
    months = _reported_months(summary)
    # Where accounts enter later, the table of the time from entry follows.
    later = any("entry_to_contract" in block for block in summary["segments"].values())
    of = ", of those in the market at" if later else " by"
    table = figure_table(f"Accounts signed{of} the end of", *(f"month {month}" for month in months))
    blocks = {labels.segment(name): block for name, block in summary["segments"].items()}
    if len(blocks) > 1:
        blocks["total"] = summary["total"]
    for name, block in blocks.items():
        add_row(table, name, *(format_cell(block["contract_incidence"][month], format_share) for month in months))
    return table


def _entry_table(summary: Summary, labels: Labels) -> FigureTable:
    """How long it takes from an account's entry into the market, where any account enters after the start."""
    table = figure_table("Signed after entering the market", "6 months", "12 months", "24 months", "entered later")
    for name, block in summary["segments"].items():
        entry = block.get("entry_to_contract")
        if entry:
            shares = (format_share(entry[month]) for month in ("6", "12", "24"))
            add_row(table, labels.segment(name), *shares, format_number(entry["entered_later"]))
    return table


def _trial_table(summary: Summary, labels: Labels) -> FigureTable:
    """How long it takes from the first trial, and whether use spreads by itself."""
    table = figure_table("Signed after the first trial", "6 months", "12 months", "24 months", "median time", "R")
    for name, block in summary["segments"].items():
        trial = block["first_trial_to_contract"]
        days = trial["quantile_days"]["p50"]
        median = "beyond horizon" if days is None else f"{days / DAYS_PER_MONTH:.0f} months"
        if all(trial[month]["mean"] is None for month in ("6", "12", "24")):
            median = format_number(None)  # nobody tries it before signing
        shares = (format_share(trial[month]["mean"]) for month in ("6", "12", "24"))
        add_row(table, labels.segment(name), *shares, median, f"{block['R']:.1f}")
    return table


def _spread_table(summary: Summary, labels: Labels) -> FigureTable:
    """Whether use spreads by itself."""
    table = figure_table("Use within an account", "R")
    for name, block in summary["segments"].items():
        add_row(table, labels.segment(name), f"{block['R']:.1f}")
    return table


def _team_table(summary: Summary, labels: Labels) -> FigureTable:
    """How many accounts have had a paying team, how soon after the first person, and how soon before a contract."""
    head = ("paying team", "after first trial: 12 months", "median time", "then a contract: 12 months", "median time")
    table = figure_table(f"Teams that pay, by month {summary['months']}", *head)
    path = summary.get("team_path", {})
    for name, block in path.items():
        if name == "total" and len(path) == 2:
            continue
        shares = [format_cell(block["team_plan_incidence"][str(summary["months"])], format_share)]
        for step in ("first_trial_to_team_plan", "team_plan_to_contract"):
            days = block[step]["quantile_days"]["p50"]
            median = "beyond horizon" if days is None else f"{days / DAYS_PER_MONTH:.0f} months"
            known = block[step]["12"]["mean"]
            shares += [format_share(known), format_number(None) if block[step]["accounts"] == 0 else median]
        add_row(table, name if name == "total" else labels.segment(name), *shares)
    return table


def _money_table(summary: Summary, _: Labels) -> FigureTable:
    """What they pay, and how many use it."""
    months = _reported_months(summary)
    table = figure_table(f"{summary['currency']}, by the end of", *(f"month {month}" for month in months))
    for title, block, metric in MONEY_ROWS:
        cells = summary[block].get(metric)  # summaries of before have no use
        if metric not in ONLY_WHERE_ANY or (cells and any(cells[month]["mean"] for month in months)):
            add_row(table, title, *(format_cell(cells[month], format_money) for month in months))
    for title, block, metric in COUNT_ROWS:
        cells = summary[block][metric]
        if any(cells[month]["mean"] for month in months):
            add_row(table, title, *(format_cell(cells[month], format_number) for month in months))
    return table


def _deals_table(summary: Summary, labels: Labels) -> FigureTable:
    """What became of the deals that were closed, by segment; empty where there were none."""
    deals = summary["deals"]
    names = [name for name in deals if name != "total" or len(deals) > 2]
    shown = (name if name == "total" else labels.segment(name) for name in names)
    table = figure_table(f"Deals by month {summary['months']}", *shown)
    lost = {reason: cell["mean"] for reason, cell in deals["total"]["lost"].items() if cell["mean"]}
    if not lost and not deals["total"]["won"]["mean"]:
        return table
    add_row(table, "won", *(format_number(deals[name]["won"]["mean"]) for name in names))
    for reason in sorted(lost, key=lambda reason: -lost[reason]):
        counts = (format_number(deals[name]["lost"][reason]["mean"]) for name in names)
        add_row(table, f"lost: {labels.reason(reason)}", *counts)
    add_row(table, "win rate", *(format_share(deals[name]["win_rate"]["mean"]) for name in names))
    return table


def _waits_table(summary: Summary, labels: Labels) -> FigureTable:
    """Where deals wait for the vendor's people."""
    table = figure_table("Waiting for", "mean wait, days", "busy", "requests", "gave up waiting")
    for name, block in summary["resources"].items():
        add_row(
            table,
            labels.resource(name),
            format_cell(block["mean_wait_days"], format_number),
            format_cell(block["utilization"], format_share),
            format_number(block["requests"]["mean"]),
            format_number(block["reneged"]["mean"]),
        )
    return table
