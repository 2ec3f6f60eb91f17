"""The size of a scenario before it is run: accounts, users, R, and the events of a replication."""

from __future__ import annotations

import math
import warnings
from collections.abc import Mapping
from dataclasses import replace
from itertools import compress
from pathlib import Path
from typing import NamedTuple

import numpy as np

from forecast.analysis.plausibility import PlausibilityFlag, known_flags
from forecast.engines import choose_engine, engine
from forecast.errors import InputWarning
from forecast.model.expected_load import expected_load
from forecast.model.parameters import Parameters
from forecast.scenario import Overrides, Raw, Scenario, load
from forecast.study.load_check import check_load

SAMPLE_ACCOUNTS = {"compiled": 5_000}  # accounts that are simulated in about a second or less
SMALL_SAMPLE = 50
SAMPLE_EVENTS = 2e7
GOLDEN_RATIO = 0.6180339887498949
MANY_ACCOUNTS, LARGE_SHARE = 10, 0.2  # fewer accounts, or a smaller share of the others, are hardly there twice


class SegmentSize(NamedTuple):
    """One segment in replication 0."""

    name: str
    accounts: int
    users: int
    reproduction_number: float
    from_file: int = 0
    own_team: float | None = None  # of R, where there are teams
    team_size: int | None = None  # of the median team in the median account
    teams: float | None = None  # in the median account

    @property
    def generated(self) -> int:
        """The accounts that no row of the accounts file describes."""
        return self.accounts - self.from_file


class ScenarioSize(NamedTuple):
    """How large a scenario is, and whether use spreads in it.

    `events` are those of one replication, estimated from the `simulated` of all `accounts`; `plausibility` is what
    lies outside of published ranges already before a run.
    """

    segments: list[SegmentSize]
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
        trial brings about in a fresh account; above 1, use spreads by itself), `from_file` and `generated` (accounts of
        the accounts file, and the others), and, where there are teams, `own_team` (what of R stays in the team),
        `team_size` and `teams` (people in a team, and teams in an account, of the median); `events` of one replication,
        and `plausibility`: what lies outside of published ranges already, as in `Run.plausibility`.

    Warns
    -----
    InputWarning
        Where a segment has many accounts of both sorts: perhaps some are there twice.

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
    name = choose_engine(None)
    check_load([scenario], name)
    parameters = Parameters(scenario)
    users = parameters.inputs(scenario.seed, 0).traits.users
    segments = [
        SegmentSize(
            name,
            int((parameters.account_segment == place).sum()),
            int(users[parameters.account_segment == place].sum()),
            parameters.reproduction_number(place),
            sum(each.segment == name for each in scenario.present),
            *_team_figures(parameters, place),
        )
        for place, name in enumerate(scenario.segments)
    ]
    _ask_about_accounts(segments)
    sample = _with_fewer_accounts(scenario, _sample_accounts(parameters, name))
    result = engine(name).run(Parameters(sample), scenario.seed, 0)
    simulated = int(np.size(result.accounts.eligible_users))
    accounts = len(parameters.account_segment)
    events = round(result.events * accounts / max(1, simulated))
    return ScenarioSize(segments, events, simulated, accounts, known_flags(parameters))


def _team_figures(parameters: Parameters, segment: int) -> tuple[float | None, int | None, float | None]:
    """What of R is in the own team, how large a team is, and how many an account has; None where it is one team."""
    teams = parameters.teams(segment)
    if teams is None:
        return None, None, None
    return parameters.reproduction(segment).own_team, teams.median_size, teams.number


def _sample_accounts(parameters: Parameters, name: str) -> int:
    """How many accounts an engine simulates in about a second, fewer where each has very much to do."""
    events = sum(load.events for load in expected_load(parameters))
    accounts = SAMPLE_ACCOUNTS.get(name, SMALL_SAMPLE)
    return max(1, min(accounts, int(len(parameters.account_segment) * SAMPLE_EVENTS / max(1.0, events))))


def _ask_about_accounts(segments: list[SegmentSize]) -> None:
    """Warn of segments with many accounts of the file and many generated ones: they may be the same companies."""
    doubtful = [
        each
        for each in segments
        if min(each.from_file, each.generated) >= max(MANY_ACCOUNTS, LARGE_SHARE * max(each.from_file, each.generated))
    ]
    if doubtful:
        counts = ", ".join(f"{each.name}: {each.from_file:,} and {each.generated:,}" for each in doubtful)
        example = f"`market.segments.{doubtful[0].name}.accounts`"
        warnings.warn(
            f"accounts of the accounts file and generated ones ({counts}): are these different companies? If "
            f"{example} is the whole market, take those of the file from it",
            InputWarning,
            stacklevel=3,
        )


def _with_fewer_accounts(scenario: Scenario, most: int) -> Scenario:
    """The scenario with about `most` accounts, the same share of each segment, generated and of the file."""
    accounts = sum(scenario.accounts) + len(scenario.present)
    if accounts <= most:
        return scenario
    fewer = tuple(math.ceil(count * most / accounts) for count in scenario.accounts)
    # Multiples of the golden ratio: evenly spread, and in step with no order that the file may have.
    spread = np.arange(len(scenario.present)) * GOLDEN_RATIO % 1.0 < most / accounts
    return replace(scenario, accounts=fewer, present=tuple(compress(scenario.present, spread)))
