"""What did customers ask for that the vendor did not have?  Each requirement, and the deals that it cost.

No table has this: who needs what, and when a capability came, are drawn again at their addresses.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from forecast.charts.passages import asks, column, days_of, gate_opens, places, segments_of
from forecast.model.parameters import Parameters
from forecast.model.traits import addresses
from forecast.model.uncertainty import Draws, draw, settled
from forecast.model.vendor import availability
from forecast.randomness import stream_of
from forecast.results.opened import Run
from forecast.types import Flags, Floats, Integers


class Missing(NamedTuple):
    """A requirement; deals a replication."""

    name: str
    asked: float  # that needed it when it was not there
    lost: float  # of these, lost for a requirement: this or another


class Reviews(NamedTuple):
    """Every time a deal's requirements were looked at, [review]."""

    replication: Integers
    account: Integers
    day: Floats
    lost: Flags  # for a requirement


def missing(run: Run) -> list[Missing]:
    """Every requirement, the one that was missing most often first."""
    parameters, count = run.parameters, run.manifest["replications"]
    if not parameters.requirements:
        return []
    reviews = reviews_of(run)
    asked, lost = np.zeros((2, len(parameters.requirements)), np.int64)
    order = np.argsort(reviews.replication, kind="stable")
    bounds = np.searchsorted(reviews.replication[order], np.arange(count + 1))
    for replication in range(count):
        rows = order[bounds[replication] : bounds[replication + 1]]
        if len(rows):
            absent = lacking(parameters, (run.scenario.seed, replication), reviews.account[rows], reviews.day[rows])
            asked += absent.sum(axis=0)
            lost += (absent & reviews.lost[rows, None]).sum(axis=0)
    pairs = zip(parameters.requirements, asked / count, lost / count, strict=True)
    return sorted((Missing(*each) for each in pairs), key=lambda each: -each.asked)


def reviews_of(run: Run) -> Reviews:
    """The reviews of all stages that ask for requirements."""
    parameters = run.parameters
    segment = segments_of(run)
    replication = column(run, "replication").to_numpy(zero_copy_only=False).astype(np.int64)
    account = accounts_of(run, segment)
    refused = places(column(run, "reason"), ("requirement",)) == 0
    horizon = float(parameters.month_days[-1])
    parts = []
    for stage in parameters.stages:
        entered, _, _, left = days_of(run, stage)
        opens = gate_opens(parameters, stage, np.nan_to_num(entered), segment)
        # An event at the horizon does not happen; a deal lost elsewhere while its gate was shut was not reviewed.
        reviewed = ~np.isnan(entered) & (opens < horizon) & ~(opens > left) & asks(parameters, stage, opens, segment)
        parts.append(Reviews(replication[reviewed], account[reviewed], opens[reviewed], refused[reviewed]))
    return Reviews(*(np.concatenate(columns) for columns in zip(*parts, strict=True)))


def accounts_of(run: Run, segment: Integers) -> Integers:
    """The account's place of each opportunity; two segments may use the same name."""
    parameters = run.parameters
    account = np.full(len(segment), -1)
    names, of_segment = parameters.account_names, parameters.account_segment
    texts = column(run, "account")
    for place in range(len(parameters.segments)):
        own = np.flatnonzero(of_segment == place)
        found = places(texts, tuple(names[each] for each in own))
        rows = segment == place
        account[rows] = own[found[rows]] if len(own) else -1
    return account


def lacking(parameters: Parameters, address: tuple[int, int], account: Integers, day: Floats) -> Flags:
    """Whether each account needs each requirement on a day on which it is not there, [review, requirement]."""
    seed, replication = address
    draws = draw(parameters.uncertain, parameters.scenario.correlations, seed, replication)
    absent = needs(parameters, address, draws)[account]
    for place, name in enumerate(parameters.requirements):
        turns = availability(parameters.scenario, name, seed, replication, draws)
        times, there = np.array([time for time, _ in turns]), np.array([flag for _, flag in turns])
        absent[:, place] &= ~there[np.searchsorted(times, day, side="right") - 1]
    return absent


def needs(parameters: Parameters, address: tuple[int, int], draws: Draws) -> Flags:
    """What each account needs, [account, requirement]."""
    seed, replication = address
    scenario = parameters.scenario
    parts = []
    for segment in range(len(parameters.segments)):
        where = addresses(scenario, seed, segment)
        shares = [
            settled(scenario.parameters[f"procurement.requirements.{name}.needed"][segment], draws)
            for name in parameters.requirements
        ]
        drawn = [where.draw(replication, stream_of("needed", name)) for name in parameters.requirements]
        parts.append(np.stack([each < share for each, share in zip(drawn, shares, strict=True)], axis=1))
    found: Flags = np.concatenate(parts)
    return found
