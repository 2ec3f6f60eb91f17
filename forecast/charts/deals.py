"""Where do deals wait, and where do they die?  The days in each stage by what they are spent on, and how deals end."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeAlias

from matplotlib.axes import Axes

from forecast.charts import reading
from forecast.charts.chart import MARGIN, WIDTH, Chart, Data, drawn, silent
from forecast.charts.lettering import LEADING, SMALL, USUAL, fitted, widest, width
from forecast.charts.missing import Missing, missing
from forecast.charts.palette import GREY, INK, LEVEL, LINE, WAITS
from forecast.charts.passages import Stage, passages
from forecast.model.parameters import Parameters
from forecast.results.opened import Run
from forecast.results.words import number, plain, share

ROW, HEAD, GAP = 15.0, USUAL * LEADING + 4.0, 6.0  # points
TITLES = (
    "Days in each stage",
    "Deals until the horizon, a replication",
    "Deals that needed what was not there (dark: lost over a requirement)",
)
Box: TypeAlias = tuple[float, float, float]  # left, bottom, height
MOST_LABEL = 150.0
MOST_ROWS = 14  # stages, or ends of deals; the rest is in the data
KEY = {
    "date": "waits for a date",
    "capability": "for a capability",
    "people": "for people",
    "work": "work, and the customer's own time",
}


@drawn
def procurement(run: Run) -> Chart:
    """Above: the days that deals spend in each stage. Below: how they end, lost ones by reason."""
    parameters = run.parameters
    title, note = "Where deals wait and how they end", f"{parameters.scenario.name}."
    if not parameters.stages:
        return silent(title, note, "Nobody buys by contract: the scenario names no stages of a purchase.")
    ends = deals(run, parameters)
    if not any(count for _, count in ends):
        return silent(title, note, "No deal was opened.")
    stages, lacking = passages(run), missing(run)
    shown, rows, asked = stages[:MOST_ROWS], ends[:MOST_ROWS], [each for each in lacking if each.asked][:MOST_ROWS]
    names = [each.name for each in shown] + [each.name for each in asked]
    labels = [*map(plain, names), *(name for name, _ in rows)]
    left = min(widest(labels, SMALL), MOST_LABEL) + MARGIN + 6.0
    tall = [ROW * max(1, len(shown)), ROW * max(1, len(rows)), ROW * len(asked)]
    note += f" {reading.means_of(run.manifest['replications'])}. "
    note += "Time in a stage: of deals that left it, by going on or by being lost."
    chart = Chart(title, note, sum(tall) + HEAD * (4 if asked else 3) + 2 * GAP + MARGIN)
    chart.key(left, chart.body - HEAD - SMALL * LEADING / 2, [("■", WAITS[name], text) for name, text in KEY.items()])
    boxes = headed(chart, left, tall)
    draw_stages(chart, boxes[0], shown)
    draw_ends(chart, boxes[1], rows)
    if asked:
        draw_missing(chart, boxes[2], asked)
    chart.description = told(stages, ends, lacking)
    chart.data = data_of(stages, ends, lacking)
    return chart


def headed(chart: Chart, left: float, tall: Sequence[float]) -> list[Box]:
    """Where the panels stand, from above, their titles written; the first has a key below its title."""
    boxes, top = [], chart.body
    for place, (title, height) in enumerate(zip(TITLES, tall, strict=True)):
        if height:
            begins = min(left, WIDTH - MARGIN - width(title, USUAL, "bold"))
            chart.say(begins, top - HEAD / 2, title, weight="bold")
        top -= HEAD * (2 if place == 0 else 1) + height
        boxes.append((left, top, height))
        top -= GAP
    return boxes


def deals(run: Run, parameters: Parameters) -> list[tuple[str, float]]:
    """How deals ended and how many a replication, won first, then by number; `still open` last."""
    lost = {
        f"lost: {plain(reason)}": float(reading.total(run, parameters, f"lost_{reason}").sum(axis=1).mean())
        for reason in parameters.reasons
    }
    ordered = sorted(((name, count) for name, count in lost.items() if count), key=lambda end: -end[1])
    won = float(reading.total(run, parameters, "won").sum(axis=1).mean())
    still = float(reading.total(run, parameters, "open_opportunities")[:, -1].mean())
    return [("won", won), *ordered, ("still open", still)]


def draw_stages(chart: Chart, box: Box, stages: list[Stage]) -> None:
    """Nothing; the stages' days are stacked bars; `box` is where."""
    left, bottom, tall = box
    totals = [f"{number(sum(stage.days))} days" for stage in stages]
    across = WIDTH - left - MARGIN - widest(totals, SMALL) - 6.0
    axes = bare(chart, left, bottom, across, tall, max((sum(stage.days) for stage in stages), default=0.0), len(stages))
    for row, stage in enumerate(stages):
        height, start = len(stages) - row - 0.5, 0.0
        for name, days in zip(WAITS, stage.days, strict=True):
            axes.barh(height, days, left=start, height=0.62, color=WAITS[name])
            start += days
        beside(axes, start, height, totals[row])
        chart.say(left - 4.0, bottom + ROW * height, fitted(plain(stage.name), MOST_LABEL, SMALL), SMALL, ha="right")


def draw_ends(chart: Chart, box: Box, ends: list[tuple[str, float]]) -> None:
    """Nothing; how deals ended is a bar each."""
    left, bottom, tall = box
    every = sum(count for _, count in ends)
    texts = [f"{number(count)}  {share(count / every) if every else ''}".strip() for _, count in ends]
    across = WIDTH - left - MARGIN - widest(texts, SMALL) - 6.0
    axes = bare(chart, left, bottom, across, tall, max(count for _, count in ends), len(ends))
    for row, (name, count) in enumerate(ends):
        height = len(ends) - row - 0.5
        axes.barh(
            height, count, height=0.62, color=LINE if name == "won" else "#c9c9c9" if name == "still open" else LEVEL
        )
        beside(axes, count, height, texts[row])
        chart.say(left - 4.0, bottom + ROW * height, fitted(name, MOST_LABEL, SMALL), SMALL, ha="right")


def draw_missing(chart: Chart, box: Box, lacking: list[Missing]) -> None:
    """Nothing; deals that asked for a missing requirement are a bar each, those lost its dark part."""
    left, bottom, tall = box
    texts = [f"{number(each.asked)}, {number(each.lost)} lost" for each in lacking]
    across = WIDTH - left - MARGIN - widest(texts, SMALL) - 6.0
    axes = bare(chart, left, bottom, across, tall, max(each.asked for each in lacking), len(lacking))
    for row, each in enumerate(lacking):
        height = len(lacking) - row - 0.5
        axes.barh(height, each.asked, height=0.62, color="#c9c9c9")
        axes.barh(height, each.lost, height=0.62, color=LEVEL)
        beside(axes, each.asked, height, texts[row])
        chart.say(left - 4.0, bottom + ROW * height, fitted(plain(each.name), MOST_LABEL, SMALL), SMALL, ha="right")


def bare(chart: Chart, left: float, bottom: float, across: float, tall: float, high: float, rows: int) -> Axes:
    """Axes for labelled bars: no ticks, a line at 0."""
    axes = chart.panel(left, bottom, across, tall)
    axes.set_xlim(0, high or 1.0)
    axes.set_ylim(0, max(1, rows))
    axes.set_xticks([])
    axes.set_yticks([])
    axes.spines["bottom"].set_visible(False)
    axes.axvline(0, color=GREY, linewidth=0.6)
    return axes


def beside(axes: Axes, end: float, height: float, text: str) -> None:
    """Nothing; the text stands right of a bar's end."""
    look = {"fontsize": SMALL, "va": "center_baseline", "color": INK}
    axes.annotate(text, (end, height), (3, 0), textcoords="offset points", **look)  # type: ignore[arg-type]


def told(stages: Sequence[Stage], ends: list[tuple[str, float]], lacking: list[Missing]) -> str:
    """The longest stage, the longest wait and the commonest way to lose, in words."""
    every = sum(count for _, count in ends)
    won = ends[0][1]
    sentences = [f"Of {number(every)} deals a replication {number(won)} are won ({share(won / every)})."]
    if len(ends) > 2:
        sentences.append(f"Most often they are {ends[1][0].replace('lost: ', 'lost for ')} ({number(ends[1][1])}).")
    longest = max(stages, key=lambda stage: sum(stage.days))
    sentences.append(f"The longest stage is {plain(longest.name)}: {number(sum(longest.days))} days on average.")
    waits = {
        (stage.name, wait): days
        for stage in stages
        for wait, days in zip(WAITS, stage.days, strict=True)
        if wait != "work"
    }
    (where, what), days = max(waits.items(), key=lambda wait: wait[1])
    if days >= 0.05:
        sentences.append(
            f"The longest wait is for {'a ' if what != 'people' else ''}{what} in {plain(where)}: {number(days)} days."
        )
    if lacking and lacking[0].asked >= 0.05:
        sentences.append(
            f"What they most often ask for in vain is {plain(lacking[0].name)} ({number(lacking[0].asked)})."
        )
    return " ".join(sentences)


def data_of(stages: list[Stage], ends: list[tuple[str, float]], lacking: list[Missing]) -> Data:
    """All panels as one table: days of stages, numbers of ends and of what was missing."""
    columns = ("", "a replication", "days in all", *(KEY[name] for name in WAITS))
    rows: list[tuple[str, ...]] = [
        (
            f"stage: {plain(stage.name)}",
            number(stage.passed),
            number(sum(stage.days)),
            *(number(day) for day in stage.days),
        )
        for stage in stages
    ]
    rows += [(name, number(count), *[""] * (1 + len(WAITS))) for name, count in ends]
    rows += [
        (f"not there: {plain(each.name)}", f"{number(each.asked)}, {number(each.lost)} lost", *[""] * (1 + len(WAITS)))
        for each in lacking
    ]
    return Data(columns, rows)
