"""When do accounts sign, and how many forbid instead?  Signed, banned and open by month, a panel for each segment."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from forecast.analysis import incidence as states
from forecast.analysis.formatting import format_range, format_share, pluralize
from forecast.analysis.incidence import Incidence
from forecast.charts.layout import axis
from forecast.charts.layout.chart import MARK_WIDTH, Chart, ChartData, empty_chart, styled_chart
from forecast.charts.layout.grid import MAX_PANELS, Grid, HeadLine, add_panel, panel_grid, write_inside
from forecast.charts.layout.palette import BANNED, INK, LINE, PALE, SIGNED
from forecast.charts.layout.text_fitting import SMALL, max_text_width
from forecast.charts.run_arrays import replications_note
from forecast.model.parameters import Parameters
from forecast.months import month_end_label
from forecast.study.finished_run import Run
from forecast.types import Floats

TALL, LEFT, FOOT, GAP = 96.0, 36.0, 34.0, 32.0
HEADS = 3


@styled_chart
def incidence(run: Run) -> Chart:
    """The share of each segment's accounts that signed first or were banned, from the scenario's start."""
    parameters, found = run.parameters, run.incidence
    names = _panel_names(found)
    shown = names[:MAX_PANELS]
    layout = panel_grid(len(shown), LEFT, TALL, HEADS, FOOT, GAP)
    title, note = "First contract or ban, from the start", f"{parameters.scenario.name}."
    highest = _stack_heights(found)[:, 1]
    if not np.nan_to_num(highest).any():
        return empty_chart(title, note, _empty_sentence(found))
    note += (
        f" Shares of accounts, stacked to 100% (the rest is open: neither yet). {replications_note(found.replications)}"
    )
    heads = _panel_heads(found, shown, layout.across)
    ranges = "dashes and brackets" if "(" in heads[0][0][2] else "dashes"
    note += f"; {ranges}: where 80% of them lie." if found.replications > 1 else "."
    chart = Chart(title, note, layout.body)
    top = min(1.0, 1.15 * float(np.nanmax(highest)))
    for number, name in enumerate(shown):
        _draw_incidence(chart, layout, number, [("", "", name), *heads[number]], (parameters, found, top))
    end = month_end_label(parameters.scenario.start, parameters.months)
    chart.description = f"Signed by the end of {end}: " + "; ".join(
        f"{name} {_mean_with_range(found, states.SIGNED, _segment_index(found, name), -1)}" for name in names
    )
    chart.description += "."
    chart.data = _data_of(parameters, found, names)
    return chart


def _panel_names(found: Incidence) -> list[str]:
    """The segments, and all accounts where there are several."""
    every = list(found.segments)
    return every[:1] if len(every) == 2 else [*every[:-1], "all accounts"]


def _segment_index(found: Incidence, name: str) -> int:
    """The place of a segment in the arrays; the total's for all accounts."""
    return found.segments.index(name) if name in found.segments else len(found.segments) - 1


def _stack_heights(found: Incidence) -> Floats:
    """What is to be seen at most, [segment, (mean signed, upper edge)]: of the mean stack and of the band."""
    mean, high = found.bands.mean, found.bands.p90
    both = mean[states.SIGNED] + mean[states.BANNED]
    edge = np.fmax(both, high[states.SIGNED])
    return np.stack([mean[states.SIGNED][:, -1], edge.max(axis=1)], axis=1)


def _empty_sentence(found: Incidence) -> str:
    """Why there is nothing to see."""
    if np.isnan(found.bands.mean[states.SIGNED]).all():
        return "There are no accounts that could sign: none at all, or all are under contract at the start."
    return f"Nobody signs and nobody forbids it, in {pluralize(found.replications, 'replication')}."


def _draw_incidence(
    chart: Chart, layout: Grid, number: int, heads: Sequence[HeadLine], of: tuple[Parameters, Incidence, float]
) -> None:
    """Nothing; one segment's shares are in its panel, its name and its last figures above."""
    parameters, found, top = of
    bands, segment = found.bands, _segment_index(found, heads[0][2])
    axes = add_panel(chart, layout, number, heads)
    days = axis.month_positions(parameters.scenario.start, parameters.months)
    signed, banned = (bands.mean[state, segment] for state in (states.SIGNED, states.BANNED))
    axes.fill_between(days, 0.0, 1.0, color=PALE, label="open")
    axes.fill_between(days, signed, signed + banned, color=BANNED, label="banned")
    axes.fill_between(days, 0.0, signed, color=SIGNED, label="signed")
    low, high = bands.p10[states.SIGNED, segment], bands.p90[states.SIGNED, segment]
    axes.plot(days, signed + banned, color="white", linewidth=0.8)
    axes.plot(days, signed, color=LINE, linewidth=1.8, label="mean")
    for name_of, edge in (("P10", low), ("P90", high)) if found.replications > 1 else ():
        axes.plot(days, edge, color=INK, linewidth=0.8, linestyle=(0, (2, 1.6)), label=name_of)
    if not np.nan_to_num(signed + banned).any():
        write_inside(axes, "no accounts" if np.isnan(signed).all() else "nobody signs or forbids")
    axis.set_vertical_axis(axes, 0.0, top, layout.tall, "share")
    if number % layout.columns:
        axes.tick_params(labelleft=False)
    axis.set_date_axis(axes, parameters.scenario.start, parameters.months, layout.across)


def _panel_heads(found: Incidence, names: Sequence[str], across: float) -> list[list[HeadLine]]:
    """What stands above the panels: `signed 10.3% (6.0–15.0%)`; in all of them as long as fits in each."""
    forms: list[Callable[[Incidence, int, int, int], str]] = [_mean_with_range, _rounded_range, _mean_only]
    for form in forms if found.replications > 1 else [_mean_only]:
        heads = [
            [
                ("■", color, f"{word} {form(found, state, _segment_index(found, name), -1)}")
                for word, color, state in (("signed", SIGNED, states.SIGNED), ("banned", BANNED, states.BANNED))
            ]
            for name in names
        ]
        if max_text_width([text for head in heads for _, _, text in head], SMALL) + MARK_WIDTH <= across:
            break
    return heads


def _mean_with_range(found: Incidence, state: int, segment: int, month: int) -> str:
    """`10.3% (6.0–15.0%)`."""
    bands = found.bands
    return format_range((float(of[state, segment, month]) for of in (bands.mean, bands.p10, bands.p90)), format_share)


def _rounded_range(found: Incidence, state: int, segment: int, month: int) -> str:
    """`10.3% (6–15%)`."""
    mean, low, high = (float(of[state, segment, month]) for of in (found.bands.mean, found.bands.p10, found.bands.p90))
    return "–" if np.isnan(mean) else f"{format_share(mean)} ({100 * low:.0f}–{100 * high:.0f}%)"


def _mean_only(found: Incidence, state: int, segment: int, month: int) -> str:
    """`10.3%`."""
    return _mean_with_range(found, state, segment, month).partition(" (")[0]


def _data_of(parameters: Parameters, found: Incidence, names: list[str]) -> ChartData:
    """The shares by quarter."""
    months = sorted({*range(3, parameters.months + 1, 3), parameters.months})
    rows = [
        (
            name,
            month_end_label(parameters.scenario.start, month),
            *(
                _mean_with_range(found, state, _segment_index(found, name), month)
                for state in (states.SIGNED, states.BANNED, states.OPEN)
            ),
        )
        for name in names
        for month in months
    ]
    return ChartData(("segment", "by the end of", "signed", "banned", "open"), rows)
