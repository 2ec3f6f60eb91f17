"""The size of a scenario before it is run: accounts, users, R, and the events of a replication."""

from __future__ import annotations

import math
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

import numpy as np

from forecast.analysis.plausibility import PlausibilityFlag, known_flags
from forecast.engines import choose_engine, engine
from forecast.model.parameters import Parameters
from forecast.scenario import Overrides, Raw, Scenario, load

SAMPLE_ACCOUNTS = {"compiled": 5_000}  # accounts that are simulated in about a second or less
SMALL_SAMPLE = 50


class _SegmentSize(NamedTuple):
    """One segment in replication 0."""

    name: str
    accounts: int
    users: int
    reproduction_number: float


class ScenarioSize(NamedTuple):
    """How large a scenario is, and whether use spreads in it.

    `events` are those of one replication, estimated from the `simulated` of all `accounts`; `plausibility` is what
    lies outside of published ranges already before a run.
    """

    segments: list[_SegmentSize]
    events: int
    simulated: int
    accounts: int
    plausibility: list[PlausibilityFlag]


def validate(
    source: Scenario | str | Path | Mapping[str, Raw],
    overrides: Overrides = (),
    *,
    seed: int | None = None,
    replications: int | None = None,
) -> ScenarioSize:
    """Check a scenario, and say how large it is before it is run.

    Parameters
    ----------
    source, overrides, seed, replications
        As for `forecast.load`.

    Returns
    -------
    ScenarioSize
        `segments` with `name`, `accounts`, `users` (eligible people) and `reproduction_number` (R: the trials that one
        trial brings about in a fresh account; above 1, use spreads by itself), `events` of one replication, and
        `plausibility`: what lies outside of published ranges already, as in `Run.plausibility`.

    Raises
    ------
    InputError
        With all problems at once.

    Examples
    --------
    >>> import forecast
    >>> size = forecast.validate("bottom_up")
    >>> [(each.name, each.accounts) for each in size.segments]
    [('smb', 600), ('mid_market', 300), ('enterprise', 100)]
    """
    return preview_scenario(load(source, overrides, seed=seed, replications=replications))


def preview_scenario(scenario: Scenario) -> ScenarioSize:
    """R, accounts and users by segment, and the events of a replication: replication 0, or a sample of its accounts."""
    parameters = Parameters(scenario)
    users = parameters.inputs(scenario.seed, 0).traits.users
    segments = [
        _SegmentSize(
            name,
            int((parameters.account_segment == place).sum()),
            int(users[parameters.account_segment == place].sum()),
            parameters.reproduction_number(place),
        )
        for place, name in enumerate(scenario.segments)
    ]
    name = choose_engine(None)
    sample = _with_fewer_accounts(scenario, SAMPLE_ACCOUNTS.get(name, SMALL_SAMPLE))
    result = engine(name).run(Parameters(sample), scenario.seed, 0)
    simulated = int(np.size(result.accounts.eligible_users))
    accounts = len(parameters.account_segment)
    events = round(result.events * accounts / max(1, simulated))
    return ScenarioSize(segments, events, simulated, accounts, known_flags(parameters))


def _with_fewer_accounts(scenario: Scenario, most: int) -> Scenario:
    """The scenario with about `most` accounts, the same share of each segment."""
    accounts = sum(scenario.accounts)
    if accounts <= most:
        return scenario
    pairs = zip(scenario.segments, scenario.accounts, strict=True)
    fewer = {f"market.segments.{name}.accounts": math.ceil(count * most / accounts) for name, count in pairs}
    return scenario.replace(fewer)
