"""Is a posterior finite, and without warnings, where everything went one way or far from what was believed?"""

from __future__ import annotations

import numpy as np
import pytest

from forecast.learning.awareness import Exposure, HeldValues, Noticed, fit_awareness
from forecast.learning.contract_terms import fit_discounts, fit_land_multiple
from forecast.learning.learned import Seen
from forecast.learning.priors import LOG, LOG_ODDS, graded
from forecast.learning.rates import fit_rate
from forecast.learning.renewals import TermEnds, fit_renewals
from forecast.learning.shares import YesNo, fit_share
from forecast.learning.stages import StageExits, StageStays, fit_durations, fit_losses
from forecast.learning.tenures import TenureAges, fit_tenures

ADDRESS = (1, "node")
COUNT = 60
NONE = np.zeros(0, np.int64)


def unsure(path, median, scale=LOG):
    return graded(path, [median, median], "U", scale)


def in_turn(number):
    """The segments 0 and 1."""
    return np.arange(number) % 2


def everyone_pays():
    return fit_share(
        unsure("to_paid", 0.02, LOG_ODDS), YesNo(np.array([5000, 3]), np.zeros(2, int)), ("a", "b"), COUNT, ADDRESS
    )


def nobody_pays():
    return fit_share(
        unsure("to_paid", 0.9, LOG_ODDS), YesNo(np.zeros(2, int), np.array([5000, 3])), ("a", "b"), COUNT, ADDRESS
    )


def a_rate_a_thousand_times_as_high():
    return fit_rate(unsure("rate", 0.01), Seen(np.array([5, 900]), np.array([0.1, 90.0]), ("a", "b")), COUNT, ADDRESS)


def a_rate_a_thousand_times_as_low():
    return fit_rate(unsure("rate", 10.0), Seen(np.array([5, 0]), np.array([500.0, 5e5]), ("a", "b")), COUNT, ADDRESS)


def _tenures(left, lapsed):
    priors = [unsure("free.hazard", 0.1), unsure("free.heterogeneity_cv", 1.0), unsure("free.shape", 1.0)]
    ages = TenureAges(in_turn(len(left)), np.zeros(len(left)), left, lapsed)
    return fit_tenures(priors, ages, 2, COUNT, ADDRESS)


def everyone_lapses_on_the_same_day():
    return _tenures(np.full(200, 1.0), np.ones(200, bool))


def everyone_lapses_at_once():
    return _tenures(np.full(200, 1e-6), np.ones(200, bool))


def five_of_many_lapse():
    return _tenures(np.full(20_000, 36.0), np.arange(20_000) < 5)


def stages_of_one_length():
    rows = StageStays(in_turn(40), np.full(40, 3.0), np.zeros(40), np.zeros(40), np.ones(40, bool))
    return fit_durations((unsure("median", 30.0), unsure("sigma", 0.7)), rows, 2, COUNT, ADDRESS)


def stages_that_hardly_ever_end():
    rows = StageStays(in_turn(400), np.full(400, 900.0), np.zeros(400), np.zeros(400), np.arange(400) < 5)
    return fit_durations((unsure("median", 3.0), unsure("sigma", 0.2)), rows, 2, COUNT, ADDRESS)


def every_deal_is_lost():
    exits = StageExits(np.zeros(50, int), in_turn(50), np.ones(50, bool), np.linspace(0, 1, 50))
    return fit_losses(
        [unsure("loss", 0.05, LOG_ODDS), graded("log_odds", [1.0], "U", LOG)], exits, 0.25, COUNT, ADDRESS
    )


def notices_without_use():
    def rows(number):
        return Exposure(in_turn(number), np.zeros(number), np.ones(number))

    priors = [unsure("base", 0.001), unsure("peak", 0.5), unsure("half_share", 0.2), unsure("sharpness", 3.0)]
    noticed = Noticed(rows(400), np.ones(400), rows(90), rows(40))
    return fit_awareness([*priors, unsure("ban", 0.01, LOG_ODDS)], noticed, HeldValues(0.7, 0.5), COUNT, ADDRESS)


@pytest.mark.parametrize("renewed", [False, True])
def test_all_terms_end_alike(renewed):
    priors = [
        unsure("base", 0.5, LOG_ODDS),
        unsure("left", 0.5, LOG_ODDS),
        unsure("healthy", 0.5, LOG_ODDS),
        unsure("e", 1.0),
    ]
    ends = TermEnds(in_turn(400), np.linspace(0, 1.2, 400), in_turn(400) == 1, np.full(400, renewed))
    assert_finite(fit_renewals(priors, ends, COUNT, ADDRESS))


def no_discounts():
    priors = (unsure("mean", 0.3, LOG_ODDS), unsure("cv", 0.5))
    return fit_discounts(priors, in_turn(40), np.zeros(40), COUNT, ADDRESS)


def one_multiple():
    return (*fit_land_multiple(unsure("land", 2.0), in_turn(40), np.ones(40), COUNT, ADDRESS),)


CASES = [
    *(everyone_pays, nobody_pays, a_rate_a_thousand_times_as_high, a_rate_a_thousand_times_as_low),
    *(everyone_lapses_on_the_same_day, everyone_lapses_at_once, five_of_many_lapse, stages_of_one_length),
    *(stages_that_hardly_ever_end, every_deal_is_lost, notices_without_use, no_discounts, one_multiple),
]


def assert_finite(learned):
    for value in learned:
        assert value.draws.shape == (COUNT, len(value.data_share))
        assert np.isfinite(value.draws).all(), value.path
        assert (value.draws > 0).all(), value.path
        assert ((value.data_share >= 0) & (value.data_share <= 1)).all()
        assert len(value.remarks) == len(value.data_share)


@pytest.mark.parametrize("case", CASES)
def test_a_posterior_is_finite(case):
    assert_finite(case())
