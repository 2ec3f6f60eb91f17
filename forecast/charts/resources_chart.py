"""Utilization of the vendor's people and the waits of deals by month, a row of panels for each pool."""

from __future__ import annotations

import numpy as np
import pyarrow.parquet as pq

from forecast.analysis.formatting import format_number, format_share
from forecast.charts.layout import axis
from forecast.charts.layout.chart import MARGIN, WIDTH, Chart, ChartData, empty_chart, styled_chart
from forecast.charts.layout.grid import write_inside
from forecast.charts.layout.marks import draw_line_with_gaps
from forecast.charts.layout.palette import EIGHTY, LINE
from forecast.charts.layout.text_fitting import LEADING, MEDIUM, elided
from forecast.charts.run_arrays import means_note
from forecast.model.metrics import RESOURCE_COLUMNS
from forecast.model.parameters import Parameters
from forecast.months import first_of_month
from forecast.study.finished_run import Run
from forecast.types import Floats

HEIGHT, FOOT, LEFT, GAP = 76.0, 28.0, 34.0, 44.0
MAX_RESOURCES = 8  # pools drawn: those with the most requests; the rest is in the data


@styled_chart
def people(run: Run) -> Chart:
    """Left: utilization, the share of their time that people are busy. Right: the mean wait of a month's requests.

    Examples
    --------
    >>> import forecast
    >>> run = forecast.open_run("runs/first")
    >>> forecast.charts.people(run).savefig("people.svg")
    """
    parameters = run.parameters
    sums = _resource_columns(run, parameters)
    requested = sums["requests"].sum(axis=(0, 1))
    shown = sorted(np.argsort(-requested, kind="stable")[:MAX_RESOURCES].tolist())
    head = MEDIUM * LEADING + 4.0
    title, note = "Utilization of people, and waits of deals", f"{parameters.scenario.name}."
    if not shown:
        return empty_chart(title, note, _describe_resources(run))
    count = run.manifest["replications"]
    note += f" {means_note(count)}, by month." + (" Band: the middle 80%." if count > 1 else "")
    note += " Gaps: no requests, or no people."
    chart = Chart(title, note, (head + HEIGHT + FOOT) * len(shown))
    width = (WIDTH - LEFT - GAP - MARGIN - 14.0) / 2
    busy = _ratio(sums["busy_days"], sums["capacity_days"])
    waits = _ratio(sums["wait_days"].sum(axis=0), sums["requests"].sum(axis=0))
    for row, pool in enumerate(shown):
        bottom = chart.body - (row + 1) * (head + HEIGHT + FOOT) + FOOT
        name = parameters.labels.resource(parameters.resources[pool])
        _draw_panels(chart, parameters, (LEFT, bottom, width, head), name, busy[:, :, pool], waits[:, pool])
    chart.description = _describe_resources(run)
    chart.data = _data_of(parameters, sums)
    return chart


def _resource_columns(run: Run, parameters: Parameters) -> dict[str, Floats]:
    """The columns of resources.parquet, [replication, month, resource]."""
    names = list(RESOURCE_COLUMNS)
    shape = (-1, parameters.months, len(parameters.resources))
    if not parameters.resources:
        return {name: np.zeros((1, parameters.months, 0)) for name in names}
    table = pq.read_table(run.folder / "resources.parquet", columns=names)
    return {name: table[name].to_numpy().reshape(shape).astype(float, copy=False) for name in names}


def _ratio(above: Floats, below: Floats) -> Floats:
    """The quotient; NaN where the denominator is 0."""
    quotient: Floats = np.divide(above, below, out=np.full(above.shape, np.nan), where=below > 0)
    return quotient


def _draw_panels(
    chart: Chart, parameters: Parameters, box: tuple[float, float, float, float], name: str, busy: Floats, waits: Floats
) -> None:
    """Draw one pool's two panels; `busy` is [replication, month]."""
    left, bottom, width, head = box
    days = axis.month_positions(parameters.scenario.start, parameters.months)
    middle = (days[1:] + days[:-1]) / 2
    mean, low, high = _busy_by_month(busy)
    titles = (f"{name}: utilization", f"{name}: mean wait, days")
    for column, title in enumerate(titles):
        at = left + column * (width + GAP)
        axes = chart.panel(at, bottom, width, HEIGHT)
        chart.add_text(at, bottom + HEIGHT + head / 2, elided(title, width + 10.0, MEDIUM, "bold"), weight="bold")
        if column == 0:
            axes.fill_between(middle, low, high, color=EIGHTY)
            draw_line_with_gaps(axes, middle, mean, LINE)
            axis.set_vertical_axis(axes, (0.0, max(1.0, float(np.nanmax(high, initial=0.0)))), HEIGHT, "share")
        else:
            draw_line_with_gaps(axes, middle, waits, LINE)
            longest = max(1.0, 1.08 * float(np.nanmax(waits, initial=0.0)))
            axis.set_vertical_axis(axes, (0.0, longest), HEIGHT, "days")
        if np.isnan(waits if column else mean).all():
            write_inside(axes, "no requests" if column else "no people")
        axis.set_date_axis(axes, parameters.scenario.start, parameters.months, width)


def _busy_by_month(busy: Floats) -> tuple[Floats, Floats, Floats]:
    """Mean, P10 and P90 over the replications, [month]; NaN without people."""
    found = np.full((3, busy.shape[1]), np.nan)
    there = ~np.isnan(busy).all(axis=0)
    if there.any():
        found[0, there] = np.nanmean(busy[:, there], axis=0)
        found[1:, there] = np.nanpercentile(busy[:, there], [10, 90], axis=0)
    mean, low, high = found
    return mean, low, high


def _describe_resources(run: Run) -> str:
    """Utilization and mean wait of each pool, from the summary of the run."""
    parts, summary, names = [], run.summary["resources"], run.parameters.labels
    for name in run.parameters.resources:
        busy, wait = (summary[name][figure]["mean"] for figure in ("utilization", "mean_wait_days"))
        parts.append(f"{names.resource(name)}: utilization {format_share(busy)}, mean wait {format_number(wait)} days")
    return f"{'; '.join(parts)}." if parts else "The scenario has no people."


def _data_of(parameters: Parameters, sums: dict[str, Floats]) -> ChartData:
    """The pools by year of the forecast, sums over all replications."""
    rows: list[tuple[str, ...]] = []
    for pool, name in enumerate(parameters.resources):
        for first in range(0, parameters.months, 12):
            last = min(first + 12, parameters.months)
            months = [f"{first_of_month(parameters.scenario.start, month):%b %Y}" for month in (first, last - 1)]
            totals = {key: float(column[:, first:last, pool].sum()) for key, column in sums.items()}
            busy = totals["busy_days"] / totals["capacity_days"] if totals["capacity_days"] else None
            wait = totals["wait_days"] / totals["requests"] if totals["requests"] else None
            counts = (format_number(totals[key] / len(sums[key])) for key in ("requests", "reneged"))
            label = parameters.labels.resource(name)
            rows.append((label, " to ".join(months), format_share(busy), format_number(wait), *counts))
    return ChartData(
        ("people", "months", "utilization", "mean wait, days", "requests per simulated future", "gave up waiting"), rows
    )
