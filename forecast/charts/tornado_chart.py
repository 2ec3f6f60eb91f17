"""A tornado chart: uncertain parameters by their effect on a headline, with the grade of their evidence."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from matplotlib.axes import Axes

from forecast.analysis.formatting import (
    count_futures,
    format_probability,
    format_range,
    format_value,
    sentence_case,
)
from forecast.charts.layout import axis
from forecast.charts.layout.chart import WIDTH, Chart, ChartData, empty_chart, styled_chart
from forecast.charts.layout.palette import BLUE, ORANGE
from forecast.charts.layout.rows import HEAD, labelled_rows

if TYPE_CHECKING:
    from forecast.analysis.key_metrics import KeyMetric
    from forecast.analysis.sensitivity import ParameterShare, Sensitivity

ROW = 18.0  # points
DATA_COLUMNS = ("parameter", "grade", "lowest fifth", "highest fifth", "rank correlation", "share of variance")
KEY_MARKS = (("■", ORANGE, "lowest"), ("■", BLUE, "highest"))
MAX_PARAMETERS = 15  # drawn; the rest is in the data


@styled_chart
def tornado(sensitivity: Sensitivity) -> Chart:
    """For each uncertain parameter: the mean of the headline where the parameter is lowest, and where it is highest.

    So for what all accounts share by chance, `market.level` and `procurement.pace`: where its path lies lowest.

    Examples
    --------
    >>> import forecast
    >>> run = forecast.open_run("runs/first")
    >>> forecast.charts.tornado(run.sensitivity("arr")).savefig("uncertain.svg")
    """
    headline = sensitivity.headline
    shown = sensitivity.effects[:MAX_PARAMETERS]
    title = f"What moves {headline.label_in(sensitivity.currency)}"
    if not shown:
        return empty_chart(title, "", f"No single parameter can be assessed: {sensitivity.reason}.")
    note = (
        f"Bars: means of the fifth of {count_futures(sensitivity.replications)} in which the parameter is lowest, and "
        "highest. "
    )
    note += (
        "Share: of the variance, from it alone. Grade: of its source, A best, U unverified. Held "
        f"fixed, so that nothing is known here of their effect: {sensitivity.held_fixed.counted()}. "
    )
    note = f"{note}{sensitivity.joint_share}".strip()
    shares = [_format_variance_share(each) for each in shown]
    columns = {"grade": [each.grade or "–" for each in shown], "share": shares}
    chart, axes, axes_width = labelled_rows((title, note), [each.path for each in shown], columns, ROW)
    low, high = _draw_tornado_bars(axes, shown)
    box = axes.get_position()
    chart.add_key(box.x0 * WIDTH, box.y1 * chart.height + HEAD / 2, KEY_MARKS)
    axis.set_horizontal_axis(axes, (low, high), axes_width, headline.unit)
    first = shown[0]
    count, graded = len(sensitivity.parameters), f"{first.path} (grade {first.grade or 'unknown'})"
    begin = (
        f"{sentence_case(headline.label)} depends most on {first.path}, which all accounts share by chance: "
        if first in sensitivity.common_factors
        else f"The only uncertain value is {graded}. {sentence_case(headline.label)}: "
        if count == 1
        else f"Of the {sensitivity.marked}, {headline.label} depends most on {graded}: "
    )
    chart.description = (
        f"{begin}"
        f"{format_value(first.low_mean, headline.unit)} where it is lowest, "
        f"{format_value(first.high_mean, headline.unit)} where it is highest, "
        f"{sensitivity.held_fixed.condition()}."
    )
    chart.data = ChartData(DATA_COLUMNS, [_parameter_row(headline, each) for each in sensitivity.effects])
    return chart


def _format_variance_share(each: ParameterShare) -> str:
    """`30% (24–36%)`, as on the terminal."""
    share = each.first_order
    return format_range((share.value, share.low, share.high), format_probability)


def _draw_tornado_bars(axes: Axes, shown: Sequence[ParameterShare]) -> tuple[float, float]:
    """Draw two bars for each parameter, from the middle of its ends; returns the range of the axis."""
    ends: list[float] = []
    for row, each in enumerate(shown):
        centre = (each.low_mean + each.high_mean) / 2
        for end, color in ((each.low_mean, ORANGE), (each.high_mean, BLUE)):
            axes.barh(len(shown) - row - 0.5, end - centre, left=centre, height=0.6, color=color)
            ends.append(end)
    low, high = min(ends, default=0.0), max(ends, default=1.0)
    margin = 0.06 * ((high - low) or abs(high) or 1.0)
    return low - margin, high + margin


def _parameter_row(headline: KeyMetric, each: ParameterShare) -> tuple[str, ...]:
    """A parameter as a row of the data."""
    rank = each.rank_correlation.value
    correlation = "–" if rank is None else f"{rank:+.2f}".replace("-", "−")
    ends = format_value(each.low_mean, headline.unit), format_value(each.high_mean, headline.unit)
    return each.path, each.grade or "–", *ends, correlation, _format_variance_share(each)
