"""Procurement: days in each stage by what they are spent on, outcomes of deals, and missing requirements."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeAlias

from matplotlib.axes import Axes

from forecast.analysis.formatting import format_cell, format_number, format_share
from forecast.analysis.lost_requirements import MissingRequirement, read_missing_requirements
from forecast.analysis.stage_times import StageTimes, read_stage_times
from forecast.charts import run_arrays
from forecast.charts.layout.bars import BAR_HEIGHT, set_bar_axes, write_bar_label
from forecast.charts.layout.chart import MARGIN, WIDTH, Chart, ChartData, empty_chart, styled_chart
from forecast.charts.layout.palette import LEVEL, LINE, REST, STAGE_TIME_COLORS
from forecast.charts.layout.text_fitting import LEADING, MEDIUM, SMALL, elided, max_text_width, text_width
from forecast.model.parameters import Parameters
from forecast.scenario.records import Labels
from forecast.study.finished_run import Run

ROW, HEAD, GAP = 15.0, MEDIUM * LEADING + 4.0, 6.0  # points
TITLES = (
    "Days in each stage",
    "Outcomes of deals, per simulated future",
    "Deals that needed a missing requirement (dark: lost over it)",
)
_Box: TypeAlias = tuple[float, float, float]  # left, bottom, height
MAX_LABEL_WIDTH = 150.0
MAX_ROWS = 14  # of stages, or of outcomes; the rest is in the data
KEY_TEXTS = {
    "date": "waiting for a date",
    "capability": "for a capability",
    "people": "for people",
    "work": "work and customer time",
}
WAITED_FOR = {"date": "the month, quarter or year to begin", "capability": "a capability", "people": "people"}


@styled_chart
def procurement(run: Run) -> Chart:
    """Above: days in each stage. Below: outcomes of deals, lost ones by reason, and missing requirements.

    Examples
    --------
    >>> import forecast
    >>> run = forecast.open_run("runs/first")
    >>> forecast.charts.procurement(run).savefig("deals.svg")
    """
    parameters, names = run.parameters, run.parameters.labels
    title, note = "Where deals wait and how they end", f"{parameters.scenario.name}."
    if not parameters.stages:
        return empty_chart(title, note, "No contracts: the scenario has no procurement stages.")
    ends, wins = _deal_outcomes(run, parameters), run.summary["deals"]["total"]["win_rate"]
    if not any(count for _, count in ends):
        return empty_chart(title, note, "No deal was opened.")
    opportunities, count = run.folder / "opportunities.parquet", run.manifest["replications"]
    stages = read_stage_times(opportunities, parameters.stages, count)
    missing = read_missing_requirements(opportunities, parameters.requirements, count)
    shown, rows, needed = stages[:MAX_ROWS], ends[:MAX_ROWS], [each for each in missing if each.missing][:MAX_ROWS]
    labels = [*(names.stage(each.name) for each in shown), *(names.requirement(each.name) for each in needed)]
    labels += [name for name, _ in rows]
    left = min(max_text_width(labels, SMALL), MAX_LABEL_WIDTH) + MARGIN + 6.0
    heights = [ROW * max(1, len(shown)), ROW * max(1, len(rows)), ROW * len(needed)]
    note += f" {run_arrays.means_note(count)}. "
    note += "Days in a stage: deals that left it, whether they went on or were lost."
    note += f" Win rate, of the deals that were closed: {format_cell(wins, format_share)}."
    chart = Chart(title, note, sum(heights) + HEAD * (4 if needed else 3) + 2 * GAP + MARGIN)
    chart.add_key(
        left,
        chart.body - HEAD - SMALL * LEADING / 2,
        [("■", STAGE_TIME_COLORS[name], text) for name, text in KEY_TEXTS.items()],
    )
    boxes = _panel_boxes(chart, left, heights)
    _draw_stages(chart, boxes[0], shown, names)
    _draw_ends(chart, boxes[1], rows)
    if needed:
        _draw_missing(chart, boxes[2], needed, names)
    chart.description = _describe_procurement(stages, ends, missing, (names, wins["mean"]))
    chart.data = _data_of(stages, ends, missing, (names, wins["mean"]))
    return chart


def _panel_boxes(chart: Chart, left: float, heights: Sequence[float]) -> list[_Box]:
    """Write the titles of the panels, from above, and return their places; the first has a key below its title."""
    boxes, top = [], chart.body
    for place, (title, height) in enumerate(zip(TITLES, heights, strict=True)):
        if height:
            begins = min(left, WIDTH - MARGIN - text_width(title, MEDIUM, "bold"))
            chart.add_text(begins, top - HEAD / 2, title, weight="bold")
        top -= HEAD * (2 if place == 0 else 1) + height
        boxes.append((left, top, height))
        top -= GAP
    return boxes


def _deal_outcomes(run: Run, parameters: Parameters) -> list[tuple[str, float]]:
    """Outcomes of deals and their mean numbers per replication: won, then lost by number, `still open` last."""
    lost = {
        f"lost: {parameters.labels.reason(reason)}": float(
            run_arrays.metric_total(run, parameters, f"lost_{reason}").sum(axis=1).mean()
        )
        for reason in parameters.reasons
    }
    ordered = sorted(((name, count) for name, count in lost.items() if count), key=lambda end: -end[1])
    won = float(run_arrays.metric_total(run, parameters, "won").sum(axis=1).mean())
    still = float(run_arrays.metric_total(run, parameters, "open_opportunities")[:, -1].mean())
    return [("won", won), *ordered, ("still open", still)]


def _draw_stages(chart: Chart, box: _Box, stages: list[StageTimes], names: Labels) -> None:
    """Draw the days of each stage as a stacked bar."""
    left, bottom, _ = box
    totals = [f"{format_number(sum(stage.days))} days" for stage in stages]
    width = WIDTH - left - MARGIN - max_text_width(totals, SMALL) - 6.0
    axes = _add_bar_axes(chart, box, width, max((sum(stage.days) for stage in stages), default=0.0), len(stages))
    for row, stage in enumerate(stages):
        height, start = len(stages) - row - 0.5, 0.0
        for name, days in zip(STAGE_TIME_COLORS, stage.days, strict=True):
            axes.barh(height, days, left=start, height=BAR_HEIGHT, color=STAGE_TIME_COLORS[name])
            start += days
        write_bar_label(axes, start, height, totals[row])
        _write_row_label(chart, left, bottom + ROW * height, names.stage(stage.name))


def _draw_ends(chart: Chart, box: _Box, ends: list[tuple[str, float]]) -> None:
    """Draw a bar for each outcome of deals."""
    left, bottom, _ = box
    texts = [format_number(count) for _, count in ends]
    width = WIDTH - left - MARGIN - max_text_width(texts, SMALL) - 6.0
    axes = _add_bar_axes(chart, box, width, max(count for _, count in ends), len(ends))
    for row, (name, count) in enumerate(ends):
        height = len(ends) - row - 0.5
        color = {"won": LINE, "still open": REST}.get(name, LEVEL)
        axes.barh(height, count, height=BAR_HEIGHT, color=color)
        write_bar_label(axes, count, height, texts[row])
        _write_row_label(chart, left, bottom + ROW * height, name)


def _draw_missing(chart: Chart, box: _Box, missing: list[MissingRequirement], names: Labels) -> None:
    """Draw a bar for each requirement: deals that needed it while it was missing, the lost ones dark."""
    left, bottom, _ = box
    texts = [f"{format_number(each.missing)}, {format_number(each.lost)} lost" for each in missing]
    width = WIDTH - left - MARGIN - max_text_width(texts, SMALL) - 6.0
    axes = _add_bar_axes(chart, box, width, max(each.missing for each in missing), len(missing))
    for row, each in enumerate(missing):
        height = len(missing) - row - 0.5
        axes.barh(height, each.missing, height=BAR_HEIGHT, color=REST)
        axes.barh(height, each.lost, height=BAR_HEIGHT, color=LEVEL)
        write_bar_label(axes, each.missing, height, texts[row])
        _write_row_label(chart, left, bottom + ROW * height, names.requirement(each.name))


def _add_bar_axes(chart: Chart, box: _Box, width: float, high: float, rows: int) -> Axes:
    """Add axes for labelled bars at a place of the figure."""
    left, bottom, height = box
    axes = chart.panel(left, bottom, width, height)
    set_bar_axes(axes, high, rows)
    return axes


def _write_row_label(chart: Chart, left: float, middle: float, label: str) -> None:
    """Write the label of a row to the left of its axes."""
    chart.add_text(left - 4.0, middle, elided(label, MAX_LABEL_WIDTH, SMALL), SMALL, ha="right")


def _describe_procurement(
    stages: Sequence[StageTimes],
    ends: list[tuple[str, float]],
    missing: list[MissingRequirement],
    words: tuple[Labels, float | None],
) -> str:
    """The win rate, the most common loss, the longest stage and wait, and the requirement most often missing."""
    names, win_rate = words
    closed = sum(count for _, count in ends[:-1])
    sentences = [
        f"{format_number(closed)} deals are closed per simulated future, {format_number(ends[0][1])} of them won.",
        f"The win rate is {format_share(win_rate)}; {format_number(ends[-1][1])} deals are still open.",
    ]
    if len(ends) > 2:
        reason, count = ends[1]
        sentences.append(
            f"The most common reason for a loss is {reason.removeprefix('lost: ')} ({format_number(count)})."
        )
    longest = max(stages, key=lambda stage: sum(stage.days))
    sentences.append(
        f"The longest stage is {names.stage(longest.name)}: {format_number(sum(longest.days))} days on average."
    )
    waits = {
        (stage.name, wait): days
        for stage in stages
        for wait, days in zip(STAGE_TIME_COLORS, stage.days, strict=True)
        if wait != "work"
    }
    (where, what), days = max(waits.items(), key=lambda wait: wait[1])
    if days >= 0.05:
        sentences.append(
            f"The longest wait is for {WAITED_FOR[what]} in {names.stage(where)}: "
            f"{format_number(days)} days on average."
        )
    if missing and missing[0].missing >= 0.05:
        deals_affected = format_number(missing[0].missing)
        sentences.append(
            f"The requirement most often missing is {names.requirement(missing[0].name)} ({deals_affected} deals)."
        )
    return " ".join(sentences)


def _data_of(
    stages: list[StageTimes],
    ends: list[tuple[str, float]],
    missing: list[MissingRequirement],
    words: tuple[Labels, float | None],
) -> ChartData:
    """All panels as one table: days of stages, numbers of outcomes, the win rate, and missing requirements."""
    names, win_rate = words
    columns = ("", "per simulated future", "days in total", *(KEY_TEXTS[name] for name in STAGE_TIME_COLORS))
    blanks = [""] * (1 + len(STAGE_TIME_COLORS))
    rows: list[tuple[str, ...]] = [
        (
            f"stage: {names.stage(stage.name)}",
            format_number(stage.passed),
            format_number(sum(stage.days)),
            *(format_number(day) for day in stage.days),
        )
        for stage in stages
    ]
    rows += [(name, format_number(count), *blanks) for name, count in ends]
    rows.append(("win rate, of closed deals", format_share(win_rate), *blanks))
    rows += [
        (
            f"missing: {names.requirement(each.name)}",
            f"{format_number(each.missing)}, {format_number(each.lost)} lost",
            *blanks,
        )
        for each in missing
    ]
    return ChartData(columns, rows)
