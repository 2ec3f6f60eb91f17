"""A fit on a terminal: what was read, what is to be known of it, each value with its interval, and what stays prior."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from forecast.cli.screens.terminal import Screen, add_row, figure_table, plain_line
from forecast.cli.streams import write_line
from forecast.learning.learned import is_prior

if TYPE_CHECKING:
    from forecast.cli.screens.figure_table import FigureTable
    from forecast.exports.read_exports import ReadExports
    from forecast.fitting.fit import Fitted

INTERVAL_NOTE = (
    "Below each value: the bounds between which it lies with 80 % probability. data: how much of it the exports say; "
    "the rest is the prior."
)
_COUNTS = {
    "panel rows": ("row of the panel", "rows of the panel"),
    "event rows": ("row of events", "rows of events"),
    "people": ("person", "people"),
    "accounts": ("account", "accounts"),
    "accounts with people": ("account with people", "accounts with people"),
    "opportunities": ("opportunity", "opportunities"),
    "won": ("won", "won"),
    "lost": ("lost", "lost"),
    "open": ("open", "open"),
    "contract rows": ("row of contracts", "rows of contracts"),
    "contracts": ("contract", "contracts"),
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
    read = ", ".join(f"{counts[name]:,} {what[counts[name] != 1]}" for name, what in _COUNTS.items() if name in counts)
    yield f"Read: {read}."
    gone = ", ".join(f"{number:,} {rule.replace('_', ' ')}" for rule, number in left_out.items() if number)
    if gone:
        yield f"Left out or changed, row by row in problems.csv: {gone}."
    for note in notes:
        yield f"- {note}"


def _value_table(fitted: Fitted, document: dict[str, Any]) -> FigureTable:
    """Two rows for each value of which the data say something: medians by segment, and the bounds around them."""
    labels = fitted.labels if len(fitted.labels) > 1 else ("value",)
    table = figure_table("", *labels, "events", "data", texts=("data",))
    for path, values in _by_path(document).items():
        if _all_prior(values):
            continue
        unit = values[0]["unit"]
        found = [value["posterior"] for value in values]
        blanks = [""] * (len(labels) - len(values))
        add_row(
            table,
            _short(path) + f" {'/ month' if unit == 'per month' else unit}".rstrip(),
            *(_figure(each["median"], unit) for each in found),
            *blanks,
            f"{sum(value['events'] for value in values):,}",
            _data_share(values),
        )
        add_row(
            table,
            "",
            *(f"{_figure(each['low'], unit)}-{_figure(each['high'], unit)}" for each in found),
            *blanks,
            "",
            "",
        )
    return table


def _by_path(document: dict[str, Any]) -> dict[str, list[dict[str, Any]]]:
    """The values of each path, in the order in which they were learned."""
    found: dict[str, list[dict[str, Any]]] = {}
    for value in document["values"]:
        found.setdefault(value["path"], []).append(value)
    return found


def _all_prior(values: list[dict[str, Any]]) -> bool:
    """Whether the data say next to nothing of a value in any segment."""
    return all(is_prior(value["remark"]) for value in values)


def _short(path: str) -> str:
    """The path without what every path of its kind has."""
    return path.replace("procurement.stages.", "").replace(".duration.lognormal", "").replace(".beta", "")


def _data_share(values: list[dict[str, Any]]) -> str:
    """How much of a value is data, from the least to the most over segments."""
    shares = sorted(round(100 * value["data_share"]) for value in values)
    return f"{shares[0]} %" if shares[0] == shares[-1] else f"{shares[0]}-{shares[-1]} %"


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
    kept = [
        _short(path)
        for path, values in _by_path(document).items()
        if all(is_prior(value["remark"]) for value in values)
    ]
    if kept:
        yield f"Too little of them in the data, so as wide as the prior: {', '.join(kept)}."
    reasons = dict.fromkeys(each["why"] for each in document["not_learned"])
    for why in reasons:
        what = [each["what"] for each in document["not_learned"] if each["why"] == why]
        yield f"As in the prior, since {why}: {', '.join(what)}."
    yield f"Never known from such data: {', '.join(document['never_from_such_data'])}."
