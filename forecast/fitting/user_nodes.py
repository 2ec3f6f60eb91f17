"""What the paths of users say: how they start, what comes of trials, how long they stay, what happens on the way.

From a replay and the prior to what was learned of each value.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

from forecast.fitting.prior_values import PriorValues
from forecast.fitting.replayed_exports import ReplayedExports
from forecast.learning.learned import Learned, Seen, record
from forecast.learning.priors import LOG, Prior
from forecast.learning.rates import fit_rate
from forecast.learning.shares import YesNo, fit_share
from forecast.learning.start_fit import CV_MEDIAN, CV_SPREAD, StartPosterior, StartPrior, fit_starts
from forecast.learning.tenures import TenureAges, fit_tenures
from forecast.observed.account_states import FREE, PAID, SEATED, TEAM
from forecast.observed.start_exposure import StartExposure, start_exposure
from forecast.observed.user_outcomes import event_rates, tenure_data, trial_outcomes
from forecast.types import Floats, Integers

_PLANS = {"free": FREE, "paid": PAID, "team": TEAM, "seated": SEATED}
_RATES = {
    "upgrade": ("plans.upgrade", ("upgrade", "upgrades")),
    "win_back": ("adoption.win_back", ("return", "returns")),
    "ban_lift": ("ban.lift", ("ban lifted", "bans lifted")),
}


class Chance(NamedTuple):
    """How many draws are wanted, and the seed of their chance."""

    draws: int
    seed: int

    def at(self, node: str) -> tuple[int, str]:
        """The address of a node's draws."""
        return self.seed, node


class StartNode(NamedTuple):
    """What was learned of starts, and the joint draws with each account's eagerness and the market's level."""

    learned: tuple[Learned, ...]
    posterior: StartPosterior
    level: dict[str, Floats]  # draws by path: the level after the data, and how it moves


def learn_starts(history: ReplayedExports, prior: PriorValues, chance: Chance) -> StartNode:
    """Organic and imitation rates, how different accounts are, and the market's level."""
    contract = float(np.median(prior.medians("contract.imitation_multiple")))
    data = start_exposure(history.found, under_contract=contract)
    stop = prior.rate("churn.free", "hazard", at="churn.free.hazard")
    return starts_of(data, start_prior(prior, stop), chance)


def start_prior(prior: PriorValues, stop: Prior) -> StartPrior:
    """What is known beforehand of starts."""
    return StartPrior(
        prior.rate("adoption.organic"), prior.rate("adoption.imitation.rate", at="adoption.imitation"), stop
    )


def starts_of(data: StartExposure, prior: StartPrior, chance: Chance) -> StartNode:
    """What was learned of the starts of these exposures."""
    posterior = fit_starts(data, prior, chance.draws, chance.seed)
    segments = len(prior.organic.median)
    segment = data.segment[data.account]
    starts = np.bincount(segment, data.starts, segments).astype(np.int64)
    times = [_by_segment(segment[data.row], column, segments) for column in (data.idle_time, data.contact_time)]
    noun = ("start", "starts")
    rates = [
        record(each, Seen(starts, exposure, noun), np.log(draws), posterior.effective)
        for each, exposure, draws in zip(prior[:2], times, (posterior.organic, posterior.imitation), strict=True)
    ]
    alike = Prior("market.frailty_cv", np.array([CV_MEDIAN]), CV_SPREAD, LOG)
    accounts = np.array([len(data.segment)])
    frailty = record(
        alike,
        Seen(accounts, accounts.astype(float), ("account", "accounts")),
        np.log(posterior.cv)[:, None],
        posterior.effective,
    )
    level = {
        "market.level.sd": posterior.level_sd,
        "market.level.persistence": posterior.level_persistence,
        "market.level.now": posterior.next_level,
    }
    return StartNode((*rates, frailty), posterior, level)


def learn_trials(history: ReplayedExports, prior: PriorValues, chance: Chance) -> Iterator[Learned]:
    """What comes of trials."""
    length = float(np.median(prior.medians("trial.length", "value")))
    counts = trial_outcomes(history.found, len(history.segments), length_days=length)
    for name, outcome in counts.items():
        path = f"trial.{name}"
        yes_no = YesNo(outcome.yes, outcome.no)
        yield from fit_share(prior.share(path), yes_no, ("trial", "trials"), chance.draws, chance.at(path))


def learn_rates(history: ReplayedExports, prior: PriorValues, chance: Chance) -> Iterator[Learned]:
    """What happens at a steady rate to users, and bans that are lifted."""
    counts = event_rates(history.found, history.tables)
    for name, (path, noun) in _RATES.items():
        seen = Seen(counts[name].count, counts[name].exposure, noun)
        yield from fit_rate(prior.rate(path), seen, chance.draws, chance.at(path))


def learn_tenures(history: ReplayedExports, prior: PriorValues, chance: Chance) -> Iterator[Learned]:
    """How long users stay on each plan."""
    stays = tenure_data(history.found, history.lapses_until)
    for plan, state in _PLANS.items():
        own = stays.plan == state
        path = f"churn.{plan}"
        priors = [prior.rate(path, "hazard")]
        if any(value > 0 for value in prior.medians(path, "heterogeneity_cv")):
            priors.append(prior.spread(path, "heterogeneity_cv"))
        ages = TenureAges(stays.segment[own], stays.entered_age[own], stays.left_age[own], stays.lapsed[own])
        yield from fit_tenures(priors, ages, len(history.segments), chance.draws, chance.at(path))


def _by_segment(segment: Integers, values: Floats, segments: int) -> Floats:
    """Sums by segment."""
    return np.bincount(segment, values, segments).astype(np.float64)
