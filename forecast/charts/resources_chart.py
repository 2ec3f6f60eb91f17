"""How busy are the vendor's people, and how long do deals wait for them?  By month, a row of panels for each pool."""

from __future__ import annotations

import numpy as np
import pyarrow.parquet as pq

from forecast.analysis.formatting import format_number, format_share, humanize
from forecast.charts.layout import axis
from forecast.charts.layout.chart import MARGIN, WIDTH, Chart, ChartData, empty_chart, styled_chart
from forecast.charts.layout.grid import write_inside
from forecast.charts.layout.marks import draw_line_with_gaps
from forecast.charts.layout.palette import EIGHTY, LINE
from forecast.charts.layout.text_fitting import LEADING, MEDIUM, elided
from forecast.charts.run_arrays import replications_note
from forecast.model.metrics import RESOURCE_COLUMNS
from forecast.model.parameters import Parameters
from forecast.months import first_of_month
from forecast.study.finished_run import Run
from forecast.types import Floats

TALL, FOOT, LEFT, GAP = 76.0, 28.0, 34.0, 44.0
MAX_RESOURCES = 8  # pools that are drawn, those with the most requests; the rest is in the data


@styled_chart
def people(run: Run) -> Chart:
    """Left: the share of their time that people are busy. Right: the mean wait of a month's requests."""
    parameters = run.parameters
    sums = _resource_columns(run, parameters)
    asked = sums["requests"].sum(axis=(0, 1))
    shown = sorted(np.argsort(-asked, kind="stable")[:MAX_RESOURCES].tolist())
    head = MEDIUM * LEADING + 4.0
    title, note = "How busy people are, and how long deals wait", f"{parameters.scenario.name}."
    if not shown:
        return empty_chart(title, note, _describe_resources(run))
    count = run.manifest["replications"]
    note += f" {replications_note(count)}, by month." + (
        " Band: where 80% of the replications lie." if count > 1 else ""
    )
    note += " Gaps: nobody asked, or nobody was there."
    chart = Chart(title, note, (head + TALL + FOOT) * len(shown))
    across = (WIDTH - LEFT - GAP - MARGIN - 14.0) / 2
    busy = _ratio(sums["busy_days"], sums["capacity_days"])
    waits = _ratio(sums["wait_days"].sum(axis=0), sums["requests"].sum(axis=0))
    for row, pool in enumerate(shown):
        bottom = chart.body - (row + 1) * (head + TALL + FOOT) + FOOT
        name = humanize(parameters.resources[pool])
        _draw_panels(chart, parameters, (LEFT, bottom, across, head), name, busy[:, :, pool], waits[:, pool])
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
    """The quotient; NaN where nothing stands below."""
    quotient: Floats = np.divide(above, below, out=np.full(above.shape, np.nan), where=below > 0)
    return quotient


def _draw_panels(
    chart: Chart, parameters: Parameters, box: tuple[float, float, float, float], name: str, busy: Floats, waits: Floats
) -> None:
    """Nothing; one pool's two panels; `busy` is [replication, month]."""
    left, bottom, across, head = box
    days = axis.month_positions(parameters.scenario.start, parameters.months)
    middle = (days[1:] + days[:-1]) / 2
    mean, low, high = _busy_by_month(busy)
    titles = (f"{name}: busy", f"{name}: mean wait, days")
    for column, title in enumerate(titles):
        at = left + column * (across + GAP)
        axes = chart.panel(at, bottom, across, TALL)
        chart.add_text(at, bottom + TALL + head / 2, elided(title, across + 10.0, MEDIUM, "bold"), weight="bold")
        if column == 0:
            axes.fill_between(middle, low, high, color=EIGHTY)
            draw_line_with_gaps(axes, middle, mean, LINE)
            axis.set_vertical_axis(axes, 0.0, max(1.0, float(np.nanmax(high, initial=0.0))), TALL, "share")
        else:
            draw_line_with_gaps(axes, middle, waits, LINE)
            axis.set_vertical_axis(axes, 0.0, max(1.0, 1.08 * float(np.nanmax(waits, initial=0.0))), TALL, "count")
        if np.isnan(waits if column else mean).all():
            write_inside(axes, "nobody asked for them" if column else "nobody was there")
        axis.set_date_axis(axes, parameters.scenario.start, parameters.months, across)


def _busy_by_month(busy: Floats) -> tuple[Floats, Floats, Floats]:
    """Mean, P10 and P90 over the replications, [month]; NaN where nobody was there."""
    found = np.full((3, busy.shape[1]), np.nan)
    there = ~np.isnan(busy).all(axis=0)
    if there.any():
        found[0, there] = np.nanmean(busy[:, there], axis=0)
        found[1:, there] = np.nanpercentile(busy[:, there], [10, 90], axis=0)
    mean, low, high = found
    return mean, low, high


def _describe_resources(run: Run) -> str:
    """Each pool in a few words, as the run's summary has it."""
    parts, summary = [], run.summary["resources"]
    for name in run.parameters.resources:
        busy, wait = (summary[name][figure]["mean"] for figure in ("utilization", "mean_wait_days"))
        parts.append(f"{humanize(name)}: busy {format_share(busy)}, mean wait {format_number(wait)} days")
    return f"{'; '.join(parts)}." if parts else "No people are named in this scenario."


def _data_of(parameters: Parameters, sums: dict[str, Floats]) -> ChartData:
    """The pools by year of the forecast, sums over all replications."""
    rows: list[tuple[str, ...]] = []
    for pool, name in enumerate(parameters.resources):
        for first in range(0, parameters.months, 12):
            last = min(first + 12, parameters.months)
            months = [f"{first_of_month(parameters.scenario.start, month):%b %Y}" for month in (first, last - 1)]
            of = {key: float(column[:, first:last, pool].sum()) for key, column in sums.items()}
            busy = of["busy_days"] / of["capacity_days"] if of["capacity_days"] else None
            wait = of["wait_days"] / of["requests"] if of["requests"] else None
            counts = (format_number(of[key] / len(sums[key])) for key in ("requests", "reneged"))
            rows.append((humanize(name), " to ".join(months), format_share(busy), format_number(wait), *counts))
    return ChartData(("people", "months", "busy", "mean wait, days", "requests a replication", "gave up waiting"), rows)
