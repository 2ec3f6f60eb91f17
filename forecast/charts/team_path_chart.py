"""A team's path: what comes first after an account's first person, and the contract after its first paying team."""

from __future__ import annotations

import numpy as np
from matplotlib.axes import Axes

from forecast.analysis.formatting import count_futures, format_share
from forecast.analysis.survival import MONTH_BINS, Curve
from forecast.analysis.team_path import WITH_PLAN, TeamPath
from forecast.charts.layout import axis
from forecast.charts.layout.chart import Chart, ChartData, empty_chart, styled_chart
from forecast.charts.layout.grid import MAX_PANELS, Grid, HeadLine, add_panel, panel_grid, write_inside
from forecast.charts.layout.marks import draw_outlined_line
from forecast.charts.layout.palette import BANNED, GREEN, INK, PALE, SIGNED
from forecast.charts.run_arrays import means_note
from forecast.model.parameters import Parameters
from forecast.scenario.values.units import DAYS_PER_MONTH
from forecast.study.finished_run import Run
from forecast.types import Floats

HEIGHT, LEFT, FOOT, GAP = 96.0, 36.0, 34.0, 32.0
HEADS = 5  # lines above a panel
NEVER = "–"


@styled_chart
def team_path(run: Run) -> Chart:
    """How accounts go from their first person to a paying team, and from there to a contract, by segment.

    Examples
    --------
    >>> import forecast
    >>> run = forecast.open_run("runs/first")
    >>> forecast.charts.team_path(run).description
    'Accounts with a paying team by month 36: smb ...'
    """
    parameters, path = run.parameters, run.team_path
    panels = _panels(parameters)
    shown = panels[:MAX_PANELS]
    title, note = "From the first person to a paying team, and to a contract", f"{parameters.scenario.name}."
    if not np.nan_to_num(path.bands.mean[WITH_PLAN]).any():
        return empty_chart(title, note, f"No account has a paying team in {count_futures(path.replications)}.")
    note += (
        " Areas: shares of accounts by what came first, in months since the account's first person. Line: share with a "
        f"contract, in months since its first paying team. {means_note(path.replications)}."
    )
    layout = panel_grid(len(shown), LEFT, HEIGHT, HEADS, FOOT, GAP)
    chart = Chart(title, note, layout.body)
    curves = [_PanelCurves(path, segment) for _, segment in shown]
    top = min(1.0, 1.15 * max(each.highest for each in curves))
    for number, ((label, _), each) in enumerate(zip(shown, curves, strict=True)):
        axes = add_panel(chart, layout, number, [("", "", label), *each.heads()])
        each.draw(axes, layout, top)
        if number % layout.columns:
            axes.tick_params(labelleft=False)
    chart.description = _describe(path, panels, parameters)
    chart.data = _data_of(path, panels, parameters.months)
    return chart


def _panels(parameters: Parameters) -> list[tuple[str, int]]:
    """The segments, and all accounts where there are several: label, and place in the curves."""
    panels = [(parameters.labels.segment(name), place) for place, name in enumerate(parameters.segments)]
    return panels if len(panels) == 1 else [*panels, ("all accounts", len(panels))]


class _PanelCurves:
    """The curves of a panel, by month since their clocks began."""

    def __init__(self, path: TeamPath, segment: int) -> None:
        self.first = [
            ("team plan", GREEN, _by_month(path.plan_first, segment)),
            ("contract", SIGNED, _by_month(path.contract_first, segment)),
            ("ban", BANNED, _by_month(path.ban_first, segment)),
        ]
        self.contract = _by_month(path.contract, segment)
        stack = np.nansum([values for *_, values in self.first], axis=0)
        self.highest = max(float(stack.max()), float(np.nanmax(np.append(self.contract, 0.0))), 0.01)

    def heads(self) -> list[HeadLine]:
        """What each curve comes to at its end."""
        first = [("■", color, f"{name} first {_last(values)}") for name, color, values in self.first]
        return [*first, ("—", INK, f"then a contract {_last(self.contract)}")]

    def draw(self, axes: Axes, layout: Grid, top: float) -> None:
        """Draw areas and line."""
        months = np.arange(len(self.contract))
        known = ~np.isnan(self.first[0][2])
        axes.fill_between(months, 0.0, 1.0, color=PALE)
        floor = np.zeros(known.sum())
        for name, color, values in self.first:
            axes.fill_between(months[known], floor, floor + values[known], color=color, label=name)
            floor = floor + values[known]
        draw_outlined_line(axes, months, self.contract, 1.4, label="contract")
        if not known.any():
            write_inside(axes, "nobody tries it")
        axis.set_vertical_axis(axes, (0.0, top), layout.panel_height, "share")
        axis.set_horizontal_axis(axes, (0.0, float(months[-1])), layout.panel_width, "months")
        axes.grid(visible=False, axis="x")


def _by_month(curve: Curve, segment: int) -> Floats:
    """A share at 0, 1, 2 ... months, NaN beyond what is observed."""
    share = curve.share[segment]
    begun = np.nan if np.isnan(share).all() else 0.0
    return np.append(begun, share[MONTH_BINS - 1 :: MONTH_BINS])


def _last(values: Floats) -> str:
    """The last share that is known."""
    known = values[~np.isnan(values)]
    return format_share(float(known[-1])) if len(known) else NEVER


def _months_to(curve: Curve, segment: int, q: float) -> str:
    """`within 8 months`, or that a share is not reached."""
    days = curve.quantile_days(segment, q)
    return "not by the horizon" if days is None else f"within {days / DAYS_PER_MONTH:.0f} months"


def _describe(path: TeamPath, panels: list[tuple[str, int]], parameters: Parameters) -> str:
    """The path in a sentence or two."""
    shares = "; ".join(
        f"{label} {format_share(float(path.bands.mean[WITH_PLAN, segment, -1]))}"
        for label, segment in panels
        if not np.isnan(path.bands.mean[WITH_PLAN, segment, -1])
    )
    total = len(parameters.segments)
    return (
        f"Accounts with a paying team by month {parameters.months}: {shares}. A quarter of those with a first person "
        f"has a paying team {_months_to(path.plan_first, total, 0.25)}, and a quarter of those with a paying team "
        f"has a contract {_months_to(path.contract, total, 0.25)}."
    )


def _data_of(path: TeamPath, panels: list[tuple[str, int]], months: int) -> ChartData:
    """The shares by half-year."""
    rows = []
    for label, segment in panels:
        curves = _PanelCurves(path, segment)
        every = [values for *_, values in curves.first] + [curves.contract]
        for month in sorted({*range(6, months + 1, 6), months}):
            cells = [values[month] if month < len(values) else np.nan for values in every]
            rows.append(
                (label, str(month), *(NEVER if np.isnan(cell) else format_share(float(cell)) for cell in cells))
            )
    head = (
        "segment",
        "months since",
        "team plan first",
        "contract first",
        "ban first",
        "contract, since the team plan",
    )
    return ChartData(head, rows)
