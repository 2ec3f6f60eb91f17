"""Does every part of the fit know what it knows?  Simulation-based calibration, node by node.

Values are drawn from the prior, a world is simulated with them, the fit is made: the rank of the truth among the draws
must be uniform, and 80 % intervals must hold it in 80 % of the worlds.

    python benchmarks/sbc.py            # 300 worlds, all nodes
    python benchmarks/sbc.py tenures    # one of them

References
----------
Talts et al. 2018, arXiv:1804.06788
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np
from scipy import stats

from forecast.learning.awareness import Exposure, HeldValues, Noticed, fit_awareness
from forecast.learning.contract_terms import fit_discounts, fit_land_multiple, size_prior
from forecast.learning.learned import Learned, Seen
from forecast.learning.priors import LOG, LOG_ODDS, TAUS, Prior, graded
from forecast.learning.rates import fit_rate
from forecast.learning.renewals import TermEnds, fit_renewals
from forecast.learning.shares import YesNo, fit_needed_from_losses, fit_share
from forecast.learning.stages import StageExits, StageStays, fit_durations, fit_losses
from forecast.learning.tenures import TenureAges, fit_tenures
from forecast.types import Floats, Integers

WORLDS, DRAWS, BINS = 300, 99, 10
MADE = 400  # draws of a fit, as an application would ask for: of fewer, few are effective
LEAST_P = 0.001
COVERAGE, TOLERANCE = 0.8, 0.06  # of 300 worlds

Played = tuple[list[Floats], Sequence[Learned]]  # the truths by value, [segment], and what was learned
World = Callable[[np.random.Generator, int], Played]


class Calibration(NamedTuple):
    """Of one value: p of the ranks' uniformity, the share of 80 % intervals that hold the truth, and p of that."""

    uniform: float
    coverage: float
    covers: float


def calibration(world: World, worlds: int, draws: int, bins: int, seed: int, made: int = 0) -> dict[str, Calibration]:
    """By path and segment, from the first `draws` of `made` draws; the former is a multiple of `bins` less one."""
    ranks: dict[str, list[int]] = {}
    for number in range(worlds):
        truths, learned = world(np.random.default_rng([seed, number]), max(made, draws))
        for true, value in zip(truths, learned, strict=True):
            for segment in range(len(true)):
                name = f"{value.path}[{segment}]"
                ranks.setdefault(name, []).append(int((value.draws[:draws, segment] < true[segment]).sum()))
    return {name: _calibration(np.array(found), draws, bins) for name, found in ranks.items()}


def _calibration(ranks: Integers, draws: int, bins: int) -> Calibration:
    counts = np.bincount(ranks * bins // (draws + 1), minlength=bins)
    held = (ranks >= 0.1 * (draws + 1)) & (ranks < 0.9 * (draws + 1))
    covers = stats.binomtest(int(held.sum()), len(held), COVERAGE).pvalue
    return Calibration(float(stats.chisquare(counts).pvalue), float(held.mean()), float(covers))


def truth(priors: Sequence[Prior], rng: np.random.Generator) -> list[Floats]:
    """Values drawn from their prior, [segment] each."""
    tau = rng.choice(TAUS)
    return [
        prior.scale.back(rng.multivariate_normal(prior.centre, prior.covariance(tau), method="cholesky"))
        if len(prior.median) > 1
        else prior.scale.back(rng.normal(prior.centre, prior.sd))
        for prior in priors
    ]


def shares(rng: np.random.Generator, draws: int) -> Played:
    """Trials that end."""
    prior = graded("trial.to_paid", [0.3, 0.4], "B", LOG_ODDS)
    (share,) = truth([prior], rng)
    asked_of = np.array([40, 25])
    yes = rng.binomial(asked_of, share)
    return [share], fit_share(prior, YesNo(yes, asked_of - yes), ("trial", "trials"), draws, (1, "share"))


def needed(rng: np.random.Generator, draws: int) -> Played:
    """Deals lost over a requirement; whether it was needed is not recorded."""
    priors = (graded("needed", [0.4, 0.3], "B", LOG_ODDS), graded("if_missing.lose", [0.6], "B", LOG_ODDS))
    values = truth(priors, rng)
    deals = np.array([60, 80])
    lost = rng.binomial(deals, values[0] * values[1])
    return values, fit_needed_from_losses(priors, YesNo(lost, deals - lost), draws, (1, "needed"))


def rates(rng: np.random.Generator, draws: int) -> Played:
    """Upgrades over months of free users."""
    prior = graded("plans.upgrade", [0.1, 0.2], "B", LOG)
    (rate,) = truth([prior], rng)
    months = np.array([300.0, 200.0])
    seen = Seen(rng.poisson(rate * months), months, ("upgrade", "upgrades"))
    return [rate], fit_rate(prior, seen, draws, (1, "rate"))


def tenures(rng: np.random.Generator, draws: int) -> Played:
    """People who began in the 18 months before the record or in the 12 of it."""
    return _tenures(rng, draws, truncation=1.0)


def tenures_without_truncation(rng: np.random.Generator, draws: int) -> Played:
    """The same, fitted as if everyone had been seen from the first day: this must be found out."""
    return _tenures(rng, draws, truncation=0.0)


def _tenures(rng: np.random.Generator, draws: int, truncation: float) -> Played:
    priors = [
        graded("churn.free.hazard", [0.1, 0.15], "B", LOG),
        graded("churn.free.heterogeneity_cv", [0.8], "B", LOG),
        graded("churn.free.shape", [1.2], "A", LOG),
    ]
    hazard, cv, shape = truth(priors, rng)
    segment, began = np.repeat([0, 1], 250), rng.uniform(-18.0, 12.0, 500)
    grown = (rng.uniform(size=500) ** -(cv**2) - 1.0) / cv**2
    tenure = grown ** (1.0 / shape) / hazard[segment]
    seen = began + tenure > 0.0  # who left before the record begins is not in it
    ages = TenureAges(
        segment[seen],
        truncation * np.maximum(-began, 0.0)[seen],
        np.minimum(tenure, 12.0 - began)[seen],
        (began + tenure < 12.0)[seen],
    )
    return [hazard, cv, shape], fit_tenures(priors, ages, 2, draws, (1, "tenure"))


def durations(rng: np.random.Generator, draws: int) -> Played:
    """Deals that entered a stage in the 200 days before the record or in its 200 days, behind a gate."""
    priors = (graded("median", [20.0, 35.0], "B", LOG), graded("sigma", [0.7, 0.7], "A", LOG))
    median, sigma = truth(priors, rng)
    segment, began, gate = np.repeat([0, 1], 80), rng.uniform(-200.0, 200.0, 160), rng.uniform(0.0, 30.0, 160)
    days = gate + median[segment] * np.exp(sigma[segment] * rng.standard_normal(160))
    seen = began + days > 0.0
    times = StageStays(
        segment[seen],
        np.minimum(days, 200.0 - began)[seen],
        gate[seen],
        np.maximum(-began, 0.0)[seen],
        (began + days < 200.0)[seen],
    )
    return [median, sigma], fit_durations(priors, times, 2, draws, (1, "duration"))


def losses(rng: np.random.Generator, draws: int) -> Played:
    """Exits of two stages, of accounts that use the product more or less."""
    priors = [
        graded("evaluation.loss", [0.4, 0.5], "B", LOG_ODDS),
        graded("security.loss", [0.2, 0.3], "B", LOG_ODDS),
        graded("prior_use.log_odds", [0.8], "B", LOG),
    ]
    values = truth(priors, rng)
    stage, segment, active = rng.integers(0, 2, 300), rng.integers(0, 2, 300), rng.uniform(0.0, 0.5, 300)
    base = np.array(values[:2])[stage, segment]
    odds = base / (1 - base) * np.exp(-values[2][0] * np.minimum(active / 0.25, 1.0))
    exits = StageExits(stage, segment, rng.uniform(size=300) < odds / (1 + odds), active)
    return values, fit_losses(priors, exits, 0.25, draws, (1, "loss"))


def awareness(rng: np.random.Generator, draws: int) -> Played:
    """Half months of accounts with different active shares, some of them with a capability that makes bans rarer."""
    priors = [
        graded("awareness.base", [0.01], "B", LOG),
        graded("awareness.peak", [0.3, 0.4], "B", LOG),
        graded("awareness.half_share", [0.2, 0.15], "B", LOG),
        graded("awareness.sharpness", [2.0], "A", LOG),
        graded("awareness.ban", [0.2], "B", LOG_ODDS),
    ]
    values = truth(priors, rng)
    base, peak, half, sharpness, ban = values
    size, held = 4000, HeldValues(visibility=0.7, sponsor=0.6)
    pieces = Exposure(rng.integers(0, 2, size), rng.uniform(0.0, 0.6, size), rng.choice([1.0, 0.4], size))
    odds = (held.visibility * pieces.active_share / half[pieces.segment]) ** sharpness
    notice = 0.5 * (base + peak[pieces.segment] * odds / (1 + odds))
    banned = ban * pieces.ban_factor
    opened = np.repeat(np.arange(size), rng.poisson(notice * (1 - banned) * held.sponsor))
    bans = np.repeat(np.arange(size), rng.poisson(notice * banned))
    noticed = Noticed(
        pieces,
        np.full(size, 0.5),
        Exposure(*(column[opened] for column in pieces)),
        Exposure(*(column[bans] for column in pieces)),
    )
    return values, fit_awareness(priors, noticed, held, draws, (1, "awareness"))


def renewals(rng: np.random.Generator, draws: int) -> Played:
    """Ends of 400 terms, half of them with low use."""
    priors = [
        graded("renewal.base", [0.85, 0.9], "B", LOG_ODDS),
        graded("renewal.champion_left", [0.7], "B", LOG_ODDS),
        graded("renewal.healthy_use", [0.7], "B", LOG_ODDS),
        graded("renewal.use_elasticity", [0.5], "B", LOG),
    ]
    values = truth(priors, rng)
    base, champion, healthy, elasticity = values
    segment, use, left = rng.integers(0, 2, 400), rng.uniform(0.2, 1.1, 400), rng.uniform(size=400) < 0.3
    chance = base[segment] * np.where(left, champion, 1.0) * np.minimum(use / healthy, 1.0) ** elasticity
    ends = TermEnds(segment, use, left, rng.uniform(size=400) < chance)
    return values, fit_renewals(priors, ends, draws, (1, "renewal"))


def discounts(rng: np.random.Generator, draws: int) -> Played:
    """Contracts with a price and a list price."""
    average, spread = graded("discount.mean", [0.15, 0.2], "B", LOG_ODDS), graded("discount.cv", [0.5], "A", LOG)
    share, size = truth([average, size_prior(average, spread)], rng)
    segment = np.repeat([0, 1], [60, 30])
    found = rng.beta((share * size)[segment], ((1 - share) * size)[segment])
    learned = fit_discounts((average, spread), segment, found, draws, (1, "discount"))
    return [share, np.sqrt((1 - share[:1]) / (share[:1] * (size + 1)))], learned


def land_multiples(rng: np.random.Generator, draws: int) -> Played:
    """Signings whose multiple differs; the bootstrap knows no prior."""
    prior = graded("contract.land_multiple", [1.5], "A", LOG)
    (median,) = truth([prior], rng)
    multiples = median * np.exp(0.3 * rng.standard_normal(120))
    return [median], fit_land_multiple(prior, np.zeros(120, np.int64), multiples, draws, (1, "land"))


NODES: dict[str, World] = {
    world.__name__: world
    for world in (
        *(shares, needed, rates, tenures, durations, losses),
        *(awareness, renewals, discounts, land_multiples),
    )
}


def main() -> int:
    """Print a table; 1 where a value is not calibrated."""
    fine = True
    print("| node | value | ranks uniform, p | 80 % intervals hold |\n|---|---|---|---|")
    for name in sys.argv[1:] or NODES:
        for value, found in calibration(NODES[name], WORLDS, DRAWS, BINS, 0, MADE).items():
            good = found.uniform > LEAST_P and abs(found.coverage - COVERAGE) <= TOLERANCE
            fine = fine and good
            verdict = "" if good else " NO"
            print(f"| {name} | {value} | {found.uniform:.3f} | {found.coverage:.0%}{verdict} |", flush=True)
    return 0 if fine else 1


if __name__ == "__main__":
    raise SystemExit(main())
