"""Small multiples: panels in up to three columns, each below its head."""

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
    """The measures of a grid of panels, in points."""

    columns: int
    rows: int
    left: float  # for labels left of every row of panels
    panel_width: float
    panel_height: float
    head: float  # above each panel
    foot: float  # below each panel
    gap: float  # between columns

    @property
    def body(self) -> float:
        """The height of all rows together."""
        return self.rows * (self.head + self.panel_height + self.foot)

    def corner(self, chart: Chart, place: int) -> tuple[float, float]:
        """The lower left corner of a panel."""
        row, column = divmod(place, self.columns)
        left = self.left + column * (self.panel_width + self.gap)
        return left, chart.body - row * (self.head + self.panel_height + self.foot) - self.head - self.panel_height


def _columns_for(panels: int) -> int:
    """One to three columns, so that rows are filled as evenly as possible."""
    return {1: 1, 2: 2, 4: 2}.get(panels, 3)


def panel_grid(
    panels: int, left: float, panel_height: float, heads: int = 1, foot: float = 8.0, gap: float = 16.0
) -> Grid:
    """A grid of `panels` panels, with `heads` lines of text above each."""
    columns = _columns_for(panels)
    panel_width = (WIDTH - left - RIGHT - (columns - 1) * gap) / columns
    head = MEDIUM * LEADING * heads + 4.0
    return Grid(columns, -(-panels // columns), left, panel_width, panel_height, head, foot, gap)


def add_panel(chart: Chart, layout: Grid, number: int, heads: Sequence[HeadLine]) -> Axes:
    """Add a panel and write its head above, a line each; the first line is its name."""
    left, bottom = layout.corner(chart, number)
    axes = chart.panel(left, bottom, layout.panel_width, layout.panel_height)
    top = bottom + layout.panel_height + layout.head - 2.0
    for line, (mark, color, text) in enumerate(heads):
        height = top - MEDIUM * LEADING * (line + 0.5)
        size, weight = (MEDIUM, "bold") if line == 0 else (SMALL, "normal")
        width = layout.panel_width - (MARK_WIDTH if mark else 0.0)
        if mark:
            chart.add_text(left, height, mark, size, color=color)
        chart.add_text(
            left + (MARK_WIDTH if mark else 0.0),
            height,
            text_fitting.elided(text, width, size, weight),
            size,
            weight=weight,
        )
    return axes


def write_row_labels(
    chart: Chart, layout: Grid, number: int, labels: Sequence[str], height: Callable[[int], float]
) -> None:
    """Write labels right-aligned to the left of a panel, at heights in points above its bottom."""
    left, bottom = layout.corner(chart, number)
    for row, label in enumerate(labels):
        text = text_fitting.elided(label, layout.left - MARGIN - 4.0, SMALL)
        chart.add_text(left - 4.0, bottom + height(row), text, SMALL, ha="right")


def write_inside(axes: Axes, text: str) -> None:
    """Write a text into the middle of axes that have nothing to show."""
    style = {"transform": axes.transAxes, "ha": "center", "va": "center", "fontsize": SMALL, "color": GREY}
    style["bbox"] = {"facecolor": "white", "alpha": 0.8, "pad": 2.0}
    axes.text(0.5, 0.5, text, **style)  # type: ignore[arg-type]
