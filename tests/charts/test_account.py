"""Does the chart of an account's life draw what it has?"""

from __future__ import annotations

import numpy as np
import pytest

from forecast import charts
from forecast.history.user_states import USER_STATES


def test_the_chart_of_use_stacks_the_states(usual):
    life = charts.replay_account(usual, "enterprise-1")
    axes = charts.adoption(life).axes[0]
    tops = [np.asarray(each.get_paths()[0].vertices)[:, 1].max() for each in axes.collections]
    places = [USER_STATES.index(name) for name in ("seated", "paid", "free", "trial", "lapsed")]
    running = np.cumsum(life.users[:, places], axis=1)
    assert tops == pytest.approx(running.max(axis=0).tolist())


def test_a_life_with_the_use_inside_it_has_the_same_people_and_the_same_rows(usual):
    life = charts.replay_account(usual, "enterprise-1")
    whole, apart, rows = charts.life_and_adoption(life), charts.adoption(life), charts.life(life)
    for one, other in zip(whole.axes[0].collections, apart.axes[0].collections, strict=True):
        assert np.array_equal(one.get_paths()[0].vertices, other.get_paths()[0].vertices)
    assert len(whole.axes[1].patches) == len(rows.axes[1].patches) == len(life.spans)
    assert whole.description == rows.description
    assert whole.data.rows == list(life.sentences)
