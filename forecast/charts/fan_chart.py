"""A fan chart: a metric over time, its middle 50 % and 80 % over replications, and a few real paths."""

from __future__ import annotations

import numpy as np
from matplotlib.axes import Axes
from matplotlib.lines import Line2D

from forecast.analysis.formatting import count_futures, format_money, format_number, humanize
from forecast.charts import run_arrays
from forecast.charts.dated_marks import MARK_ROW, dated_marks, draw_dated_marks, marks_note
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
HEIGHT, LEFT, FOOT = 190.0, 40.0, 30.0


@styled_chart
def fan(run: Run, metric: str = "arr_cents") -> Chart:
    """A metric of the whole market by month: two tones for the middle 50 % and 80 %, and three replications.

    A flow is summed from the start.  Raises InputError when there is no such metric.

    Examples
    --------
    >>> import forecast
    >>> run = forecast.open_run("runs/first")
    >>> forecast.charts.fan(run, "revenue_cents").savefig("revenue.svg")
    """
    parameters = run.parameters
    values = run_arrays.metric_total(run, parameters, metric)
    stock = metric in STOCKS
    values = values if stock else np.cumsum(values, axis=1)
    unit = "cents" if metric.endswith("_cents") else "whole"
    show = format_money if unit == "cents" else format_number
    name = _metric_title(metric, parameters) + ("" if stock else ", summed from the start")
    count = len(values)
    if not values.any():
        return empty_chart(name, f"{parameters.scenario.name}.", f"{name}: 0 in every month of {count_futures(count)}.")
    path_numbers = _sample_path_numbers(values)
    marks = dated_marks(parameters.scenario)
    note = f"{_note_of(count, len(path_numbers))}{marks_note(parameters.scenario, marks)}"
    body = HEIGHT + FOOT + (MARK_ROW if marks else 0.0)
    chart = Chart(name, f"{parameters.scenario.name}. {note}", body)
    levels = np.percentile(values, LEVELS, axis=0)
    labels = [f"{label} {show(float(level[-1]))}" for label, level in zip(LEVEL_NAMES, levels, strict=True)]
    right = text_fitting.max_text_width(labels, SMALL, "bold") + 12.0
    axes = chart.panel(LEFT, FOOT, WIDTH - LEFT - right - MARGIN, HEIGHT)
    _draw_bands(axes, parameters, levels, values[path_numbers], unit)
    draw_dated_marks(chart, axes, marks)
    _label_line_ends(chart, axes, levels[:, -1], labels)
    start, months = parameters.scenario.start, parameters.months
    end = month_end_label(start, months)
    low, _, middle, _, high = (show(float(level[-1])) for level in levels)
    chart.description = (
        f"{name} in {end}: median {middle}; in 80% of the simulated futures it is between {low} and {high}."
    )
    means = values.mean(axis=0)
    chart.data = ChartData(
        ("by the end of", "mean", *LEVEL_NAMES),
        [
            (
                month_end_label(start, month),
                show(float(means[month])),
                *(show(float(level[month])) for level in levels),
            )
            for month in range(months + 1)
        ],
    )
    return chart


def _note_of(count: int, lines: int) -> str:
    """What tones and lines mean."""
    if count == 1:
        return "A single simulated future (replication), month by month."
    tones = f"Dark: the middle 50% of {count_futures(count)}. Light: the middle 80%."
    return f"{tones} Thin lines: {'one' if lines == 1 else lines} of these futures."


def _metric_title(metric: str, parameters: Parameters) -> str:
    """The title of a metric, with its unit: `ARR, USD`."""
    stem = metric.removesuffix("_cents")
    if stem.startswith("lost_"):
        return f"Lost: {parameters.labels.reason(stem.removeprefix('lost_'))}"
    words = humanize(stem).split()
    words = [word.upper() if word in {"arr", "nrr", "grr", "acv"} else word for word in words]
    name = " ".join(words)
    name = name[:1].upper() + name[1:]
    return f"{name}, {parameters.scenario.currency}" if metric.endswith("_cents") else name


def _sample_path_numbers(values: Integers) -> list[int]:
    """The replications at PATH_RANKS by their last month, each once."""
    order = np.argsort(values[:, -1], kind="stable")
    places = dict.fromkeys(int(order[round(share * (len(order) - 1))]) for share in PATH_RANKS)
    return list(places)


def _draw_bands(axes: Axes, parameters: Parameters, levels: Floats, paths: Integers, unit: str) -> None:
    """Draw bands, median and paths."""
    days = axis.month_positions(parameters.scenario.start, parameters.months)
    axes.fill_between(days, levels[0], levels[4], color=EIGHTY, label="80%")
    axes.fill_between(days, levels[1], levels[3], color=FIFTY, label="50%")
    for path in paths:
        axes.plot(days, path, color=SAMPLE_PATH, linewidth=0.7)
    axes.plot(days, levels[2], color=LINE, linewidth=2, label="median")
    box = axes.get_position()
    low, high = min(0.0, float(paths.min()), float(levels.min())), max(float(levels.max()), float(paths.max()))
    axis.set_vertical_axis(axes, (low * 1.03, high * 1.03), HEIGHT, unit)
    axis.set_date_axis(axes, parameters.scenario.start, parameters.months, box.width * WIDTH)


def _label_line_ends(chart: Chart, axes: Axes, ends: Floats, labels: list[str]) -> None:
    """Write labels to the right of where their lines end, moved apart where these are close."""
    box = axes.get_position()
    low, high = axes.get_ylim()
    bottom, full_height = box.y0 * chart.height, box.height * chart.height
    heights = [bottom + full_height * (float(end) - low) / (high - low) for end in ends]
    if len({round(height) for height in heights}) == 1:
        heights, labels, ends = heights[2:3], [labels[2].removeprefix("median ")], ends[2:3]
    moved = text_fitting.spread_labels(heights, SMALL * LEADING, bottom, bottom + full_height)
    right = box.x1 * WIDTH
    for wanted, height, label in zip(heights, moved, labels, strict=True):
        x = (right + 1.5) / WIDTH, (right + 8.0) / WIDTH
        chart.add_artist(_leader_line(x, (wanted / chart.height, height / chart.height)))
        middle = label.startswith("median") or len(labels) == 1
        chart.add_text(
            right + 10.0, height, label, SMALL, color=INK if middle else GREY, weight="bold" if middle else "normal"
        )


def _leader_line(x: tuple[float, float], y: tuple[float, float]) -> Line2D:
    """A thin line from the end of a curve to its label."""
    return Line2D(x, y, color=GREY, linewidth=0.5)
