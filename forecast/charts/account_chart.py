"""Charts of one account: its users over time, and the dates of what its leaders and buyers did."""

from __future__ import annotations

import numpy as np
from matplotlib.axes import Axes

from forecast.analysis.formatting import pluralize
from forecast.charts.layout import axis, text_fitting
from forecast.charts.layout.chart import HEADER_GAP, MARGIN, WIDTH, Chart, ChartData, empty_chart, styled_chart
from forecast.charts.layout.marks import draw_day_bar, draw_outlined_line
from forecast.charts.layout.palette import BANNED, INK, LEVEL, LINE, PALE, SKY, STAGE_TIME_COLORS, WON
from forecast.charts.layout.palette import USER_STATE_COLORS as COLORS
from forecast.charts.layout.text_fitting import LEADING, MEDIUM, SMALL, elided, max_text_width
from forecast.history.replay import AccountReplay
from forecast.history.user_states import LAPSED, USER_STATES
from forecast.months import month_end_label
from forecast.types import Integers

ROW, FOOT, MAX_LABEL_WIDTH = 14.0, 30.0, 130.0
ACTIVE_HEIGHT, STATES_HEIGHT = 84.0, 190.0  # points: of active users, and of users by state
KEY = SMALL * LEADING + HEADER_GAP
SPANS = {  # kinds of spans, each with its colour and meaning
    "wait": (STAGE_TIME_COLORS["date"], "stage: waiting"),
    "work": (SKY, "stage: work"),
    "won": (WON, "won"),
    "lost": (BANNED, "lost"),
    "open": (LEVEL, "still open"),
    "term": (LINE, ""),  # shown by its row, without a key
    "ban": (BANNED, ""),
}
ROWS_ABOVE_STAGES = ("team plans", "leaders aware", "ban", "purchase")
ROWS_BELOW_STAGES = ("contract", "true-up", "champion leaves")
STACKING_ORDER = ("seated", "team", "paid", "free", "trial", "lapsed")  # from below
PURCHASE_ENDS = ("won", "lost", "open")
COUNTS_NOTE = "Numbers in the key: at the horizon."
EMPTY_SENTENCE = "No trial, purchase or contract until the horizon."


@styled_chart
def life(replay: AccountReplay) -> Chart:
    """One account: active users above; below, purchases, stages, contracts and other events by date.

    Examples
    --------
    >>> import forecast
    >>> account = forecast.charts.lived(forecast.open_run("runs/first"), "mid_market-1")
    >>> forecast.charts.life(account).savefig("life.svg")
    """
    title = f"History of {replay.account}"
    if _is_empty(replay):
        return empty_chart(title, account_note(replay), EMPTY_SENTENCE)
    rows, marks = _timeline_rows(replay), _key_marks(replay)
    key = KEY if marks else 0.0
    chart = Chart(title, account_note(replay), key + ACTIVE_HEIGHT + 6.0 + ROW * len(rows) + FOOT)
    left, width = _side_margins(replay)
    chart.add_key(left, chart.body - SMALL * LEADING / 2, marks)
    _draw_active_users(chart, (left, FOOT + ROW * len(rows) + 6.0, width), replay)
    _draw_timeline(chart, (left, FOOT, width), replay, rows)
    return _describe_chart(chart, replay)


@styled_chart
def adoption(replay: AccountReplay) -> Chart:
    """How use spreads inside one account: users by state, and seats under contract.

    Examples
    --------
    >>> import forecast
    >>> account = forecast.charts.lived(forecast.open_run("runs/first"), "mid_market-1")
    >>> forecast.charts.adoption(account).savefig("users.svg")
    """
    title = f"Users in {replay.account}"
    if _is_empty(replay):
        return empty_chart(title, account_note(replay), EMPTY_SENTENCE)
    chart = Chart(title, f"{account_note(replay)} {COUNTS_NOTE}", KEY + STATES_HEIGHT + FOOT)
    left, width = 40.0, WIDTH - 40.0 - MARGIN - 16.0
    _draw_states(chart, (left, FOOT, width), replay)
    chart.description = _describe_account(replay)
    chart.data = _states_by_month(replay)
    return chart


@styled_chart
def life_and_adoption(replay: AccountReplay) -> Chart:
    """One account on a page: users by state above; below, on the same dates, its events."""
    title = f"History of {replay.account}"
    if _is_empty(replay):
        return empty_chart(title, account_note(replay), EMPTY_SENTENCE)
    rows, marks = _timeline_rows(replay), _key_marks(replay)
    below = (KEY if marks else 0.0) + ROW * len(rows) + FOOT if rows else 0.0
    chart = Chart(title, f"{account_note(replay)} {COUNTS_NOTE}", KEY + STATES_HEIGHT + FOOT + below)
    left, width = _side_margins(replay)
    _draw_states(chart, (left, below + FOOT, width), replay)
    if rows:
        chart.add_key(left, below - SMALL * LEADING / 2, marks)
        _draw_timeline(chart, (left, FOOT, width), replay, rows)
    return _describe_chart(chart, replay)


def _describe_chart(chart: Chart, replay: AccountReplay) -> Chart:
    """Add description and data to the chart of an account; returns it."""
    chart.description = _describe_account(replay)
    chart.data = ChartData(("when", "what"), list(replay.sentences))
    return chart


def _is_empty(replay: AccountReplay) -> bool:
    """Whether there is nothing to draw."""
    return not (replay.users.any() or replay.seats.any() or replay.spans or replay.moments)


def account_note(replay: AccountReplay) -> str:
    """Scenario, replication and size of the account."""
    return (
        f"{replay.scenario}, simulated future (replication) {replay.replication}; "
        f"{pluralize(replay.size, 'eligible person', 'eligible people')}."
    )


def _timeline_rows(replay: AccountReplay) -> list[str]:
    """The rows in which anything happened, from above."""
    happened = {each.row for each in replay.spans} | {moment.row for moment in replay.moments}
    return [row for row in (*ROWS_ABOVE_STAGES, *replay.stages, *ROWS_BELOW_STAGES) if row in happened]


def _row_label(replay: AccountReplay, row: str) -> str:
    """The label of a row: that of a stage, or the name of an event."""
    return replay.labels.stage(row) if row in replay.stages else row


def _key_marks(replay: AccountReplay) -> list[tuple[str, str, str]]:
    """The colour key of the kinds of spans that occur."""
    kinds = {each.kind for each in replay.spans}
    found = [(kind, color, text) for kind, (color, text) in SPANS.items() if text and kind in kinds]
    first = next((kind for kind, *_ in found if kind in PURCHASE_ENDS), "")
    return [("■", color, f"purchase: {text}" if kind == first else text) for kind, color, text in found]


def _side_margins(replay: AccountReplay) -> tuple[float, float]:
    """Left end and width of the axes in points: labels stand on both sides."""
    left = max(
        44.0,
        min(max_text_width([_row_label(replay, row) for row in _timeline_rows(replay)], SMALL), MAX_LABEL_WIDTH)
        + MARGIN
        + 6.0,
    )
    return left, WIDTH - left - max_text_width(["seats", "active"], SMALL) - 14.0 - MARGIN


def _steps_to_horizon(replay: AccountReplay) -> tuple[Integers, Integers, Integers]:
    """Days, counts and seats as steps that reach to the horizon."""
    horizon = axis.month_positions(replay.start, replay.months)[-1]
    last = [-1]
    return (
        np.append(replay.days, horizon),
        np.vstack([replay.users, replay.users[last]]),
        np.append(replay.seats, replay.seats[last]),
    )


def _draw_active_users(chart: Chart, box: tuple[float, float, float], replay: AccountReplay) -> None:
    """Draw active users and seats over time, named at their right ends; `box` is left, bottom, width."""
    left, bottom, width = box
    days, counts, seats = _steps_to_horizon(replay)
    active = counts[:, [USER_STATES.index(name) for name in ("free", "paid", "team", "seated")]].sum(axis=1)
    axes = chart.panel(left, bottom, width, ACTIVE_HEIGHT)
    axes.fill_between(days, 0, active, step="post", color=COLORS["free"], label="active")
    high = 1.08 * max(float(active.max()), float(seats.max()), 1.0)
    axis.set_vertical_axis(axes, (0.0, high), ACTIVE_HEIGHT, "whole")
    axis.set_date_axis(axes, replay.start, replay.months, width)
    axes.tick_params(labelbottom=False)
    _draw_seats(axes, days, seats)
    names = ["active", "seats"] if seats[-1] else ["active"]
    wanted = [bottom + ACTIVE_HEIGHT * float(end) / high for end in (active[-1], seats[-1])][: len(names)]
    for name, height in zip(
        names, text_fitting.spread_labels(wanted, 11.0, bottom + 4.0, bottom + ACTIVE_HEIGHT), strict=True
    ):
        chart.add_text(left + width + 6.0, height, name, SMALL, color=INK if name == "seats" else LINE)
    if seats.any() and not seats[-1]:
        last = int(np.flatnonzero(seats)[-1])
        early = days[last + 1] < 0.2 * days[-1]
        chart.add_text(
            left + width * float(days[last + 1] / days[-1]) + (4.0 if early else 0.0),
            bottom + ACTIVE_HEIGHT * float(seats[last]) / high + (0.0 if early else MEDIUM * 0.7),
            "seats",
            SMALL,
            ha="left" if early else "right",
        )


def _draw_seats(axes: Axes, days: Integers, seats: Integers) -> None:
    """Draw the seats under contract as a line, where there are any."""
    if seats.any():
        draw_outlined_line(axes, days, np.where(seats > 0, seats, np.nan), 1.2, drawstyle="steps-post", label="seats")


def _draw_states(chart: Chart, box: tuple[float, float, float], replay: AccountReplay) -> None:
    """Draw users by state as stacked areas, their key above; `box` is left, bottom, width."""
    left, bottom, width = box
    days, counts, seats = _steps_to_horizon(replay)
    axes = chart.panel(left, bottom, width, STATES_HEIGHT)
    floor = np.zeros(len(days))
    shown = _states_shown(replay)
    for name in shown:
        ceiling = floor + counts[:, USER_STATES.index(name)]
        axes.fill_between(days, floor, ceiling, step="post", color=COLORS[name], label=name)
        floor = ceiling
    _draw_seats(axes, days, seats)
    high = 1.05 * max(float(floor.max()), float(seats.max()), 1.0)
    axis.set_vertical_axis(axes, (0.0, high), STATES_HEIGHT, "whole")
    axis.set_date_axis(axes, replay.start, replay.months, width)
    marks = [("■", COLORS[name], f"{state_label(name)} {int(counts[-1, USER_STATES.index(name)]):,}") for name in shown]
    marks += [("—", INK, f"seats {int(seats[-1]):,}")] if seats.any() else []
    chart.add_key(left, bottom + STATES_HEIGHT + KEY - SMALL * LEADING / 2, marks)


def state_label(name: str) -> str:
    """What a state of users is called."""
    return "team plan" if name == "team" else name


def _states_shown(replay: AccountReplay) -> list[str]:
    """The states, from below; team plans only where somebody is on one."""
    plans = replay.users[:, USER_STATES.index("team")].any()
    return [name for name in STACKING_ORDER if name != "team" or plans]


def _draw_timeline(chart: Chart, box: tuple[float, float, float], replay: AccountReplay, rows: list[str]) -> None:
    """Draw spans as bars and moments as dots, each in its row; `box` is left, bottom, width."""
    left, bottom, width = box
    axes = chart.panel(left, bottom, width, max(1.0, ROW * len(rows)))
    height = {row: len(rows) - place - 0.5 for place, row in enumerate(rows)}
    axis.set_date_axis(axes, replay.start, replay.months, width)
    points = width / axes.get_xlim()[1]
    for row in rows:
        axes.axhline(height[row], color=PALE, linewidth=5.0, zorder=0)
        name = elided(_row_label(replay, row), MAX_LABEL_WIDTH, SMALL)
        chart.add_text(left - 5.0, bottom + ROW * height[row], name, SMALL, ha="right")
    for each in replay.spans:
        draw_day_bar(axes, height[each.row], (each.begins, each.ends), SPANS[each.kind][0], points)
    for moment in replay.moments:
        (dot,) = axes.plot([moment.day], [height[moment.row]], marker="o", markersize=4, color=INK, linestyle="none")
        dot.set_clip_on(False)  # whole on the last day too
    axes.set_ylim(0, max(1, len(rows)))
    axes.set_yticks([])


def _describe_account(replay: AccountReplay) -> str:
    """The account in a sentence."""
    terms = [span for span in replay.spans if span.row == "contract"]
    lost = sum(span.kind == "lost" for span in replay.spans if span.row == "purchase")
    active = int(replay.users[-1, 1:LAPSED].sum())
    signed = f"first under contract on day {terms[0].begins:.0f}" if terms else "never under contract"
    users = f"{active:,} active of {replay.size:,} at the horizon"
    return f"{replay.account}: {signed}, {pluralize(lost, 'purchase')} lost; {users}."


def _states_by_month(replay: AccountReplay) -> ChartData:
    """Users by state at the end of each month."""
    ends = axis.month_positions(replay.start, replay.months)
    place = np.searchsorted(replay.days, ends, side="left") - 1
    place[0] = 0
    shown = [name for name in USER_STATES if name in _states_shown(replay)]
    rows = [
        (
            month_end_label(replay.start, month),
            *(f"{replay.users[step, USER_STATES.index(name)]:,}" for name in shown),
            f"{replay.seats[step]:,}",
        )
        for month, step in enumerate(place.tolist())
    ]
    return ChartData(("by the end of", *map(state_label, shown), "seats"), rows)
