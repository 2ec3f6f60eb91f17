"""Does another program forecast the same from the same scenario?  Ten replications of it, as they were told to us.

An independent simulation of the same description of the model; only its figures are known here, not its program.  So it
speaks for how the description was read and for the arithmetic of the whole, not for the description.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from scipy import stats

from forecast.engines import compiled
from forecast.model.kinds import LOST, WON
from forecast.model.parameters import Parameters
from forecast.scenario import load

FALSE_ALARM = 1e-3
THEIRS = 10  # replications
# Share of accounts signed by month 12, 24 and 36, in %, and the standard error given with them.
SIGNED = {
    "smb": ((1.1, 5.6, 11.1), 0.4),
    "mid_market": ((0.6, 6.8, 19.1), 0.8),
    "enterprise": ((0.1, 2.7, 14.2), 1.2),
}
# What came without a standard error, and how far off it may be: four standard errors as our replications have them,
# of ten replications of theirs and twenty of ours together.
WAITS = {"account_executive": (2, 2), "security_engineer": (21, 12), "counsel": (14, 9)}  # days
WIN_RATES = {"smb": (57, 9), "mid_market": (40, 7), "enterprise": (30, 11)}  # %
EVENTS = 350_000
REPLICATIONS = 20


@pytest.fixture(scope="module")
def market():
    """The parameters, and twenty replications of the compiled engine."""
    scenario = load(Path(__file__).parent / "independent.yaml")
    parameters = Parameters(scenario)
    return parameters, [compiled.run(parameters, scenario.seed, replication) for replication in range(REPLICATIONS)]


def test_as_many_accounts_sign(market):
    """Nine shares, each within Student's t of ten replications of the two standard errors together.

    False alarms: 9 comparisons at 1e-3 (few degrees of freedom: the bounds are wide, 4.8 standard errors).
    """
    parameters, results = market
    limit = stats.t.ppf(1 - FALSE_ALARM / 2, THEIRS - 1)
    for place, segment in enumerate(parameters.segments):
        mine = parameters.account_segment == place
        shares, error = SIGNED[segment]
        for month, share in zip((12, 24, 36), shares, strict=True):
            end = parameters.month_days[month]
            ours = np.array([100 * np.mean(result.accounts.contract_day[mine] < end) for result in results])
            apart = (ours.mean() - share) / np.hypot(stats.sem(ours), error)
            assert abs(apart) < limit, (segment, month, ours.mean(), share)


def test_the_rest_is_near(market):
    """R to its last digit; win rates, waits and how busy people are within the bounds above; events within a tenth.

    False alarms: 9 comparisons at less than 1e-4, if their replications vary as much as ours.
    """
    parameters, results = market
    assert [round(parameters.reproduction_number(place), 1) for place in range(3)] == [3.6] * 3
    for place, segment in enumerate(parameters.segments):
        mine = [result.opportunities.outcome[parameters.account_segment[result.opportunities.account] == place]
                for result in results]  # fmt: skip
        won, lost = (sum((outcomes == outcome).sum() for outcomes in mine) for outcome in (WON, LOST))
        rate, off = WIN_RATES[segment]
        assert 100 * won / (won + lost) == pytest.approx(rate, abs=off), segment
    for place, name in enumerate(parameters.resources):
        requests, waited, busy, capacity, _ = sum(result.resources[:, place].sum(axis=0) for result in results)
        days, off = WAITS[name]
        assert waited / requests == pytest.approx(days, abs=off), name
        assert 0.47 < busy / capacity < 0.63, name  # they told 52 to 58 %
    assert np.mean([result.events for result in results]) == pytest.approx(EVENTS, rel=0.1)
