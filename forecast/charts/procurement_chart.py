"""Where do deals wait, and where do they die?  The days in each stage by what they are spent on, and how deals end."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeAlias

from matplotlib.axes import Axes

from forecast.analysis.formatting import format_number, format_share, humanize
from forecast.analysis.lost_requirements import MissingRequirement, read_missing_requirements
from forecast.analysis.stage_times import StageTimes, read_stage_times
from forecast.charts import run_arrays
from forecast.charts.layout.chart import MARGIN, WIDTH, Chart, ChartData, empty_chart, styled_chart
from forecast.charts.layout.palette import GREY, INK, LEVEL, LINE, STAGE_TIME_COLORS
from forecast.charts.layout.text_fitting import LEADING, MEDIUM, SMALL, elided, max_text_width, text_width
from forecast.model.parameters import Parameters
from forecast.study.finished_run import Run

ROW, HEAD, GAP = 15.0, MEDIUM * LEADING + 4.0, 6.0  # points
TITLES = (
    "Days in each stage",
    "Deals until the horizon, a replication",
    "Deals that needed what was not there (dark: lost over a requirement)",
)
Box: TypeAlias = tuple[float, float, float]  # left, bottom, height
MAX_LABEL_WIDTH = 150.0
MAX_ROWS = 14  # stages, or ends of deals; the rest is in the data
KEY_TEXTS = {
    "date": "waits for a date",
    "capability": "for a capability",
    "people": "for people",
    "work": "work, and the customer's own time",
}


@styled_chart
def procurement(run: Run) -> Chart:
    """Above: the days that deals spend in each stage. Below: how they end, lost ones by reason."""
    parameters = run.parameters
    title, note = "Where deals wait and how they end", f"{parameters.scenario.name}."
    if not parameters.stages:
        return empty_chart(title, note, "Nobody buys by contract: the scenario names no stages of a purchase.")
    ends = _deal_outcomes(run, parameters)
    if not any(count for _, count in ends):
        return empty_chart(title, note, "No deal was opened.")
    deals, count = run.folder / "opportunities.parquet", run.manifest["replications"]
    stages = read_stage_times(deals, parameters.stages, count)
    lacking = read_missing_requirements(deals, parameters.requirements, count)
    shown, rows, asked = stages[:MAX_ROWS], ends[:MAX_ROWS], [each for each in lacking if each.missing][:MAX_ROWS]
    names = [each.name for each in shown] + [each.name for each in asked]
    labels = [*map(humanize, names), *(name for name, _ in rows)]
    left = min(max_text_width(labels, SMALL), MAX_LABEL_WIDTH) + MARGIN + 6.0
    tall = [ROW * max(1, len(shown)), ROW * max(1, len(rows)), ROW * len(asked)]
    note += f" {run_arrays.replications_note(count)}. "
    note += "Time in a stage: of deals that left it, by going on or by being lost."
    chart = Chart(title, note, sum(tall) + HEAD * (4 if asked else 3) + 2 * GAP + MARGIN)
    chart.key(
        left,
        chart.body - HEAD - SMALL * LEADING / 2,
        [("■", STAGE_TIME_COLORS[name], text) for name, text in KEY_TEXTS.items()],
    )
    boxes = _panel_boxes(chart, left, tall)
    _draw_stages(chart, boxes[0], shown)
    _draw_ends(chart, boxes[1], rows)
    if asked:
        _draw_missing(chart, boxes[2], asked)
    chart.description = _describe_procurement(stages, ends, lacking)
    chart.data = _data_of(stages, ends, lacking)
    return chart


def _panel_boxes(chart: Chart, left: float, tall: Sequence[float]) -> list[Box]:
    """Where the panels stand, from above, their titles written; the first has a key below its title."""
    boxes, top = [], chart.body
    for place, (title, height) in enumerate(zip(TITLES, tall, strict=True)):
        if height:
            begins = min(left, WIDTH - MARGIN - text_width(title, MEDIUM, "bold"))
            chart.add_text(begins, top - HEAD / 2, title, weight="bold")
        top -= HEAD * (2 if place == 0 else 1) + height
        boxes.append((left, top, height))
        top -= GAP
    return boxes


def _deal_outcomes(run: Run, parameters: Parameters) -> list[tuple[str, float]]:
    """How deals ended and how many a replication, won first, then by number; `still open` last."""
    lost = {
        f"lost: {humanize(reason)}": float(
            run_arrays.metric_total(run, parameters, f"lost_{reason}").sum(axis=1).mean()
        )
        for reason in parameters.reasons
    }
    ordered = sorted(((name, count) for name, count in lost.items() if count), key=lambda end: -end[1])
    won = float(run_arrays.metric_total(run, parameters, "won").sum(axis=1).mean())
    still = float(run_arrays.metric_total(run, parameters, "open_opportunities")[:, -1].mean())
    return [("won", won), *ordered, ("still open", still)]


def _draw_stages(chart: Chart, box: Box, stages: list[StageTimes]) -> None:
    """Nothing; the stages' days are stacked bars; `box` is where."""
    left, bottom, tall = box
    totals = [f"{format_number(sum(stage.days))} days" for stage in stages]
    across = WIDTH - left - MARGIN - max_text_width(totals, SMALL) - 6.0
    axes = _bar_axes(
        chart, left, bottom, across, tall, max((sum(stage.days) for stage in stages), default=0.0), len(stages)
    )
    for row, stage in enumerate(stages):
        height, start = len(stages) - row - 0.5, 0.0
        for name, days in zip(STAGE_TIME_COLORS, stage.days, strict=True):
            axes.barh(height, days, left=start, height=0.62, color=STAGE_TIME_COLORS[name])
            start += days
        _write_bar_label(axes, start, height, totals[row])
        chart.add_text(
            left - 4.0, bottom + ROW * height, elided(humanize(stage.name), MAX_LABEL_WIDTH, SMALL), SMALL, ha="right"
        )


def _draw_ends(chart: Chart, box: Box, ends: list[tuple[str, float]]) -> None:
    """Nothing; how deals ended is a bar each."""
    left, bottom, tall = box
    every = sum(count for _, count in ends)
    texts = [f"{format_number(count)}  {format_share(count / every) if every else ''}".strip() for _, count in ends]
    across = WIDTH - left - MARGIN - max_text_width(texts, SMALL) - 6.0
    axes = _bar_axes(chart, left, bottom, across, tall, max(count for _, count in ends), len(ends))
    for row, (name, count) in enumerate(ends):
        height = len(ends) - row - 0.5
        axes.barh(
            height, count, height=0.62, color=LINE if name == "won" else "#c9c9c9" if name == "still open" else LEVEL
        )
        _write_bar_label(axes, count, height, texts[row])
        chart.add_text(left - 4.0, bottom + ROW * height, elided(name, MAX_LABEL_WIDTH, SMALL), SMALL, ha="right")


def _draw_missing(chart: Chart, box: Box, lacking: list[MissingRequirement]) -> None:
    """Nothing; deals that asked for a missing requirement are a bar each, those lost its dark part."""
    left, bottom, tall = box
    texts = [f"{format_number(each.missing)}, {format_number(each.lost)} lost" for each in lacking]
    across = WIDTH - left - MARGIN - max_text_width(texts, SMALL) - 6.0
    axes = _bar_axes(chart, left, bottom, across, tall, max(each.missing for each in lacking), len(lacking))
    for row, each in enumerate(lacking):
        height = len(lacking) - row - 0.5
        axes.barh(height, each.missing, height=0.62, color="#c9c9c9")
        axes.barh(height, each.lost, height=0.62, color=LEVEL)
        _write_bar_label(axes, each.missing, height, texts[row])
        chart.add_text(
            left - 4.0, bottom + ROW * height, elided(humanize(each.name), MAX_LABEL_WIDTH, SMALL), SMALL, ha="right"
        )


def _bar_axes(chart: Chart, left: float, bottom: float, across: float, tall: float, high: float, rows: int) -> Axes:
    """Axes for labelled bars: no ticks, a line at 0."""
    axes = chart.panel(left, bottom, across, tall)
    axes.set_xlim(0, high or 1.0)
    axes.set_ylim(0, max(1, rows))
    axes.set_xticks([])
    axes.set_yticks([])
    axes.spines["bottom"].set_visible(False)
    axes.axvline(0, color=GREY, linewidth=0.6)
    return axes


def _write_bar_label(axes: Axes, end: float, height: float, text: str) -> None:
    """Nothing; the text stands right of a bar's end."""
    look = {"fontsize": SMALL, "va": "center_baseline", "color": INK}
    axes.annotate(text, (end, height), (3, 0), textcoords="offset points", **look)  # type: ignore[arg-type]


def _describe_procurement(
    stages: Sequence[StageTimes], ends: list[tuple[str, float]], lacking: list[MissingRequirement]
) -> str:
    """The longest stage, the longest wait and the commonest way to lose, in words."""
    every = sum(count for _, count in ends)
    won = ends[0][1]
    sentences = [
        f"Of {format_number(every)} deals a replication {format_number(won)} are won ({format_share(won / every)})."
    ]
    if len(ends) > 2:
        sentences.append(
            f"Most often they are {ends[1][0].replace('lost: ', 'lost for ')} ({format_number(ends[1][1])})."
        )
    longest = max(stages, key=lambda stage: sum(stage.days))
    sentences.append(
        f"The longest stage is {humanize(longest.name)}: {format_number(sum(longest.days))} days on average."
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
            f"The longest wait is for {'a ' if what != 'people' else ''}{what} in {humanize(where)}: "
            f"{format_number(days)} days."
        )
    if lacking and lacking[0].missing >= 0.05:
        sentences.append(
            f"What they most often ask for in vain is {humanize(lacking[0].name)} "
            f"({format_number(lacking[0].missing)})."
        )
    return " ".join(sentences)


def _data_of(stages: list[StageTimes], ends: list[tuple[str, float]], lacking: list[MissingRequirement]) -> ChartData:
    """All panels as one table: days of stages, numbers of ends and of what was missing."""
    columns = ("", "a replication", "days in all", *(KEY_TEXTS[name] for name in STAGE_TIME_COLORS))
    rows: list[tuple[str, ...]] = [
        (
            f"stage: {humanize(stage.name)}",
            format_number(stage.passed),
            format_number(sum(stage.days)),
            *(format_number(day) for day in stage.days),
        )
        for stage in stages
    ]
    rows += [(name, format_number(count), *[""] * (1 + len(STAGE_TIME_COLORS))) for name, count in ends]
    rows += [
        (
            f"not there: {humanize(each.name)}",
            f"{format_number(each.missing)}, {format_number(each.lost)} lost",
            *[""] * (1 + len(STAGE_TIME_COLORS)),
        )
        for each in lacking
    ]
    return ChartData(columns, rows)
