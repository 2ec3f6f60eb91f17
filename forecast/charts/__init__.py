"""What does a forecast look like?  One function a figure: each takes results and returns a matplotlib Figure.

    from forecast import charts, open_run
    charts.fan(open_run("runs/mine"))                     # shows itself in Jupyter
    charts.incidence(run).savefig("signed.png", dpi=200)

A chart also knows what it shows in words (`.description`) and in figures (`.data`).  Nothing is imported before it is
drawn with.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from forecast.charts.account import adoption, life, life_and_adoption
    from forecast.charts.bridge import arr_bridge
    from forecast.charts.causes import tornado
    from forecast.charts.chart import Chart
    from forecast.charts.deals import procurement
    from forecast.charts.over_time import fan
    from forecast.charts.pools import people
    from forecast.charts.reach import funnel
    from forecast.charts.replay import lived
    from forecast.charts.scenarios import differences, outcomes
    from forecast.charts.signing import incidence

__all__ = [
    "Chart",
    "adoption",
    "arr_bridge",
    "differences",
    "fan",
    "funnel",
    "incidence",
    "life",
    "life_and_adoption",
    "lived",
    "outcomes",
    "people",
    "procurement",
    "tornado",
]

ROOMS = {  # no file is called like a chart: a module would take its name
    "Chart": "chart",
    "adoption": "account",
    "arr_bridge": "bridge",
    "differences": "scenarios",
    "fan": "over_time",
    "funnel": "reach",
    "incidence": "signing",
    "life": "account",
    "life_and_adoption": "account",
    "lived": "replay",
    "outcomes": "scenarios",
    "people": "pools",
    "procurement": "deals",
    "tornado": "causes",
}


def __getattr__(name: str) -> Any:
    """The chart of that name, imported on its first use."""
    if name not in __all__:
        raise AttributeError(f"module 'forecast.charts' has no attribute {name!r}; it has {', '.join(__all__)}")
    return getattr(import_module(f"forecast.charts.{ROOMS[name]}"), name)


def __dir__() -> list[str]:
    """The charts, for completion."""
    return sorted([*globals(), *__all__])
