"""Where do deals wait, and where do they die?  The days in each stage by what they are spent on, and how deals end."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import pyarrow.parquet as pq
from matplotlib.axes import Axes

from forecast.charts import axis, lettering, reading
from forecast.charts.chart import MARGIN, WIDTH, Chart, Data, drawn
from forecast.charts.lettering import LEADING, SMALL, USUAL, fitted, widest
from forecast.charts.palette import GREY, INK, LEVEL, LINE, WAITS
from forecast.model.dates import GATES
from forecast.model.parameters import Parameters
from forecast.results.opened import Run
from forecast.results.words import number, plain, share
from forecast.types import Floats, Integers

ROW = 15.0  # points
MOST_LABEL = 150.0
MOST_ROWS = 14  # stages, or ends of deals; the rest is in the data
KEY = {
    "date": "waits for a date",
    "capability": "for a capability",
    "people": "for people",
    "work": "work, and the customer's own time",
}


class Stage(NamedTuple):
    """Mean days of those who passed a stage, or were lost in it, by what they were spent on (as WAITS)."""

    name: str
    passed: float  # a replication
    days: tuple[float, ...]


@drawn
def procurement(run: Run) -> Chart:
    """Above: the days that deals spend in each stage. Below: how they end, lost ones by reason."""
    parameters = run.parameters
    stages, ends = passages(run, parameters), deals(run, parameters)
    shown, rows = stages[:MOST_ROWS], ends[:MOST_ROWS]
    labels = [plain(stage.name) for stage in shown] + [name for name, _ in rows]
    left = min(widest(labels, SMALL), MOST_LABEL) + MARGIN + 6.0
    upper, lower = ROW * max(1, len(shown)), ROW * max(1, len(rows))
    head = USUAL * LEADING + 4.0
    replications = run.manifest["replications"]
    note = (
        f"Means of {replications:,} replications. Time in a stage: of deals that left it, by going on or by being lost."
    )
    note = f"{parameters.scenario.name}. {note}"
    chart = Chart("Where deals wait and how they end", note, upper + lower + 3 * head + 12.0)
    top = chart.body - head
    chart.say(left, chart.body - head / 2, "Days in each stage", weight="bold")
    key(chart, left, top - SMALL * LEADING / 2)
    draw_stages(chart, (left, top - head - upper, upper), shown)
    chart.say(left, lower + head / 2 + 4.0, "Deals until the horizon, a replication", weight="bold")
    draw_ends(chart, (left, 4.0, lower), rows)
    chart.description = told(stages, ends)
    chart.data = data_of(stages, ends)
    return chart


def key(chart: Chart, left: float, middle: float) -> None:
    """Nothing; what the colours mean stands in one line, from `left` on, or earlier where it would not fit."""
    wide = sum(lettering.width(text, SMALL) + 19.0 for text in KEY.values())
    left = min(left, WIDTH - MARGIN - wide + 10.0)
    for name, text in KEY.items():
        chart.say(left, middle, "■", SMALL, color=WAITS[name])
        chart.say(left + 9.0, middle, text, SMALL, color=GREY)
        left += 9.0 + lettering.width(text, SMALL) + 10.0


def passages(run: Run, parameters: Parameters) -> list[Stage]:
    """Every stage, in the order of the file."""
    path = run.folder / "opportunities.parquet"
    segment_column = pq.read_table(path, columns=["segment"])["segment"].combine_chunks()
    segment = places_of(segment_column, parameters.segments)
    return [stage_of(run, parameters, stage, segment) for stage in parameters.stages]


def places_of(column: Any, names: tuple[str, ...]) -> Integers:
    """The place in `names` of each text of a column."""
    encoded = column if hasattr(column, "dictionary") else column.dictionary_encode()
    known = np.array([names.index(name) if name in names else -1 for name in encoded.dictionary.to_pylist()] or [-1])
    found: Integers = known[encoded.indices.to_numpy(zero_copy_only=False)]
    return found


def stage_of(run: Run, parameters: Parameters, stage: str, segment: Integers) -> Stage:
    """One stage's passages that came to an end."""
    columns = [f"{stage}_{step}_day" for step in ("entered", "queued", "served", "left")]
    table = pq.read_table(run.folder / "opportunities.parquet", columns=columns)
    entered, queued, served, left = (table[name].to_numpy().astype(float, copy=False) for name in columns)
    ended = ~np.isnan(left)
    entered, queued, served, left = (each[ended] for each in (entered, queued, served, left))
    if not len(left):
        return Stage(stage, 0.0, (0.0,) * len(WAITS))
    opens = np.minimum(gate_opens(parameters, stage, entered, segment[ended]), left)
    asks = bool(parameters.scenario.parameters[f"procurement.stages.{stage}.requirements"][0])
    has_people = ~np.isnan(queued)
    begins = np.where(has_people, queued, np.where(asks & people_in(parameters, stage), left, opens))
    taken = np.where(np.isnan(served), np.where(has_people, left, begins), served)
    parts = (opens - entered, np.maximum(begins - opens, 0.0), taken - begins, left - taken)
    return Stage(stage, len(left) / run.manifest["replications"], tuple(float(part.mean()) for part in parts))


def people_in(parameters: Parameters, stage: str) -> bool:
    """Whether the stage asks for somebody of the vendor, in any segment: only then is its queue's day known."""
    values = parameters.scenario.parameters[f"procurement.stages.{stage}.resource"]
    return any(value not in (None, "none") for value in values)


def gate_opens(parameters: Parameters, stage: str, entered: Floats, segment: Integers) -> Floats:
    """The day on which each passage's gate opened: the entry where there is none."""
    path = f"procurement.stages.{stage}.gate"
    steps = [(0, parameters.scenario.parameters[path])]
    steps += [(change.day, change.values) for change in parameters.scenario.changes if change.path == path]
    opens = entered.copy()
    for place, (since, values) in enumerate(steps):
        until = steps[place + 1][0] if place + 1 < len(steps) else np.inf
        for of_segment in range(len(parameters.segments)):
            gate = values[of_segment if len(values) > 1 else 0]
            rows = (segment == of_segment) & (entered >= since) & (entered < until)
            if gate not in (None, "none", GATES[0]) and rows.any():
                days = gate_days(parameters, str(gate))
                opens[rows] = days[np.searchsorted(days, entered[rows], side="left")]
    return opens


def gate_days(parameters: Parameters, gate: str) -> Floats:
    """Every day on which a gate opens, to a year after the horizon."""
    months = parameters.months + 13
    every = {"month": 1, "fiscal_quarter": 3, "fiscal_year": 12}[gate]
    into = parameters.scenario.start.month - parameters.scenario.fiscal_year_start
    days = axis.month_days(parameters.scenario.start, months)
    return days[[month for month in range(months + 1) if (into + month) % every == 0]]


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


def draw_stages(chart: Chart, box: tuple[float, float, float], stages: list[Stage]) -> None:
    """Nothing; the stages' days are stacked bars; `box` is left, bottom, height."""
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
    if not stages:
        chart.say(left + 4.0, bottom + ROW / 2, "no stages: nothing is bought by contract", SMALL, color=GREY)


def draw_ends(chart: Chart, box: tuple[float, float, float], ends: list[tuple[str, float]]) -> None:
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


def told(stages: list[Stage], ends: list[tuple[str, float]]) -> str:
    """The longest stage, the longest wait and the commonest way to lose, in words."""
    every = sum(count for _, count in ends)
    if not stages or not every:
        return "No deal was opened."
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
    return " ".join(sentences)


def data_of(stages: list[Stage], ends: list[tuple[str, float]]) -> Data:
    """Both panels as one table: days of stages, numbers of ends."""
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
    return Data(columns, rows)
