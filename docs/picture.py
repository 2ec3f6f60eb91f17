"""The picture of the README, drawn from the folder of a run.

    python docs/picture.py runs/demo docs/picture.svg

Left: the share of accounts that have signed by each month, by segment. Right: annual recurring revenue.
Lines are means over the replications, bands reach from the 10th to the 90th percentile.
"""

from __future__ import annotations

import sys
from datetime import date
from pathlib import Path
from typing import Any

import matplotlib as mpl
import numpy as np
import pyarrow.parquet as pq
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from numpy.typing import NDArray
from ruamel.yaml import YAML

COLORS = {"smb": "#8fb8de", "mid_market": "#3a7ca5", "enterprise": "#16425b"}
INK, PALE, GREEN, GREENER = "#333333", "#dddddd", "#9fc9a5", "#3f7d58"
STYLE: dict[Any, Any] = {
    "font.family": "sans-serif",
    "font.size": 10,
    "text.color": INK,
    "axes.labelcolor": INK,
    "xtick.color": INK,
    "ytick.color": INK,
    "svg.hashsalt": "forecast",
}


def month_starts(start: date, months: int) -> NDArray[np.float64]:
    """The day on which each month begins, and the horizon: [months + 1]."""
    counted = [start.month - 1 + month for month in range(months + 1)]
    firsts = [date(start.year + month // 12, month % 12 + 1, 1) for month in counted]
    return np.array([(first - start).days for first in firsts], float)


def signed_shares(folder: Path, ends: NDArray[np.float64]) -> dict[str, NDArray[np.float64]]:
    """The share of each segment's accounts signed by each of the days: [replication, day]."""
    table = pq.read_table(folder / "accounts.parquet", columns=["replication", "segment", "contract_day"])
    columns = {name: np.array(table[name].to_pylist()) for name in table.column_names}
    replications = np.unique(columns["replication"])
    shares = {}
    for segment in dict.fromkeys(columns["segment"].tolist()):
        of_segment = columns["segment"] == segment
        days = [columns["contract_day"][of_segment & (columns["replication"] == r)].astype(float) for r in replications]
        shares[segment] = np.array([[(each < end).mean() for end in ends] for each in days])
    return shares


def revenue(folder: Path, column: str, months: int) -> NDArray[np.float64]:
    """Millions, summed over the segments: [replication, month]."""
    table = pq.read_table(folder / "monthly.parquet", columns=["replication", "month", column])
    replication, month, value = (np.array(table[name].to_pylist()) for name in ("replication", "month", column))
    numbers = np.unique(replication)
    total = np.zeros((len(numbers), months + 1))
    np.add.at(total, (np.searchsorted(numbers, replication), month), value / 1e8)
    return total


def band(axes: Axes, lines: NDArray[np.float64], color: str) -> None:
    """Draw the mean over replications in the range of its middle 80 %."""
    months = np.arange(lines.shape[1])
    axes.fill_between(months, *np.percentile(lines, [10, 90], axis=0), color=color, alpha=0.25, linewidth=0)
    axes.plot(months, lines.mean(axis=0), color=color, linewidth=2)


def label(axes: Axes, name: str, month: int, height: float, color: str) -> None:
    """Write the name beside the end of its line."""
    axes.annotate(name, (month, height), (4, 0), textcoords="offset points", color=color, va="center")


def tidy(axes: Axes, title: str, months: int) -> None:
    """Leave only what is read."""
    axes.set_title(title, loc="left", fontsize=11, fontweight="bold", color=INK)
    axes.set_xlim(0, months)
    axes.set_ylim(bottom=0)
    axes.set_xticks(range(0, months + 1, 12))
    axes.set_xlabel("months from the start")
    axes.grid(axis="y", color=PALE, linewidth=0.6)
    axes.spines[["top", "right", "left"]].set_visible(False)
    axes.tick_params(length=0)


def picture(folder: Path) -> Figure:
    """The two panels of a run."""
    clock = YAML(typ="safe", pure=True).load(folder / "scenario.yaml")["clock"]
    start, months = date.fromisoformat(str(clock["start"])), int(str(clock["horizon"]).split()[0])
    figure = Figure(figsize=(9, 3.4), layout="constrained")
    left, right = figure.subplots(1, 2)
    shares = signed_shares(folder, month_starts(start, months))
    for segment, share in shares.items():
        color = COLORS.get(segment, INK)
        band(left, 100 * share, color)
        label(left, segment, months, 100 * share[:, -1].mean(), color)
    tidy(left, "Accounts signed, %", months)
    paid = revenue(folder, "self_serve_arr_cents", months)
    total = revenue(folder, "arr_cents", months)
    band(right, total, GREENER)
    right.fill_between(range(months + 1), paid.mean(axis=0), color=GREEN, linewidth=0)
    label(right, "self-serve", months, paid[:, -1].mean() / 2, GREENER)
    label(right, "all ARR", months, total[:, -1].mean(), GREENER)
    tidy(right, "Annual recurring revenue, millions", months)
    return figure


if __name__ == "__main__":
    mpl.rcParams.update(STYLE)
    picture(Path(sys.argv[1])).savefig(sys.argv[2], metadata={"Date": None})
    print(f"wrote {sys.argv[2]}")
