"""Are the headlines those of the tables, replication by replication?"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from forecast.analysis.key_metrics import discount_factors, key_metric_index, signing_metrics
from forecast.errors import InputError
from forecast.model.parameters import Parameters
from forecast.scenario import load
from forecast.study.finished_run import Run
from forecast.study.run import run


def headline(run: Run, code: str) -> np.ndarray:
    figures: np.ndarray = run.headline_values[:, key_metric_index(run.headlines, code)]
    return figures


def test_money_is_that_of_the_monthly_table(small_run: Run) -> None:
    frame = small_run.monthly().to_pandas().groupby(["replication", "month"], observed=True).sum(numeric_only=True)
    costs = {name for name in frame.columns if name.endswith("cost_cents")} - {"usage_cost_cents"} | {"cogs_cents"}
    assert len(costs) == 5  # the cost of use is a part of what users cost
    net = (frame["cash_cents"] - frame[sorted(costs)].sum(axis=1)).unstack("month").to_numpy()
    assert headline(small_run, "arr").tolist() == frame["arr_cents"].xs(14, level="month").tolist()
    assert headline(small_run, "revenue").tolist() == frame["revenue_cents"].groupby("replication").sum().tolist()
    assert headline(small_run, "npv") == pytest.approx(net.sum(axis=1))
    assert headline(small_run, "cash_trough").tolist() == np.minimum(net.cumsum(axis=1).min(axis=1), 0).tolist()
    assert (headline(small_run, "cash_trough") < 0).all()


def test_shares_and_times_are_those_of_the_accounts(small_run: Run) -> None:
    frame = small_run.frame("accounts")
    days = frame["contract_day"].to_numpy().reshape(4, -1)
    horizon = float(small_run.parameters.month_days[-1])
    assert headline(small_run, "contract_share_14") == pytest.approx((days < horizon).mean(axis=1))
    assert headline(small_run, "contract_share_12") == pytest.approx((days < 365).mean(axis=1))
    assert headline(small_run, "time_to_contract") == pytest.approx(np.nan_to_num(days, nan=horizon).mean(axis=1))


def test_a_contract_at_the_end_of_a_month_is_not_in_it() -> None:
    days, counted = np.array([[30.9, 31.0, np.nan, 5.0]]), np.array([[True, True, True, False]])
    assert signing_metrics(days, np.zeros(days.shape), counted, np.array([31, 59])).tolist() == [
        [1 / 3, 2 / 3, (30.9 + 31 + 59) / 3]
    ]


def test_shares_are_of_those_in_the_market_and_times_those_in_it() -> None:
    days, entry = np.array([[20.0, np.nan, 40.0, np.nan]]), np.array([[0.0, 31.0, 35.0, np.nan]])
    found = signing_metrics(days, entry, np.ones((1, 4), np.bool_), np.array([31, 59]))
    assert found.tolist() == [[1 / 1, 2 / 3, (20 + 28 + 5) / 3]]


def test_each_replication_is_discounted_by_its_own_rate(
    small_file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In more than one row group."""
    monkeypatch.setattr("forecast.study.run_writer.LARGEST_GROUP", 3)
    rate = ["costs.discount_rate={uncertain: {uniform: {low: 5%, high: 90%}}}"]
    found = run(small_file, rate, replications=8, folder=tmp_path / "run", workers=1)
    frame = found.monthly().to_pandas().groupby(["replication", "month"], observed=True).sum(numeric_only=True)
    costs = [name for name in frame.columns if name.endswith("cost_cents") or name == "cogs_cents"]
    net = (frame["cash_cents"] - frame[sorted(costs)].sum(axis=1)).unstack("month").to_numpy()[:, 1:]
    months = np.arange(14) + 0.5
    rates = np.array([found.parameters.uncertain_values(3, number)["costs.discount_rate"] for number in range(8)])
    expected = (net / (1 + rates[:, None]) ** (months / 12)).sum(axis=1)
    assert headline(found, "npv") == pytest.approx(expected)


def test_a_year_later_a_cent_is_worth_less_by_the_yearly_rate(small_file: Path) -> None:
    worth = discount_factors(Parameters(load(small_file, ["costs.discount_rate=12%"])), 3, 0)
    assert worth[13] == pytest.approx(worth[1] / 1.12)
    assert worth[1] == pytest.approx(1.12 ** (-1 / 24))  # the middle of the first month


def test_an_uncertain_rate_is_drawn_for_each_replication(small_file: Path) -> None:
    parameters = Parameters(load(small_file, ["costs.discount_rate={uncertain: {uniform: {low: 5%, high: 15%}}}"]))
    for replication in (0, 1):
        rate = parameters.uncertain_values(3, replication)["costs.discount_rate"]
        assert 0.05 < rate < 0.15
        worth = discount_factors(parameters, 3, replication)
        assert worth[13] / worth[1] == pytest.approx(1 / (1 + rate))


def test_an_unknown_headline_is_refused_with_the_nearest(small_run: Run) -> None:
    with pytest.raises(
        InputError, match=r"unknown headline `revenu`; did you mean `revenue`\? \(known: contract_share_12, "
    ):
        small_run.sensitivity("revenu")
