"""Marks that stay visible: a line on any ground, a bar however short, a point between gaps."""

from __future__ import annotations

from typing import Any

import numpy as np
from matplotlib.axes import Axes

from forecast.charts.layout.palette import INK

HALO = 1.6  # points of white around a line
MIN_BAR_WIDTH = 1.6  # points: a shorter bar would be invisible
MIN_EDGED_WIDTH = 4.0  # points from which a bar is set off from its neighbours by a white edge


def draw_outlined_line(axes: Axes, x: Any, y: Any, linewidth: float, **style: Any) -> None:
    """Draw a dark line with a white outline: visible on dark bars and on white."""
    steps = style.pop("drawstyle", "default")
    wider, ends = linewidth + HALO, "butt"
    axes.plot(x, y, color="white", linewidth=wider, drawstyle=steps, solid_capstyle=ends, zorder=3)
    axes.plot(x, y, color=INK, linewidth=linewidth, drawstyle=steps, solid_capstyle=ends, zorder=3, **style)


def draw_day_bar(axes: Axes, height: float, days: tuple[float, float], color: str, points: float) -> None:
    """Draw a bar from one day to another, `points` per day: wide enough to be visible, and within the axes."""
    begins, ends = days
    length = max(ends - begins, MIN_BAR_WIDTH / points)
    begins = min(begins, axes.get_xlim()[1] - length)
    edge = 0.5 if length * points >= MIN_EDGED_WIDTH else 0.0
    axes.barh(height, length, left=begins, height=0.56, color=color, edgecolor="white", linewidth=edge)


def draw_line_with_gaps(axes: Axes, days: Any, values: Any, color: str) -> None:
    """Draw a line where values follow each other, and a dot where one stands between gaps (NaN)."""
    known = ~np.isnan(values)
    alone = known & ~np.append(False, known[:-1]) & ~np.append(known[1:], False)
    axes.plot(days, values, color=color)
    axes.plot(days[alone], values[alone], color=color, marker="o", markersize=2.5, linestyle="none")
