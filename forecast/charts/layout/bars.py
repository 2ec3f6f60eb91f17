"""Labelled horizontal bars: axes with nothing but a line at 0, and a text at the end of each bar."""

from __future__ import annotations

from matplotlib.axes import Axes

from forecast.charts.layout.palette import GREY, INK
from forecast.charts.layout.text_fitting import SMALL

BAR_HEIGHT = 0.62  # of a row


def set_bar_axes(axes: Axes, high: float, rows: int) -> None:
    """Set the limits of axes for labelled bars, without ticks, with a line at 0.  Row k is at `rows - k - 0.5`."""
    axes.set_xlim(0, high or 1.0)
    axes.set_ylim(0, max(1, rows))
    axes.set_xticks([])
    axes.set_yticks([])
    axes.spines["bottom"].set_visible(False)
    axes.axvline(0, color=GREY, linewidth=0.6)


def write_bar_label(axes: Axes, end: float, height: float, text: str) -> None:
    """Write a text to the right of a bar's end."""
    style = {"fontsize": SMALL, "va": "center_baseline", "color": INK}
    axes.annotate(text, (end, height), (3, 0), textcoords="offset points", **style)  # type: ignore[arg-type]
