"""Is the interval the textbook's, and is it looked at only where it may be?"""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any, cast

import numpy as np
import pytest
from scipy import stats

from forecast.errors import InputError
from forecast.montecarlo import RunPrecision, parse_precision

PARAMETERS = cast(Any, SimpleNamespace(metrics=("arr_cents", "revenue_cents")))


def result(signed: int, arr: int, revenue: int) -> Any:
    """Four accounts, one of which started under contract; two months, one segment and the vendor."""
    contract = np.where(np.arange(4) < signed, 5.0, np.nan)
    accounts = SimpleNamespace(contract_day=contract, started_under_contract=np.arange(4) == 3)
    monthly = np.zeros((3, 2, 2), np.int64)
    monthly[-1, 0, 0], monthly[1, 0, 1], monthly[2, 0, 1] = arr, revenue, revenue
    monthly[0, 0, 1] = 10**9  # month 0 has no flows
    return SimpleNamespace(accounts=accounts, monthly=monthly)


def headlines(count: int, seed: int = 1) -> tuple[RunPrecision, Any]:
    generator = np.random.default_rng(seed)
    figures = np.stack(
        [generator.integers(0, 4, count), generator.integers(90, 110, count), generator.integers(5, 9, count)]
    )
    told = RunPrecision(PARAMETERS)
    for row in figures.T.tolist():
        told.add(result(*row))
    return told, figures


def test_half_widths_are_those_of_students_interval() -> None:
    told, figures = headlines(50)
    values = {"contract_incidence": figures[0] / 3, "arr": figures[1], "revenue_to_date": figures[2] * 2}
    for name, column in values.items():
        low, high = stats.t.interval(0.95, 49, column.mean(), stats.sem(column))
        assert told.precision()[name] == pytest.approx((high - low) / 2 / column.mean(), rel=1e-9)


def test_nothing_is_decided_before_200_replications_nor_between_looks() -> None:
    assert not headlines(199)[0].enough(0.5)
    assert headlines(200)[0].enough(0.5)
    assert not headlines(210)[0].enough(0.5)
    assert headlines(220)[0].enough(0.5)
    assert not headlines(220)[0].enough(None)
    assert not headlines(220)[0].enough(0.001)


def test_a_figure_that_is_always_nought_is_exactly_known() -> None:
    told = RunPrecision(PARAMETERS)
    for _ in range(3):
        told.add(result(0, 0, 0))
    assert told.precision() == {"contract_incidence": 0.0, "arr": 0.0, "revenue_to_date": 0.0}


def test_one_replication_has_no_interval() -> None:
    assert set(headlines(1)[0].precision().values()) == {None}


@pytest.mark.parametrize(("text", "value"), [("2%", 0.02), ("0.02", 0.02), ("12.5%", 0.125), (" 5% ", 0.05)])
def test_a_share_is_read(text: str, value: float) -> None:
    assert parse_precision(text) == pytest.approx(value)


@pytest.mark.parametrize("text", ["", "two", "0%", "-2%", "100%", "2", "nan", "inf%", "2 %%"])
def test_what_is_no_share_is_refused(text: str) -> None:
    with pytest.raises(InputError, match=r"--precision: found `.*`; expected a share between 0 and 100%"):
        parse_precision(text)
