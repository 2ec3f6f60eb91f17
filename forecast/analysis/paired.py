"""Paired differences between scenarios, dominance, P(best) and regret, replication by replication.

Both sides of a pair have common random numbers, so differences are taken within replications.
Pure functions of figures, [replication]; knows no metric but its direction, and no files.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from forecast.analysis.intervals import Interval, mean_interval, mean_of, quantile_interval, share_interval, variance_of
from forecast.types import Flags, Floats

QUANTILES = {"p10": 0.1, "p50": 0.5, "p90": 0.9}
LEAST_FOR_VARIANCE = 2
# In each replication the same; surely within the zone; surely better by more than the zone; surely better, but perhaps
# by less than the zone; ... worse; not known from so few replications.
VERDICTS = ("equal", "no matter", "better", "somewhat better", "worse", "somewhat worse", "open")


class DistributionSummary(NamedTuple):
    """One scenario's figure over its replications."""

    mean: Interval
    sd: float | None
    quantiles: dict[str, Interval]


class _Dominance(NamedTuple):
    """First-order stochastic dominance of one distribution over the other.  Areas are in the figure's unit.

    `violation` is the area by which `second` fails to dominate `first` (Leshno and Levy 2002,
    doi:10.1287/mnsc.48.8.1074.169): zero when the second is at least as good at every level.
    """

    dominates: str  # second, first, neither, equal
    violation: float
    area: float  # between the two distribution functions: as large as the violation where the first dominates


class PairedDifference(NamedTuple):
    """The second scenario less the first, replication by replication."""

    first: str
    second: str
    mean: Interval  # of the difference
    quantiles_of_difference: dict[str, Interval]
    difference_of_quantiles: dict[str, float]  # something else: how far apart the two distributions' quantiles lie
    above: float  # shares of the replications in which the second is above, equal and below
    equal: float
    below: float
    better: Interval  # P(second better); ties count half
    zone: float  # differences up to this size do not matter, in the figure's unit
    ahead: float  # shares of the replications in which the second is better by more than that, within, worse by more
    within: float
    behind: float
    verdict: str  # VERDICTS, of the mean difference
    dominance: _Dominance
    pairing: float | None  # variance reduction: replications of independent runs over paired ones; None: constant


class Standing(NamedTuple):
    """One scenario among all of them."""

    scenario: str
    best: Interval  # P(best); those that are best together share it
    regret: Interval  # how much less than the best of the same replication, on average


def summarize_distribution(values: Floats) -> DistributionSummary:
    """Mean, spread and quantiles of one scenario's figures, [replication]."""
    spread = variance_of(values) ** 0.5 if len(values) >= LEAST_FOR_VARIANCE else None
    return DistributionSummary(
        mean_interval(values), spread, {name: quantile_interval(values, q) for name, q in QUANTILES.items()}
    )


def paired_difference(
    names: tuple[str, str], first: Floats, second: Floats, better: str, zone: float
) -> PairedDifference:
    """The second less the first; `better` is `higher` or `lower`, `zone` a size that does not matter."""
    difference = second - first
    gain = difference if better == "higher" else -difference
    count = len(difference)
    return PairedDifference(
        *names,
        mean=mean_interval(difference),
        quantiles_of_difference={name: quantile_interval(difference, q) for name, q in QUANTILES.items()},
        difference_of_quantiles=_quantile_differences(first, second),
        above=_share(difference > 0),
        equal=_share(difference == 0),
        below=_share(difference < 0),
        better=share_interval(float((gain > 0).sum() + (gain == 0).sum() / 2), count),
        zone=zone,
        ahead=_share(gain > zone),
        within=_share(np.abs(gain) <= zone),
        behind=_share(gain < -zone),
        verdict=verdict(mean_interval(gain), zone),
        dominance=dominance(first, second, better),
        pairing=variance_reduction(first, second),
    )


def verdict(gain: Interval, zone: float) -> str:
    """Classify the second by the 95 % interval of its mean gain: one of VERDICTS."""
    if gain.low is None or gain.high is None:
        return "open"
    if gain.low == gain.high == 0:
        return "equal"
    if -zone <= gain.low and gain.high <= zone:
        return "no matter"
    if gain.low > 0:
        return "better" if gain.low >= zone else "somewhat better"
    if gain.high < 0:
        return "worse" if gain.high <= -zone else "somewhat worse"
    return "open"


def _share(flags: Flags) -> float:
    """The share of replications with the flag; zero of none."""
    return float(flags.sum()) / max(1, len(flags))


def _quantile_differences(first: Floats, second: Floats) -> dict[str, float]:
    """How far the second's quantiles lie above the first's; empty without replications."""
    if not len(first):
        return {}
    return {name: float(np.quantile(second, q) - np.quantile(first, q)) for name, q in QUANTILES.items()}


def variance_reduction(first: Floats, second: Floats) -> float | None:
    """The variance of the difference of independent runs over that of the paired one."""
    if len(first) < LEAST_FOR_VARIANCE:
        return None
    paired = variance_of(second - first)
    return (variance_of(first) + variance_of(second)) / paired if paired > 0 else None


def dominance(first: Floats, second: Floats, better: str) -> _Dominance:
    """First-order stochastic dominance among the replications, by the quantiles of both, level by level."""
    if not len(first):
        return _Dominance("neither", 0.0, 0.0)
    lead = np.sort(second) - np.sort(first)
    lead = lead if better == "higher" else -lead
    ahead, violation = mean_of(np.maximum(lead, 0)), mean_of(np.maximum(-lead, 0))
    if ahead == 0 or violation == 0:
        winner = "equal" if ahead == violation else "second" if violation == 0 else "first"
    else:
        winner = "neither"
    return _Dominance(winner, violation, ahead + violation)


def standings(names: tuple[str, ...], values: Floats, better: str) -> list[Standing]:
    """P(best) and expected regret of each scenario; values are [replication, scenario]."""
    goodness = values if better == "higher" else -values
    if not len(goodness):
        return [Standing(name, share_interval(0, 0), mean_interval(goodness[:, 0])) for name in names]
    top = goodness.max(axis=1, keepdims=True)
    shared = (goodness == top) / (goodness == top).sum(axis=1, keepdims=True)
    regrets = top - goodness
    return [
        Standing(name, share_interval(float(mine.sum()), len(goodness)), mean_interval(regret))
        for name, mine, regret in zip(names, shared.T, regrets.T, strict=True)
    ]
