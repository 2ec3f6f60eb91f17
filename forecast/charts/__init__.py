"""Charts of a forecast, a function each: it takes results and returns a matplotlib Figure.

    from forecast import charts, open_run
    charts.fan(open_run("runs/mine"))                     # shows itself in Jupyter
    charts.incidence(run).savefig("signed.png", dpi=200)

A chart also has a description in words (`.description`) and its data (`.data`).  A chart is imported on first use.
"""

from __future__ import annotations

import os
import sys
from contextlib import suppress
from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from forecast.charts.account_chart import adoption, life, life_and_adoption
    from forecast.charts.arr_bridge_chart import arr_bridge
    from forecast.charts.fan_chart import fan
    from forecast.charts.funnel_chart import funnel
    from forecast.charts.incidence_chart import incidence
    from forecast.charts.layout.chart import Chart
    from forecast.charts.learned_values_chart import learned_values
    from forecast.charts.procurement_chart import procurement
    from forecast.charts.resources_chart import people
    from forecast.charts.scenarios_chart import differences, outcomes
    from forecast.charts.team_path_chart import team_path
    from forecast.charts.teams_chart import teams
    from forecast.charts.tornado_chart import tornado
    from forecast.history.replay import replay_account

__all__ = [
    "Chart",
    "adoption",
    "arr_bridge",
    "differences",
    "fan",
    "funnel",
    "incidence",
    "learned_values",
    "life",
    "life_and_adoption",
    "outcomes",
    "people",
    "procurement",
    "replay_account",
    "team_path",
    "teams",
    "tornado",
]


def _import_matplotlib() -> None:
    """Import matplotlib whatever MPLBACKEND says, which a notebook hands down to the programs that it starts.

    With the name of a backend that is not installed, `import matplotlib` itself fails, although files need no backend.
    A name that is valid holds for pyplot as usual.
    """
    backend = os.environ.pop("MPLBACKEND", None)
    try:
        mpl = import_module("matplotlib")
    finally:
        if backend is not None:
            os.environ["MPLBACKEND"] = backend
    if backend:
        with suppress(ValueError):
            mpl.rcParams["backend"] = backend


if "matplotlib" not in sys.modules:
    _import_matplotlib()

_MODULES = {
    "Chart": "forecast.charts.layout.chart",
    "adoption": "forecast.charts.account_chart",
    "arr_bridge": "forecast.charts.arr_bridge_chart",
    "differences": "forecast.charts.scenarios_chart",
    "fan": "forecast.charts.fan_chart",
    "funnel": "forecast.charts.funnel_chart",
    "incidence": "forecast.charts.incidence_chart",
    "learned_values": "forecast.charts.learned_values_chart",
    "life": "forecast.charts.account_chart",
    "life_and_adoption": "forecast.charts.account_chart",
    "replay_account": "forecast.history.replay",
    "outcomes": "forecast.charts.scenarios_chart",
    "people": "forecast.charts.resources_chart",
    "procurement": "forecast.charts.procurement_chart",
    "team_path": "forecast.charts.team_path_chart",
    "teams": "forecast.charts.teams_chart",
    "tornado": "forecast.charts.tornado_chart",
}

_OLD_NAMES = {"lived": "replay_account"}  # still answered, listed no more


def __getattr__(name: str) -> Any:
    """Import a chart on first use."""
    name = _OLD_NAMES.get(name, name)
    if name not in __all__:
        raise AttributeError(f"module 'forecast.charts' has no attribute {name!r}; it has {', '.join(__all__)}")
    return getattr(import_module(_MODULES[name]), name)


def __dir__() -> list[str]:
    """The charts, for completion."""
    return sorted([*globals(), *__all__])
