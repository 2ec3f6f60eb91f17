"""Parameter uncertainty measured by simulating again: another chance with the same parameters."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from forecast.model.parameters import Parameters
from forecast.study.finished_run import Run
from forecast.study.two_level import CrossedParameters, epistemic_shares


def test_simulated_again_with_the_same_parameters_the_share_is_in_its_interval(uncertain_run: Run) -> None:
    found = epistemic_shares(uncertain_run, 60, workers=1)["arr"]
    other = uncertain_run.sensitivity("arr").epistemic
    assert found is not None
    assert other is not None
    assert abs(found.value - other.value) < 4 * (found.se**2 + other.se**2) ** 0.5


def arrays(part: Any) -> Iterator[Any]:
    """All arrays of the tables, record by record."""
    if isinstance(part, np.ndarray):
        yield part
    else:
        for each in part:
            yield from arrays(each)


def test_a_crossed_replication_has_the_parameters_of_one_and_the_chance_of_another(uncertain_run: Run) -> None:
    scenario = uncertain_run.scenario
    crossed, plain = CrossedParameters(scenario, 60).inputs(3, 65), Parameters(scenario)
    np.testing.assert_array_equal(crossed.traits.users, plain.inputs(3, 65).traits.users)
    for ours, theirs in zip(arrays(crossed.tables), arrays(plain.inputs(3, 5).tables), strict=True):
        np.testing.assert_array_equal(ours, theirs)
