"""Does a stage go on, wait or die?  The rules of docs/model.md, 7, against exact odds."""

from __future__ import annotations

from math import exp

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.special import expit, logit

from forecast.model.procurement import LOSE, WAIT, WAIVE, loss_with_prior_use, missing_requirement

U = st.floats(2.0**-53, 1 - 2.0**-53)
INNER = st.floats(0.0001, 0.9999)


@given(U, st.integers(0, 100), st.integers(0, 100))
def test_one_draw_decides_what_a_missing_requirement_does(u, lose, waive):
    lose, waive = lose / 100, min(waive, 100 - lose) / 100
    expected = LOSE if u < lose else WAIVE if u < lose + waive else WAIT
    assert missing_requirement(lose, waive, u) == expected


def test_the_shares_of_the_answers_are_those_of_the_scenario():
    answers = [missing_requirement(0.3, 0.5, (k + 0.5) / 1000) for k in range(1000)]
    assert [answers.count(answer) for answer in (LOSE, WAIVE, WAIT)] == [300, 500, 200]
    assert {missing_requirement(0.0, 0.0, u) for u in (1e-16, 0.5, 1 - 1e-16)} == {WAIT}
    assert {missing_requirement(1.0, 0.0, u) for u in (1e-16, 0.5, 1 - 1e-16)} == {LOSE}


@given(INNER, st.floats(-5, 5), st.floats(0.01, 1), st.floats(0, 1))
def test_prior_use_shifts_the_log_odds(loss, log_odds, full, share):
    found = loss_with_prior_use(loss, log_odds, full, share)
    assert found == pytest.approx(expit(logit(loss) - log_odds * min(1.0, share / full)), rel=1e-9)


@pytest.mark.parametrize("share", [0.0, 0.1, 1.0])
@pytest.mark.parametrize("loss", [0.0, 1.0])
def test_a_certain_loss_stays_certain(loss, share):
    assert loss_with_prior_use(loss, 3.0, 0.25, share) == loss


def test_prior_use_by_hand():
    assert loss_with_prior_use(0.4, 1.2, 0.25, 0.0) == pytest.approx(0.4, rel=1e-15)
    # Odds 1 at a loss of a half; half of the full share takes e^-0.6 of them, all of it (and more) e^-1.2.
    assert loss_with_prior_use(0.5, 1.2, 0.25, 0.125) == pytest.approx(exp(-0.6) / (1 + exp(-0.6)), rel=1e-14)
    for share in (0.25, 0.8):
        assert loss_with_prior_use(0.5, 1.2, 0.25, share) == pytest.approx(exp(-1.2) / (1 + exp(-1.2)), rel=1e-14)
