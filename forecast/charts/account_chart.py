"""What does one account's life look like?  Its users over time, and what its leaders and buyers did when."""

from __future__ import annotations

import numpy as np
from matplotlib.axes import Axes

from forecast.analysis.formatting import humanize, pluralize
from forecast.charts.layout import axis, text_fitting
from forecast.charts.layout.chart import HEADER_GAP, MARGIN, WIDTH, Chart, ChartData, empty_chart, styled_chart
from forecast.charts.layout.marks import draw_day_bar, draw_outlined_line
from forecast.charts.layout.palette import BANNED, INK, LEVEL, LINE, PALE, SKY, STAGE_TIME_COLORS, WON
from forecast.charts.layout.palette import USER_STATE_COLORS as COLORS
from forecast.charts.layout.text_fitting import LEADING, MEDIUM, SMALL, elided, max_text_width
from forecast.history.replay import LAPSED, USER_STATES, AccountReplay
from forecast.months import month_end_label
from forecast.types import Integers

ROW, FOOT, MAX_LABEL_WIDTH = 14.0, 30.0, 130.0
ACTIVE_HEIGHT, STATES_HEIGHT = 84.0, 190.0  # points: how tall active people are drawn, and people by state
KEY = SMALL * LEADING + HEADER_GAP
SPANS = {  # kinds of spans, each with its colour and what it means
    "wait": (STAGE_TIME_COLORS["date"], "stage: waiting"),
    "work": (SKY, "stage: work"),
    "won": (WON, "won"),
    "lost": (BANNED, "lost"),
    "open": (LEVEL, "still open"),
    "term": (LINE, ""),  # rows of their own
    "ban": (BANNED, ""),
}
ROWS_ABOVE_STAGES, ROWS_BELOW_STAGES = ("leaders notice", "ban", "purchase"), ("contract", "true-up", "champion leaves")
STACKING_ORDER = ("seated", "paid", "free", "trial", "lapsed")  # from below
PURCHASE_ENDS = ("won", "lost", "open")  # of a purchase
COUNTS_NOTE = "Numbers beside the names: at the horizon."
EMPTY_SENTENCE = "Nobody ever tries it, and nothing else happens."


@styled_chart
def life(of: AccountReplay) -> Chart:
    """One account's life: active people above, and below what was noticed, bought, waited for and signed."""
    title = f"The life of {of.account}"
    if _is_empty(of):
        return empty_chart(title, _note_of(of), EMPTY_SENTENCE)
    rows, marks = _timeline_rows(of), _key_marks(of)
    key = KEY if marks else 0.0
    chart = Chart(title, _note_of(of), key + ACTIVE_HEIGHT + 6.0 + ROW * len(rows) + FOOT)
    left, across = _side_margins(of)
    chart.key(left, chart.body - SMALL * LEADING / 2, marks)
    _draw_active_users(chart, (left, FOOT + ROW * len(rows) + 6.0, across), of)
    _draw_timeline(chart, (left, FOOT, across), of, rows)
    return _describe_chart(chart, of)


@styled_chart
def adoption(of: AccountReplay) -> Chart:
    """How use spreads inside one account: people by state, and the seats they have under contract."""
    title = f"Use inside {of.account}"
    if _is_empty(of):
        return empty_chart(title, _note_of(of), EMPTY_SENTENCE)
    chart = Chart(title, f"{_note_of(of)} {COUNTS_NOTE}", KEY + STATES_HEIGHT + FOOT)
    left, across = 40.0, WIDTH - 40.0 - MARGIN - 16.0
    _draw_states(chart, (left, FOOT, across), of)
    chart.description = _describe_account(of)
    chart.data = _states_by_month(of)
    return chart


@styled_chart
def life_and_adoption(of: AccountReplay) -> Chart:
    """One account's life on a page: people by state above; below, on the same dates, what happened."""
    title = f"The life of {of.account}"
    if _is_empty(of):
        return empty_chart(title, _note_of(of), EMPTY_SENTENCE)
    rows, marks = _timeline_rows(of), _key_marks(of)
    below = (KEY if marks else 0.0) + ROW * len(rows) + FOOT if rows else 0.0
    chart = Chart(title, f"{_note_of(of)} {COUNTS_NOTE}", KEY + STATES_HEIGHT + FOOT + below)
    left, across = _side_margins(of)
    _draw_states(chart, (left, below + FOOT, across), of)
    if rows:
        chart.key(left, below - SMALL * LEADING / 2, marks)
        _draw_timeline(chart, (left, FOOT, across), of, rows)
    return _describe_chart(chart, of)


def _describe_chart(chart: Chart, of: AccountReplay) -> Chart:
    """The chart of a life, with what it says in words."""
    chart.description = _describe_account(of)
    chart.data = ChartData(("when", "what"), list(of.sentences))
    return chart


def _is_empty(of: AccountReplay) -> bool:
    """Whether there is nothing to see."""
    return not (of.users.any() or of.seats.any() or of.spans or of.moments)


def _note_of(of: AccountReplay) -> str:
    """Who that is."""
    return f"{of.scenario}, replication {of.replication}; {pluralize(of.size, 'eligible person', 'eligible people')}."


def _timeline_rows(of: AccountReplay) -> list[str]:
    """What happened at all, in the order in which it stands."""
    happened = {each.row for each in of.spans} | {moment.row for moment in of.moments}
    return [row for row in (*ROWS_ABOVE_STAGES, *of.stages, *ROWS_BELOW_STAGES) if row in happened]


def _key_marks(of: AccountReplay) -> list[tuple[str, str, str]]:
    """The key of the kinds of spans that there are."""
    kinds = {each.kind for each in of.spans}
    found = [(kind, color, text) for kind, (color, text) in SPANS.items() if text and kind in kinds]
    first = next((kind for kind, *_ in found if kind in PURCHASE_ENDS), "")
    return [("■", color, f"purchase: {text}" if kind == first else text) for kind, color, text in found]


def _side_margins(of: AccountReplay) -> tuple[float, float]:
    """Where the axes of a life begin, and their width, in points: labels stand on both sides."""
    left = max(
        44.0, min(max_text_width([humanize(row) for row in _timeline_rows(of)], SMALL), MAX_LABEL_WIDTH) + MARGIN + 6.0
    )
    return left, WIDTH - left - max_text_width(["seats", "active"], SMALL) - 14.0 - MARGIN


def _steps_to_horizon(of: AccountReplay) -> tuple[Integers, Integers, Integers]:
    """Days, counts and seats as steps that reach to the horizon."""
    horizon = axis.month_positions(of.start, of.months)[-1]
    last = [-1]
    return np.append(of.days, horizon), np.vstack([of.users, of.users[last]]), np.append(of.seats, of.seats[last])


def _draw_active_users(chart: Chart, box: tuple[float, float, float], of: AccountReplay) -> None:
    """Nothing; active people and seats over time are drawn, named at their right ends; `box` is left, bottom, width."""
    left, bottom, across = box
    days, counts, seats = _steps_to_horizon(of)
    active = counts[:, [USER_STATES.index(name) for name in ("free", "paid", "seated")]].sum(axis=1)
    axes = chart.panel(left, bottom, across, ACTIVE_HEIGHT)
    axes.fill_between(days, 0, active, step="post", color=COLORS["free"], label="active")
    high = 1.08 * max(float(active.max()), float(seats.max()), 1.0)
    axis.set_vertical_axis(axes, 0.0, high, ACTIVE_HEIGHT, "whole")
    axis.set_date_axis(axes, of.start, of.months, across)
    axes.tick_params(labelbottom=False)
    _draw_seats(axes, days, seats)
    names = ["active", "seats"] if seats[-1] else ["active"]
    wanted = [bottom + ACTIVE_HEIGHT * float(end) / high for end in (active[-1], seats[-1])][: len(names)]
    for name, height in zip(
        names, text_fitting.spread_labels(wanted, 11.0, bottom + 4.0, bottom + ACTIVE_HEIGHT), strict=True
    ):
        chart.add_text(left + across + 6.0, height, name, SMALL, color=INK if name == "seats" else LINE)
    if seats.any() and not seats[-1]:
        last = int(np.flatnonzero(seats)[-1])
        early = days[last + 1] < 0.2 * days[-1]
        chart.add_text(
            left + across * float(days[last + 1] / days[-1]) + (4.0 if early else 0.0),
            bottom + ACTIVE_HEIGHT * float(seats[last]) / high + (0.0 if early else MEDIUM * 0.7),
            "seats",
            SMALL,
            ha="left" if early else "right",
        )


def _draw_seats(axes: Axes, days: Integers, seats: Integers) -> None:
    """Nothing; the seats under contract are a line, where there are any."""
    if seats.any():
        draw_outlined_line(axes, days, np.where(seats > 0, seats, np.nan), 1.2, drawstyle="steps-post", label="seats")


def _draw_states(chart: Chart, box: tuple[float, float, float], of: AccountReplay) -> None:
    """Nothing; people by state are stacked, their key above; `box` is left, bottom, width."""
    left, bottom, across = box
    days, counts, seats = _steps_to_horizon(of)
    axes = chart.panel(left, bottom, across, STATES_HEIGHT)
    floor = np.zeros(len(days))
    for name in STACKING_ORDER:
        ceiling = floor + counts[:, USER_STATES.index(name)]
        axes.fill_between(days, floor, ceiling, step="post", color=COLORS[name], label=name)
        floor = ceiling
    _draw_seats(axes, days, seats)
    axis.set_vertical_axis(axes, 0.0, 1.05 * max(float(floor.max()), float(seats.max()), 1.0), STATES_HEIGHT, "whole")
    axis.set_date_axis(axes, of.start, of.months, across)
    marks = [("■", COLORS[name], f"{name} {int(counts[-1, USER_STATES.index(name)]):,}") for name in STACKING_ORDER]
    marks += [("—", INK, f"seats {int(seats[-1]):,}")] if seats.any() else []
    chart.key(left, bottom + STATES_HEIGHT + KEY - SMALL * LEADING / 2, marks)


def _draw_timeline(chart: Chart, box: tuple[float, float, float], of: AccountReplay, rows: list[str]) -> None:
    """Nothing; spans are bars and moments dots, each in its row; `box` is left, bottom, width."""
    left, bottom, across = box
    axes = chart.panel(left, bottom, across, max(1.0, ROW * len(rows)))
    height = {row: len(rows) - place - 0.5 for place, row in enumerate(rows)}
    axis.set_date_axis(axes, of.start, of.months, across)
    points = across / axes.get_xlim()[1]
    for row in rows:
        axes.axhline(height[row], color=PALE, linewidth=5.0, zorder=0)
        name = elided(humanize(row), MAX_LABEL_WIDTH, SMALL)
        chart.add_text(left - 5.0, bottom + ROW * height[row], name, SMALL, ha="right")
    for each in of.spans:
        draw_day_bar(axes, height[each.row], (each.begins, each.ends), SPANS[each.kind][0], points)
    for moment in of.moments:
        (dot,) = axes.plot([moment.day], [height[moment.row]], marker="o", markersize=4, color=INK, linestyle="none")
        dot.set_clip_on(False)  # whole on the last day too
    axes.set_ylim(0, max(1, len(rows)))
    axes.set_yticks([])


def _describe_account(of: AccountReplay) -> str:
    """The life in a sentence."""
    terms = [span for span in of.spans if span.row == "contract"]
    lost = sum(span.kind == "lost" for span in of.spans if span.row == "purchase")
    active = int(of.users[-1, 1:LAPSED].sum())
    signed = f"first under contract on day {terms[0].begins:.0f}" if terms else "never under contract"
    return (
        f"{of.account}: {signed}, {pluralize(lost, 'purchase')} lost; {active:,} active of {of.size:,} at the horizon."
    )


def _states_by_month(of: AccountReplay) -> ChartData:
    """People by state at the end of each month."""
    ends = axis.month_positions(of.start, of.months)
    place = np.searchsorted(of.days, ends, side="left") - 1
    place[0] = 0
    rows = [
        (
            month_end_label(of.start, month),
            *(f"{count:,}" for count in of.users[step].tolist()),
            f"{of.seats[step]:,}",
        )
        for month, step in enumerate(place.tolist())
    ]
    return ChartData(("by the end of", *USER_STATES, "seats"), rows)
