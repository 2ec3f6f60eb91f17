"""How many accounts get how far?  By the horizon: tried, noticed by leaders, purchase begun, signed."""

from __future__ import annotations

import numpy as np

from forecast.charts import axis, reading
from forecast.charts.chart import Chart, Data, drawn, silent
from forecast.charts.grid import MOST_PANELS, Grid, grid, place, row_labels
from forecast.charts.lettering import SMALL, widest
from forecast.charts.palette import EIGHTY, FIFTY, GREY, LINE, SIGNED
from forecast.charts.strokes import outlined
from forecast.model.parameters import Parameters
from forecast.results.opened import Run
from forecast.results.words import number, share
from forecast.types import Flags, Floats

STEPS = ("accounts", "somebody tried it", "leaders noticed", "purchase begun", "signed")
ROW = 15.0  # points
TONES = ("#c9c9c9", EIGHTY, FIFTY, SIGNED, LINE)


@drawn
def funnel(run: Run) -> Chart:
    """Accounts of each segment by how far they came; sellers may open a purchase before anybody tried."""
    parameters = run.parameters
    counts = steps(run, parameters)
    names = segments(parameters)
    shown = names[:MOST_PANELS]
    layout = grid(len(shown), widest(STEPS, SMALL) + 12.0, ROW * len(STEPS))
    end = axis.month_name(parameters.scenario.start, parameters.months)
    title, note = "How far accounts come", f"{parameters.scenario.name}."
    if not counts[0, 0, -1]:
        why = "all are under contract at the start" if len(parameters.account_segment) else "there are none"
        return silent(title, note, f"No account has a way to go: {why}.")
    note += f" Accounts that had come so far by the end of {end}. {reading.means_of(len(counts))}."
    note += " Lines: where 80% of the replications lie." if len(counts) > 1 else ""
    if counts[0, 0, -1] < len(parameters.account_segment):
        note += " Accounts that were under contract at the start are left out."
    chart = Chart(title, note, layout.body)
    for place_of, name in enumerate(shown):
        draw(chart, layout, place_of, name, counts[:, :, place_of])
        if place_of % layout.columns == 0:
            row_labels(chart, layout, place_of, STEPS, lambda row: ROW * (len(STEPS) - row - 0.5))
    means = counts.mean(axis=0)
    chart.description = "; ".join(
        f"{name}: of {number(float(means[0, each]))} accounts {share_of(means[1, each], means[0, each])} tried it and "
        f"{share_of(means[4, each], means[0, each])} signed"
        for each, name in enumerate(names)
    )
    chart.description += "."
    chart.data = Data(
        ("segment", *STEPS),
        [
            (
                name,
                *(
                    f"{number(float(means[step, each]))} ({share_of(means[step, each], means[0, each])})"
                    for step in range(5)
                ),
            )
            for each, name in enumerate(names)
        ],
    )
    return chart


def segments(parameters: Parameters) -> list[str]:
    """The segments, and the total where there are several."""
    return [*parameters.segments, *(["all accounts"] if len(parameters.segments) > 1 else [])]


def steps(run: Run, parameters: Parameters) -> Floats:
    """Accounts that came so far, [replication, step, segment (and total)], without those under contract at first."""
    fresh = reading.day_reached(run, parameters, "started_under_contract") == 0
    reached: list[Flags] = [fresh]
    active = reading.day_reached(run, parameters, "started_active") > 0
    for name in ("first_trial_day", "aware_day", "opportunity_day", "contract_day"):
        came = ~np.isnan(reading.day_reached(run, parameters, name))
        reached.append(fresh & (came | active if name == "first_trial_day" else came))
    places = [parameters.account_segment == segment for segment in range(len(parameters.segments))]
    by_segment = [[flags[:, place].sum(axis=1) for place in places] for flags in reached]
    counts = np.array(by_segment, np.float64).transpose(2, 0, 1)
    return np.concatenate([counts, counts.sum(axis=2, keepdims=True)], axis=2) if len(places) > 1 else counts


def share_of(part: float, whole: float) -> str:
    """`9.3%`; a dash of nothing."""
    return share(float(part / whole) if whole else None)


def draw(chart: Chart, layout: Grid, number_of: int, name: str, counts: Floats) -> None:
    """Nothing; a segment's steps are in its panel; `counts` are [replication, step]."""
    axes = place(chart, layout, number_of, [("", "", name)])
    means = counts.mean(axis=0)
    low, high = np.percentile(counts, [10, 90], axis=0)
    texts = [f"{means[0]:,.0f}", *(f"{number(float(mean))}  {share_of(mean, means[0])}" for mean in means[1:])]
    room = widest(texts, SMALL) + 6.0
    whole = max(float(means[0]), 1.0)
    axes.set_xlim(0, max(whole, float(high.max())) * layout.across / (layout.across - min(room, 0.6 * layout.across)))
    axes.set_ylim(0, len(STEPS))
    for step, text in enumerate(texts):
        height = len(STEPS) - step - 0.5
        axes.barh(height, means[step], height=0.62, color=TONES[step])
        if high[step] > low[step]:
            outlined(axes, [low[step], high[step]], [height, height], linewidth=0.9)
        end = max(means[step], high[step])
        axes.annotate(text, (end, height), (3, 0), textcoords="offset points", fontsize=SMALL, va="center_baseline")
    axes.axvline(0, color=GREY, linewidth=0.6)
    axes.set_xticks([])
    axes.set_yticks([])
    axes.spines["bottom"].set_visible(False)
