"""Axes of dates, money, shares and counts: months and years, amounts in k and M, few ticks.  Knows no results."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import numpy as np
from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator

from forecast.charts.layout import text_fitting
from forecast.charts.layout.palette import RULE
from forecast.charts.layout.text_fitting import SMALL
from forecast.months import first_of_month, month_start_days
from forecast.types import Floats

STEPS = (1, 2, 3, 6, 12, 24, 36, 60, 120, 240, 600)  # months between dates on an axis
DATE_WIDTH = 34.0  # points of a date label, with the space beside it
TICK_SPACING = 22.0  # points between the ticks of a vertical axis
MIN_RANGE = {"cents": 100.0, "share": 0.01, "points": 0.01}  # the range of an axis where all values are equal
MOST_DIGITS = 6  # behind the point of a percentage
MAGNITUDES = ((1e12, "T"), (1e9, "B"), (1e6, "M"), (1e3, "k"))


def month_positions(start: date, months: int) -> Floats:
    """Where each month begins on an axis of days; the last is the horizon: [months + 1]."""
    return np.array(month_start_days(start, months), np.float64)


def set_date_axis(axes: Axes, start: date, months: int, width: float) -> None:
    """Label the horizontal axis, in days from the start and `width` points wide, with dates."""
    fits = max(1, int(width / DATE_WIDTH))
    step = next((step for step in STEPS if months / step <= fits), STEPS[-1])
    first = -((start.month - 1) % step) % step if step < 12 else -(start.month - 1) % 12
    while step > 12 and first < months and first_of_month(start, first).year % (step // 12):
        first += 12
    places = [*range(first, months + 1, step)] or [0]
    firsts = [first_of_month(start, month) for month in places]
    labels = [_date_label(first, places[0] == month, step) for month, first in zip(places, firsts, strict=True)]
    axes.set_xlim(0, float((first_of_month(start, months) - start).days))
    axes.set_xticks([float((first - start).days) for first in firsts], labels)


def _date_label(day: date, first: bool, step: int) -> str:  # noqa: FBT001  # whether it stands first on the axis
    """`2027`, `Apr`, or `Jan` above its year where a year begins."""
    if step >= 12 and day.month == 1:
        return f"{day:%Y}"
    return f"{day:%b}\n{day:%Y}" if first or day.month <= step or step >= 12 else f"{day:%b}\n"


def set_vertical_axis(axes: Axes, limits: tuple[float, float], height: float, unit: str) -> None:
    """Set the limits of the vertical axis, `height` points tall, with a few ticks and rules.

    `unit` is cents, share, whole (counts that come in whole ones), or any other.
    """
    low, high = limits
    if not high > low:
        high = low + MIN_RANGE.get(unit, 1.0)
    axes.set_ylim(low, high)
    ticks = _ticks_within(low, high, height / TICK_SPACING, whole=unit == "whole")
    axes.set_yticks(ticks, _tick_labels(ticks, unit))
    axes.grid(axis="y", color=RULE)


def set_horizontal_axis(axes: Axes, limits: tuple[float, float], width: float, unit: str) -> None:
    """Set the limits of the horizontal axis, `width` points wide, with a few ticks and rules.

    Where the limits are equal, that value is the only tick.
    """
    low, high = limits
    least, most = MIN_RANGE.get(unit, 1.0), 6.0
    if not high > low:
        axes.set_xlim(low - least, low + least)
        axes.set_xticks([low], _tick_labels([low], unit))
        return
    axes.set_xlim(low, high)
    while True:
        ticks = _ticks_within(low, high, most)
        labels = _tick_labels(ticks, unit)
        if most <= 1 or (text_fitting.max_text_width(labels, SMALL) + 10.0) * len(ticks) <= width:
            break
        most -= 1
    axes.set_xticks(ticks, labels)
    axes.grid(axis="x", color=RULE)


def _ticks_within(low: float, high: float, most: float, *, whole: bool = False) -> list[float]:
    """At most `most` round numbers from low to high; only integers if `whole`."""
    count = max(1, min(6, int(most)))
    found = MaxNLocator(nbins=count, steps=[1, 2, 2.5, 5, 10], integer=whole).tick_values(low, high)
    edge = 1e-9 * (high - low)
    return [float(tick) for tick in found if low - edge <= tick <= high + edge]


def _tick_labels(ticks: Sequence[float], unit: str) -> list[str]:
    """Tick labels: `cents` in k and M, `share` in %, differences of shares (`points`) in pts, others as numbers."""
    if unit in ("share", "points"):
        digits = next(each for each in range(MOST_DIGITS + 1) if each == MOST_DIGITS or _are_round(ticks, each))
        suffix = "%" if unit == "share" else " pts"
        return [f"{100 * tick:.{digits}f}{suffix}".replace("-", "−") for tick in ticks]
    if unit != "cents" and all(abs(tick) < 10_000 for tick in ticks):
        return [f"{tick:,.6g}".replace("-", "−") for tick in ticks]  # 900 and 1,000 days, not 1k
    return [_magnitude(tick / 100 if unit == "cents" else tick) for tick in ticks]


def _are_round(ticks: Sequence[float], digits: int) -> bool:
    """Whether shares in percent are exact with so many digits behind the point."""
    return all(abs(100 * tick - round(100 * tick, digits)) < 0.01 * 10.0**-digits for tick in ticks)


def _magnitude(value: float) -> str:
    """A round number in few characters: `0`, `250`, `2.5k`, `−1M`."""
    sign, value = ("−" if value < 0 else ""), abs(value)
    for size, letter in MAGNITUDES:
        if value >= size * 0.9999999:
            return f"{sign}{value / size:.6g}{letter}"
    return f"{sign}{value:.6g}"
