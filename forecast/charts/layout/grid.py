"""Where do several panels stand?  Small multiples in up to three columns, each below its own head."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple, TypeAlias

from matplotlib.axes import Axes

from forecast.charts.layout import text_fitting
from forecast.charts.layout.chart import MARGIN, MARK_WIDTH, WIDTH, Chart
from forecast.charts.layout.palette import GREY
from forecast.charts.layout.text_fitting import LEADING, MEDIUM, SMALL

MAX_PANELS = 24  # further ones are in the data only
RIGHT = MARGIN + 12.0  # half of the last date stands right of the axes


HeadLine: TypeAlias = tuple[str, str, str]  # mark, its colour, text


class Grid(NamedTuple):
    """The measures of a grid, in points."""

    columns: int
    rows: int
    left: float  # for labels left of every row of panels
    across: float  # a panel's width
    tall: float  # a panel's height
    head: float  # above each panel
    foot: float  # below each panel
    gap: float  # between columns

    @property
    def body(self) -> float:
        """The height of all."""
        return self.rows * (self.head + self.tall + self.foot)

    def corner(self, chart: Chart, place: int) -> tuple[float, float]:
        """The lower left corner of a panel."""
        row, column = divmod(place, self.columns)
        left = self.left + column * (self.across + self.gap)
        return left, chart.body - row * (self.head + self.tall + self.foot) - self.head - self.tall


def _columns_for(panels: int) -> int:
    """One to three: as even a block as can be."""
    return {1: 1, 2: 2, 4: 2}.get(panels, 3)


def panel_grid(panels: int, left: float, tall: float, heads: int = 1, foot: float = 8.0, gap: float = 16.0) -> Grid:
    """A grid for so many panels, with `heads` lines of text above each."""
    columns = _columns_for(panels)
    across = (WIDTH - left - RIGHT - (columns - 1) * gap) / columns
    head = MEDIUM * LEADING * heads + 4.0
    return Grid(columns, -(-panels // columns), left, across, tall, head, foot, gap)


def add_panel(chart: Chart, layout: Grid, number: int, heads: Sequence[HeadLine]) -> Axes:
    """The axes of a panel, its head written above: a line each; the first line is its name."""
    left, bottom = layout.corner(chart, number)
    axes = chart.panel(left, bottom, layout.across, layout.tall)
    top = bottom + layout.tall + layout.head - 2.0
    for line, (mark, color, text) in enumerate(heads):
        height = top - MEDIUM * LEADING * (line + 0.5)
        size, weight = (MEDIUM, "bold") if line == 0 else (SMALL, "normal")
        room = layout.across - (MARK_WIDTH if mark else 0.0)
        if mark:
            chart.add_text(left, height, mark, size, color=color)
        chart.add_text(
            left + (MARK_WIDTH if mark else 0.0),
            height,
            text_fitting.elided(text, room, size, weight),
            size,
            weight=weight,
        )
    return axes


def row_labels(chart: Chart, layout: Grid, number: int, labels: Sequence[str], height: Callable[[int], float]) -> None:
    """Nothing; texts stand right-aligned to the left of a panel, at heights in points above its bottom."""
    left, bottom = layout.corner(chart, number)
    for row, label in enumerate(labels):
        text = text_fitting.elided(label, layout.left - MARGIN - 4.0, SMALL)
        chart.add_text(left - 4.0, bottom + height(row), text, SMALL, ha="right")


def write_inside(axes: Axes, text: str) -> None:
    """Nothing; axes with nothing in them say so."""
    look = {"transform": axes.transAxes, "ha": "center", "va": "center", "fontsize": SMALL, "color": GREY}
    look["bbox"] = {"facecolor": "white", "alpha": 0.8, "pad": 2.0}
    axes.text(0.5, 0.5, text, **look)  # type: ignore[arg-type]
