"""When will these accounts sign, and what will they pay?

The front door: what is listed here is promised, everything else may change.

- `load` reads a scenario, `validate` says how large it is, `Scenario.replace` changes it, `write_draws` writes joint
  draws of its parameters;
- `run` simulates it into a folder, `compare` sets several side by side; `open_run` and `open_comparison` open folders;
- `fit` learns a scenario from a company's own exports, `backtest` tries such forecasts on its past,
  `watch` says where the world has left one;
- `explain` tells one account's life, `verify` simulates again and compares;
- `statement` and `export` are for finance, `report` writes one HTML file, `charts` draws.

Nothing heavy is imported before one of them is used.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from forecast import charts
    from forecast.analysis.comparison import Comparison
    from forecast.backtesting.backtest import Backtest, backtest
    from forecast.errors import ForecastError, InputError, InputWarning
    from forecast.finance.export import export
    from forecast.finance.statement import Statement, statement
    from forecast.fitting.fitting_run import Fit, fit
    from forecast.history.explain import explain
    from forecast.html_report.report import report
    from forecast.scenario import Scenario, load
    from forecast.scenario.draws import write_draws
    from forecast.study.compare import compare
    from forecast.study.comparison_folder import open_comparison
    from forecast.study.finished_run import Run, open_run
    from forecast.study.preview import validate
    from forecast.study.run import run
    from forecast.study.verify import verify
    from forecast.watching.watch import watch

    __version__: str

_MODULES = {
    "Comparison": "forecast.analysis.comparison",
    "ForecastError": "forecast.errors",
    "InputError": "forecast.errors",
    "InputWarning": "forecast.errors",
    "Run": "forecast.study.finished_run",
    "Scenario": "forecast.scenario",
    "Statement": "forecast.finance.statement",
    "Backtest": "forecast.backtesting.backtest",
    "Fit": "forecast.fitting.fitting_run",
    "backtest": "forecast.backtesting.backtest",
    "compare": "forecast.study.compare",
    "explain": "forecast.history.explain",
    "export": "forecast.finance.export",
    "fit": "forecast.fitting.fitting_run",
    "load": "forecast.scenario",
    "open_comparison": "forecast.study.comparison_folder",
    "open_run": "forecast.study.finished_run",
    "report": "forecast.html_report.report",
    "run": "forecast.study.run",
    "statement": "forecast.finance.statement",
    "validate": "forecast.study.preview",
    "verify": "forecast.study.verify",
    "watch": "forecast.watching.watch",
    "write_draws": "forecast.scenario.draws",
}

__all__ = [
    "Backtest",
    "Comparison",
    "Fit",
    "ForecastError",
    "InputError",
    "InputWarning",
    "Run",
    "Scenario",
    "Statement",
    "__version__",
    "backtest",
    "charts",
    "compare",
    "explain",
    "export",
    "fit",
    "load",
    "open_comparison",
    "open_run",
    "report",
    "run",
    "statement",
    "validate",
    "verify",
    "watch",
    "write_draws",
]


def __getattr__(name: str) -> Any:
    """Import a promised name on its first use; `__version__` is that of the installed package."""
    if name == "__version__":
        from forecast.versions import version_of  # noqa: PLC0415  # slow, and rarely asked for

        return version_of("forecast")
    if name == "charts":
        return import_module("forecast.charts")
    if name not in _MODULES:
        raise AttributeError(f"module 'forecast' has no attribute {name!r}; it has {', '.join(__all__)}")
    return getattr(import_module(_MODULES[name]), name)


def __dir__() -> list[str]:
    """What is promised, for completion."""
    return list(__all__)
