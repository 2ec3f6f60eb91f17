"""When does everything happen?  Two engines with one interface: `run(parameters, seed, replication, log, kept_free)`.

`simpy_engine` is the readable one and the one to extend; `compiled`, the default, gives the same events, bit for bit.
"""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from typing import TYPE_CHECKING, Any, Protocol, cast

from forecast.errors import InputError, unknown

if TYPE_CHECKING:
    from forecast.engines.result import ReplicationResult
    from forecast.model.parameters import Parameters
    from forecast.scenario import Scenario

ENGINES = {"compiled": "forecast.engines.compiled", "simpy": "forecast.engines.simpy_engine"}
DEFAULT = "compiled"

LogRow = tuple[float, int, int, int, int, float]  # time, segment, account, kind, who, value
KeptFreeRow = tuple[float, int, int]  # time, account, user: who goes on for free after a contract that was not renewed


class Engine(Protocol):
    """A module that simulates one replication."""

    def run(
        self,
        parameters: Parameters,
        seed: int,
        replication: int,
        log: list[Any] | None = None,
        kept_free: list[Any] | None = None,
    ) -> ReplicationResult:
        """One replication, in the order of (time, account): its events are appended to `log` as LogRow.

        kept_free: gets a KeptFreeRow for each user who goes on for free.  It stands beside the log because it belongs
        to one event of it, the contract that was not renewed, and is none itself.
        """


def engine_names() -> tuple[str, ...]:
    """The engines there are, the default first."""
    return tuple(sorted(ENGINES, key=lambda name: name != DEFAULT))


def choose_engine(name: str | None) -> str:
    """Check an engine's name, None for the default one; raises InputError for an unknown name."""
    known = engine_names()
    if name is None:
        return known[0]
    if name not in known:
        raise InputError([unknown("engine", name, known)])
    return name


def engine(name: str = DEFAULT) -> Engine:
    """The engine of that name."""
    return cast("Engine", import_module(ENGINES[name]))


def prepare(name: str, scenario: Scenario, notify: Callable[[str], None]) -> None:
    """Compile the engine of that name if it has to be, and call `notify` with a sentence before."""
    found = engine(name)
    if hasattr(found, "prepare"):
        found.prepare(scenario, notify)
