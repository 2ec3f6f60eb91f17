"""Stages of a purchase: how long they take, lognormal and censored, and how many are lost at their end.

A loss is decided at the end of a stage, so passed and lost ones are both complete; what is open, or ended because a
parallel stage was lost, is censored.  The time to a gate is known and taken off first.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from scipy.special import expit, log_expit, log_ndtr

from forecast.learning.learned import Learned, Seen, ValuePlaces, learn
from forecast.learning.log_groups import LogGroups, group_logs
from forecast.learning.priors import Prior
from forecast.types import Flags, Floats, Integers

LOG_ROOT = 0.5 * float(np.log(2.0 * np.pi))


class StageStays(NamedTuple):
    """Stays in a stage, [stay]: days in it, of them before the gate opened and before the record begins; is it over?"""

    segment: Integers
    days: Floats
    gate_days: Floats
    unseen_days: Floats
    complete: Flags


class StageExits(NamedTuple):
    """Ends of stages, [exit]; `active_share` is that of the account then."""

    stage: Integers
    segment: Integers
    lost: Flags
    active_share: Floats


@dataclass(frozen=True)
class DurationLikelihood:
    """The likelihood of lognormal durations at the logarithms of median and sigma."""

    moments: Floats  # [segment, power]: of the logarithms of complete durations, powers 0, 1 and 2
    tails: LogGroups  # censored ones, and with a weight below 0 what had passed unseen
    places: ValuePlaces

    @classmethod
    def of(cls, times: StageStays, priors: Sequence[Prior], segments: int) -> DurationLikelihood:
        """The likelihood of these stays; what ended before its gate opened says nothing."""
        net = times.days - times.gate_days
        unseen = np.maximum(times.unseen_days - times.gate_days, 0.0)
        fine = (net > 0.0) & (net >= unseen)
        ended = fine & times.complete
        logs = np.log(net[ended])
        moments = np.array([np.bincount(times.segment[ended], logs**power, segments) for power in range(3)]).T
        still, before = fine & ~times.complete, fine & (unseen > 0.0)
        kinds = np.concatenate([times.segment[still], segments + times.segment[before]])
        values = np.concatenate([net[still], unseen[before]])
        tails = group_logs(values, np.ones(len(values)), kinds)
        since = tails.kind >= segments
        signed = LogGroups(tails.log, np.where(since, -tails.weight, tails.weight), tails.kind % segments)
        return cls(moments, signed, ValuePlaces.of(priors, segments))

    def __call__(self, point: Floats) -> tuple[float, Floats]:
        """The log likelihood and its gradient."""
        centre, log_sigma = self.places.values(point)
        sigma = np.exp(log_sigma)
        number, total, squares = self.moments.T
        off = total - number * centre
        spread = (squares - 2.0 * centre * total + number * centre**2) / sigma**2
        value = -(total + number * (log_sigma + LOG_ROOT) + 0.5 * spread).sum()
        own, weight = self.tails.kind, self.tails.weight
        place = (centre[own] - self.tails.log) / sigma[own]
        tail = log_ndtr(place)
        # The bound is above the ratio of density and tail, and holds where their logarithms lose all digits.
        pull = weight * np.exp(np.minimum(-0.5 * place**2 - LOG_ROOT - tail, np.log1p(np.abs(place))))
        by_centre = off / sigma**2 + self.places.by_segment(own, pull / sigma[own])
        by_sigma = spread - number - self.places.by_segment(own, pull * place)
        return float(value + weight @ tail), self.places.slope([by_centre, by_sigma])


@dataclass(frozen=True)
class LossLikelihood:
    """The likelihood of losses at their log-odds by stage, and the logarithm of how much use takes off them."""

    exits: StageExits
    use: Floats  # of what counts as full, at most 1
    places: ValuePlaces
    stages: int

    def __call__(self, point: Floats) -> tuple[float, Floats]:
        """The log likelihood and its gradient."""
        values = self.places.values(point)
        stage, segment, lost = self.exits.stage, self.exits.segment, self.exits.lost
        effect = np.exp(values[-1])[segment] * self.use if len(values) > self.stages else 0.0 * self.use
        odds = np.array(values[: self.stages])[stage, segment] - effect
        left = lost - expit(odds)
        cells = np.bincount(stage * self.places.segments + segment, left, self.stages * self.places.segments)
        slopes: list[Floats] = [*cells.astype(np.float64).reshape(self.stages, self.places.segments)]
        if len(values) > self.stages:
            slopes.append(-self.places.by_segment(segment, left * effect))
        return float(log_expit(np.where(lost, odds, -odds)).sum()), self.places.slope(slopes)


def fit_durations(
    priors: tuple[Prior, Prior], times: StageStays, segments: int, count: int, address: tuple[int, str]
) -> tuple[Learned, ...]:
    """Median (days) and sigma of a stage's duration.

    What a CRM knows is the duration with the wait for people and for what is missing in it.
    """
    ended = np.bincount(times.segment, times.complete, segments).astype(np.int64)
    likelihood = DurationLikelihood.of(times, priors, segments)
    days = likelihood.places.by_segment(times.segment, times.days)
    seen = Seen(ended, days, ("completed stay", "completed stays"))
    return learn(likelihood, priors, [seen, seen], count, address)


def fit_losses(
    priors: Sequence[Prior], exits: StageExits, full_share: float | None, count: int, address: tuple[int, str]
) -> tuple[Learned, ...]:
    """The share that is lost at the end of each stage.

    Parameters
    ----------
    priors
        Of `loss` of each stage, on log-odds; then, with `full_share`, of `prior_use.log_odds`, one for all segments.
    exits
        Their `stage` counts the stages of `priors`.
    full_share
        The active share that counts as full use; None where use does not matter.
    count, address
        As for `learn`.
    """
    stages = len(priors) - (full_share is not None)
    segments = max(len(prior.median) for prior in priors)
    use = np.minimum(exits.active_share / full_share, 1.0) if full_share is not None else 0.0 * exits.active_share
    seen = []
    for stage in range(stages):
        number = np.bincount(exits.segment[exits.stage == stage], minlength=segments)
        seen.append(Seen(number, number.astype(float), ("exit", "exits")))
    if full_share is not None:
        used = np.bincount(exits.segment[use > 0.0], minlength=segments)
        seen.append(Seen(used, used.astype(float), ("exit with use", "exits with use")))
    likelihood = LossLikelihood(exits, use, ValuePlaces.of(priors, segments), stages)
    return learn(likelihood, priors, seen, count, address)
