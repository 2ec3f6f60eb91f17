"""Which scenario comes out where, and how surely is it better?  Distributions, and differences with the base."""

from __future__ import annotations

import numpy as np
from matplotlib.axes import Axes

from forecast.charts import axis
from forecast.charts.chart import Chart, Data, drawn, silent
from forecast.charts.palette import EIGHTY, FIFTY, GREY, INK, LINE, PALE
from forecast.charts.rows import labelled_rows
from forecast.results.comparison import Comparison
from forecast.results.headlines import Headline
from forecast.results.paired import Pair, Standing
from forecast.results.words import number, share, short
from forecast.types import Floats

ROW = 22.0  # points
DIFFERENCES = (
    "scenario",
    "mean difference",
    "95% interval",
    "P10",
    "median",
    "P90",
    "better in",
    "fewer replications by pairing",
)
LEVELS = (10.0, 25.0, 50.0, 75.0, 90.0)


@drawn
def outcomes(comparison: Comparison, code: str = "arr") -> Chart:
    """Each scenario's distribution of a headline; raises InputError when there is none of that code."""
    headline, figures = comparison.headline(code), comparison.figures(code)
    standings = comparison.standings(code)
    means = [said(headline, comparison.distribution(code, name).mean.value) for name in comparison.names]
    bests = [share(standing.best.value) for standing in standings]
    note = (
        f"Dark: the middle 50% of {len(figures):,} replications; light: 80%; line: median. Best: how often it is best."
    )
    head = titled(headline, comparison), note
    chart, axes, across = labelled_rows(head, comparison.names, {"mean": means, "best": bests}, ROW)
    low, high = spans(axes, figures)
    if headline.unit != "days":
        low, high = min(low, 0.0), max(high, 0.0)
    axis.wide(axes, low, high, across, ticks_of(headline))
    chart.description = told(headline, comparison.names, means, standings)
    chart.data = Data(
        ("scenario", "mean", "P10", "median", "P90", "best in", "expected regret"),
        [
            (name, means[row], *levels, bests[row], said(headline, standings[row].regret.value))
            for row, name in enumerate(comparison.names)
            for levels in [quantiles(headline, figures[:, row])]
        ],
    )
    return chart


@drawn
def differences(comparison: Comparison, code: str = "arr") -> Chart:
    """Each scenario less the base, replication by replication: the spread of the difference and its mean."""
    headline, figures = comparison.headline(code), comparison.figures(code)
    base, others = comparison.names[0], comparison.names[1:]
    pairs = [comparison.pair(code, base, other) for other in others]
    means = [signed(headline, pair.mean.value) for pair in pairs]
    better = [share(pair.better.value) for pair in pairs]
    title, apart = f"Difference: {titled(headline, comparison)}", figures[:, 1:] - figures[:, :1]
    note = f"From “{base}”, replication by replication ({len(figures):,})."
    if not apart.any():
        return silent(title, note, "No scenario differs from it in any replication.")
    note += " Dark: the middle 50% of the differences; light: 80%; dot and line: mean and its 95% interval. "
    note += "Grey: too small to matter. Better: how often, ties half."
    chart, axes, across = labelled_rows((title, note), others, {"mean": means, "better": better}, ROW)
    low, high = reached(spans(axes, apart), pairs)
    axis.wide(axes, low, high, across, "points" if headline.unit == "share" else ticks_of(headline))
    zone = comparison.tolerance(code)
    axes.axvspan(-zone, zone, color=PALE, zorder=0)
    axes.axvline(0.0, color=GREY, linewidth=0.8, zorder=1)
    for row, pair in enumerate(pairs):
        mean_mark(axes, pair, len(pairs) - row - 0.5)
    rows = zip(others, means, better, strict=True)
    listed = "; ".join(f"{other} {mean} (better in {chance})" for other, mean, chance in rows)
    chart.description = f"{first_upper(headline.label)}, less that of {base}: {listed}."
    chart.data = Data(DIFFERENCES, [row_of(headline, pair) for pair in pairs])
    return chart


def told(headline: Headline, names: tuple[str, ...], means: list[str], standings: list[Standing]) -> str:
    """The means, and which scenario is best how often."""
    listed = "; ".join(f"{name} {mean}" for name, mean in zip(names, means, strict=True))
    best = max(standings, key=lambda standing: standing.best.value or 0.0)
    winner = (
        "" if best.best.value is None else f" {best.scenario} is best in {share(best.best.value)} of the replications."
    )
    return f"{first_upper(headline.label)}, means: {listed}.{winner}"


def spans(axes: Axes, figures: Floats) -> tuple[float, float]:
    """The range that all rows need; each column of figures is drawn as two bars and a line for the median."""
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


def reached(limits: tuple[float, float], pairs: list[Pair]) -> tuple[float, float]:
    """The limits, wide enough for 0 and for the interval of each mean."""
    ends = [end for pair in pairs for end in pair.mean if end is not None]
    return min(0.0, limits[0], *ends), max(0.0, limits[1], *ends)


def mean_mark(axes: Axes, pair: Pair, height: float) -> None:
    """Nothing; the mean of a difference and its interval are marked."""
    mean, low, high = pair.mean
    if mean is None:
        return
    if low is not None and high is not None:
        axes.plot([low, high], [height, height], color=INK, linewidth=1.0, zorder=5)
    axes.plot([mean], [height], marker="o", markersize=4.5, color=INK, linestyle="none", zorder=5)


def row_of(headline: Headline, pair: Pair) -> tuple[str, ...]:
    """One difference as a row of the data."""
    mean, low, high = pair.mean
    interval = "–" if low is None else f"{signed(headline, low)} to {signed(headline, high)}"
    levels = [signed(headline, pair.quantiles_of_difference[name].value) for name in ("p10", "p50", "p90")]
    pairing = "–" if pair.pairing is None else f"{pair.pairing:.1f}×"
    return pair.second, signed(headline, mean), interval, *levels, share(pair.better.value), pairing


def titled(headline: Headline, comparison: Comparison) -> str:
    """`ARR at the horizon, USD`."""
    unit = {"cents": f", {comparison.currency}"}.get(headline.unit, "")  # days are named in the label
    return f"{first_upper(headline.label)}{unit}"


def first_upper(text: str) -> str:
    """The text with a capital letter in front."""
    return text[:1].upper() + text[1:]


def said(headline: Headline, value: float | None) -> str:
    """A figure in the headline's unit."""
    return {"cents": short, "share": share}.get(headline.unit, number)(value)


def signed(headline: Headline, value: float | None) -> str:
    """A difference with its sign; of shares in percentage points."""
    if value is None:
        return "–"
    size = f"{100 * abs(value):.2f} pts" if headline.unit == "share" else said(headline, abs(value))
    return f"{'+' if value > 0 else '−' if value < 0 else ''}{size}"


def quantiles(headline: Headline, values: Floats) -> tuple[str, ...]:
    """P10, median and P90 of some figures."""
    if not len(values):
        return "–", "–", "–"
    return tuple(said(headline, float(level)) for level in np.percentile(values, [10, 50, 90]))


def ticks_of(headline: Headline) -> str:
    """How ticks are said."""
    return headline.unit if headline.unit in {"cents", "share"} else "count"
