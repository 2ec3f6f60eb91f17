"""A backtest on a terminal: where a naive rule was better, first; then coverage and error of each figure."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from forecast.cli.screens.terminal import Screen, add_row, figure_table, plain_line
from forecast.cli.streams import write_line

if TYPE_CHECKING:
    from forecast.backtesting.backtest import Backtest
    from forecast.cli.screens.figure_table import FigureTable

FIGURES = {"active_users": "active users", "contracts_signed": "contracts signed"}
LEVELS = {"total": "in total", "account": "by account"}
NOTE = (
    "inside: the share of truths inside the 80 % band (of accounts, whose counts are small: by the randomised place "
    "among the draws). error: mean CRPS, in people or contracts; 0 is best. skill: how much smaller it is than that of "
    "the best rule."
)
NARROW, WIDE = 0.70, 0.90


def show_backtest(found: Backtest, *, as_json: bool) -> None:
    """Write a backtest on stdout."""
    document = found.document
    if as_json:
        write_line(json.dumps({"folder": str(found.folder), **document}, indent=2, ensure_ascii=False))
        return
    screen = Screen()
    for line in _loss_lines(document):
        screen.print(plain_line(line))
    screen.print()
    independent = ", ".join(f"{number} at {months}" for months, number in document["independent_origins"].items())
    screen.print(
        plain_line(
            f"{document['origins']} origins from {document['first_origin']} to {document['last_origin']} "
            f"(independent: {independent} months)"
        )
    )
    screen.print(_table(document))
    screen.print(plain_line(NOTE))
    screen.print()
    screen.print(plain_line(f"Written: {found.folder}."))


def _loss_lines(document: dict[str, Any]) -> Iterator[str]:
    """A line for each rule that was better."""
    losses = document["losses"]
    if not losses:
        yield "No naive rule was better."
    for each in losses:
        low, high = each["skill"]["low"], each["skill"]["high"]
        sure = "" if high is None or high < 0 else " (not sure: 80 % interval " + _skill_range(low, high) + ")"
        yield (
            f"Better than this forecast: `{each['rule']}` for {FIGURES[each['metric']]} {LEVELS[each['level']]}, "
            f"{_months(each['horizon'])} ahead, by {-each['skill']['value']:.0%}{sure}".replace("%", " %", 1)
        )


def _skill_range(low: float, high: float) -> str:
    return f"{low:+.0%} to {high:+.0%}".replace("%", " %")


def _months(number: int) -> str:
    return f"{number} month{'' if number == 1 else 's'}"


def _table(document: dict[str, Any]) -> FigureTable:
    """A row for each figure, level and horizon."""
    table = figure_table("", "inside", "error", "best rule", "its error", "skill", texts=("best rule",))
    rows = document["scores"]
    for ours in (row for row in rows if row["model"] == "forecast"):
        key = ours["metric"], ours["level"], ours["horizon"]
        others = [
            row for row in rows if row["model"] != "forecast" and (row["metric"], row["level"], row["horizon"]) == key
        ]
        inside = ours["pit80"] if ours["level"] == "account" else ours["cover80"]
        best = min(others, key=lambda row: row["crps"], default=None)
        name = f"{FIGURES[key[0]]} {LEVELS[key[1]]}, {_months(key[2])}"
        mark = " narrow" if inside < NARROW else " wide" if inside > WIDE else ""
        add_row(
            table,
            name,
            f"{inside:.0%}".replace("%", " %") + mark,
            f"{ours['crps']:.3g}",
            best["model"] if best else "",
            f"{best['crps']:.3g}" if best else "",
            f"{1 - ours['crps'] / best['crps']:+.0%}".replace("%", " %") if best and best["crps"] else "",
        )
    return table
