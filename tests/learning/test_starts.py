"""Are likelihood and posterior of starts right?  Matrix exponentials, closed forms, calibration in known worlds."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.linalg import expm
from scipy.stats import chisquare

from forecast.learning import counted_months
from forecast.learning.counted_months import CountedMonth, counted_rows
from forecast.learning.level import LevelPrior
from forecast.learning.priors import LOG, Prior
from forecast.learning.start_fit import StartPosterior, StartPrior, fit_starts
from forecast.learning.starts import StartLikelihood, StartValues
from forecast.observed.start_exposure import StartExposure
from forecast.types import Floats
from tests.learning.worlds import World, play

ROWS = [
    CountedMonth(0, 0, 1.0, 12, 0, 2, 0),
    CountedMonth(0, 1, 1.0, 12, 2, 3, 1),
    CountedMonth(0, 2, 1.0, 14, 4, 0, 0),
    CountedMonth(1, 0, 1.0, 8, 3, 1, 2),
    CountedMonth(1, 2, 1.0, 8, 2, 0, 0),
    CountedMonth(2, 1, 1.0, 30, 0, 0, 0),
]


def values(organic: float, imitation: float, stop: float, cv: float, level: list[float]) -> StartValues:
    """Values for one segment, as rates and factors."""
    logs = np.log([[organic], [imitation], [stop]])
    return StartValues(logs[0], logs[1], logs[2], float(np.log(cv)), np.log(level))


def flat(point: StartValues) -> Floats:
    return np.concatenate([point.organic, point.imitation, point.stop, [point.cv], point.level])


def test_the_gradient_is_that_of_the_likelihood() -> None:
    likelihood = StartLikelihood.of(counted_rows(ROWS, [0, 0, 0], 3, seed=1))
    at = flat(values(0.03, 0.4, 0.1, 0.5, [1.0, 1.3, 0.8]))

    def value(point: Floats) -> float:
        return likelihood(StartValues(point[:1], point[1:2], point[2:3], float(point[3]), point[4:]))[0]

    slopes = flat(likelihood(StartValues(at[:1], at[1:2], at[2:3], float(at[3]), at[4:]))[1])
    steps = np.eye(len(at)) * 1e-5
    differences = [(value(at + step) - value(at - step)) / 2e-5 for step in steps]
    np.testing.assert_allclose(slopes, differences, atol=2e-4)


def exact_probability(row: CountedMonth, organic: float, imitation: float, stop: float) -> float:
    """The probability of a month's starts and stops, from the chain of both counts."""
    states = [(up, down) for up in range(row.starts + 1) for down in range(row.stops + 1)]
    place = {state: number for number, state in enumerate(states)}
    rates = np.zeros((len(states) + 1,) * 2)  # the last: more of either
    for (up, down), number in place.items():
        active = row.active + up - down
        if 0 <= active <= row.eligible:
            idle = row.eligible - active
            begins, ends = idle * (organic + imitation * active / row.eligible), stop * active
            rates[number, number] = -begins - ends
            rates[number, place.get((up + 1, down), len(states))] += begins
            rates[number, place.get((up, down + 1), len(states))] += ends
    return float(expm(rates * row.months)[0, place[row.starts, row.stops]])


@pytest.mark.parametrize(
    "row",
    [
        CountedMonth(0, 0, 1.0, 4, 1, 2, 1),
        CountedMonth(0, 0, 1.0, 4, 0, 2, 2),
        CountedMonth(0, 0, 2.0, 40, 10, 6, 3),
        CountedMonth(0, 0, 1.0, 200, 80, 70, 20),
    ],
)
def test_the_likelihood_of_counts_is_that_of_their_chain(row: CountedMonth) -> None:
    """As ratios, since constants are left out; 2,048 patterns, whose ratios err by about 0.01 (seed fixed)."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(counted_months, "PATTERNS", 2048)
        patch.setattr(counted_months, "FEW_PATTERNS", 2048)
        likelihood = StartLikelihood.of(counted_rows([row], [0], 1, seed=3))
    points = [(0.02, 0.5, 0.1), (0.2, 0.1, 0.3), (0.05, 1.5, 0.05)]
    ours = [likelihood(values(*point, cv=0.003, level=[1.0]))[0] for point in points]
    theirs = [np.log(exact_probability(row, *point)) for point in points]
    np.testing.assert_allclose(np.diff(ours), np.diff(theirs), atol=0.05)


def test_on_nodes_and_in_closed_form_it_is_the_same() -> None:
    data = counted_rows([row._replace(starts=0, stops=0) for row in ROWS], [0, 0, 0], 3, seed=1)
    known = StartLikelihood.of(data)
    point = values(0.03, 0.4, 0.1, 0.5, [1.0, 1.3, 0.8])
    closed, slopes = known(point)
    on_nodes, more = StartLikelihood.with_nodes_for(data, np.ones(len(data.row), bool))(point)
    assert len(known.sampled.patterns) == 0
    assert closed == pytest.approx(on_nodes, abs=1e-4)
    np.testing.assert_allclose(flat(slopes), flat(more), atol=1e-3)


def test_an_account_is_the_eagerer_the_more_began_than_expected() -> None:
    rows = [CountedMonth(account, 0, 1.0, 50, 5, starts, 0) for account, starts in enumerate((0, 2, 12))]
    likelihood = StartLikelihood.of(counted_rows(rows, [0, 0, 0], 1, seed=1))
    known = likelihood.eagerness(values(0.01, 0.3, 0.1, 0.5, [1.0]))
    means = known.shape / known.rate
    assert means[0] < means[1] < means[2]
    np.testing.assert_allclose(known.shape, 4 + np.array([0, 2, 12]))


PRIOR = StartPrior(
    Prior("adoption.organic", np.array([0.02]), 0.7, LOG),
    Prior("adoption.imitation.rate", np.array([0.4]), 0.5, LOG),
    Prior("churn.free.hazard", np.array([0.08]), 0.5, LOG),
)
LEVELS = [LevelPrior(0.2, 1.0, 0.0)]


def test_without_data_the_posterior_is_the_prior() -> None:
    """400 draws: the median of a logarithm errs by 1.25 sd / 20, so four times that is beyond 1e-4 of chance."""
    nothing = counted_rows([CountedMonth(0, 0, 0.0, 10, 0, 0, 0)], [0], 1, seed=1)
    found: StartPosterior = fit_starts(nothing, PRIOR, 400, seed=1)
    for draws, prior in ((found.organic, PRIOR.organic), (found.imitation, PRIOR.imitation), (found.stop, PRIOR.stop)):
        logs = np.log(draws[:, 0])
        assert np.median(logs) == pytest.approx(np.log(prior.median[0]), abs=0.25 * prior.sd)
        assert np.std(logs) == pytest.approx(prior.sd, rel=0.25)
    assert found.effective > 0.8


FAST = PRIOR._replace(imitation=Prior("adoption.imitation.rate", np.array([2.5]), 0.2, LOG))


def ranks(count: int, data_of: object = counted_rows, prior: StartPrior = PRIOR) -> Floats:
    """The rank of the truth among 39 draws, [world, parameter], in worlds drawn from the prior."""
    found = np.empty((count, 5))
    for world in range(count):
        generator = np.random.default_rng(world)
        organic, imitation, stop = (
            rate.median[0] * np.exp(rate.sd * generator.standard_normal())
            for rate in (prior.organic, prior.imitation, prior.stop)
        )
        cv = 0.4 * np.exp(0.4 * generator.standard_normal())
        off = np.concatenate([[0.0], np.cumsum(0.2 * generator.standard_normal(3))])
        level = np.exp(off - 0.02 * np.arange(4))
        rows = play(World(organic, imitation, stop, cv, level), [20] * 12, generator)
        data = data_of(rows, [0] * 12, 4, seed=world)  # type: ignore[operator]
        fitted = fit_starts(data, prior, 39, seed=world, levels=LEVELS)
        truths = (organic, imitation, stop, cv, level[-1])
        draws = (fitted.organic[:, 0], fitted.imitation[:, 0], fitted.stop[:, 0], fitted.cv, fitted.level[:, -1])
        found[world] = [np.sum(each < truth) for each, truth in zip(draws, truths, strict=True)]
    return found


@pytest.mark.slow
def test_the_truth_is_anywhere_among_the_draws() -> None:
    """Simulation-based calibration, counts of months, 60 worlds: 5 parameters, each p > 0.001 (false alarms 0.5 %)."""
    for column in ranks(60).T:
        observed = np.histogram(column, bins=5, range=(0, 40))[0]
        assert chisquare(observed).pvalue > 0.001
        assert 0.6 < np.mean((column >= 4) & (column < 36)) < 0.96


def evenly_spread(rows: list[CountedMonth], segment: list[int], months: int, seed: int) -> StartExposure:
    """The mistake: as if the events of a month had come at equal distances."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(counted_months, "PATTERNS", 1)
        patch.setattr(counted_months, "FEW_PATTERNS", 1)
        patch.setattr(counted_months, "_start_growth", lambda _row: 0.0)
        patch.setattr(counted_months, "_active_growth", lambda _row: 0.0)
        patch.setattr(
            counted_months,
            "_latin_hypercubes",
            lambda events, _count, _number, _seed: iter([(np.arange(1, events + 1) / (events + 1))[None, :]] * 400),
        )
        return counted_rows(rows, segment, months, seed)


@pytest.mark.slow
@pytest.mark.parametrize(("data_of", "biased"), [(counted_rows, False), (evenly_spread, True)])
def test_counts_spread_evenly_over_their_month_would_bias_imitation(data_of: object, biased: bool) -> None:
    """Where use grows fast the planted mistake is seen: the mean rank of 40 truths, 3.3 standard errors (p 0.001)."""
    column = ranks(40, data_of, FAST)[:, 1]
    error = (np.mean(column) - 19.5) / (np.sqrt((40**2 - 1) / 12) / np.sqrt(40))
    assert bool(abs(error) > 3.3) is biased
