"""Charts of a comparison: distributions of a headline by scenario, and differences from the base."""

from __future__ import annotations

import numpy as np
from matplotlib.axes import Axes

from forecast.analysis.comparison import Comparison, best_sentence
from forecast.analysis.formatting import (
    count_futures,
    format_difference,
    format_probability,
    format_range,
    format_value,
    sentence_case,
)
from forecast.analysis.key_metrics import KeyMetric
from forecast.analysis.paired import PairedDifference, Standing
from forecast.charts.layout import axis
from forecast.charts.layout.chart import Chart, ChartData, empty_chart, styled_chart
from forecast.charts.layout.palette import EIGHTY, FIFTY, GREY, INK, LINE, PALE
from forecast.charts.layout.rows import labelled_rows
from forecast.types import Floats

ROW_HEIGHT = 22.0  # points
DIFFERENCE_COLUMNS = (
    "scenario",
    "mean difference",
    "95% interval",
    "P10",
    "median",
    "P90",
    "better in",
    "variance reduction",
)
LEVELS = (10.0, 25.0, 50.0, 75.0, 90.0)


@styled_chart
def outcomes(comparison: Comparison, code: str = "arr") -> Chart:
    """Each scenario's distribution of a headline; raises InputError when there is none of that code.

    Examples
    --------
    >>> import forecast
    >>> both = forecast.open_comparison("runs/soc2")
    >>> forecast.charts.outcomes(both, "arr").savefig("outcomes.svg")
    """
    headline, figures = comparison.headline(code), comparison.figures(code)
    standings = comparison.standings(code)
    means = [format_value(comparison.distribution(code, name).mean.value, headline.unit) for name in comparison.names]
    bests = [format_range(standing.best, format_probability) for standing in standings]
    note = (
        f"Dark: the middle 50% of {count_futures(len(figures))}; light: 80%; line: median. "
        "Best: how often the scenario is, and its 95% interval; ties are shared."
    )
    head = _headline_title(headline, comparison), note
    chart, axes, axes_width = labelled_rows(head, comparison.names, {"mean": means, "best": bests}, ROW_HEIGHT)
    low, high = _draw_distributions(axes, figures)
    if headline.unit != "days":
        low, high = min(low, 0.0), max(high, 0.0)
    axis.set_horizontal_axis(axes, (low, high), axes_width, headline.unit)
    chart.description = _describe_outcomes(headline, comparison.names, means, standings)
    chart.data = ChartData(
        ("scenario", "mean", "P10", "median", "P90", "best in", "expected regret"),
        [
            (name, means[row], *levels, bests[row], format_value(standings[row].regret.value, headline.unit))
            for row, name in enumerate(comparison.names)
            for levels in [_format_quantiles(headline, figures[:, row])]
        ],
    )
    return chart


@styled_chart
def differences(comparison: Comparison, code: str = "arr") -> Chart:
    """Each scenario minus the base, replication by replication: the spread of the difference and its mean.

    Examples
    --------
    >>> import forecast
    >>> both = forecast.open_comparison("runs/soc2")
    >>> forecast.charts.differences(both, "arr").savefig("differences.svg")
    """
    headline, figures = comparison.headline(code), comparison.figures(code)
    base, others = comparison.names[0], comparison.names[1:]
    pairs = [comparison.pair(code, base, other) for other in others]
    means = [format_difference(pair.mean.value, headline.unit) for pair in pairs]
    better = [format_range(pair.better, format_probability) for pair in pairs]
    title, gaps = f"Difference: {_headline_title(headline, comparison)}", figures[:, 1:] - figures[:, :1]
    note = f"Difference from “{base}” in the same {count_futures(len(figures))}."
    if not gaps.any():
        return empty_chart(title, note, "No scenario differs from it in any simulated future.")
    note += " Dark: the middle 50% of the differences; light: 80%; dot and line: mean and its 95% interval. "
    note += "Grey: indifference zone. Better: how often, ties count half, and its 95% interval."
    chart, axes, axes_width = labelled_rows((title, note), others, {"mean": means, "better": better}, ROW_HEIGHT)
    low, high = _include_intervals(_draw_distributions(axes, gaps), pairs)
    unit = "points" if headline.unit == "share" else headline.unit
    axis.set_horizontal_axis(axes, (low, high), axes_width, unit)
    zone = comparison.tolerance(code)
    axes.axvspan(-zone, zone, color=PALE, zorder=0)
    axes.axvline(0.0, color=GREY, linewidth=0.8, zorder=1)
    for row, pair in enumerate(pairs):
        _draw_mean(axes, pair, len(pairs) - row - 0.5)
    rows = zip(others, means, better, strict=True)
    listed = "; ".join(f"{other} {mean} (better in {share})" for other, mean, share in rows)
    chart.description = f"{sentence_case(headline.label)}, difference from {base}: {listed}."
    chart.data = ChartData(DIFFERENCE_COLUMNS, [_difference_row(headline, pair) for pair in pairs])
    return chart


def _describe_outcomes(headline: KeyMetric, names: tuple[str, ...], means: list[str], standings: list[Standing]) -> str:
    """The means, and which scenario is most often best."""
    listed = "; ".join(f"{name} {mean}" for name, mean in zip(names, means, strict=True))
    winner = "" if standings[0].best.value is None else f" {sentence_case(best_sentence(standings))}"
    return f"{sentence_case(headline.label)}, means: {listed}.{winner}"


def _draw_distributions(axes: Axes, figures: Floats) -> tuple[float, float]:
    """Draw each column of figures as two bars and a line for the median; returns the range that they need."""
    count = figures.shape[1]
    if not len(figures):
        return 0.0, 1.0
    levels = np.percentile(figures, LEVELS, axis=0)
    for row in range(count):
        p10, p25, p50, p75, p90 = levels[:, row].tolist()
        height = count - row - 0.5
        axes.barh(height, p90 - p10, left=p10, height=0.56, color=EIGHTY, zorder=2)
        axes.barh(height, p75 - p25, left=p25, height=0.56, color=FIFTY, zorder=3)
        axes.plot(
            [p50, p50], [height - 0.28, height + 0.28], color=LINE, linewidth=1.6, solid_capstyle="butt", zorder=4
        )
    low, high = float(levels.min()), float(levels.max())
    margin = 0.04 * (high - low)
    return low - margin, high + margin


def _include_intervals(limits: tuple[float, float], pairs: list[PairedDifference]) -> tuple[float, float]:
    """The limits, widened to include 0 and the interval of each mean."""
    ends = [end for pair in pairs for end in pair.mean if end is not None]
    return min(0.0, limits[0], *ends), max(0.0, limits[1], *ends)


def _draw_mean(axes: Axes, pair: PairedDifference, height: float) -> None:
    """Mark the mean of a difference and its interval."""
    mean, low, high = pair.mean
    if mean is None:
        return
    if low is not None and high is not None:
        axes.plot([low, high], [height, height], color=INK, linewidth=1.0, zorder=5)
    axes.plot([mean], [height], marker="o", markersize=4.5, color=INK, linestyle="none", zorder=5)


def _difference_row(headline: KeyMetric, pair: PairedDifference) -> tuple[str, ...]:
    """A difference as a row of the data."""
    mean, low, high = pair.mean
    interval = (
        "–" if low is None else f"{format_difference(low, headline.unit)} to {format_difference(high, headline.unit)}"
    )
    levels = [
        format_difference(pair.quantiles_of_difference[name].value, headline.unit) for name in ("p10", "p50", "p90")
    ]
    variance_reduction = "–" if pair.pairing is None else f"{pair.pairing:.1f}×"
    return (
        pair.second,
        format_difference(mean, headline.unit),
        interval,
        *levels,
        format_range(pair.better, format_probability),
        variance_reduction,
    )


def _headline_title(headline: KeyMetric, comparison: Comparison) -> str:
    """`ARR at the horizon, USD`."""
    return sentence_case(headline.label_in(comparison.currency))


def _format_quantiles(headline: KeyMetric, values: Floats) -> tuple[str, ...]:
    """P10, median and P90 of some figures."""
    if not len(values):
        return "–", "–", "–"
    return tuple(format_value(float(level), headline.unit) for level in np.percentile(values, [10, 50, 90]))
