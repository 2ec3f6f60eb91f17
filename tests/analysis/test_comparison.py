"""What a comparison says: its figures, its table, and itself in a notebook."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from forecast.analysis.comparison import Comparison
from forecast.study.compare import compare
from forecast.study.comparison_folder import open_comparison
from forecast.study.finished_run import Run, open_run


def folder_of(comparison: Comparison) -> Path:
    return next(iter(comparison.runs.values())).parent


def test_figures_are_those_of_the_runs(small_run: Run, both: Comparison) -> None:
    np.testing.assert_array_equal(both.values[:, 0], small_run.headline_values)
    arr = [open_run(folder).summary["monthly"]["arr_cents"]["14"]["mean"] for folder in both.runs.values()]
    pair = both.pair("arr", *both.names)
    assert pair.mean.value == pytest.approx(arr[1] - arr[0])
    assert (pair.mean.value or 0) > 0
    assert both.tolerance("arr") == pytest.approx(0.01 * arr[0])


def test_the_tidy_table_agrees_with_the_document(both: Comparison) -> None:
    import pandas as pd  # noqa: PLC0415

    tidy = pd.read_csv(folder_of(both) / "comparison.csv")
    row = tidy.query("headline == 'arr' and compared_with == compared_with and statistic == 'mean'")
    assert float(row["value"].iloc[0]) == both.pair("arr", *both.names).mean.value
    assert set(tidy["scenario"]) == set(both.names)
    assert {"mean", "mean.low", "best", "quantiles_of_difference.p50.high", "dominance.violation"} <= set(
        tidy["statistic"]
    )


def test_a_comparison_shows_itself_in_a_notebook(both: Comparison) -> None:
    frame = both.frame()
    assert len(frame) == 2 * 4
    assert frame["arr"].to_numpy().reshape(2, 4).T.tolist() == both.figures("arr").tolist()
    assert "&lt;b&gt;" in both._repr_html_()
    assert "<b>" not in both._repr_html_()
    assert repr(both) == "Comparison of small, [and] odd, [b] <b>&: 4 replications, seed 3"


def test_a_market_without_accounts_has_no_shares_to_compare(small_file: Path, tmp_path: Path) -> None:
    empty = tmp_path / "small.yaml"
    text = (
        small_file.read_text(encoding="utf-8")
        .replace("accounts: 8", "accounts: 0")
        .replace("accounts: 3", "accounts: 0")
    )
    empty.write_text(text, encoding="utf-8")
    found = compare(empty, empty, folder=tmp_path / "c", workers=1, engine="simpy")
    assert found.pair("contract_share_14", *found.names).mean.value is None
    assert found.precision()["contract_share_14"] is None
    assert open_comparison(tmp_path / "c").document() == found.document()


def test_a_pair_is_computed_once_for_all_that_is_said_of_it(both: Comparison) -> None:
    assert both.pair("arr", *both.names) is both.pair("arr", *both.names)
    assert both.pair("arr", *both.names) is not both.pair("arr", *both.names[::-1])
    swapped = replace(both, zone=0.5)
    assert swapped.pair("arr", *both.names).zone == pytest.approx(50 * both.pair("arr", *both.names).zone)
