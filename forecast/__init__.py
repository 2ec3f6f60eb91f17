"""When will these accounts sign, and what will they pay?  The few verbs that a notebook needs.

`load` reads a scenario, `run` simulates it into a folder, `compare` sets several side by side; `open_run` and
`open_comparison` open such folders; `statement` and `export` are for finance.  Nothing heavy is imported before one of
them is used.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from forecast.finance.export import export
    from forecast.finance.statement import statement
    from forecast.scenario import load
    from forecast.study.compare import compare, open_comparison
    from forecast.study.finished_run import open_run
    from forecast.study.run import run

    __version__: str

__all__ = ["__version__", "compare", "export", "load", "open_comparison", "open_run", "run", "statement"]

VERBS = {
    "compare": "forecast.study.compare",
    "export": "forecast.finance.export",
    "load": "forecast.scenario",
    "open_comparison": "forecast.study.compare",
    "open_run": "forecast.study.finished_run",
    "run": "forecast.study.run",
    "statement": "forecast.finance.statement",
}


def __getattr__(name: str) -> Any:
    """The verb of that name, imported on its first use; `__version__` is that of the installed package."""
    if name == "__version__":
        return installed_version()
    if name not in VERBS:
        raise AttributeError(f"module 'forecast' has no attribute {name!r}; its verbs are {', '.join(VERBS)}")
    return getattr(import_module(VERBS[name]), name)


def installed_version() -> str:
    """The version of the installed package; `unknown` where only its sources are there."""
    from importlib.metadata import PackageNotFoundError, version  # noqa: PLC0415  # slow, and rarely asked for

    try:
        return version("forecast")
    except PackageNotFoundError:
        return "unknown"


def __dir__() -> list[str]:
    """The verbs, for completion."""
    return sorted([*globals(), *VERBS])
