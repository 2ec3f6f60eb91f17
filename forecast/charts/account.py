"""What does one account's life look like?  Its users over time, and what its leaders and buyers did when."""

from __future__ import annotations

import numpy as np
from matplotlib.axes import Axes

from forecast.charts import axis, lettering
from forecast.charts.chart import AIR, MARGIN, WIDTH, Chart, Data, drawn, silent
from forecast.charts.lettering import LEADING, SMALL, USUAL, fitted, widest
from forecast.charts.palette import BANNED, INK, LEVEL, LINE, PALE, SKY, WAITS, WON
from forecast.charts.palette import STATES as COLORS
from forecast.charts.replay import LAPSED, STATES, Lived
from forecast.charts.strokes import outlined, span
from forecast.results.words import counted, plain
from forecast.types import Integers

ROW, FOOT, MOST_LABEL = 14.0, 30.0, 130.0
USE, INSIDE = 84.0, 190.0  # points: how tall active people are drawn, and people by state
KEY = SMALL * LEADING + AIR
SPANS = {  # kinds of spans, each with its colour and what it means
    "wait": (WAITS["date"], "stage: waiting"),
    "work": (SKY, "stage: work"),
    "won": (WON, "won"),
    "lost": (BANNED, "lost"),
    "open": (LEVEL, "still open"),
    "term": (LINE, ""),  # rows of their own
    "ban": (BANNED, ""),
}
BEFORE, AFTER = ("leaders notice", "ban", "purchase"), ("contract", "true-up", "champion leaves")
ORDER = ("seated", "paid", "free", "trial", "lapsed")  # from below
ENDS = ("won", "lost", "open")  # of a purchase
COUNTS = "Numbers beside the names: at the horizon."
NOTHING = "Nobody ever tries it, and nothing else happens."


@drawn
def life(of: Lived) -> Chart:
    """One account's life: active people above, and below what was noticed, bought, waited for and signed."""
    title = f"The life of {of.account}"
    if nothing_in(of):
        return silent(title, note_of(of), NOTHING)
    rows, marks = rows_of(of), marks_of(of)
    key = KEY if marks else 0.0
    chart = Chart(title, note_of(of), key + USE + 6.0 + ROW * len(rows) + FOOT)
    left, across = sides(of)
    chart.key(left, chart.body - SMALL * LEADING / 2, marks)
    draw_use(chart, (left, FOOT + ROW * len(rows) + 6.0, across), of)
    draw_rows(chart, (left, FOOT, across), of, rows)
    return told(chart, of)


@drawn
def adoption(of: Lived) -> Chart:
    """How use spreads inside one account: people by state, and the seats they have under contract."""
    title = f"Use inside {of.account}"
    if nothing_in(of):
        return silent(title, note_of(of), NOTHING)
    chart = Chart(title, f"{note_of(of)} {COUNTS}", KEY + INSIDE + FOOT)
    left, across = 40.0, WIDTH - 40.0 - MARGIN - 16.0
    draw_states(chart, (left, FOOT, across), of)
    chart.description = described(of)
    chart.data = by_month(of)
    return chart


@drawn
def life_and_adoption(of: Lived) -> Chart:
    """One account's life on a page: people by state above; below, on the same dates, what happened."""
    title = f"The life of {of.account}"
    if nothing_in(of):
        return silent(title, note_of(of), NOTHING)
    rows, marks = rows_of(of), marks_of(of)
    below = (KEY if marks else 0.0) + ROW * len(rows) + FOOT if rows else 0.0
    chart = Chart(title, f"{note_of(of)} {COUNTS}", KEY + INSIDE + FOOT + below)
    left, across = sides(of)
    draw_states(chart, (left, below + FOOT, across), of)
    if rows:
        chart.key(left, below - SMALL * LEADING / 2, marks)
        draw_rows(chart, (left, FOOT, across), of, rows)
    return told(chart, of)


def told(chart: Chart, of: Lived) -> Chart:
    """The chart of a life, with what it says in words."""
    chart.description = described(of)
    chart.data = Data(("when", "what"), list(of.told))
    return chart


def nothing_in(of: Lived) -> bool:
    """Whether there is nothing to see."""
    return not (of.users.any() or of.seats.any() or of.spans or of.moments)


def note_of(of: Lived) -> str:
    """Who that is."""
    return f"{of.scenario}, replication {of.replication}; {counted(of.size, 'eligible person', 'eligible people')}."


def rows_of(of: Lived) -> list[str]:
    """What happened at all, in the order in which it stands."""
    happened = {each.row for each in of.spans} | {moment.row for moment in of.moments}
    return [row for row in (*BEFORE, *of.stages, *AFTER) if row in happened]


def marks_of(of: Lived) -> list[tuple[str, str, str]]:
    """The key of the kinds of spans that there are."""
    kinds = {each.kind for each in of.spans}
    found = [(kind, color, text) for kind, (color, text) in SPANS.items() if text and kind in kinds]
    first = next((kind for kind, *_ in found if kind in ENDS), "")
    return [("■", color, f"purchase: {text}" if kind == first else text) for kind, color, text in found]


def sides(of: Lived) -> tuple[float, float]:
    """Where the axes of a life begin, and their width, in points: labels stand on both sides."""
    left = max(44.0, min(widest([plain(row) for row in rows_of(of)], SMALL), MOST_LABEL) + MARGIN + 6.0)
    return left, WIDTH - left - widest(["seats", "active"], SMALL) - 14.0 - MARGIN


def to_the_end(of: Lived) -> tuple[Integers, Integers, Integers]:
    """Days, counts and seats as steps that reach to the horizon."""
    horizon = axis.month_days(of.start, of.months)[-1]
    last = [-1]
    return np.append(of.days, horizon), np.vstack([of.users, of.users[last]]), np.append(of.seats, of.seats[last])


def draw_use(chart: Chart, box: tuple[float, float, float], of: Lived) -> None:
    """Nothing; active people and seats over time are drawn, named at their right ends; `box` is left, bottom, width."""
    left, bottom, across = box
    days, counts, seats = to_the_end(of)
    active = counts[:, [STATES.index(name) for name in ("free", "paid", "seated")]].sum(axis=1)
    axes = chart.panel(left, bottom, across, USE)
    axes.fill_between(days, 0, active, step="post", color=COLORS["free"], label="active")
    high = 1.08 * max(float(active.max()), float(seats.max()), 1.0)
    axis.tall(axes, 0.0, high, USE, "whole")
    axis.dated(axes, of.start, of.months, across)
    axes.tick_params(labelbottom=False)
    draw_seats(axes, days, seats)
    names = ["active", "seats"] if seats[-1] else ["active"]
    wanted = [bottom + USE * float(end) / high for end in (active[-1], seats[-1])][: len(names)]
    for name, height in zip(names, lettering.spread(wanted, 11.0, bottom + 4.0, bottom + USE), strict=True):
        chart.say(left + across + 6.0, height, name, SMALL, color=INK if name == "seats" else LINE)
    if seats.any() and not seats[-1]:
        last = int(np.flatnonzero(seats)[-1])
        early = days[last + 1] < 0.2 * days[-1]
        chart.say(
            left + across * float(days[last + 1] / days[-1]) + (4.0 if early else 0.0),
            bottom + USE * float(seats[last]) / high + (0.0 if early else USUAL * 0.7),
            "seats",
            SMALL,
            ha="left" if early else "right",
        )


def draw_seats(axes: Axes, days: Integers, seats: Integers) -> None:
    """Nothing; the seats under contract are a line, where there are any."""
    if seats.any():
        outlined(axes, days, np.where(seats > 0, seats, np.nan), 1.2, drawstyle="steps-post", label="seats")


def draw_states(chart: Chart, box: tuple[float, float, float], of: Lived) -> None:
    """Nothing; people by state are stacked, their key above; `box` is left, bottom, width."""
    left, bottom, across = box
    days, counts, seats = to_the_end(of)
    axes = chart.panel(left, bottom, across, INSIDE)
    floor = np.zeros(len(days))
    for name in ORDER:
        ceiling = floor + counts[:, STATES.index(name)]
        axes.fill_between(days, floor, ceiling, step="post", color=COLORS[name], label=name)
        floor = ceiling
    draw_seats(axes, days, seats)
    axis.tall(axes, 0.0, 1.05 * max(float(floor.max()), float(seats.max()), 1.0), INSIDE, "whole")
    axis.dated(axes, of.start, of.months, across)
    marks = [("■", COLORS[name], f"{name} {int(counts[-1, STATES.index(name)]):,}") for name in ORDER]
    marks += [("—", INK, f"seats {int(seats[-1]):,}")] if seats.any() else []
    chart.key(left, bottom + INSIDE + KEY - SMALL * LEADING / 2, marks)


def draw_rows(chart: Chart, box: tuple[float, float, float], of: Lived, rows: list[str]) -> None:
    """Nothing; spans are bars and moments dots, each in its row; `box` is left, bottom, width."""
    left, bottom, across = box
    axes = chart.panel(left, bottom, across, max(1.0, ROW * len(rows)))
    height = {row: len(rows) - place - 0.5 for place, row in enumerate(rows)}
    axis.dated(axes, of.start, of.months, across)
    points = across / axes.get_xlim()[1]
    for row in rows:
        axes.axhline(height[row], color=PALE, linewidth=5.0, zorder=0)
        name = fitted(plain(row), MOST_LABEL, SMALL)
        chart.say(left - 5.0, bottom + ROW * height[row], name, SMALL, ha="right")
    for each in of.spans:
        span(axes, height[each.row], (each.begins, each.ends), SPANS[each.kind][0], points)
    for moment in of.moments:
        (dot,) = axes.plot([moment.day], [height[moment.row]], marker="o", markersize=4, color=INK, linestyle="none")
        dot.set_clip_on(False)  # whole on the last day too
    axes.set_ylim(0, max(1, len(rows)))
    axes.set_yticks([])


def described(of: Lived) -> str:
    """The life in a sentence."""
    terms = [span for span in of.spans if span.row == "contract"]
    lost = sum(span.kind == "lost" for span in of.spans if span.row == "purchase")
    active = int(of.users[-1, 1:LAPSED].sum())
    signed = f"first under contract on day {terms[0].begins:.0f}" if terms else "never under contract"
    return f"{of.account}: {signed}, {counted(lost, 'purchase')} lost; {active:,} active of {of.size:,} at the horizon."


def by_month(of: Lived) -> Data:
    """People by state at the end of each month."""
    ends = axis.month_days(of.start, of.months)
    place = np.searchsorted(of.days, ends, side="left") - 1
    place[0] = 0
    rows = [
        (axis.month_name(of.start, month), *(f"{count:,}" for count in of.users[step].tolist()), f"{of.seats[step]:,}")
        for month, step in enumerate(place.tolist())
    ]
    return Data(("by the end of", *STATES, "seats"), rows)
