"""Cumulative incidence of first contracts and bans: signed, banned and open by month, a panel for each segment."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeAlias

import numpy as np
from matplotlib.axes import Axes

from forecast.analysis import incidence as states
from forecast.analysis.formatting import count_futures, format_range, format_share
from forecast.analysis.incidence import Incidence
from forecast.charts.layout import axis
from forecast.charts.layout.chart import MARK_WIDTH, Chart, ChartData, empty_chart, styled_chart
from forecast.charts.layout.grid import MAX_PANELS, Grid, HeadLine, add_panel, panel_grid, write_inside
from forecast.charts.layout.palette import BANNED, INK, LINE, PALE, SIGNED
from forecast.charts.layout.text_fitting import SMALL, max_text_width
from forecast.charts.run_arrays import means_note
from forecast.model.parameters import Parameters
from forecast.months import month_end_label
from forecast.study.finished_run import Run
from forecast.types import Floats

HEIGHT, LEFT, FOOT, GAP = 96.0, 36.0, 34.0, 32.0
HEADS = 3  # lines above a panel

_Panel: TypeAlias = tuple[str, int]  # label, and place among the segments of the incidence


@styled_chart
def incidence(run: Run) -> Chart:
    """The share of each segment's accounts that signed first or were banned, from the scenario's start.

    Examples
    --------
    >>> import forecast
    >>> run = forecast.open_run("runs/first")
    >>> forecast.charts.incidence(run).savefig("signed.png", dpi=200)
    """
    parameters, incidences = run.parameters, run.incidence
    panels = _panels(parameters, incidences)
    shown = panels[:MAX_PANELS]
    layout = panel_grid(len(shown), LEFT, HEIGHT, HEADS, FOOT, GAP)
    title, note = "Accounts signed or banned, cumulative", f"{parameters.scenario.name}."
    highest = _stack_heights(incidences)[:, 1]
    if not np.nan_to_num(highest).any():
        return empty_chart(title, note, _empty_sentence(incidences))
    of = " that are in the market by then" if incidences.enters_later else ""
    note += f" Shares of accounts{of}, stacked to 100% (the rest: neither yet). {means_note(incidences.replications)}"
    heads = _panel_heads(incidences, shown, layout.panel_width)
    ranges = "dashes and brackets" if "(" in heads[0][0][2] else "dashes"
    note += f"; {ranges}: the middle 80%." if incidences.replications > 1 else "."
    chart = Chart(title, note, layout.body)
    top = min(1.0, 1.15 * float(np.nanmax(highest)))
    for number, (label, segment) in enumerate(shown):
        axes = add_panel(chart, layout, number, [("", "", label), *heads[number]])
        _draw_incidence(axes, layout, (parameters, incidences, top), segment)
        if number % layout.columns:
            axes.tick_params(labelleft=False)
    end = month_end_label(parameters.scenario.start, parameters.months)
    chart.description = f"Signed by the end of {end}: " + "; ".join(
        f"{label} {_mean_with_range(incidences, states.SIGNED, segment, -1)}" for label, segment in panels
    )
    chart.description += "."
    chart.data = _data_of(parameters, incidences, panels)
    return chart


def _panels(parameters: Parameters, incidences: Incidence) -> list[_Panel]:
    """The segments, and all accounts where there are several: label, and place in the arrays."""
    panels = [(parameters.labels.segment(name), place) for place, name in enumerate(parameters.segments)]
    return panels if len(panels) == 1 else [*panels, ("all accounts", len(incidences.segments) - 1)]


def _stack_heights(incidences: Incidence) -> Floats:
    """The highest values drawn, [segment, (mean signed, upper edge of mean stack and band)]."""
    mean, high = incidences.bands.mean, incidences.bands.p90
    both = mean[states.SIGNED] + mean[states.BANNED]
    edge = np.fmax(both, high[states.SIGNED])
    return np.stack([mean[states.SIGNED][:, -1], edge.max(axis=1)], axis=1)


def _empty_sentence(incidences: Incidence) -> str:
    """Why there is nothing to draw."""
    if np.isnan(incidences.bands.mean[states.SIGNED]).all():
        return "No account can sign: there are none, or all are under contract at the start."
    return f"No account signs or bans it in {count_futures(incidences.replications)}."


def _draw_incidence(axes: Axes, layout: Grid, shown: tuple[Parameters, Incidence, float], segment: int) -> None:
    """Draw one segment's shares; `shown` ends with the top of the axis."""
    parameters, incidences, top = shown
    bands = incidences.bands
    days = axis.month_positions(parameters.scenario.start, parameters.months)
    signed, banned = (bands.mean[state, segment] for state in (states.SIGNED, states.BANNED))
    axes.fill_between(days, 0.0, 1.0, color=PALE, label="open")
    axes.fill_between(days, signed, signed + banned, color=BANNED, label="banned")
    axes.fill_between(days, 0.0, signed, color=SIGNED, label="signed")
    low, high = bands.p10[states.SIGNED, segment], bands.p90[states.SIGNED, segment]
    axes.plot(days, signed + banned, color="white", linewidth=0.8)
    axes.plot(days, signed, color=LINE, linewidth=1.8, label="mean")
    for label, edge in (("P10", low), ("P90", high)) if incidences.replications > 1 else ():
        axes.plot(days, edge, color=INK, linewidth=0.8, linestyle=(0, (2, 1.6)), label=label)
    if not np.nan_to_num(signed + banned).any():
        write_inside(axes, "no accounts" if np.isnan(signed).all() else "none signed or banned")
    axis.set_vertical_axis(axes, (0.0, top), layout.panel_height, "share")
    axis.set_date_axis(axes, parameters.scenario.start, parameters.months, layout.panel_width)


def _panel_heads(incidences: Incidence, panels: Sequence[_Panel], width: float) -> list[list[HeadLine]]:
    """The heads of the panels, `signed 10.3% (6.0–15.0%)`, in the longest form that fits into all of them."""
    forms: list[Callable[[Incidence, int, int, int], str]] = [_mean_with_range, _rounded_range, _mean_only]
    for form in forms if incidences.replications > 1 else [_mean_only]:
        heads = [
            [
                ("■", color, f"{word} {form(incidences, state, segment, -1)}")
                for word, color, state in (("signed", SIGNED, states.SIGNED), ("banned", BANNED, states.BANNED))
            ]
            for _, segment in panels
        ]
        if max_text_width([text for head in heads for _, _, text in head], SMALL) + MARK_WIDTH <= width:
            break
    return heads


def _mean_with_range(incidences: Incidence, state: int, segment: int, month: int) -> str:
    """`10.3% (6.0–15.0%)`."""
    return format_range(_figures_at(incidences, state, segment, month), format_share)


def _figures_at(incidences: Incidence, state: int, segment: int, month: int) -> tuple[float, float, float]:
    """Mean, P10 and P90 of a share at the end of a month."""
    bands = incidences.bands
    mean, low, high = (float(values[state, segment, month]) for values in (bands.mean, bands.p10, bands.p90))
    return mean, low, high


def _rounded_range(incidences: Incidence, state: int, segment: int, month: int) -> str:
    """`10.3% (6–15%)`."""
    mean, low, high = _figures_at(incidences, state, segment, month)
    return "–" if np.isnan(mean) else f"{format_share(mean)} ({100 * low:.0f}–{100 * high:.0f}%)"


def _mean_only(incidences: Incidence, state: int, segment: int, month: int) -> str:
    """`10.3%`."""
    return _mean_with_range(incidences, state, segment, month).partition(" (")[0]


def _data_of(parameters: Parameters, incidences: Incidence, panels: list[_Panel]) -> ChartData:
    """The shares by quarter."""
    months = sorted({*range(3, parameters.months + 1, 3), parameters.months})
    rows = [
        (
            label,
            month_end_label(parameters.scenario.start, month),
            *(
                _mean_with_range(incidences, state, segment, month)
                for state in (states.SIGNED, states.BANNED, states.OPEN)
            ),
        )
        for label, segment in panels
        for month in months
    ]
    return ChartData(("segment", "by the end of", "signed", "banned", "open"), rows)
