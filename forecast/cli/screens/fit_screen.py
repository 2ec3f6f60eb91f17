"""A fit on a terminal: what was read, what is to be known of it, each value with its interval, and what stays prior."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from forecast.cli.screens.terminal import Screen, add_row, figure_table, plain_line
from forecast.cli.streams import write_line

if TYPE_CHECKING:
    from forecast.exports.read_exports import ReadExports
    from forecast.fitting.fit import Fitted

INTERVAL_NOTE = (
    "80 %: the value lies between these bounds with that probability. data: how much of it the exports say; the rest "
    "is the prior."
)
_COUNTS = {
    "panel rows": "rows of the panel",
    "event rows": "rows of events",
    "people": "people",
    "accounts": "accounts",
    "accounts with people": "accounts with people",
    "opportunities": "opportunities",
    "won": "won",
    "lost": "lost",
    "open": "open",
    "contract rows": "rows of contracts",
    "contracts": "contracts",
}


def show_checked(exports: ReadExports, *, as_json: bool) -> None:
    """Write what was read, and what was found wrong with it."""
    counts = dict(exports.counts)
    if exports.panel is not None:
        counts |= {"panel rows": exports.panel.read, "accounts": len(exports.panel.accounts)}
    if as_json:
        document = {"counts": counts, "notes": exports.notes, "left_out": exports.problems.touched}
        write_line(json.dumps(document, indent=2, ensure_ascii=False))
        return
    screen = Screen()
    for line in _read_lines(counts, exports.notes, exports.problems.touched):
        screen.print(plain_line(line))


def show_fit(fitted: Fitted, document: dict[str, Any], folder: Path, *, as_json: bool) -> None:
    """Write what was learned on stdout."""
    if as_json:
        write_line(json.dumps({"folder": str(folder), **document}, indent=2, ensure_ascii=False))
        return
    screen = Screen()
    for line in _read_lines(fitted.counts, fitted.notes, fitted.left_out):
        screen.print(plain_line(line))
    screen.print()
    screen.print(_value_table(fitted, document))
    screen.print(plain_line(INTERVAL_NOTE))
    for line in _further_lines(document):
        screen.print(plain_line(line))
    screen.print()
    screen.print(plain_line(f"Written: {folder}. Next:"))
    screen.print(plain_line(f"  forecast run {folder / 'scenario.yaml'}"))


def _read_lines(counts: Mapping[str, int], notes: list[str], left_out: Mapping[str, int]) -> Iterator[str]:
    """What was read, what was left out, and what is to be known of the rest."""
    read = ", ".join(f"{counts[name]:,} {what}" for name, what in _COUNTS.items() if name in counts)
    yield f"Read: {read}."
    gone = ", ".join(f"{number:,} {rule.replace('_', ' ')}" for rule, number in left_out.items() if number)
    if gone:
        yield f"Left out or changed, row by row in problems.csv: {gone}."
    for note in notes:
        yield f"- {note}"


def _value_table(fitted: Fitted, document: dict[str, Any]) -> Any:
    """A row for each value and segment: median and interval, prior median, events, and the share that is data."""
    table = figure_table("", "value", "80 %", "prior", "events", "data")
    labels = dict(zip(fitted.codes, fitted.labels, strict=True))
    for value in document["values"]:
        segment = value["segment"]
        name = value["path"] + (f", {labels[segment]}" if segment and len(labels) > 1 else "")
        found, share = value["posterior"], value["data_share"]
        unit = value["unit"]
        add_row(
            table,
            name,
            _shown(found["median"], unit),
            f"{_figure(found['low'], unit)} to {_figure(found['high'], unit)}",
            _figure(value["prior"]["median"], unit),
            f"{value['events']:,}",
            "prior" if "prior" in value["remark"] else f"{share:.0%}".replace("%", " %"),
        )
    return table


def _shown(value: float, unit: str) -> str:
    """A number with its unit."""
    return f"{_figure(value, unit)} {'/ month' if unit == 'per month' else unit}".strip()


def _figure(value: float, unit: str) -> str:
    """A number alone, three digits; a share in per cent."""
    return f"{100 * value if unit == '%' else value:.3g}"


def _further_lines(document: dict[str, Any]) -> Iterator[str]:
    """The market's level, and what was not learned."""
    level = document["level"]
    if level:
        now, sd = level["now"], level["sd"]
        yield (
            f"Market level now {now['median']:.2f} ({now['low']:.2f} to {now['high']:.2f}) of that of the first month; "
            f"it moves {sd['median']:.0%} a month.".replace("%", " %")
        )
    reasons = dict.fromkeys(each["why"] for each in document["not_learned"])
    for why in reasons:
        what = [each["what"] for each in document["not_learned"] if each["why"] == why]
        yield f"As in the prior, since {why}: {', '.join(what)}."
    yield f"Never known from such data: {', '.join(document['never_from_such_data'])}."
