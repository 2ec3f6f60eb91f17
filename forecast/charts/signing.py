"""When do accounts sign, and how many forbid instead?  Signed, banned and open by month, a panel for each segment."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from forecast.charts import axis
from forecast.charts.chart import MARK, Chart, Data, drawn, silent
from forecast.charts.grid import MOST_PANELS, Grid, Head, grid, place, say_inside
from forecast.charts.lettering import SMALL, widest
from forecast.charts.palette import BANNED, INK, LINE, PALE, SIGNED
from forecast.charts.reading import means_of
from forecast.model.parameters import Parameters
from forecast.results import incidence as states
from forecast.results.incidence import Incidence
from forecast.results.opened import Run
from forecast.results.words import counted, share
from forecast.types import Floats

TALL, LEFT, FOOT, GAP = 96.0, 36.0, 34.0, 32.0
HEADS = 3


@drawn
def incidence(run: Run) -> Chart:
    """The share of each segment's accounts that signed first or were banned, from the scenario's start."""
    parameters, found = run.parameters, run.incidence
    names = names_of(found)
    shown = names[:MOST_PANELS]
    layout = grid(len(shown), LEFT, TALL, HEADS, FOOT, GAP)
    title, note = "First contract or ban, from the start", f"{parameters.scenario.name}."
    highest = stacked(found)[:, 1]
    if not np.nan_to_num(highest).any():
        return silent(title, note, nothing_of(found))
    note += f" Shares of accounts, stacked to 100% (the rest is open: neither yet). {means_of(found.replications)}"
    heads = heads_of(found, shown, layout.across)
    ranges = "dashes and brackets" if "(" in heads[0][0][2] else "dashes"
    note += f"; {ranges}: where 80% of them lie." if found.replications > 1 else "."
    chart = Chart(title, note, layout.body)
    top = min(1.0, 1.15 * float(np.nanmax(highest)))
    for number, name in enumerate(shown):
        draw(chart, layout, number, [("", "", name), *heads[number]], (parameters, found, top))
    end = axis.month_name(parameters.scenario.start, parameters.months)
    chart.description = f"Signed by the end of {end}: " + "; ".join(
        f"{name} {ranged(found, states.SIGNED, place_of(found, name), -1)}" for name in names
    )
    chart.description += "."
    chart.data = data_of(parameters, found, names)
    return chart


def names_of(found: Incidence) -> list[str]:
    """The segments, and all accounts where there are several."""
    every = list(found.segments)
    return every[:1] if len(every) == 2 else [*every[:-1], "all accounts"]


def place_of(found: Incidence, name: str) -> int:
    """The place of a segment in the arrays; the total's for all accounts."""
    return found.segments.index(name) if name in found.segments else len(found.segments) - 1


def stacked(found: Incidence) -> Floats:
    """What is to be seen at most, [segment, (mean signed, upper edge)]: of the mean stack and of the band."""
    mean, high = found.bands.mean, found.bands.p90
    both = mean[states.SIGNED] + mean[states.BANNED]
    edge = np.fmax(both, high[states.SIGNED])
    return np.stack([mean[states.SIGNED][:, -1], edge.max(axis=1)], axis=1)


def nothing_of(found: Incidence) -> str:
    """Why there is nothing to see."""
    if np.isnan(found.bands.mean[states.SIGNED]).all():
        return "There are no accounts that could sign: none at all, or all are under contract at the start."
    return f"Nobody signs and nobody forbids it, in {counted(found.replications, 'replication')}."


def draw(
    chart: Chart, layout: Grid, number: int, heads: Sequence[Head], of: tuple[Parameters, Incidence, float]
) -> None:
    """Nothing; one segment's shares are in its panel, its name and its last figures above."""
    parameters, found, top = of
    bands, segment = found.bands, place_of(found, heads[0][2])
    axes = place(chart, layout, number, heads)
    days = axis.month_days(parameters.scenario.start, parameters.months)
    signed, banned = (bands.mean[state, segment] for state in (states.SIGNED, states.BANNED))
    axes.fill_between(days, 0.0, 1.0, color=PALE, label="open")
    axes.fill_between(days, signed, signed + banned, color=BANNED, label="banned")
    axes.fill_between(days, 0.0, signed, color=SIGNED, label="signed")
    low, high = bands.p10[states.SIGNED, segment], bands.p90[states.SIGNED, segment]
    axes.plot(days, signed + banned, color="white", linewidth=0.8)
    axes.plot(days, signed, color=LINE, linewidth=1.8, label="mean")
    for name_of, edge in (("P10", low), ("P90", high)) if found.replications > 1 else ():
        axes.plot(days, edge, color=INK, linewidth=0.8, linestyle=(0, (2, 1.6)), label=name_of)
    if not np.nan_to_num(signed + banned).any():
        say_inside(axes, "no accounts" if np.isnan(signed).all() else "nobody signs or forbids")
    axis.tall(axes, 0.0, top, layout.tall, "share")
    if number % layout.columns:
        axes.tick_params(labelleft=False)
    axis.dated(axes, parameters.scenario.start, parameters.months, layout.across)


def heads_of(found: Incidence, names: Sequence[str], across: float) -> list[list[Head]]:
    """What stands above the panels: `signed 10.3% (6.0–15.0%)`; in all of them as long as fits in each."""
    forms: list[Callable[[Incidence, int, int, int], str]] = [ranged, roughly, alone]
    for form in forms if found.replications > 1 else [alone]:
        heads = [
            [
                ("■", color, f"{word} {form(found, state, place_of(found, name), -1)}")
                for word, color, state in (("signed", SIGNED, states.SIGNED), ("banned", BANNED, states.BANNED))
            ]
            for name in names
        ]
        if widest([text for head in heads for _, _, text in head], SMALL) + MARK <= across:
            break
    return heads


def ranged(found: Incidence, state: int, segment: int, month: int) -> str:
    """`10.3% (6.0–15.0%)`."""
    mean, low, high = (float(of[state, segment, month]) for of in (found.bands.mean, found.bands.p10, found.bands.p90))
    if np.isnan(mean):
        return "–"
    return f"{share(mean)} ({share(low).removesuffix('%')}–{share(high)})"


def roughly(found: Incidence, state: int, segment: int, month: int) -> str:
    """`10.3% (6–15%)`."""
    mean, low, high = (float(of[state, segment, month]) for of in (found.bands.mean, found.bands.p10, found.bands.p90))
    return "–" if np.isnan(mean) else f"{share(mean)} ({100 * low:.0f}–{100 * high:.0f}%)"


def alone(found: Incidence, state: int, segment: int, month: int) -> str:
    """`10.3%`."""
    return ranged(found, state, segment, month).partition(" (")[0]


def data_of(parameters: Parameters, found: Incidence, names: list[str]) -> Data:
    """The shares by quarter."""
    months = sorted({*range(3, parameters.months + 1, 3), parameters.months})
    rows = [
        (
            name,
            axis.month_name(parameters.scenario.start, month),
            *(
                ranged(found, state, place_of(found, name), month)
                for state in (states.SIGNED, states.BANNED, states.OPEN)
            ),
        )
        for name in names
        for month in months
    ]
    return Data(("segment", "by the end of", "signed", "banned", "open"), rows)
