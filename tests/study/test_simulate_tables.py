"""The figures that `--precision` watches: read off one replication."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any, cast

import numpy as np

from forecast.analysis.key_metrics import DECISIVE, decisive_codes, key_metrics
from forecast.study.run_part import decisive_figures

PARAMETERS = cast(Any, SimpleNamespace(metrics=("arr_cents", "revenue_cents")))


def test_figures_are_the_share_signed_arr_at_the_horizon_and_revenue_to_date() -> None:
    contract = np.array([5.0, np.nan, 7.0, 3.0, np.nan])
    entry = np.array([0.0, 0.0, 2.0, 0.0, np.nan])  # the last one is never there
    accounts = SimpleNamespace(contract_day=contract, started_under_contract=np.arange(5) == 3, entry_day=entry)
    monthly = np.zeros((3, 2, 2), np.int64)
    monthly[-1, :, 0], monthly[1, 0, 1], monthly[2, 1, 1] = (90, 10), 6, 7
    monthly[0, 0, 1] = 10**9  # month 0 has no flows
    result = cast(Any, SimpleNamespace(accounts=accounts, monthly=monthly))
    found = dict(zip(DECISIVE, decisive_figures(result, PARAMETERS).tolist(), strict=True))
    assert found == {"contract_incidence": 2 / 3, "arr": 100.0, "revenue_to_date": 13.0}


def test_each_of_them_is_a_key_metric() -> None:
    for months in (5, 12, 36):
        assert set(decisive_codes(months)) <= {metric.code for metric in key_metrics(months)}
