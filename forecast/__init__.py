"""When will these accounts sign, and what will they pay?  The few verbs that a notebook needs.

`load` reads a scenario, `run` simulates it into a folder, `open_run` opens such a folder.  Nothing heavy is imported
before one of them is used.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from forecast.results.opened import open_run
    from forecast.results.running import run
    from forecast.scenario import load

__all__ = ["load", "open_run", "run"]

VERBS = {
    "load": "forecast.scenario",
    "open_run": "forecast.results.opened",
    "run": "forecast.results.running",
}


def __getattr__(name: str) -> Any:
    """The verb of that name, imported on its first use."""
    if name not in VERBS:
        raise AttributeError(f"module 'forecast' has no attribute {name!r}; its verbs are {', '.join(VERBS)}")
    return getattr(import_module(VERBS[name]), name)


def __dir__() -> list[str]:
    """The verbs, for completion."""
    return sorted([*globals(), *VERBS])
