"""Shares of a figure's variance: parameter (epistemic) uncertainty, and simulation (aleatory) variability.

Uses the run's own draws, no extra runs: each replication drew every uncertain parameter once.  A share that is computed
this way counts what parameters do one by one and in pairs; `forecast.study.two_level` measures all of it, by
simulating again.  docs/comparison.md has the formulas.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from functools import partial
from itertools import combinations
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from scipy.special import ndtri

from forecast.analysis.formatting import format_range, format_share, format_value, pluralize
from forecast.analysis.held_fixed import HeldFixed, held_fixed
from forecast.analysis.intervals import TAIL, UNKNOWN, Interval, mean_of, variance_of
from forecast.analysis.key_metrics import KeyMetric
from forecast.analysis.notebook import html_table, to_pandas
from forecast.model.parameters import Parameters
from forecast.model.uncertainty import draw_parameters, drawn_row, is_drawn
from forecast.scenario import Uncertain, drawn_values, evidence_at
from forecast.types import Floats, Integers

if TYPE_CHECKING:
    import pandas as pd

MIN_SHARE_REPLICATIONS = 50  # replications; fewer say nothing of a share of the variance
JACKKNIFE_GROUPS = 20  # of the jackknife
REPLICATIONS_PER_TERM = 10  # replications for each coefficient: fewer terms are taken where there are not so many
TORNADO_FIFTH = 5  # the ends of a tornado: the lowest and the highest fifth of the draws
RESIMULATED = "{} replications simulated again with the same parameters and other random numbers"
NOTHING_UNCERTAIN, TOO_FEW, CONSTANT = (
    "nothing is uncertain",
    "too few replications: {} of at least {}",
    "it never varies",
)


class VarianceShare(NamedTuple):
    """A share of the variance, its standard error and 95 % interval, and how it was found."""

    value: float
    se: float
    low: float
    high: float
    method: str

    def format(self) -> str:
        """The share and its interval: `30.1% (24.0–36.2%)`."""
        return format_range(self[:1] + self[2:4], format_share)


class ParameterShare(NamedTuple):
    """The effect of one uncertain parameter on the figure."""

    path: str
    grade: str | None  # of its evidence; None: not given
    sources: tuple[str, ...]
    rank_correlation: Interval  # Spearman's
    first_order: VarianceShare  # of the variance
    low_mean: float  # the figure's mean where the draw is in the lowest and in the highest fifth
    high_mean: float
    drawn: bool = False  # a column of the scenario's joint draws: its share overlaps with those of the other columns


class Sensitivity(NamedTuple):
    """Where the variance of one key figure comes from."""

    headline: KeyMetric
    replications: int
    mean: float | None
    epistemic: VarianceShare | None  # of the values marked uncertain; the rest is chance, given all others
    parameters: tuple[ParameterShare, ...]  # the most important first
    reason: str  # why there is no answer; else empty
    currency: str  # of the scenario
    held_fixed: HeldFixed  # the numbers that are the same in every replication: the rest is chance given these
    draws: VarianceShare | None = None  # of all columns of the joint draws together; None: there are none
    common_factors: tuple[ParameterShare, ...] = ()  # chance that all accounts share (analysis.common_factors)

    @property
    def aleatory(self) -> float | None:
        """The share that is left when uncertain parameters and common factors are known: chance, given all others."""
        if self.epistemic is None and not self.common_factors:
            return None
        known = sum(each.first_order.value for each in self.common_factors)
        return max(0.0, 1 - known - (self.epistemic.value if self.epistemic else 0.0))

    @property
    def effects(self) -> tuple[ParameterShare, ...]:
        """The uncertain parameters and what all accounts share, the most important first."""
        return tuple(sorted((*self.parameters, *self.common_factors), key=lambda share: -share.first_order.value))

    @property
    def shared_chance(self) -> str:
        """What of the variance is chance that all accounts share, in a sentence; empty without any."""
        if not self.common_factors:
            return ""
        shares = " and ".join(f"{each.first_order.format()} by {each.path}" for each in self.common_factors)
        return (
            f"Chance that all accounts share explains {shares}: better evidence does not remove it, nor do more "
            "accounts."
        )

    def frame(self) -> pd.DataFrame:
        """A data frame: a row for each parameter and common factor, the most important first.  Needs pandas."""
        import pyarrow as pa  # noqa: PLC0415  # only for this

        each = self.effects
        columns = {
            "parameter": pa.array([one.path for one in each], pa.string()),
            "grade": pa.array([one.grade for one in each], pa.string()),
            "sources": pa.array([" ".join(one.sources) for one in each], pa.string()),
            "rank_correlation": pa.array([one.rank_correlation.value for one in each], pa.float64()),
            "first_order": pa.array([one.first_order.value for one in each], pa.float64()),
            "low_mean": pa.array([one.low_mean for one in each], pa.float64()),
            "high_mean": pa.array([one.high_mean for one in each], pa.float64()),
            "drawn": pa.array([one.drawn for one in each], pa.bool_()),
        }
        return to_pandas(pa.table(columns))

    @property
    def marked(self) -> str:
        """`4 values marked uncertain`; columns of joint draws count among the uncertain."""
        counted = pluralize(len(self.parameters), "value")
        return f"{counted} {'drawn or ' if self.draws else ''}marked uncertain"

    @property
    def joint_share(self) -> str:
        """What of the variance all columns of the joint draws have together, in a sentence; empty without any."""
        if self.draws is None:
            return ""
        count = sum(each.drawn for each in self.parameters)
        return (
            f"{pluralize(count, 'column')} of the joint draws have {self.draws.format()} together; the share of one "
            "contains what it has in common with others, so that these overlap and do not add up."
        )

    def __repr__(self) -> str:
        """The figure and the number of parameters, in one line."""
        counted = f"{len(self.parameters)} uncertain parameters, {self.replications} replications"
        return f"Sensitivity of {self.headline.label}: {self.reason or counted}"

    def _repr_html_(self) -> str:
        """A small table for a notebook."""
        of = f"variance of {self.headline.label}, {self.replications} replications"
        if self.aleatory is None:
            return html_table(f"No shares of the {of}: {self.reason}", [], [])
        rows = [
            [
                each.path,
                each.first_order.format(),
                format_value(each.low_mean, self.headline.unit),
                format_value(each.high_mean, self.headline.unit),
                each.grade or "–",
            ]
            for each in self.effects
        ]
        share = self.epistemic.format() if self.epistemic else "Nothing"
        caption = (
            f"{share} of the {of}, is uncertainty of the {self.marked}; the rest is simulation variability, "
            f"{self.held_fixed.condition()}."
        )
        sentences = (caption, self.shared_chance, self.held_fixed.caveat(), self.joint_share)
        caption = " ".join(sentence for sentence in sentences if sentence)
        return html_table(caption, ["", "share by it alone", "mean where lowest", "mean where highest", "grade"], rows)


def sensitivity(parameters: Parameters, seed: int, headline: KeyMetric, figures: Floats) -> Sensitivity:
    """Where the variance of figures, [replication], of a run's replications 0, 1, ... comes from."""
    kept = ~np.isnan(figures)
    values, draws = figures[kept], parameter_draws(parameters, seed, len(figures))[kept]
    reason = _reason_undefined(values, draws)
    mean = mean_of(values) if len(values) else None
    fixed = held_fixed(parameters.scenario)
    if reason:
        return Sensitivity(headline, len(values), mean, None, (), reason, parameters.scenario.currency, fixed)
    found = [
        _parameter_share(parameters, each, draws[:, place], values) for place, each in enumerate(parameters.uncertain)
    ]
    found.sort(key=lambda share: (-share.first_order.value, -abs(share.rank_correlation.value or 0.0), share.path))
    method = "regression on the run's own draws: at least so much"
    epistemic = jackknife(explained_share, draws, values, method)
    columns = frozenset(place for place, each in enumerate(parameters.uncertain) if is_drawn(each))
    together = jackknife(partial(explained_share, among=columns), draws, values, method) if columns else None
    currency = parameters.scenario.currency
    return Sensitivity(headline, len(values), mean, epistemic, tuple(found), "", currency, fixed, together)


def _reason_undefined(values: Floats, draws: Floats) -> str:
    """Why there is no answer; empty where there is one."""
    if not draws.shape[1]:
        return NOTHING_UNCERTAIN
    if len(values) < MIN_SHARE_REPLICATIONS:
        return TOO_FEW.format(len(values), MIN_SHARE_REPLICATIONS)
    return CONSTANT if variance_of(values) == 0 else ""


def parameter_draws(parameters: Parameters, seed: int, replications: int) -> Floats:
    """The quantile of each uncertain parameter, [replication, parameter]: its uniform, or the rank of its row."""
    paths = [each.path for each in parameters.uncertain]
    correlations = parameters.scenario.correlations
    rows = [
        draw_parameters(parameters.uncertain, correlations, seed, replication) for replication in range(replications)
    ]
    draws = np.array([[row[path] for path in paths] for row in rows], float).reshape(replications, len(paths))
    for place, each in enumerate(parameters.uncertain):
        if is_drawn(each):
            draws[:, place] = _quantiles_in_column(drawn_values(each.distribution), draws[:, place])
    return draws


def _quantiles_in_column(values: tuple[float, ...], uniforms: Floats) -> Floats:
    """The quantile of each replication's value among those of a column of joint draws, which share their uniform."""
    rows = [drawn_row(u, len(values)) for u in uniforms.tolist()]
    quantiles: Floats = ((_ranks(np.array(values)) - 0.5) / len(values))[rows]
    return quantiles


def _parameter_share(parameters: Parameters, uncertain: Uncertain, draws: Floats, values: Floats) -> ParameterShare:
    """The effect of one parameter on values, [replication], given its draws."""
    path = uncertain.path
    evidence = evidence_at(parameters.scenario.evidence, path)
    order, end = np.argsort(draws, kind="stable"), len(draws) // TORNADO_FIFTH
    method = f"{_bins_for(len(values))} bins of equal size, corrected for their number"
    return ParameterShare(
        path,
        evidence.grade if evidence else None,
        evidence.sources if evidence else (),
        rank_correlation(draws, values),
        jackknife(lambda some, figures: first_order_index(some[:, 0], figures), draws[:, None], values, method),
        mean_of(values[order[:end]]),
        mean_of(values[order[-end:]]),
        is_drawn(uncertain),
    )


def rank_correlation(first: Floats, second: Floats) -> Interval:
    """Spearman's rank correlation, with an interval (Fieller, Hartley, Pearson 1957, doi:10.1093/biomet/44.3-4.470)."""
    ours, theirs = _ranks(first), _ranks(second)
    spread = math.sqrt(variance_of(ours) * variance_of(theirs))
    if spread == 0:
        return UNKNOWN
    count = len(first)
    value = math.fsum((ours - ours.mean()) * (theirs - theirs.mean())) / (count - 1) / spread
    value = max(-1.0, min(1.0, value))
    half = float(ndtri(1 - TAIL)) * math.sqrt(1.06 / (count - 3))
    middle = math.atanh(max(-1 + 1e-12, min(1 - 1e-12, value)))
    return Interval(value, math.tanh(middle - half), math.tanh(middle + half))


def _ranks(values: Floats) -> Floats:
    """Ranks from 1; equal values share the mean of theirs."""
    _, place, counts = np.unique(values, return_inverse=True, return_counts=True)
    last = np.cumsum(counts)
    shared: Floats = (last - (counts - 1) / 2)[place]
    return shared


def _bins_for(count: int) -> int:
    """As many bins as the cube root of the replications: few enough to be full, enough to follow a curve."""
    return max(2, round(math.cbrt(count)))


def first_order_index(draws: Floats, values: Floats) -> float:
    """The share of the variance of values that the mean given the draw has: first-order Sobol' index from given data.

    Plischke, Borgonovo and Smith (2013, doi:10.1016/j.ejor.2012.11.047), with the correction for what bins explain by
    chance (Kelley's epsilon squared, 1935, doi:10.1073/pnas.21.9.554); around zero it may be negative.
    """
    count, groups = len(values), _bins_for(len(values))
    bin_of: Integers = (np.argsort(np.argsort(draws, kind="stable"), kind="stable") * groups) // count
    sizes = np.bincount(bin_of, minlength=groups)
    off = values - values.mean()
    means = np.bincount(bin_of, weights=off, minlength=groups) / sizes
    explained = float((sizes * means**2).sum() / (off**2).sum())
    return 1 - (1 - explained) * (count - 1) / (count - groups)


def explained_share(draws: Floats, values: Floats, among: frozenset[int] | None = None) -> float:
    """The share of the variance that a regression on the draws explains, corrected for its number of terms.

    Terms: for each parameter Legendre's first and second polynomial of its quantile, and products of pairs as far as
    there are replications for them; of these only what is made of the parameters `among`, where they are given, so that
    a part explains no more than the whole.  What the regression cannot follow counts as simulation variability: a lower
    bound.
    """
    count = len(values)
    terms_taken = _terms(draws.shape[1], count // REPLICATIONS_PER_TERM)
    matrix = _design_matrix(draws, [term for term in terms_taken if among is None or among.issuperset(term)])
    off = values - values.mean()
    left = off - matrix @ np.linalg.lstsq(matrix, off, rcond=None)[0]
    terms = int(np.linalg.matrix_rank(matrix))
    return 1 - float((left**2).sum() / (off**2).sum()) * (count - 1) / (count - terms)


def _terms(parameters: int, most: int) -> list[tuple[int, ...]]:
    """Of which parameters each term of the regression is made, the constant first; at most so many."""
    places = range(parameters)
    terms = [(), *((place,) for place in places), *((place, place) for place in places), *combinations(places, 2)]
    return terms[: max(2, most)]


def _design_matrix(draws: Floats, terms: Sequence[tuple[int, ...]]) -> Floats:
    """The terms of the regression, [replication, term]: Legendre's polynomials, and products of pairs."""
    x = 2 * draws - 1

    def values_of(term: tuple[int, ...]) -> Floats:
        if len(term) < 2:
            return x[:, term[0]] if term else np.ones(len(x))
        first, second = (x[:, place] for place in term)
        return (3 * first**2 - 1) / 2 if term[0] == term[1] else first * second

    return np.stack([values_of(term) for term in terms], axis=1)


def two_level_share(first: Floats, second: Floats) -> VarianceShare | None:
    """The share of the variance that pairs with the same parameters, [replication] each, have in common.

    The interval is Fisher's (1925, Statistical Methods for Research Workers, 7); None: too few, or they never vary.
    """
    count = len(first)
    if count < MIN_SHARE_REPLICATIONS:
        return None
    middle = (first + second) / 2
    between = 2 * float(((middle - middle.mean()) ** 2).sum()) / (count - 1)
    within = float(((first - second) ** 2).sum()) / 2 / count
    if between + within == 0:
        return None
    share = (between - within) / (between + within)
    se = (1 - share**2) / math.sqrt(count - 1)
    z, half = math.atanh(max(-1 + 1e-12, min(1 - 1e-12, share))), float(ndtri(1 - TAIL)) / math.sqrt(count - 1.5)
    value, low, high = (min(1.0, max(0.0, each)) for each in (share, math.tanh(z - half), math.tanh(z + half)))
    return VarianceShare(value, se, low, high, RESIMULATED.format(count))


def jackknife(estimate: Callable[[Floats, Floats], float], draws: Floats, values: Floats, method: str) -> VarianceShare:
    """A share with the standard error of the jackknife that leaves out a twentieth of the replications at a time."""
    group = np.arange(len(values)) % JACKKNIFE_GROUPS
    without = np.array([estimate(draws[group != each], values[group != each]) for each in range(JACKKNIFE_GROUPS)])
    se = math.sqrt((JACKKNIFE_GROUPS - 1) * float(((without - without.mean()) ** 2).mean()))
    value, half = float(estimate(draws, values)), float(ndtri(1 - TAIL)) * se
    bounded = [min(1.0, max(0.0, bound)) for bound in (value, value - half, value + half)]
    return VarianceShare(bounded[0], se, bounded[1], bounded[2], method)
