"""What tests of fits share."""

from __future__ import annotations

import numpy as np
import pytest


def _gap(likelihood, point):
    """By how much, relatively, the gradient is off central differences."""
    steps = np.eye(len(point)) * 1e-6
    differences = [(likelihood(point + step)[0] - likelihood(point - step)[0]) / 2e-6 for step in steps]
    gradient = likelihood(point)[1]
    return float(np.max(np.abs(gradient - differences) / (1.0 + np.abs(gradient))))


@pytest.fixture
def gradient_gap():
    return _gap
