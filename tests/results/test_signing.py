"""Who counts as signed by when, and who is left out?"""

from __future__ import annotations

from math import nan
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from made import made_result  # type: ignore[import-not-found]  # it stands beside this file

from forecast.model.parameters import Parameters
from forecast.results.recorder import Recorder
from forecast.results.signing import Signing, signing
from forecast.scenario import load

YEAR_OF_TRIALS = 1  # the place of 12 months


def signing_of(small_file: Path, folder: Path, *replications: Any) -> Signing:
    parameters = Parameters(
        load(small_file, ["market.segments.smb.accounts=4", "market.segments.enterprise.accounts=1"])
    )
    recorder = Recorder(folder, parameters)
    for columns in replications:
        recorder.add(made_result(parameters, **columns))
    recorder.close()
    return signing(folder / "accounts.parquet", parameters)


def test_a_contract_at_a_months_start_belongs_to_the_new_month(small_file: Path, tmp_path: Path) -> None:
    found = signing_of(small_file, tmp_path, {"contract_day": [0.0, 30.999, 31.0, nan, 400.0]})
    assert found.incidence[0, 0, :3].tolist() == [0, 0.5, 0.75]
    assert found.incidence[0, 1, -1] == 1
    assert found.incidence[0, 2, -1] == 0.8


def test_who_started_under_contract_is_neither_above_nor_below_the_line(small_file: Path, tmp_path: Path) -> None:
    columns = {"contract_day": [5.0, nan, nan, nan, nan], "started_under_contract": [0, 1, 1, 0, 1]}
    found = signing_of(small_file, tmp_path, columns)
    assert found.incidence[0, 0, 1] == 0.5
    assert np.isnan(found.incidence[0, 1]).all()
    assert found.under_contract.tolist() == [[2, 1]]


def test_the_first_trial_starts_the_clock_for_those_who_had_one(small_file: Path, tmp_path: Path) -> None:
    """One signs 100 days after the trial, one never; one signed before the trial, one was active at the start."""
    columns = {
        "first_trial_day": [10.0, 20.0, 50.0, 5.0, nan],
        "contract_day": [110.0, nan, 40.0, 60.0, 30.0],
        "started_active": [0, 0, 0, 1, 0],
    }
    found = signing_of(small_file, tmp_path, columns, columns)
    assert found.trial_counts[0].tolist() == [[2, 1, 1], [0, 0, 1]]
    assert found.trial_shares[:, 0, YEAR_OF_TRIALS].tolist() == [0.5, 0.5]
    assert found.trial_curve[0, 101 * 16] == 0.5
    assert found.trial_curve[0, 99 * 16] == pytest.approx(0)
    assert np.isnan(found.trial_shares[0, 1]).all()
