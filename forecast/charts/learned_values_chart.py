"""What data say of a model's values: for each the prior's middle 80 % and, over it, that of the posterior."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import ceil, floor, log10
from typing import Any

from forecast.charts.layout.chart import WIDTH, Chart, ChartData, empty_chart, styled_chart
from forecast.charts.layout.palette import BLUE, REST, RULE
from forecast.charts.layout.rows import HEAD, labelled_rows
from forecast.learning.learned import is_prior

ROW = 15.0  # points
MOST_ROWS = 100  # drawn; the rest is in the data
WIDEST = 30.0  # times the prior's median: what is further off ends at the edge
COLUMNS = ("value", "segment", "unit", "prior", "posterior", "events", "data")
KEY_MARKS = (("■", REST, "prior"), ("■", BLUE, "after the data"))


@styled_chart
def learned_values(document: Mapping[str, Any]) -> Chart:
    """For each value: where it was believed to lie, and where it lies after the data, as multiples of the prior median.

    Parameters
    ----------
    document : mapping
        What fit.json says: `Fit.document`.

    Examples
    --------
    >>> import forecast
    >>> fitted = forecast.fit("data.yaml", draws=50, folder="fits/chart")
    >>> forecast.charts.learned_values(fitted.document).savefig("learned.svg")
    """
    values = [value for value in document["values"] if not is_prior(value["remark"])]
    title = "What the data say of each value"
    if not values:
        return empty_chart(title, "", "The data say too little of every value: all are as in the prior.")
    shown = values[:MOST_ROWS]
    note = (
        "Bars hold the middle 80 %, as multiples of the prior's median; a line is the median. Data: how much of what "
        "is now known of a value comes from the data. Values of which the data say next to nothing are left out."
    )
    if len(shown) < len(values):
        note += f" The first {len(shown)} of {len(values)}."
    labels = document["segments"]
    names = [_name(value, labels) for value in shown]
    columns = {
        "now": [_figure(value["posterior"]["median"], value["unit"]) for value in shown],
        "data": [f"{value['data_share']:.0%}" for value in shown],
    }
    chart, axes, _ = labelled_rows((title, note), names, columns, ROW)
    box = axes.get_position()
    chart.add_key(box.x0 * WIDTH, box.y1 * chart.height + HEAD / 2, KEY_MARKS)
    ends = [end for row, value in enumerate(shown) for end in _draw_row(axes, len(shown) - row - 0.5, value)]
    low, high = max(min(ends), 1 / WIDEST), min(max(ends), WIDEST)
    axes.set_xscale("log")
    axes.set_xlim(low * 0.9, high * 1.1)
    ticks = [tick for tick in _round_ticks(low, high) if low * 0.9 <= tick <= high * 1.1]
    axes.set_xticks(ticks, [f"× {tick:g}" for tick in ticks])
    axes.set_xticks([], minor=True)
    axes.grid(axis="x", color=RULE)
    chart.description = f"{title}: {len(values)} values; the most surely known is {_surest(values, labels)}."
    chart.data = ChartData(COLUMNS, [_row(value, labels) for value in document["values"]])
    return chart


def _draw_row(axes: Any, height: float, value: Mapping[str, Any]) -> list[float]:
    """Draw the two bars of a value; their ends."""
    middle = value["prior"]["median"]
    ends = []
    for what, color, thickness in (("prior", REST, 0.7), ("posterior", BLUE, 0.4)):
        low, high = (value[what][name] / middle for name in ("low", "high"))
        axes.barh(height, high - low, left=low, height=thickness, color=color)
        ends += [low, high]
    axes.plot([value["posterior"]["median"] / middle] * 2, [height - 0.3, height + 0.3], color="white", linewidth=1.2)
    return ends


def _round_ticks(low: float, high: float) -> list[float]:
    """1, 2 and 5 times powers of ten."""
    powers = range(floor(log10(low)), ceil(log10(high)) + 1)
    found = [factor * 10.0**power for power in powers for factor in (1, 2, 5)]
    return found if len([tick for tick in found if low <= tick <= high]) < 7 else [10.0**power for power in powers]


def _name(value: Mapping[str, Any], labels: Mapping[str, str]) -> str:
    """The path without what all of its kind have, and the segment."""
    path = value["path"].replace("procurement.stages.", "").replace(".lognormal", "").replace(".beta", "")
    segment = labels.get(value["segment"] or "", "")
    return f"{path}, {segment}" if segment and len(labels) > 1 else path


def _surest(values: Sequence[Mapping[str, Any]], labels: Mapping[str, str]) -> str:
    """The value of which most is data."""
    return _name(max(values, key=lambda value: value["data_share"]), labels)


def _figure(number: float, unit: str) -> str:
    """A value in three digits."""
    if unit == "%":
        return f"{100 * number:.3g}%"
    return f"{number:.3g}{' ' + unit if unit else ''}".replace(" per month", "/month")


def _row(value: Mapping[str, Any], labels: Mapping[str, str]) -> tuple[str, ...]:
    """A value as a row of the data."""
    bands = [
        f"{_figure(value[what]['median'], '%' if value['unit'] == '%' else '')} "
        f"({_figure(value[what]['low'], '%' if value['unit'] == '%' else '')}–"
        f"{_figure(value[what]['high'], '%' if value['unit'] == '%' else '')})"
        for what in ("prior", "posterior")
    ]
    segment = labels.get(value["segment"] or "", "all") if len(labels) > 1 else "all"
    data = "prior" if is_prior(value["remark"]) else f"{value['data_share']:.0%}"
    return value["path"], segment, value["unit"], *bands, f"{value['events']:,}", data
