"""The ARR bridge as a waterfall for each fiscal year, of means over replications, which add up."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import NamedTuple

from forecast.analysis.formatting import format_money
from forecast.charts import run_arrays
from forecast.charts.layout.bars import BAR_HEIGHT, set_bar_axes, write_bar_label
from forecast.charts.layout.chart import Chart, ChartData, empty_chart, styled_chart
from forecast.charts.layout.grid import MAX_PANELS, Grid, add_panel, panel_grid, write_row_labels
from forecast.charts.layout.palette import LESS, LEVEL, MORE
from forecast.charts.layout.text_fitting import SMALL, max_text_width
from forecast.model.arr_parts import bridge_order, movement_label
from forecast.model.parameters import Parameters
from forecast.months import YEAR, first_of_month, fiscal_year, months_into_fiscal_year
from forecast.study.finished_run import Run
from forecast.types import Floats

BRIDGE_PARTS = {movement_label(each): each for each in bridge_order()}
ROW = 15.0  # points


class _BridgeYear(NamedTuple):
    """A fiscal year's bridge in cents: means over replications."""

    name: str  # `2026`, or `2026, from Jul`
    span: str
    opening: float
    parts: tuple[float, ...]  # as BRIDGE_PARTS, each with its sign
    closing: float


@styled_chart
def arr_bridge(run: Run) -> Chart:
    """ARR at the start of each fiscal year, what came and went, and ARR at its end.

    Examples
    --------
    >>> import forecast
    >>> run = forecast.open_run("runs/first")
    >>> forecast.charts.arr_bridge(run).savefig("bridge.svg")
    """
    parameters = run.parameters
    scenario = parameters.scenario
    years = bridge_years(run, parameters)
    shown = years[:MAX_PANELS]
    used = [part for row, part in enumerate(BRIDGE_PARTS) if any(year.parts[row] for year in years)]
    labels = ["opening", *used, "closing"]
    layout = panel_grid(len(shown), max_text_width(labels, SMALL) + 12.0, ROW * len(labels))
    title = "ARR bridge by fiscal year"
    if not used and not any(year.opening for year in years):
        return empty_chart(title, f"{scenario.name}.", "No ARR in any year.")
    count = run.manifest["replications"]
    note = f"{scenario.currency}. {run_arrays.means_note(count)}{', which add up' if count > 1 else ''}."
    chart = Chart(title, f"{scenario.name}. {note}", layout.body)
    high = max(max(year.opening, *_running_levels(year)) for year in years)
    for number, year in enumerate(shown):
        _draw_waterfall(chart, layout, number, (year, used), high)
        if number % layout.columns == 0:
            write_row_labels(chart, layout, number, labels, lambda row: ROW * (len(labels) - row - 0.5))
    last = years[-1]
    movements = "; ".join(
        f"{part} {format_money(amount)}" for part, amount in zip(BRIDGE_PARTS, last.parts, strict=True) if amount
    )
    chart.description = (
        f"In the last fiscal year ({last.span}) ARR goes from {format_money(last.opening)} to "
        f"{format_money(last.closing)}"
        f"{': ' + movements if movements else ''}."
    )
    chart.data = ChartData(
        ("", *(year.name for year in years)),
        [("months", *(year.span for year in years)), *_money_rows(years)],
    )
    return chart


def _money_rows(years: list[_BridgeYear]) -> Iterator[tuple[str, ...]]:
    """A row for opening, each part and closing, a column for each year: statements are read so, and paper is narrow."""
    amounts = [(year.opening, *year.parts, year.closing) for year in years]
    for label, *row in zip(("opening", *BRIDGE_PARTS, "closing"), *amounts, strict=True):
        yield str(label), *(format_money(float(amount)) for amount in row)


def bridge_years(run: Run, parameters: Parameters) -> list[_BridgeYear]:
    """The bridge of each fiscal year of the horizon."""
    arr = run_arrays.metric_total(run, parameters, "arr_cents").mean(axis=0)
    flows = [
        movement.sign * run_arrays.metric_total(run, parameters, movement.column).mean(axis=0)
        for movement in BRIDGE_PARTS.values()
    ]
    return [_year_of(parameters, span, arr, flows) for span in _fiscal_year_spans(parameters)]


def _fiscal_year_spans(parameters: Parameters) -> list[tuple[int, int]]:
    """The months of each fiscal year of the horizon: (months before it, months until its end)."""
    start, opens, months = parameters.scenario.start, parameters.scenario.fiscal_year_start, parameters.months
    over = [months_into_fiscal_year(first_of_month(start, month), opens) == 0 for month in range(1, months + 1)]
    ends = [month for month, begins in enumerate(over, 1) if begins or month == months]
    return list(zip([0, *ends[:-1]], ends, strict=True))


def _year_of(parameters: Parameters, span: tuple[int, int], arr: Floats, flows: list[Floats]) -> _BridgeYear:
    """One fiscal year; it is named for the calendar year in which it ends."""
    before, until = span
    start, opens = parameters.scenario.start, parameters.scenario.fiscal_year_start
    first, last = first_of_month(start, before), first_of_month(start, until - 1)
    ends = fiscal_year(last, opens)
    parts = tuple(float(flow[before + 1 : until + 1].sum()) for flow in flows)
    return _BridgeYear(
        _fiscal_year_name(ends, first, last, opens),
        f"{first:%b %Y} to {last:%b %Y}",
        float(arr[before]),
        parts,
        float(arr[until]),
    )


def _fiscal_year_name(ends: int, first: date, last: date, opens: int) -> str:
    """`FY 2026`, and which of its months where it is not whole."""
    if first.month != opens:
        return f"FY {ends}, from {first:%b}"
    return f"FY {ends}" if months_into_fiscal_year(last, opens) == YEAR - 1 else f"FY {ends}, to {last:%b}"


def _running_levels(year: _BridgeYear) -> list[float]:
    """ARR after each part."""
    found, level = [], year.opening
    for part in year.parts:
        level += part
        found.append(level)
    return found


def _draw_waterfall(chart: Chart, layout: Grid, number: int, bars: tuple[_BridgeYear, list[str]], high: float) -> None:
    """Draw one year's waterfall into its panel, each bar with its amount."""
    year, used = bars
    axes = add_panel(chart, layout, number, [("", "", year.name)])
    rows = len(used) + 2
    texts = [format_money(each) for each in (year.opening, *year.parts, year.closing)]
    text_width = max_text_width([f"+{text}" for text in texts], SMALL) + 6.0
    set_bar_axes(axes, max(high, 1.0) * layout.panel_width / (layout.panel_width - text_width), rows)
    drawn = [(0.0, year.opening, LEVEL, format_money(year.opening))]
    for part, amount, level in zip(BRIDGE_PARTS, year.parts, _running_levels(year), strict=True):
        if part in used:
            color = MORE if BRIDGE_PARTS[part].sign > 0 else LESS
            sign = "+" if amount > 0 else "−" if amount < 0 else ""
            drawn.append((min(level, level - amount), abs(amount), color, f"{sign}{format_money(abs(amount))}"))
    drawn.append((0.0, year.closing, LEVEL, format_money(year.closing)))
    for row, (left, length, color, text) in enumerate(drawn):
        axes.barh(rows - row - 0.5, length, left=left, height=BAR_HEIGHT, color=color)
        write_bar_label(axes, left + length, rows - row - 0.5, text)
