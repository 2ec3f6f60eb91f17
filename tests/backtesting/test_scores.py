"""Do scores say of draws what their definitions say?  Seeds are fixed, false alarms are stated."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import kstest, norm

from forecast.backtesting.scores import (
    WIDE_BAND,
    band,
    brier_score,
    crps,
    inside_band,
    log_score,
    randomised_pit,
    stretch_needed,
)
from forecast.backtesting.skill import Skill, independent_origins, skill_against

ADDRESS = (7, "test")
CASES = 2000


def crps_by_definition(draws, truth):
    """Mean distance to the truth, minus half the mean distance of two different draws, pair by pair."""
    pairs = [abs(x - y) for i, x in enumerate(draws) for j, y in enumerate(draws) if i != j]
    return np.mean([abs(x - truth) for x in draws]) - 0.5 * np.mean(pairs)


@given(
    st.lists(st.lists(st.integers(-50, 50), min_size=3, max_size=3), min_size=2, max_size=12),
    st.lists(st.floats(-60, 60), min_size=3, max_size=3),
)
def test_crps_is_its_definition_case_by_case(draws, truth):
    ensemble = np.array(draws)
    expected = [crps_by_definition(ensemble[:, case], truth[case]) for case in range(3)]
    assert crps(ensemble, truth) == pytest.approx(expected, abs=1e-9)


def test_crps_of_cases_in_two_dimensions_keeps_their_shape():
    draws = np.arange(24.0).reshape(4, 3, 2)
    assert crps(draws, np.zeros((3, 2))).shape == (3, 2)
    assert crps(draws, np.zeros((3, 2)))[2, 1] == pytest.approx(crps(draws[:, 2, 1], 0.0))


@pytest.mark.parametrize("truth", [-1.5, 0.0, 0.3, 2.0])
def test_crps_of_a_normal_is_the_closed_form(truth):
    """Draws at 20,001 even quantiles: the tolerance is that of the fair version, 1/n of the spread."""
    draws = norm.ppf((np.arange(20_001) + 0.5) / 20_001)
    expected = truth * (2 * norm.cdf(truth) - 1) + 2 * norm.pdf(truth) - 1 / np.sqrt(np.pi)
    assert crps(draws, truth) == pytest.approx(expected, abs=1e-4)


def test_the_number_of_draws_does_not_change_the_mean_of_crps():
    """Two draws against 400, 20,000 cases, standard error .007: the unfair version would be .28 higher."""
    generator = np.random.default_rng(3)
    truth = generator.normal(size=20_000)
    few, many = crps(generator.normal(size=(2, 20_000)), truth), crps(generator.normal(size=(400, 20_000)), truth)
    assert few.mean() == pytest.approx(many.mean(), abs=0.03)


def test_one_draw_has_no_score():
    with pytest.raises(ValueError, match="at least two"):
        crps([[1.0]], [1.0])


def toy(spread=1.0):
    """Poisson forecasts and truths with the same mean; `spread` above 1 makes the forecasts too wide."""
    generator = np.random.default_rng(11)
    means = generator.gamma(4.0, 3.0, CASES)
    draws = generator.poisson(means, (99, CASES))
    return means + spread * (draws - means), generator.poisson(means)


def test_pit_of_a_calibrated_toy_is_uniform():
    """False alarm: one set of seeds in 1,000."""
    draws, truth = toy()
    assert kstest(randomised_pit(draws, truth, ADDRESS), "uniform").pvalue > 0.001


def test_pit_of_few_draws_is_uniform_too():
    """False alarm: one set of seeds in 1,000."""
    draws, truth = toy()
    assert kstest(randomised_pit(draws[:4], truth, ADDRESS), "uniform").pvalue > 0.001


@pytest.mark.parametrize("spread", [0.7, 1.4])
def test_pit_of_bands_that_are_too_narrow_or_too_wide_is_not_uniform(spread):
    draws, truth = toy(spread)
    assert kstest(randomised_pit(draws, truth, ADDRESS), "uniform").pvalue < 1e-6


def test_bands_hold_their_share_of_a_continuous_toy_and_not_after_a_mistake():
    """Binomial, 2,000 cases: .80 +- 3.3 standard deviations of .009, one set of seeds in 1,000."""
    generator = np.random.default_rng(12)
    draws, truth = generator.normal(size=(999, CASES)), generator.normal(size=CASES)
    assert inside_band(draws, truth).mean() == pytest.approx(0.80, abs=0.03)
    assert inside_band(draws, truth, WIDE_BAND).mean() == pytest.approx(0.95, abs=0.016)
    assert inside_band(0.7 * draws, truth).mean() < 0.70
    assert stretch_needed(draws, truth) == pytest.approx(1.0, abs=0.05)
    assert stretch_needed(draws / 2.1, truth) == pytest.approx(2.1, abs=0.1)


def test_a_band_lies_between_draws_and_its_ends_belong_to_it():
    assert np.array(band(np.arange(11.0), 0.8)) == pytest.approx(np.array([1.0, 9.0]))
    assert inside_band(np.arange(11.0), [1.0, 9.0]).all()
    assert not inside_band(np.arange(11.0), [0.99, 9.01]).any()


@given(st.lists(st.integers(-20, 20), min_size=5, max_size=30), st.floats(0.1, 0.9))
def test_bands_stretched_as_needed_hold_their_share_and_narrower_ones_do_not(truths, share):
    draws = np.tile(np.array([-3.0, -1.0, 0.5, 2.0, 5.0])[:, None], len(truths))
    factor = stretch_needed(draws, truths, share)

    def held(stretch):
        stretched = 0.5 + stretch * (draws - 0.5)
        low, high = band(stretched, share)
        return np.mean((low - 1e-9 <= truths) & (truths <= high + 1e-9))

    assert held(factor) >= share - 1e-12
    assert held(0.999 * factor) < share


def test_bands_without_width_cannot_be_stretched():
    assert stretch_needed(np.zeros((5, 10)), np.zeros(10)) == 0.0
    assert stretch_needed(np.zeros((5, 10)), np.ones(10)) == np.inf


def test_scores_of_probabilities():
    assert brier_score([0.2, 0.2], [True, False]) == pytest.approx([0.64, 0.04])
    assert log_score([0.2, 0.2], [True, False]) == pytest.approx([-np.log(0.2), -np.log(0.8)])
    assert log_score([0.0, 1.0], [True, True]).tolist() == [np.inf, 0.0]


@pytest.mark.parametrize(
    ("origins", "horizon", "spacing", "expected"),
    [(17, 3, 1, 5), (17, 1, 1, 17), (4, 6, 1, 1), (5, 1, 3, 5), (11, 3, 2, 7), (0, 3, 1, 0)],
)
def test_origins_whose_horizons_overlap_count_less(origins, horizon, spacing, expected):
    assert independent_origins(origins, horizon, spacing) == expected


def test_skill_is_one_minus_the_ratio_of_means():
    skill = skill_against([1.0, 2.0, 3.0], [2.0, 4.0, 6.0], [0, 1, 2], 1, ADDRESS)
    assert skill == Skill(0.5, 0.5, 0.5)


def test_an_interval_of_skill_needs_two_blocks():
    assert skill_against([1.0, 2.0, 3.0], [2.0, 3.0, 6.0], [0, 1, 2], 3, ADDRESS)[1:] == (-np.inf, np.inf)


def test_there_is_no_skill_against_what_makes_no_error():
    with pytest.raises(ValueError, match="without error"):
        skill_against([1.0], [0.0], [0], 1, ADDRESS)


def test_blocks_keep_overlapping_horizons_together():
    """300 series of 60 origins whose horizons overlap over 6: intervals of blocks hold the truth, of single ones not.

    The binomial standard deviation is .023: .08 is 3.4 of them, a false alarm in 1,500 sets of seeds.
    """
    held = {1: 0, 6: 0}
    for seed in range(300):
        generator = np.random.default_rng(seed)
        noise = np.convolve(generator.normal(size=65), np.ones(6) / np.sqrt(6), "valid")
        for block in held:
            skill = skill_against(10.0 + noise, np.full(60, 10.0), np.arange(60), block, (seed, "blocks"))
            held[block] += skill.low <= 0.0 <= skill.high
    assert held[6] / 300 == pytest.approx(0.78, abs=0.08)
    assert held[1] / 300 < 0.5
