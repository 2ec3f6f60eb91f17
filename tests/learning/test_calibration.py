"""A short run of benchmarks/sbc.py: do ranks and intervals of every node say what they should?

60 worlds, fixed seeds; a chi-square test and a binomial one for each value at 0.001: if all is right, a set of seeds
gives a false alarm in one of 16 cases, and these seeds give none.
"""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[2] / "benchmarks"))

import sbc

WORLDS, DRAWS, BINS, SEED = 60, 59, 6, 5


def failures(world):
    found = sbc.calibration(world, WORLDS, DRAWS, BINS, SEED)
    assert found
    return {name: each for name, each in found.items() if min(each.uniform, each.covers) < sbc.LEAST_P}


@pytest.mark.parametrize("node", sbc.NODES)
def test_a_node_is_calibrated(node):
    assert failures(sbc.NODES[node]) == {}


def test_left_truncation_that_is_ignored_is_found():
    assert {"churn.free.hazard[0]", "churn.free.hazard[1]"} <= set(failures(sbc.tenures_without_truncation))
