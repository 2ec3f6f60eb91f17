"""What did customers ask for that the vendor did not have?  Each requirement, and the deals that it cost.

No table has this: who needs what, and when a capability came, are drawn again at their addresses.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from forecast.charts.stage_times import (
    category_codes,
    gate_opening_days,
    opportunity_column,
    opportunity_segments,
    stage_checks_requirements,
    stage_event_days,
)
from forecast.model.parameters import Parameters
from forecast.model.traits import addresses
from forecast.model.uncertainty import Uniforms, draw_parameters, realized
from forecast.model.vendor import availability
from forecast.randomness import stream_of
from forecast.study.finished_run import Run
from forecast.types import Flags, Floats, Integers


class MissingRequirement(NamedTuple):
    """A requirement; deals a replication."""

    name: str
    asked: float  # that needed it when it was not there, in one stage or in several
    lost: float  # of these, lost for a requirement at that time: this or another


class _RequirementReviews(NamedTuple):
    """Every time a deal's requirements were looked at, [review]."""

    replication: Integers
    deal: Integers
    account: Integers
    day: Floats
    lost: Flags  # for a requirement, and not reviewed again


def missing_requirements(run: Run) -> list[MissingRequirement]:
    """Every requirement, the one that was missing most often first."""
    parameters, count = run.parameters, run.manifest["replications"]
    if not parameters.requirements:
        return []
    reviews = _reviews_of(run)
    asked, lost = np.zeros((2, len(parameters.requirements)), np.int64)
    order = np.argsort(reviews.replication, kind="stable")
    bounds = np.searchsorted(reviews.replication[order], np.arange(count + 1))
    for replication in range(count):
        rows = order[bounds[replication] : bounds[replication + 1]]
        if len(rows):
            absent = _missing_at_review(
                parameters, (run.scenario.seed, replication), reviews.account[rows], reviews.day[rows]
            )
            asked += _count_deals(absent, reviews.deal[rows])
            lost += _count_deals(absent & reviews.lost[rows, None], reviews.deal[rows])
    pairs = zip(parameters.requirements, asked / count, lost / count, strict=True)
    return sorted((MissingRequirement(*each) for each in pairs), key=lambda each: -each.asked)


def _count_deals(flags: Flags, deal: Integers) -> Integers:
    """How many deals have a flag in one of their reviews or in several, [requirement]; `flags` are [review, ...]."""
    own, place = np.unique(deal, return_inverse=True)
    found = np.zeros((len(own), flags.shape[1]), np.bool_)
    np.logical_or.at(found, place, flags)
    counts: Integers = found.sum(axis=0)
    return counts


def _reviews_of(run: Run) -> _RequirementReviews:
    """The reviews of all stages that ask for requirements."""
    parameters = run.parameters
    segment = opportunity_segments(run)
    replication = opportunity_column(run, "replication").to_numpy(zero_copy_only=False).astype(np.int64)
    account = _accounts_of(run, segment)
    refused = category_codes(opportunity_column(run, "reason"), ("requirement",)) == 0
    horizon = float(parameters.month_days[-1])
    parts = []
    last = np.full(len(segment), -np.inf)  # when each deal was reviewed last
    for stage in parameters.stages:
        entered, _, _, left = stage_event_days(run, stage)
        opens = gate_opening_days(parameters, stage, np.nan_to_num(entered), segment)
        # An event at the horizon does not happen; a deal lost elsewhere while its gate was shut was not reviewed.
        reviewed = (
            ~np.isnan(entered)
            & (opens < horizon)
            & ~(opens > left)
            & stage_checks_requirements(parameters, stage, opens, segment)
        )
        deal = np.flatnonzero(reviewed)
        last[deal] = np.maximum(last[deal], opens[deal])
        parts.append(_RequirementReviews(replication[deal], deal, account[deal], opens[deal], refused[deal]))
    every = _RequirementReviews(*(np.concatenate(columns) for columns in zip(*parts, strict=True)))
    return every._replace(lost=every.lost & (every.day == last[every.deal]))


def _accounts_of(run: Run, segment: Integers) -> Integers:
    """The account's place of each opportunity; two segments may use the same name."""
    parameters = run.parameters
    account = np.full(len(segment), -1)
    names, of_segment = parameters.account_names, parameters.account_segment
    texts = opportunity_column(run, "account")
    for place in range(len(parameters.segments)):
        own = np.flatnonzero(of_segment == place)
        found = category_codes(texts, tuple(names[each] for each in own))
        rows = segment == place
        account[rows] = own[found[rows]] if len(own) else -1
    return account


def _missing_at_review(parameters: Parameters, address: tuple[int, int], account: Integers, day: Floats) -> Flags:
    """Whether each account needs each requirement on a day on which it is not there, [review, requirement]."""
    seed, replication = address
    uniforms = draw_parameters(parameters.uncertain, parameters.scenario.correlations, seed, replication)
    absent = _account_needs(parameters, address, uniforms)[account]
    for place, name in enumerate(parameters.requirements):
        turns = availability(parameters.scenario, name, seed, replication, uniforms)
        times, there = np.array([time for time, _ in turns]), np.array([flag for _, flag in turns])
        absent[:, place] &= ~there[np.searchsorted(times, day, side="right") - 1]
    return absent


def _account_needs(parameters: Parameters, address: tuple[int, int], uniforms: Uniforms) -> Flags:
    """What each account needs, [account, requirement]."""
    seed, replication = address
    scenario = parameters.scenario
    parts = []
    for segment in range(len(parameters.segments)):
        where = addresses(scenario, seed, segment)
        shares = [
            realized(scenario.parameters[f"procurement.requirements.{name}.needed"][segment], uniforms)
            for name in parameters.requirements
        ]
        drawn = [where.draw(replication, stream_of("needed", name)) for name in parameters.requirements]
        parts.append(np.stack([each < share for each, share in zip(drawn, shares, strict=True)], axis=1))
    found: Flags = np.concatenate(parts)
    return found
