"""Does a spread that is next to nothing give next to no spread, and no nonsense?"""

from __future__ import annotations

import numpy as np
import pytest

from forecast.model.distributions import trait_quantile
from forecast.model.traits import frailty

U = np.array([2**-53, 0.01, 0.5, 0.99, 1 - 2**-53])
SMALL = [5e-324, 1e-320, 1e-170, 1e-160, 1e-100, 1e-20]


@pytest.mark.parametrize("cv", SMALL)
def test_accounts_that_hardly_differ_are_equally_eager(cv):
    assert frailty(cv, U).tolist() == [1.0] * len(U)


@pytest.mark.parametrize("cv", [1e-6, 1e-7, 1e-8, 1e-9, 1e-10, 1e-12, 1e-16, 1e-50])
@pytest.mark.parametrize("mean", [1e-6, 0.25, 0.5, 0.6, 0.999])
def test_a_beta_is_never_too_narrow_to_be_drawn(mean, cv):
    found = trait_quantile("beta", {"mean": mean, "cv": cv}, U)
    assert np.abs(found / mean - 1).max() <= 10 * max(cv, 1e-8)


@pytest.mark.parametrize("cv", SMALL)
@pytest.mark.parametrize(
    ("family", "centre", "spread"),
    [("gamma", "mean", "cv"), ("beta", "mean", "cv"), ("lognormal", "median", "sigma"), ("normal", "mean", "sd")],
)
def test_a_narrow_distribution_is_its_centre(family, centre, spread, cv):
    assert trait_quantile(family, {centre: 0.25, spread: cv}, U).tolist() == [0.25] * len(U)
