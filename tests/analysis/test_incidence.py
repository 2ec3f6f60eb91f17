"""Who counts as signed or banned by when, and who is left out?  lifelines is the oracle for what is censored."""

from __future__ import annotations

import warnings
from math import nan
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow.parquet as pq
import pytest
from factories import empty_result
from hypothesis import given
from hypothesis import strategies as some
from lifelines import AalenJohansenFitter, KaplanMeierFitter
from lifelines.utils import restricted_mean_survival_time

from forecast.analysis import incidence as at
from forecast.analysis import survival
from forecast.analysis.incidence import Incidence, read_incidence
from forecast.model.parameters import Parameters
from forecast.scenario import load
from forecast.study.finished_run import Run
from forecast.study.run_writer import RunWriter

SMB, ENTERPRISE, TOTAL = range(3)
HORIZON = 14


def incidence_of(small_file: Path, folder: Path, *replications: Any) -> Incidence:
    parameters = Parameters(
        load(small_file, ["market.segments.smb.accounts=4", "market.segments.enterprise.accounts=1"])
    )
    writer = RunWriter(folder, parameters)
    writer.add(writer.maker.part(0, [empty_result(parameters, **columns) for columns in replications]))
    writer.close()
    return read_incidence(folder / "accounts.parquet", parameters)


def test_a_contract_at_a_months_start_belongs_to_the_new_month(small_file: Path, tmp_path: Path) -> None:
    found = incidence_of(small_file, tmp_path, {"contract_day": [0.0, 30.999, 31.0, nan, 400.0]})
    signed = found.states[0, at.SIGNED]
    assert signed[SMB, :3].tolist() == [0, 0.5, 0.75]
    assert signed[ENTERPRISE, -1] == 1
    assert signed[TOTAL, -1] == 0.8


def test_accounts_are_not_at_risk_before_they_enter(small_file: Path, tmp_path: Path) -> None:
    """Two from the start, one signs on day 20; one enters on day 40 and signs 30 days later; one never enters."""
    columns = {"contract_day": [20.0, nan, 70.0, nan, nan], "entry_day": [0.0, 0.0, 40.0, nan, 59.0]}
    found = incidence_of(small_file, tmp_path, columns)
    signed = found.states[0, at.SIGNED]
    assert signed[SMB, :4].tolist() == [0, 1 / 2, 1 / 3, 2 / 3]
    assert np.isnan(found.states[0, :, ENTERPRISE, :3]).all()  # day 59 is the first of March
    assert found.states[0, at.OPEN, ENTERPRISE, 3] == 1
    assert found.enters_later
    assert found.start.by_days(SMB, 30) == pytest.approx(1 / 2)
    assert found.start.by_days(SMB, 80) == pytest.approx(1 - 1 / 2 * 1 / 2)  # of two that are left one signs
    assert found.entry.by_days(SMB, 19) == 0
    assert found.entry.by_days(SMB, 25) == pytest.approx(1 / 3)
    assert found.entry.by_days(SMB, 31) == pytest.approx(2 / 3)


def test_without_later_entries_the_start_is_the_entry(small_run: Run) -> None:
    assert not small_run.incidence.enters_later
    np.testing.assert_array_equal(small_run.incidence.entry.share, small_run.incidence.start.share)
    assert "entry_to_contract" not in small_run.summary["segments"]["smb"]


def test_a_ban_counts_until_the_account_signs(small_file: Path, tmp_path: Path) -> None:
    """Banned in January and signed in March; banned only; signed, then banned; neither; both at once."""
    columns = {"contract_day": [65.0, nan, 10.0, nan, 20.0], "ban_day": [5.0, 40.0, 45.0, nan, 20.0]}
    states = incidence_of(small_file, tmp_path, columns).states[0]
    assert states[at.SIGNED, SMB, :4].tolist() == [0, 0.25, 0.25, 0.5]
    assert states[at.BANNED, SMB, :4].tolist() == [0, 0.25, 0.5, 0.25]
    assert states[at.BANNED, ENTERPRISE].tolist() == [0] * (HORIZON + 1)
    np.testing.assert_array_equal(states.sum(axis=0), 1)


def test_who_started_under_contract_is_neither_above_nor_below_the_line(small_file: Path, tmp_path: Path) -> None:
    columns = {"contract_day": [5.0, nan, nan, nan, nan], "started_under_contract": [0, 1, 1, 0, 1]}
    found = incidence_of(small_file, tmp_path, columns)
    assert found.states[0, at.SIGNED, SMB, 1] == 0.5
    assert np.isnan(found.states[0, :, ENTERPRISE]).all()
    assert found.left_out.tolist() == [2, 1, 3]


def test_the_first_trial_starts_the_clock_for_those_who_had_one(small_file: Path, tmp_path: Path) -> None:
    """One signs 100 days after the trial, one never; one signed before the trial, one was active at the start."""
    columns = {
        "first_trial_day": [10.0, 20.0, 50.0, 5.0, nan],
        "contract_day": [110.0, nan, 40.0, 60.0, 30.0],
        "started_active": [0, 0, 0, 1, 0],
    }
    found = incidence_of(small_file, tmp_path, columns, columns)
    assert found.trial_counts.tolist() == [[2, 1, 1, 0], [0, 0, 1, 0], [2, 1, 2, 0]]
    assert found.trial_months[:, at.SIGNED_AT_ALL, SMB, 12].tolist() == [0.5, 0.5]
    assert found.trial.by_days(SMB, 101) == 0.5
    assert found.trial.by_days(SMB, 99) == pytest.approx(0)
    assert np.isnan(found.trial_months[0, :, ENTERPRISE]).all()


def test_a_ban_before_a_contract_takes_the_first_place_but_not_the_contract(small_file: Path, tmp_path: Path) -> None:
    """Banned after 30 days and signed after 100; signed after 50, then banned; banned before a trial; both at once."""
    columns = {
        "first_trial_day": [10.0, 10.0, 10.0, 10.0, nan],
        "contract_day": [110.0, 60.0, nan, 50.0, nan],
        "ban_day": [40.0, 90.0, 5.0, 50.0, nan],
    }
    found = incidence_of(small_file, tmp_path, columns)
    assert found.trial.by_days(SMB, 120) == pytest.approx(3 / 4)
    assert found.contract_first.by_days(SMB, 120) == pytest.approx(2 / 3)
    assert found.ban_first.by_days(SMB, 120) == pytest.approx(1 / 3)
    assert found.ban_first.by_days(SMB, 29) == 0
    assert found.trial_counts[SMB].tolist() == [4, 0, 0, 1]


def test_months_of_a_replication_are_those_of_its_curve(small_run: Run, tmp_path: Path) -> None:
    """Looking only at the bins in which something ended loses nothing: one replication is its own pooled estimate."""
    path = tmp_path / "accounts.parquet"
    pq.write_table(small_run.accounts().slice(0, len(small_run.parameters.account_segment)), path)
    alone = read_incidence(path, small_run.parameters)
    for estimate, curve in enumerate((alone.trial, alone.contract_first, alone.ban_first)):
        by_month = [survival.share_by_month(curve.share, month) for month in range(1, HORIZON + 1)]
        np.testing.assert_array_equal(alone.trial_months[0, estimate, :, 1:], np.stack(by_month, axis=-1))


def test_bands_hold_the_mean_and_the_pooled_curve_is_that_of_all_accounts(small_run: Run) -> None:
    found = small_run.incidence
    told = small_run.summary["total"]["contract_incidence"]["14"]
    assert found.bands.mean[at.SIGNED, TOTAL, HORIZON] == pytest.approx(told["mean"])
    assert found.bands.p90[at.SIGNED, TOTAL, HORIZON] == pytest.approx(told["p90"])
    horizon = float(found.month_days[-1])
    assert found.start.by_days(TOTAL, horizon) == pytest.approx(told["mean"])
    waited = np.nan_to_num(small_run.accounts()["contract_day"].to_numpy(), nan=horizon)
    assert found.start.restricted_mean_days(TOTAL, horizon) == pytest.approx(waited.mean(), abs=1 / 32)


LENGTH = survival.bin_count(400.0)
ENDED = some.lists(
    some.tuples(some.integers(1, 6399), some.integers(0, 2)), min_size=1, max_size=40, unique_by=lambda end: end[0]
)


def ends(observed: list[tuple[int, int]], kinds: int) -> np.ndarray:
    place, kind = np.array(observed, np.int64).T
    counts: np.ndarray = survival.Ends(np.zeros_like(place), np.minimum(kind, kinds - 1), place).counted(
        (1, kinds, LENGTH)
    )
    return counts


@given(ENDED)
def test_the_first_of_contract_and_ban_is_that_of_lifelines(observed: list[tuple[int, int]]) -> None:
    share = survival.aalen_johansen(ends(observed, 3))[0]
    days = np.array([place for place, _ in observed]) / survival.BINS_PER_DAY
    for kind in (0, 1):
        if not any(each == kind for _, each in observed):
            continue
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            fitted = AalenJohansenFitter(calculate_variance=False).fit(
                days, [{0: 1, 1: 2, 2: 0}[each] for _, each in observed], event_of_interest=kind + 1
            )
        curve = fitted.cumulative_density_.iloc[:, 0]
        for place, _ in observed:
            known = curve[curve.index <= place / survival.BINS_PER_DAY].iloc[-1]
            assert share[kind, place] == pytest.approx(known, abs=1e-9)


@given(ENDED)
def test_all_causes_together_are_what_is_not_open(observed: list[tuple[int, int]]) -> None:
    """With two kinds of end taken as one, Kaplan-Meier must give the sum of both (Aalen-Johansen stacks to one)."""
    counts = ends(observed, 3)
    together = np.stack([counts[:, :2].sum(axis=1), counts[:, 2]], axis=1)
    np.testing.assert_allclose(survival.aalen_johansen(counts).sum(axis=1), survival.kaplan_meier(together), atol=1e-12)


@given(ENDED, some.integers(1, 399))
def test_the_restricted_mean_is_that_of_lifelines(observed: list[tuple[int, int]], limit: int) -> None:
    """Within a thirty-second of a day: an event counts at the middle of its bin, lifelines' at its beginning."""
    curve = survival.Curve(survival.kaplan_meier(ends(observed, 2)), 400)
    found = curve.restricted_mean_days(0, float(limit))
    days = [place / survival.BINS_PER_DAY for place, _ in observed]
    fitted = KaplanMeierFitter().fit(days, [kind == 0 for _, kind in observed])
    if found is None:
        assert max(place for place, _ in observed) < limit * survival.BINS_PER_DAY - 1
    else:
        assert found == pytest.approx(restricted_mean_survival_time(fitted, t=float(limit)), abs=1 / 32 + 1e-9)


def test_a_quantile_is_told_or_why_not() -> None:
    observed = [(487 * month, 0 if month <= 6 else 2) for month in range(1, 11)]
    counts = survival.Ends(*np.array([(0, kind, place - 1) for place, kind in observed]).T).counted((1, 3, 487 * 12))
    curve = survival.Curve(survival.kaplan_meier(np.stack([counts[:, 0], counts[:, 1:].sum(axis=1)], axis=1)), 365)
    assert curve.quantile_days(0, 0.5) == 5 * survival.MONTH_BINS / survival.BINS_PER_DAY
    assert curve.quantile_days(0, 0.75) is None
