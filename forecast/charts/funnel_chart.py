"""The account funnel: accounts that reached each step by the horizon, from first trial to contract."""

from __future__ import annotations

import numpy as np

from forecast.analysis.formatting import format_number, format_share
from forecast.charts import run_arrays
from forecast.charts.layout.bars import BAR_HEIGHT, set_bar_axes, write_bar_label
from forecast.charts.layout.chart import Chart, ChartData, empty_chart, styled_chart
from forecast.charts.layout.grid import MAX_PANELS, Grid, add_panel, panel_grid, write_row_labels
from forecast.charts.layout.marks import draw_outlined_line
from forecast.charts.layout.palette import EIGHTY, FIFTY, LINE, REST, SIGNED
from forecast.charts.layout.text_fitting import SMALL, max_text_width
from forecast.model.parameters import Parameters
from forecast.months import month_end_label
from forecast.study.finished_run import Run
from forecast.types import Flags, Floats

FUNNEL_STEPS = ("accounts", "first trial", "leaders aware", "purchase started", "signed")
ROW = 15.0  # points
TONES = (REST, EIGHTY, FIFTY, SIGNED, LINE)


@styled_chart
def funnel(run: Run) -> Chart:
    """Accounts of each segment by the steps they reached; sellers may start a purchase before any trial.

    Examples
    --------
    >>> import forecast
    >>> run = forecast.open_run("runs/first")
    >>> forecast.charts.funnel(run).savefig("funnel.svg")
    """
    parameters = run.parameters
    counts = funnel_counts(run, parameters)
    names = _panel_names(parameters)
    shown = names[:MAX_PANELS]
    layout = panel_grid(len(shown), max_text_width(FUNNEL_STEPS, SMALL) + 12.0, ROW * len(FUNNEL_STEPS))
    end = month_end_label(parameters.scenario.start, parameters.months)
    title, note = "Account funnel", f"{parameters.scenario.name}."
    if not counts[0, 0, -1]:
        why = "all are under contract at the start" if len(parameters.account_segment) else "there are none"
        return empty_chart(title, note, f"No accounts to follow: {why}.")
    note += f" Accounts that reached each step by the end of {end}. {run_arrays.means_note(len(counts))}."
    note += " Lines: the middle 80%." if len(counts) > 1 else ""
    if counts[0, 0, -1] < len(parameters.account_segment):
        late = ", and those that are not in the market by then," if run.incidence.enters_later else ""
        note += f" Accounts under contract at the start{late} are left out."
    chart = Chart(title, note, layout.body)
    for number, name in enumerate(shown):
        _draw_funnel(chart, layout, number, name, counts[:, :, number])
        if number % layout.columns == 0:
            write_row_labels(chart, layout, number, FUNNEL_STEPS, lambda row: ROW * (len(FUNNEL_STEPS) - row - 0.5))
    means = counts.mean(axis=0)
    chart.description = "; ".join(
        f"{name}: of {format_number(float(means[0, each]))} accounts "
        f"{_format_ratio(means[1, each], means[0, each])} had a first trial and "
        f"{_format_ratio(means[4, each], means[0, each])} signed"
        for each, name in enumerate(names)
    )
    chart.description += "."
    chart.data = ChartData(
        ("segment", *FUNNEL_STEPS),
        [
            (
                name,
                *(
                    f"{format_number(float(means[step, each]))} ({_format_ratio(means[step, each], means[0, each])})"
                    for step in range(5)
                ),
            )
            for each, name in enumerate(names)
        ],
    )
    return chart


def _panel_names(parameters: Parameters) -> list[str]:
    """The labels of the segments, and of the total where there are several."""
    return [
        *map(parameters.labels.segment, parameters.segments),
        *(["all accounts"] if len(parameters.segments) > 1 else []),
    ]


def funnel_counts(run: Run, parameters: Parameters) -> Floats:
    """Accounts that reached each step, [replication, step, segment (and total)].

    Those under contract at the start are left out.
    """
    entered = ~np.isnan(run_arrays.event_day(run, parameters, "entry_day"))
    fresh = entered & (run_arrays.event_day(run, parameters, "started_under_contract") == 0)
    reached: list[Flags] = [fresh]
    active = run_arrays.event_day(run, parameters, "started_active") > 0
    for name in ("first_trial_day", "aware_day", "opportunity_day", "contract_day"):
        came = ~np.isnan(run_arrays.event_day(run, parameters, name))
        reached.append(fresh & (came | active if name == "first_trial_day" else came))
    places = [parameters.account_segment == segment for segment in range(len(parameters.segments))]
    by_segment = [[flags[:, place].sum(axis=1) for place in places] for flags in reached]
    counts = np.array(by_segment, np.float64).transpose(2, 0, 1)
    return np.concatenate([counts, counts.sum(axis=2, keepdims=True)], axis=2) if len(places) > 1 else counts


def _format_ratio(part: float, whole: float) -> str:
    """`9.3%`; a dash of nothing."""
    return format_share(float(part / whole) if whole else None)


def _draw_funnel(chart: Chart, layout: Grid, number: int, name: str, counts: Floats) -> None:
    """Draw a segment's steps into its panel; `counts` are [replication, step]."""
    axes = add_panel(chart, layout, number, [("", "", name)])
    means = counts.mean(axis=0)
    low, high = np.percentile(counts, [10, 90], axis=0)
    texts = [
        f"{means[0]:,.0f}",
        *(f"{format_number(float(mean))}  {_format_ratio(mean, means[0])}" for mean in means[1:]),
    ]
    text_width = min(max_text_width(texts, SMALL) + 6.0, 0.6 * layout.panel_width)
    longest = max(1.0, float(means[0]), float(high.max()))
    set_bar_axes(axes, longest * layout.panel_width / (layout.panel_width - text_width), len(FUNNEL_STEPS))
    for step, text in enumerate(texts):
        height = len(FUNNEL_STEPS) - step - 0.5
        axes.barh(height, means[step], height=BAR_HEIGHT, color=TONES[step])
        if high[step] > low[step]:
            draw_outlined_line(axes, [low[step], high[step]], [height, height], linewidth=0.9)
        write_bar_label(axes, max(means[step], high[step]), height, text)
