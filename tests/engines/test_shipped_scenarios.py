"""Every shipped scenario balances its books, whole, in every month of several replications."""

from __future__ import annotations

import pytest
from identities import check

from forecast.engines import engine, engine_names
from forecast.model.parameters import Parameters
from forecast.scenario import load, shipped


@pytest.mark.parametrize("name", sorted(shipped()))
def test_the_books_balance(name):
    scenario = load(name)
    parameters = Parameters(scenario)
    for replication in range(3):
        check(parameters, engine(engine_names()[0]).run(parameters, scenario.seed, replication))
