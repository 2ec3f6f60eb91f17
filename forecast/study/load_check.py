"""Refuse a scenario that no memory can hold, and warn of one that takes very long, before anything is simulated."""

from __future__ import annotations

import os
import warnings
from collections.abc import Iterable, Iterator
from datetime import timedelta
from typing import NamedTuple

from forecast.analysis.formatting import format_number
from forecast.errors import InputError, InputWarning, Problem, ProblemKind
from forecast.model.expected_load import SegmentLoad, expected_load
from forecast.model.parameters import Parameters
from forecast.scenario import Scenario, declared
from forecast.scenario.text.origins import origins_below

# Bytes that a replication needs at most for each: its record while it is simulated, twice where a buffer has just
# grown, and its row of the tables.
ACCOUNT_BYTES, USER_BYTES, OPPORTUNITY_BYTES, STAGE_BYTES = 1_500, 90, 220, 290
EVENTS_PER_SECOND = {"compiled": 3e6, "simpy": 4e4}
LONG_HOURS = 2.0  # of all processors of this machine together
GIGABYTE = 1e9
_RATES = tuple(declared(path) for path in ("awareness.base", "awareness.peak", "outbound.rate"))
LARGE_NEED = 4 * GIGABYTE  # of one replication, on whatever machine


class _Need(NamedTuple):
    """What one segment needs of the memory, and by which inputs."""

    load: SegmentLoad
    what: str
    bytes: float
    paths: tuple[str, ...]
    advice: str


def check_load(
    scenarios: Iterable[Scenario], engine: str, workers: int | None = None, cluster: str | None = None
) -> None:
    """Raise InputError for scenarios of which a replication cannot fit into the memory; warn of those that take long.

    Nothing is known of the machines of a cluster, and nothing said.
    """
    if cluster is not None:
        return
    memory = memory_bytes()
    problems: list[Problem] = []
    for scenario in scenarios:
        parameters = Parameters(scenario)
        loads = expected_load(parameters)
        needs = [need for load in loads for need in _needs(scenario, load)]
        if sum(need.bytes for need in needs) > memory:
            problems.append(_refusal(scenario, max(needs, key=lambda need: need.bytes), memory))
        else:
            _warn_of_long_runs(scenario, needs, loads, (engine, workers or os.cpu_count() or 1))
    if problems:
        raise InputError(problems)


def _needs(scenario: Scenario, load: SegmentLoad) -> list[_Need]:
    """The needs of one segment: accounts, users, opportunities."""
    size = f"market.segments.{load.segment}"
    users = (f"{size}.accounts", f"{size}.eligible_users")
    paths = tuple(_opening_paths(scenario, scenario.segments.index(load.segment)))
    slower = "lower rates, or what keeps an account busy: a stage's `duration`, `procurement.cool_down`"
    each = OPPORTUNITY_BYTES + STAGE_BYTES * len(scenario.stages)
    return [
        _Need(load, f"{load.accounts:,} accounts", load.accounts * ACCOUNT_BYTES, users[:1], "fewer accounts"),
        _Need(load, f"{_count(load.users)} users", load.users * USER_BYTES, users, "fewer or smaller accounts"),
        _Need(load, f"{_count(load.opportunities)} opportunities", load.opportunities * each, paths, slower),
    ]


def _opening_paths(scenario: Scenario, place: int) -> Iterator[str]:
    """The paths of the rates at which a segment's opportunities open, in the timeline too."""
    for path in _RATES:
        if scenario.parameters[path][place]:
            yield path
        for change in scenario.changes:
            if change.path == path and change.values[place]:
                yield f"timeline.{scenario.start + timedelta(days=change.day)}.{path}"


def _refusal(scenario: Scenario, need: _Need, memory: float) -> Problem:
    """The problem of a scenario whose replications do not fit."""
    limit = f"{memory / GIGABYTE:.1f} GB, the memory of this machine: give {need.advice}"
    return Problem(
        _places(scenario, need) or scenario.name,
        None,
        ", ".join(need.paths),
        f"up to {need.what} of {need.load.segment} in one replication, {need.bytes / GIGABYTE:,.1f} GB",
        limit,
        kind=ProblemKind.OVER_LIMIT,
    )


def _warn_of_long_runs(
    scenario: Scenario, needs: list[_Need], loads: list[SegmentLoad], execution: tuple[str, int]
) -> None:
    """Warn of a run of many hours, and of processes that do not all have room."""
    engine, workers = execution
    memory, largest = memory_bytes(), max(needs, key=lambda need: need.bytes)
    needed = sum(need.bytes for need in needs)
    where = f"{_places(scenario, largest) or scenario.name}: {', '.join(largest.paths)}"
    if needed > LARGE_NEED or needed * workers > memory:
        room = max(1, int(memory / needed))
        few = f": this machine has room for {room} of {workers} processes (--workers {room})" if room < workers else ""
        warnings.warn(
            f"{where}: up to {largest.what} of {largest.load.segment} in one replication, "
            f"{needed / GIGABYTE:,.1f} GB{few}",
            InputWarning,
            stacklevel=4,
        )
    events = sum(load.events for load in loads)
    hours = events * scenario.replications / EVENTS_PER_SECOND.get(engine, EVENTS_PER_SECOND["simpy"]) / workers / 3600
    if hours > LONG_HOURS:
        most = max(loads, key=lambda load: load.events)
        warnings.warn(
            f"{scenario.name}: up to {_count(events)} events in each of {scenario.replications:,} replications, most "
            f"of them of {most.segment} ({_count(most.opportunities)} opportunities, {_count(most.trials)} trials): "
            f"about {format_number(hours)} hours with {workers} processes",
            InputWarning,
            stacklevel=4,
        )


def _places(scenario: Scenario, need: _Need) -> str:
    """Where the inputs of a need were written; empty where nobody wrote them."""
    found = (origin.place for path in need.paths for origin in origins_below(scenario.origins, path).values())
    return ", ".join(dict.fromkeys(found))


def _count(number: float) -> str:
    """`43.8 million`: a count that is an estimate."""
    for size, name in ((1e9, "billion"), (1e6, "million")):
        if number >= size:
            return f"{number / size:,.3g} {name}" if number < 1000 * size else f"{number / size:,.0f} {name}"
    return f"{number:,.0f}"


def memory_bytes() -> float:
    """The memory of this machine, or less where a limit is set for this process."""
    try:
        import resource  # noqa: PLC0415  # not on every system

        limit = resource.getrlimit(resource.RLIMIT_AS)[0]
        whole = float(os.sysconf("SC_PHYS_PAGES")) * os.sysconf("SC_PAGE_SIZE")
    except (ImportError, AttributeError, ValueError, OSError):
        return 64 * GIGABYTE  # unknown: only what hardly any machine has room for is refused
    return whole if limit in {resource.RLIM_INFINITY, -1} else min(whole, float(limit))
