"""How far apart do the replications lie?  A metric over time: where 50 % and 80 % lie, and a few real paths."""

from __future__ import annotations

import numpy as np
from matplotlib.axes import Axes
from matplotlib.lines import Line2D

from forecast.analysis.formatting import format_money, format_number, humanize, pluralize
from forecast.charts import run_arrays
from forecast.charts.layout import axis, text_fitting
from forecast.charts.layout.chart import MARGIN, WIDTH, Chart, ChartData, empty_chart, styled_chart
from forecast.charts.layout.palette import EIGHTY, FIFTY, GREY, INK, LINE, SAMPLE_PATH
from forecast.charts.layout.text_fitting import LEADING, SMALL
from forecast.model.metrics import STOCKS
from forecast.model.parameters import Parameters
from forecast.months import month_end_label
from forecast.study.finished_run import Run
from forecast.types import Floats, Integers

LEVELS = (10.0, 25.0, 50.0, 75.0, 90.0)
LEVEL_NAMES = ("P10", "P25", "median", "P75", "P90")
PATH_RANKS = (0.1, 0.5, 0.9)  # the replications that are drawn, by their rank at the horizon
TALL, LEFT, FOOT = 190.0, 40.0, 30.0


@styled_chart
def fan(run: Run, metric: str = "arr_cents") -> Chart:
    """A metric of the whole market by month: two tones for the middle 50 % and 80 %, and three real replications.

    A flow is summed from the start.  Raises InputError when there is no such metric.
    """
    parameters = run.parameters
    values = run_arrays.metric_total(run, parameters, metric)
    stock = metric in STOCKS
    values = values if stock else np.cumsum(values, axis=1)
    said = format_money if metric.endswith("_cents") else format_number
    name = _metric_title(metric, parameters.scenario.currency) + ("" if stock else ", summed from the start")
    count = len(values)
    if not values.any():
        return empty_chart(
            name, f"{parameters.scenario.name}.", f"{name}: 0 in every month of {pluralize(count, 'replication')}."
        )
    drawn_paths = _sample_paths(values)
    chart = Chart(name, f"{parameters.scenario.name}. {_note_of(count, len(drawn_paths))}", TALL + FOOT)
    levels = np.percentile(values, LEVELS, axis=0)
    labels = [f"{label} {said(float(level[-1]))}" for label, level in zip(LEVEL_NAMES, levels, strict=True)]
    right = text_fitting.max_text_width(labels, SMALL, "bold") + 12.0
    axes = chart.panel(LEFT, FOOT, WIDTH - LEFT - right - MARGIN, TALL)
    _draw_bands(axes, parameters, levels, values[drawn_paths], "cents" if metric.endswith("_cents") else "whole")
    _label_line_ends(chart, axes, levels[:, -1], labels)
    start, months = parameters.scenario.start, parameters.months
    end = month_end_label(start, months)
    low, _, middle, _, high = (said(float(level[-1])) for level in levels)
    chart.description = f"{name} in {end}: median {middle}; 80% of the replications lie between {low} and {high}."
    means = values.mean(axis=0)
    chart.data = ChartData(
        ("by the end of", "mean", *LEVEL_NAMES),
        [
            (
                month_end_label(start, month),
                said(float(means[month])),
                *(said(float(level[month])) for level in levels),
            )
            for month in range(months + 1)
        ],
    )
    return chart


def _note_of(count: int, lines: int) -> str:
    """What the tones and lines are."""
    if count == 1:
        return "The only replication, month by month."
    tones = f"Dark: the middle 50% of {count:,} replications. Light: the middle 80%."
    return f"{tones} Thin lines: {'one' if lines == 1 else lines} of them, month by month."


def _metric_title(metric: str, currency: str) -> str:
    """A metric's name as a title, its unit behind it: `ARR, USD`."""
    stem = metric.removesuffix("_cents")
    words = humanize(f"lost: {stem.removeprefix('lost_')}" if stem.startswith("lost_") else stem).split()
    words = [word.upper() if word in {"arr", "nrr", "grr", "acv"} else word for word in words]
    name = " ".join(words)
    name = name[:1].upper() + name[1:]
    return f"{name}, {currency}" if metric.endswith("_cents") else name


def _sample_paths(values: Integers) -> list[int]:
    """The replications that stand at PATHS among all by their last month, without repetition."""
    order = np.argsort(values[:, -1], kind="stable")
    places = dict.fromkeys(int(order[round(share * (len(order) - 1))]) for share in PATH_RANKS)
    return list(places)


def _draw_bands(axes: Axes, parameters: Parameters, levels: Floats, real: Integers, said: str) -> None:
    """Nothing; bands, median and paths are in the axes."""
    days = axis.month_positions(parameters.scenario.start, parameters.months)
    axes.fill_between(days, levels[0], levels[4], color=EIGHTY, label="80%")
    axes.fill_between(days, levels[1], levels[3], color=FIFTY, label="50%")
    for path in real:
        axes.plot(days, path, color=SAMPLE_PATH, linewidth=0.7)
    axes.plot(days, levels[2], color=LINE, linewidth=2, label="median")
    box = axes.get_position()
    low, high = min(0.0, float(real.min()), float(levels.min())), max(float(levels.max()), float(real.max()))
    axis.set_vertical_axis(axes, low * 1.03, high * 1.03, TALL, said)
    axis.set_date_axis(axes, parameters.scenario.start, parameters.months, box.width * WIDTH)


def _label_line_ends(chart: Chart, axes: Axes, ends: Floats, labels: list[str]) -> None:
    """Nothing; the labels stand to the right of where their lines end, moved apart where these are close."""
    box = axes.get_position()
    low, high = axes.get_ylim()
    bottom, tall = box.y0 * chart.height, box.height * chart.height
    heights = [bottom + tall * (float(end) - low) / (high - low) for end in ends]
    if len({round(height) for height in heights}) == 1:
        heights, labels, ends = heights[2:3], [labels[2].removeprefix("median ")], ends[2:3]
    moved = text_fitting.spread_labels(heights, SMALL * LEADING, bottom, bottom + tall)
    right = box.x1 * WIDTH
    for wanted, height, label in zip(heights, moved, labels, strict=True):
        line = ((right + 1.5) / WIDTH, (right + 8.0) / WIDTH), (wanted / chart.height, height / chart.height)
        chart.add_artist(_leader(*line))
        middle = label.startswith("median") or len(labels) == 1
        chart.add_text(
            right + 10.0, height, label, SMALL, color=INK if middle else GREY, weight="bold" if middle else "normal"
        )


def _leader(across: tuple[float, float], up: tuple[float, float]) -> Line2D:
    """A thin line from where something ends to its label."""
    return Line2D(across, up, color=GREY, linewidth=0.5)
