"""How the teams of one account fill up: a lane for each team, its people by state."""

from __future__ import annotations

import numpy as np
from matplotlib.axes import Axes

from forecast.analysis.formatting import pluralize
from forecast.charts.account_chart import STACKING_ORDER, account_note, state_label
from forecast.charts.layout import axis
from forecast.charts.layout.chart import HEADER_GAP, MARGIN, WIDTH, Chart, ChartData, empty_chart, styled_chart
from forecast.charts.layout.palette import PALE, RULE
from forecast.charts.layout.palette import USER_STATE_COLORS as COLORS
from forecast.charts.layout.text_fitting import LEADING, SMALL, max_text_width
from forecast.history.replay import AccountReplay, TeamReplay
from forecast.history.user_states import USER_STATES
from forecast.months import month_end_label

TALLEST, LOWEST, ALL_LANES = 64.0, 8.0, 330.0  # points: of a lane, and of all that are not squeezed
GAP = 0.12  # of a lane
FOOT = 30.0
KEY = SMALL * LEADING + HEADER_GAP
MAX_LANES = 120  # further teams are in the data only
SHOWN = tuple(name for name in STACKING_ORDER if name != "lapsed")


@styled_chart
def teams(replay: AccountReplay) -> Chart:
    """The teams of one account, in the order in which they began: how many of each are in which state.

    Examples
    --------
    >>> import forecast
    >>> account = forecast.charts.replay_account(forecast.open_run("runs/first"), "mid_market-1")
    >>> forecast.charts.teams(account).description
    'mid_market-1: of 23 teams ...'
    """
    title = f"Teams in {replay.account}"
    if not replay.teams:
        return empty_chart(title, account_note(replay), f"{replay.account} is one team.")
    begun = sorted((team for team in replay.teams if team.users.any()), key=_begins)
    untouched = len(replay.teams) - len(begun)
    about = f"{pluralize(len(replay.teams), 'team')}{f', {untouched:,} of them without anybody' if untouched else ''}"
    if not begun:
        return empty_chart(title, account_note(replay), f"{about}.")
    lanes = begun[:MAX_LANES]
    lane = max(LOWEST, min(TALLEST, ALL_LANES / len(lanes)))
    which = "each of the others" if untouched else "each"
    note = f"{account_note(replay)} {about}. A lane for {which}, full where all use it."
    chart = Chart(title, note, KEY + lane * len(lanes) + FOOT)
    every = max(1, -(-int(SMALL * LEADING) // int(lane)))  # lanes that share a label's height
    names = [_label(team) for team in lanes[::every]]
    left = max_text_width(names, SMALL) + MARGIN + 6.0
    width = WIDTH - left - MARGIN - 16.0
    axes = chart.panel(left, FOOT, width, lane * len(lanes))
    for place, team in enumerate(lanes):
        _draw_lane(axes, len(lanes) - place - 1, team, replay)
    for place, name in enumerate(names):
        chart.add_text(left - 5.0, FOOT + lane * (len(lanes) - place * every - 0.5), name, SMALL, ha="right")
    axes.set_ylim(0, len(lanes))
    axes.set_yticks([])
    axis.set_date_axis(axes, replay.start, replay.months, width)
    occur = [name for name in SHOWN if any(team.users[:, USER_STATES.index(name)].any() for team in begun)]
    chart.add_key(left, chart.body - SMALL * LEADING / 2, [("■", COLORS[name], state_label(name)) for name in occur])
    chart.description = _describe(replay, begun)
    chart.data = _data_of(replay, begun)
    return chart


def _begins(team: TeamReplay) -> tuple[float, int]:
    """The day on which somebody of the team began, and its number."""
    return float(team.days[team.users.any(axis=1).argmax()]), team.number


def _label(team: TeamReplay) -> str:
    """`team 3 (7)`."""
    return f"team {team.number} ({team.size})"


def _draw_lane(axes: Axes, floor: int, team: TeamReplay, replay: AccountReplay) -> None:
    """Draw the people of a team by state, stacked within its lane, which is as high as the team is large."""
    horizon = axis.month_positions(replay.start, replay.months)[-1]
    days = np.append(team.days, horizon)
    counts = np.vstack([team.users, team.users[[-1]]]) * (1 - GAP) / team.size
    axes.axhspan(floor, floor + 1 - GAP, color=PALE, linewidth=0.0, zorder=0)
    below = np.full(len(days), float(floor))
    for name in SHOWN:
        above = below + counts[:, USER_STATES.index(name)]
        axes.fill_between(days, below, above, step="post", color=COLORS[name], linewidth=0.0, label=name)
        below = above
    axes.axhline(floor, color=RULE, linewidth=0.3)


def _describe(replay: AccountReplay, begun: list[TeamReplay]) -> str:
    """The teams in a sentence."""
    pay = sum(bool(team.paying.any()) for team in begun)
    now = sum(bool(team.users[-1, 1:].any()) for team in begun)
    return (
        f"{replay.account}: of {pluralize(len(replay.teams), 'team')} {len(begun):,} had somebody who tried it, "
        f"{pay:,} took a team plan, and {now:,} have an active user at the horizon."
    )


def _data_of(replay: AccountReplay, begun: list[TeamReplay]) -> ChartData:
    """Each team: when it began, when it first had a plan, its people by state at the horizon."""
    rows = []
    for team in begun:
        first = [_begins(team)[0], float(team.days[team.paying.argmax()]) if team.paying.any() else None]
        now = [f"{count:,}" for count in team.users[-1, : USER_STATES.index("lapsed")].tolist()]
        rows.append((str(team.number), str(team.size), *(_month(replay, day) for day in first), *now))
    return ChartData(("team", "people", "began", "first plan", *map(state_label, USER_STATES[:-1])), rows)


def _month(replay: AccountReplay, day: float | None) -> str:
    """The month of a day, or a dash."""
    if day is None:
        return "–"
    months = axis.month_positions(replay.start, replay.months)
    return month_end_label(replay.start, max(1, int(np.searchsorted(months, day, side="right"))))
