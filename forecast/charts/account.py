"""What does one account's life look like?  Its users over time, and what its leaders and buyers did when."""

from __future__ import annotations

import numpy as np
from matplotlib.axes import Axes

from forecast.charts import axis, lettering
from forecast.charts.chart import MARGIN, WIDTH, Chart, Data, drawn
from forecast.charts.lettering import SMALL, fitted, widest
from forecast.charts.palette import BANNED, INK, LEVEL, LINE, PALE, SIGNED, SKY, WAITS
from forecast.charts.palette import STATES as COLORS
from forecast.charts.replay import LAPSED, STATES, Lived
from forecast.results.words import counted, plain
from forecast.types import Integers

ROW, FOOT, MOST_LABEL = 14.0, 30.0, 130.0
SPAN_COLORS = {
    "won": SIGNED,
    "lost": BANNED,
    "open": LEVEL,
    "term": LINE,
    "ban": BANNED,
    "wait": WAITS["date"],
    "work": SKY,
}
BEFORE, AFTER = ("leaders notice", "ban", "purchase"), ("contract", "true-up", "champion leaves")
ORDER = ("seated", "paid", "free", "trial", "lapsed")  # from below


@drawn
def life(of: Lived) -> Chart:
    """One account's life: active people above, and below what was noticed, bought, waited for and signed."""
    happened = {span.row for span in of.spans} | {moment.row for moment in of.moments}
    rows = [row for row in (*BEFORE, *of.stages, *AFTER) if row in happened]
    labels = [plain(row) for row in rows]
    left = max(44.0, min(widest(labels, SMALL), MOST_LABEL) + MARGIN + 6.0)
    use, lanes = 84.0, ROW * len(rows)
    right = widest(["seats", "active"], SMALL) + 14.0
    across = WIDTH - left - right - MARGIN
    chart = Chart(f"The life of {of.account}", f"{note_of(of)} {KEY}", use + lanes + FOOT + 10.0)
    top = chart.panel(left, FOOT + lanes + 6.0, across, use)
    draw_use(chart, top, of, across)
    below = chart.panel(left, FOOT, across, max(lanes, 1.0))
    draw_rows(below, of, rows)
    for place, label in enumerate(labels):
        height = FOOT + ROW * (len(rows) - place - 0.5)
        chart.say(left - 5.0, height, fitted(label, MOST_LABEL, SMALL), SMALL, ha="right")
    axis.dated(below, of.start, of.months, across)
    chart.description = described(of)
    chart.data = Data(("when", "what"), list(of.told))
    return chart


@drawn
def adoption(of: Lived) -> Chart:
    """How use spreads inside one account: people by state, and the seats they have under contract."""
    chart = Chart(f"Use inside {of.account}", note_of(of), 190.0 + FOOT + 18.0)
    left, across = 40.0, WIDTH - 40.0 - MARGIN - 16.0
    axes = chart.panel(left, FOOT, across, 190.0)
    days, counts, seats = to_the_end(of)
    floor = np.zeros(len(days))
    for name in ORDER:
        ceiling = floor + counts[:, STATES.index(name)]
        axes.fill_between(days, floor, ceiling, step="post", color=COLORS[name], label=name)
        floor = ceiling
    if seats.any():
        axes.plot(
            days, np.where(seats > 0, seats, np.nan), color=INK, linewidth=1.2, drawstyle="steps-post", label="seats"
        )
    axis.tall(axes, 0.0, 1.05 * max(float(floor.max()), float(seats.max()), 1.0), 190.0, "count")
    axis.dated(axes, of.start, of.months, across)
    end, at = left, FOOT + 190.0 + 10.0
    for name in [*ORDER, *(["seats"] if seats.any() else [])]:
        last = int(seats[-1] if name == "seats" else counts[-1, STATES.index(name)])
        mark, text = ("—" if name == "seats" else "■"), f"{name} {last:,}"
        chart.say(end, at, mark, SMALL, color=COLORS.get(name, INK))
        chart.say(end + 10.0, at, text, SMALL)
        end += lettering.width(text, SMALL) + 22.0
    chart.description = described(of)
    chart.data = by_month(of)
    return chart


KEY = "Stages: yellow while they wait, blue while work is done. A purchase is blue when won, orange when lost."


def note_of(of: Lived) -> str:
    """Who that is."""
    return f"{of.scenario}, replication {of.replication}; {counted(of.size, 'eligible person', 'eligible people')}."


def to_the_end(of: Lived) -> tuple[Integers, Integers, Integers]:
    """Days, counts and seats as steps that reach to the horizon."""
    horizon = axis.month_days(of.start, of.months)[-1]
    last = [-1]
    return np.append(of.days, horizon), np.vstack([of.users, of.users[last]]), np.append(of.seats, of.seats[last])


def draw_use(chart: Chart, axes: Axes, of: Lived, across: float) -> None:
    """Nothing; active people and seats over time are in the axes, named at their right ends."""
    days, counts, seats = to_the_end(of)
    active = counts[:, [STATES.index(name) for name in ("free", "paid", "seated")]].sum(axis=1)
    axes.fill_between(days, 0, active, step="post", color=COLORS["free"], label="active")
    if seats.any():
        axes.plot(
            days, np.where(seats > 0, seats, np.nan), color=INK, linewidth=1.1, drawstyle="steps-post", label="seats"
        )
    high = 1.08 * max(float(active.max()), float(seats.max()), 1.0)
    axis.tall(axes, 0.0, high, 84.0, "count")
    axis.dated(axes, of.start, of.months, across)
    axes.tick_params(labelbottom=False)
    box = axes.get_position()
    bottom, tall = box.y0 * chart.height, box.height * chart.height
    names = ["active", "seats"] if seats[-1] else ["active"]
    wanted = [bottom + tall * float(end) / high for end in (active[-1], seats[-1])][: len(names)]
    for name, height in zip(names, lettering.spread(wanted, 11.0, bottom + 4.0, bottom + tall), strict=True):
        chart.say(box.x1 * WIDTH + 6.0, height, name, SMALL, color=INK if name == "seats" else LINE)


def draw_rows(axes: Axes, of: Lived, rows: list[str]) -> None:
    """Nothing; spans are bars and moments dots, each in its row."""
    height = {row: len(rows) - place - 0.5 for place, row in enumerate(rows)}
    for row in rows:
        axes.axhline(height[row], color=PALE, linewidth=5.0, zorder=0)
    for span in of.spans:
        length = span.ends - span.begins
        axes.barh(
            height[span.row],
            length,
            left=span.begins,
            height=0.56,
            color=SPAN_COLORS[span.kind],
            edgecolor="white",
            linewidth=0.5,
        )
    for moment in of.moments:
        axes.plot([moment.day], [height[moment.row]], marker="o", markersize=4, color=INK, linestyle="none")
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
