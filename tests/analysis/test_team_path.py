"""Who has a paying team by when, what came first, and who signs after it?  By hand, and as lifelines estimates it."""

from __future__ import annotations

from math import nan
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from factories import empty_result
from hypothesis import given
from hypothesis import strategies as some
from lifelines import AalenJohansenFitter

from forecast.analysis import survival
from forecast.analysis import team_path as at
from forecast.analysis.survival import MONTH_BINS
from forecast.analysis.team_path import TeamPath, TeamPathCounter, read_team_path
from forecast.model.parameters import Parameters
from forecast.scenario import load
from forecast.study.run_writer import RunWriter

SMB, ENTERPRISE, TOTAL = range(3)
HORIZON = 14


def parameters_of(small_file: Path) -> Parameters:
    return Parameters(load(small_file, ["market.segments.smb.accounts=4", "market.segments.enterprise.accounts=1"]))


def path_of(small_file: Path, folder: Path, *replications: Any) -> TeamPath:
    parameters = parameters_of(small_file)
    writer = RunWriter(folder, parameters)
    writer.add(writer.maker.part(0, [empty_result(parameters, **columns) for columns in replications]))
    writer.close()
    return read_team_path(folder / "accounts.parquet", parameters)


def test_a_paying_team_counts_from_the_month_in_which_it_began(small_file: Path, tmp_path: Path) -> None:
    found = path_of(small_file, tmp_path, {"team_plan_day": [0.0, 30.999, 31.0, nan, 400.0]})
    share = found.steps[0, at.WITH_PLAN]
    assert share[SMB, :3].tolist() == [0, 0.5, 0.75]
    assert share[ENTERPRISE, -1] == 1
    assert share[TOTAL, -1] == 0.8


def test_who_started_under_contract_is_not_counted(small_file: Path, tmp_path: Path) -> None:
    columns = {"team_plan_day": [5.0, nan, nan, nan, nan], "started_under_contract": [0, 1, 1, 0, 1]}
    share = path_of(small_file, tmp_path, columns).steps[0, at.WITH_PLAN]
    assert share[SMB, 1] == 0.5
    assert np.isnan(share[ENTERPRISE]).all()


def test_a_contract_and_a_ban_compete_with_the_first_team_plan(small_file: Path, tmp_path: Path) -> None:
    """A plan 30 days after the trial; a contract first; a ban first; none of them; and one that was active before."""
    columns = {
        "first_trial_day": [10.0, 10.0, 10.0, 10.0, 0.0],
        "team_plan_day": [40.0, 60.0, nan, nan, 3.0],
        "contract_day": [200.0, 50.0, nan, nan, nan],
        "ban_day": [nan, 90.0, 30.0, nan, nan],
        "started_active": [0, 0, 0, 0, 1],
    }
    found = path_of(small_file, tmp_path, columns, columns)
    assert found.plan_first.by_days(SMB, 29) == 0
    assert found.plan_first.by_days(SMB, 31) == pytest.approx(1 / 4)
    assert found.contract_first.by_days(SMB, 41) == pytest.approx(1 / 4)
    assert found.ban_first.by_days(SMB, 41) == pytest.approx(1 / 4)
    assert found.steps[:, at.TRIAL_TO_PLAN, SMB, 12].tolist() == [0.25, 0.25]
    assert np.isnan(found.steps[:, at.TRIAL_TO_PLAN, ENTERPRISE]).all()
    assert found.counts.tolist() == [[4, 1], [0, 1], [4, 2]]  # a plan after a contract leads to none


def test_after_the_first_paying_team_only_the_horizon_hides_a_contract(small_file: Path, tmp_path: Path) -> None:
    """Signed 60 days after the plan; a ban in between, and signed after 100; never; a plan one day before the end."""
    end = 31 + 28 + 31 + 30 + 31 + 30 + 31 + 31 + 30 + 31 + 30 + 31 + 31 + 28
    columns = {
        "team_plan_day": [40.0, 40.0, 100.0, end - 1.0, nan],
        "contract_day": [100.0, 140.0, nan, nan, nan],
        "ban_day": [nan, 90.0, nan, nan, nan],
    }
    found = path_of(small_file, tmp_path, columns)
    assert found.contract.by_days(SMB, 59) == pytest.approx(0)
    assert found.contract.by_days(SMB, 61) == pytest.approx(1 / 3)  # of three who are seen so long
    assert found.contract.by_days(SMB, 101) == pytest.approx(2 / 3)
    assert found.contract.quantile_days(SMB, 0.5) == pytest.approx(100, abs=0.1)


@pytest.fixture(name="two_segments", scope="module")
def parameters_of_a_small_market(small_file: Path) -> Parameters:
    return parameters_of(small_file)


EVENT = some.one_of(some.none(), some.integers(1, 380))


@given(some.lists(some.tuples(some.integers(0, 300), EVENT, EVENT, EVENT), min_size=5, max_size=5))
def test_what_comes_first_is_estimated_as_lifelines_does(two_segments: Parameters, rows: Any) -> None:
    """Whole days, with each kind on a part of the day of its own: lifelines moves ties at random."""
    trial = np.array([float(row[0]) for row in rows])
    later = np.array(
        [[nan if gap is None else row[0] + gap + (kind + 1) / 4 for kind, gap in enumerate(row[1:])] for row in rows]
    ).T
    horizon = float(two_segments.month_days[-1])
    later = np.where(later < horizon, later, nan)
    plan, contract, ban = later
    counter = TeamPathCounter(two_segments)
    counter.count_from_trial(np.stack([plan, contract, ban]), trial, np.zeros(5, bool))
    days = np.where(np.isnan(later), np.inf, later)
    ends, kinds = np.minimum(days.min(axis=0), horizon) - trial, days.argmin(axis=0) + 1
    kinds[np.isinf(days.min(axis=0))] = 0
    assert counter.first_ends.sum() == 5
    found = survival.aalen_johansen(survival.with_total(counter.first_ends))[TOTAL, at.PLAN_FIRST]
    if (kinds == 1).any():
        spread = ends + np.arange(5) * 1e-6  # no two at once
        fitter = AalenJohansenFitter(calculate_variance=False).fit(spread, kinds, event_of_interest=1)
        for month in range(1, HORIZON):
            last = month * MONTH_BINS - 1
            if not np.isnan(found[last]):
                expected = float(fitter.predict((last + 1) / 16 - 1e-3))
                assert found[last] == pytest.approx(expected, abs=1e-9)
