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
from forecast.montecarlo.executors.cluster_address import parse_cluster_address
from forecast.scenario import Scenario, declared
from forecast.scenario.text.origins import origins_below
from forecast.study.memory_limit import GIGABYTE, Memory, MemoryLimit, memory_limits

# Bytes that a replication needs at most for each: its record while it is simulated, twice where a buffer has just
# grown, and its row of the tables.
ACCOUNT_BYTES, USER_BYTES, OPPORTUNITY_BYTES, STAGE_BYTES = 1_500, 90, 220, 290
EVENTS_PER_SECOND = {"compiled": 3e6, "simpy": 4e4}
LONG_HOURS = 2.0  # of all processors of this machine together
CLUSTER_PROCESSORS = 100  # of a cluster elsewhere: what these need long for is long
_RATES = tuple(declared(path) for path in ("awareness.base", "awareness.peak", "outbound.rate"))
LARGE_NEED = 4 * GIGABYTE  # of one replication, on whatever machine


class _Machines(NamedTuple):
    """What simulates: the engine, the processes, and their memory; None of these is known of a cluster elsewhere."""

    engine: str
    processes: int | None
    memory: Memory | None


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

    The memory of a cluster elsewhere is not known, and limits nothing; what is large on any machine is warned of.
    """
    address = None if cluster is None else parse_cluster_address(cluster)
    machines = _Machines(engine, workers or os.cpu_count() or 1, memory_limits())
    if address is not None:
        machines = machines._replace(processes=address.workers, memory=machines.memory if address.workers else None)
    problems: list[Problem] = []
    for scenario in scenarios:
        loads = expected_load(Parameters(scenario))
        needs = [need for load in loads for need in _needs(scenario, load)]
        largest = max(needs, key=lambda need: need.bytes)
        needed = sum(need.bytes for need in needs)
        if machines.memory is not None and needed > machines.memory.process.bytes:
            problems.append(_refusal(scenario, largest, machines.memory.process))
            continue
        for sentence in (
            *_memory_warnings(scenario, largest, needed, machines),
            *_duration_warnings(scenario, loads, machines),
        ):
            warnings.warn(sentence, InputWarning, stacklevel=3)
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


def _refusal(scenario: Scenario, need: _Need, memory: MemoryLimit) -> Problem:
    """The problem of a scenario whose replications do not fit."""
    limit = f"{memory.bytes / GIGABYTE:.1f} GB, {memory.name}: give {need.advice}"
    return Problem(
        _places(scenario, need) or scenario.name,
        None,
        ", ".join(need.paths),
        f"up to {need.what} of {need.load.segment} in one replication, {need.bytes / GIGABYTE:,.1f} GB",
        limit,
        kind=ProblemKind.OVER_LIMIT,
    )


def _memory_warnings(scenario: Scenario, largest: _Need, needed: float, machines: _Machines) -> Iterator[str]:
    """The warning of replications that are large on any machine, or of processes that do not all have room."""
    few = ""
    if machines.memory is not None and machines.processes is not None:
        room = max(1, int(machines.memory.together.bytes / needed)) if needed else machines.processes
        if room < machines.processes:
            few = f": there is room for {room} of {machines.processes} processes (--workers {room})"
    if needed > LARGE_NEED or few:
        where = f"{_places(scenario, largest) or scenario.name}: {', '.join(largest.paths)}"
        what = f"up to {largest.what} of {largest.load.segment} in one replication, {needed / GIGABYTE:,.1f} GB"
        yield f"{where}: {what}{few}"


def _duration_warnings(scenario: Scenario, loads: list[SegmentLoad], machines: _Machines) -> Iterator[str]:
    """The warning of a run of many hours."""
    events = sum(load.events for load in loads)
    speed = EVENTS_PER_SECOND.get(machines.engine, EVENTS_PER_SECOND["simpy"])
    processes = machines.processes or CLUSTER_PROCESSORS
    hours = events * scenario.replications / speed / processes / 3600
    if hours > LONG_HOURS:
        most = max(loads, key=lambda load: load.events)
        known = f"{processes} processes" if machines.processes else f"a cluster of {processes} processors"
        yield (
            f"{scenario.name}: up to {_count(events)} events in each of {scenario.replications:,} replications, most "
            f"of them of {most.segment} ({_count(most.opportunities)} opportunities, {_count(most.trials)} trials): "
            f"about {format_number(hours)} hours with {known}"
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
