"""Marks on charts over calendar months: a thin line where something dated begins, with a letter and its meaning."""

from __future__ import annotations

import string
from collections.abc import Sequence
from datetime import date
from typing import NamedTuple

from matplotlib.axes import Axes

from forecast.analysis.in_force import TIMELINE
from forecast.analysis.scenario_diff import resolved_tree
from forecast.charts.layout.chart import WIDTH, Chart
from forecast.charts.layout.palette import GREY
from forecast.charts.layout.text_fitting import SMALL, spread_labels
from forecast.months import first_of_month
from forecast.scenario import Scenario

MOST_MARKED = 8
MARK_ROW = 12.0  # points above the axes, where there are letters
_LETTER_GAP = 9.0  # points from one letter to the next


class DatedMark(NamedTuple):
    """A day within the horizon, counted from the start, and what begins or changes on it."""

    day: int
    what: str


def dated_marks(scenario: Scenario) -> list[DatedMark]:
    """When events begin and the timeline changes values, in order: one mark a day, the first MOST_MARKED."""
    found: dict[int, list[str]] = {}
    tree = resolved_tree(scenario.resolved) if scenario.events or scenario.changes else {}
    for event in scenario.events:
        found.setdefault(event.day, []).append(event.name.replace("_", " "))
    for entry in tree.get(TIMELINE, []):
        found.setdefault((date.fromisoformat(str(entry["at"])) - scenario.start).days, []).extend(entry["set"])
    horizon = (first_of_month(scenario.start, scenario.months) - scenario.start).days
    return [DatedMark(day, _text_of(found[day])) for day in sorted(found) if 0 < day < horizon][:MOST_MARKED]


def _text_of(names: Sequence[str]) -> str:
    """The first name of a day, and how many more there are."""
    return names[0] if len(names) == 1 else f"{names[0]} and {len(names) - 1} more"


def marks_note(scenario: Scenario, marks: Sequence[DatedMark]) -> str:
    """What the letters say, in a sentence: `Dated: a, launch (1 Mar 2027).`; empty without marks."""
    days = [date.fromordinal(scenario.start.toordinal() + mark.day) for mark in marks]
    labels = [
        f"{letter}, {mark.what} ({day.day} {day:%b %Y})"
        for letter, mark, day in zip(string.ascii_lowercase, marks, days, strict=False)
    ]
    return f" Dated: {'; '.join(labels)}." if labels else ""


def draw_dated_marks(chart: Chart, axes: Axes, marks: Sequence[DatedMark]) -> None:
    """Draw a line at each mark, and its letter above the axes, letters apart where days are close."""
    box, (first, last) = axes.get_position(), axes.get_xlim()
    left, width = box.x0 * WIDTH, box.width * WIDTH
    wanted = [left + width * (mark.day - first) / (last - first) for mark in marks]
    for mark in marks:
        axes.axvline(mark.day, color=GREY, linewidth=0.6, linestyle=(0, (3, 2)), zorder=3)
    top = box.y1 * chart.height + MARK_ROW / 2
    for letter, x in zip(string.ascii_lowercase, spread_labels(wanted, _LETTER_GAP, left, left + width), strict=False):
        chart.add_text(x, top, letter, SMALL, color=GREY, ha="center")
