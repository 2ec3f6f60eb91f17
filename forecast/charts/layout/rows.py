"""Named rows: names at the left, bars in the middle, columns of texts at the right."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from matplotlib.axes import Axes

from forecast.charts.layout.chart import MARGIN, WIDTH, Chart
from forecast.charts.layout.palette import GREY
from forecast.charts.layout.text_fitting import LEADING, SMALL, folded_name, max_text_width

FOOT, HEAD, MAX_LABEL_WIDTH = 22.0, 14.0, 180.0  # points: below, above, and for names


def labelled_rows(
    head: tuple[str, str], names: Sequence[str], columns: Mapping[str, Sequence[str]], row_height: float
) -> tuple[Chart, Axes, float]:
    """A chart (title, note) with rows, the axes between names and columns, and their width in points.

    The first row is at the top: row k stands at the height `len(names) - k - 0.5` of the axes.  Long names take two
    lines, and then all rows are taller.
    """
    lines = [folded_name(name, MAX_LABEL_WIDTH, SMALL) for name in names]
    if any(len(each) > 1 for each in lines):
        row_height = max(row_height, 2 * SMALL * LEADING + 3.0)
    widths = [max_text_width([column, *texts], SMALL) + 8.0 for column, texts in columns.items()]
    left = max_text_width([line for each in lines for line in each], SMALL) + MARGIN + 8.0
    axes_width = WIDTH - left - sum(widths) - MARGIN - 8.0
    chart = Chart(*head, HEAD + row_height * len(names) + FOOT)
    axes = chart.panel(left, FOOT, axes_width, row_height * len(names))
    axes.set_ylim(0, len(names))
    axes.set_yticks([])
    heights = [FOOT + row_height * (len(names) - row - 0.5) for row in range(len(names))]
    for each, height in zip(lines, heights, strict=True):
        for place, line in enumerate(each):
            offset = SMALL * LEADING * ((len(each) - 1) / 2 - place)
            chart.add_text(left - 6.0, height + offset, line, SMALL, ha="right")
    right = WIDTH - MARGIN - sum(widths)
    for (column, texts), width in zip(columns.items(), widths, strict=True):
        right += width
        chart.add_text(right, FOOT + row_height * len(names) + HEAD / 2, column, SMALL, ha="right", color=GREY)
        for text, height in zip(texts, heights, strict=True):
            chart.add_text(right, height, text, SMALL, ha="right")
    return chart, axes, axes_width
